"""A committed notebook becomes a page of the site: what is folded, and what stays open."""

import base64
import copy
import io
import itertools
import re

import nbformat
import numpy as np
import pytest
from PIL import Image

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
from publish import (
    answers,
    drawing,
    paragraphs,
    site_links,
    site_pages,
    site_quiet,
)
from publish.arranging import arranging
from publish.folds import behind_clicks
from publish.page import Page, tagged, tags
from tests.pages import READ
from tests.publish.pages import START, page, text

QUESTION = "> **Before you run:** how many spikes?"
READING = "> **Before you read on:** why?"
RUN = "\n# %%\nprint(3)\n"
LINE = ['<div class="quiet">', "fold", "</div>"]
CHECK = '\n# %% tags=["check"]\nassert True\n'
OPENING = '<details class="result"><summary>Show the {}</summary>'


def made(*parts):
    """Return the cells of a small page in which each cell of code has printed something."""
    cells = [cell for cell in page(*parts).notebook.cells if cell.source.strip()]
    for cell in cells:
        if cell.cell_type == "code" and cell.source.startswith("print"):
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="3\n")]
    return cells


def shown(cells):
    """Return what a reader meets, in order: texts, inputs, outputs."""
    found = []
    for cell in behind_clicks(cells):
        if cell.cell_type == "markdown":
            found.append(cell.source)
            continue
        if "remove-input" not in cell.metadata.get("tags", []):
            found.append(f"in: {cell.source}")
        found += [f"out: {output.text.strip()}" for output in cell.outputs]
    return found


def test_the_output_and_the_answer_wait_behind_a_click():
    assert shown(made(text(QUESTION), RUN, text("Three."), CHECK)) == [
        QUESTION,
        "in: print(3)",
        OPENING.format("result"),
        "out: 3",
        "Three.",
        "</details>",
        "in: assert True",
    ]


def test_where_nothing_is_to_be_foreseen_the_output_stays_open():
    assert shown(made(text(READING), RUN, text("Because."), CHECK))[1:5] == [
        "in: print(3)",
        "out: 3",
        OPENING.format("answer"),
        "Because.",
    ]


def test_before_reading_on_the_next_prose_answers():
    assert shown(made(text(READING), text("Because."), RUN, text("Then.")))[1:4] == [
        OPENING.format("answer"),
        "Because.",
        "</details>",
    ]


def test_what_leads_on_stays_open():
    cells = made(
        text(QUESTION), RUN, text(f"Three.\n\nNow again.\n\n{QUESTION}"), RUN, text("Three.")
    )
    assert shown(cells)[4:7] == ["Three.", "</details>", f"Now again.\n\n{QUESTION}"]
    cells = made(text(QUESTION), RUN, text("Three.\n\nNow another:"), RUN)
    assert shown(cells)[4:8] == ["Three.", "</details>", "Now another:", "in: print(3)"]
    cells = made(text(QUESTION), RUN, text("Three.\n\nThat is all."), text("## Next"))
    assert shown(cells)[4:6] == ["Three.\n\nThat is all.", "</details>"]


def test_a_last_paragraph_with_a_term_stays_open_and_a_conclusion_waits():
    cells = made(text(QUESTION), RUN, text("Three.\n\nThat is **all**."), text("## Next"))
    assert shown(cells)[4:7] == ["Three.", "</details>", "That is **all**."]
    cells = made(text(QUESTION), RUN, text("Three.\n\n**It is so.**"), text("## Next"))
    assert shown(cells)[4:6] == ["Three.\n\n**It is so.**", "</details>"]


def quiet_parts(cells):
    """Return what a reader meets on a page in which folded code stands on quiet lines, in order."""
    return [
        ("result" if "remove-input" in tags(cell) else "fold")
        if cell.cell_type == "code" and tags(cell)
        else cell.source
        for cell in site_quiet.quietly(behind_clicks(cells))
    ]


