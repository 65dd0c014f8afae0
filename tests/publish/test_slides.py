"""A slide is short, shows code and findings, answers in steps; figures have larger labels."""

import ast
import base64
import functools
import io
import itertools
import json
import re
import subprocess
from copy import copy as copy_of
from dataclasses import replace
from html import unescape
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from PIL import Image

from publish import (
    code_names,
    course,
    deck,
    enlarged,
    essays,
    labs,
    lecture,
    mathml,
    redrawn,
    slide_code,
    slide_cut,
    slide_figures,
    slide_joins,
    slide_leads,
    slide_lists,
    slide_names,
    slide_opening,
    slide_parts,
    slide_questions,
    slide_shows,
    slide_steps,
    slide_talk,
    slide_time,
    slides,
)
from publish.course_files import FOLDER, GUIDE, model_answers, notes
from publish.page import ENTRANCE, Page, explorer, split, tagged, tags
from publish.wording import without_badge, without_solutions
from snn_core.teaching.plotting import use_style
from tests.pages import READ, code, prose
from tests.publish.pages import START, page, text

pages = pytest.mark.parametrize("name", READ)
OPEN = {"03": "Look first", "06": "Fill in"}  # questions that a list and a live figure answer
CLOSED = dict.fromkeys(("00", "01", "07", "17", "18", "19", "21"), 1)  # what closes recaps
NOT_WORDS = ["math", "script", "style", "pre", "svg"]


def steps_of(name):
    return deck.of_page(READ[name])


@functools.cache
def html_of(name):
    return slides.html(READ[name])


@functools.cache
def shown(name):
    """Return the slides of a page as parsed HTML, without notes, one for each."""
    soup = BeautifulSoup(html_of(name), "html.parser")
    for aside in soup("aside"):
        aside.extract()
    return [each for each in soup("section") if not each("section")]


def copied(slide):
    """Return a document with a copy of a slide, from which parts can be taken."""
    made = BeautifulSoup("", "html.parser")
    made.append(copy_of(slide))
    return made


@pages
def test_slides_request_nothing_from_the_network(name):
    soup = BeautifulSoup(text := html_of(name), "html.parser")
    assert not soup.select("link, iframe, object, embed, video, audio, source, script[src], base")
    assert all(
        image["src"].startswith("data:image/png;base64,") and len(image["alt"]) > 40
        for image in soup("img")
    )
    styles = "".join(style.get_text() for style in soup("style"))
    assert not re.search(r"@import|url\((?![\"']?data:)", styles)
    assert not re.search(r"cdn|unpkg|mathjax", re.sub(r"data:[^\"']*", "", text), flags=re.I)


def found_by_playing(made):
    """Return the pictures before "You will" that no question asks about and a live one follows."""
    opening = list(itertools.takewhile(lambda block: block.text[:3] != "## ", made.blocks))
    live = any(slide_shows.live_in(block) for block in opening)
    return [
        each
        for each in opening
        if live and slide_shows.draws(each) and each.cell.id not in made.asked
    ]


@pages
def test_slides_follow_the_page(name):
    soup = BeautifulSoup(html_of(name), "html.parser")
    shown = [
        heading.get_text().rstrip("¶")
        for heading in soup.select("section > :is(h1, h2), .board > h2, .asking > h2, .over > h2")
    ]
    main = Page(name, nbformat.v4.new_notebook(cells=READ[name].main))
    assert shown[1] == "You will"
    last = ["Recap", "To discuss", *(["Exercises"] if main.named("Exercises") else [])]
    assert shown[len(shown) - len(last) :] == last
    assert len([heading for heading in shown if re.match(r"\d · ", heading)]) == len(main.sections)
    figures = sum(
        "image/png" in output.get("data", {})
        for cell in code(main.notebook)
        for output in cell.outputs
    )
    made = deck.walked(READ[name], {})
    walked = sum(each.text.count("<img") for each in made.made)
    assert walked == figures - len(found_by_playing(made))
    assert walked - 2 <= len(soup("img")) <= walked  # two may be spared for the time
    for aside in soup("aside"):
        aside.extract()
    assert len(soup("blockquote")) == len(re.findall(r"(?<!\n>)\n> |^> ", prose(main.notebook)))


@pages
def test_every_formula_of_the_slides_is_mathml(name):
    soup = BeautifulSoup(html_of(name), "html.parser")
    assert len(soup("math")) > 5 or name.startswith(ENTRANCE)
    assert not [formula for formula in soup("math") if "\\" in formula.get_text()]
    for part in soup(["code", "pre", "script", "style"]):
        part.extract()
    assert "$" not in soup.get_text()


def views(slide):
    """Return copies of a slide with what is seen at a time: a figure and its answer replace.

    The title of the section in small type above them, which is the same for all, is left out.
    """
    left_out = [".board > .before, .answer", ".board > .before, .asked", ".answer, .shown"]
    if slide.select(".asking"):
        left_out = [".asking > .fragment", ".asking > .before"]
    tasks = len(slide.select(".tasks > div"))
    found = []
    for apart in left_out if slide.select(".answer, .asking") else [".none"] * max(tasks, 1):
        copy = copied(slide)
        for part in copy(NOT_WORDS) + copy.select(
            f"{apart}, .over, [data-live], .tasks > div:not(:nth-child({len(found) + 1}))"
        ):
            part.extract()  # tasks and their answers are shown one at a time
        found.append(copy)
    return found


