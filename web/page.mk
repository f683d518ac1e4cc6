# The page: dist/, as static files.

PAGE_FILES := $(shell find web shim -type f 2>/dev/null) $(THIRD_PARTY) .setup/chunks.js .setup/finish.js package.json

dist/index.html: $(MODULES) $(PAGE_FILES) $(NPM)
	npx vite build --config web/vite.config.js --logLevel warn
	@touch $@

# Stands in for crypto.subtle. It is bundled because a page without a bundler cannot find a package by its name.
build/sha256/sha256.d.mts: .setup/sha256.d.mts
	@mkdir -p $(@D) && cp $< $@
build/sha256/sha256.mjs: .setup/sha256.d.mts $(NPM)
	@mkdir -p $(@D)
	@echo '  bundle $@'
	$(QUIET)npx rolldown ./$< --file $@ --log-level warn >/dev/null