def test_folded_code_and_its_check_stand_on_one_line_behind_the_result():
    drawn_here = '\n# %% tags=["hide-input"]\ndraw(3)\n'
    line = ['<div class="quiet">', "fold", "fold", "</div>"]
    verdict, fold = text("Three."), OPENING.format("result")
    cells = drawn(text(QUESTION), RUN, drawn_here, verdict, CHECK)
    cells[1].outputs = []
    behind = [QUESTION, "print(3)", fold, "result", "Three.", "</details>", *line]
    assert quiet_parts(cells) == behind
    cells = drawn(text(QUESTION), RUN, drawn_here, CHECK, verdict)
    cells[1].outputs = []
    assert quiet_parts(cells) == behind


def test_checks_beside_each_other_are_one():
    cells = drawn(text("Three."), CHECK, CHECK.replace("3", "4"))
    line = site_quiet.quietly(behind_clicks(cells))[1:]
    assert [cell.cell_type for cell in line] == ["markdown", "code", "markdown"]
    assert line[1].source == "\n\n".join(cell.source for cell in cells[1:])


def test_code_of_a_figure_without_a_question_stands_below_it():
    drawn_here = '\n# %% tags=["hide-input"]\ndraw(3)\n'
    found = quiet_parts(drawn(text("See."), drawn_here, text("So."), CHECK))
    assert found == ["See.", "result", "So.", *LINE[:2], *LINE[1:]]
    found = quiet_parts(drawn(text("See."), drawn_here, text("## Next"), CHECK))
    assert found == ["See.", "result", *LINE, "## Next", *LINE]
    found = quiet_parts(drawn(text("See."), drawn_here, text("So."), RUN))
    assert found == ["See.", "result", *LINE, "So.", "print(3)"]


def test_cells_are_left_as_they_are_given():
    cells = READ["01_spike_encoding"].notebook.cells
    before = copy.deepcopy(cells)
    behind_clicks(list(cells))
    assert cells == before


def test_the_answer_to_the_question_of_page_00_is_seen_without_a_click():
    cells = behind_clicks(list(READ["00_why_spikes"].notebook.cells))
    open_, depth = [], 0
    for cell in cells:
        depth += cell.source.startswith('<details class="result">')
        depth -= cell.source == "</details>"
        open_ += [cell.source] if depth == 0 else []
    for words in ("To send rarely", "do **not** prove", "a **weight**"):
        assert any(words in told for told in open_), words


def test_a_question_whose_answer_is_folded_already_is_left_alone():
    told = "<details><summary>Answer</summary>\n\nThree.\n\n</details>"
    cells = made(text(QUESTION), RUN, text(told))
    assert shown(cells) == [QUESTION, "in: print(3)", "out: 3", told]


def test_a_heading_ends_the_search_for_an_answer():
    assert shown(made(text(QUESTION), RUN, text("## Next"), text("Three.")))[-2:] == [
        "## Next",
        "Three.",
    ]


def drawn(*parts):
    """Return the cells of a small page in which each cell of code has drawn something."""
    cells = made(*parts)
    for cell in cells:
        if cell.source.startswith("draw"):
            cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": ""})]
    return cells


def open_and_folded(cells):
    """Return what is open, and what each fold holds, the words on it first."""
    opened, folds, inside = [], [], False
    for cell in behind_clicks(cells):
        if cell.source.startswith('<details class="result">'):
            folds.append([re.search(r"Show the (\w+)", cell.source)[1]])
        elif cell.source != "</details>":
            (folds[-1] if inside else opened).append(cell.source)
        inside = cell.source != "</details>" and (inside or "<details" in cell.source)
    return opened, folds


COMPUTE, DRAW = "\n# %%\nx = 3\n", "\n# %%\ndraw(x)\n"


@pytest.mark.parametrize(
    "lead",
    ["The weight:", "The grey line is a spike's wait.", "The loop is what makes x, and at once."],
)
def test_where_prose_only_leads_to_a_figure_all_of_it_waits_with_the_verdict(lead):
    cells = drawn(text(QUESTION), COMPUTE, text(lead), DRAW, text("Three.\n\nIt is **so**."), CHECK)
    opened, folds = open_and_folded(cells)
    assert opened == [QUESTION, "x = 3", "It is **so**.", "assert True"]
    assert folds == [["result", lead, "draw(x)", "Three."]]


