"""What turns pages into something: notebooks, the site, the course, its slides.

A module imports from its own group and from those above it (a test holds this).

Page
    What a page says: `page`, by its `cells` and `exercises`; its prose by `paragraphs`, and its
    code by `code_names`. `wording` and `stamps` change texts; `course_files` reads the rest.
Notebooks
    `notebooks` executes pages, `times` measures them, `lab` gives a reader a copy. `page_style`,
    `page_checks` and `page_rules` are what a page has to keep to.
Parts
    Of a page, for site and course: what only draws (`drawing`, `arranging`), which cells exercises
    need (`needed`), what answers a question (`answers`, `folds`); live figures and formulas as HTML
    (`live_html`, `mathml`).
Figures
    For dark pages `dark_figures`, on the site `site_figures`. Drawn anew by `enlarged` and
    `redrawn`, with `figure_words`, `legends`; for fine screens with `finer_figures`, for phones
    with `phone_figures`, `phone_bars` and `collisions`.
Site
    `site` builds it with Sphinx. Its texts are `site_texts` and `site_reference`; each notebook is
    prepared by `site_pages`, with `site_lead`, `site_quiet`, `site_exercises`, `site_tables`,
    `site_links` and `site_words`; what Sphinx makes of it is finished by `site_sphinx`, with
    `site_type` and `site_excerpts`.
Questions
    Exercises for nbgrader: `graded`, `graded_cells`, with other numbers `variants`, and points by
    `grading`. To choose:
    `quiz`, `qti`. For exams: `essays`, `pencil`, `read_code`; `exam_draw` draws them with
    `exam_choices` and `exam_deal`, about `exam_pages`, and `exam` writes them. Minutes: `lecture`,
    `lessons`, `labs`.
Slides
    `slides` writes the HTML of a `deck`. It cuts a page into blocks (`slide_parts`) and walks along
    them (`slide_walk`), making slides of questions (`slide_questions`, with `slide_leads` and
    `slide_answers`), figures (`slide_figures`, `slide_live`) and lists (`slide_lists`). Slides
    (`slide_steps`) are joined where there is room (`slide_joins`, `slide_room`), and brought into
    the time of a lecture (`slide_time`). Helpers: `slide_shows`, `slide_opening`, `slide_code`,
    `slide_cut`, `slide_names`, `slide_talk`.
Course
    `course` writes all of it, student notebooks without checks (`draws`), with the `guide` for
    lecturers; `readme` what the README says.
"""
