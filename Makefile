# Two commands: `make lab` opens the tutorials, `make test` proves them. The first use of either sets up .venv.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# One thread per test worker: two workers with two threads each would wait for each other on two cores.
TEST_ENV := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 JUPYTER_PLATFORM_DIRS=1
# What is compiled is kept, whatever the shell says: each worker and each kernel would compile it again.
KEEP := -u MPLBACKEND -u PYTHONDONTWRITEBYTECODE
WORKERS ?= 2

.PHONY: lab lint test tests-alone tutorials times bench course site test-browser test-colab test-oracles

# In a copy, which is made or updated first, so that what a reader writes and what git brings do not meet.
lab: .venv/installed
	$(BIN)/python -m publish.lab
	$(BIN)/jupyter lab --notebook-dir=my_tutorials --LabApp.default_url=/lab/tree/start.ipynb $(ARGS)

# Style, and the types of the library.
lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The checks of style and types run beside the tests: two processors are busy from the start.
test:
	$(MAKE) --no-print-directory -j 2 lint tests-alone

tests-alone: .venv/installed
	env $(KEEP) $(TEST_ENV) $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore=tests/browser $(ARGS)

tutorials: .venv/installed
	env -u MPLBACKEND $(TEST_ENV) $(BIN)/python -m publish.notebooks $(if $(ALL),--all) $(ARGS)
	$(BIN)/python -m publish.readme

# Processor time per page and per cell, beside the budgets; nothing fails.
times: .venv/installed
	env -u MPLBACKEND $(TEST_ENV) $(BIN)/python -m publish.times $(ARGS)

# Student and instructor notebooks, slides, guide and a zip to hand out, all derived from the pages: build/course.
# ARGS="--exam-seed 7" draws other exams, --exam-pages 00-12 is about these pages, --questions FILE asks some of your own.
course: .venv/installed
	$(BIN)/python -m publish.course $(ARGS)

# Runs pages as Colab would: its versions of packages, an empty folder, the package installed from a local git address.
test-colab: .venv-colab/installed
	env -u MPLBACKEND $(TEST_ENV) .venv-colab/bin/python -m tests.colab.run $(ARGS)

# The core beside Brian2, Norse, snnTorch, SpikingJelly and Sinabs, which are installed in an environment of their own.
test-oracles: .venv-oracles/installed
	env $(TEST_ENV) .venv-oracles/bin/python -m pytest -q -o addopts= tests/oracles $(ARGS)

# The executed pages, the reference of the core, a glossary and search, to be opened from disk or put on any server.
# Runs each page once, to draw figures for phones and fine screens, and keeps them; `python -m publish.site` takes what is kept.
site: .venv/installed-site
	$(BIN)/python -m publish.site --draw $(ARGS)

# Three short pages whole and every explorer in JupyterLab, and all of the site; ALL=1 runs every page.
test-browser: .venv/installed-browser
	env $(KEEP) $(TEST_ENV) $(BIN)/pytest -q -n $(WORKERS) --dist load --no-loadscope-reorder tests/browser $(if $(ALL),--all-pages) $(ARGS)

# Compares with other libraries, which are installed in an environment of their own (several GB).
bench: .venv-bench/installed
	.venv-bench/bin/python bench/layers.py $(ARGS)
	.venv-bench/bin/python bench/neurons.py

# torch first and exactly, so that no dependency brings in another build of it.
.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[lab,test,events,nir,recipes,course]"
	touch $@

.venv/installed-site: .venv/installed
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[site]"
	touch $@

# Takes the system's Chromium, and installs it where that is allowed; without one the tests skip and say so.
.venv/installed-browser: .venv/installed-site
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[browser]"
	command -v chromium || command -v chromium-browser || command -v google-chrome || (apt-get update -qq && apt-get install -y -qq chromium) || true
	touch $@

.venv-bench/installed: bench/requirements.txt bench/install_peers.sh
	bash bench/install_peers.sh $(PYTHON) .venv-bench
	touch $@

.venv-colab/installed: tests/colab/pip-freeze.txt tests/colab/install.sh
	bash tests/colab/install.sh $(PYTHON) .venv-colab
	touch $@

.venv-oracles/installed: tests/oracles/requirements.txt tests/oracles/install.sh
	bash tests/oracles/install.sh $(PYTHON) .venv-oracles
	touch $@