def test_an_answer_before_a_lead_in_is_folded_alone():
    told = "It is the sum of all that came before it. Now its grey:"
    opened, folds = open_and_folded(drawn(text(QUESTION), COMPUTE, text(told), DRAW))
    assert folds == [["answer", told.removesuffix(" Now its grey:")]]
    assert opened[2:] == ["Now its grey:", "draw(x)"]


def test_one_lead_in_after_the_other_is_folded_up_to_the_verdict():
    cells = drawn(
        text(QUESTION), COMPUTE, text("This:"), COMPUTE, text("And it:"), RUN, text("So.")
    )
    folds = open_and_folded(cells)[1]
    assert folds == [["result", "This:", "x = 3", "And it:", "print(3)", "So."]]


def test_a_question_of_two_parts_has_two_verdicts():
    two = f"{QUESTION} And then?"
    parts = DRAW, text("Three. Now the other:"), DRAW, text("Four."), CHECK
    assert open_and_folded(drawn(text(two), *parts))[1] == [
        ["result", "draw(x)", "Three.", "Now the other:", "draw(x)", "Four."]
    ]
    opened, folds = open_and_folded(drawn(text(QUESTION), *parts))
    assert folds == [["result", "draw(x)", "Three."]]
    assert "Now the other:" in opened


def test_what_only_leads_to_the_next_question_is_no_answer():
    cells = drawn(text(QUESTION), COMPUTE, text(f"On.\n\n{QUESTION}"), DRAW, text("Three."))
    opened, folds = open_and_folded(cells)
    assert folds == [["result", "draw(x)", "Three."]]
    assert f"On.\n\n{QUESTION}" in opened


def test_a_look_at_the_figure_above_is_answered_by_the_next_prose():
    cells = made(text("> **Look first:** why?"), text("Because."), RUN, text("Then."))
    assert open_and_folded(cells)[1] == [["answer", "Because."]]


def test_a_new_formula_and_tasks_stay_open():
    told = "Three.\n\nNow in short:\n\n$$a$$\n\nSo it is."
    opened, folds = open_and_folded(made(text(QUESTION), RUN, text(told), CHECK))
    assert folds == [["result", "print(3)", "Three."]]
    assert "Now in short:\n\n$$a$$\n\nSo it is." in opened
    told = "Three.\n\n**Try this**\n\n1. More."
    assert open_and_folded(made(text(QUESTION), RUN, text(told), CHECK))[1] == folds


def test_an_output_is_foreseen_if_the_question_comes_before_it():
    before = [made(text(asked), RUN, text("Three."), CHECK) for asked in (QUESTION, "> **Why?**")]
    parts = [answers.answered(cells[0], cells[1:]) for cells in before]
    assert [part.foreseen for part in parts] == [0, None]


def test_a_few_words_that_lead_to_more_code_are_no_words_of_an_answer():
    told = [nbformat.v4.new_markdown_cell(words) for words in ("This:", "Three.", "a " * 8 + "b:")]
    part = answers.Answered(
        "> **Why?**", [], [told[0], nbformat.v4.new_code_cell("a"), *told[1:]], []
    )
    assert part.words == told[1:]


def folds_of(name):
    """Return the folds of a page with what follows each, as (words, texts, what is open behind)."""
    found = READ[name]
    _, draws = drawing.imported(found)
    cells = site_pages.tasks_below(found.notebook.cells)
    cells = [part for cell in cells for part in site_pages.folded(cell, draws)]
    cells = behind_clicks(cells)
    ends = [n for n, cell in enumerate(cells) if cell.source == "</details>"]
    for end in ends:
        start = max(n for n in range(end) if '<details class="result">' in cells[n].source)
        texts = [cell.source for cell in cells[start + 1 : end] if cell.cell_type == "markdown"]
        behind = itertools.takewhile(lambda cell: cell.cell_type == "code", cells[end + 1 :])
        yield cells[start].source, texts, list(behind)


