# SPDX-License-Identifier: MIT
# make demo and make test do all they need from nothing on Debian 12, Ubuntu 22.04 and newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
JOBS ?= $(shell nproc)
DEMO ?= demo

.PHONY: help deps deps-build fetch-engine viewer build build-tests test test-cpp test-viewer test-asan demo pieces lint lint-only lint-deep format clean

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## Install what building and testing need (Debian packages, the pinned engine)
	scripts/deps.sh test
	$(MAKE) --no-print-directory -j 2 fetch-engine viewer/node_modules/.installed

deps-build:
	scripts/deps.sh build
	$(MAKE) --no-print-directory -j 2 fetch-engine viewer/node_modules/.installed

fetch-engine:
	scripts/fetch_engine.sh

viewer/node_modules/.installed: viewer/package-lock.json viewer/package.json
	cd viewer && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

viewer: deps-build ## Build the viewer into viewer/dist
	cd viewer && npm run --silent build

build: viewer ## Build the program at build/thinktrace
	cmake --preset release -DTHINKTRACE_TESTS=OFF -DTHINKTRACE_UNITY=ON > build-configure.log || { cat build-configure.log; exit 1; }
	rm -f build-configure.log
	cmake --build build -j $(JOBS)

build-tests: deps viewer
	cmake --preset release -DTHINKTRACE_TESTS=ON -DTHINKTRACE_BENCH=ON -DTHINKTRACE_UNITY=ON > build-configure.log || { cat build-configure.log; exit 1; }
	rm -f build-configure.log
	cmake --build build -j $(JOBS)

# These go through the same code again and again, which other tests go through as well.
UNSANITIZED := Sequential.*:Bootstrap.IntervalsCover*:Analysis.IntervalsAreAsWide*:Sampler.DrawsWhat*:Live.ShowsWhatOneBegunNow*:LiveSteps.EndsUpToDate*
test-asan: ## The unit tests with address and undefined-behaviour sanitizers
	cmake --preset asan > /dev/null
	cmake --build build-asan -j $(JOBS) --target unit_tests
	seq 0 $$(($(JOBS) - 1)) | GTEST_TOTAL_SHARDS=$(JOBS) ASAN_OPTIONS=detect_leaks=1 xargs -P $(JOBS) -I {} env GTEST_SHARD_INDEX={} build-asan/unit_tests --gtest_brief=1 --gtest_filter='-$(UNSANITIZED)'

test-cpp:
	ctest --test-dir build --output-on-failure -j $(JOBS)

test-viewer:
	cd viewer && npm run --silent test:unit
	$(MAKE) --no-print-directory build/test-site
	cd viewer && THINKTRACE_BUNDLE=$(CURDIR)/build/test-site THINKTRACE=$(CURDIR)/build/thinktrace THINKTRACE_RUN=$(CURDIR)/build/test-run npm run --silent test:browser

# A small real gallery for the browser tests, questions that attack the page first.
.PHONY: build/test-site
build/test-site:
	rm -rf build/test-run build/test-run-hostile
	build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q tests/golden/hostile.jsonl -o build/test-run-hostile --budget 40 --quiet --no-site
	build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q models/glassbox/questions -o build/test-run --limit 1 --samples 2 --quiet --no-site
	build/thinktrace site build/test-run-hostile build/test-run -o $@ --quiet

test: build-tests ## Build, lint and run every test
	$(MAKE) --no-print-directory lint-only
	$(MAKE) --no-print-directory test-asan
	$(MAKE) --no-print-directory test-cpp
	$(MAKE) --no-print-directory test-viewer

# R1=PATH shows the published traces of DeepSeek-R1-Distill-Qwen-7B beside it: a clone of reasoning-progress-viz.
demo: build ## Sample and probe Glassbox, the embedded model, and build a gallery (R1=PATH imports published traces too)
	build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q models/glassbox/questions -o $(DEMO) --limit 8 --samples 4 --permute 2
	build/thinktrace ablate $(DEMO) --arms filler,first
	build/thinktrace site $(DEMO) -o $(DEMO)/site
	$(if $(R1),build/thinktrace import arbor "$(R1)" -o $(DEMO)-r1)
	$(if $(R1),build/thinktrace site $(DEMO) $(DEMO)-r1 -o $(DEMO)/site)
	@echo
	@echo "Open this page in a browser: file://$(abspath $(DEMO))/site/index.html"

pieces: build-tests ## Measure the pieces (docs/performance.md)
	build/pieces_bench

lint: build-tests lint-only ## Formatting, clang-tidy and the viewer's rules over all sources

lint-only: # clang-tidy reads how each file is compiled from build/
	scripts/lint.sh
	cd viewer && npm run --silent lint

lint-deep: build-tests ## The same, following paths through the code, and whether each source compiles alone
	scripts/lint.sh --deep
	scripts/check_includes.py

format: ## Format the C++ sources in place
	git ls-files '*.cpp' '*.h' | xargs clang-format -i

clean: ## Remove everything that was built (not .deps)
	rm -rf build build-dev build-asan build-tsan viewer/dist demo demo-r1
