# make demo · make test · make check · make soak · make bench; each builds its own .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# 3.11 first: every test runs on it, and of the newer ones less is known.
PYTHON := $(shell for v in 3.11 3.12 3.13; do python$$v -c "" 2>/dev/null && command -v python$$v && break; done)
ifeq ($(PYTHON),)
PYTHON := $(shell python3 -c 'import sys; print(sys.executable if (3, 11) <= sys.version_info < (3, 14) else "")' 2>/dev/null)
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 2
AUDITED ?= constraints.txt

.PHONY: help demo test check format soak bench audit pictures clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

demo: $(VENV)/run ## the bot on this laptop, with nothing to sign up for
	@$(BIN)/onboarding-bot demo $(ARGS)

test: $(VENV)/test ## every test (browser tests need Chromium)
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not soak" $(ARGS)

check: $(VENV)/test ## format, lint, strict types, import contracts, unused dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .

format: $(VENV)/test ## put the code into the house's format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

pictures: $(VENV)/test ## the pictures of the README, from a demo on a fixed day
	@$(BIN)/python tests/browser/take_pictures.py

soak: $(VENV)/test ## the long runs: every seed of the tests that `make test` runs a tenth of
	@SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) -m soak --timeout 0 $(ARGS)

bench: $(VENV)/test ## the figures, measured side by side: ONLY=name for one, ARGS=--json for programs
	@$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

audit: $(VENV)/test $(VENV)/auditor ## known vulnerabilities of everything that constraints.txt pins; asks PyPI's advisories
	@$(BIN)/python -m pip --disable-pip-version-check check
	@$(VENV)/auditor/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement $(AUDITED) || \
	  { echo "Not passed: a vulnerability is listed above, or a package PyPI's advisories (not every mirror has them) could not be asked about."; exit 1; }

clean: ## remove what make has built
	rm -rf $(VENV) build dist

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 is needed; none was found. The README says how to get it."; exit 1; fi
	@if ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$(PYTHON) has no venv module. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; fi
	@echo "Making $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the bot needs (once, a minute or two) ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/auditor: | $(BIN)/python
	@echo "Installing the auditor, apart from what it audits (once) ..."
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check install --quiet 'pip-audit>=2.9,<3' || { rm -rf $@; exit 1; }

$(VENV)/test: $(VENV)/run
	@echo "Installing what the tests and checks need (once, a minute or two) ..."
	@$(BIN)/python -c 'import tomllib; g = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]; print("\n".join(g["test"] + g["check"]))' > $(VENV)/groups.txt
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[charts,postgres]' --requirement $(VENV)/groups.txt
	@touch $@
