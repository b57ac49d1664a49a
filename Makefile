# Everything that people type. The environment lies in .venv and is made from requirements-dev.lock with nothing but Python 3.11 or later.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SPARK := $(VENV)/.installed-spark

# Which Python makes the environment: the first of these that is new enough, or the one given as `make PYTHON=...`.
PYTHONS := $(or $(PYTHON),python3 python3.11 python3.12 python3.13 python3.14)

BENCHES := $(filter-out common duplicates entities million performance __init__,$(patsubst bench/%.py,%,$(wildcard bench/*.py)))

# Two at a time, each with a database of its own. `make test WORKERS=0`: one after the other.
WORKERS := 2
AT_ONCE := -n $(WORKERS) --dist loadfile

# What `make test` leaves to `make test-full`.
QUICK := not full and not spark

.DEFAULT_GOAL := help
.PHONY: help demo test test-full test-spark lint bench bench-smoke bench-resolution lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf 'make %-12s %s\n' "$$name" "$$what"; done

demo: $(INSTALLED) ## a real Neo4j, eight sources of an invented country, and a question answered with its evidence
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo.sh

test: lint ## lint, and all tests but the longest
	$(BIN)/python -m pytest -m "$(QUICK)" $(AT_ONCE) $(PYTEST_ARGS)

test-full: lint ## all tests but those on Spark, with the counts that take long
	GRAPHSVC_TEST_FULL=1 $(BIN)/python -m pytest -m "not spark" $(AT_ONCE) $(PYTEST_ARGS)

test-spark: $(SPARK) ## resolution on Spark, beside DuckDB (installs pyspark, some 450 MB)
	$(BIN)/python -m pytest -m spark -s tests/resolution $(PYTEST_ARGS)

lint: $(INSTALLED) ## ruff, mypy --strict and the layers of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED) ## every measurement in bench/, at full size (takes long)
	@set -e; for one in $(BENCHES); do echo "== $$one"; $(BIN)/python -m bench.$$one; done
	@$(BIN)/python -m bench.performance

# As in tests/conftest.py: servers that live for seconds are not worth compiling a second time.
bench-smoke: $(INSTALLED) ## every measurement in bench/, in its small form
	@export JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1; printf '%s\n' $(BENCHES) | xargs -P $(if $(filter 0,$(WORKERS)),1,$(WORKERS)) -I {} sh -c \
	    'began=$$(date +%s); out=$$($(BIN)/python -m bench.{} --smoke 2>&1); code=$$?; \
	    printf "== %s --smoke, %s s\n%s\n" {} $$(($$(date +%s) - began)) "$$out"; exit $$code'

bench-resolution: $(INSTALLED) ## who is who against the truth: published duplicates beside others, and the sample world (takes hours)
	$(BIN)/python -m bench.resolution

lock: $(INSTALLED) ## resolve pyproject.toml again (LOCK_ARGS=--upgrade takes newer versions)
	$(BIN)/uv pip compile $(LOCK) $(LOCK_ARGS) -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCK) $(LOCK_ARGS) -o requirements-dev.lock -c requirements.lock --group dev pyproject.toml
	$(BIN)/uv pip compile $(LOCK) $(LOCK_ARGS) -o requirements-spark.lock -c requirements.lock --extra spark pyproject.toml

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

clean: ## stop the demo's database; delete the environment, the demo and the caches
	@if [ -x $(BIN)/graphsvc ] && [ -d demo/home ]; then cd demo && GRAPHSVC_HOME=home ../$(BIN)/graphsvc db destroy --yes; fi
	rm -rf $(VENV) demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again when what is to be installed has changed. The package itself is installed as a link to this folder.
$(INSTALLED): requirements-dev.lock pyproject.toml
	@if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    for one in $(PYTHONS); do \
	        if "$$one" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$one"; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "graphsvc needs Python 3.11 or later with its venv module; tried: $(PYTHONS)." >&2; \
	        echo "Install it (Debian and Ubuntu: apt-get install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12" >&2; \
	        exit 1; \
	    fi; \
	    echo "Making the environment $(VENV) with $$("$$found" --version)."; \
	    "$$found" -m venv --clear $(VENV); \
	fi
	@echo "Installing what requirements-dev.lock names (once)."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# pyspark is too large for every environment. It comes as source, which setuptools packs.
$(SPARK): $(INSTALLED) requirements-spark.lock
	@echo "Installing what requirements-spark.lock names (once)."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-spark.lock
	@touch $@
