"""Build the site from the committed notebooks as they are: ``python -m publish.site [folder]``.

With ``--draw`` it first draws figures for phones and fine screens, which runs each page once; what
was drawn is kept until the page changes. Without, it takes what is kept.
"""

import argparse
import shutil
import sys
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

from .course_files import GUIDE
from .live_html import write
from .page import ROOT, committed
from .redrawn import for_site
from .site_figures import FOLDER
from .site_pages import prepare
from .site_reference import reference
from .site_texts import SOURCE, front, outward, running, syllabus
from .stamps import stamped


def assemble(folder: Path, draw: bool = False) -> None:
    """Write all sources of the site into an empty folder; `draw` figures for phones."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__*"))
    pages = committed()
    written = {
        "index": front(pages),
        "syllabus": syllabus(pages),
        "run": running(pages),
        "teach": outward(GUIDE.read_text(encoding="utf-8")),
    }
    for path in folder.glob("*.md"):  # the pages that are written by hand
        written.setdefault(path.stem, stamped(path.read_text(encoding="utf-8")))
    for name, text in written.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    figures = folder / "extra" / FOLDER
    figures.mkdir(parents=True)
    for name, page in pages.items():
        shown = prepare(page, figures, for_site(page, draw))
        nbformat.write(shown, folder / f"{name}.ipynb")
    write(folder / "static" / "live")
    reference(folder)


def build(target: Path, draw: bool = False) -> int:
    """Build the site into ``target/html``; warnings are errors. Return the exit status."""
    assemble(target / "source", draw)
    options = ["-W", "--keep-going", "-q", "-E", "-d", str(target / "doctrees")]
    return sphinx(["-b", "html", *options, str(target / "source"), str(target / "html")])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    parser.add_argument(
        "--draw", action="store_true", help="draw figures for phones and fine screens"
    )
    asked = parser.parse_args()
    status = build(asked.folder, asked.draw)
    print(f"{asked.folder}/html/index.html" if status == 0 else "The site has warnings.")
    sys.exit(status)
