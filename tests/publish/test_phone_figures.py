"""Wide figures are drawn anew for phones where their words allow it, and shown there only."""

import base64
import io
import re
import subprocess

import nbformat
import pytest

pytest.importorskip("PIL", reason="the extra `site` is not installed")
import torch
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

from publish import enlarged, finer_figures, phone_figures, redrawn, site_pages
from publish.collisions import collisions
from publish.page import ROOT
from snn_core.teaching import diagrams
from snn_core.teaching.inputs import constant
from snn_core.teaching.plotting import film, panels, use_style
from snn_core.teaching.records import recorded
from tests.publish.pages import START, page

LONG = "What this figure shows needs two lines of a title on a phone, and one on a page"
WIDE = """
# %% alt="A line that rises from 0 to 1, and one that falls, over two steps of time, for this test."
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 3))
axes.plot([0, 1], label="rises")
axes.plot([1, 0], label="falls")
_ = axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
"""
DEEPER = """
# %% tags=["check"]
height = 1

# %% [markdown]
# ## Deeper

# %% alt="A level line over two steps of time, which is seen by nobody but by this one small test."
_, axes = plt.subplots(figsize=(7, 3))
_ = axes.plot([height, height])
"""


@pytest.fixture(autouse=True)
def styled():
    """Use the style of the pages, and close what is open."""
    with pyplot.rc_context():
        pyplot.rcdefaults()
        use_style()
        yield
        pyplot.close("all")


def stored(raw):
    return Image.open(io.BytesIO(raw))


def size(drawn):
    """Return width and height in inches of a figure for a phone."""
    return tuple(edge / phone_figures.DPI for edge in stored(base64.b64decode(drawn)).size)


def made(count=1, width=7.0):
    """Return a figure that remembers the size that it was asked for."""
    axes = panels(count, width=width)
    figure = pyplot.gcf()
    figure.wanted = tuple(figure.get_size_inches())
    return figure, axes


def test_a_wide_figure_is_drawn_as_wide_as_a_phone_with_its_title_in_lines():
    figure, axes = made()
    axes.plot([0, 1])
    axes.set_title(LONG)
    width, height = size(phone_figures.narrowed(figure))
    assert width <= phone_figures.WIDTHS[0] + phone_figures.SLACK
    assert height > 2.8
    assert axes.get_title(loc="left") == LONG  # the figure itself stays as it is


def test_axes_in_a_row_stand_one_below_the_other():
    figure, axes = made(2, width=9.0)
    phone_figures.fit(figure, 3.75, False)
    figure.draw_without_rendering()
    upper, lower = (each.get_position() for each in axes)
    assert upper.y0 > lower.y1
    assert upper.x0 == pytest.approx(lower.x0, abs=0.02)


def test_a_legend_beside_its_axes_goes_below_them():
    figure, axes = made()
    axes.plot([0, 1], label="a line with a long name")
    axes.plot([1, 0], label="another with a long name")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    width, _ = size(phone_figures.narrowed(figure))
    assert width <= phone_figures.WIDTHS[0] + phone_figures.SLACK
    phone_figures.fit(figure, 3.75, True)
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().y1 < axes.get_window_extent().y0


def test_a_legend_below_its_figure_gets_as_many_rows_as_it_needs():
    figure, axes = made(width=6.5)
    for name in ("arithmetic", "reading weights", "keeping states", "sending"):
        axes.plot([0, 1], label=name)
    legend = figure.legend(loc="outside lower center", ncols=4)
    before = legend.get_window_extent().height
    width, _ = size(phone_figures.narrowed(figure))
    assert width <= phone_figures.WIDTHS[0] + phone_figures.SLACK
    phone_figures.fit(figure, phone_figures.WIDTHS[0], False)
    assert len(figure.legends) == 1
    assert figure.legends[0].get_window_extent().height > 1.5 * before


@pytest.mark.parametrize("words", ["45,307 nJ, 96.9% right", "45,307"])
def test_level_bars_get_shorter_where_the_words_behind_them_have_no_room(words):
    figure, axes = made(width=6.5)
    bars = axes.barh(["direct, 25 steps", "128 neurons"], [100, 1])
    axes.bar_label(bars, [words, "518 nJ, 95.1% right"], padding=3)
    axes.set_xlim(0, 130)
    phone_figures.fit(figure, phone_figures.WIDTHS[0], False)
    figure.draw_without_rendering()
    longest = axes.texts[0].get_window_extent()
    assert axes.texts[0].get_text() == words
    assert longest.x1 <= figure.bbox.x1
    assert (axes.get_xlim()[1] > 180) == (len(words) > 10)


def test_words_behind_dots_on_a_logarithmic_axis_get_room():
    figure, axes = made(width=6.5)
    axes.plot([45_307, 518], ["direct, 25 steps", "128 neurons"], "o")
    axes.annotate("45,307 nJ, 96.9% right", (45_307, 0), xytext=(7, 0), textcoords="offset points")
    axes.set(xscale="log", xlim=(100, 200_000))
    phone_figures.fit(figure, phone_figures.WIDTHS[0], False)
    figure.draw_without_rendering()
    assert axes.texts[0].get_window_extent().x1 <= figure.bbox.x1
    low, high = axes.get_xlim()
    assert low == pytest.approx(100)
    assert high > 1e6


