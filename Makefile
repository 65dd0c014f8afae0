# Two commands: `make lab` opens the tutorials, `make test` proves them. The first use of either sets up .venv.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# One thread per test worker: two workers with two threads each would wait for each other on two cores.
TEST_ENV := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 JUPYTER_PLATFORM_DIRS=1
WORKERS ?= 2

.PHONY: lab test tutorials bench

lab: .venv/installed
	$(BIN)/jupyter lab --notebook-dir=tutorials $(ARGS)

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	env -u MPLBACKEND $(TEST_ENV) $(BIN)/pytest -q -n $(WORKERS) --dist loadfile $(ARGS)

tutorials: .venv/installed
	env -u MPLBACKEND $(TEST_ENV) $(BIN)/python tutorials/build.py $(if $(ALL),--all) $(ARGS)

# Compares with other libraries, which are installed in an environment of their own (several GB).
bench: .venv-bench/installed
	.venv-bench/bin/python bench/layers.py $(ARGS)

# torch first and exactly, so that no dependency brings in another build of it.
.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[lab,test,events]"
	touch $@

.venv-bench/installed: bench/requirements.txt bench/install_peers.sh
	bash bench/install_peers.sh $(PYTHON) .venv-bench
	touch $@
