"""Live explorers alone on a page, used by hand: buttons, dragging, time, small screens."""

import pytest

from publish import slides
from publish.live_html import alive
from snn_core.teaching.explorers import ALL_EXPLORERS, Button, Choice, Range
from tests.browser import listen
from tests.publish import pages

LIVE = list(ALL_EXPLORERS)
TIMED = ["DrawDigit", "Encoding"]  # a control says where their time stands
PAGE = (
    """<!doctype html><meta charset="utf-8"><style>:root {{ color-scheme: light dark }}</style>{}"""
)
PHONE = 374  # pixels; on a phone of 390 pixels the site leaves as much to a figure
SCREEN = 760  # pixels of the 844 of a phone, without what the site and the browser show above
FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
PIXELS = "() => document.querySelector('.live-explorer canvas').toDataURL()"
# What reaches over the edge of the window: texts on the canvas are tested by their widths, below.
WIDEST = """() => Math.max(...[...document.querySelectorAll('.live-explorer, .live-explorer *')]
    .map((each) => each.getBoundingClientRect().right))"""
VALUES = "(all) => all.map((each) => [each.value, each.checked])"
TEXTS = """
window.cut = new Set();
const fill = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (words, x, y, ...rest) {
  fill.call(this, words, x, y, ...rest);
  const size = this.measureText(words), place = this.getTransform(), room = rest[0] ?? Infinity;
  const scale = place.b === 0 ? place.a : 0;  // upright words are left out
  const narrow = Math.min(1, room / size.width);  // how much narrower its room makes the letters
  const left = x - narrow * size.actualBoundingBoxLeft;
  const right = x + narrow * size.actualBoundingBoxRight;
  const cut = scale && (left < -1 || right * scale > this.canvas.width + 1);
  if (cut || narrow < 0.9) window.cut.add(String(words));
};
for (const name of ["fillStyle", "strokeStyle"]) {
  const { get, set } = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, name);
  const noted = function (colour) {
    if (colour === undefined) window.cut.add(`no ${name}`);  // as before the theme is read
    set.call(this, colour);
  };
  Object.defineProperty(CanvasRenderingContext2D.prototype, name, { get, set: noted });
}
"""


