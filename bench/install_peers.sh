#!/usr/bin/env bash
# Set up the environment of bench/layers.py: bash bench/install_peers.sh PYTHON FOLDER
# It can be run again: what is installed already stays.
set -euo pipefail
python=${1:-python3}
folder=$(realpath -m "${2:-.venv-bench}")
cd "$(dirname "$0")/.."

test -x "$folder/bin/python" || "$python" -m venv "$folder"
pip() { "$folder/bin/python" -m pip install -q "$@"; }

# torch first and exactly, so that no library brings in another build of it.
pip "$(grep '^torch==' bench/requirements.txt)"
pip --no-deps -r bench/requirements.txt
pip -c bench/requirements.txt numpy matplotlib ipywidgets tqdm
pip --no-deps -e .
