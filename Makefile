# Needs make, git and Python 3.11 or 3.12; everything else comes from the package index into .venv.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
UV_VERSION := $(shell sed -n 's/^setup = \["uv==\(.*\)"\]$$/\1/p' pyproject.toml)

# Without compiled files each process of Dagster takes three times as long to start.
unexport PYTHONDONTWRITEBYTECODE
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export RUNTIME__DLTHUB_TELEMETRY := false
export UV_NO_PROGRESS := 1
# As pip does: a company may put its own certificate before the index.
export UV_SYSTEM_CERTS := true
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup browser demo dev run backfill history metrics forget connect revoke webhooks test lint format bench

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

.venv/.synced: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
		|| { echo "Python 3.11 or 3.12 is needed; $(PYTHON) is another. Name one: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Setting up .venv (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --quiet --locked --compile-bytecode
	@touch $@

setup: .venv/.synced  ## the locked environment in .venv

demo: setup  ## two generated businesses, from ads to money; no accounts, no keys
	@$(BIN)/python -m orchestration demo

dev: setup  ## Dagster's UI on http://127.0.0.1:3000 (make dev DEMO=1: over the demo's warehouse)
	@$(BIN)/python -m orchestration dev $(if $(DEMO),--demo) $(if $(PORT),--port $(PORT))

run: setup  ## load what is new on every connection, build, check and publish
	@$(BIN)/python -m orchestration run

backfill: setup  ## load days again: make backfill FROM=2026-01-01 TO=2026-01-31
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "name the days: make backfill FROM=2026-01-01 TO=2026-01-31"; exit 1; }
	@$(BIN)/python -m orchestration backfill $(FROM) $(TO)

history: setup  ## read all of ThriveCart again, as old rows change in silence: once a week
	@$(BIN)/python -m orchestration history

metrics: setup  ## ask for metrics: make metrics QUERY="--metrics roas --group-by roi__model,roi__workspace_id" (DEMO=1: of the demo)
	@test -n '$(value QUERY)' || { echo 'name metrics: make metrics QUERY="--metrics net_revenue --group-by metric_time__month"'; exit 1; }
	@$(BIN)/python -m orchestration metrics $(if $(DEMO),--demo) $(QUERY)

# The address is passed on in the environment alone: a command line is seen by all users of the machine.
forget: setup  ## erase a person: make forget EMAIL=somebody@example.com WORKSPACE=my_business
	@test -n "$(WORKSPACE)" || { echo "name whom to forget, and where: make forget EMAIL=somebody@example.com WORKSPACE=my_business"; exit 1; }
	@$(BIN)/python -m orchestration forget "$(WORKSPACE)"

connect: setup  ## let Dollartrail into a ThriveCart account: make connect CONNECTION=my_thrivecart (OAUTH=1: without a key)
	@test -n "$(CONNECTION)" || { echo "name the connection: make connect CONNECTION=my_thrivecart"; exit 1; }
	@$(BIN)/python -m ingestion connect "$(CONNECTION)" $(if $(OAUTH),--oauth) $(if $(PORT),--port $(PORT)) $(if $(NO_BROWSER),--no-browser)

revoke: setup  ## take a ThriveCart token back: make revoke CONNECTION=my_thrivecart
	@test -n "$(CONNECTION)" || { echo "name the connection: make revoke CONNECTION=my_thrivecart"; exit 1; }
	@$(BIN)/python -m ingestion revoke "$(CONNECTION)"

# A HOST in the environment is the name of this machine to some shells: only the one on the command line counts.
webhooks: HOST := 127.0.0.1
webhooks: setup  ## receive ThriveCart's webhooks on http://127.0.0.1:8720 (HOST=... PORT=... elsewhere)
	@$(BIN)/python -m ingestion webhooks --host $(HOST) $(if $(PORT),--port $(PORT))

# The tests look at pages with Debian's Chromium; elsewhere DOLLARTRAIL_CHROMIUM names another one.
browser:
	@command -v "$${DOLLARTRAIL_CHROMIUM:-chromium}" >/dev/null || { \
		echo "Installing Chromium"; \
		SUDO=$$(test $$(id -u) -eq 0 || echo sudo); \
		$$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; }

# Run histories are many small synchronous writes: in memory, where there is such a folder, they cost nothing.
test: export PYTEST_DEBUG_TEMPROOT := $(or $(wildcard /dev/shm),$(TMPDIR),/tmp)
test: setup browser  ## every test
	@$(BIN)/python -m pytest

lint: setup  ## linters and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/uv run --quiet --project lint --locked sqlfluff lint dbt_project/models dbt_project/tests

format: setup  ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup  ## how long the road takes, as ratios
	@$(BIN)/python -m benchmarks
