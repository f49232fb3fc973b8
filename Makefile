# make demo     the main job on a real file, through a real LSP client
# make test     every test
# make attacks  every exploit in Tests/Attacks against the verification, and every honest candidate
# make fuzz     a million operations on the server, then every parser under libFuzzer (Fuzzing/README.md)
# All of them install what they need first (scripts/setup).

SHELL := /bin/bash
.DEFAULT_GOAL := build
# The steps install and build in order; each of them uses every core by itself.
.NOTPARALLEL:

SERVER := .build/release/kernelwright
STUDY := .build/release/timing-study
ATTACK_SUITE := .build/release/attack-suite
PYTHON := $(CURDIR)/.venv/bin/python
TEST_PYTHON := $(CURDIR)/.venv-tests/bin/python
SWIFT_SOURCES := Package.swift $(shell find Sources -type f 2>/dev/null)
FORMATTED := Package.swift Sources Tests Benchmarks Fuzzing
SCRIPTS := scripts/fuzz-parsers scripts/setup scripts/swift-test scripts/test-sandbox-as-nobody .ci/run
PYTHON_SOURCES := $(shell git ls-files '*.py') scripts/bench scripts/bench-dispatch scripts/bench-lsp scripts/bench-runner \
	scripts/lint scripts/picture scripts/bench-ops scripts/size-problems scripts/timing-study
JAVASCRIPT := editors/vscode/extension.js Tests/Editors/vscode_protocol_driver.js
# auto takes Neovim where there is a current one, else the client that comes with the demo.
EDITOR_OF_THE_DEMO ?= auto
# make fuzz FUZZ_OPERATIONS=10000 FUZZ_SECONDS=5 FUZZ_SEED=7
FUZZ_OPERATIONS ?= 1000000
FUZZ_SECONDS ?= 60
FUZZ_SEED ?=

.PHONY: build release setup setup-tests demo test swift-test protocol-test problem-test editor-test parity attacks \
	fuzz fuzz-server fuzz-parsers bench bench-dispatch bench-lsp bench-ops bench-ops-quick bench-timing bench-clock bench-verification \
	picture format lint clean

build release: $(SERVER)

# The Swift libraries go into the binary: it starts faster, and runs where no Swift is. So does the C++ library, whose
# symbols are most of the loader's work: where the binary comes to be is where the linker looks first.
$(SERVER): $(SWIFT_SOURCES)
	@$(MAKE) --no-print-directory setup
	@archive="$$($${CXX:-c++} -print-file-name=libstdc++.a)"; folder="$$(swift build -c release --show-bin-path)"; \
	if [ "$$(uname)" = Linux ] && [ -f "$$archive" ]; then mkdir -p "$$folder" && ln -sf "$$archive" "$$folder"; fi
	swift build -c release --static-swift-stdlib --product kernelwright
	@touch $@

$(STUDY): $(SWIFT_SOURCES) $(shell find Benchmarks -type f 2>/dev/null)
	@$(MAKE) --no-print-directory setup
	swift build -c release --static-swift-stdlib --product timing-study
	@touch $@

setup:
	@scripts/setup

setup-tests:
	@scripts/setup --tests

demo: setup $(SERVER)
	@$(PYTHON) -m demo --editor $(EDITOR_OF_THE_DEMO)

test: setup-tests swift-test protocol-test problem-test editor-test

swift-test: setup-tests
	@KERNELWRIGHT_TEST_PYTHON=$(PYTHON) KERNELWRIGHT_TEST_TOOLS_PYTHON=$(TEST_PYTHON) scripts/swift-test
	@KERNELWRIGHT_TEST_PYTHON=$(PYTHON) scripts/test-sandbox-as-nobody

# Real messages and outputs against the schemas in protocol/, and decoded strictly by another implementation of LSP.
protocol-test: setup-tests $(SERVER)
	@$(TEST_PYTHON) -m unittest discover -v -s Tests/Protocol

# Every problem of Benchmarks/Problems loads, runs, repeats itself and depends on its inputs.
problem-test: setup
	@$(PYTHON) -W ignore -m unittest discover -v -s Tests/Problems

editor-test: setup-tests $(SERVER)
	@$(TEST_PYTHON) -m unittest discover -v -s Tests/Editors

# Every file of the standard library and of the installed torch against CPython's own parser; any disagreement fails.
parity: setup
	@KERNELWRIGHT_PARITY=all KERNELWRIGHT_TEST_PYTHON=$(PYTHON) scripts/swift-test --filter ParityTests

# A table with a line an attack, and at the end the line `N passed, N failed`; see Tests/Attacks/README.md.
attacks: setup
	swift build -c release --static-swift-stdlib --product attack-suite
	@$(ATTACK_SUITE) --python $(PYTHON)

fuzz: fuzz-server fuzz-parsers

# Documents, notebooks and requests at random, against a reference document; prints its seed.
fuzz-server: setup
	swift build -c release --static-swift-stdlib --product fuzz-server
	@.build/release/fuzz-server --operations $(FUZZ_OPERATIONS) $(addprefix --seed ,$(FUZZ_SEED))

# Each parser for so many seconds.
fuzz-parsers:
	@scripts/fuzz-parsers --seconds $(FUZZ_SECONDS)

bench: setup $(SERVER)
	@$(PYTHON) scripts/bench

# Beside other language servers; the harness lies beside the checkout.
bench-lsp: setup $(SERVER)
	@python3 scripts/bench-lsp

# The problem set of Benchmarks/Problems, in under five hours on 2 cores; goes on where it was interrupted. The quick run
# takes twelve problems and ten minutes, and writes no files.
bench-ops: setup $(SERVER)
	@python3 scripts/bench-ops

bench-ops-quick: setup $(SERVER)
	@python3 scripts/bench-ops --quick

# What a call of a replacement costs beside its kernel; a minute on a quiet machine.
bench-dispatch: setup $(SERVER)
	@python3 scripts/bench-dispatch

# These three want a quiet machine and take 60, 5 and 10 minutes (docs/timing.md, docs/performance.md).
bench-timing: setup $(STUDY)
	@scripts/timing-study --python $(PYTHON)

bench-clock: setup $(STUDY)
	@scripts/bench-runner clock --python $(PYTHON)

bench-verification: setup $(STUDY)
	@scripts/bench-runner verification --python $(PYTHON)

# docs/demo.svg, from what the demo really printed just now.
picture: setup $(SERVER)
	@$(PYTHON) scripts/picture

format:
	swift format --in-place --parallel --recursive $(FORMATTED)

lint:
	swift format lint --strict --parallel --recursive $(FORMATTED)
	@python3 scripts/lint $(PYTHON_SOURCES)
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); else echo "lint: no shellcheck here, shell scripts not checked"; fi
	@if command -v node >/dev/null; then for each in $(JAVASCRIPT); do node --check $$each || exit; done; \
	else echo "lint: no node here, JavaScript not checked"; fi

clean:
	rm -rf .build
