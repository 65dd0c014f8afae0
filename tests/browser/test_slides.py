"""Slides as a browser shows them: no raw marks, nothing over the edge, large figures."""

import json
import re

import pytest

from publish import enlarged, slides
from tests.browser import listen
from tests.browser.test_live import TEXTS
from tests.pages import READ

SIZE = {"width": 1280, "height": 720}
RAW = re.compile(r"\*\*|\$|&=|&&|\\[a-zA-Z]+|```|^\s*\||\|---", flags=re.M)
SHOWN = """async () => {
  const found = [], apart = "aside, script, style, pre, code, [data-live]";
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (const slide of document.querySelectorAll(".slides section:not(:has(section))")) {
    const { h, v } = Reveal.getIndices(slide), picture = slide.querySelector(".live-picture");
    Reveal.slide(h, v, 99);
    if (picture) await frame().then(frame).then(frame);
    const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT), text = [], boxes = [];
    while (walk.nextNode()) {
      if (!walk.currentNode.parentElement.closest(apart)) text.push(walk.currentNode.data);
    }
    for (const each of slide.querySelectorAll("*:not(aside, aside *)")) {
      const box = each.getBoundingClientRect(), within = each.parentElement.parentElement;
      if (box.width && box.height && !within.closest("math")) boxes.push(box);
    }
    const edge = (name, most) => most(...boxes.map((box) => box[name]));
    found.push({
      place: `${h}/${v}`, text: text.join(" "),
      left: edge("left", Math.min), right: edge("right", Math.max),
      top: edge("top", Math.min), bottom: edge("bottom", Math.max),
      picture: picture?.getBoundingClientRect().height,
      letters: picture && parseFloat(getComputedStyle(picture).fontSize) * Reveal.getScale(),
    });
  }
  return found;
}"""


@pytest.mark.parametrize("name", READ)
def test_no_slide_shows_raw_marks_or_reaches_over_the_edge(browser, tmp_path, name):
    slides.write(READ[name], tmp_path / "slides.html")
    complaints = []
    page = browser.new_page(viewport=SIZE)
    listen(page, complaints)
    page.add_init_script(TEXTS)
    page.goto((tmp_path / "slides.html").as_uri())
    found = page.evaluate(SHOWN)
    cut = page.evaluate("() => [...window.cut]")
    page.close()
    assert len(found) > 20
    assert [each for each in found if RAW.search(each["text"])] == []
    for each in found:
        assert min(each["left"], each["top"]) > -1, each
        assert each["right"] < SIZE["width"] + 1, each
        assert each["bottom"] < SIZE["height"] + 1, each
    for each in found:
        if each.get("picture"):  # 22 pixels of the slide, whose scale is 0.977
            assert each["letters"] >= 22 * 0.977, each
            assert each["picture"] > SIZE["height"] / 3, each
    assert cut == []
    assert complaints == []


TICKS = 9 / 72  # inches: the smallest type of the style, which the numbers at axes have
LETTERS, LEAST = 18, 0.6  # pixels of a letter; part of the height of a slide
SMALL = {  # how figures begin that have too many words for larger letters, and pixels of theirs
    "Four rows of pictures after 1, 4, 5": 14,  # page 01
    "Seven lanes over 200 ms. Input": 14,  # 03
    "Membranes of five patterns under": 14,  # 03
    "Four panels from left to right: a handwritten nine": 17,  # 04
    "A table of seven rows, each with name, formula": 17,  # 05
    "Graph of neurons a and b over three steps": 14,  # 06
    "The graph of the two neurons again": 14,  # 06
    "Six panels. Left: a handwritten seven": 17,  # 07
    "Two panels with the accuracy of 38 pairs": 14,  # 08
    "Table of nine rules by seven questions": 17,  # 15
}
FIGURES = """() => {
  const found = [];
  for (const slide of document.querySelectorAll(".slides section:not(:has(section))")) {
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v, 99);
    for (const each of slide.querySelectorAll("img")) {
      const box = each.getBoundingClientRect(), wide = each.naturalWidth, high = each.naturalHeight;
      const scale = Math.min(box.width / wide, box.height / high);
      found.push({ alt: each.alt, scale, width: wide * scale, height: high * scale });
    }
  }
  return found;
}"""


@pytest.mark.parametrize("name", READ)
def test_figures_fill_their_slides_and_their_letters_are_large(browser, tmp_path, name):
    """Of figures that are drawn again for slides, if `make course` has done so."""
    kept = enlarged.KEPT / f"{name}-{enlarged.mark(READ[name])}.json"
    drawn = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    slides.write(READ[name], tmp_path / "slides.html", drawn)
    page = browser.new_page(viewport=SIZE)
    page.goto((tmp_path / "slides.html").as_uri())
    found = page.evaluate(FIGURES)
    page.close()
    assert found
    for each in found:
        fills = each["height"] >= LEAST * SIZE["height"] or each["width"] > 0.93 * SIZE["width"]
        assert fills, each
    if not drawn:
        pytest.skip("figures with larger letters are drawn by make course")
    for each in found:
        least = [pixels for alt, pixels in SMALL.items() if each["alt"].startswith(alt)]
        assert each["scale"] * enlarged.DPI * TICKS >= min([LETTERS, *least]), each


STOP = "() => Reveal.getSlides().findIndex((each) => each === Reveal.getCurrentSlide())"
FRAGMENTS = "() => document.querySelectorAll('.present .fragment.visible').length"


def test_keys_turn_slides_after_a_click_on_a_slider_and_right_goes_through_every_step(
    browser, tmp_path
):
    slides.write(READ["02_lif_neuron"], tmp_path / "slides.html")
    page = browser.new_page(viewport=SIZE)
    page.goto((tmp_path / "slides.html").as_uri())
    seen = []
    for _ in range(page.evaluate("() => Reveal.getTotalSlides()")):
        seen.append(page.evaluate(STOP))
        while page.evaluate("() => Reveal.availableFragments().next"):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
    assert seen == list(range(len(seen)))
    show = "() => { const { h, v } = Reveal.getIndices(document.querySelector"
    show += "('section:not(:has(section)) [data-live]').closest('section')); Reveal.slide(h, v); }"
    for key in ("PageDown", " ", "ArrowRight"):
        page.evaluate(show)
        before = page.evaluate(STOP), page.evaluate(FRAGMENTS)
        slider = page.locator(
            "section.present [data-live] input[type=range]"
        ).first.element_handle()
        slider.click()
        value = slider.input_value()
        page.keyboard.press(key)
        assert (page.evaluate(STOP), page.evaluate(FRAGMENTS)) > before, key
        assert slider.input_value() == value
    page.evaluate(show)
    slider.focus()
    value, before = slider.input_value(), (page.evaluate(STOP), page.evaluate(FRAGMENTS))
    page.keyboard.press("PageDown")
    assert (page.evaluate(STOP), page.evaluate(FRAGMENTS)) > before
    assert slider.input_value() == value
    page.close()
