# Läsnä: what to run. `make demo` shows the product, `make test` proves it.
CARGO ?= cargo
DATA  ?= target/demo
PORT  ?= 8080
BIN   := $(or $(CARGO_TARGET_DIR),target)/debug/lasna
LASNA_SHARED ?= $(abspath ../shared)
export LASNA_SHARED

.PHONY: help demo test check deny api bench faults fuzz e2e screens guides docs clean dist

help: ## What there is
	@grep -hE '^[a-z0-9]+:.*## ' Makefile | sed -e 's/:.*## /\t/'

demo: ## Build, make the sample municipality Esimerkkilä, serve it, print a link for each role
	@CARGO=$(CARGO) DATA=$(DATA) BIN=$(BIN) PORT=$(PORT) tools/demo

test: ## Install what tests need, start a PostgreSQL of their own, run everything
	@CARGO=$(CARGO) tools/test

check: ## Format, lints and the rules of the house, without tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) run -q -p xtask --locked -- tidy

deny: ## Licences, banned crates and sources by cargo-deny, where it is installed
	@tools/deny

api: ## The machine endpoints by schemathesis, as every role (needs Python and PyPI)
	$(CARGO) build -q --locked -p lasna-cli
	@BIN=$(BIN) tools/schemathesis

bench: ## Times and memory of a city and a nation (see docs/performance.md)
	@CARGO=$(CARGO) tools/with-postgres tools/bench

faults: ## Inject each fault and say what came of it: F<n> … passed or failed, then the totals
	@CARGO=$(CARGO) tools/faults

fuzz: ## Ten minutes for each target (needs cargo-fuzz and a nightly toolchain)
	@cd fuzz && for target in oneroster edfi wilma sis_table model families notes proofs backup; do \
	  mkdir -p target/corpus/$$target && \
	  $(CARGO) +nightly fuzz run $$target target/corpus/$$target corpus/$$target -- -max_total_time=600 || exit 1; done

e2e: ## The journeys in a real browser, with axe on each page
	@CARGO=$(CARGO) BIN=$(BIN) tools/browser node --test e2e/

screens: guides ## Pictures of each page into docs/screens, and those of the guides
	@CARGO=$(CARGO) BIN=$(BIN) tools/browser node e2e/screens.mjs

guides: ## The pictures of the guides into docs/guides/images
	@CARGO=$(CARGO) BIN=$(BIN) tools/browser node e2e/guides.mjs

docs: ## Reference pages of all crates
	$(CARGO) doc --workspace --no-deps --locked

dist: ## The release binary
	tools/npm-parts
	$(CARGO) build --release --locked -p lasna-cli

clean: ## Remove what was built
	$(CARGO) clean
