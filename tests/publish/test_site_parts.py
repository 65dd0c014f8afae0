"""What the site makes anew: dark figures, tables of printed columns, fields, formulas."""

import base64
import html
import io
import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
from publish import (
    dark_figures,
    live_html,
    site,
    site_exercises,
    site_figures,
    site_sphinx,
    site_type,
)
from publish.mathml import THIN
from publish.site_tables import pieces, table
from snn_core.teaching import live
from snn_core.teaching.exercises import Value, find, pages
from snn_core.teaching.exercises.comparison import slack
from snn_core.teaching.palette import (
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    LIVE,
    PALE,
    PALE_BLUE,
    PALE_ORANGE,
    VERMILION,
    YELLOW,
)
from snn_core.teaching.records import recorded
from tests.pages import READ

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="runs the script with Node, which is missing")
LINES = 2000  # of JavaScript, for all live figures, that hold code
DARK_PAGE = 0x13 / 255


def colour(text):
    return np.array([int(text[place : place + 2], 16) for place in (1, 3, 5)])


def canvas(*spots):
    """Return a white figure of 60 by 80 pixels with rectangles of colour on it."""
    pixels = np.full((60, 80, 3), 255, np.uint8)
    for rows, columns, value in spots:
        pixels[slice(*rows), slice(*columns)] = value
    return pixels


def dark(pixels):
    return np.asarray(dark_figures.for_dark(Image.fromarray(pixels))) / 255


def test_paper_is_gone_and_ink_is_light_on_a_dark_page():
    shown = dark(canvas(((5, 6), (5, 60), 0), ((20, 22), (5, 60), colour(BLUE))))
    assert (shown[40:, 40:, 3] == 0).all()
    assert shown[5, 20].min() > 0.9
    assert shown[20, 20, 3] == 1


def on_dark(ink):
    """Return a colour as a dark page shows it, and its contrast there."""
    pixel = dark(canvas(((5, 7), (5, 60), colour(ink))))[5, 20]
    rgb = pixel[:3] * pixel[3] + DARK_PAGE * (1 - pixel[3])
    return rgb, contrast_on_dark(rgb)


def contrast_on_dark(rgb):
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ground = ((DARK_PAGE + 0.055) / 1.055) ** 2.4
    return (linear @ dark_figures.LUMA + 0.05) / (ground + 0.05)


@pytest.mark.parametrize("ink", [*CYCLE, YELLOW, GREY])
def test_ink_keeps_its_hue_and_has_contrast_on_a_dark_page(ink):
    rgb, contrast = on_dark(ink)
    assert contrast > 4.5
    if len(set(colour(ink))) > 1:  # the strongest and the weakest colour stay what they are
        assert (rgb.argmax(), rgb.argmin()) == (colour(ink).argmax(), colour(ink).argmin())


def test_pale_dots_are_seen_on_a_dark_page_and_pale_boxes_stay_behind_their_words():
    assert on_dark("#a8cee4")[1] > 2.5  # a pale blue
    assert all(1.1 < on_dark(box)[1] < 2.5 for box in (PALE_BLUE, PALE_ORANGE))


def drawn(name, alt):
    """Return the figure of a page whose description begins so, in RGB."""
    cells = READ[name].notebook.cells
    cell = next(each for each in cells if each.metadata.get("alt", "").startswith(alt))
    (figure,) = [output.data for output in cell.outputs if "image/png" in output.get("data", {})]
    return Image.open(io.BytesIO(base64.b64decode(figure["image/png"]))).convert("RGB")