@pytest.fixture
def opened(browser):
    """Return a function that opens a file; fail afterwards if its page complained."""
    complaints, contexts = [], []

    def open_file(place, width=1000, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        listen(page, complaints)
        page.add_init_script(TEXTS)
        page.goto(place.as_uri())
        page.evaluate(FRAMES)
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def mounted(opened, tmp_path):
    """Return a function that opens an explorer alone on a page."""

    def mount(name, *width, **options):
        place = tmp_path / f"{name}.html"
        place.write_text(PAGE.format(alive(ALL_EXPLORERS[name]().sliders())), encoding="utf-8")
        return opened(place, *width, **options)

    return mount


def pixels(page):
    """Return what the canvas shows once it is drawn."""
    page.evaluate(FRAMES)
    return page.evaluate(PIXELS)


def finding(page):
    return page.locator(".live-explorer canvas").get_attribute("aria-label")


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("width", [390, 1000])
def test_at_all_extremes_nothing_fails_and_nothing_is_cut_off(mounted, name, width):
    page = mounted(name, width, reduced_motion="reduce")
    for control in ALL_EXPLORERS[name].controls.values():
        if isinstance(control, Range):
            for end in (control.low, control.high):
                page.get_by_role("slider", name=control.caption, exact=True).fill(str(end))
                page.evaluate(FRAMES)
        elif isinstance(control, Choice):
            for option in control.options:
                page.locator(f"input[value='{option}']").check()
                page.evaluate(FRAMES)
        elif isinstance(control, Button):
            page.get_by_role("button", name=control.caption).click()
            page.evaluate(FRAMES)
    assert page.evaluate(WIDEST) <= width
    assert page.evaluate("() => [...window.cut]") == []


@pytest.mark.parametrize("name", LIVE)
def test_a_phone_shows_what_a_control_changes_beside_the_control(mounted, name):
    page = mounted(name, PHONE, reduced_motion="reduce", has_touch=True)
    page.evaluate(FRAMES)
    assert page.locator(".live-explorer").bounding_box()["height"] <= SCREEN
    for slider in page.get_by_role("slider").all():
        assert slider.bounding_box()["width"] >= 80


def test_three_spikes_soon_after_each_other_excite_the_neuron_and_one_does_not(mounted):
    page = mounted("Excite", reduced_motion="reduce")  # it begins at rest: each press is one step
    page.get_by_role("button", name="Send a spike").focus()
    for keys, sent in ((["Space"], 0), (["Enter", "Space"], 1)):
        for key in keys:
            page.keyboard.press(key)
        page.evaluate(FRAMES)
        assert f"{sent} out" in finding(page)
    assert page.get_by_role("status").text_content() == "The neuron has sent 1 spike."
    assert "Last 200 ms: 3 in, 1 out" in finding(page)


def test_a_tap_on_the_picture_sends_a_spike_too(mounted):
    page = mounted("Excite", reduced_motion="reduce", has_touch=True)
    for place in page.locator(".live-button").all():
        place.tap()
    page.evaluate(FRAMES)
    assert "Last 200 ms: 2 in" in finding(page)
    assert page.evaluate("() => document.activeElement.textContent") == "Send a spike"


def test_time_runs_until_it_is_paused_and_then_by_hand(mounted):
    page = mounted("Excite")
    page.get_by_role("button", name="Send a spike").click()
    before = pixels(page)
    page.wait_for_function(f"(before) => ({PIXELS})() !== before", arg=before)
    assert page.get_by_role("button", name="10 ms on").count() == 0
    page.get_by_role("button", name="Pause").click()
    before = pixels(page)
    assert pixels(page) == before
    page.get_by_role("button", name="10 ms on").click()
    assert pixels(page) != before
    page.get_by_role("button", name="Run").click()
    page.wait_for_function(
        "() => document.querySelector('canvas').ariaLabel.includes('200 ms: 0 in')"
    )


def test_whoever_wants_less_motion_gets_it_paused(mounted):
    page = mounted("Excite", reduced_motion="reduce")
    page.get_by_role("button", name="Send a spike").click()
    assert pixels(page) == pixels(page)
    assert page.get_by_role("button", name="Run").is_visible()


def test_a_spike_is_dragged_and_stays_where_it_is_let_go(mounted):
    page = mounted("TwoTraces")
    lane = page.get_by_role("slider", name="spike after the synapse")
    box = lane.bounding_box()
    high = box["y"] + box["height"] / 2
    before = page.evaluate(PIXELS)
    page.mouse.move(box["x"] + 0.6 * box["width"], high)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], high, steps=5)
    page.mouse.move(box["x"] + 0.8 * box["width"], high, steps=5)
    page.mouse.up()
    page.evaluate(FRAMES)
    moved = page.evaluate(PIXELS)
    assert moved != before
    assert lane.get_attribute("aria-valuetext") == "80 ms: set"
    page.mouse.move(box["x"] + 0.3 * box["width"], high)
    page.evaluate(FRAMES)
    assert page.evaluate(PIXELS) == moved
    lane.click(position={"x": 0.8 * box["width"], "y": box["height"] / 2})
    page.evaluate(FRAMES)
    assert lane.get_attribute("aria-valuetext") == "80 ms: none"


def test_input_spikes_are_set_and_removed_by_click_and_by_keys(mounted):
    page = mounted("LIFNeuron")
    lane = page.get_by_role("slider", name="input spike: arrows move, space sets and removes")
    box, start = lane.bounding_box(), pixels(page)
    lane.click(position={"x": 0.8 * box["width"], "y": 20})
    with_one_more = pixels(page)
    assert with_one_more != start
    assert lane.get_attribute("aria-valuetext") == "80 ms: set"
    for key, said in (
        ("Space", "none"),
        ("ArrowLeft", "none"),
        ("ArrowRight", "none"),
        ("Enter", "set"),
    ):
        lane.press(key)
        page.evaluate(FRAMES)
        assert lane.get_attribute("aria-valuetext").endswith(f" ms: {said}")
    assert pixels(page) == with_one_more
    lane.click(position={"x": 0.8 * box["width"] + 2, "y": 20})  # nearly there: removes it
    assert pixels(page) == start
    assert lane.get_attribute("aria-valuetext") == "80 ms: none"


@pytest.mark.parametrize(("finger", "said"), [(True, "60 ms: none"), (False, "63 ms: set")])
def test_a_finger_need_not_meet_a_spike_as_exactly_as_a_mouse(mounted, finger, said):
    page = mounted("TwoTraces", PHONE, reduced_motion="reduce", has_touch=True)
    lane = page.get_by_role("slider", name="spike after the synapse")
    box = lane.bounding_box()
    beside = {"x": 0.63 * box["width"], "y": box["height"] / 2}
    assert 7 < beside["x"] - 0.6 * box["width"] < 14  # pixels
    (lane.tap if finger else lane.click)(position=beside)
    page.evaluate(FRAMES)
    assert lane.get_attribute("aria-valuetext") == said


