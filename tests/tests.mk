# Tests. Each C test runs natively, under sanitizers, and as WebAssembly with SIMD.

CORE_TESTS := $(patsubst tests/core/%.c,%,$(wildcard tests/core/*.c))
# These need the linker's --wrap or POSIX threads, so they run natively only.
NATIVE_ONLY := memory_test threads_test
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))

NATIVE_TESTS := $(CORE_TESTS:%=build/native/%) $(FUZZ_TARGETS:%=build/native/fuzz/%)
RACE_TESTS := build/races/pool_test build/races/threads_test
WASM_TESTS := $(filter-out $(NATIVE_ONLY),$(CORE_TESTS))
API_TESTS := $(sort $(shell find tests -path tests/bench -prune -o -name '*.test.js' -not -path 'tests/page/*' -print))
PAGE_TESTS := $(sort $(wildcard tests/page/*.test.js))

# Node's background compiler and a main thread that waits for workers can block each other
# (https://github.com/nodejs/node/issues/54918); in the tests, Node compiles in the foreground.
NODE := node --no-concurrent-recompilation
RUN_TESTS := $(NODE) --test --test-timeout=600000
# By default, Node leaves one processor idle, half of a machine with two. Before 20.10 it has no such option.
ON_ALL_PROCESSORS = $(shell node --test-concurrency=2 -e 0 2>/dev/null && echo --test-concurrency=$$(nproc))

.PHONY: test-programs
test-programs: $(MODULES) $(CHECKED) $(NATIVE_TESTS) $(RACE_TESTS) build/wasm-tests/tests.cjs

.PHONY: test-core
test-core: $(NATIVE_TESTS) ## the core's tests, native, with threads, under ASan and UBSan
	@.setup/core-tests.sh build/native 'build/native/{}' $(^:build/native/%=%)

.PHONY: test-coverage coverage
test-coverage: coverage
coverage: test-core ## which lines of src/ the native tests reach; at least 95 % are required
	@.setup/coverage.sh build/llvm 95 '$(call objects,native,$(SOURCES))' $(NATIVE_TESTS)

.PHONY: test-threads
test-threads: $(RACE_TESTS) ## the pool, and training on 4 threads, under ThreadSanitizer
	@.setup/races.sh $^

.PHONY: test-wasm
test-wasm: build/wasm-tests/tests.cjs ## the core's tests, WebAssembly SIMD, in Node
	@.setup/core-tests.sh build/wasm-tests '$(NODE) $< {}' $(WASM_TESTS)

.PHONY: test-api
test-api: $(CHECKED) dist/index.html package-contents ## the tests that need no browser, in Node, and whether they cover what shim/KERAS.md claims
	@reporter=tap; if [ -t 1 ]; then reporter=spec; fi; \
	$(RUN_TESTS) $(ON_ALL_PROCESSORS) --test-reporter=$$reporter --test-reporter-destination=stdout \
	  --test-reporter=junit --test-reporter-destination=build/api-tests.xml $(API_TESTS)
	@node tests/support/keras-table.js build/api-tests.xml

.PHONY: test-page
test-page: dist/index.html package-contents build/browsers ## the page's tests, in Chromium, and elsewhere what depends on the engine
	$(if $(BROWSERS),,CHROMIUM_ENGINE=chromium-headless-shell )$(NODE) tests/support/run.js \
	  --first tests/page/resume.test.js,tests/page/monkey.test.js \
	  --alone tests/page/responsiveness.test.js $(PAGE_TESTS)

.PHONY: test-browsers
test-browsers: ## the page's tests, every one in every browser (half an hour)
	@BROWSERS=all $(MAKE) --no-print-directory test-page

build/browsers: .setup/browsers.sh
	@mkdir -p $(@D)
	@.setup/browsers.sh
	@touch $@

# Native programs.

SANITIZERS := -g -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
POSIX_THREADS := -DFR_THREADS -pthread
NATIVE_FLAGS := -O1 $(SANITIZERS) $(POSIX_THREADS) -fprofile-instr-generate -fcoverage-mapping
RACE_FLAGS := -O1 -g -fsanitize=thread $(POSIX_THREADS)
FUZZ_FLAGS := -O2 $(SANITIZERS) -fsanitize=fuzzer-no-link

# $(1) BUILD, $(2) compiler options
define native_build
$(call compile,$(1),build/llvm/clang,$(2),$(LLVM))

build/$(1)/core.a: $(call objects,$(1),$(SOURCES))
	@rm -f $$@ && ar qcs $$@ $$^
endef

# $(1) where the programs go, $(2) the C files they are made of, $(3) BUILD, $(4) how they are linked
define native_programs
build/$(1)/%: $(call objects,$(3),$(2)) build/$(3)/core.a
	@mkdir -p $$(@D)
	@echo '  link $$@'
	$$(QUIET)build/llvm/clang $(4) $$(wraps) $$^ -lm -o $$@
endef

$(eval $(call native_build,native,$(NATIVE_FLAGS)))
$(eval $(call native_build,races,$(RACE_FLAGS)))
$(eval $(call native_build,fuzz,$(FUZZ_FLAGS)))
$(eval $(call native_programs,native,tests/core/%.c,native,$(NATIVE_FLAGS)))
# These replay the saved inputs of a fuzz target.
$(eval $(call native_programs,native/fuzz,tests/fuzz/%.c tests/fuzz/replay.c,native,$(NATIVE_FLAGS)))
# ThreadSanitizer needs the program at a fixed address.
$(eval $(call native_programs,races,tests/core/%.c,races,$(RACE_FLAGS) -no-pie))
$(eval $(call native_programs,fuzz,tests/fuzz/%.c,fuzz,$(FUZZ_FLAGS) -fsanitize=fuzzer))

wrap = $(1:%=-Wl,--wrap=%)
build/native/memory_test: wraps = $(call wrap,malloc calloc aligned_alloc)
build/native/threads_test build/races/threads_test: wraps = $(call wrap,pthread_create)

# The C tests as one WebAssembly program, which runs the test it is given the name of: the objects of the shipped build,
# with the debug builds' checks at link time.
$(eval $(call compile,wasm-tests,$(EMCC),$(SIMD) -O1 -Dmain=$$(*F),$(EMCC)))
build/wasm-tests/main.c: tests/tests.mk $(WASM_TESTS:%=tests/core/%.c)
	@mkdir -p $(@D)
	@{ printf '#include <string.h>\n'; printf 'int %s(void);\n' $(WASM_TESTS); \
	  printf 'int main(int count, char **words) {\n'; \
	  printf '  if (count == 2 && strcmp(words[1], "%s") == 0) return %s();\n' $(foreach test,$(WASM_TESTS),$(test) $(test)); \
	  printf '  return 1;\n}\n'; } >$@
build/wasm-tests/tests.cjs: build/wasm-tests/main.c $(WASM_TESTS:%=build/wasm-tests/objects/tests/core/%.o) \
  $(call objects,simd,$(SOURCES))
	@echo '  link $@'
	$(QUIET)$(EMCC) -O1 $(WASM_LINK) $(CHECKS) -sENVIRONMENT=node -sEXIT_RUNTIME $^ -o $@

# The long ones: fuzzing, a browser that is killed, and a tab that is used for a week.

RUNS_C ?= 10000000
RUNS_JS ?= 1000000
SEED ?= 1
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS:%=build/fuzz/%) $(MODULES) $(NPM) ## fuzz the parsers, in C and in JavaScript (an hour; RUNS_C, RUNS_JS: how often; SEED)
	@.setup/fuzz.sh $(RUNS_C) $(RUNS_JS) $(SEED) $(FUZZ_TARGETS:%=build/fuzz/%)

KILLS ?= 50
BROWSER ?= chromium
.PHONY: kill-test
kill-test: dist/index.html build/browsers ## kill a browser at 50 random moments of training, and compare (up to an hour; KILLS, SEED, BROWSER=firefox)
	@node tests/endurance/kill-test.js $(KILLS) $(SEED) $(BROWSER)

PROJECT_KILLS ?= 10
.PHONY: kill-projects
kill-projects: dist/index.html build/browsers ## kill a browser while it loads, changes or learns from own pictures (5 minutes; PROJECT_KILLS, SEED, BROWSER=firefox)
	@node tests/endurance/kill-projects.js $(PROJECT_KILLS) $(SEED) $(BROWSER)

CYCLES ?= 200
.PHONY: endurance
endurance: dist/index.html build/browsers ## use one tab over and over, and check that its memory does not grow (15 minutes; CYCLES)
	@node tests/endurance/cycles.js $(CYCLES)