def test_the_words_on_a_coloured_table_have_contrast_in_light_and_dark():
    image = drawn("15_one_task_every_rule", "Table of nine rules")
    light, shown = np.asarray(image) / 255, np.asarray(dark_figures.for_dark(image)) / 255
    rgb = shown[..., :3] * shown[..., 3:] + DARK_PAGE * (1 - shown[..., 3:])
    colours, counts = np.unique(light.reshape(-1, 3), axis=0, return_counts=True)
    blue = colours[np.argmax(np.where(np.ptp(colours, axis=1) > 0.1, counts, 0))]
    under, ink = (light == blue).all(-1), (light == 0).all(-1)
    assert under.sum() > 20_000
    for ground, word in (
        (contrast_on_dark(blue), contrast_on_dark(np.zeros(3))),
        (contrast_on_dark(rgb[under][0]), contrast_on_dark(rgb[ink][0])),
    ):
        assert max(ground, word) / min(ground, word) >= 4.5


DOTS = {"09_stdp": "Dots for each neuron", "22_memory_and_delays": "Test digits right for seven"}


@pytest.mark.parametrize(("name", "alt"), DOTS.items())
def test_dots_per_seed_are_seen_on_a_dark_page(name, alt):
    image = drawn(name, alt)
    light, shown = np.asarray(image) / 255, np.asarray(dark_figures.for_dark(image)) / 255
    rgb = shown[..., :3] * shown[..., 3:] + DARK_PAGE * (1 - shown[..., 3:])
    for color in (BLUE, VERMILION):  # of the two series
        there = (abs(colour(color) / 255 - light) < 2 / 255).all(-1)
        assert there.sum() > 100
        assert min(contrast_on_dark(each) for each in rgb[there]) >= 3


@pytest.mark.parametrize(
    ("name", "ink"),
    [("blue", BLUE), ("vermilion", VERMILION), ("green", GREEN), ("grey", GREY), ("pale", PALE)],
)
def test_live_figures_have_the_colours_that_others_have_on_a_dark_page(name, ink):
    assert np.allclose(colour(LIVE["dark"][name]) / 255, on_dark(ink)[0], atol=2.5 / 255)


def test_a_darker_blue_of_a_map_is_a_lighter_one_on_a_dark_page():
    shades = plt.get_cmap("Blues")(np.linspace(0, 1, 20))
    seen = [on_dark(to_hex(shade))[1] for shade in shades]
    assert (np.diff(seen) > 0).all()


def test_a_grey_picture_stays_as_it_is_with_its_white_strokes():
    strokes = ((25, 31), (15, 45), 255), ((35, 40), (15, 45), 128)
    reaching_the_paper = (40, 55), (50, 60), 255
    pixels = canvas(((5, 55), (5, 60), 0), *strokes, reaching_the_paper)
    shown = dark(pixels)[5:55, 5:60]
    assert (shown[..., 3] == 1).all()
    assert np.allclose(shown[..., :3], pixels[5:55, 5:60] / 255, atol=1 / 255)


def test_a_box_around_letters_is_no_picture():
    letters = [((20, 36), (20 + 6 * k, 23 + 6 * k), 0) for k in range(5)]
    box = ((14, 42), (12, 56), 0x76), ((16, 40), (14, 54), 255)
    assert (dark(canvas(*box, *letters))[18, 16:50, 3] == 0).all()


def test_a_white_corner_of_a_grey_picture_is_a_part_of_it():
    corner, stroke = ((5, 30), (35, 60), 255), ((28, 55), (30, 38), 255)
    pixels = canvas(((5, 55), (5, 60), 0), corner, stroke)
    assert dark_figures.pictures(pixels / 255)[5:55, 5:60].all()


def test_white_squares_in_a_net_of_grey_lines_are_no_picture():
    net = np.full((100, 100), 0x60, np.uint8)
    for row, column in itertools.product(range(4, 96, 16), repeat=2):
        net[row : row + 12, column : column + 12] = 255
    pixels = np.pad(net, 20, constant_values=255)
    assert not dark_figures.pictures(np.stack([pixels / 255] * 3, -1)).any()


