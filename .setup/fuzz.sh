#!/bin/sh
# Fuzzes: fuzz.sh RUNS_C RUNS_JS SEED TARGET...
# Each target of tests/fuzz/*.c gets its share of the runs, starting with its saved inputs; then each property of
# tests/fuzz/*.test.js does. A failing input is saved in build/fuzz/findings and ends the program.
set -eu

runs_c=$1
runs_js=$2
seed=$3
shift 3
findings=build/fuzz/findings
found=build/fuzz/found
log=build/fuzz/log
began=$(date +%s)
rm -rf "$findings" "$found"
mkdir -p "$findings"

# share TARGET: its share of a thousand runs; the fast ones run most
share() {
  case $1 in
    idx) echo 973 ;;
    layers) echo 15 ;;
    training) echo 6 ;;
    photo) echo 6 ;;
    *) echo "fuzz: $1 has no share of the runs" >&2 && exit 1 ;;
  esac
}

# The limits per input: one second, and 200 MB, both for a single allocation and for all memory in addition to what
# every target uses (35 MB, and the freed memory that the sanitizer retains).
export ASAN_OPTIONS=quarantine_size_mb=16
limits='-timeout=1 -malloc_limit_mb=200 -rss_limit_mb=251'

# The number of runs of the target, as libFuzzer reports it.
executions() { sed -n 's/^stat::number_of_executed_units: *//p' "$log"; }

# innocent TARGET NAME: whether inputs that took libFuzzer more than a second by the clock take less processor time;
# then another program had used that time.
innocent() {
  for input in "$findings/$2"-timeout-*; do
    (ulimit -t 1 && "$1" -timeout=60 "$input") >>"$log" 2>&1 || return 1
    rm "$input"
  done
}

total_c=0
for target in "$@"; do
  name=$(basename "$target")
  runs=$(($(share "$name") * runs_c / 1000))
  mkdir -p "$found/$name"
  start=$(date +%s)
  run=0
  breaks=0
  while [ "$run" -lt "$runs" ]; do
    # shellcheck disable=SC2086 # several words
    "$target" -runs=$((runs - run)) -seed=$((seed + breaks)) $limits -max_len=1024 \
      -len_control=0 -print_final_stats=1 -artifact_prefix="$findings/$name-" "$found/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 ||
      innocent "$target" "$name" || {
      tail -n 60 "$log"
      echo "fuzz: $name: a finding, seed $seed; its input is in $findings"
      exit 1
    }
    run=$((run + $(executions)))
    breaks=$((breaks + 1))
  done
  total_c=$((total_c + run))
  echo "fuzz: $name: $run executions, seed $seed, $(($(date +%s) - start)) s"
done

total_js=0
for file in tests/fuzz/*.test.js; do
  FUZZ_RUNS=$runs_js FUZZ_SEED=$seed node --no-concurrent-recompilation "$file" >"$log" 2>&1 || {
    tail -n 100 "$log"
    echo "fuzz: $file: a finding, seed $seed"
    exit 1
  }
  grep '^fuzz: ' "$log"
  for runs in $(sed -n 's/^fuzz: .*: \([0-9]*\) executions,.*/\1/p' "$log"); do total_js=$((total_js + runs)); done
done

echo "fuzz: $total_c executions of the C parsers and $total_js of the JavaScript ones, seed $seed, $(($(date +%s) - began)) s:" \
  "no crash, no hang, nothing out of bounds"
