# Two commands matter: `make demo` sets everything up and builds a release from the sample, `make test` sets up
# and runs all tests. Both use .venv/ here and need nothing but Python and the package registry.

PYTHON ?= python3
# The versions that pyproject.toml states, oldest first: 3.11 3.12 ...
PYTHONS := $(shell sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)".*/seq -f 3.%g \1 $$((\2 - 1))/p' \
	pyproject.toml | sh)
OLDEST := $(firstword $(PYTHONS))
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo
# Bytecode is kept, also where the environment says otherwise: else each of a hundred commands compiles Prefect anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check docs setup setup-dev system lock dictionary clean

demo: setup
	$(BIN)/python -m samples.make_sample $(DEMO)/papers
	$(BIN)/scimmir build $(DEMO)/papers/arxiv $(DEMO)/papers/pmc --warehouse $(DEMO)/warehouse \
		--metadata $(DEMO)/papers/arxiv-metadata.jsonl --decontaminate $(DEMO)/papers/benchmark-images
	@echo "Pairs by class and split:"
	@$(BIN)/scimmir query -w $(DEMO)/warehouse "PIVOT (SELECT subcategory, split, pairs FROM class_mix) \
		ON split IN ('train', 'validation', 'test') USING coalesce(sum(pairs), 0) ORDER BY subcategory"
	@echo "Rejects by reason:"
	@$(BIN)/scimmir query -w $(DEMO)/warehouse "SELECT reason, sum(rejects)::INT AS rejects, \
		first(description) AS meaning FROM reject_reasons GROUP BY reason ORDER BY rejects DESC, reason"
	@echo "Where to look next:"
	@echo "  the report     $(DEMO)/warehouse/releases/$$(cat $(DEMO)/warehouse/releases/latest)/report.html"
	@echo "  your own SQL   $(BIN)/scimmir query -w $(DEMO)/warehouse \"SELECT label, caption FROM pairs LIMIT 5\""
	@echo "  DuckDB itself  $(DEMO)/warehouse/catalog.duckdb"
	@echo "  the columns    docs/data-dictionary.md"

# Four processes keep two cores busy: tests wait for servers and commands half of their time.
test: setup-dev
	$(BIN)/python -m pytest -n 4 --dist loadgroup --no-loadscope-reorder

check: setup-dev docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version $(lastword $(PYTHONS))
	PYTHONPATH=.ci $(BIN)/lint-imports
	$(BIN)/python .ci/collect_twice.py

# The pages of docs/ as a site, .docs/index.html; a link that leads nowhere is an error.
docs: setup-dev
	$(BIN)/sphinx-build -W --keep-going -n -q -E -a docs .docs

setup: $(VENV)/.core system

setup-dev: $(VENV)/.all system

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in "$(PYTHONS)".split())' \
		|| { echo "Python $(OLDEST) to $(lastword $(PYTHONS)) is needed: make PYTHON=python$(OLDEST) ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The lock is complete, so dependencies are not resolved again (which older versions of pip get wrong with hashes).
$(VENV)/.core: constraints/core.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r constraints/core.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.all: constraints/all.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r constraints/all.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@echo "Compiling what the tests import, once, instead of in each of their processes (what fails here, they tell)"
	-@$(BIN)/python -c "import open_clip_train.main, clip_benchmark.cli"
	-@$(BIN)/python -m pytest --collect-only --quiet >/dev/null 2>&1
	@touch $@ $(VENV)/.core

# Ghostscript renders EPS figures. Without it a build works and rejects them as ghostscript_missing.
system:
	@command -v gs >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq ghostscript >/dev/null; } \
		|| echo "Ghostscript is not installed: EPS figures will be rejected. On Debian: apt-get install ghostscript"

# Writes the locked versions anew, with hashes and without the address of any package index. Each list must install
# from wheels on every Python that is promised; jsonpath-rw, which mlcroissant needs, is there as plain source only.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version $(OLDEST) --generate-hashes --no-header
lock: $(BIN)/python
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --all-extras --upgrade pyproject.toml -o constraints/all.txt
	$(LOCK) -c constraints/all.txt pyproject.toml -o constraints/core.txt
	$(LOCK) -c constraints/all.txt --extra s3 --extra dask pyproject.toml -o constraints/production.txt
	@for version in $(PYTHONS); do for list in core production all; do \
		echo "constraints/$$list.txt on Python $$version"; \
		$(BIN)/uv pip install --quiet --dry-run --target $(VENV)/.lock --python-version $$version \
			--only-binary :all: --no-binary jsonpath-rw --no-deps --require-hashes -r constraints/$$list.txt || exit 1; \
	done; done

dictionary: setup
	$(BIN)/python -m schemas.dictionary > docs/data-dictionary.md

clean:
	rm -rf $(DEMO) .docs .pytest_cache .mypy_cache .ruff_cache .hypothesis
