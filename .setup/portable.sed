# Makes Emscripten's glue work with bundlers and under other file names: threads are started from the running script
# itself, and Node's own modules are requested from Node.
s/new URL("fitting-room.mjs", *import\.meta\.url)/new URL(import.meta.url)/
s/await import(\(["'][a-z_]*["']\))/process.getBuiltinModule(\1)/g