@pages
def test_the_recap_shows_what_closes_it(name):
    """Its answer to the question of the page, which stands below the list or above it."""
    (recap,) = [section for section in READ[name].notebook.cells if "## Recap" in section.source]
    said = slide_parts.paragraphs(slide_parts.without_links(recap.source))
    closing = [text for text in said if slide_parts.kind(text) == "text" and text != "You"]
    shown_there = [each.text for each in steps_of(name) if each.text.startswith("## Recap")]
    assert len(closing) == CLOSED.get(name[:2], 0)
    assert all(text in shown_there[0] for text in closing)


@pages
def test_a_slide_has_at_most_60_words(name):
    for copy in [copy for each in shown(name) for copy in views(each)]:
        found = [word for word in copy.get_text(" ").split() if re.search(r"[^\W\d_]", word)]
        heading = copy.h2.get_text() if copy.h2 else ""
        most = (
            slide_lists.GOALS
            if heading in ("You will", "Recap", "To discuss")
            else slide_parts.WORDS
        )
        asked = bool(copy.table and copy.blockquote)
        assert len(found) <= most + slide_questions.IN_TABLE * asked, " ".join(found)


@pages
def test_a_deck_fits_into_its_lecture(name):
    """At most one step a minute, and 1.3 beside live figures; exercises are an appendix."""
    minutes = sum(minutes for _, minutes in lecture.plan(READ[name]))
    live = [each for each in shown(name) if each.select(".playground")]
    heads = [each.h2.get_text() if each.h2 else "" for each in shown(name)]
    end = next((n for n, head in enumerate(heads) if head.startswith("Exercises")), len(heads))
    seen = 0
    for each in shown(name)[:end]:
        order = {part["data-fragment-index"] for part in each.select("[data-fragment-index]")}
        seen += 1 + len(order)
    assert seen == slide_steps.count(steps_of(name))
    played = sum(each.steps for each in steps_of(name) if each.role == "live")
    assert seen - played <= int(1.3 * (minutes - 5 * max(len(live), 1)))
    assert seen <= minutes == 45


@pages
def test_what_a_slide_points_to_is_on_it(name):
    for each in shown(name):
        copy = copied(each)
        for part in copy(NOT_WORDS) + copy.select("[data-live]"):
            part.extract()
        text = re.sub(r"\s+", " ", copy.get_text(" "))
        exercise = copy.h3 and re.match(r"\d · ", copy.h3.get_text())
        found = slide_parts.POINTS.search(text)
        assert exercise or not found or (copy.table and "row" in found.group(0)), text


@pages
def test_figures_in_a_row_have_headings_of_their_own(name):
    found = [each("h3")[-1].get_text() for each in shown(name) if each("img") and each("h3")]
    assert len(set(found)) == len(found)


@pages
def test_no_marks_of_bold_text_are_left_on_a_slide(name):
    for each in shown(name):
        copy = copied(each)
        for part in copy(["pre", "code", "script", "style", "math"]) + copy.select("[data-live]"):
            part.extract()
        assert "**" not in copy.get_text(" "), copy.get_text(" ")


@pages
def test_a_section_shows_at_most_one_piece_of_its_code(name):
    made = deck.walked(READ[name], {})
    blocks = [pre.get_text().strip() for each in shown(name) for pre in each("pre")]
    squeezed = ["".join(block.split()) for block in blocks]
    kept = {key for key, text in made.code.items() if "".join(text.split()) in squeezed}
    for section in READ[name].sections:
        said = [made.code[cell.id] for cell in section.cells if cell.get("id") in kept]
        assert len(said) <= 1
        lines = {line for cell in section.cells for line in cell.source.splitlines()}
        assert all(set(each.splitlines()) <= lines | {""} for each in said)
        assert all(len(each.splitlines()) <= slide_code.CODE_LINES for each in said)
    assert all(squeezed.count("".join(made.code[key].split())) == 1 for key in kept)
    assert len(kept) >= len(READ[name].sections) / 3 or name.startswith(("00", "21"))


@pages
def test_code_on_slides_is_whole(name):
    """It stands at its right indent, and holds no part of a statement."""
    for each in steps_of(name):
        for source in re.findall(r"^```python\n(.*?)^```", each.text, re.M | re.S):
            assert "…" not in source
            assert ast.parse(source).body, source


def test_code_that_a_question_names_is_whole_statements():
    source = "def f(a, early=False):\n    for b in a:\n        c = [\n            early,\n        ]"
    assert slide_leads.statements(source, "early") == ["c = [\n    early,\n]"]
    (asked,) = [each for each in steps_of("09_stdp") if "which pairs does" in each.text]
    assert "```python\nseen = y + now_post if early else y" in asked.text