def test_words_below_axes_are_turned_where_they_would_meet():
    figure, axes = made()
    axes.set_xticks(range(6), [f"a long name {k}" for k in range(6)])
    phone_figures.fit(figure, 3.75, False)
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {phone_figures.TURN}


def test_a_figure_whose_words_would_meet_and_one_without_a_copy_stay_as_they_are():
    figure, axes = made()
    for place in range(10):
        axes.text(place / 10, 0.5, "eight888")
    assert phone_figures.narrowed(figure) is None
    figure, axes = made()
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} ms")
    assert phone_figures.narrowed(figure) is None


def test_pictures_are_not_shrunk_to_half():
    figure, axes = made()
    axes.imshow([[0, 1] * 6])
    assert phone_figures.narrowed(figure) is None
    axes.set_aspect("auto")
    assert phone_figures.narrowed(figure) is not None


def test_three_pictures_in_a_row_stand_one_below_the_other_though_they_are_narrow():
    figure, axes = made(3, width=6.5)
    for each in axes:
        each.imshow([[0, 1], [1, 0]])
        each.set_title("a picture")
        each.axis("off")  # its ticks keep their words, which nobody sees
    assert collisions(figure) == (0, 0)
    width, height = size(phone_figures.narrowed(figure))
    assert width < phone_figures.WIDTHS[0]
    assert height <= 3 * phone_figures.PICTURE + phone_figures.SLACK


def test_a_shade_as_high_as_its_axes_is_no_bar_behind_a_legend():
    for high in (1.0, 0.6):
        figure, axes = made()
        axes.plot([0, 1], [0, 0], label="below")
        axes.set_ylim(-0.1, 1)
        axes.axvspan(0.2, 0.8, 0, high)
        axes.legend(loc="center")
        assert collisions(figure) == (0, high < 1)


OWN = {  # figures that bring a drawing for phones, by what draws them on a page
    "pictures": lambda: diagrams.fields(torch.rand(36, 784), columns=18, names=["7"] * 36),
    "few pictures": lambda: diagrams.fields(torch.rand(9, 784), panels(height=1.4), columns=9),
    "steps": lambda: diagrams.slow_motion(constant(0.8, 4), 0.5, first=0, explain=1),
    "graph": lambda: diagrams.unrolled_graph(
        values={"u_a": [0.96, 1.44, 1.18]}, gradients={"u_b": [None, -0.8, 0.1]}
    ),
    "map": lambda: diagrams.map_of_pairs(recorded("codes_and_losses"))[0],
    "film": lambda: film(dict.fromkeys(("layer 1, map 1", "now"), torch.rand(4, 9, 9)), [1, 2, 4]),
}


def words(figure):
    """Return the words of a figure and of its legends, however they are broken and joined."""
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()] + figure.legends
    found += [text.get_text() for legend in legends for text in legend.get_texts()]
    parts = [re.sub(r"\s*=\s*|\s+", " ", text).strip() for text in found]
    return {part for part in parts if part}


@pytest.mark.parametrize("draws", OWN.values(), ids=OWN)
def test_a_figure_can_bring_a_drawing_for_phones_with_the_same_words(draws, monkeypatch):
    monkeypatch.setattr(Figure, "__init__", Figure.__init__)
    enlarged._shrink_figures()
    draws()
    figure = pyplot.gcf()
    figure.axes[0].set_title(LONG)
    width, height = size(phone_figures.narrowed(figure))
    assert width <= phone_figures.WIDTHS[0] + phone_figures.SLACK
    assert pyplot.gcf() is figure
    figure.for_phones()
    drawn = pyplot.gcf()
    assert drawn.wanted[0] == phone_figures.WIDTHS[0]
    assert words(figure) <= words(drawn)
    assert height > drawn.wanted[1]  # for the second line of the title


def test_a_narrow_figure_is_not_drawn_again():
    figure, _ = made(width=4.0)
    assert phone_figures.narrowed(figure) is None


def test_one_run_draws_for_slides_and_for_phones_also_what_stands_under_deeper(monkeypatch):
    monkeypatch.setattr(Figure, "__init__", Figure.__init__)  # is put back behind the test
    monkeypatch.setattr(pyplot, "show", pyplot.show)
    found = page(START.replace('alt="A picture"', ""), WIDE, DEEPER)
    drawn = enlarged.draw(found)
    slides, phones = drawn[".json"], drawn[enlarged.PHONE]
    main, deeper = (cell.id for cell in found.notebook.cells if "alt" in cell.metadata)
    assert list(slides) == [main]
    assert list(phones) == [main, deeper]
    for each in (*phones[main], *phones[deeper]):
        assert size(each)[0] <= phone_figures.WIDTHS[0] + phone_figures.SLACK


