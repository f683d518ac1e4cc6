#!/bin/sh
# Runs test programs that are built with ThreadSanitizer, and fails if one finds a race: races.sh PROGRAM...
#
# ThreadSanitizer reserves certain addresses. Kernels that randomise addresses widely (vm.mmap_rnd_bits above 28) may
# place something there, and the program ends before it starts. So randomisation is switched off for it. Where that is
# forbidden, as in many containers, the program is started again until it fits, which takes about ten attempts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

in_place=
if setarch "$(uname -m)" -R true 2>/dev/null; then in_place="setarch $(uname -m) -R"; fi

# misplaced LOG: whether it says that the program was not started
misplaced() { grep -q 'FATAL: ThreadSanitizer: .*memory \(mapping\|layout\)' "$1"; }

for program in "$@"; do
  echo "$program"
  log=$program.log
  starts=1
  until $in_place "$program" >"$log" 2>&1; do
    misplaced "$log" || {
      cat "$log"
      exit 1
    }
    [ "$starts" -lt 200 ] ||
      die 'ThreadSanitizer cannot have the addresses it needs on this kernel; run: sudo sysctl vm.mmap_rnd_bits=28'
    starts=$((starts + 1))
  done
  tail -n 1 "$log"
done