@pages
def test_no_heading_is_a_sentence_that_leads_up_to_a_list(name):
    """Nor to a question: it stands under the heading of its section."""
    for each in steps_of(name):
        if each.role in ("list", "question"):
            first = next(iter(re.findall(r"^#+ (.*)$", each.text, flags=re.M)), "")
            assert not first.endswith(".") or "fragment" in each.text.split(first)[0], first


def test_code_that_is_too_long_keeps_its_last_whole_statements():
    method = 'class A:\n    """Say."""\n\n    def f(self):\n        return 1'
    assert slide_cut.cut(method, 3) == "class A:\n    def f(self):\n        return 1"
    assert slide_cut.cut("a = 1\nb = f(\n    a,\n)\nc = 2", 4) == "b = f(\n    a,\n)\nc = 2"
    assert slide_cut.cut("for a in b:\n    c(a)\n    d(a)", 2) == ""


def goes_on(block):
    """Tell whether a block belongs to the question before it."""
    return block.kind not in ("question", "heading")


@pages
def test_code_above_a_question_computes_its_answer(name):
    """It stands behind it on the page, or what stands there uses it."""
    made = deck.walked(READ[name], {})
    for each in steps_of(name):
        if each.role == "question" and any(text in each.text for text in made.code.values()):
            asked = [n for n, block in enumerate(made.blocks) if block.text in each.text]
            first = next(n for n in asked if made.blocks[n].kind == "question")
            (of,) = [key for key, text in made.code.items() if text in each.text]
            behind = itertools.takewhile(goes_on, made.blocks[first + 1 :])
            cells = {block.cell.id: block.cell.source for block in behind if block.kind == "code"}
            given = code_names.defined(
                ast.parse(next(c for c in READ[name].main if c.id == of).source)
            )
            used = [
                source for source in cells.values() if code_names.names(ast.parse(source)) & given
            ]
            assert of in cells or used


@pages
def test_code_stands_with_the_question_about_it(name):
    """Unless the question brings a table, which it is about."""
    made = steps_of(name)
    for code_of, asked in itertools.pairwise(made):
        if code_of.role in ("code", "fence") and asked.role == "question":
            assert "|---" in asked.text
    for each in made:
        if slide_shows.ASKING in each.text:
            assert each.text.count("```python") == 1


@pages
def test_every_figure_stands_under_its_finding(name):
    for each in shown(name):
        if each("img") and not (
            each("blockquote") and OPEN.get(name[:2], "none") in each.get_text()
        ):
            assert each("h3"), each.get_text()
            assert 2 <= len(each("h3")[-1].get_text().split()) <= 60


@pages
def test_every_question_has_its_answer_as_a_step(name):
    asked = [each for each in shown(name) if each("blockquote")]
    for each in asked:
        assert len(each("blockquote")) in (1, 2)  # one that the next one answers
        steps = each.select("div.fragment")
        if OPEN.get(name[:2], "none") not in each.get_text():
            assert [step for step in steps if step("h3")], each.get_text()
        assert not each.blockquote.find_next_siblings(["h3", "img", "pre"])
    assert asked


@pages
def test_a_figure_comes_before_its_answer_and_has_a_note_about_it(name):
    """The note holds the prose around the figure, with the question about it."""
    for each in [each for each in steps_of(name) if "<img" in each.text]:
        assert slide_parts.words(each.notes) > 5
        for asked in re.findall(r"^> .*", each.text, flags=re.M):
            assert asked in each.notes


@pages
def test_few_answers_come_together_with_their_figures_and_none_of_a_first_question(name):
    together = 0
    for section in slide_time.sections(steps_of(name)):
        asked = [each for each in section if each.role == "question"]
        for each in asked:
            late = slide_shows.SEEN not in each.text
            at_once = late and 'answer" data-fragment-index="0"' in each.text
            together += at_once
            assert not at_once or each is not asked[0], each.text
    assert together <= slide_time.TOGETHER


@pages
def test_a_heading_needs_no_sentence_before_it(name):
    """That of a figure says what it shows, and that of a live one what it lets find."""
    for each in steps_of(name):
        heads = re.findall(r"^### (.*)$", each.text, flags=re.M)
        if each.role == "figure":
            assert heads
            assert not [
                head for head in heads if head.startswith(("(", "Worse", "Under the other"))
            ]
        if each.role == "live":
            assert not {"Play with it", "Try it", "Try others."} & set(heads)


@pages
def test_every_step_has_a_heading(name):
    """It comes by no step, and goes with none."""
    for each in shown(name):
        stays = [h for h in each(["h1", "h2", "h3"]) if not h.find_parent(class_=COMES)]
        assert stays, each.get_text()


COMES = ["fragment", "before"]
NAMED = {  # by the heading or the live figure
    "03": "It starts with 25 spikes",
}


@pages
def test_the_text_of_a_slide_opens_with_what_it_speaks_of(name):
    """And not with a word that stands for it."""
    for each in steps_of(name):
        text = re.sub(r"^```.*?^```|^\|.*?$|<[^>]*>|^#.*?$", "", each.text, flags=re.M | re.S)
        first = next(iter(slide_parts.paragraphs(text)), "")
        if each.role not in ("exercise", "goals", "title", "discuss") and first[:1] not in "->|":
            named = first.startswith(NAMED.get(name[:2], "none"))
            assert named or slide_opening.opens(first), first


