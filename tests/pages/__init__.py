"""What the tests of the pages share: sources, and notebooks as `publish.page` reads them."""

from publish import notebooks as build
from publish.page import ROOT, code, committed, prose, tagged

__all__ = ["NOTEBOOKS", "PAGES", "READ", "ROOT", "SOURCES", "build", "code", "prose", "tagged"]

SOURCES = build.sources()
NOTEBOOKS = sorted((ROOT / "tutorials").glob("*.ipynb"))
READ = committed()
PAGES = {name: page.notebook for name, page in READ.items()}
