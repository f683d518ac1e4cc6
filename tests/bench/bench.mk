# Measurements: on a quiet machine only.

# What the kernels' timers call, at the optimization that is shipped.
TIMED := $(patsubst %,src/%.c,$(addprefix kernels/,algorithm conv2d dense depthwise dropout live pointwise winograd) optimizer $(addprefix base/,random shape status text))
TIMERS := $(patsubst %,tests/bench/%.c,kernels convolution peak)

# $(1) the build that is timed, $(2) how the timers are compiled
define timers
$(call compile,bench/$(1),$(EMCC),$(SIMD) -O3 $(2),$(EMCC))

build/bench/$(1).mjs: $(call objects,bench/$(1),$(TIMERS)) $(call objects,$(1),$(TIMED))
	@echo '  link $$@'
	$$(QUIET)$(EMCC) -O3 $(WASM_LINK) -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker,node --no-entry \
	  -sEXPORTED_FUNCTIONS=_malloc $$^ -o $$@
endef

$(eval $(call timers,simd,))
$(eval $(call timers,relaxed,-mrelaxed-simd))

.PHONY: bench
bench: $(MODULES) build/bench/simd.mjs build/bench/relaxed.mjs dist/index.html ## measure speed and memory, and installed peers (20 minutes; PARTS="kernels plots" for some)
	@node tests/bench/bench.js $(PARTS)

.PHONY: first-answer
first-answer: dist/index.html $(NPM) ## how long a first visit takes to classify a dropped picture
	@node tests/bench/first-answer.js

.PHONY: theatre
theatre: dist/index.html $(NPM) ## how fast the page trains in view, compared with a hidden tab (ROUNDS; 3 minutes)
	@node tests/bench/theatre.js $(ROUNDS:%=--rounds=%)

.PHONY: doubtful-labels
doubtful-labels: $(MODULES) $(NPM) ## change 2 % of the training labels, and count how many of the first 200 doubtful ones were changed (5 minutes)
	@node tests/bench/doubtful-labels.js

.PHONY: load-pictures
load-pictures: dist/index.html build/browsers ## how fast the page loads pictures of one's own (PHOTOS: folders with a folder for each class, or an archive, else 32,000 are drawn; ROUNDS; TRAIN=1: an epoch follows; BROWSER=firefox)
	@node tests/bench/load-pictures.js --browser=$(BROWSER) $(ROUNDS:%=--rounds=%) $(TRAIN:%=--train) $(PHOTOS)

PICTURES ?= ../shared/clothing ../shared/photos
.PHONY: few-pictures
few-pictures: $(MODULES) $(NPM) ## how well the preset for few pictures recognises photos that it has not seen (PICTURES: folders with a folder for each class; an hour)
	@node tests/bench/few-pictures.js $(PICTURES)

.PHONY: not-clothing
not-clothing: dist/index.html $(NPM) ## how often the page says of drawn pictures of other things that they are no clothing (MODEL=tutorial, SEED, COUNT of each kind, KINDS="letter sea" for some, OUT: a folder that keeps them; 4 minutes)
	@node tests/bench/on-not-clothing.js $(or $(MODEL),photos) $(SEED:%=--seed=%) $(COUNT:%=--count=%) $(KINDS:%=--only=%) $(OUT:%=--out=%)

.PHONY: accuracy
accuracy: $(MODULES) $(NPM) ## train the tutorial's 20 epochs over ten seeds (ten minutes on two cores)
	@node tests/bench/accuracy.js

.PHONY: few-shot
FEW_SHOT_DIRS ?= ../shared/photos ../shared/clothing
few-shot: $(MODULES) $(NPM) ## how well classes of twenty photos are told apart, from scratch and from a trained model (FEW_SHOT_DIRS, BASE, LAYER; SURVEY=1: by each layer; 40 minutes)
	@node tests/bench/few-shot.js $(BASE:%=--base=%) $(LAYER:%=--layer=%) $(SURVEY:%=--survey) $(FEW_SHOT_DIRS)

.PHONY: peers
peers: ## install the libraries that `make bench` compares with
	npm ci --prefix tests/bench/peers --userconfig .npmrc --ignore-scripts --loglevel=error