@pytest.mark.parametrize("name", READ)
def test_no_fold_of_a_page_hides_a_lead_in_and_leaves_the_answer_open(name):
    for words, texts, behind in folds_of(name):
        assert not texts[-1].endswith(":"), texts
        drawn_open = any("alt" in cell.metadata for cell in behind)
        if "answer" in words and drawn_open:
            assert len(" ".join(texts).split()) >= answers.SHORT, texts


@pytest.mark.parametrize("name", READ)
def test_each_question_of_a_page_has_one_fold_or_leads_to_the_next(name):
    parts = [
        paragraphs.kind(part)
        for cell in READ[name].notebook.cells
        if cell.cell_type == "markdown"
        for part in paragraphs.paragraphs(cell.source)
    ]
    asked = [place for place, kind in enumerate(parts) if kind == "question"]
    told = [next((k for k in parts[n + 1 :] if k != "text"), "") for n in asked]
    unanswered = told.count("folded") + told.count("question")  # at most
    assert len(asked) - unanswered <= len(list(folds_of(name))) <= len(asked)


def test_blocks_stay_in_one_piece():
    block = "```python\na = 1\n\nb = 2\n```"
    assert answers.split(f"{block}\n\nOn.", before_code=True) == (block, "On.")
    assert answers.split("$$\na\n$$\n\nOn.", before_code=True) == ("$$\na\n$$\n\nOn.", "")
    assert answers.split("$$\na\n\nb\n$$", before_code=False) == ("$$\na\n\nb\n$$", "")


@pytest.mark.parametrize("name", READ)
def test_no_word_of_a_page_is_lost_and_folds_are_closed(name):
    before = READ[name].notebook.cells
    after = behind_clicks([nbformat.from_dict(cell) for cell in before])
    texts = [cell.source for cell in after if cell.cell_type == "markdown"]
    opened = [told for told in texts if told.startswith('<details class="result">')]
    assert texts.count("</details>") == len(opened) > 0
    words = "".join(told for told in texts if told not in (*opened, "</details>")).split()
    assert "".join(words) == "".join(
        "".join(cell.source.split()) for cell in before if cell.cell_type == "markdown"
    )
    outputs = [len(cell.outputs) for cell in after if cell.cell_type == "code"]
    assert sum(outputs) == sum(len(c.outputs) for c in before if c.cell_type == "code")


def figure_cell(code):
    return page(f'# %% alt="A picture"\n{code}\n').notebook.cells[0]


DRAWS = {"lanes", "panels", "decorate", "BLUE"}


@pytest.mark.parametrize(
    ("code", "open_"),
    [
        ('axes = lanes(x, u, z, title="a")', None),
        ('title = "a"\naxis = panels(title)\naxis.plot(x, u)\ndecorate(axis, x="t")', None),
        ("axes = panels(a, b)\nfor axis, y in zip(axes, ys):\n    axis.plot(y)", None),
        ("left, right = panels(2)\nleft.plot(x)\nright.plot(2 * x, color=BLUE)", None),
        ("y = network(x)\naxis = panels(a)\naxis.plot(y)", "y = network(x)"),
        ("axis = panels(a)\ntwice = 2 * x  # all\naxis.plot(twice)", "twice = 2 * x  # all"),
        ("# why\nnetwork(x)\naxis = panels(a)", "# why\nnetwork(x)"),
        ("def f(x):\n    return x\n\naxes = lanes(x, u, z)", "def f(x):\n    return x"),
    ],
)
def test_what_only_draws_is_folded_and_what_is_computed_stays_open(code, open_):
    parts = site_pages.folded(figure_cell(code), DRAWS)
    assert [part.source for part in parts[:-1]] == ([] if open_ is None else [open_])
    assert parts[-1].metadata["tags"] == ["hide-input"]
    assert "alt" in parts[-1].metadata
    lines = "\n".join(part.source for part in parts).splitlines()
    assert sorted(filter(None, lines)) == sorted(filter(None, code.splitlines()))


def test_what_is_marked_for_slides_only_is_folded_all_the_same():
    cell = figure_cell("axis = panels()\naxis.plot(x)")
    cell.metadata["tags"] = ["no-title"]
    (drawing_,) = site_pages.folded(cell, DRAWS)
    assert drawing_.metadata["tags"] == ["hide-input"]