def test_white_that_a_curve_encloses_is_paper_and_a_pale_area_is_dark():
    ring = canvas(((10, 50), (10, 50), 0), ((12, 48), (12, 48), 255))
    assert (dark(ring)[15:45, 15:45, 3] == 0).all()
    pale = dark(canvas(((10, 50), (10, 50), 0xCF)))[30, 30]
    assert pale[:3].max() * pale[3] < 0.3


def side_by_side(*edges, height=60):
    """Return a white figure of 900 pixels with black from edge to edge."""
    figure = np.ones((height, 900, 3))
    for low, high in edges:
        figure[5:50, low:high] = 0
    return figure


def test_panels_side_by_side_are_found_with_their_labels():
    labels, left, between, right = (20, 30), (45, 400), (450, 460), (470, 880)
    found = site_figures.panels(side_by_side(labels, left, between, right))
    assert found == [[(16, 388)], [(446, 438)]]


def test_a_panel_without_labels_has_those_of_the_first_before_it():
    found = site_figures.panels(side_by_side((20, 30), (45, 400), (470, 880)))
    assert found == [[(16, 388)], [(16, 18), (466, 418)]]
    assert site_figures.panels(side_by_side((45, 400), (470, 880))) == [[(41, 363)], [(466, 418)]]


def test_no_window_on_a_panel_cuts_ink():
    near = side_by_side((20, 43), (45, 400), (470, 880))
    found = site_figures.panels(near)
    assert found == [[(16, 388)], [(16, 29), (466, 418)]]
    for left, width in itertools.chain(*found):
        assert near[:, [left, left + width - 1]].min() == 1
    for between in (3, 4):  # a title whose words are parted there
        assert site_figures.panels(side_by_side((20, 440), (440 + between, 880))) == []
    numbers = side_by_side((20, 30), (45, 400), (470, 880), height=80)
    numbers[60:70, 26:44] = 0  # below the axis of the first panel, under its labels
    assert site_figures.panels(numbers) == []


def test_a_panel_with_a_name_alone_has_the_numbers_of_the_first_behind_it():
    figure = side_by_side((20, 30), (38, 50), (55, 400), (430, 440), (450, 880), height=240)
    figure[5:50, 38:50] = figure[5:50, 55:58] = figure[5:50, 450:453] = 1
    figure[8:18, 38:50] = figure[36:46, 38:50] = 0  # two numbers
    figure[[13, 41], 55:58] = figure[[13, 41], 450:453] = 0  # and ticks
    shown = [[(16, 388)], [(426, 19), (34, 21), (445, 439)]]
    assert site_figures.panels(figure) == shown
    others = figure.copy()
    others[20, 450:453] = 0  # ticks of its own
    assert site_figures.panels(others) == [[(16, 388)], [(426, 458)]]
    figure[8:18, 443:447] = 0  # and numbers
    assert site_figures.panels(figure) == [[(16, 388)], [(426, 458)]]


def test_numbers_that_stand_out_below_the_axis_of_a_panel_are_no_labels_of_it():
    figure = side_by_side((20, 30), (45, 400), (470, 880), height=80)
    figure[60:70, 460:468] = 0
    assert site_figures.panels(figure) == [[(16, 388)], [(16, 18), (456, 428)]]


@pytest.mark.parametrize(
    "edges", [[(20, 880)], [(20, 640), (700, 880)], [(n, n + 150) for n in range(20, 400, 160)], []]
)
def test_what_is_no_row_of_panels_is_not_cut(edges):
    assert site_figures.panels(side_by_side(*edges)) == []


def contrast(ink, paper):
    """Return the contrast of two colours (WCAG 2)."""
    rgb = [colour(text) / 255 for text in (ink, paper)]
    linear = [
        np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4) for part in rgb
    ]
    low, high = sorted(part @ dark_figures.LUMA for part in linear)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#131416")])
def test_lines_marks_and_words_of_live_figures_have_contrast(theme, paper):
    inks = {name: ink for name, ink in LIVE[theme].items() if name != "pale"}  # an area behind them
    assert all(contrast(ink, paper) >= 4.5 for ink in inks.values())


