# Addenda: set-up, run, test. `make help` lists the targets; nothing here asks, needs root or installs globally.
# A .venv, node_modules or static/vendor that is a symbolic link belongs to another checkout and is used as it is.

PYTHON ?= python3
PYTEST_ARGS ?= -n 2 --dist loadfile

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test check format bench demo soak pictures pins clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: .setup/runtime .setup/pages ## fetch all that running needs, into this checkout
	@:

setup-test: .setup/dev .setup/pages-test ## fetch all that testing needs, too
	@$(PY) -m scripts.test_setup

run: setup ## set up, then serve on http://127.0.0.1:8000 until Ctrl-C
	@exec $(BIN)/addenda serve

test: setup-test ## set up, then the whole test suite
	@$(PY) -m pytest $(PYTEST_ARGS)

check: .setup/dev ## lint, format, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PY) -m pytest -q tests/test_architecture.py

format: .setup/dev ## put the sources into the house's form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-test ## the benchmark suite against the checkout, as a table
	@$(PY) -m bench

demo: setup ## load the demo data, as often as you like
	@$(BIN)/addenda demo

soak: setup-test ## the tests that take minutes: long kill and fault rounds
	@$(PY) -m pytest -m slow --timeout 3600

pictures: setup-test ## take the pictures of the manual anew, and write its gallery
	@$(PY) -m scripts.pictures

pins: .setup/dev ## compile requirements*.txt and package-lock.json anew (RAISE="flask nh3" or RAISE=--all raises)
	@$(PY) -m scripts.pins $(RAISE)

clean: ## remove what set-up and the tools made, never instance/
	@rm -rf .bench .setup .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@for made in .venv node_modules static/vendor; do [ -L $$made ] || rm -rf $$made; done

# Each stamp is newer than what it was made from; a second run finds them so and starts at once. The virtual environment
# and the fetched files count among what they are made from: where one was removed, set-up makes it again.

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Addenda needs Python 3.11 or later: make PYTHON=/path/to/it …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

.setup/runtime: .venv/pyvenv.cfg requirements.txt requirements-fast.txt pyproject.toml
	@mkdir -p .setup
	@if [ -L .venv ]; then echo "Using the .venv of another checkout as it is."; else \
		echo "Installing what Addenda needs to run …" \
		&& $(PIP) install --quiet --require-hashes -r requirements.txt \
		&& $(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable . \
		&& { $(PIP) install --quiet --no-deps --no-build-isolation --require-hashes -r requirements-fast.txt 2> .setup/fast.log \
			|| echo "No C parser for gunicorn could be built here (.setup/fast.log says why); it will parse in Python."; }; fi
	@touch $@

.setup/dev: .setup/runtime requirements-dev.txt
	@[ -L .venv ] || { echo "Installing what testing needs …" \
		&& $(PIP) install --quiet --require-hashes -r requirements-dev.txt; }
	@touch $@

LOCKS := package.json package-lock.json scripts/vendor.json scripts/vendor.py

.setup/pages: .setup/runtime $(LOCKS) $(if $(wildcard static/vendor/htmx.min.js),,ABSENT)
	@echo "Fetching what the pages load …"
	@$(PY) -m scripts.vendor
	@touch $@

.setup/pages-test: .setup/pages $(if $(wildcard node_modules/axe-core/axe.min.js),,ABSENT)
	@$(PY) -m scripts.vendor --for-tests
	@touch $@

.PHONY: ABSENT
ABSENT:
