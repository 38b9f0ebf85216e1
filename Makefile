# `make demo` shows ilactl at work, `make test` checks everything. Both set up .venv themselves.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.made-from-pins
PINS  := requirements/run.txt requirements/dev.txt pyproject.toml

.PHONY: setup demo test faults lint bench errors fuzz man readme clean
.DEFAULT_GOAL := setup

setup: $(STAMP)

# The stamp is written last: an interrupted setup starts over. A named PYTHON is tried alone.
$(STAMP): $(PINS)
	@set -eu; \
	found=; old=; \
	for candidate in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do \
	  "$$candidate" -c '' 2>/dev/null || continue; \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then found=$$candidate; break; fi; \
	  old=$$candidate; \
	done; \
	if [ -z "$$found" ]; then \
	  if [ -n "$$old" ]; then echo "ilactl needs Python 3.11 or newer; $$old is $$("$$old" -V 2>&1)." >&2; \
	  else echo "ilactl needs Python 3.11 or newer; none was found." >&2; fi; \
	  echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)," >&2; \
	  echo "or name it: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found has no venv module. Install it (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" -V) ..." >&2; \
	"$$found" -m venv --clear $(VENV); \
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements/dev.txt; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	touch $(STAMP)

demo: $(STAMP)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/demo.sh

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --strict ilactl

# Tests sync thousands of times: in memory where there is room, so that no slow disk decides how long it takes.
test: lint
	@room=$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2097152 {print "/dev/shm"}'); \
	folder=$$(mktemp -d "$${room:-$${TMPDIR:-/tmp}}/ilactl-tests-XXXXXX"); chmod 755 "$$folder"; \
	trap 'rm -rf "$$folder"' EXIT; \
	TMPDIR=$$folder $(BIN)/python -m pytest -n 2 -q

faults: $(STAMP)
	ILACTL_KILLS=all $(BIN)/python -m pytest -n 2 -q tests/*/test_kill*.py tests/credentials/test_faults.py
	$(BIN)/python -m tests.faults

bench: $(STAMP)
	$(BIN)/python -m bench

errors: $(STAMP)
	$(BIN)/python -m tests.errors

fuzz: $(STAMP)
	ILACTL_FUZZ=long $(BIN)/python -m pytest -q -n 2 tests/errors tests/expressions tests/rules tests/wallets tests/undo tests/spending tests/histories

man: $(STAMP)
	$(BIN)/python -m tools.manpage

readme: $(STAMP)
	$(BIN)/python -m tools.tour

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