def test_live_figures_draw_only_areas_behind_others_in_the_pale_colour():
    folder = Path(live.__file__).parent
    used = [
        line.strip()
        for path in sorted(folder.glob("*.js"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bpale\b", line)
    ]
    assert used == [
        "course.bars([start, start + width], [top], figure.pale);",
        "for (const from of [0, part + delay]) "
        "panel.bars([from, from + part], [panel.y[1]], figure.pale);",
    ]


def test_columns_that_are_printed_become_a_table():
    made = table(
        "  8 ms: error 0.047, 875 spikes\n 32 ms: error 0.02, 34 spikes\n1 ms: error -1, 2 spikes\n"
    )
    assert re.findall(r"<th\b[^>]*>(.*?)</th>", made) == ["ms", "error", "spikes"]
    assert re.findall(r"<td[^>]*>(.*?)</td>", made)[3:6] == ["32", "0.02", "34"]


def test_the_same_words_in_all_lines_are_a_head():
    made = table("w = 0.2  spikes: 0.0\nw = 0.3  spikes: 1.0\nw = 0.4  spikes: 1.0\n")
    assert re.findall(r"<th\b[^>]*>(.*?)</th>", made) == ["w", "spikes"]
    assert re.findall(r"<td[^>]*>(.*?)</td>", made) == ["0.2", "0.0", "0.3", "1.0", "0.4", "1.0"]


def test_a_first_line_without_numbers_is_the_head():
    made = table("rule   cost\nBPTT   1\nnone   <2\n")
    assert re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", made) == [
        "rule",
        "cost",
        "BPTT",
        "1",
        "none",
        "&lt;2",
    ]


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\n", "a: 1\nb: 2, 3\nc: 1\n", "a: [1, 2]\n" * 3, "a\nb\nc\n"]
)
def test_other_prints_stay_as_they_are(text):
    assert table(text) is None


def test_the_origin_of_a_record_is_a_note_that_breaks_and_what_stands_around_it_stays():
    origin = str(recorded("energy"))
    before, note, behind = pieces(f"right: 1\n{origin}\na  1\nb  2\nc  3\n")
    assert before == ("right: 1\n", False)
    assert note[1]
    assert "<code" in note[0]
    assert re.sub("<[^>]+>|`", "", note[0]) == origin.replace("`", "")
    assert behind == (table("a  1\nb  2\nc  3\n"), True)
    assert pieces(f"{origin}\n") == [note]


def test_lines_of_code_can_break_and_a_copy_is_the_same_text():
    code = "<b>if</b> x:\n    y\n\nz\n"
    around = '<div class="highlight-{} notranslate"><div class="highlight"><pre>', "</pre>"
    opening = around[0].format("python")
    made = site_type.with_type(f"{opening}<span></span>{code}{around[1]}")
    assert made.count('<span class="line"') == 4
    assert made.count('style="--indent: 4ch"') == 1
    assert re.sub("</?span[^>]*>", "", made) == f"{opening}{code}{around[1]}"
    printed = f"{around[0].format('myst-ansi')}{code}{around[1]}"
    assert site_type.with_type(printed) == printed


def test_a_cell_without_a_symbol_has_a_dash():
    row = "<tr><td{}><p>{}</p></td><td><p></p></td></tr>"
    made = "<table><th><p>{}</p></th>" + row.format("", "") + row.format("", "u") + "</table>"
    found = site_type.with_type(made.format("symbol"))
    assert found == made.format("symbol").replace("<p></p>", "<p>–</p>", 1)
    assert site_type.with_type(made.format("rule")) == made.format("rule")


def test_the_sign_of_a_comment_stays_with_its_first_word():
    opening = '<div class="highlight-python notranslate"><div class="highlight"><pre>'
    made = site_type.with_type(f'{opening}x <span class="c1"># 110 steps</span></pre>')
    assert '<span class="held"># 110</span> steps' in made


