"""A page and the code of its answers, run for the test of that page."""

import re

import pytest

from tests.pages import PAGES, prose
from tests.pages.answers import cells, run


def pytest_itemcollected(item):
    """Allow Matplotlib's warning about tensors, which pages do not show."""
    item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))


@pytest.fixture
def page(request):
    """Run the page that a test is named after, up to a section, and its answers; return names."""
    number, last = re.search(r"page_(\d\d)_up_to_section_(\d)", request.node.name).groups()
    (name,) = [name for name in PAGES if name.startswith(number)]
    folded = re.findall(r"<details>.*?</details>", prose(PAGES[name]), flags=re.S)
    namespace = {"__name__": "__main__"}
    run(cells(name, int(last), getattr(request.module, "BESIDE", frozenset())), namespace)
    run(
        [
            block
            for text in folded
            for block in re.findall(r"```python\n(.*?)```", text, flags=re.S)
        ],
        namespace,
    )
    return namespace