def test_sentences_that_name_what_a_text_speaks_of_come_with_it():
    said = ["A map shares a filter.", "It is small.", "So it is cheap."]
    assert slide_opening.grounded(said, 1) == " ".join(said)
    assert slide_opening.grounded(said, 1, room=4) == ""
    assert slide_opening.grounded(["The table above says so.", "It leaks.", "Spikes come."], 1) == (
        "Spikes come."
    )
    for needy in (
        "From its last layer two are read.",
        "All look through it.",
        "The same.",
        "(So.)",
    ):
        assert not slide_opening.opens(needy)
    for free in ("So far all was given.", "There are two ways.", "All four codes are here."):
        assert slide_opening.opens(free)


def test_a_sentence_that_needs_the_one_before_it_is_no_heading():
    assert slide_figures.stands_alone("The weights settle where both are equal.")
    for said in ("Worse, with this seed.", "It rises.", "(By hand.)", "Under the other bounds no."):
        assert not slide_figures.stands_alone(said)


@pages
def test_code_that_a_question_names_is_on_its_slide(name):
    code_of = " ".join(cell.source for cell in code(READ[name].notebook))
    for each in steps_of(name):
        for named in re.findall(r"`(\w+)[^`]*`", " ".join(re.findall(r"^> .*", each.text, re.M))):
            shown_code = " ".join(re.findall(r"^```python\n(.*?)^```", each.text, re.M | re.S))
            assert named in shown_code or named not in code_of or "|---" in each.text, named


@pages
def test_names_in_code_are_defined_in_it_or_in_its_note(name):
    """Those of the first cell of the page are imported."""
    made = deck.walked(READ[name], {})
    first = [ast.parse(cell.source) for cell in tagged(READ[name].notebook, "setup")]
    given = set().union(*map(code_names.defined, first))
    for key, text_of in made.code.items():
        cell = next(each for each in READ[name].main if each.get("id") == key)
        on = [each for each in steps_of(name) if text_of in each.text and "slide" not in tags(cell)]
        tree = code_names.parsed(text_of) or ast.parse(cell.source)
        for each in on:
            noted_lines = each.notes.partition(slide_names.BEFORE)[2]
            for named in code_names.missing(tree) - given:
                assert re.search(rf"\b{named}\b", noted_lines), named


@pages
def test_what_is_printed_says_what_it_is_or_has_its_code(name):
    """Its code stands with it or, where a table has the question, before it."""
    made = steps_of(name)
    for before, each in itertools.pairwise(made):
        coded = "```python" in before.text + each.text
        for said in re.findall(r"^```\n(.*?)\n```", each.text, flags=re.M | re.S):
            assert coded or slide_shows.labelled(said), said
            assert not re.search(r"^(True|False|None)$|: recorded on ", said, flags=re.M)


@pages
def test_every_live_figure_is_alive(name):
    live = [cell for cell in READ[name].main if explorer(cell)]
    states = [part["data-live"] for each in shown(name) for part in each.select("[data-live]")]
    assert len(states) == len(live)
    assert all(json.loads(state) for state in states)


@pages
def test_what_to_try_stands_above_its_live_figure(name):
    whole = [block.text for block in slide_parts.blocks(READ[name])]
    asked = sum(text.startswith("**Try this**") for text in whole)
    slides_alive = [each for each in shown(name) if each.select(".playground [data-live]")]
    assert sum(len(each.select(".tasks > div")) > 1 for each in slides_alive) >= asked
    assert all(len(each("h3")) == 1 for each in slides_alive)
    assert not [each for each in shown(name) if each("h3") and "Try this" in each.h3.get_text()]


@pages
def test_a_live_figure_has_its_answers_as_steps_and_its_notes_say_what_to_show(name):
    tried = labs.explorers(READ[name])
    live = [each for each in steps_of(name) if each.role == "live"]
    assert len(live) == len(tried)
    for each, of in zip(live, tried, strict=True):
        answers = labs.items(of.answers)
        assert len(answers) == of.count
        assert each.text.count('<div class="found">') == of.count
        assert each.steps in (2 * of.count, of.count + 1)
        assert all(answer in each.notes for answer in answers)
        assert each.notes.count("*Answer:*") == of.count
        assert each.notes.count("*Ask:*") == sum("?" in task for task in labs.items(of.tasks))
        assert each.notes.count("*Show:*") >= 1


def test_what_is_shown_asked_and_answered_is_told_apart():
    answered = "\n\n*Ask:* What falls?\n\n*Answer:* The rate."
    for task in ("Move $w$ to 0.9. What falls?", "Move $w$ to 0.9: what falls?"):
        tried = labs.Tasks("1 · S", f"1. {task}", "1. The rate.")
        assert labs.spoken(tried) == "**1** · *Show:* Move $w$ to 0.9." + answered


