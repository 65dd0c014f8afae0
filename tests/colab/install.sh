#!/usr/bin/env bash
# Make an environment with Colab's versions of what the pages use. Python 3.11 or 3.12: Colab's numpy has no wheel for 3.13.
# Not Colab's: torch, of which constraints.txt names the build that we test with, and setuptools, which that torch wants newer.
set -euo pipefail
here=$(dirname "$0")
test -x "$2/bin/python" || "$1" -m venv "$2"
grep -vE '^#|\+|^setuptools==' "$here/pip-freeze.txt" > "$2/versions.txt"
"$2/bin/python" -m pip install -q -c "$2/versions.txt" "$(grep '^torch==' "$here/../../constraints.txt")"
"$2/bin/python" -m pip install -q -c "$2/versions.txt" \
  anywidget ipykernel ipython ipywidgets matplotlib nbclient nbformat numpy packaging tqdm traitlets
