# Waypost from a fresh clone: needs Python 3.11+, make and a package registry, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
UV := .tools/bin/uv
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/.installed
COMPILE := $(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --quiet

# each task is a process of its own: without compiled files each would compile 3,000 modules anew
unexport PYTHONDONTWRITEBYTECODE
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export AIRFLOW__CORE__LOAD_EXAMPLES := False

.PHONY: help setup run test torture lint format bench up clean lock

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install exactly what requirements.lock names into .venv

$(UV):
	$(PYTHON) -m pip install --quiet --target .tools uv==$(UV_VERSION)

# the stamp holds the lock that was installed: a clone, a pull or a copy may change times at will
$(STAMP): FORCE | $(UV)
	@cat requirements.lock pyproject.toml | cmp -s - $@ || { \
	  test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv; \
	  $(UV) pip sync --quiet --require-hashes requirements.lock \
	  && $(UV) pip install --quiet --no-deps --no-build-isolation -e . \
	  && cat requirements.lock pyproject.toml > $@; }
FORCE:

run: setup ## Run the whole pipeline through Airflow, then serve the dashboards
	$(BIN)/waypost run

test: setup ## Run the tests, two at a time
	$(BIN)/pytest -n 2

torture: setup ## Kill, fill, flip and race for an hour: the long versions of the tests of crashes
	$(BIN)/pytest tests/torture --torture

lint: setup ## Check style, types, SQL, and that the lock fits pyproject.toml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models
	cp requirements.lock .venv/resolved.lock
	$(COMPILE) --output-file .venv/resolved.lock
	grep -v '^#' requirements.lock > .venv/kept.lock
	grep -v '^#' .venv/resolved.lock | cmp - .venv/kept.lock \
	  || { echo "requirements.lock does not fit pyproject.toml: run make lock"; exit 1; }

format: setup ## Put Python and SQL in their form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix dbt_project/models

bench: setup ## Measure every speed claim as a ratio and write docs/performance.md
	$(BIN)/python -m benchmarks

up: setup ## Run Airflow on a local Postgres and the dashboards, by hand, without containers
	$(BIN)/python -m waypost.local_cluster

lock: $(UV) ## Resolve pyproject.toml anew into requirements.lock
	$(COMPILE) --output-file requirements.lock

clean: ## Remove the environment, caches and the demo's home
	rm -rf .venv .tools .waypost .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