@pages
def test_the_questions_to_discuss_are_steps_and_their_answers_are_notes(name):
    made = [each for each in steps_of(name) if each.role == "discuss"]
    asked = notes()[name]["discussion"]
    shown_text = "\n\n".join(each.text for each in made)
    beside = "\n\n".join(each.notes for each in made)
    assert [shown_text.count(each) for each in map(slide_parts.without_links, asked)] == [1] * len(
        asked
    )
    answers = [essays.unmarked(each) for each in model_answers()[name]]
    assert all(each in beside and each not in shown_text for each in answers)
    assert sum(each.steps for each in made) in (len(asked), len(made))
    places = [each.text.split("\n")[0] for each in steps_of(name)]
    assert places.index(slide_talk.DISCUSSED) > places.index("## Recap")


@pages
def test_the_text_of_every_exercise_is_on_slides(name):
    text = " ".join(each.get_text(" ") for each in shown(name))
    for exercise in READ[name].exercises:
        assert exercise.title in re.sub(r"\s+", " ", text)
    made = steps_of(name)
    sources = [each.text for each in made if each.role == "exercise"]
    found = READ[name].named("Exercises")
    for part in split(found.cells, "###") if found else ():
        said = without_solutions(part.text)
        first = slide_parts.sentences(said.split("\n\n")[0].strip())[0]
        assert slide_parts.words(first) > 30 or [each for each in sources if first in each], first


def test_braces_stretch():
    assert '<mo stretchy="true">&#x23DF;' in mathml.mathml(r"\underbrace{a + b}_{c}", "block")
    assert 'stretchy="true"' in mathml.mathml(r"\begin{cases} a \\ b \end{cases}", "block")
    assert "&</mi>" not in mathml.mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "block")
    css = (FOLDER / "slides" / "course.css").read_text(encoding="utf-8")
    (fonts,) = re.findall(r"\.reveal math \{ font-family: (.*?); \}", css)
    assert fonts.endswith(", math")  # only a font for formulas has braces that stretch


def test_prose_is_cut_at_sentences_and_at_marks():
    assert slide_parts.shortened("One two. Three four five: six.", 2) == "One two."
    assert slide_parts.shortened("A b c d e f: g h.", 6) == "A b c d e f."
    assert slide_parts.shortened("A b c d e f: g h.", 6, most=8) == "A b c d e f: g h."
    assert slide_parts.shortened("A b c d e f, g h.", 6) == "A b c d e f, …"
    assert slide_parts.shortened("A b: c d e f; g h i j.", 6) == "A b: c d e f; …"
    assert slide_parts.shortened("One two three four five.", 3) == "One two three …"


MADE = (
    "Their texts follow as an appendix.",
    "Try it",
    "continued",
    "JavaScript.",
    slide_talk.DISCUSSED.removeprefix("## "),
)  # by no page


def pieces(source):
    """Return the paragraphs, items and headings of Markdown, without code, tags and tables."""
    source = re.sub(
        r"<(script|style)\b.*?</\1>|^```.*?^```|\$\$.*?\$\$", "\n\n", source, flags=re.M | re.S
    )
    source = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", source)
    source = re.sub(r"^> ?", "", source, flags=re.M)
    found = re.split(r"\n\s*\n|\n(?=- |\d+\. |#)|(?<=>)\n|<[^>]+>", source)
    found = [
        re.sub(r"^(- |\d+\. |#+ |\*\*\d\*\* · )", "", each.strip())
        for each in found
        if each.strip()
    ]
    return [each for each in found if not each.startswith("|")]


def letters(said):
    """Return what a sentence says, without marks and spaces."""
    return re.sub(r"[\W_]+", "", said.replace("\n", " "))


def sayings(page):
    """Return all sentences of a page, and their beginnings that end at a colon or semicolon.

    Those of the questions to discuss count as well, and of the answers to an explorer's tasks.
    """
    sources = [block.text for block in slide_parts.blocks(page) if block.kind != "code"]
    sources += [answer for each in labs.explorers(page) for answer in labs.items(each.answers)]
    sources += notes()[page.name]["discussion"]
    alt = [cell.metadata.get("alt", "") for cell in page.main]
    found = set()
    for said in [
        s for t in [*sources, *alt] for each in pieces(t) for s in slide_parts.sentences(each)
    ]:
        ends = [each.start() for each in re.finditer(r"[:;](?=\s)", said)]
        clauses = [
            said[:end] for end in ends if slide_parts.words(said[:end]) >= slide_parts.CLAUSE
        ]
        unnumbered = re.sub(r"^\d+ · ", "", said)
        found |= {letters(each) for each in (said, unnumbered, *clauses)}
    return found


@pages
def test_every_sentence_of_a_slide_is_whole_on_the_page_or_ends_at_a_clause(name):
    known, code_of = (
        sayings(READ[name]),
        letters(" ".join(c.source for c in code(READ[name].notebook))),
    )
    shown_text = [each.text for each in steps_of(name) if each.role != "whole"]
    said = [s for text in shown_text for each in pieces(text) for s in slide_parts.sentences(each)]
    cut = [s for s in said if letters(s) not in known and letters(s) not in code_of]
    assert [each for each in cut if not each.endswith(MADE)] == []


