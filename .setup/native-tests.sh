#!/bin/sh
# Runs native test programs, one per processor at a time; each leaves PROGRAM.profraw, with the lines it reached:
# native-tests.sh PROGRAM...
set -eu

# Fresh memory is filled, so that a test that reads uninitialized memory fails.
export ASAN_OPTIONS=detect_leaks=1:max_malloc_fill_size=268435456:malloc_fill_byte=255

# shellcheck disable=SC2016 # expanded by the shell that xargs starts
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c '
  LLVM_PROFILE_FILE={}.profraw {} >{}.log 2>&1 || { echo {}; cat {}.log; exit 255; }
  tail -n 1 {}.log'
