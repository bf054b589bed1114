# The portal's commands. `make run` and `make test` install by themselves whatever is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Two workers suit the smallest machine the tests are meant for; PYTEST_WORKERS=auto on a bigger one.
PYTEST_WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest
# Journeys wait more than they compute. A module of them starts a hall of its own: on one worker it starts it once.
BROWSER_WORKERS ?= 3
BY_MODULE := -n $(BROWSER_WORKERS) --dist loadfile

# Versions and checksums say all; the lock file keeps no addresses, neither of downloads nor of sponsors.
define STRIP_ADDRESSES
const fs = require("fs"), file = "package-lock.json", lock = JSON.parse(fs.readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) { delete entry.resolved; delete entry.funding; }
fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
endef
export STRIP_ADDRESSES

export PORT ?= 8000
export PORTAL_HOME ?= $(CURDIR)/instance

.PHONY: help run install install-dev test postgres browser lint check format bench proof lock clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: install  ## Install, migrate, load the demo hall once, and serve on PORT (8000)
	@PORTAL_DEMO=1 exec $(PYTHON) bin/serve

install:  ## Install what running needs
	@command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON),请先安装 Python 3.11。" >&2; exit 1; }
	@$(PYTHON) bin/install

install-dev:  ## Install what tests and checks need too (browsers and PostgreSQL included)
	@command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON),请先安装 Python 3.11。" >&2; exit 1; }
	@$(PYTHON) bin/install --dev

test: install-dev  ## Run every test: checks, both databases, browsers
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -n $(PYTEST_WORKERS) -m "not browser and not proof"
	$(PYTEST) $(BY_MODULE) -m "browser and not proof"

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

check: install-dev  ## Fast checks: lint, import contracts, unit tests on SQLite
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -n $(PYTEST_WORKERS) -m "not postgres and not browser and not proof"

postgres: install-dev  ## Only the tests on PostgreSQL
	$(PYTEST) -n $(PYTEST_WORKERS) -m "postgres and not proof"

browser: install-dev  ## Only the browser journeys (screenshots in build/screenshots)
	$(PYTEST) $(BY_MODULE) -m "browser and not proof"

format: install-dev  ## Lay the code out as `make check` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-dev  ## Measure: requests per second and latencies beside the floor
	$(BIN)/python -m bench

proof: install-dev  ## The full-size race, destruction and simulation runs
	$(PYTEST) -m proof -o faulthandler_timeout=1800

lock: install-dev  ## Write the locked requirement files anew
	cd requirements && for name in base dev; do \
	  ../$(BIN)/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line \
	    --output-file=$$name.txt $$name.in; done
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	@node -e "$$STRIP_ADDRESSES"

clean:  ## Remove what was installed and built; the data folder stays
	rm -rf .venv node_modules portal/static/vendor build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
