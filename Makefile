# Needs make and Python >= 3.11; everything else is installed into .venv from the hashed lock files.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The lock names everything, so nothing is left to resolve: a release made after it must not change what is installed, nor
# break it (pip 23 takes a newer release for an extra that the lock has without one, and then misses its hash).
LOCKED := $(PIP) install --require-hashes --no-deps
PYTEST_FLAGS ?= -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help up test check format example bench fidelity pictures lock migration clean

help: ## Say what each command does
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: $(VENV)/run.stamp ## Install what is needed and start Passgate on http://localhost:8080
	@exec $(BIN)/passgate up

test: $(VENV)/dev.stamp ## Install what is needed and run the whole test suite
	@$(BIN)/python -m pytest $(PYTEST_FLAGS)

check: $(VENV)/dev.stamp ## Format, lint, types, architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/dev.stamp ## Put the code in its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

example: $(VENV)/run.stamp ## Run three services that call each other by Passgate's tokens
	@$(BIN)/python examples/services/run.py

bench: $(VENV)/dev.stamp ## Measure Passgate side by side with its peers
	@$(BIN)/python -m benchmarks.run

fidelity: $(VENV)/dev.stamp ## Measure what translation keeps, on recorded exchanges; writes docs/fidelity.md
	@$(BIN)/python -m benchmarks.fidelity.run

pictures: $(VENV)/dev.stamp ## Walk the users' story in a browser and renew the documentation's pictures
	@$(BIN)/python -m pytest -q tests/e2e/test_story.py "tests/console/test_pages.py::test_page[/]" --pictures docs/pictures

lock: $(VENV)/dev.stamp ## Renew the hashed lock files from pyproject.toml
	@$(PIP) install uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra server --extra build pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra server --extra build --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

migration: $(VENV)/dev.stamp ## Write the migration that the changed tables need: make migration NAME="add plans"
	@$(BIN)/python tools/new_migration.py "$(NAME)"

clean: ## Remove the virtual environment (the data folder stays)
	@rm -rf $(VENV)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Passgate needs Python >= 3.11; none was found (set PYTHON=…)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing Passgate into $(VENV) …"
	@$(LOCKED) -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt pyproject.toml $(VENV)/run.stamp
	@echo "Installing what the tests need into $(VENV) …"
	@$(LOCKED) -r requirements-dev.txt
	@touch $@
