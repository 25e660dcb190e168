# Two commands do everything: `make demo` and `make test`.
VENV ?= .venv
BIN := $(VENV)/bin

# What has a public face; of the gallery and of the making of mini, whose parts are their own
# affair, the doors alone.
DOCUMENTED = $$(git ls-files '*.py' ':!tests' ':!knowledge_graph/gallery' ':!training/mini') \
  $(addprefix knowledge_graph/gallery/,painting.py plan.py writing.py) training/mini/make.py

WARM_UP = $(BIN)/topicart warmup || echo 'Not compiled ahead: the first fit will.' >&2

.PHONY: demo test lint screenshots clean

demo: $(VENV)/installed
	@$(BIN)/topicart demo --out demo

# Two at a time, each file's tests together, each with a thread of its own. As the files come: the
# longest have few tests, and would be last. Where one of the two processes dies that is said at once.
test: $(VENV)/installed-dev lint
	@OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/numpydoc lint $(DOCUMENTED)

# The pictures in docs/, of the sample gallery; looked at before they are committed.
screenshots: $(VENV)/installed-dev
	@$(BIN)/topicart demo --out demo --quiet
	@$(BIN)/python docs/screenshots.py demo/run

$(VENV)/installed: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable .
	@$(WARM_UP)
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@# The tests check IIIF by this package's models; by itself it would hold Pillow back.
	@$(BIN)/python -m pip install --quiet --no-deps 'iiif-prezi3>=3.0'
	@$(WARM_UP)
	@touch $@ $(VENV)/installed

# The newest Python of 3.11 or later that really starts.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv $(VENV) && $(BIN)/python -m pip install --quiet --upgrade pip && exit; \
	  fi; \
	done; echo 'topicart needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python' >&2; exit 1

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
