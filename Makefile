# make run: from a bare checkout to a served Legend.   make test: everything that can be tested here.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8000
WORKERS ?= 3
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUN_STAMP = $(VENV)/.installed-run
DEV_STAMP = $(VENV)/.installed-dev
APPS = legend accounts patterns trading social
# a developer's .env must not change what is checked
MANAGE = LEGEND_ENV_FILE=/dev/null SECRET_KEY=a-key-for-the-checks-of-this-makefile-and-for-no-site-at-all $(BIN)/python manage.py
JOURNEYS ?= tests/journeys

.DEFAULT_GOAL := help
.PHONY: help run test lint style house templates migrations deployment types schema lock journeys speed clean python

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: $(RUN_STAMP) ## prepare and serve on 127.0.0.1 (PORT=8000)
	@$(BIN)/python manage.py up --port $(PORT)

python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Choose an interpreter: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Legend needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Choose another: make PYTHON=python3.11 …"; exit 1; }

$(BIN)/python: | python
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.txt | $(BIN)/python
	@echo "Installing packages (a minute or two, once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing packages and tools (a minute or two, once) …"
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@ $(RUN_STAMP)

lint: style house templates migrations deployment ## style, plan of the house, templates, migrations, deployment

style: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

house: $(DEV_STAMP)
	$(BIN)/lint-imports

templates: $(DEV_STAMP)
	$(BIN)/djhtml --check templates

migrations: $(DEV_STAMP)
	$(MANAGE) makemigrations --check --dry-run --skip-checks

# as a site would run it: https
deployment: $(DEV_STAMP)
	LEGEND_SITE_URL=https://legend.example LEGEND_PROXIES=1 $(MANAGE) check --deploy --fail-level WARNING

types: $(DEV_STAMP) ## mypy
	$(BIN)/mypy $(APPS) tests conftest.py manage.py

test: $(DEV_STAMP) ## lint, types and all tests that run without a browser, then a verdict
	@failed=""; \
	$(MAKE) --no-print-directory --keep-going lint || failed="$$failed lint"; \
	$(MAKE) --no-print-directory types || failed="$$failed types"; \
	$(MANAGE) warm || failed="$$failed kernels"; \
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder || failed="$$failed tests"; \
	echo; if [ -n "$$failed" ]; then echo "make test: FAILED in$$failed"; exit 1; else echo "make test: all is well"; fi

journeys: $(DEV_STAMP) ## the main ways through a real browser (Debian's chromium)
	@$(MANAGE) warm
	$(BIN)/python -m pytest -q -m journey $(JOURNEYS)

speed: $(DEV_STAMP) ## budgets of time, on a quiet machine
	$(BIN)/python -m pytest -q -m speed

schema: $(DEV_STAMP) ## write docs/openapi.yaml anew
	$(MANAGE) spectacular --fail-on-warn --validate --file docs/openapi.yaml

lock: $(BIN)/python ## resolve the packages of pyproject.toml anew
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --upgrade --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --no-header --no-emit-index-url --python-version 3.11 --group dev -c requirements.txt -o requirements-dev.txt

clean: ## forget environment and caches, keep data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
