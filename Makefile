# make run     a living demonstration on http://localhost:8000
# make test    everything that CI runs
# make check   style, types, imports, quick tests: some minutes
# make bench   figures of speed, into bench/results/
# make soak    strictness under fire: a million decisions, kills
# make lock    pin the dependencies of pyproject.toml anew
# make clean   remove the environment, the demonstration's state and caches

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check bench soak lock clean chromium spark verifiers clamav

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-to-run
READY_DEV := $(VENV)/.ready-to-develop
PYTHON ?= python3
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Bytecode is kept, whatever the caller's environment says: otherwise every process compiles all it imports, and each
# test process rewrites the assertions of every test anew.
unexport PYTHONDONTWRITEBYTECODE

help:
	@sed -n 's/^# make/make/p' Makefile

# The environment. Every package is pinned by its hash; our own is linked without building anything else.
$(READY): requirements.lock pyproject.toml
	@sh bin/environment requirements.lock $(VENV) "$(PYTHON)"
	@rm -f $(READY_DEV)
	@touch $@

$(READY_DEV): requirements-dev.lock pyproject.toml
	@sh bin/environment requirements-dev.lock $(VENV) "$(PYTHON)"
	@touch $(READY) $@

run: $(READY)
	@BEFFROI_MODE=demonstration exec $(BIN)/beffroi run

chromium: $(READY_DEV)
	@sh bin/chromium

# A Spark cluster for the tests that need one: half a gigabyte, hence apart.
spark: $(READY_DEV)
	@sh bin/spark requirements-spark.lock $(VENV)

verifiers:
	@sh bin/verifiers

clamav: $(READY_DEV)
	@sh bin/clamav $(VENV)

check: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(wildcard src spec)
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not slow and not browser and not crash"

test: $(READY_DEV) chromium spark verifiers clamav
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(wildcard src spec)
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

bench: $(READY)
	$(BIN)/python -m bench

soak: $(READY)
	$(BIN)/python -m bench.soak

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

lock:
	PATH="$(CURDIR)/$(BIN):$$PATH" $(LOCK) --group build --output-file requirements.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" $(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" $(LOCK) --group spark --constraint requirements-dev.lock --output-file requirements-spark.lock

clean:
	rm -rf $(VENV) var build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
