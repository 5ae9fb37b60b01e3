# Every target that needs Python builds .venv first, once; see README.md.
PYTHON ?= $(shell command -v python3.11 || echo python3)
PRESET ?= laptop
BENCHMARKS_DIR ?= $(wildcard ../shared/benchmarks)
BIN := .venv/bin
RUN := $(BIN)/python -m semcoder

.DEFAULT_GOAL := help
.PHONY: help env book render test bench smoke lab clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

env: .venv/.installed ## create .venv and install the pinned lock (done by the others when needed)

book: env ## run all stages at PRESET (laptop; or smoke, workstation, h200, paper), then build the book
	$(RUN) book --preset $(PRESET)

render: env ## build the book from finished runs, or from the committed results; runs no stage
	$(RUN) render

test: env ## lint, unit tests, the pipeline at smoke and the book build
	$(BIN)/ruff check --quiet src tests
	$(BIN)/pytest

bench: env ## measure sandbox, tracer, corpus and monologues; writes results/benchmarks
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-bench.txt
	$(RUN) bench --benchmarks-dir "$(BENCHMARKS_DIR)"

smoke: ## make book PRESET=smoke
	@$(MAKE) --no-print-directory book PRESET=smoke

lab: env ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

clean: ## remove the built book and local runs (asks nothing; committed results stay)
	rm -rf _build results/runs results/notebooks results/view
