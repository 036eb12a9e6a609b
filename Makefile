# Everything runs from .venv, which is made here from the locked requirements. Nothing needs to be activated.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
LOCK := --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --quiet

# Tests start many programs: without compiled modules on the disk, each of them would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev demo test test-quick check format docs bench compiled lock clean

help:
	@echo "make install   run-time environment in $(VENV), with the command $(BIN)/landbridge"
	@echo "make demo      install, then call a backend through everything and break it on purpose"
	@echo "make test      the whole test suite"
	@echo "make test-quick the tests but the slow ones"
	@echo "make check     lint, format, types, import contracts, generated documents"
	@echo "make bench     benchmarks against real peers"
	@echo "make compiled  the package with its data path compiled, in build/compiled; needs a C compiler"
	@echo "make docs      write the generated documents"
	@echo "make format    repair what ruff can repair"
	@echo "make lock      renew the lock files"
	@echo "make clean     remove the environment and all caches"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "landbridge needs Python 3.11 or newer; say which with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-run: requirements-build.txt requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements-build.txt -r requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.stamp-dev: requirements-dev.txt $(VENV)/.stamp-run
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.stamp-run

install-dev: $(VENV)/.stamp-dev

demo: install
	@$(BIN)/landbridge demo

test: install-dev
	$(PYTEST)

test-quick: install-dev
	$(PYTEST) -m "not slow"

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m landbridge.faults.docs --check
	$(BIN)/python -m landbridge.checks.docs --check

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python -m landbridge.faults.docs
	$(BIN)/python -m landbridge.checks.docs

bench: install-dev
	$(BIN)/python -m bench

compiled: install-dev
	rm -rf build
	LANDBRIDGE_COMPILE=1 $(PIP) install --quiet --no-deps --no-build-isolation --no-index --target build/compiled .

lock: install-dev
	$(BIN)/pip-compile $(LOCK) --only-build-deps --all-build-deps --output-file requirements-build.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --output-file requirements-dev.txt requirements-dev.in

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
