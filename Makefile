# Everything runs in .venv, which the first target that needs it makes. PORT is the service's port.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test lint typecheck eval bench clean

serve: $(VENV)/installed
	@$(BIN)/bali serve --port $(PORT)

test: $(VENV)/installed
	@echo "== Tests"
	@$(BIN)/python -m pytest

lint: $(VENV)/installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

typecheck: $(VENV)/installed
	@$(BIN)/mypy

eval: $(VENV)/installed
	@$(BIN)/bali build
	@$(BIN)/python -m eval.retrieval

bench: $(VENV)/installed
	@$(BIN)/python -m bench.reading

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# torch first and by itself: the version is pinned to a CPU build where one is at hand
$(VENV)/installed: pyproject.toml
	@echo "== Setting up $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "== Installing torch"
	@$(BIN)/python -m pip install --quiet torch==2.13.0
	@echo "== Installing the assistant and what it needs"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
