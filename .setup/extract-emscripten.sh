#!/bin/sh
# Unpacks Debian 13's emscripten package (Architecture: all) into one of the user's folders, without changing the
# system: extract-emscripten.sh FOLDER
#
# FOLDER appears only when it is complete. It holds emscripten/, npm/ (binaryen, acorn) and config.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

target=$1
release=trixie
version=3.1.69
llvm=/usr/lib/llvm-19/bin

[ -d "$target" ] && exit 0
mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock -n 9 || {
  say 'set-up: waiting for another run that downloads Emscripten'
  flock 9
}
[ -d "$target" ] && exit 0

instead="Or install Emscripten $version or later (emsdk) and put its emcc on PATH."

find_keyring() {
  for file in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
    if [ -r "$file" ]; then
      echo "$file"
      return
    fi
  done
  die "Debian's archive keys are missing, so its emscripten package cannot be verified.
  Install the package debian-archive-keyring:
    sudo apt-get install debian-archive-keyring
  $instead"
}

# Debian mirrors that this machine knows, one per line; DEBIAN_MIRROR comes first.
list_mirrors() {
  [ -z "${DEBIAN_MIRROR:-}" ] || echo "$DEBIAN_MIRROR"
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!seen[$0]++'
}

private_apt() {
  apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State="$work/state" -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
    -o APT::Sandbox::User="$(id -un)" -o APT::Update::Post-Invoke-Success= -o Acquire::Languages=none \
    -o Acquire::Retries=2 "$@"
}

download_package() {
  mkdir -p "$work/state" "$work/lists/partial" "$work/cache/archives/partial" "$work/download"
  for mirror in $(list_mirrors); do
    echo "deb [signed-by=$keyring] $mirror $release main" >"$work/sources.list"
    private_apt update >"$work/apt.log" 2>&1 || continue
    (cd "$work/download" && private_apt download "emscripten=$version*" >>"$work/apt.log" 2>&1) || continue
    return 0
  done
  [ ! -s "$work/apt.log" ] || cat "$work/apt.log" >&2
  die "no mirror in this machine's apt configuration has Debian 13's emscripten $version.
  Name one by its address, without the release: make DEBIAN_MIRROR=ADDRESS
  $instead"
}

# Leaves out test programs, documentation and position-independent libraries: 1.6 GB becomes 0.8 GB.
unpack_package() {
  dpkg --fsys-tarfile "$work"/download/emscripten_*.deb |
    tar -x -C "$work" --strip-components=3 --wildcards \
      --exclude='*/emscripten/test' --exclude='*/emscripten/docs' --exclude='*/wasm32-emscripten/pic' \
      --exclude='*/wasm32-emscripten/lto-pic' './usr/share/emscripten'
}

install_npm_packages() {
  mkdir -p "$work/npm"
  cp "$here/emscripten/package.json" "$here/emscripten/package-lock.json" "$work/npm/"
  npm ci --prefix "$work/npm" --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error >&2
  mkdir -p "$work/emscripten/node_modules"
  ln -s ../../npm/node_modules/acorn "$work/emscripten/node_modules/acorn"
}

write_config() {
  cat >"$work/config" <<END
LLVM_ROOT = '$llvm'
BINARYEN_ROOT = '$target/npm/node_modules/binaryen'
FROZEN_CACHE = True
END
}

rm -rf "$target".?????? # left by a killed run
keyring=$(find_keyring)
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

say "set-up: downloading Emscripten $version (237 MB, once for this user) into $target"
download_package
say 'set-up: unpacking Emscripten'
unpack_package
install_npm_packages
write_config
rm -rf "$work/state" "$work/lists" "$work/cache" "$work/download" "$work/sources.list" "$work/apt.log"
[ -x "$work/emscripten/emcc" ] && [ -e "$work/npm/node_modules/binaryen/bin/wasm-opt" ] ||
  die "the unpacked Emscripten is not complete"
chmod 755 "$work"
mv "$work" "$target"
