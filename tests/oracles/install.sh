#!/usr/bin/env bash
# Make an environment with the libraries beside which tests/oracles runs the core: bash tests/oracles/install.sh PYTHON FOLDER
set -euo pipefail
python=$1
folder=$(realpath -m "$2")
cd "$(dirname "$0")/../.."
test -x "$folder/bin/python" || "$python" -m venv "$folder"
pip() { "$folder/bin/python" -m pip install -q "$@"; }
pip "$(grep '^torch==' constraints.txt)"
# Without what they declare: torchvision and vendors' runtimes, none of which is imported here.
pip --no-deps -r tests/oracles/requirements.txt
pip -c tests/oracles/requirements.txt sympy "$(grep '^matplotlib==' constraints.txt)" "$(grep '^pytest==' constraints.txt)"
pip --no-deps -e .
