"""Settings of the site. `publish.site` copies this file beside the pages that it prepares."""

from pathlib import Path

import snn_core
from publish.stamps import imprint

project = "Learn spiking neural networks"
author = "The snn_core authors"
copyright = imprint()  # stands below every page
release = version = snn_core.__version__
html_title = project

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "publish.site_sphinx",
]
# commands only
copybutton_selector = "#run-it-install-or-use-colab div.highlight pre, div.highlight-bash pre"
nb_execution_mode = "off"  # the committed outputs are shown as they are
nb_ipywidgets_js = {}  # nothing from a network
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_inline"]
html_math_renderer = "mathml"
default_role = "py:obj"
napoleon_use_ivar = True  # attributes are described once, in the docstring of their class
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}

html_theme = "furo"
templates_path = ["templates"]
html_static_path = ["static"]
html_extra_path = ["extra"]
html_css_files = ["live/live.css", "site.css", "figures.css"]
SCRIPTS = ("deeper.js", "drawers.js", "sort.js", "figures.js", "exercises.js")
html_js_files = [(name, {"defer": "defer"}) for name in SCRIPTS]
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_copy_source = False
html_show_search_summary = False  # a page opened from disk may not read the others