def test_items_go_on_with_the_next_slide():
    items = [f"- {'word ' * 20}{k}" for k in range(4)]
    found = slide_parts.portions("## Many.", items)
    assert [each.splitlines()[0] for each in found] == ["## Many.", "### Many, continued"]
    assert sum(each.count("- word") for each in found) == 4


def test_a_tagged_cell_is_the_code_of_its_section():
    tagged = '\n# %% tags=["slide"]\nmine = 1\n'
    made = page(START, text("## 1 · A section\n\nIdea."), "\n# %%\nimport torch\na = 1\n", tagged)
    facts = slide_code.facts(made, set(), set())
    assert list(slide_code.chosen_code(made, facts).values()) == ["mine = 1"]


def test_prose_before_a_result_is_not_the_answer():
    words = "## 1 · S\n\n> **Before you run:** what?"
    silent, printed = "\n# %%\na = 1\n", "\n# %%\nprint('one:', a)\n"
    made = page(START, text(words), silent, text("Now print it."), printed, text("One. It is 1."))
    output = nbformat.v4.new_output("stream", name="stdout", text="one: 1\n")
    code(made.notebook)[-1].outputs = [output]
    (asked,) = [each.text for each in deck.of_page(made) if "<div" in each.text]
    assert "### One. It is 1." in asked
    assert "```\none: 1\n```" in asked
    assert "Now print" not in asked


def test_a_definition_is_not_the_answer():
    """Of a figure, a definition, a printed result and what it says, the last is the answer."""
    words = text("## 1 · S\n\n> **Before you run:** which is regular?")
    defined = text("The spread divided by the mean is the **coefficient of variation**.")
    cells = "\n# %%\nfirst = 2\n", defined, "\n# %%\nprint(0.25)\n", text("The first: it is 0.25.")
    made = page(START, words, *cells)
    seen, data = {"image/png": {"alt": "A figure"}}, {"image/png": "QUJD"}
    figure = nbformat.v4.new_output("display_data", data=data, metadata=seen)
    output = nbformat.v4.new_output("stream", name="stdout", text="second: 0.25\n")
    code(made.notebook)[-2].outputs, code(made.notebook)[-1].outputs = [figure], [output]
    shown = [part for each in deck.of_page(made) for part in (each.text, each.notes)]
    (asked,) = [part for part in shown if slide_shows.BOARD in part]
    assert "### The first: it is 0.25." in asked
    assert "QUJD" in asked
    assert "```\nsecond: 0.25\n```" in asked
    assert [part for part in shown if "coefficient" in part and part != asked]


def test_what_a_page_prints_comes_with_the_answer_and_a_figure_before_it():
    slides_of = steps_of("05_surrogate_gradients")
    asked = [each for each in slides_of if each.role == "question"]
    assert {each.steps for each in asked if "<img" not in each.text} == {2}
    assert 3 in {each.steps for each in asked if "<img" in each.text}


def test_a_deck_that_is_too_long_shows_a_few_later_answers_with_their_figures():
    asked = slide_steps.Slide("slide", "question", slide_shows.step("a") + slide_shows.step("b", 1))
    later = [replace(asked, kind="subslide") for _ in range(16)]
    made = slide_time.in_time([asked, *later])
    assert slide_steps.count([asked] * 17) == 51
    assert [each.steps for each in made] == [3] * 11 + [2] * 6
    appendix = slide_steps.Slide("subslide", "exercise", "c")
    assert slide_time.in_time([asked, *[appendix] * 99])[0] == asked


def test_a_section_opens_with_less_where_that_saves_a_step():
    head = slide_steps.Slide("slide", "head", f"## 1 · S\n\nIt leaks. {'Word ' * 40}.", "notes")
    asked = slide_steps.Slide("subslide", "question", "> Now " + "or " * 20 + "never?")
    many = [slide_steps.Slide("slide", "goals", "## G")] * (slide_time.STEPS - 1)
    assert slide_steps.count(slide_time.in_time([head, asked])) == 2
    *_, last = slide_time.in_time([*many, head, asked])
    assert last.text == f"## 1 · S\n\nIt leaks.\n\n{asked.text}"
    assert last.notes == "notes"


@pages
def test_what_no_slide_shows_is_in_a_note_of_its_section(name):
    made = slide_time.sections(steps_of(name))
    held = ["\n\n".join(f"{each.text}\n\n{each.notes}" for each in part) for part in made]
    opened, missing = "", set()
    for cell in READ[name].main:
        source = slide_parts.without_links(without_badge(without_solutions(cell.source)))
        for each in slide_parts.paragraphs(source) if cell.cell_type == "markdown" else ():
            opened = each if re.match("##? ", each) else opened
            kept = [part for part in held if opened in part]
            if not any(each.strip() in part for part in kept):
                missing |= {(opened, each)}
    assert {each for each in missing if each[0] not in ("## Exercises", "## References")} == set()


def test_a_figure_that_falls_away_leaves_its_notes_to_the_slide_before():
    head = slide_steps.Slide("slide", "head", "## 1 · S", "One.\n\nTwo.")
    figure = slide_steps.Slide("subslide", "figure", "a figure", "Two.\n\nThree.")
    asked = slide_steps.Slide("subslide", "question", "And then?")
    made = slide_time.in_time([head, figure, *[asked] * slide_time.STEPS])
    assert "figure" not in {each.role for each in made}
    assert made[0].notes == "One.\n\nTwo.\n\nThree."