def test_the_weight_is_pushed_on_the_staircase_itself(mounted):
    page = mounted("PushWeight")
    slider, stairs = page.get_by_role("slider", name="weight w"), page.locator(".live-range").first
    box = stairs.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 3, middle)
    page.mouse.down()
    assert float(slider.input_value()) == pytest.approx(0.3)
    page.mouse.move(box["x"] + box["width"] * 2 / 3, middle, steps=5)
    page.mouse.up()
    page.mouse.move(box["x"], middle)
    assert float(slider.input_value()) == pytest.approx(0.6)
    assert "w = 0.60: 4 spikes" in finding(page)


def test_the_map_names_the_pair_under_the_pointer(mounted):
    page = mounted("CodeLossMap")
    box = page.locator(".live-handle").first.bounding_box()
    page.mouse.move(box["x"] + 0.01 * box["width"], box["y"] + 0.4 * box["height"])
    page.evaluate(FRAMES)
    assert finding(page).startswith("membrane MSE, direct: 91.1 %")
    assert page.get_by_role("radio", name="membrane MSE").is_checked()
    page.get_by_role("radio", name="count MSE").check()
    page.evaluate(FRAMES)
    assert finding(page).startswith("count MSE, direct: 94")


def test_steps_of_descent_move_the_weight_to_where_the_loss_is_0(mounted):
    page = mounted("PushWeight")
    for _ in range(12):
        page.get_by_role("button", name="One step of descent").click()
    page.evaluate(FRAMES)
    assert "Loss 0, slope 0" in finding(page)
    assert float(page.get_by_role("slider", name="weight w").input_value()) > 0.4


@pytest.mark.parametrize("name", [name for name in LIVE if name not in [*TIMED, "Excite"]])
def test_start_again_brings_back_the_first_picture(mounted, name):
    page = mounted(name, reduced_motion="reduce")
    page.locator(".live-explorer input").first.wait_for()
    before, start = pixels(page), page.locator("input").evaluate_all(VALUES)
    for slider in page.locator("input[type=range]").all():
        slider.press("ArrowRight")
        slider.press("ArrowRight")
    for button in page.get_by_role("button").all():
        if button.inner_text() not in ("Run", "Start again"):
            button.click()
    for choice in page.locator("input[type=radio]:not(:checked)").all():
        choice.check()
    assert pixels(page) != before
    page.get_by_role("button", name="Start again").click()
    assert pixels(page) == before
    assert page.locator("input").evaluate_all(VALUES) == start


def test_start_again_empties_the_neuron_and_leaves_its_sliders(mounted):
    page = mounted("Excite", reduced_motion="reduce")
    page.get_by_role("slider").first.wait_for()
    for slider in page.get_by_role("slider").all():
        slider.press("ArrowRight")
    again = page.get_by_role("button", name="Start again")
    again.click()
    before, values = pixels(page), page.locator("input").evaluate_all(VALUES)
    page.get_by_role("button", name="Send a spike").click()
    assert pixels(page) != before
    again.click()
    assert pixels(page) == before
    assert page.locator("input").evaluate_all(VALUES) == values


@pytest.mark.parametrize("name", TIMED)
def test_start_again_goes_back_in_time_and_leaves_the_rest(mounted, name):
    page = mounted(name, reduced_motion="reduce")
    time = page.get_by_role("slider", name="time (ms)")
    for button in page.get_by_role("button", name="A test digit").all():
        button.click()
    for slider in page.locator("input[type=range]").all():
        slider.press("ArrowLeft")
    time.fill("0")
    before, values = pixels(page), page.locator("input").evaluate_all(VALUES)
    time.fill("7")
    assert pixels(page) != before
    assert "7" in time.get_attribute("aria-valuetext")
    page.get_by_role("button", name="Start again").click()
    assert pixels(page) == before
    assert page.locator("input").evaluate_all(VALUES) == values
    assert page.get_by_role("button", name="10 ms on").count() == 0


def pad_of(page):
    return page.get_by_role("slider", name="drawing: arrows move, with shift they draw")


