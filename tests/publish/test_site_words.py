"""What explains a page: words that lead to the glossary, and what a search shows of it."""

import re

import pytest

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
from docutils import nodes

from publish import folds, site_excerpts, site_words
from tests.pages import READ

TERM = re.compile(r'<a class="term" href="glossary\.html#(term-[\w-]+)" title="[^"]+">([^<]+)</a>')
TOLD = {"spike": "A pulse.", "leaky integrate-and-fire": "A neuron.", "event camera": "A camera."}


def terms(text, left=None):
    """Return the words of a text that lead to the glossary, as they are written."""
    made = site_words.explained(text, dict(TOLD) if left is None else left)
    assert TERM.sub(r"\2", made) == text
    return [found[1] for found in TERM.findall(made)]


def test_the_first_use_of_a_word_leads_to_the_glossary_once_on_a_page():
    left = dict(TOLD)
    assert terms("Two spikes, a spike; an *integrate-and-fire* neuron.", left) == [
        "spikes",
        "integrate-and-fire",
    ]
    assert terms("Spikes of an Event camera, LIF", left) == ["Event camera"]
    assert left == {}


@pytest.mark.parametrize(
    "said",
    [
        "## A spike",
        "`spike`, $spike$, [a spike](x), spike-time, spiky",
        "| a spike | b |",
        "<summary>spike</summary>",
        "```python\nspike = 1\n```",
    ],
)
def test_what_is_no_prose_leads_to_no_glossary(said):
    assert terms(said) == []


@pytest.mark.parametrize("word", site_words.words())
def test_a_word_is_explained_first_without_a_symbol(word):
    told = site_words.words()[word]
    assert told[0].isupper()
    assert told.endswith(".")
    assert 10 < len(told) < 250
    assert not re.search(r"[$=`\\*^]", told)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("00_why_spikes", {"membrane", "spike", "threshold", "leaky-integrate-and-fire", "weight"}),
        ("01_spike_encoding", {"encoding", "rate-code", "latency-code", "delta-code", "time-step"}),
        ("02_lif_neuron", {"membrane", "leak", "reset", "synapse", "fI-curve", "time-constant"}),
    ],
)
def test_the_first_pages_lead_to_the_words_that_they_bring(name, words):
    left, found = dict(site_words.words()), []
    for cell in folds.behind_clicks(list(READ[name].notebook.cells))[1:]:
        if cell.cell_type == "markdown":
            found += TERM.findall(site_words.explained(cell.source, left))
    places = [place for place, _ in found]
    assert len(places) == len(set(places))
    assert {f"term-{word}" for word in words} <= set(places)


def paragraph(*parts):
    """Return a paragraph of texts, in which a formula stands in dollars."""
    made = [nodes.math("", part[1:-1]) if part[0] == "$" else nodes.Text(part) for part in parts]
    return nodes.paragraph("", "", *made)


def test_an_excerpt_is_plain_text_without_sentences_that_need_a_formula():
    told = paragraph(
        "Here ", r"$\tau_\mathrm{mem}$", " is 10 ms. Then ", r"$\frac{a}{b}$", ". End."
    )
    assert site_excerpts.prose(told) == "Here τmem is 10 ms. End."
    assert site_excerpts.plain("10^{-12}") is None


def test_the_line_on_needs_and_minutes_is_no_text_of_a_page():
    header = paragraph(READ["02_lif_neuron"].header.replace("$", "").replace("`", ""))
    page = nodes.section("", paragraph("A question?"), header, ids=["a"])
    assert site_excerpts.sections(page) == {"a": "A question?"}


def test_a_sentence_is_shown_from_its_begin_or_not_at_all():
    assert site_excerpts.prose(paragraph("One: ", r"$\frac{a}{b}$", ": two. Three.")) == "Three."


@pytest.mark.parametrize("name", ["LIF", "BPTT", "f–I curve", *site_words.words()])
def test_a_search_knows_each_name_of_the_glossary(name):
    title, place, meaning, _ = site_words.told()[site_words.asked(name.upper())]
    word = site_words.names()[name]
    assert title in (word, f"{name}, {word}")
    assert (place, meaning) == (site_words.anchor(word), site_words.words()[word])


def test_an_excerpt_stands_under_the_anchor_of_its_section():
    inner = nodes.section("", paragraph("Two."), paragraph("Three."), ids=["b"])
    page = nodes.section("", paragraph("One."), inner, ids=["a"])
    assert site_excerpts.sections(page) == {"a": "One.", "b": "Two.\nThree."}


def test_of_a_word_that_only_code_has_its_first_line_is_kept_and_none_of_a_check():
    first = nodes.literal_block("", "known = 1\nspare = 2  # known\nspare = 3")
    check = nodes.container("", nodes.literal_block("", "assert other"), classes=["tag_check"])
    page = nodes.section("", paragraph("What is known."), first, check, ids=["a"])
    assert site_excerpts.code(page) == {"a": "spare = 2  # known"}


def test_what_a_page_needs_is_no_text_of_it():
    page = nodes.section("", paragraph("Needs: page 05 (readouts)."), paragraph("One."), ids=["a"])
    assert site_excerpts.sections(page) == {"a": "One."}
