# The commands of this repository. `make run` and `make test` install what they need themselves.

# Options of `make run`, for example: make run SPEED=60 STORE=embedded FOR=60
#   SPEED    civil seconds a real second             STORE  auto, influxdb or embedded
#   HISTORY  weeks of made-up past, like 3w; 0 none  SITE   a folder with site.toml
#   FOR      stop so many seconds after the page is  PORT   of the page, on this machine only
#            served; empty: until Ctrl-C
SPEED ?= 10
HISTORY ?= 3w
STORE ?= auto
SITE ?= firmware_configs/sites/barnum
PORT ?= 8019
FOR ?=

# Options of `make chaos`, for example: make chaos KILLS=12 SEED=7 STORE=embedded
#   KILLS    how many kill -9, one every 3 s         SEED   the same one draws the same faults
#   STORE    influxdb (as auto) or embedded          BREAK  outbox, receipt or dedupe: broken first, so
#                                                           that it must end with a loss or a duplicate
# `make chaos-city` takes KILLS (50), SEED, SITES (5) and BREAK (receipt or follow).
KILLS ?= 200
SEED ?= 1
BREAK ?=

# Options of `make city`, for example: make city SITES=5 FOR=60
#   SITES    how many whole sites                    CITY_PORT  of the city's page, on this machine only
#   SPEED, STORE, FOR as for `make run`
SITES ?= 5
CITY_PORT ?= 8020

# Options of `make bench-promise`: WAITS the folder of the real town-hall waits, DAYS how many simulated days,
#   CSV      a file of real visits of your own (columns: preaccueil promise evaluate --help)
WAITS ?= ../shared/data/warsaw_waits
DAYS ?= 30
CSV ?=

# Options of `make test`, for example: make test ARGS="tests/hall -x"
#   WORKERS  how many tests run at once              ARGS   more words for pytest
WORKERS ?= 2
ARGS ?=

PYTHON ?= python3
export PYTHON
BIN = .venv/bin

.PHONY: help run city test chaos chaos-city lint bench bench-ingest bench-node bench-queue bench-live bench-promise bench-history bench-city pictures fresh-test bundle deploy-test lock clean setup setup-test setup-deploy

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: setup ## the whole tent on this machine, simulated: http://localhost:8019
	@$(BIN)/preaccueil run --speed "$(SPEED)" --history "$(HISTORY)" --store "$(STORE)" \
		--site "$(SITE)" --port "$(PORT)" $(if $(FOR),--for "$(FOR)")

city: setup ## several whole tents at once, and the city that sees them: http://localhost:8020
	@$(BIN)/preaccueil city run --sites "$(SITES)" --speed "$(SPEED)" --store "$(STORE)" \
		--port "$(CITY_PORT)" $(if $(FOR),--for "$(FOR)")

test: setup-test ## everything the tests prove
	@missing=; for server in influxd nats; do \
		tools/$$server/get.sh >/dev/null || missing="$$missing $$server"; \
	done; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS) || exit $$?; \
	if [ -n "$$missing" ]; then \
		echo "Il manque$$missing : leurs tests n'ont pas tourné / missing:$$missing, their tests did not run"; \
		[ "$$CI" != true ]; \
	fi

chaos: setup ## everything killed, cut, filled up and put back: is anything pressed lost or doubled?
	@$(BIN)/preaccueil chaos --kills "$(KILLS)" --seed "$(SEED)" \
		--store "$(if $(filter auto,$(STORE)),influxdb,$(STORE))" $(if $(BREAK),--break "$(BREAK)")

chaos-city: setup ## servers, recorders, forwarders and links of a city die: are all ledgers equal? KILLS=50 SEED=1
	@$(BIN)/preaccueil city chaos --kills "$(if $(filter 200,$(KILLS)),50,$(KILLS))" --seed "$(SEED)" \
		$(if $(SITES),--sites "$(SITES)") $(if $(BREAK),--break "$(BREAK)")

lint: setup ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup-test ## the figures of benchmarks/
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

bench-ingest: setup-test ## events a second, ours beside its peers; FAULTS=1: what kills lose
	@$(BIN)/python -m benchmarks.ingest

bench-node: setup-test ## a node's start, memory, CPU at rest, and a press with a fifth of a core
	@$(BIN)/python -m benchmarks.node

bench-queue: setup-test ## button to paper, next to call screen with 300 phones, 50 barnums' load
	@$(BIN)/python -m benchmarks.queueing

bench-live: setup-test ## change to page with 100 and 1,000 live pages open, one of them stalled
	@$(BIN)/python -m benchmarks.live

bench-promise: setup-test ## promised waits beside simple rivals: DAYS simulated, CSV of your own, real waits in WAITS
	@DAYS="$(DAYS)" CSV="$(CSV)" WAITS="$(WAITS)" SITE="$(SITE)" $(BIN)/python -m benchmarks.promise

bench-city: setup-test ## sites to city: events a second, CPU an event from 1 to 20 sites, a backlog of all at once
	@$(if $(filter command environment,$(origin SITES)),SITES="$(SITES)") $(if $(SYNC),SYNC="$(SYNC)") $(BIN)/python -m benchmarks.city

bench-history: setup-test ## every part of the history page over four months of a busy site, on both stores
	@$(BIN)/python -m benchmarks.history

pictures: setup-test ## every page at 360, 1280 and 1920 pixels, into docs/pages/
	@$(BIN)/python -m tools.pictures docs/pages

fresh-test: ## both README commands on fresh Debian 12 and 13, as root and as a sudo user
	@tools/fresh/fresh-test.sh

bundle: setup ## all that the machines of a site install, so that they need no internet; ARCH=x86_64 for others
	@tools/bundle/bundle.sh $(ARCH)

deploy-test: ## the real playbooks on Debian machines made for it, as root
	@tools/setup/setup.sh deploy-test
	@cd ansible && PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint --offline --profile production -q
	@tools/bundle/bundle.sh x86_64
	@tools/influxd/get.sh >/dev/null
	@tools/nats/get.sh >/dev/null
	@$(BIN)/python tools/deploy-test/deploy_test.py

lock: setup ## pin the dependencies of pyproject.toml with their hashes, and no addresses
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --extra dev pyproject.toml --output-file requirements/dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --constraint requirements/dev.txt --extra deploy pyproject.toml \
		--output-file requirements/deploy.txt
	@for kind in "hall" "node --extra tof" "city"; do \
		$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform aarch64-manylinux_2_28 \
			--generate-hashes --no-header --no-emit-index-url --no-annotate --extra $$kind \
			--constraint requirements/dev.txt pyproject.toml --output-file requirements/$${kind%% *}.txt \
			|| exit 1; \
	done

clean: ## back to a fresh clone, environment and state gone
	rm -rf .venv .run .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@tools/setup/setup.sh run

setup-test:
	@tools/setup/setup.sh test

setup-deploy:
	@tools/setup/setup.sh deploy