def test_slides_that_follow_one_idea_are_joined_as_far_as_they_fit():
    head = slide_steps.Slide("slide", "head", "## 1 · S\n\nIt leaks.", "notes")
    formula = slide_steps.Slide("subslide", "formula", "$$a = b$$")
    code = slide_steps.Slide("subslide", "code", "```python\na = b\n```", "", "S")
    long = slide_steps.Slide("subslide", "code", "```python\n" + "a = b\n" * 16 + "```", "", "S")
    (one,) = slide_joins.joined([head, formula, code])
    assert one.text == "## 1 · S\n\nIt leaks.\n\n$$a = b$$\n\n```python\na = b\n```"
    assert (one.kind, one.notes) == ("slide", "notes")
    assert slide_joins.joined([head, formula, long])[1].text == f"### S\n\n{long.text}"
    assert slide_joins.joined([formula, head]) == [formula, head]


def test_what_stands_alone_has_the_heading_of_its_section_in_small_type_if_it_must():
    formula = slide_steps.Slide("subslide", "formula", "$$a = b$$", heading="S")
    full = slide_steps.Slide("subslide", "table", "word " * slide_parts.WORDS, heading="S")
    assert slide_joins.joined([formula])[0].text == "### S\n\n$$a = b$$"
    assert slide_joins.joined([full])[0].text == f"{slide_opening.over('### S')}\n\n{full.text}"
    head = slide_steps.Slide("slide", "head", "## 1 · S")
    assert slide_joins.joined([head, formula])[0].text == "## 1 · S\n\n$$a = b$$"


PLOT = """
# %% alt="A line that rises from 0 to 1 over two steps of time, seen by nobody but by this test."
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6, 3))
axes.plot([0, 1])
_ = axes.set(title="It rises", xlabel="time")
"""


def test_figures_are_drawn_with_larger_labels(monkeypatch):
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    monkeypatch.setattr(Figure, "__init__", Figure.__init__)  # is put back behind the test
    monkeypatch.setattr(pyplot, "show", pyplot.show)
    pyplot.figure()  # left open by somebody
    made = page(START.replace('alt="A picture"', ""), PLOT)
    with pyplot.rc_context():  # the style that pages use, whatever another test has set
        pyplot.rcdefaults()
        use_style()
        (drawn,) = enlarged.draw(made)[".json"][code(made.notebook)[-1].id]
        padding = 2 * pyplot.rcParams["savefig.pad_inches"]
    width = Image.open(io.BytesIO(base64.b64decode(drawn))).width / enlarged.DPI
    assert 3.5 < width <= 6 / 1.5 + padding
    assert enlarged.title(PLOT) == "It rises"


def test_figures_are_drawn_once(tmp_path, monkeypatch):
    made, calls = page(START, PLOT), []

    def fake(command, **options):
        calls.append(command[3])
        Path(command[4]).write_text('{"cell": ["QUJD"]}', encoding="utf-8")

    monkeypatch.setattr(enlarged, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(enlarged.subprocess, "run", fake)
    assert enlarged.enlarged(made) == enlarged.enlarged(made) == {"cell": ["QUJD"]}
    assert calls == [made.name]
    enlarged.enlarged(page(START, PLOT.replace("[0, 1]", "[1, 0]")))
    assert len(calls) == 2


def test_a_figure_whose_words_would_meet_keeps_its_size():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3))
    axes = figure.subplots()
    axes.set(xticks=range(8), xticklabels=[f"word {k}" for k in range(8)])
    assert enlarged.crowded(figure) == 0
    figure.set_size_inches(3, 3)
    assert enlarged.crowded(figure) > 0


def test_enlarged_figures_take_the_place_of_those_of_the_page():
    name = "05_surrogate_gradients"
    cells = [cell for cell in READ[name].main if slide_shows.picture(cell)]
    drawn = {cells[0].id: ["QUJD"], cells[1].id: ["QUJD", "QUJD"]}
    html = slide_shows.picture(cells[0], drawn[cells[0].id])
    assert "base64,QUJD" in html
    assert cells[0].metadata["alt"][:20] in html
    assert "QUJD" not in slide_shows.picture(
        cells[1], drawn[cells[1].id]
    )  # not as many as on the page


def test_make_course_draws_larger_labels():
    source = (FOLDER.parent / "course.py").read_text(encoding="utf-8")
    assert "main(larger=True, " in source
    assert course.main.__defaults__[0] is False


def test_a_page_that_cannot_be_drawn_keeps_its_figures(monkeypatch, capsys):
    def fails(page):
        raise subprocess.CalledProcessError(1, ["python"])

    monkeypatch.setattr(redrawn, "enlarged", fails)
    assert redrawn.larger_figures(page(START)) == {}
    assert "42_a_page: figures as on the page" in capsys.readouterr().out


@pages
def test_no_slide_is_named_in_code(name):
    headings = [heading.get_text() for each in shown(name) for heading in each("h3")]
    assert not [each for each in headings if "in code" in each.lower()]


