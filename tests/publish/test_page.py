"""The reader of a page finds what the page says about itself, wherever its headings stand."""

import pytest

from publish.page import PARTS, Page, by_part, explorer, parse, prose
from tests.pages import READ
from tests.publish.pages import CHECK, DEEPER, EXERCISES, GOALS, SETUP, START, TITLE, page, text


def test_header_is_read():
    made = page(START)
    assert (made.number, made.part, made.title) == ("42", "V · Going further", "42 · A page")
    assert (made.question, made.needs, made.minutes) == ("What is asked?", "page 01", 20)
    assert (made.time_to_run, made.introduces) == ("half a minute", "`LIF` and `rate`")
    assert made.times == "20 minutes to read, half a minute to run."
    assert made.goals == ["look;", "count;", "tell."]
    assert made.header.startswith("Needs: page 01")
    assert made.header.endswith("and `rate`.")


def test_what_the_minutes_leave_out_belongs_to_reading():
    left_out = "20 minutes to read, without *Deeper* and exercises; half a minute to run."
    made = page(TITLE.replace("20 minutes to read, half a minute to run.", left_out))
    assert (made.minutes, made.time_to_run) == (20, "half a minute")
    assert made.times == left_out


@pytest.mark.parametrize("end", ["", " · Introduces nothing."])
def test_a_page_may_introduce_nothing(end):
    made = page(TITLE.replace(" · Introduces `LIF` and `rate`.", end), name="00_entrance")
    assert made.introduces == ""
    assert made.time_to_run == "half a minute"
    assert made.part == "Start here"
    assert made.exercises == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("# # 42 · A page\n", "a title"),
        ("# **What is asked?**\n", "a question"),
        ("20 minutes", "minutes to read"),
    ],
)
def test_what_is_missing_in_the_header_is_named(line, said):
    made = page(TITLE.replace(line, ""))
    with pytest.raises(ValueError, match=f"42_a_page: the first cell has to hold .*{said}"):
        _ = made.title, made.question, made.minutes


@pytest.mark.parametrize("joined", [True, False])
def test_sections_are_cut_at_headings_wherever_they_stand(joined):
    one, two = "## 1 · One\n\nWords.", "## 2 · Two\n\nMore."
    cells = text(f"{one}\n\n{two}") if joined else text(one) + text(two)
    sections = page(START, cells, CHECK, text("## Recap\n\nYou did.")).sections
    assert [(section.number, section.title, section.text) for section in sections] == [
        (1, "1 · One", "Words."),
        (2, "2 · Two", "More."),
    ]
    assert [len(section.cells) for section in sections] == [1, 2]


def test_recap_and_deeper_are_found_and_deeper_is_not_on_the_main_way():
    made = page(START, text("## Recap\n\nYou did."), DEEPER, text("## References\n\n- A book."))
    assert made.named("Recap").text == "You did."
    assert len(made.deeper.cells) == 2
    assert [cell.source for cell in made.main] == [
        cell.source
        for cell in made.notebook.cells
        if cell.source not in ("## Deeper\n\nA proof.", "proof = 1")
    ]
    assert page(START).deeper is None


def test_exercises_have_a_stub_and_an_answer():
    first, second = page(START, EXERCISES).exercises
    assert (first.number, first.title, first.stub) == (
        1,
        "Warm up",
        'answer = None\ncheck("42.1", answer)',
    )
    assert first.solution == "answer = 3\n"
    assert (second.number, second.title, second.stub, second.answer, second.solution) == (
        2,
        "Open",
        None,
        None,
        None,
    )


def test_answers_may_stand_together_at_the_end():
    together = EXERCISES.replace("Solution</summary>", "Solution 1</summary>")
    together += text(
        "### Solutions\n\n<details><summary>Answer 2</summary>\n\nIt depends.\n\n</details>"
    )
    first, second = page(START, together).exercises
    assert first.solution == "answer = 3\n"
    assert (second.stub, second.answer.strip(), second.solution) == (None, "It depends.", None)


def test_stubs_go_to_the_exercises_that_have_solutions():
    asked = text("## Exercises\n\n### 1 · Think\n\n### 2 · Count\n\n### 3 · Sum")
    stubs = "".join(f'\n# %% tags=["exercise"]\ncheck("42.{k}", None)\n' for k in (2, 3))
    kinds = ("Answer 1", "Solution 2", "Solution 3")
    folded = [f"<details><summary>{kind}</summary>\n\nSo.\n\n</details>" for kind in kinds]
    made = page(START, asked, stubs, text("### Solutions\n\n" + "\n\n".join(folded)))
    assert [each.stub for each in made.exercises] == [
        None,
        'check("42.2", None)',
        'check("42.3", None)',
    ]


def test_every_committed_page_has_all_its_parts():
    for made in READ.values():
        numbers = [section.number for section in made.sections]
        assert numbers == list(range(1, len(numbers) + 1))
        stubs = [
            cell for cell in made.notebook.cells if "exercise" in cell.metadata.get("tags", [])
        ]
        assert [each.stub for each in made.exercises if each.stub] == [
            cell.source for cell in stubs
        ]
        assert all(each.solution in prose(made.notebook) for each in made.exercises if each.stub)


def test_parts_follow_one_another():
    assert list(PARTS.values()) == sorted(PARTS.values())
    pages = {name: Page(name, parse(TITLE)) for name in ("00_a", "01_b", "04_c", "05_d", "16_e")}
    assert [[each.name for each in members] for members in by_part(pages).values()] == [
        ["00_a"],
        ["01_b", "04_c"],
        ["05_d"],
        ["16_e"],
    ]
    assert list(by_part(pages)) == [
        "Start here",
        "I · Spikes",
        "II · Gradients",
        "V · Going further",
    ]


def test_an_explorer_is_known_by_its_sliders():
    shown, other, words = parse(f"# %%\nEncoding().sliders()\n{SETUP}{GOALS}").cells
    assert explorer(shown) == "Encoding"
    assert explorer(other) is None
    assert explorer(words) is None
