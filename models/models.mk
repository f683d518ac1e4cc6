# The trained models: their files and their cards.

.PHONY: models
models: $(MODULES) $(NPM) ## train the models of models/ and write their files and cards (MODELS="tutorial" for some)
	@node models/train.js $(MODELS)

# `make model-NAME` trains one and compares it with its file.
RECIPES := $(patsubst models/%.js,model-%,$(wildcard models/*.js))
.PHONY: $(RECIPES)
$(RECIPES): model-%: $(MODULES) $(NPM)
	@node models/train.js $*

.PHONY: two-block
two-block: model-two-block ## train a two-block network with batch normalization and augmentation to 93.5 % (15 minutes on two cores)

.PHONY: seeds
seeds: $(MODULES) $(NPM) ## train a recipe with five seeds, and give the mean accuracy and the cost (MODELS="accurate"; HELD_OUT=1: on 5,000 training images)
	@node models/seeds.js $(if $(HELD_OUT),--held-out) $(MODELS)

.PHONY: check-models
check-models: $(MODULES) $(NPM) ## measure the files of models/ and compare them with their cards
	@node models/check.js $(MODELS)

PHOTOS_DIR ?= ../shared/photos
.PHONY: photos
photos: dist/index.html $(NPM) ## how well models/photos.fit recognises real photos, through the page (PHOTOS_DIR has a folder for each class; MODEL=tutorial)
	@node tests/bench/on-photos.js $(or $(MODEL),photos) $(PHOTOS_DIR)