def test_drawing_with_the_mouse_is_read_and_cleared(mounted):
    page = mounted("DrawDigit", reduced_motion="reduce")
    page.get_by_role("button", name="Clear").click()
    page.evaluate(FRAMES)
    assert "nothing is drawn" in finding(page)
    box = pad_of(page).bounding_box()
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 0.8 * box["height"], steps=6)
    page.mouse.up()
    page.evaluate(FRAMES)
    assert finding(page).startswith("after 25 of 25 ms: a 1")
    assert page.get_by_role("status").text_content().startswith("after 25 of 25 ms: a 1; hidden")
    drawn = pixels(page)
    page.mouse.move(middle + 30, box["y"] + 0.5 * box["height"], steps=3)
    assert pixels(page) == drawn
    page.get_by_role("button", name="Clear").click()
    page.evaluate(FRAMES)
    assert "nothing is drawn" in finding(page)


LIT = """() => {
  const canvas = document.querySelector("canvas"), whole = canvas.getBoundingClientRect();
  const { left, top, width, height } = document.querySelector(".live-pad").getBoundingClientRect();
  const scale = canvas.width / whole.width;
  const at = [left - whole.left, top - whole.top, width, height];
  const { data } = canvas.getContext("2d").getImageData(...at.map((each) => scale * each));
  return data.filter((value, place) => place % 4 === 0 && value > 200).length;
}"""


def test_an_empty_pad_says_where_to_draw(mounted):
    page = mounted("DrawDigit", reduced_motion="reduce")
    page.get_by_role("button", name="Clear").click()
    page.evaluate(FRAMES)
    assert page.evaluate(LIT) > 50
    assert pad_of(page).evaluate("(pad) => getComputedStyle(pad).cursor") == "crosshair"


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_the_pad_tells_its_keys_to_whoever_comes_to_it_by_keys(mounted, width):
    page = mounted("DrawDigit", width, reduced_motion="reduce")
    told = """(pad) => getComputedStyle(pad, "::after").content"""
    assert pad_of(page).evaluate(told) == "none"
    page.get_by_role("button", name="Run").press("Tab")
    assert "arrows move, with shift they draw" in pad_of(page).evaluate(told)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_drawing_with_keys_says_where_and_what(mounted):
    page = mounted("DrawDigit", reduced_motion="reduce")
    page.get_by_role("button", name="Clear").click()
    pad = pad_of(page)
    pad.press("ArrowUp")
    assert pad.get_attribute("aria-valuetext") == "row 14, column 15: empty"
    pad.press("Space")
    page.evaluate(FRAMES)
    assert pad.get_attribute("aria-valuetext") == "row 14, column 15: drawn"
    for _ in range(9):
        pad.press("Shift+ArrowDown")
    page.evaluate(FRAMES)
    assert pad.get_attribute("aria-valuetext") == "row 23, column 15: drawn"
    assert finding(page).startswith("after 25 of 25 ms: a 1")


def test_a_finger_draws_and_the_page_stays(mounted):
    page = mounted("DrawDigit", 390, reduced_motion="reduce", has_touch=True)
    page.get_by_role("button", name="Clear").click()
    pad_of(page).tap()
    page.evaluate(FRAMES)
    assert "nothing" not in finding(page)
    assert (
        page.locator(".live-pad").evaluate("(pad) => getComputedStyle(pad).touchAction") == "none"
    )


def test_the_answer_grows_by_itself_and_stands_at_the_end(mounted):
    page = mounted("DrawDigit")
    page.wait_for_function(
        "() => /after [1-9] of/.test(document.querySelector('canvas').ariaLabel)"
    )
    page.wait_for_function(
        "() => document.querySelector('canvas').ariaLabel.includes('after 25 of')"
    )
    assert page.get_by_role("slider", name="time (ms)").input_value() == "25"


def test_explorers_are_alive_on_slides_and_their_keys_turn_no_slide(opened, tmp_path):
    cells = [f"\n# %%\n{name}().sliders()\n" for name in ("LIFNeuron", "PushWeight")]
    slides.write(pages.page(pages.TITLE, pages.SETUP, *cells), tmp_path / "slides.html")
    shown = opened(tmp_path / "slides.html")
    shown.keyboard.press("ArrowDown")
    slider = shown.get_by_role("slider", name="steady drive D")
    slider.wait_for()
    before = pixels(shown)
    slider.press("End")
    assert pixels(shown) != before
    shown.get_by_role("slider", name="input spike").press("ArrowRight")
    assert slider.is_visible()
    shown.evaluate("() => document.activeElement.blur()")
    shown.keyboard.press("ArrowDown")
    shown.get_by_role("button", name="One step of descent").click()