@pytest.mark.parametrize(
    "code",
    [
        "for x in xs:\n    u.append(x)\n    axis.plot(x)",
        "for x in xs:\n    z = LIF()(x)\n    axis.plot(z)",
        "x = network(1)\naxis = panels(x)\nx = network(2)",  # it cannot wait
        "bars = axis.bar(x)\nhigh = max(bars)",
    ],
)
def test_code_that_draws_and_computes_in_one_stays_open(code):
    cell = figure_cell(code)
    assert site_pages.folded(cell, DRAWS) == [cell]
    assert "hide-input" not in cell.metadata.get("tags", [])
    open_, drawing_ = site_pages.folded(figure_cell(f'{code}\ndecorate(axis, title="a")'), DRAWS)
    assert (open_.source, drawing_.source) == (code, 'decorate(axis, title="a")')


def test_code_with_a_tag_stays_as_it_is():
    cell = page('# %% alt="a" tags=["slide"]\naxes = lanes(x)\n').notebook.cells[0]
    assert site_pages.folded(cell, DRAWS) == [cell]


LABELLED = (
    'names = {"a": "one"}',
    "rows = []\nfor x in xs:\n    rows += [[names[x], f'{x:.1f}']]",
)


def cells_of(*sources):
    return page(*(f"\n# %%\n{source}\n" for source in sources))


def arranged(*sources):
    """Return the statements of small cells that only arrange for what draws."""
    lines = arranging(cells_of(*sources), DRAWS)
    return {source.splitlines()[line - 1] for source, line in lines}


def test_labels_and_rows_that_only_drawings_use_are_arranged():
    first = {source.splitlines()[0] for source in LABELLED} | {"for x in xs:"}
    assert arranged(*LABELLED, "axis = panels(rows)") == first


@pytest.mark.parametrize(
    "source",
    [
        "print(rows)",
        "y = network(rows)",
        "def f():\n    return rows",
        "class F:\n    most = max(rows)",
    ],
)
def test_what_is_computed_with_as_well_is_not_arranged(source):
    assert arranged(*LABELLED, "axis = panels(rows)", source) == set()


SHORT = 'a = {"k": "x"}'


def test_a_name_that_is_bound_anew_is_another_one_and_its_own_names_are_free():
    assert arranged(SHORT, "lanes(a)", "a = network(1)", "print(a)") == {SHORT}
    assert arranged(SHORT, "lanes(a)", "print([a for a in b])") == {SHORT}
    assert arranged(SHORT, "lanes(a)", "def f(a):\n    return a") == {SHORT}


@pytest.mark.parametrize(
    "source",
    ["a = network(1)", "a = [1, 2]", "a = b + c", "a = b[1:]", "for x in xs:\n    a = f(x)", "a"],
)
def test_what_computes_or_holds_numbers_is_not_arranged(source):
    assert arranged(source, "lanes(a)") == set()


def test_what_is_arranged_is_folded_with_what_draws():
    sources = (*LABELLED, "y = network(1)", "axis = panels(rows)")
    cell = figure_cell("\n".join(sources))
    found = Page("02_a", nbformat.v4.new_notebook(cells=[cell]))
    lines = arranging(found, DRAWS)
    computes, shows = site_pages.folded(cell, DRAWS, lines)
    assert computes.source == "y = network(1)"
    assert shows.source == "\n".join([*LABELLED, "axis = panels(rows)"])


def test_a_cell_without_a_figure_is_folded_where_all_of_it_arranges_and_joins_the_next_one():
    sources = (*LABELLED[:1], "axis = panels(names)")
    found = cells_of(*sources)
    lines = arranging(found, DRAWS)
    cells = [part for c in found.notebook.cells for part in site_pages.folded(c, DRAWS, lines)]
    (cell,) = [each for each in site_pages.joined(cells) if each.source.strip()]
    assert cell.source == "\n".join(sources)
    printing = cells_of("print(3)").notebook.cells[-1]
    assert site_pages.folded(printing, DRAWS) == [printing]


