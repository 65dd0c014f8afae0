"""Settings of the site. `publish.site` copies this file beside the pages that it prepares."""

from importlib.util import find_spec
from pathlib import Path

import snn_core

MATHJAX = (
    Path(find_spec("sphinx-mathjax-offline").origin).parent
    / "static"
    / "mathjax"
    / "tex-svg-full.js"
)

project = "Learn spiking neural networks"
author = copyright = "The snn_core authors"
release = version = snn_core.__version__
html_title = project

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.mathjax",
]
nb_execution_mode = "off"  # the committed outputs are shown as they are
nb_ipywidgets_js = {}  # nothing from a network
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "amsmath"]
default_role = "py:obj"
napoleon_use_ivar = True  # attributes are described once, in the docstring of their class
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}

html_theme = "furo"
html_static_path = [str(MATHJAX), "site.css", "deeper.js", "sort.js"]
html_css_files = ["site.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("deeper.js", "sort.js")]
html_copy_source = False
html_show_search_summary = False  # a page opened from disk may not read the others
mathjax_path = MATHJAX.name
