"""The site, opened from disk: complete, alive without a kernel, and silent towards the network."""

import re
import statistics
from pathlib import Path
from urllib.parse import unquote

import pytest

from publish.page import explorer
from snn_core.teaching.explorers import ALL_EXPLORERS, Choice, Range
from tests.browser import PATIENCE, listen, note
from tests.pages import NOTEBOOKS, READ, tagged

ALIVE = set(ALL_EXPLORERS)
LIVE = {  # by page, its explorers from top to bottom
    name: [shown for cell in found.notebook.cells if (shown := explorer(cell)) in ALIVE]
    for name, found in READ.items()
}
PLACES = [(name, place) for name, found in LIVE.items() for place in range(len(found))]
FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
SETTLED = """async () => {
  await new Promise(requestAnimationFrame);
  const passing = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(passing.map((each) => each.finished));
}"""
FRAME = 16.0  # ms, at 60 frames a second
TIMER = """
window.redraws = [];
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => request((now) => {
  const start = performance.now();
  callback(now);
  window.redraws.push(performance.now() - start);
});
"""
CONTRAST = """() => {
  const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3)
    .reduce((sum, value, i) => sum + [0.2126, 0.7152, 0.0722][i] * linear(value / 255), 0);
  const ink = getComputedStyle(document.querySelector(".live-explorer")).color;
  const paper = getComputedStyle(document.body).backgroundColor;
  const [low, high] = [light(ink), light(paper)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""
SIGN = """(said) => {
  const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3)
    .reduce((sum, value, i) => sum + [0.2126, 0.7152, 0.0722][i] * linear(value / 255), 0);
  const sign = getComputedStyle(said, "::before");
  const [low, high] = [sign.color, getComputedStyle(document.body).backgroundColor].map(light)
    .sort((a, b) => a - b);
  return [sign.content, sign.color, (high + 0.05) / (low + 0.05)];
}"""
TOO_WIDE = """(kind) => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  return [...document.querySelectorAll(kind)]
    .filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => each.textContent);
}"""
HEAVIEST = 1_200_000  # bytes of a page with all that it shows in one theme
DRAWN = 12.5  # pixels; the smallest letters of figures, of 9 points at 100 dpi
SMALLEST = 9  # pixels, on a small screen
SMALLEST_OF_WIDE = 10  # pixels, where the figure scrolls and a tap shows it whole
ROOM = 330  # pixels, at least, for a figure that is one wide panel: a swipe shows the rest
SCALES = """(link) => [...link.querySelectorAll("img")].filter((each) => each.offsetParent)
  .map((each) => each.getBoundingClientRect().width
    / (each.closest(".phone") ? each.previousElementSibling : each).getAttribute("width"))"""
SIDEWAYS = """() => [".content", ".live-explorer", ".pieces"].filter((kind) =>
  [...document.querySelectorAll(kind)].some((each) => each.scrollWidth > each.clientWidth + 1))"""
COLUMNS = """(code) => {
  const style = getComputedStyle(code), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [parseFloat(style.fontSize), room / pen.measureText("0").width];
}"""
KINDS = ("section > p", ".cell_input", "a.plot:not(dialog *)")
CUT = """(code) => {
  const first = document.createRange();
  const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  while (!texts.nextNode().data.trim());
  first.setStart(texts.currentNode, 0);
  first.setEnd(texts.currentNode, 1);
  const around = [];
  for (let each = code; each; each = each.parentElement) {
    const cuts = getComputedStyle(each).overflowX !== "visible";
    if (cuts) around.push(each.getBoundingClientRect().left);
  }
  return first.getBoundingClientRect().left < Math.max(...around);
}"""
COPIED = """(all) => all.map((each) => {
  getSelection().selectAllChildren(each);
  return [getSelection().toString(), each.textContent];
})"""
HIGH = """(all) => all.map((each) => each.getBoundingClientRect().height
  / parseFloat(getComputedStyle(each).lineHeight))"""
EDGES = """(all) => all.map((each) => each.getBoundingClientRect())
  .map(({ top, bottom }) => [top, bottom])"""
OVER = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  const held = document.querySelectorAll("article table :is(math, .held)");
  return [...held].filter((each) => {
    const cell = each.closest("td, th"), padding = parseFloat(getComputedStyle(cell).paddingRight);
    const room = cell.getBoundingClientRect().right - padding;
    return each.getBoundingClientRect().right > room + 1;
  }).map((each) => each.textContent);
}"""  # formulas and lists of numbers that reach over the next cell
SWIPED = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  return [...document.querySelectorAll("article table")].filter((each) => {
    const box = each.closest(".table-wrapper, .output");
    return box && box.scrollWidth > box.clientWidth + 1;
  }).map((each) => each.textContent);
}"""
WIDE_TABLES = {"06_backprop_through_time": 1, "22_memory_and_delays": 1}  # swiped, in folds
RIGHT = """(kind) => [...document.querySelectorAll(`article ${kind}`)]
  .filter((each) => each.offsetParent && !each.closest("details.result, li"))
  .map((each) => Math.round(each.getBoundingClientRect().right))"""
PHONE = {"width": 390, "height": 844}
FINGER = {"viewport": PHONE, "has_touch": True}
TURN = '(dialog) => getComputedStyle(dialog, "::before").content'
LOOKED_AT = ["index", "02_lif_neuron", "10_unsupervised_digits", "15_one_task_every_rule"]
EVERY = [path.stem for path in NOTEBOOKS]
EVERY += ["index", "run", "teach", "syllabus", "guide", "recipes", "glossary", "libraries"]
EVERY += ["other_libraries", "search", "api", "api/neurons"]
NEWEST = ["22_memory_and_delays", "23_following_a_signal"]
live_pages = pytest.mark.parametrize("name", [name for name, found in LIVE.items() if found])
live_places = pytest.mark.parametrize(("name", "place"), PLACES)


class Visitor:
    """Opens pages of the site in tabs of their own, and hears what they request and complain of."""

    def __init__(self, browser, site):
        self.browser, self.site = browser, site
        self.requests, self.complaints, self.contexts = [], [], []

    def visit(self, name, **options):
        size = {"viewport": {"width": 1280, "height": 1000}}
        self.contexts.append(self.browser.new_context(**size | options))
        self.contexts[-1].set_default_timeout(PATIENCE)
        page = self.contexts[-1].new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        listen(page, self.complaints)
        page.add_init_script(TIMER)
        page.goto(f"{(self.site / name).as_uri()}.html")
        return page

    def close(self):
        for context in self.contexts:
            context.close()

    def check(self):
        """Fail if any page went to the network or complained."""
        assert self.requests
        assert [url for url in self.requests if not url.startswith(("file:", "data:"))] == []
        assert self.complaints == []


@pytest.fixture
def visit(browser, site):
    """Open pages of the site; fail afterwards if any went to the network or complained."""
    visitor = Visitor(browser, site)
    yield visitor.visit
    visitor.close()
    visitor.check()


@pytest.fixture(scope="module")
def kept():
    """What the tests before were shown, and who opened it; one page at a time."""
    shown = {}
    yield shown
    for _, visitor in shown.values():
        visitor.close()


@pytest.fixture
def look(browser, site, kept):
    """Open a page as `visit`, or go on with it, for tests that leave its controls as they are.

    With reduced motion, an explorer with a clock begins at rest: only a control moves its picture.
    """

    def show(name, **options):
        options = {"reduced_motion": "reduce"} | options
        key = (name, str(options))
        if key not in kept:
            for _, visitor in kept.values():
                visitor.close()
            kept.clear()
            visitor = Visitor(browser, site)
            kept[key] = visitor.visit(name, **options), visitor
        return kept[key][0]

    yield show
    for _, visitor in kept.values():
        visitor.check()


def picture(page, place=0):
    """Return what the canvas of one explorer shows once it is drawn."""
    own = block(page, place)
    page.evaluate(FRAMES)
    return own.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")


def controls(name, place, kind):
    """Return the controls of one kind that an explorer of a page has, by key."""
    own = ALL_EXPLORERS[LIVE[name][place]].controls
    return {key: control for key, control in own.items() if isinstance(control, kind)}


def block(page, place):
    """Return one explorer of a page, with the fold open in which it may stand."""
    found = page.locator(".live-explorer").nth(place)
    found.evaluate("(explorer) => explorer.closest('details')?.setAttribute('open', '')")
    return found


def settings(page, name, place):
    """Set every option of every choice, one after the other; a slider may act in some only."""
    yield
    for control in controls(name, place, Choice).values():
        group = block(page, place).get_by_role("group", name=control.caption, exact=True)
        for option in control.options:
            group.locator(f"input[value='{option}']").check()
            yield


def moves(page, name, place, control):
    """Say whether each key moves a slider and the picture with it, as all is set now."""
    slider = block(page, place).get_by_role("slider", name=control.caption, exact=True)
    slider.fill(str(control.start))
    slider.focus()
    pictures = [picture(page, place)]
    inwards = "ArrowLeft" if control.start == control.high else "ArrowRight"
    for pressed in (inwards, "Home", "End"):
        page.keyboard.press(pressed)
        pictures.append(picture(page, place))
        unit = f" {control.unit}" if control.unit else ""
        assert re.fullmatch(rf"[-\d.]+{unit}", slider.get_attribute("aria-valuetext"))
    assert float(slider.input_value()) == control.high
    slider.fill(str(control.start))
    return pictures[0] != pictures[1] and pictures[2] != pictures[3]


@live_pages
def test_the_second_stop_of_the_keyboard_leads_to_the_live_figure(look, name):
    """The first of the tests that look at a page: nothing in it has the focus yet."""
    page = look(name)
    for words in ("Skip to content", "Skip to the live figure"):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.textContent.trim()") == words
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('.live-explorer')")


@pytest.mark.parametrize("name", [name for name, found in READ.items() if found.deeper])
def test_what_stands_under_deeper_is_folded_and_opens_by_a_click(look, name):
    """Before any test opens all folds."""
    page = look(name)
    folded = page.locator("section#deeper > details")
    assert folded.get_attribute("open") is None
    folded.locator("summary").first.click()
    assert folded.get_attribute("open") is not None


@live_places
def test_controls_are_those_of_the_explorer_and_show_their_focus(look, name, place):
    """Before any test moves them."""
    page = look(name)
    own = block(page, place)
    for control in controls(name, place, Choice).values():
        group = own.get_by_role("group", name=control.caption, exact=True)
        inputs = group.get_by_role("radio").all()
        assert tuple(each.get_attribute("value") for each in inputs) == control.options
    for control in controls(name, place, Range).values():
        slider = own.get_by_role("slider", name=control.caption, exact=True)
        limits = [float(slider.get_attribute(limit)) for limit in ("min", "max", "step")]
        assert [*limits, float(slider.input_value())] == list(control[:4])
        assert slider.get_attribute("data-lm-suppress-shortcuts") == "true"
    own.locator("input").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


@live_places
def test_every_choice_moves_the_picture_by_keyboard(look, name, place):
    page = look(name)
    for control in controls(name, place, Choice).values():
        group = block(page, place).get_by_role("group", name=control.caption, exact=True)
        group.get_by_role("radio", checked=True).focus()
        for _ in control.options:
            before = picture(page, place)
            page.keyboard.press("ArrowRight")
            assert picture(page, place) != before
        assert group.get_by_role("radio", checked=True).get_attribute("value") == control.start


@live_places
def test_every_slider_moves_the_picture_by_keyboard(look, name, place):
    page = look(name)
    for key, control in controls(name, place, Range).items():
        tried = (moves(page, name, place, control) for _ in settings(page, name, place))
        assert any(tried), key
        for choice in controls(name, place, Choice).values():
            group = block(page, place).get_by_role("group", name=choice.caption, exact=True)
            group.locator(f"input[value='{choice.start}']").check()


@live_places
def test_the_static_figure_stays_beside_the_live_one(look, name, place):
    page = look(name)
    assert block(page, place).locator("canvas").get_attribute("aria-label")
    above = page.locator("xpath=(//div[@data-live])[" + str(place + 1) + "]/preceding::img[1]")
    assert len(above.get_attribute("alt")) > 40
    assert all(picture.get_attribute("alt") for picture in page.locator(".cell_output img").all())


@live_pages
def test_a_slider_moved_there_and_back_shows_the_same_picture(look, name):
    """Note how long a redraw takes."""
    page = look(name)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    page.get_by_role("slider").first.focus()
    before = picture(page)
    page.evaluate("() => (window.redraws.length = 0)")
    for pressed in ["ArrowRight", "ArrowLeft"] * 6:
        page.keyboard.press(pressed)
        page.evaluate(
            "() => new Promise((drawn) => setTimeout(() => requestAnimationFrame(() => drawn())))"
        )
    assert picture(page) == before
    median = statistics.median(sorted(page.evaluate("() => window.redraws"))[-12:])
    note(f"{name} on the site", "live explorers, a redraw", FRAME, {"redraw": round(median, 1)})


@live_pages
def test_text_is_legible_in_both_themes(look, name):
    page, papers = look(name), set()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page)
        papers.add(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
        assert page.evaluate(CONTRAST) > 4.5, scheme
    assert len(papers) == 2


def test_the_picture_follows_the_theme(visit):
    page = visit("02_lif_neuron", color_scheme="light")
    light = picture(page)
    page.emulate_media(color_scheme="dark")
    assert picture(page) != light


@pytest.mark.parametrize(
    "name",
    [path.stem for path in NOTEBOOKS]
    + ["index", "syllabus", "glossary", "libraries", "run", "teach", "api/neurons"],
)
def test_every_page_opens_its_formulas_are_set_and_its_lines_fit(look, name):
    page = look(name)
    set_ = page.locator("math")
    if name not in ("index", "run", "teach", "api/neurons", "00_why_spikes"):
        assert set_.count() > 0
    assert page.locator("merror").count() == 0
    assert "$" not in "".join(page.locator("article p").all_inner_texts())
    assert page.locator("h1").count() == 1
    assert page.evaluate(TOO_WIDE, ".cell_input pre, .cell_output pre") == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(TOO_WIDE, ".formula") == []


def test_a_table_is_sorted_by_a_click_on_a_heading_and_by_enter(visit):
    page = visit("15_one_task_every_rule")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    table = page.locator("table.sortable", has_text="cosine").first
    heading = table.locator("th").nth(3)

    def column():
        return [text.strip() for text in table.locator("td:nth-child(4)").all_inner_texts()]

    first = column()
    numbers = sorted((float(text) for text in first if text), reverse=True)
    gaps = first.count("")
    assert gaps > 0
    heading.click()
    assert [float(text) for text in column()[:-gaps]] == numbers
    assert heading.get_attribute("aria-sort") == "descending"
    heading.press("Enter")
    assert [float(text) for text in column()[:-gaps]] == numbers[::-1]
    assert column()[-gaps:] == [""] * gaps
    table.locator("th").first.click()
    assert heading.get_attribute("aria-sort") is None


def test_setup_and_checks_are_folded_and_open_by_a_click(visit):
    page = visit("02_lif_neuron")
    folded = page.locator("details.hide")
    assert folded.count() > len(tagged(READ["02_lif_neuron"].notebook, "hide-input"))
    assert not folded.locator(".highlight").first.is_visible()
    folded.locator("summary").first.click()
    assert folded.locator(".highlight").first.is_visible()


def finds(page, query):
    """Return the names of what a search finds, in the order in which it is shown."""
    page.get_by_role("textbox", name="Search").first.fill(query)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    page.wait_for_function(
        "() => /finished/i.test(document.querySelector('#search-results').textContent)"
    )
    found = page.locator("#search-results li > a").evaluate_all("(all) => all.map((a) => a.href)")
    return [re.sub(r"\.html.*", "", address.split("/html/")[1]) for address in found]


def test_a_search_shows_pages_before_names_of_the_reference(visit):
    kinds = ["api" if name.startswith("api") else "page" for name in finds(visit("index"), "LIF")]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count("page") > 3
    assert "api" in kinds


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("install", "run"),
        ("pip", "run"),
        ("colab", "run"),
        ("train", "07_first_trained_network"),
        ("energy", "21_energy"),
        ("delay", "22_memory_and_delays"),
        ("glossary", "glossary"),
    ],
)
def test_what_a_newcomer_types_finds_its_page_first(visit, query, first):
    assert finds(visit("index"), query)[0] == first


@pytest.mark.parametrize(
    ("query", "introduces"),
    [
        ("surrogate gradient", "05_surrogate_gradients"),
        ("STDP", "09_stdp"),
        ("refractory", "02_lif_neuron"),
    ],
)
def test_a_word_of_the_glossary_is_followed_by_the_page_that_introduces_it(
    visit, query, introduces
):
    assert finds(visit("index"), query)[:2] == ["glossary", introduces]


LANDS = """(word) => [...document.querySelectorAll("article :is(p, li, pre, dt, td)")]
    .filter((each) => each.checkVisibility() && each.textContent.toLowerCase().includes(word))
    .map((each) => each.getBoundingClientRect())
    .some(({ top, bottom }) => {
        const header = document.querySelector(".mobile-header").getBoundingClientRect();
        return top < innerHeight && bottom > header.bottom;
    })"""


def lands(page, place, word):
    """Tell whether a click on a hit shows a passage that has a word, in an open fold."""
    page.locator("#search-results li > a").nth(place).click()
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)  # the page scrolls smoothly to an anchor
    return page.evaluate(LANDS, word)


SOUGHT = ["membrane", "threshold", "leak", "refractory", "surrogate", "readout", "trace", "spike"]
SOUGHT += ["eligibility", "synapse"]


@pytest.mark.parametrize("query", SOUGHT)
def test_the_first_hits_quote_the_word_and_lead_to_what_they_quote(visit, query):
    page = visit("index")
    finds(page, query)
    told = page.locator("#search-results li p").all_inner_texts()[:2]
    assert all(query in text.lower() for text in told)
    for place in (0, 1):
        finds(page, query)
        assert lands(page, place, query)


def test_a_hit_within_a_closed_fold_opens_it(visit):
    page = visit("index", viewport=PHONE)
    page.goto(page.url.replace("index.html", "search.html?q=dead+neuron"))
    hit = page.locator("#search-results li", has=page.locator("a[href*='#neurons-that-die']"))
    assert "dead" in hit.locator("p").inner_text()
    place = page.locator("#search-results li").evaluate_all(
        "(all) => all.findIndex((each) => each.querySelector('a').hash === '#neurons-that-die')"
    )
    assert lands(page, place, "dead")


def test_a_word_that_only_code_has_is_shown_with_its_line(visit):
    page = visit("index")
    assert finds(page, "GPU")[0] == "recipes"
    assert "GPU" in page.locator("#search-results li p").first.inner_text()
    assert lands(page, 0, "gpu")


@pytest.mark.parametrize("query", ["what is LIF", "What is a membrane?"])
def test_what_something_is_the_glossary_says_first(visit, query):
    page = visit("index")
    assert finds(page, query)[0] == "glossary"
    told = page.locator("#search-results li").first.inner_text()
    assert re.search(r"LIF|membrane", told)


def test_a_search_shows_few_hits_and_to_who_asks_what_something_is_pages_in_their_order(visit):
    assert len(finds(visit("index"), "LIF")) <= 20
    found = finds(visit("index"), "what is LIF")
    assert found[:3] == ["glossary", "02_lif_neuron", "00_why_spikes"]
    assert len(found) <= 20
    assert found[2:] == sorted(found[2:])
    assert not any(name.startswith("api") for name in found)


MEANT = {
    "LIF": "integrate",
    "surrogate gradients": "slope",
    "F-I curve": "current",
    "drive": "level",
}


@pytest.mark.parametrize("query", MEANT)
def test_a_word_of_the_glossary_is_told_first_or_second(visit, query):
    page = visit("index")
    assert "glossary" in finds(page, query)[:2]
    told = page.locator("#search-results li", has=page.locator("a[href*='#term-']")).first
    assert told.locator("a").inner_text().startswith("Glossary: ")
    assert MEANT[query] in told.locator("p").inner_text()


SLIPS = ("surogate gradient", "surogat gradeint", "membrrane", "membarne", "thershold", "neuran")


@pytest.mark.parametrize("query", SLIPS)
def test_a_word_of_the_glossary_is_found_in_spite_of_a_slip(visit, query):
    page = visit("index")
    assert finds(page, query) == ["glossary"]
    meant = page.locator("#search-results li a").inner_text().removeprefix("Glossary: ")
    assert meant in ("surrogate gradient", "membrane", "threshold", "neuron")


TITLED = {
    "energgy": "21_energy",
    "memroy": "22_memory_and_delays",
    "unsupervizd digits": "10_unsupervised_digits",
    "convolutonal": "16_convolutional_networks",
}


@pytest.mark.parametrize("query", TITLED)
def test_a_title_of_a_page_is_found_in_spite_of_a_slip(visit, query):
    assert TITLED[query] in finds(visit("index"), query)


@pytest.mark.parametrize(
    "query", ["LIF definition", "meaning of LIF", "explain LIF", "LIF explained"]
)
def test_words_that_only_ask_for_an_explanation_are_not_searched_for(visit, query):
    assert set(finds(visit("index"), query)[:2]) == {"glossary", "02_lif_neuron"}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("surrogate gradient", "surrogate gradient – A smooth slope"),
        ("how to install", "To install the pages you need"),
        ("pip", "Pip installs the library"),
    ],
)
def test_what_is_told_of_the_first_hit_answers(visit, query, told):
    page = visit("index")
    finds(page, query)
    assert page.locator("#search-results li p").first.inner_text().startswith(told)


def test_commands_are_copied_by_a_click_from_a_page_on_disk(visit):
    page = visit("run")
    buttons = page.locator("button.copybtn")
    assert buttons.count() == page.locator("article div.highlight pre").count() > 3
    buttons.first.click()
    page.locator("button.copybtn.success").wait_for()
    assert visit("02_lif_neuron").locator("button.copybtn").count() == 0


@pytest.mark.parametrize("query", ["LIF", "surrogate gradient", "reset", "weights"])
def test_no_excerpt_is_empty_or_begins_within_a_sentence(visit, query):
    page = visit("index")
    finds(page, query)
    told = page.locator("#search-results li p").all_inner_texts()
    assert len(told) == page.locator("#search-results li").count()
    assert [text for text in told if re.match(r"\W*Introduces|[·,;]|$", text)] == []


def test_how_to_install_finds_how_to_run_it_and_no_cells_of_setup(visit):
    found = finds(visit("index"), "how to install")
    assert found[0] == "run"
    assert not set(found) & set(EVERY[: len(NOTEBOOKS)])


@pytest.mark.parametrize("width", [1280, 1100])
def test_the_sections_of_a_page_are_reached_from_everywhere(visit, width):
    page = visit("02_lif_neuron")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("window.scrollTo(0, 3000)")
    if width < 1264:
        page.locator(".toc-content-icon").click()
    page.locator(".toc-tree a", has_text="A steady drive").click()
    page.wait_for_function("() => location.hash === '#a-steady-drive-where-does-it-settle'")


def test_a_result_waits_for_a_click_with_its_output_and_its_answer(visit):
    page = visit("02_lif_neuron")
    folded = page.locator("details.result:has(.cell_output)").first
    inside = folded.locator(".cell_output, p")
    assert inside.count() >= 2
    assert not any(each.is_visible() for each in inside.all())
    folded.locator("summary").first.press("Enter")
    assert all(each.is_visible() for each in inside.all())
    words = folded.locator("summary").first
    assert words.inner_text() == "Hide the result"
    words.click()
    assert words.inner_text() == "Show the result"


def test_an_exercise_is_checked_in_its_field(visit):
    form = visit("02_lif_neuron").locator("form.exercise").first
    answer, said = form.get_by_role("textbox"), form.get_by_role("status")
    for given, told, sort in (
        ("0.75", "Euler", "wrong"),
        ("0.5", "β = exp", "wrong"),
        ("0.779", "Correct.", "right"),
        (" ", "Write", "none"),
    ):
        answer.fill(given)
        answer.press("Enter")
        assert told in said.text_content()
        assert said.get_attribute("data-verdict") == sort


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_right_and_wrong_differ_by_sign_and_colour_of_contrast(visit, scheme):
    page = visit("02_lif_neuron", color_scheme=scheme)
    form, seen = page.locator("form.exercise").first, []
    for given in ("0.75", "0.779"):
        form.get_by_role("textbox").fill(given)
        form.get_by_role("textbox").press("Enter")
        seen.append(form.get_by_role("status").evaluate(SIGN))
    assert [sign[0][1] for sign in seen] == ["✗", "✓"]
    assert seen[0][1] != seen[1][1]
    assert all(contrast >= 4.5 for *_, contrast in seen)


def test_a_figure_opens_large_by_the_keyboard_and_closes_by_escape(visit):
    page = visit("02_lif_neuron")
    link = page.locator("a.plot").first
    before = link.locator("img:visible").bounding_box()["width"]
    link.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog")
    assert large.locator("img:visible").bounding_box()["width"] > 1.2 * before
    page.keyboard.press("Escape")
    assert not large.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_is_shown_in_the_variant_of_the_theme(visit, scheme):
    shown = visit("00_why_spikes", color_scheme=scheme).locator("a.plot img:visible")
    addresses = shown.evaluate_all("(all) => all.map((each) => each.src)")
    assert addresses
    assert all(address.endswith(f"-{scheme}.webp") for address in addresses)


@pytest.mark.parametrize("name", EVERY)
def test_a_small_screen_is_not_left(look, name):
    page = look(name, viewport=PHONE, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("name", EVERY)
def test_no_formula_of_a_table_reaches_over_the_next_cell_of_a_small_screen(look, name):
    assert look(name, viewport=PHONE, has_touch=True).evaluate(OVER) == []


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_tables_fit_a_small_screen(look, name):
    swiped = look(name, viewport=PHONE, has_touch=True).evaluate(SWIPED)
    assert len(swiped) <= WIDE_TABLES.get(name, 0), swiped


def test_the_numbers_of_a_vector_in_a_table_stand_on_one_line(visit):
    page = visit("16_convolutional_networks", viewport=PHONE, has_touch=True)
    cells = page.locator("td.whole > p", has_text=re.compile(r"0\.3, 1\.2, 0\.9, 0\.4"))
    assert cells.count() > 0
    assert max(cells.evaluate_all(HIGH)) < 1.5


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_figures_fit_a_small_screen_and_their_letters_are_legible_or_a_tap_away(look, name):
    page = look(name, viewport=PHONE, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    for link in page.locator("a.plot").all():
        scales = link.evaluate(SCALES)
        assert scales
        if "wide" in link.get_attribute("class"):
            assert link.locator("img:visible").bounding_box()["width"] >= ROOM
            assert DRAWN * min(scales) >= SMALLEST_OF_WIDE
        else:
            assert DRAWN * min(scales) >= SMALLEST


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_drawn_for_phones_are_shown_there_only(visit, scheme):
    """Of those that are kept, since `make site` has drawn them."""
    page = visit("02_lif_neuron", color_scheme=scheme, viewport=PHONE)
    first = page.locator("a.plot.phone").first
    if first.count() == 0:
        pytest.skip("figures for phones are drawn by make site")
    shown, drawn = "(each) => each.currentSrc", "(each) => each.previousElementSibling.srcset"
    picture = first.locator("img:visible")
    picture.scroll_into_view_if_needed()
    small = picture.evaluate(drawn)
    assert small.endswith(f"-{scheme}.webp")
    assert picture.evaluate(shown).endswith(small)
    page.set_viewport_size({"width": 1280, "height": 1000})
    whole = picture.get_attribute("src")
    page.wait_for_function(
        "(ends) => [...document.images].some((i) => i.currentSrc.endsWith(ends))", arg=whole
    )
    assert picture.evaluate(shown).endswith(whole)


TAPPED = ["a.plot.phone", "a.plot.wide", "a.plot[data-pieces]"]


@pytest.mark.parametrize("kind", TAPPED)
def test_a_tap_shows_a_figure_on_the_whole_screen_upright_where_it_can_be(visit, kind):
    page = visit("21_energy" if kind == TAPPED[0] else NEWEST[kind == TAPPED[1]], **FINGER)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    if page.locator(kind).count() == 0:
        pytest.skip("no such figure here, since figures for phones are drawn by make site")
    page.locator(kind).first.tap()
    dialog = page.get_by_role("dialog")
    large, around = dialog.locator("img:visible"), dialog.locator("> div")
    assert dialog.bounding_box() == {"x": 0, "y": 0} | PHONE
    box, said = large.bounding_box(), dialog.evaluate(TURN)
    sides = [float(large.get_attribute(side)) for side in ("width", "height")]
    lies = kind == "a.plot.wide" and sides[0] > sides[1]
    assert said == ('"turn the phone"' if lies else "none")
    if kind == "a.plot[data-pieces]":
        assert box["width"] >= sides[0]
        assert dialog.locator(".more").inner_text() == "swipe: more →"
        around.evaluate("(each) => each.scrollTo(each.scrollWidth, each.scrollHeight)")
        box, frame = large.bounding_box(), around.bounding_box()
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        return
    assert box["width"] > 0.9 * PHONE["width"] or box["height"] > 0.85 * PHONE["height"]
    assert 0 <= box["x"] < box["x"] + box["width"] <= PHONE["width"]
    assert 0 <= box["y"] < box["y"] + box["height"] <= PHONE["height"]
    assert dialog.locator(".more:visible").count() == 0


SCROLLED = ".highlight pre, .table-wrapper, .formula, a.plot.wide .whole"
CUES = """(all) => all.filter((each) => each.clientWidth).map((each) => {
  const next = each.nextElementSibling, said = next?.matches(".more:not([hidden])");
  return [each.scrollWidth > each.clientWidth + 1, said ? next.textContent : ""];
})"""


@pytest.mark.parametrize("name", ["09_stdp", "22_memory_and_delays"])
def test_what_scrolls_says_so_and_nothing_else_does(visit, name):
    page = visit(name, viewport=PHONE, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    page.wait_for_function("document.querySelectorAll('.more').length > 0")
    boxes = page.locator(SCROLLED)
    cues = boxes.evaluate_all(CUES)
    assert {scrolls for scrolls, _ in cues} == {True, False}
    assert all(said == ("swipe: more →" if scrolls else "") for scrolls, said in cues)
    assert page.locator(".cell_input pre.cut").count() == 0
    first = page.locator(".cut").first
    first.evaluate("(each) => (each.scrollLeft = each.scrollWidth)")
    page.wait_for_function("document.querySelector('.cut + .more').textContent === '← more'")
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.wait_for_function("[...document.querySelectorAll('.more')].every((m) => !m.offsetParent)")


def test_panels_one_below_the_other_are_numbered(visit):
    page = visit("22_memory_and_delays", viewport=PHONE, has_touch=True)
    places = page.locator(".pieces").first.locator("> span")
    told = places.evaluate_all("(all) => all.map((each) => each.dataset.place)")
    assert told == ["panel 1 of 2", "panel 2 of 2"]


def test_code_on_a_small_screen_is_legible_and_shows_much_of_a_line(visit):
    page = visit("02_lif_neuron", viewport=PHONE, has_touch=True)
    size, columns = page.locator(".cell_input pre:visible").first.evaluate(COLUMNS)
    assert size >= 12
    assert columns >= 48


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 1000}])
def test_code_is_copied_as_it_is_and_hardly_breaks_on_a_wide_screen(visit, size):
    page = visit("22_memory_and_delays", viewport=size)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    code = page.locator(".cell_input pre")
    copied = code.evaluate_all(COPIED)
    assert all(one.strip("\n") == text.strip("\n") for one, text in copied)
    assert any("\n    " in text for _, text in copied)
    broken = code.locator("> .line").evaluate_all(HIGH)
    few = sum(each > 1.5 for each in broken) < 0.05 * len(broken)
    assert few == (size is not PHONE)


def test_what_is_folded_below_a_result_stands_on_one_line(visit):
    page = visit("02_lif_neuron")
    several = page.locator(".quiet:visible:has(> .cell + .cell)").first.locator("summary")
    one, other = (each.bounding_box()["y"] for each in several.all()[:2])
    assert one == other
    several.first.press("Enter")
    assert several.nth(1).bounding_box()["y"] > several.first.bounding_box()["y"]


@pytest.mark.parametrize("name", ["02_lif_neuron", "22_memory_and_delays"])
def test_no_code_loses_its_first_letters_on_a_small_screen_also_in_folds(visit, name):
    page = visit(name, viewport=PHONE, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    code = page.locator(".cell_input pre").all()
    assert len(code) > page.locator("details.hide pre").count() > 5
    assert not any(each.evaluate(CUT) for each in code)


@pytest.mark.parametrize("name", ["02_lif_neuron", "18_membranes_as_signals", NEWEST[0]])
def test_parts_of_a_formula_stand_one_below_the_other_where_they_do_not_fit(visit, name):
    part = ":is(math, .chain)"
    several = f".formula:has(> {part} + {part})"
    page = visit(name, viewport=PHONE, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    cut = "(all) => all.filter((each) => each.scrollWidth > each.clientWidth + 1).length"
    assert page.locator(several).count() > 0
    assert page.locator(several).evaluate_all(cut) == 0
    page.set_viewport_size({"width": 1280, "height": 1000})
    edges = page.locator(several).first.locator(f"> {part}").evaluate_all(EDGES)
    assert max(top for top, _ in edges) < min(bottom for _, bottom in edges)


DRAWERS = [
    (PHONE, "Pages and search", ".sidebar-drawer"),
    (PHONE, "On this page", ".toc-drawer"),
    ({"width": 1200, "height": 1000}, "On this page", ".toc-drawer"),
]


@pytest.mark.parametrize(("size", "button", "drawer"), DRAWERS)
def test_a_drawer_opens_and_closes_by_the_keyboard_and_is_no_stop_while_closed(
    visit, size, button, drawer
):
    page = visit("02_lif_neuron", viewport=size)
    inside = f"() => !!document.activeElement.closest('{drawer}')"
    icon = page.get_by_role("button", name=button, exact=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        assert not page.evaluate(inside)
        if icon.evaluate("(each) => each === document.activeElement"):
            break
    for key in ("Enter", "Space"):
        assert icon.get_attribute("aria-expanded") == "false"
        page.keyboard.press(key)
        assert icon.get_attribute("aria-expanded") == "true"
        assert page.evaluate(inside)
        page.keyboard.press("Escape")
        assert icon.evaluate("(each) => each === document.activeElement")
    page.locator(drawer).wait_for(state="hidden")
    icon.click()
    assert icon.get_attribute("aria-expanded") == "true"


def test_the_search_field_shows_its_focus(visit):
    page = visit("index")
    page.get_by_role("textbox", name="Search").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    outline = "() => getComputedStyle(document.activeElement).outline"
    assert "solid 3px" in page.evaluate(outline)


def test_one_ring_shows_the_focus_on_whatever_has_it(visit):
    page = visit("02_lif_neuron")
    rings = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        rings.add(page.evaluate("() => getComputedStyle(document.activeElement).outline"))
    assert len(rings) == 1
    assert "solid 3px" in rings.pop()


def test_names_that_a_setup_brings_are_told_in_its_fold(visit):
    page = visit("00_why_spikes")
    setup = page.locator(".tag_setup")
    told = setup.locator("details > p", has_text="only draw")
    assert not told.is_visible()
    setup.locator("summary").click()
    assert told.is_visible()


@pytest.mark.parametrize("name", ["02_lif_neuron", "21_energy"])
def test_a_live_figure_stays_whole_while_many_controls_pass_below_it(visit, name):
    page = visit(name, **FINGER)
    live = page.locator(".live-explorer:has(.live-controls > :nth-child(7))").first
    lowest = """(each) => scrollBy({
      top: each.getBoundingClientRect().bottom - innerHeight + 20, behavior: "instant" })"""
    live.locator(".live-row").last.evaluate(lowest)
    page.evaluate(FRAMES)
    header = page.locator(".mobile-header").bounding_box()
    picture, last = live.locator(".live-picture"), live.locator(".live-row").last
    assert picture.bounding_box()["y"] >= header["height"] - 1
    bottom = picture.bounding_box()["y"] + picture.bounding_box()["height"]
    assert bottom <= last.bounding_box()["y"] < PHONE["height"]
    page.evaluate("scrollBy({ top: 100, behavior: 'instant' })")
    assert picture.bounding_box()["y"] >= header["height"] - 1


def test_names_of_a_page_and_marks_of_a_search_are_not_in_the_way(visit):
    page = visit("10_unsupervised_digits", **FINGER)
    first = page.locator("article p", has_text="Here is a layer").first
    assert first.bounding_box()["y"] < 450
    new = page.locator(".tag_setup details > p", has_text="CompetitiveLayer")
    assert new.count() == 1
    assert not new.is_visible()
    assert page.locator(".highlight-link:visible").count() == 0


def test_what_a_finger_meets_is_large(visit):
    page = visit("09_stdp", viewport=PHONE, has_touch=True, is_mobile=True)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    for kind, least in (
        (".live-explorer button", 40),
        ("article details > summary", 40),
        (".live-explorer input[type=range]", 28),
        ("button.theme-toggle", 40),
    ):
        boxes = [each.bounding_box() for each in page.locator(f"{kind}:visible").all()]
        assert boxes, kind
        assert min(box["height"] for box in boxes) >= least, kind


def test_the_options_of_a_live_figure_are_large_for_a_finger(visit):
    page = visit("03_neuron_models", viewport=PHONE, has_touch=True, is_mobile=True)
    options = page.locator(".live-explorer fieldset > label").all()
    assert options
    assert min(each.bounding_box()["height"] for each in options) >= 40


def test_the_field_of_an_exercise_keeps_within_its_box(visit):
    for width in (390, 1280):
        page = visit("03_neuron_models", viewport={"width": width, "height": 800})
        for form in page.locator("form.exercise").all():
            outer = form.bounding_box()
            field, button = (form.locator(kind).bounding_box() for kind in ("input", "button"))
            assert field["x"] + field["width"] < outer["x"] + outer["width"]
            beside = button["x"] >= field["x"] + field["width"]
            assert beside or button["y"] >= field["y"] + field["height"] + 7.9


def test_the_way_to_the_top_stands_in_the_header_of_a_small_screen(visit):
    page = visit("02_lif_neuron", viewport=PHONE, has_touch=True)
    page.evaluate("window.scrollTo({ top: 4000, behavior: 'instant' })")
    page.wait_for_function("scrollY > 3000")
    page.evaluate("window.scrollTo({ top: 3000, behavior: 'instant' })")
    top = page.locator(".back-to-top")
    top.wait_for()
    header, place = page.locator("header.mobile-header").bounding_box(), top.bounding_box()
    assert place["y"] >= header["y"]
    assert place["y"] + place["height"] <= header["y"] + header["height"]
    menu, brand = (page.locator(f".header-{part} > *") for part in ("left", "center"))
    assert menu.bounding_box()["x"] + menu.locator("svg").bounding_box()["width"] <= place["x"]
    assert place["x"] + place["width"] <= brand.locator(".brand").bounding_box()["x"]


@pytest.mark.parametrize(("width", "columns"), [(1280, 2), (390, 1)])
def test_the_contents_stand_in_columns_with_the_minutes_beside_each_title(visit, width, columns):
    page = visit("index", viewport={"width": width, "height": 800})
    assert len({part.bounding_box()["x"] for part in page.locator(".part").all()}) == columns
    entries = page.locator(".part li").all()
    assert len(entries) == len(NOTEBOOKS)
    for entry in entries:
        title, minutes = (entry.locator(kind).first for kind in ("a", ".minutes"))
        assert re.fullmatch(r"\d+ min", minutes.inner_text())
        assert abs(title.bounding_box()["y"] - minutes.bounding_box()["y"]) < 5
        assert entry.locator("p").nth(1).bounding_box()["x"] == title.bounding_box()["x"]


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE])
def test_the_first_screen_says_what_it_is_good_for_and_what_is_asked(visit, size):
    page = visit("index", viewport=size)
    told = page.locator(".facts")
    for words in ("For you", f"{len(NOTEBOOKS)} pages", "Nothing to install"):
        assert words in told.inner_text()
    use = page.get_by_role("link", name="Does that pay?", exact=True).bounding_box()["y"]
    facts, start = told.bounding_box(), page.locator("a.button.first").bounding_box()
    assert use < facts["y"] < start["y"] < size["height"] / 1.4
    assert facts["height"] < 100


def test_what_is_open_says_what_the_next_click_hides(visit):
    fold = visit("02_lif_neuron").locator(".tag_check details.hide").first
    assert fold.locator("summary").inner_text().strip() == "Check"
    fold.locator("summary").click()
    assert fold.locator("summary").inner_text().strip() == "Hide the check"
    for said in fold.locator("summary p").all():
        assert said.get_attribute("title") == "Asserts that check what the text says"


@pytest.mark.parametrize("name", ["00_why_spikes", "09_stdp", "22_memory_and_delays"])
def test_prose_code_and_figures_end_at_one_line(visit, name):
    page = visit(name)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    prose, code, figures = (set(page.evaluate(RIGHT, kind)) for kind in KINDS)
    assert len(prose) == 1
    assert code == prose
    assert max(figures) <= max(prose)


def test_the_first_page_is_alive_on_a_small_screen(visit):
    page = visit("index", viewport=PHONE, has_touch=True)
    before = picture(page)
    page.wait_for_function(
        "(before) => document.querySelector('.live-explorer canvas').toDataURL() !== before",
        arg=before,
    )
    sliders = page.locator(".hero").first.get_by_role("slider")
    assert sliders.count() == 2
    boxes = [slider.bounding_box() for slider in sliders.all()]
    assert all(box["width"] > 100 for box in boxes)
    plot = page.locator(".live-explorer canvas").first.bounding_box()
    assert plot["y"] + plot["height"] <= min(box["y"] for box in boxes)
    assert max(box["y"] + box["height"] for box in boxes) - plot["y"] < PHONE["height"] / 2
    assert page.locator("a.button").all_inner_texts() == ["Start", "Run it", "Teach with it"]


@pytest.mark.parametrize("name", [*LOOKED_AT, *NEWEST, "09_stdp", "glossary", "api/neurons"])
def test_nothing_critical_or_serious_stands_in_the_way_of_anybody(visit, name):
    """axe-core finds neither, in both themes, also in what is folded and in live figures."""
    package = pytest.importorskip("axe_playwright_python", reason="needs axe: make test-browser")
    page = visit(name)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        # Without `preload`, which asks for the style sheets a second time: a file may not.
        # What passes is counted and not described, which would take as long as the search.
        options = "{ preload: false, resultTypes: ['violations'] }"
        found = page.evaluate(f"async () => (await axe.run({options})).violations")
        grave = [each for each in found if each["impact"] in ("critical", "serious")]
        assert [(each["id"], each["nodes"][0]["html"]) for each in grave] == [], scheme


@pytest.mark.parametrize("name", ["index", *(path.stem for path in NOTEBOOKS)])
def test_a_page_is_light(site, name):
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    links = re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="([^"#?:]+)', text)
    files = {site / unquote(link) for link in links if not link.endswith(("-dark.webp", ".html"))}
    total = len(text.encode()) + sum(path.stat().st_size for path in files if path.is_file())
    assert any(path.suffix == ".js" for path in files)
    assert total <= HEAVIEST


def test_the_search_finds_a_word_without_a_server(visit):
    page = visit("index")
    page.get_by_role("textbox", name="Search").fill("eligibility")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="Three-factor").first.wait_for()


@pytest.mark.parametrize("query", ["eligibility", "surrogate gradient", "training"])
def test_a_hit_shows_a_sentence_with_what_was_asked_for(visit, query):
    page = visit("index")
    finds(page, query)
    hits = page.locator("#search-results li")
    told = [hit.locator("p").all_inner_texts() for hit in hits.all()]
    assert all(told[:5])
    pages = hits.filter(has_not=page.locator("a[href*='#term-']"))  # which has it as its title
    marked = pages.first.locator("mark").all_inner_texts()
    assert any(word.lower()[:5] in query for word in marked)
    assert all(len(text) < 300 for texts in told for text in texts)


def test_words_of_the_glossary_are_linked_once_in_the_prose_of_each_page(site):
    glossary = (site / "glossary.html").read_text(encoding="utf-8")
    met = set()
    for path in NOTEBOOKS:
        text = (site / f"{path.stem}.html").read_text(encoding="utf-8")
        found = re.findall(r'<a class="term" href="glossary.html#([^"]+)"', text)
        assert len(found) == len(set(found)) > 3
        assert not re.search(
            r'<(?:h\d|pre|math|th|summary)\b[^>]*>(?:(?!</(?:h\d|pre|math|th|summary)>).)*class="term"',
            text,
            flags=re.S,
        )
        assert all(f'id="{anchor}"' in glossary for anchor in found)
        met |= set(found)
    assert met == set(re.findall(r'id="(term-[^"]+)"', glossary))


def test_links_and_pictures_lead_to_files_of_the_site(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"""<(script|img|iframe)[^>]+src=["']?https?:|<link[^>]+href=["']https?:[^>]*css""",
            text,
        )
        for target in re.findall(r'(?:href|src)="([^"#?]+)', text):
            if not re.match(r"(https?|mailto|data):", target):
                assert (path.parent / unquote(target)).exists(), f"{path.name}: {target}"
