# Works from a clean clone with Python >= 3.10, Rust and make. `make help` lists what there is.
# PYTHON picks the interpreter of .venv (default: python3).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# Each has a MongoDB of its own. WORKERS= runs the tests in one process.
WORKERS ?= -n auto --maxprocesses 4 --dist loadfile
PARITY ?=
SANITIZE ?= tests/base tests/codec tests/document tests/fields
BENCH ?=
VENV := .venv
BIN := $(VENV)/bin
RELEASE := $(VENV)/.release-build
SOURCES := $(shell find native -name '*.rs' -o -name Cargo.toml | sort) Cargo.toml Cargo.lock pyproject.toml
say = @printf '\n\033[1m== %s\033[0m\n' $(1)

.PHONY: help setup dev demo test test-rust test-python faults nightly soak fuzz sanitize parity bench bench-quick bench-check \
	bench-record bench-readme lint lint-rust lint-python audit lock wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(RELEASE) ## .venv with the locked tools and the release build of the package

$(VENV)/.tools: requirements/dev.txt scripts/make_venv.sh
	$(call say,'Python tools in $(VENV)')
	@scripts/make_venv.sh '$(PYTHON)' '$(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(RELEASE): $(VENV)/.tools $(SOURCES)
	$(call say,'Release build of the native core (several minutes the first time)')
	@VIRTUAL_ENV='$(CURDIR)/$(VENV)' $(BIN)/maturin develop --release
	@touch $@

dev: $(VENV)/.tools ## fast debug build of the native core, beside the package (it says so when imported)
	@PYO3_PYTHON='$(CURDIR)/$(BIN)/python' cargo build -p mongoengine-fast-native
	@$(BIN)/python scripts/place_native.py target/debug
	@rm -f $(RELEASE)

demo: $(RELEASE) ## one program under MongoEngine and under mongoengine_fast, side by side
	$(call say,'Demo')
	@$(BIN)/python -m demo.run

test: test-rust test-python ## all tests: the core in Rust, the package in Python, differential tests against MongoEngine
	$(call say,'All tests passed')

test-rust: ## the core's own tests, without Python
	$(call say,'Rust tests of the core')
	@cargo test --locked -p mongoengine-fast-core

test-python: $(RELEASE) ## the package's tests, on an embedded MongoDB
	$(call say,'Python tests')
	@$(BIN)/python -m pytest $(WORKERS)

faults: $(RELEASE) ## servers and connections fail under load: what becomes of the writes, beside MongoEngine (four minutes)
	$(call say,'Faults')
	@$(BIN)/python -m pytest -m faults tests/faults

nightly: $(RELEASE) ## property tests with 5,000 examples each, on all processors (an hour on two)
	$(call say,'Property tests, nightly profile')
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest --timeout=0 -n auto --dist worksteal -v tests/properties

soak: $(RELEASE) ## 2,000 reconnections and 15 minutes of mixed load without growth (SOAK_SECONDS, SOAK_CYCLES)
	$(call say,'Soak')
	@$(BIN)/python -m tests.processes.soak

fuzz: $(VENV)/.tools ## reader, writer, JSON and loading on nightly Rust with cargo-fuzz (FUZZ_SECONDS=1200, FUZZ_TARGETS)
	$(call say,'Fuzzing')
	@scripts/fuzz.sh '$(BIN)'

sanitize: $(VENV)/.tools ## the Python tests on nightly Rust with AddressSanitizer (SANITIZE='tests/base tests/codec')
	$(call say,'AddressSanitizer')
	@rm -f $(RELEASE)
	@scripts/sanitize.sh '$(BIN)' $(SANITIZE)

parity: $(RELEASE) ## MongoEngine's own test suite on MongoEngine and on mongoengine_fast (PARITY='--random-runs 5')
	$(call say,'Upstream suite')
	@$(BIN)/python -m compat_tests.upstream $(PARITY)

bench: $(RELEASE) ## the benchmark (about half an hour), report in benchmarks/report/ (BENCH='--data DIR')
	$(call say,'Benchmark')
	@$(BIN)/python -m benchmarks $(BENCH)

bench-quick: $(RELEASE) ## the same in under five minutes: fewer rounds, no great sizes
	$(call say,'Quick benchmark')
	@$(BIN)/python -m benchmarks --quick $(BENCH)

bench-check: $(RELEASE) ## the quick benchmark and instruction counts against benchmarks/record.json
	$(call say,'Quick benchmark against the record')
	@$(BIN)/python -m benchmarks --quick --check $(BENCH)

bench-record: $(RELEASE) ## three quick benchmarks and the counts, their lowest ratios into benchmarks/record.json
	$(call say,'Recording the benchmark')
	@$(BIN)/python -m benchmarks --record 3 $(BENCH)

bench-readme: $(VENV)/.tools ## the headline cases of the last report into README.md
	@$(BIN)/python -m benchmarks --readme

lint: lint-rust lint-python audit ## every static check
	$(call say,'Lint is clean')

lint-rust: $(VENV)/.tools
	$(call say,'cargo fmt and clippy')
	@cargo fmt --all --check
	@PYO3_PYTHON='$(CURDIR)/$(BIN)/python' cargo clippy --locked --workspace --all-targets -- -D warnings

lint-python: $(VENV)/.tools
	$(call say,'ruff')
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	$(call say,'mypy')
	@$(BIN)/mypy
	$(call say,'import-linter')
	@$(BIN)/lint-imports

audit: $(VENV)/.tools ## known vulnerabilities and licences of the dependencies, where the tools and their data can be had
	$(call say,'cargo-deny and pip-audit')
	@scripts/audit.sh '$(BIN)'

lock: $(VENV)/.tools ## newest versions of everything into the lock files
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv lock --upgrade
	@$(BIN)/uv export --quiet --locked --group dev --no-emit-project --format requirements-txt -o requirements/dev.txt
	@cargo update

wheel: $(VENV)/.tools ## a release wheel in dist/
	@$(BIN)/maturin build --release --out dist

clean: ## everything that was built or installed here
	@rm -rf $(VENV) target dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	@rm -f mongoengine_fast/_native*.so mongoengine_fast/_native*.pyd
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
