#!/bin/sh
# Sees to a native C compiler with AddressSanitizer for the core's tests: compiler.sh CC
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

links_with_sanitizers() {
  program=$(mktemp)
  status=0
  echo 'int main(void) { return 0; }' |
    "$1" -x c -fsanitize=address,undefined -o "$program" - 2>/dev/null || status=1
  rm -f "$program"
  return $status
}

links_with_sanitizers "$1" || need_packages "the core's native tests" gcc libc6-dev
links_with_sanitizers "$1" || die "$1 cannot link with -fsanitize=address,undefined; name another compiler: make CC=…"