def marked(*pieces):
    """Return the mark of a small page, whose cells are named by their places, as in a notebook."""
    found = page(*pieces)
    for place, cell in enumerate(found.notebook.cells):
        cell.id = f"cell-{place:02d}"
    return enlarged.mark(found)


def test_figures_are_drawn_anew_for_code_and_drawings_and_not_for_prose(monkeypatch, tmp_path):
    first = marked(START, WIDE, DEEPER)
    assert marked(START.replace("# - look;", "# - look again;"), WIDE, DEEPER) == first
    assert marked(START, WIDE.replace("rises", "climbs"), DEEPER) != first
    assert marked(START, WIDE, DEEPER.replace("# ## Deeper", "# ## Another")) != first
    drawing = tmp_path / "drawing.py"
    drawing.write_text("", encoding="utf-8")
    monkeypatch.setattr(enlarged, "DRAWN", (*enlarged.DRAWN[1:], drawing))
    assert marked(START, WIDE, DEEPER) != first


def png(width, height):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, "png")
    return base64.b64encode(stream.getvalue()).decode()


def shown(folder, **drawn):
    """Return the HTML of the figure of a small page, of which some figures were drawn anew."""
    found = page(START)
    (cell,) = [each for each in found.notebook.cells if "alt" in each.metadata]
    data = {"image/png": png(700, 300)}
    cell.outputs = [nbformat.v4.new_output("display_data", data)]
    ready = site_pages.prepare(
        found, folder, {kind: {cell.id: anew} for kind, anew in drawn.items()}
    )
    return next(each.outputs[0].data["text/html"] for each in ready.cells if "alt" in each.metadata)


def test_a_small_screen_gets_the_figure_for_phones_in_both_themes(tmp_path):
    html = shown(tmp_path, phone=[png(772, 560)])
    sources = re.findall(
        r'<source media="\(max-width: 540px\)" srcset="figures/(\S+)" width="386" height="280">'
        r'<img class="only-(light|dark)" src="figures/(\S+)"',
        html,
    )
    assert [theme for _, theme, _ in sources] == ["light", "dark"]
    for small, theme, whole in sources:
        assert small.endswith(f"-{theme}.webp")
        widths = [stored((tmp_path / file).read_bytes()).width for file in (small, whole)]
        assert widths == [772, 700]
    assert html.count('loading="lazy"') == 2
    assert 'class="plot phone"' in html


def test_a_fine_screen_gets_the_figure_with_more_pixels(tmp_path):
    html = shown(tmp_path, fine=[png(1401, 600)])
    found = re.findall(
        r'src="figures/(\S+)" srcset="figures/(\S+) 2x" alt="[^"]*" width="700" height="300"', html
    )
    assert len(found) == 2
    for plain, fine in found:
        assert [stored((tmp_path / each).read_bytes()).width for each in (plain, fine)] == [
            700,
            1401,
        ]


def test_only_what_became_the_same_picture_has_more_pixels():
    figure, axes = pyplot.subplots(figsize=(7, 3))
    axes.plot([0, 1])
    figure.wanted = tuple(figure.get_size_inches())
    plain = finer_figures.png(figure, figure.dpi)
    figure.set_size_inches(3, 2)
    output = nbformat.v4.new_output("display_data", {"image/png": plain})
    (fine,) = finer_figures.finer([figure], [output])
    assert tuple(figure.get_size_inches()) == (3, 2)
    sizes = [finer_figures.decoded(each).size for each in (fine, plain)]
    assert all(abs(a - 2 * b) <= 2 for a, b in zip(*sizes, strict=True))
    figure.axes[0].set_title("Another")
    assert finer_figures.finer([figure], [output]) == [None]
    assert finer_figures.finer([figure, figure], [output]) == []


@pytest.mark.parametrize("phones", [[], [None], ["QUJD", "QUJD"]])
def test_without_one_for_each_figure_it_is_shown_as_before(phones, tmp_path):
    html = shown(tmp_path, phone=phones, fine=phones)
    assert "<source" not in html
    assert "srcset" not in html
    assert 'class="plot wide"' in html


def test_only_make_site_draws_and_a_page_that_cannot_run_keeps_its_figures(
    tmp_path, monkeypatch, capsys
):
    def fails(*_, **__):
        raise subprocess.CalledProcessError(1, ["python"])

    monkeypatch.setattr(enlarged, "KEPT", tmp_path)
    monkeypatch.setattr(enlarged.subprocess, "run", fails)
    assert redrawn.for_site(page(START), draw=False) == {"phone": {}, "fine": {}}
    assert capsys.readouterr().out == ""
    assert redrawn.for_site(page(START), draw=True) == {"phone": {}, "fine": {}}
    assert "42_a_page: figures as on the page" in capsys.readouterr().out
    assert "publish.site --draw" in (ROOT / "Makefile").read_text(encoding="utf-8")
