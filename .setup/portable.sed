# Lets bundlers, and whoever renames the file, follow Emscripten's glue: threads are started from the very script
# that is running, and Node's own modules are asked of Node.
s/new URL("fitting-room.mjs", *import\.meta\.url)/new URL(import.meta.url)/
s/await import(\(["'][a-z_]*["']\))/process.getBuiltinModule(\1)/g