def test_half_of_the_code_of_page_02_that_was_open_draws():
    found = READ["02_lif_neuron"]
    _, draws = drawing.imported(found)
    cells = [cell for cell in found.main if cell.cell_type == "code"]
    cells = [cell for cell in cells if not {"setup", "check", "exercise"} & set(tags(cell))]
    parts = [part for cell in cells for part in site_pages.folded(cell, draws)]
    folded = [part.source for part in parts if "hide-input" in tags(part)]
    lines, gone = (sum(map(code_lines, texts)) for texts in ([c.source for c in cells], folded))
    assert 0.4 < gone / lines < 0.65
    assert not any(re.search(r"LIF\(.*\n.*neuron\(", text) for text in folded)


def code_lines(text):
    return len([line for line in text.splitlines() if line.strip()])


def test_titles_of_figures_are_folded():
    opened = []
    for found in READ.values():
        _, draws = drawing.imported(found)
        cells = [part for cell in found.main for part in site_pages.folded(cell, draws)]
        figures = [cell for cell in cells if cell.cell_type == "code" and not tags(cell)]
        opened += re.findall(r'\btitles? ?= ?\[?"[^"]+', "\n".join(c.source for c in figures))
    assert len(opened) <= 2, opened  # where the code goes on to compute behind them


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.fixture
def prepared(tmp_path):
    """Return a function that prepares a small page with a figure of one grey pixel."""

    def prepare(*parts):
        found = page(*parts)
        for cell in found.notebook.cells:
            if "alt" in cell.metadata:
                data = {"image/png": png(np.full((8, 9, 3), 255, np.uint8))}
                cell.outputs = [nbformat.v4.new_output("display_data", data)]
        return site_pages.prepare(found, tmp_path)

    return prepare


def test_figures_are_described_and_come_for_both_themes(prepared, tmp_path):
    (cell,) = [cell for cell in prepared(START).cells if "alt" in cell.metadata]
    html = cell.outputs[0].data["text/html"]
    assert html.count('alt="A picture"') == html.count("<img") == 2
    assert 'width="9" height="8"' in html
    assert sorted(path.stem.split("-")[1] for path in tmp_path.iterdir()) == ["dark", "light"]


def test_the_badge_becomes_a_link_and_the_page_itself_is_left_as_it_is(prepared):
    badge = "[![Open in Colab](https://colab/badge.svg)](https://colab/page)"
    source = START.replace("# **What", f"# {badge}\n#\n# **What")
    made_page = prepared(source)
    assert "[Open in Colab](https://colab/page)" in made_page.cells[0].source
    assert "badge" not in nbformat.writes(made_page)


def test_tasks_stand_below_their_explorer():
    told = "Click it. Change only this:\n\n1. One.\n2. Two."
    cells = page(START, text(told), "\n# %%\nExcite().sliders()\n", text("Three.")).notebook.cells
    sources = [cell.source for cell in site_pages.tasks_below(cells)]
    place = sources.index("Excite().sliders()")
    assert sources[place - 1] == "Click it. Change only this."
    assert sources[place + 1 : place + 3] == ["**Try this**\n\n1. One.\n2. Two.", "Three."]


def test_a_page_begins_with_what_it_needs_and_its_times_in_lines_of_their_own(prepared):
    badge = "[![Open in Colab](https://colab/badge.svg)](https://colab/page)"
    cells = prepared(START.replace("# **What", f"# {badge}\n#\n# **What")).cells
    told = cells[0].source.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert "Needs: [page 01](01_spike_encoding.ipynb)." in told
    times = "20 minutes to read, half a minute to run · [Open in Colab](https://colab/page)"
    assert times in told
    assert "20\N{NO-BREAK SPACE}minutes to\N{NO-BREAK SPACE}read" in cells[0].source
    assert ["setup" in tags(cells[1]), cells[2].source] == [True, "Introduces `LIF` and `rate`."]


def test_a_page_that_introduces_nothing_does_not_say_so(prepared):
    cells = prepared(START.replace("`LIF` and `rate`", "nothing")).cells
    assert not [cell for cell in cells if "Introduces" in cell.source]


def test_a_reader_of_the_site_guesses(prepared):
    cells = prepared(START, text(QUESTION)).cells
    assert cells[-1].source.startswith("> **First guess:** how many ")


