# The core: how C is compiled, for every build of it, and how it is linked as WebAssembly.

SOURCES := $(wildcard src/*.c src/*/*.c)
# Folders of src/ that become WebAssembly modules of their own.
SIDE_MODULES := photo synthetic
CORE_SOURCES := $(filter-out $(SIDE_MODULES:%=src/%/%),$(SOURCES))

# No contraction of a*b+c: every engine and compiler must round alike.
CFLAGS := -std=c11 -Isrc -Wall -Wextra -ffp-contract=off -MMD -MP
SIMD := -msimd128

# The shipped builds are optimized by folder: for speed where training, photos and drawn garments spend their time, else
# for size.
OPTIMIZE_src := -Oz
OPTIMIZE_src/base := -Oz
OPTIMIZE_src/kernels := -O3 -fno-vectorize
OPTIMIZE_src/photo := -O3
OPTIMIZE_src/synthetic := -O2 -fno-unroll-loops
# Files that differ from their folder: what is hot in the others is vectorized by hand. Unrolled, these loops are larger
# and no faster.
$(foreach file,activation dropout pooling,\
  $(eval OPTIMIZE_src/kernels/$(file) := -O3 -fno-unroll-loops))
OPTIMIZE_src/base/random := -O3 -fno-unroll-loops
OPTIMIZE_src/kernels/normalize := -O3 -fno-unroll-loops -fno-vectorize
OPTIMIZE_src/kernels/orthogonal := -Os -fno-vectorize
OPTIMIZE_src/kernels/curves := -Oz
OPTIMIZE_src/step_conv := -O3
OPTIMIZE_src/step_dense := -O3
optimize = $(or $(OPTIMIZE_$*),$(OPTIMIZE_$(*D)),$(error how is $*.c optimized? Set OPTIMIZE_$(*D) in src/build.mk))

# The one rule that compiles C: FOLDER/NAME.c becomes build/BUILD/objects/FOLDER/NAME.o.
# $(1) BUILD, $(2) its compiler, $(3) its flags, $(4) what installs the compiler
define compile
build/$(1)/objects/%.o: %.c src/build.mk | $(4)
	@mkdir -p $$(@D)
	@echo '  compile $$@'
	$$(QUIET)$(2) $$(CFLAGS) $(3) -c $$< -o $$@
endef

# Where a build, $(1), has the objects of C files, $(2).
objects = $(patsubst %.c,build/$(1)/objects/%.o,$(2))

# The builds of the core.

WASM_LINK := -sWASM_BIGINT -sALLOW_MEMORY_GROWTH -sFILESYSTEM=0 -sMALLOC=emmalloc
CORE_LINK := $(WASM_LINK) -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker,node --no-entry \
  -sEXPORTED_FUNCTIONS=@build/exports.txt -sINCOMING_MODULE_JS_API=preRun,instantiateWasm,wasmMemory
ONE_THREAD := -sEXPORTED_RUNTIME_METHODS=wasmMemory
# Shared memory can grow as well, except on some versions of iOS: it starts large enough for the tutorial.
THREADS := -pthread -Wno-pthreads-mem-growth -sINITIAL_MEMORY=32MB -sMAXIMUM_MEMORY=512MB \
  -sEXPORTED_RUNTIME_METHODS=wasmMemory,PThread '-sPTHREAD_POOL_SIZE=Module["helpers"]' -sDEFAULT_PTHREAD_STACK_SIZE=65536
# The stricter STACK_OVERFLOW_CHECK=2 needs wasm-emscripten-finalize, which npm's binaryen lacks.
CHECKS := --profiling-funcs -sASSERTIONS=2 -sSAFE_HEAP=1 -sSTACK_OVERFLOW_CHECK=1

.PHONY: core
core: $(MODULES) $(CHECKED) ## compile the C core to WebAssembly

build/%.txt: src/%.txt
	@mkdir -p $(@D)
	@sed -n 's/^[a-z]/_&/p' $< > $@

build/%/fitting-room.d.mts: .setup/fitting-room.d.mts
	@mkdir -p $(@D) && cp $< $@

# $(1) BUILD, $(2) how it is compiled, $(3) how it is linked. A running program finds either the old module or the new:
# the link happens aside, and its result is moved in.
define core_build
$(call compile,$(1),$(EMCC),$(SIMD) $(2),$(EMCC))

build/$(1)/fitting-room.mjs: $(call objects,$(1),$(CORE_SOURCES)) build/exports.txt .setup/portable.sed
	@echo '  link $$@'
	$$(QUIET)new=$$$$(mktemp -d build/link.XXXXXX) && \
	  $(EMCC) $(3) $$(CORE_LINK) $$(filter %.o,$$^) -o $$$$new/fitting-room.mjs && \
	  sed -i -f .setup/portable.sed $$$$new/fitting-room.mjs && mv $$$$new/* $$(@D)/; \
	  status=$$$$?; rm -rf $$$$new; exit $$$$status
endef

$(eval $(call core_build,simd,$$(optimize),-O3 $(ONE_THREAD)))
$(eval $(call core_build,simd-mt,$$(optimize) -pthread,-O3 $(THREADS)))
$(eval $(call core_build,relaxed,$$(optimize) -mrelaxed-simd,-O3 $(ONE_THREAD)))
$(eval $(call core_build,relaxed-mt,$$(optimize) -mrelaxed-simd -pthread,-O3 $(THREADS)))
$(eval $(call core_build,debug,-O1 -g,-O1 $(CHECKS) $(ONE_THREAD)))
$(eval $(call core_build,debug-mt,-O1 -g -pthread,-O1 $(CHECKS) $(THREADS)))

# $(1) a folder of src/ as a module of its own, build/NAME/NAME.wasm, with static memory and what it uses of src/base.
define side_module
build/$(1)/$(1).wasm: $(call objects,simd,$(filter src/$(1)/% src/base/%,$(SOURCES))) build/$(1)/exports.txt
	@echo '  link $$@'
	$$(QUIET)$(EMCC) -O3 $(WASM_LINK:-sALLOW_MEMORY_GROWTH=) --no-entry -sSTANDALONE_WASM \
	  -sEXPORTED_FUNCTIONS=@build/$(1)/exports.txt $$(filter %.o,$$^) -o $$@
endef

$(foreach name,$(SIDE_MODULES),$(eval $(call side_module,$(name))))