QUESTION = '> **Before you run:** how many?\n\n<div class="fragment">\n\n```\n1\n```\n\n</div>'


def test_a_question_stands_under_code_that_it_asks_about_and_under_no_other():
    about = slide_steps.Slide("subslide", "code", "```python\na = 1\n```", "", "S")
    alone = slide_steps.Slide("subslide", "alone", "```python\nb = 1\n```", "", "S")
    asked = slide_steps.Slide("subslide", "question", QUESTION)
    assert len(slide_joins.joined([about, asked])) == 1
    assert len(slide_joins.joined([alone, asked])) == 2


def test_what_stands_before_a_question_goes_when_its_figure_comes():
    head = slide_steps.Slide("slide", "head", "### Keep β, or keep τ?\n\nBoth.")
    board = slide_shows.asked_about("> **Before you run:** which?", "The first.", "<img>")
    (one,) = slide_joins.joined([head, slide_steps.Slide("subslide", "question", board)])
    html = slides.PageSlides().markdown2html({}, one.text)
    soup = BeautifulSoup(html, "html.parser")
    assert soup.select(".board > .over h3")[0].get_text() == "Keep β, or keep τ?"
    assert soup.select(".board > .before")[0].get_text(strip=True) == "Both."
    assert soup.select(".board > .top > .asked blockquote")
    assert soup.select(".board > .top > .fragment.answer h3")[0].get_text() == "The first."
    assert soup.select(".board > .fragment.shown img")
    assert one.steps == 3


HELPER = """
# %%
def look(network):
    return LIF()(network)
seen = look(1)

# %% alt="A figure"
axis = panels()
axis.plot(seen)

# %%
trained = LIF(10.0)
print(learn(trained))
"""


def test_the_code_of_a_section_is_that_whose_output_is_shown():
    made = page(START, text("## 1 · The same network learns\n\nIdea."), HELPER)
    cells = code(made.notebook)
    (asked,) = [cell for cell in cells if "print" in cell.source]
    about = slide_code.facts(made, {asked.id}, set())
    assert list(slide_code.chosen_code(made, about)) == [asked.id]


def test_code_stands_with_what_it_needs():
    sets, uses = (
        "\n# %%\nheard = LIF(1)\nprint(heard)\n",
        "\n# %%\nfired = LIF(heard)\nprint(fired)\n",
    )
    made = page(START, text("## 1 · A section\n\nIdea."), sets, uses)
    last = code(made.notebook)[-1]
    about = slide_code.facts(made, {last.id}, set())
    whole = slide_code.whole(last, made.sections[0], about)
    assert whole == "heard = LIF(1)\n\nfired = LIF(heard)\nprint(fired)"


@pytest.mark.parametrize("name", ["19_spike_time_gradients", "20_from_ordinary_to_spiking"])
def test_a_picture_that_a_live_figure_lets_find_is_left_out(name):
    shown = [each.text for each in steps_of(name)]
    first = next(place for place, each in enumerate(shown) if each.startswith("## You will"))
    assert not [each for each in shown[:first] if "<img" in each]
    assert any("data-live" in each for each in shown[:first])


@pages
def test_notes_mark_as_many_steps_for_who_is_late_as_the_guide_says(name):
    """No slide that opens a section is one of them, and no first question of one."""
    late = [each for each in steps_of(name) if each.notes.startswith(slide_time.SKIP)]
    told = re.search(r"mark (\d+) to (\d+) steps", GUIDE.read_text(encoding="utf-8"))
    least, most = map(int, told.groups())
    assert least <= slide_steps.count(late) <= most
    assert most <= slide_time.LATE + 2
    for section in slide_time.sections(steps_of(name)):
        asked = [each for each in section if each.role == "question"]
        assert section[0] not in late
        assert not asked or asked[0] not in late


@pages
def test_a_figure_under_a_heading_has_no_caption_from_its_description(name):
    for slide in steps_of(name):
        found = re.search(r'<img[^>]* alt="([^"]*)"', slide.text)
        headings = re.findall(r"^#+ (.*)$", slide.text, flags=re.M)
        if slide.role != "figure" or not found:
            continue
        first = slide_parts.sentences(unescape(found[1]))[0]
        assert headings == [first] or first not in slide.text.replace(found[0], "")


def test_the_deck_of_page_20_shows_the_conversion_by_hand_and_what_it_prints():
    (asked,) = [
        each.text
        for each in steps_of("20_from_ordinary_to_spiking")
        if "how well will it answer with four steps" in each.text
    ]
    assert "def converted_by_hand(" in asked
    assert re.search(r"T = +4: \d", asked)
    assert re.search(r"T = 32: \d", asked)


def test_a_full_stop_behind_a_formula_stays_on_its_line():
    made = slides.PageSlides().markdown2html(None, "In the loss $L = y$. It falls.")
    assert re.search(r'<span class="whole"><math .*</math>\.</span> It falls', made, flags=re.S)
    css = (FOLDER / "slides" / "course.css").read_text(encoding="utf-8")
    assert ".whole { white-space: nowrap; }" in css
