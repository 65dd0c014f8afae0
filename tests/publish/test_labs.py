"""A lab lasts 90 minutes and does what its pages have; explorers' answers are those of the page."""

import re

import pytest

from publish import labs, readme
from publish.page import explorer
from tests.pages import READ

pages = pytest.mark.parametrize("name", READ)


def weeks():
    """Return what each lab does and leaves for home, with its pages, from the guide."""
    text = readme.GUIDE.read_text(encoding="utf-8")
    found = re.findall(r"^\| \d+ \| (\d\d(?:, \d\d)*) \| \d+ \| ([^|]*) \| ([^|]*) \|", text, re.M)
    return [(numbers.split(", "), done.strip(), home.strip()) for numbers, done, home in found]


def test_every_lab_lasts_90_minutes():
    assert len(weeks()) == 14
    for numbers, done, _ in weeks():
        assert sum(map(int, re.findall(r"\((\d+)\)", done))) == labs.LAB_MINUTES, done
        assert [part[:2] for part in done.split("; ")] == numbers
        for run in re.findall(r"run it \((\d+)\)", done):
            assert int(run) >= labs.RUN


def test_a_lab_and_home_share_all_exercises_of_their_pages():
    by_number = {page.number: page for page in READ.values()}
    for numbers, done, home in weeks():
        for number, here, there in zip(numbers, done.split("; "), home.split("; "), strict=True):
            found = []
            for text in (here, there):
                for first, last in re.findall(r"exercises? (\d)(?: (?:to|and) (\d))?", text):
                    found += range(int(first), int(last or first) + 1)
            assert found == [each.number for each in by_number[number].exercises]


@pages
def test_every_explorer_of_the_main_way_has_tasks_with_answers(name):
    page = READ[name]
    shown = [cell for cell in page.main if explorer(cell)]
    found = labs.explorers(page)
    assert len(found) == len(shown)
    for each in found:
        assert each.count >= 2
        answers = re.findall(r"^\d\. ", each.answers, flags=re.M)
        assert len(answers) in (0, 1, each.count)
        assert "<details" not in each.tasks + each.answers
        assert each.tasks in labs.told(page)
        assert each.answers in labs.told(page)
