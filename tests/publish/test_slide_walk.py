"""A walk along a page finds what stands around a place; only what makes slides writes into it."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")

from publish import (
    deck,
    slide_answers,
    slide_figures,
    slide_joins,
    slide_leads,
    slide_live,
    slide_questions,
    slide_room,
    slide_walk,
)
from publish.slide_parts import Block, kind, stacked
from publish.slide_steps import Slide
from tests.publish.pages import START, page

TWO = "> **Before you run:** who fires? And who sleeps?"
FIGURE = {"data": {"image/png": "QUJD"}, "metadata": {"image/png": {"alt": "A line."}}}


def ran(source, said="", drawn=False, tags=()):
    """Return a block of code with what it prints and draws."""
    outputs = [new_output("stream", name="stdout", text=said)] if said else []
    outputs += [new_output("display_data", **FIGURE)] if drawn else []
    metadata = {"tags": list(tags), "alt": "A line."}
    return Block("code", source, new_code_cell(source, outputs=outputs, metadata=metadata))


def walk_of(*parts, **more):
    """Return a walk along blocks, of which prose is given as Markdown."""
    blocks = [
        part if isinstance(part, Block) else Block(kind(part), part, new_markdown_cell(part))
        for part in parts
    ]
    return slide_walk.Walk(page(START), blocks, {}, **more)


def places(ahead):
    return [place for place, _ in ahead]


def answer_to(walk, place=0):
    ahead = slide_walk.ahead_of(walk.blocks, place, ("heading", "question"))
    return slide_answers.answer_to(walk.blocks, ahead)


def test_what_lies_ahead_ends_at_the_next_heading_or_as_asked():
    blocks = walk_of("## 1 · S", "One.", "> **Why?**", "- two", "## 2 · T", "Three.").blocks
    assert places(slide_walk.ahead_of(blocks, 0)) == [1, 2, 3]
    assert places(slide_walk.ahead_of(blocks, 0, ("heading", "question"))) == [1]
    assert places(slide_walk.ahead_of(blocks, 4)) == [5]
    assert slide_walk.ahead_of(blocks, 5) == []


def test_notes_are_the_prose_between_what_begins():
    blocks = walk_of(
        "## 1 · S", "One.", ran("a = 1"), "Two.", ran("b", drawn=True), "Three."
    ).blocks
    assert slide_walk.around(blocks, 2) == "One.\n\nTwo."
    assert slide_walk.around(blocks, 2, last=4) == "One.\n\nTwo.\n\nThree."
    assert slide_walk.around(blocks, 5) == "Three."


def test_a_title_is_that_of_the_last_heading_that_says_something():
    blocks = walk_of("## 1 · Section", "### Part", "### Play with it", "Here.").blocks
    assert slide_walk.title_at(blocks, 3) == "Part"
    assert slide_walk.title_at(blocks, 3, "## ") == "Section"
    assert slide_walk.title_at(blocks, 0) == ""


def test_a_lead_comes_once_unless_it_ends_with_a_colon():
    walk = walk_of("Spikes come. They are few:", "- one", "Rates fall.", "- two")
    assert slide_walk.lead_to(walk, 1) == "Spikes come. They are few."
    assert slide_walk.lead_to(walk, 3) == "Rates fall."
    walk.used = {0, 2}
    assert slide_walk.lead_to(walk, 1) == "Spikes come. They are few."
    assert slide_walk.lead_to(walk, 3) == ""
    assert slide_walk.lead_to(walk, 0) == ""


def test_code_has_what_it_prints_unless_another_slide_shows_that():
    block = ran("first = 2", "one: 1\n")
    walk = walk_of("## 1 · S", block, code={block.cell.id: "first = 2"})
    walk.page.notebook.cells.append(block.cell)
    slide_walk.core(walk, 1)
    assert walk.made[0].text == "```python\nfirst = 2\n```\n\n```\none: 1\n```"
    assert (walk.made[0].role, walk.made[0].heading, walk.last_code) == ("code", "S", block.cell)
    walk.seen.add(block.cell.id)
    slide_walk.core(walk, 1)
    assert walk.made[1].text == "```python\nfirst = 2\n```"
    walk.code = {}
    slide_walk.core(walk, 1)
    assert len(walk.made) == 2


def test_what_leads_up_to_a_question_is_shown_once():
    walk = walk_of("Spikes come. Rates fall:", "> **Why?**")
    assert slide_leads.leading(walk, 1) == "Spikes come. Rates fall."
    walk.used.add(0)
    assert slide_leads.leading(walk, 1) == ""


def test_code_that_a_question_names_is_shown_unless_the_slide_before_has_it():
    walk = walk_of(ran("first = 2\nother = 3"), "> **What is `first`?**")
    walk.add("head", "## 1 · S")
    assert slide_leads.code_named(walk, 1, []) == "```python\nfirst = 2\n```"
    walk.add("code", "```python\nfirst = 2\n```")
    assert slide_leads.code_named(walk, 1, []) == ""


@pytest.mark.parametrize(
    ("behind", "shown", "words", "last"),
    [
        (["It is two."], (), 1, 1),  # prose answers at once
        ([ran("a", "a: 2"), "It is two."], (1,), 2, 2),
        ([ran("a = 2"), ran("b", drawn=True), ran("c", "c: 2"), "It is two."], (2, 3), 4, 4),
        ([ran("b", drawn=True), "It is two.", "|a|\n|---|\n|2|"], (3,), 2, 2),
        (
            [ran("a", "a: 2"), "Spread is called the **width**.", ran("b", "b: 1"), "Two."],
            (1, 3),
            4,
            4,
        ),
        ([ran("a", "a: 2")], (1,), None, 1),
        ([ran("a", "a: 2", tags=["check"]), "## 2 · T", "It is two."], (), None, -1),
        ([ran("a", "a: 2"), "And which is larger?"], (1,), None, 1),
        ([], (), None, -1),
    ],
)
def test_where_an_answer_stands(behind, shown, words, last):
    found = answer_to(walk_of("> **How many?**", *behind))
    assert (found.shown, found.words, found.last) == (shown, words, last)


def test_an_answer_takes_up_a_second_question_where_there_is_room():
    walk = walk_of(TWO, "The first. It is loud.", "The last sleeps.")
    ahead, asked = slide_walk.ahead_of(walk.blocks, 0), walk.blocks[0].text
    both = slide_answers.answer(walk.blocks, asked, 1, ahead, 20)
    assert both == "The first. The last sleeps."
    assert slide_answers.answer(walk.blocks, asked, 1, ahead, 4) == "The first."


def test_how_a_figure_is_drawn_is_no_answer():
    (block,) = walk_of("Grey is the mean. It rises.").blocks
    assert slide_answers.said_in(block) == "It rises."
    (block,) = walk_of("And which of them? It rises.").blocks
    assert slide_answers.said_in(block) == ""


def test_a_question_uses_up_its_answer_and_what_shows_it():
    shows = ran("b", drawn=True)
    walk = walk_of("## 1 · S", "Spikes come.", "> **How many?**", shows, "It is two.", "On.")
    slide_questions.question(walk, 2)
    (made,) = walk.made
    assert (made.role, made.heading) == ("question", "S")
    assert [text in made.text for text in ("Spikes come.", "How many?", "QUJD", "### It is two.")]
    assert "Spikes come." not in made.short
    assert walk.used == {1, 3, 4}
    assert walk.asked == {shows.cell.id}


def test_a_question_about_a_row_takes_the_table_from_its_slide():
    walk = walk_of("## 1 · S", "|a|\n|---|\n|?|", "> **What stands in the last row?**", "Two.")
    deck.table(walk, 1)
    slide_questions.question(walk, 2)
    (made,) = walk.made
    assert made.text.startswith("|a|\n|---|\n|?|\n\n> **What")


def test_code_before_a_question_is_asked_about_if_what_follows_uses_it():
    for source, role in (("print(first)", "code"), ("print(other)", "alone")):
        walk = walk_of(ran("first = 2"), "> **How many?**", ran(source, "n: 2"), "It is two.")
        walk.add("alone", "```python\nfirst = 2\n```")
        walk.last_code = walk.blocks[0].cell
        slide_questions.question(walk, 1)
        assert walk.made[0].role == role


def test_a_figure_uses_up_the_prose_that_says_what_it_shows():
    walk = walk_of(
        "## 1 · S",
        "One neuron is driven with ten inputs.",
        ran("b", drawn=True),
        "It is so. Spikes rise.",
    )
    slide_figures.figure(walk, 2)
    (made,) = walk.made
    assert "### Spikes rise." in made.text
    assert "One neuron is driven with ten inputs." in made.text
    assert "fragment" in made.long
    assert "fragment" not in made.text
    assert walk.used == {3}


def test_tasks_of_a_live_figure_are_the_list_behind_them():
    blocks = walk_of("## 1 · S", "**Try this**", "1. Go.\n2. Stop.", "So.").blocks
    assert slide_live._tasks(blocks, 0) == ("1. Go.\n2. Stop.", {1, 2})
    assert slide_live._tasks(blocks[2:], 0) == ("", set())


def test_a_long_table_is_cut_between_its_rows():
    row = "|" + "word " * 30 + "|"
    walk = walk_of("## 1 · S", f"|a|\n|---|\n{row}\n{row}\n{row}")
    deck.table(walk, 1)
    assert [each.text.count("word word") > 0 for each in walk.made] == [True] * 3
    assert all(each.text.startswith("|a|\n|---|\n") for each in walk.made)


def test_finding_writes_nothing():
    walk = walk_of(
        "## 1 · S", "Spikes come:", "> **How many?**", ran("b", drawn=True), "It is two."
    )
    before = copy.deepcopy((walk.used, walk.made, walk.asked, walk.seen))
    answer_to(walk, 2)
    slide_leads.leading(walk, 2)
    slide_walk.lead_to(walk, 2)
    slide_figures._finding(walk, 3)
    slide_figures._condition(walk, 3)
    slide_live._tasks(walk.blocks, 3)
    deck._idea(walk, 0)
    assert (walk.used, walk.made, walk.asked, walk.seen) == before


def test_a_slide_has_room_for_what_is_seen_before_an_answer_takes_its_place():
    assert slide_room.fits("word " * 60)
    assert not slide_room.fits("word " * 61)
    assert slide_room.fits("```python\n" + "a = 1\n" * 17 + "```")
    assert not slide_room.fits("```python\n" + "a = 1\n" * 19 + "```")


def test_code_that_has_no_room_with_its_question_goes_when_the_answer_comes():
    code = Slide("slide", "code", "```python\n" + "a = 1\n" * 14 + "```")
    asked = Slide("subslide", "question", "> Why?\n\n" + '<div class="fragment">\n\nSo.\n\n</div>')
    (one,) = slide_joins.asking([code, asked])
    assert one.text.startswith(code.text)
    high = Slide("slide", "code", "```python\n" + "a = 1\n" * 16 + "```")
    (one,) = slide_joins.asking([high, asked])
    assert one.text.startswith(slide_joins.ASKING)
    assert slide_joins.asking([asked, code]) == [asked, code]


def test_texts_are_stacked_without_empty_ones():
    assert stacked("", "a", "", "b") == "a\n\nb"