def test_only_the_first_live_figure_of_a_page_asks_for_what_all_share(prepared):
    cells = prepared(START, "\n# %%\nExcite().sliders()\n", "\n# %%\nLIFNeuron().sliders()\n").cells
    shown_ = [c for c in cells if ".sliders()" in c.source and c.outputs]
    one, two = [cell.outputs[0].data["text/html"] for cell in shown_]
    assert "live/shared.js" in one
    assert "live/excite.js" in one
    assert "shared.js" not in two
    assert ('id="live"' in one, 'id="live"' in two) == (True, False)


def test_setup_checks_and_drawings_of_the_real_pages_are_folded(tmp_path):
    found = READ["02_lif_neuron"]
    code = [cell for cell in found.notebook.cells if "alt" not in cell.metadata]
    small = Page(found.name, nbformat.from_dict(found.notebook | {"cells": code}))
    hidden = tagged(site_pages.prepare(small, tmp_path), "hide-input")
    kinds = r"assert|import|check\(|axis\.plot\(|\.sliders\(\)"
    assert all(re.search(kinds, cell.source) for cell in hidden)
    stubs = [cell for cell in hidden if "check(" in cell.source]
    assert len(stubs) == 2  # the others ask for code, which is read


NAMES = {"02": "02_b", "04": "04_d", "17": "17_q"}


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("See page 02.", "See [page 02](02_b.ipynb)."),
        ("Page 02's way", "[Page 02](02_b.ipynb)'s way"),
        ("pages 02 and 04", "pages [02](02_b.ipynb) and [04](04_d.ipynb)"),
        ("page 02 (a), 04 (b)", "page [02](02_b.ipynb) (a), [04](04_d.ipynb) (b)"),
        ("page 02 (a), page 04", "[page 02](02_b.ipynb) (a), [page 04](04_d.ipynb)"),
        ("(*Deeper*)", f"({site_links.DEEPER})"),
    ],
)
def test_pages_are_linked_in_prose(said, made):
    assert site_links.linked(said, NAMES, True) == made


@pytest.mark.parametrize(
    "said",
    [
        "page 03, in `page 02`, [page 02](x), $page 02$, page 021",
        "```python\npage = 1  # page 02\n```",
        "### As on page 02",
        "<summary>page 02</summary>",
    ],
)
def test_what_is_no_prose_is_not_linked(said):
    assert site_links.linked(said, NAMES, True) == said


def test_each_number_in_the_table_of_routes_is_a_link():
    head = "17\n\n| you want to | go to | read before |\n|---|---|---|\n"
    made = site_links.linked(f"{head}| a | [02](x), 04 | 02 to 17 |\n\n04", NAMES, False)
    row = "| a | [02](x), [04](04_d.ipynb) | [02](02_b.ipynb) to [17](17_q.ipynb) |"
    assert made == f"{head}{row}\n\n04"
    table = READ["00_why_spikes"].named("Where to go").text
    names = {found.number: name for name, found in READ.items()}
    left = re.sub(r"\[\d\d\]\([^)]*\)", "", site_links.linked(table, names, False))
    assert re.findall(r"\b\d\d\b", left) == []


def test_needs_of_a_real_page_lead_to_the_pages(tmp_path):
    found = READ["05_surrogate_gradients"]
    small = Page(
        found.name, nbformat.from_dict(found.notebook | {"cells": found.notebook.cells[:1]})
    )
    text = site_pages.prepare(small, tmp_path).cells[0].source
    assert "[page 02](02_lif_neuron.ipynb)" in text
    assert "[page 04](04_layers_and_readouts.ipynb)" in text


def test_the_site_says_what_a_folded_test_is_and_field_where_there_is_one(prepared):
    cells = prepared(START, CHECK, text(site_pages.STUB)).cells
    prompts = [
        cell.metadata["mystnb"]["code_prompt_show"] for cell in cells if "mystnb" in cell.metadata
    ]
    assert "Check" in prompts
    assert cells[-1].source == site_pages.FIELD
    assert any(site_pages.STUB in cell.source for cell in READ["00_why_spikes"].notebook.cells)