def test_numbers_of_tables_have_a_minus_sign_and_nothing_else_has():
    text = '<td class="number">-0.13</td><td>-x</td><p>-1</p>'
    assert site_type.with_type(text) == text.replace("-0.13", "−0.13")


SOURCES = "\n".join(cell.source for found in READ.values() for cell in found.notebook.cells)
VALUES = {
    f"{number}": find(number)
    for page in pages()
    for number in (f"{page}.{k}" for k in range(1, 6))
    if f'"{number}"' in SOURCES and isinstance(find(number), Value)
}
ASKED = {n: v for n, v in VALUES.items() if site_exercises.accepted(n, v.expected, v.tolerance)}


def verdicts(cases):
    """Return what the script says to each (data, list of answers of one reader)."""
    script = (site.SOURCE / "static" / "exercises.js").read_text(encoding="utf-8")
    runner = (
        f"{script}\nconst cases = JSON.parse(require('fs').readFileSync(0, 'utf-8'));"
        "console.log(JSON.stringify(cases.map(([asked, answers]) => {"
        "const wrong = new Set(); return answers.map((each) => verdict(each, asked, wrong)); })));"
    )
    done = subprocess.run(
        [NODE, "-e", runner],
        input=json.dumps(cases),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def test_an_exercise_in_code_leads_to_colab_in_a_tab_of_its_own():
    made = site_exercises.beside(READ["02_lif_neuron"], "02.3")
    assert re.search(r'<a href="https://colab[^"]*" target="_blank" rel="noopener">', made)


@needs_node
def test_a_field_says_which_row_is_the_first_wrong_one():
    right = "0.6 0, 1.2 1, 0.4 0, 2.1 1, 1.05 1"
    by_columns = "0.6 1.2 0.4 2.1 1.06  0 1 0 1 1"
    answers = [right, right.replace("1.05", "1"), right.replace("0.6 0", "0.6 1"), by_columns]
    (said,) = verdicts([(data("02.2"), answers)])
    assert said[0] == "Correct."
    assert said[1].startswith("Not yet. 4 of 5 right: look at step 4. ")
    assert said[2].startswith("Not yet. 4 of 5 right: look at step 0. ")
    assert said[3].startswith("Not yet. 4 of 5 right: look at step 4. ")


def test_a_field_for_several_numbers_has_room_for_them_and_shows_how_to_write_them():
    made = site_exercises.beside(READ["02_lif_neuron"], "02.2")
    assert int(re.search(r'size="(\d+)"', made)[1]) > len("0.25 0 " * 5)
    assert 'placeholder="such as 0.25 1, 0.5 0, …"' in made
    assert "placeholder" not in site_exercises.beside(READ["02_lif_neuron"], "02.1")


def data(number):
    asked = VALUES[number]
    made = site_exercises.field(
        number, asked, site_exercises.accepted(number, asked.expected, asked.tolerance)
    )
    return json.loads(html.unescape(re.search(r'data-exercise="([^"]*)"', made)[1]))


def written(value):
    """Return an answer as a reader would write it; None if no field asks for such a one."""
    if isinstance(value, str):
        return value
    numbers = site_exercises.flat(value)
    return None if numbers is None else ", ".join(map(repr, numbers))


def shifted(value, share, tolerance):
    """Return an answer whose numbers are off by a share of what is tolerated."""
    if isinstance(value, list | tuple):
        return [shifted(part, share, tolerance) for part in value]
    return float(value) + share * float(slack(np.array(float(value)), tolerance, rounded=True))


def test_most_exercises_that_ask_for_a_value_have_a_field():
    assert len(ASKED) >= 0.9 * len(VALUES)
    assert len(ASKED) < len(VALUES)  # one asks for a number and words


@needs_node
def test_the_script_finds_right_what_the_check_finds_right_and_nothing_else():
    cases, expected = [], []
    for number, asked in ASKED.items():
        tries = [asked.expected, *(m.wrong for m in asked.mistakes if not callable(m.wrong))]
        if not isinstance(asked.expected, str):
            tries += [shifted(asked.expected, by, asked.tolerance) for by in (-1.3, -0.8, 0.8, 1.3)]
        for tried in tries:
            if written(tried) is not None:
                cases.append([data(number), [written(tried)]])
                expected.append(asked.fault(tried) is None)
    assert [answers[0] == "Correct." for answers in verdicts(cases)] == expected
    assert 0 < sum(expected) < len(expected)


@needs_node
def test_a_table_is_right_by_rows_and_by_columns():
    rows = VALUES["02.2"].expected
    by_columns = ", ".join(
        str(float(each)) for column in zip(*rows, strict=True) for each in column
    )
    mixed = by_columns.replace("0.6", "0.7")
    right, wrong = verdicts([[data("02.2"), [by_columns, mixed]]])[0]
    assert right == "Correct."
    assert wrong.startswith("Not yet.")
    assert "5 times 2 numbers" in site_exercises.beside(READ["02_lif_neuron"], "02.2")


@needs_node
def test_a_decimal_comma_is_read_and_what_would_have_to_be_computed_is_refused():
    cases = [[data("00.2"), ["1,6", "1,9"]], [data("02.1"), ["exp(-5/20)", "0,779"]]]
    (right, wrong), (asked, beta) = verdicts(cases)
    assert right == beta == "Correct."
    assert wrong == f"Not yet. {VALUES['00.2'].hint}"
    assert asked.endswith("write the result: 0.25, or 1/4.")


@needs_node
def test_a_word_may_have_its_article_and_its_noun():
    given = ["last", "the last", "The 'last' matrix.", "the first", "first last"]
    *right, wrong, both = verdicts([[data("05.2"), given]])[0]
    assert right == ["Correct."] * 3
    assert "From the first matrix" in wrong
    assert both.startswith("Not yet.")


@needs_node
def test_hints_come_one_after_the_other_and_the_same_answer_again_shows_no_more():
    asked = VALUES["08.1"]
    once, again, other, right = verdicts([[data("08.1"), ["77", "77", "78", "1/64"]]])[0]
    assert once == again == f"Not yet. {asked.hint}"
    assert other == f"Not yet. {asked.hint} {asked.stronger}"
    assert right == "Correct."


@pytest.mark.parametrize("number", ASKED)
def test_the_field_does_not_hold_the_answer(number):
    asked = ASKED[number]
    told = json.dumps({k: v for k, v in data(number).items() if k in ("salt", "parts")})
    for each in (
        [asked.expected] if isinstance(asked.expected, str) else site_exercises.flat(asked.expected)
    ):
        assert f" {each}," not in told.replace("}", ",")


def test_an_exercise_in_code_has_its_hints_folded_and_says_where_to_write_it():
    made = site_exercises.beside(READ["02_lif_neuron"], "02.3")
    assert made.count("<details>") == 2
    assert "colab" in made
    assert "form" not in made


def test_a_hint_shows_no_marks():
    assert ">clamp</code>" in site_exercises.beside(READ["05_surrogate_gradients"], "05.4")
    assert "<em>next</em>" in site_exercises.beside(READ["13_online_learning"], "13.2")
    told = site_exercises.beside(READ["14_local_learning"], "14.1")
    assert "leaks by a factor " in told


@pytest.mark.parametrize("page", READ.values(), ids=list(READ))
def test_no_exercise_shows_a_mark_of_its_source(page):
    cells = site_exercises.with_fields(page, page.notebook.cells)
    made = [cell.source for cell in cells if cell.source.startswith(("<form", "<div"))]
    assert not any(re.search(r"`|(?<!\w)\*\w+\*", html.unescape(text)) for text in made)


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        (r"a \qquad\qquad \text{if } b \quad c", ["a", r"\text{if } b", "c"]),
        (r"\begin{aligned} a \quad b \end{aligned}", [r"\begin{aligned} a \quad b \end{aligned}"]),
        (r"\left( a \quad b \right) \leftarrow c", [r"\left( a \quad b \right) \leftarrow c"]),
    ],
)
def test_a_formula_is_cut_at_the_wide_spaces_that_nothing_encloses(latex, parts):
    assert site_sphinx.parts(latex) == parts


