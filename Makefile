# gigaloop: every job of a checkout. `make` alone lists them; each job sets up what it needs first.
#   make test VENV=build/other     another virtual environment        make run PYTHON=python3.12     another Python
#   make test TESTS=tests/solve    some of the tests                  make test SYSTEM=no            no system package

VENV ?= .venv
PROGRAMME ?= programmes/us-buildout
TESTS ?=
SYSTEM ?= yes
BIN := $(VENV)/bin
PY := $(BIN)/python
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
SETUP := tools/setup_venv.sh pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run setup test lint format docs bench calibrate validate system hooks lock wheel clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN) ## set up, then run the bundled programme: results and a report (PROGRAMME=folder for yours)
	$(BIN)/gigaloop run "$(PROGRAMME)"

setup: $(DEV) ## set up everything development needs, and nothing else

test: lint system ## set up, then every check: lint, types, import layers, tests and doctests
	$(PY) -m pytest $(TESTS)

lint: $(DEV) ## ruff, mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(PY) -m mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV) ## put the code in the one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(DEV) ## build the documentation into docs/_build/html; a warning is an error
	$(PY) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(DEV) ## measure what must be fast, against a named alternative
	$(PY) benchmarks/run.py

calibrate: $(DEV) ## fit the constants of training steps on the bundled measurements, into the catalogue
	$(PY) tools/calibrate.py

validate: $(DEV) ## the long checks: tests marked slow, and every property on 1,000 examples
	$(PY) -m pytest -m "slow or hypothesis" --hypothesis-profile=thorough --durations=10 $(TESTS)

system: # Chromium and a font for the browser tests, where that is allowed
	@SYSTEM="$(SYSTEM)" tools/install_system.sh

hooks: $(DEV) ## check each commit before it is made
	$(BIN)/pre-commit install

lock: ## pin the dependencies of pyproject.toml again (ARGS=--upgrade for the newest releases)
	@VENV="$(VENV)" tools/lock.sh $(ARGS)

wheel: $(RUN) ## build the wheel into dist/
	$(PY) -m hatchling build -t wheel -d dist

clean: ## remove what the other targets made, the virtual environment too
	if [ -f "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	rm -rf dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests benchmarks examples docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: set-up is done again when the lock, pyproject.toml or the script is newer.
$(RUN): requirements/run.lock $(SETUP)
	@PYTHON="$(PYTHON)" tools/setup_venv.sh "$(VENV)" requirements/run.lock
	@touch $@

$(DEV): requirements/dev.lock requirements/run.lock $(SETUP)
	@PYTHON="$(PYTHON)" tools/setup_venv.sh "$(VENV)" requirements/dev.lock
	@touch $(RUN) $@
