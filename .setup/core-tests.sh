#!/bin/sh
# Runs the core's tests, one per processor at a time: core-tests.sh FOLDER 'COMMAND' NAME...
# In the command, {} stands for the name of a test. What it prints is left in FOLDER/NAME.log, and the lines of src/
# that a native one reached in FOLDER/NAME.profraw.
set -eu

folder=$1
command=$2
shift 2

# Fresh memory is filled, so that a test that reads uninitialized memory fails.
export ASAN_OPTIONS=detect_leaks=1:max_malloc_fill_size=268435456:malloc_fill_byte=255

printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c "
  LLVM_PROFILE_FILE=$folder/{}.profraw $command >$folder/{}.log 2>&1 || { echo {}; cat $folder/{}.log; exit 255; }
  tail -n 1 $folder/{}.log"