def test_a_long_formula_breaks_before_what_goes_on_and_nothing_encloses():
    long = (
        r"u_+[t] = \beta\,(v + I) + \begin{cases} a = 1 \\ b + 1 \end{cases} = \frac{x + y}{z = 1}"
    )
    *_, cases, last = links = site_sphinx.chain(long)
    assert "".join(links) == long
    assert [link[0] for link in links] == list("u=+=")
    assert cases.count("=") == 1
    assert last.count("+") == 1
    made = site_sphinx.linked(long)
    assert made.startswith('<span class="chain"><math')
    assert made.count("<math") == made.count('form="infix"') + 1 == len(links)
    assert site_sphinx.linked("a = b + c") == site_sphinx.formula("a = b + c", "block")


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"\mathrm{d}t", '<mi mathvariant="normal">d</mi><mi>t</mi>'),
        (r"a\!b", 'width="-0.167em"'),
        (r"\mathbf 1", 'style="font-weight: bold"'),
        (r"\frac{a}{b}", "<mfrac>"),
        (r"5 \ln 4", f"<mn>5</mn>{THIN}<mi>ln</mi>{THIN}<mn>4</mn>"),
        (r"= \ln(1)", '</mo><mi>ln</mi><mo stretchy="false">'),
        (r"\log_2 x", "<msub><mi>log</mi><mn>2</mn></msub><mi>x</mi>"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "</mtr><mtr>"),
    ],
)
def test_formulas_are_mathml_that_browsers_know(latex, part):
    assert part in site_sphinx.formula(latex, "inline")


