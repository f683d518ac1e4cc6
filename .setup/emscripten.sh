#!/bin/sh
# Finds or obtains an emcc that is new enough and writes a wrapper for it: emscripten.sh WRAPPER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

wrapper=$1
minimum=3.1.69
toolchain=$(cache_root)/emscripten-3.1.69

emcc_version() { "$1" --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*[0-9]\)[^0-9]*.*/\1/p'; }

new_enough() {
  version=$(emcc_version "$1") && [ -n "$version" ] && version_at_least "$version" "$minimum"
}

write_wrapper() {
  mkdir -p "$(dirname "$wrapper")"
  cat >"$wrapper.new" <<END
#!/bin/sh
emcc='$1'
[ -x "\$emcc" ] || { echo "\$emcc is gone: run make setup" >&2; exit 1; }
$2
exec "\$emcc" "\$@"
END
  chmod +x "$wrapper.new"
  mv "$wrapper.new" "$wrapper"
  say "set-up: emcc $(emcc_version "$wrapper") at $1"
}

use_installed() {
  emcc=$(command -v emcc) || return 1
  new_enough "$emcc" || return 1
  write_wrapper "$emcc" ''
}

use_package() {
  have apt-get || return 1
  if [ -z "$(apt_candidate emscripten)" ] && can_be_root; then refresh_apt_lists; fi
  candidate=$(apt_candidate emscripten) || return 1
  dpkg --compare-versions "$candidate" ge "$minimum" || return 1
  need_packages 'compiling C to WebAssembly' emscripten
  use_installed
}

use_extracted() {
  need_packages 'compiling C to WebAssembly' clang-19 lld-19 llvm-19 python3
  "$here/extract-emscripten.sh" "$toolchain"
  write_wrapper "$toolchain/emscripten/emcc" \
    "export EM_CONFIG='$toolchain/config' EM_NODE_JS=\"\$(command -v node)\""
}

use_installed || use_package || use_extracted
