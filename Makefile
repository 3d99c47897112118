# What a fresh clone needs is Python 3.11 to 3.13 with venv, git and a package registry; everything else comes from there.
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin/python
UV_VERSION := 0.13.8
MEMBERS := protos plugins/sdk plugins/core services/kit services/codegen services/executor services/trainer services/registry gateway cli
PAGE := gateway/ui
# Whoever works on the page has Node and `make page` behind them; everybody else needs neither.
NPM = $(if $(wildcard $(PAGE)/node_modules),cd $(PAGE) && npm run --silent,@echo "skipped, for want of $(PAGE)/node_modules (make page):" npm run)
export UV_SYSTEM_CERTS ?= 1

# What no service, browser or container is needed for; two processes share it.
UNIT := not (services or tensorflow or browser or install or compose or postgresql or fuzz)
# What `make test` leaves to `make test-all`, but for the tests marked main.
LATER := browser or install or compose or fuzz or quality
REPORT = --durations=60 --durations-min=1 --junitxml=artifacts/junit/$@.xml

.PHONY: demo up check test test-all test-page test-unit test-services test-rest images lint lint-python lint-page
.PHONY: format stubs schema page pins benchmark clean

demo: .venv/ready
	$(RUN) -m glasswork_cli demo

up: .venv/ready
	$(RUN) -m glasswork_cli up

# For while you work: about three minutes.
check: lint-python test-unit

# For before you push: unit tests, services, the main job, and one journey a view in the browser.
test: test-page test-unit test-services

test-all: test test-rest

test-page: .venv/ready
	$(NPM) test

test-unit: .venv/ready
	$(RUN) -m pytest -q -n 2 -m "$(UNIT)" $(REPORT)

test-services: .venv/ready
	$(RUN) -m pytest -q -m "not ($(UNIT)) and (main or not ($(LATER)))" $(REPORT)

test-rest: .venv/ready
	$(RUN) -m pytest -q -m "not main and ($(LATER))" $(REPORT)

# The images that the compose tests start; they build the same, and find it done.
images:
	GLASSWORK_IMAGES=glasswork-test GLASSWORK_PLUGINS=tests/packaging/foreign_plugin/requirements.txt \
		docker compose build --quiet

lint: lint-python lint-page

lint-python: .venv/ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy $(foreach member,$(MEMBERS),$(wildcard $(member)/src $(member)/tests)) scripts tests benchmarks
	$(RUN) scripts/compile_protos.py --check
	$(RUN) scripts/pin_versions.py --check
	$(RUN) scripts/buf.py lint
	$(RUN) scripts/buf.py format --diff --exit-code

lint-page: .venv/ready
	$(NPM) lint
	$(NPM) types
	$(RUN) scripts/page_schema.py --check

format: .venv/ready
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(NPM) format
	$(RUN) scripts/buf.py format --write

stubs: .venv/ready
	$(RUN) scripts/compile_protos.py

# What the page knows of the API, in TypeScript.
schema: .venv/ready
	$(RUN) scripts/page_schema.py

# Builds the page anew when its sources have changed.
page: .venv/ready
	cd $(PAGE) && npm ci --no-audit --no-fund
	$(UV) sync --quiet --python .venv/bin/python --all-packages --inexact --reinstall-package glasswork-gateway

pins: .venv/ready
	$(RUN) scripts/pin_versions.py

benchmark: .venv/ready
	$(RUN) -m benchmarks

.venv/ready: pyproject.toml $(foreach member,$(MEMBERS),$(member)/pyproject.toml) gateway/hatch_build.py \
		$(addprefix $(PAGE)/,package-lock.json vite.config.ts index.html) $(shell find $(PAGE)/src $(PAGE)/public -type f)
	test -x $(UV) || ($(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION))
	$(UV) sync --quiet --python .venv/bin/python --all-packages --inexact
	touch .venv/ready

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