def test_every_formula_of_the_pages_is_known():
    for found in READ.values():
        for cell in found.notebook.cells:
            if cell.cell_type != "markdown":
                continue
            for block, inline in re.findall(
                r"\$\$(.*?)\$\$|\$([^$\n]+?)\$", cell.source, flags=re.S
            ):
                made = site_sphinx.formula(block or inline, "block" if block else "inline")
                assert "\\" not in made, block or inline
                assert "mathspace" not in made, block or inline
                assert "<mi>&</mi>" not in made, block or inline


def test_the_scripts_of_live_figures_are_plain_and_share_one(tmp_path):
    live_html.write(folder := tmp_path / "live")
    for path in folder.glob("*.js"):
        assert not re.search(r"^(export|import) ", path.read_text(encoding="utf-8"), flags=re.M)
    own = [
        path.read_text(encoding="utf-8") for path in folder.glob("*.js") if path.stem != "shared"
    ]
    assert not any("class Panel" in text or "function lifStep" in text for text in own)


def test_live_figures_have_at_most_2000_lines_of_javascript():
    folder = Path(live.__file__).parent
    lines = [
        line.strip()
        for path in folder.glob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    code = [line for line in lines if line and not line.startswith(("//", "/*", "*"))]
    assert len(code) <= LINES


def test_black_words_stay_dark_on_an_area_that_is_bright_in_the_dark():
    area, pale, word = "#5aa1cf", "#e8f1f8", ((30, 32), (20, 40), 0)
    on_area = dark(canvas(((10, 50), (10, 70), colour(area)), word))
    assert contrast_on_dark(on_area[31, 30, :3]) < 1.2
    assert contrast_on_dark(on_area[20, 15, :3]) > 4.5
    on_pale = dark(canvas(((10, 50), (10, 70), colour(pale)), word))
    assert on_pale[31, 30].min() > 0.9
