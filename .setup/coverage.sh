#!/bin/sh
# Runs instrumented test programs and reports which lines of src/ they reach; fails where fewer than
# LEAST percent are: coverage.sh LLVM LEAST PROGRAM...
set -eu

llvm=$1
least=$2
shift 2
profile=$(dirname "$1")/all.profdata

# What glibc's malloc keeps at hand for a thread would count as in use where a test looks for leaks.
export GLIBC_TUNABLES=glibc.malloc.tcache_count=0

for program in "$@"; do
  LLVM_PROFILE_FILE=$program.profraw "$program" >"$program.log" 2>&1 || {
    cat "$program.log"
    exit 1
  }
done
for program in "$@"; do set -- "$@" "$program.profraw"; shift; done
"$llvm/llvm-profdata" merge -sparse "$@" -o "$profile"

# Every program holds all of src/.
program=${1%.profraw}
"$llvm/llvm-cov" report "$program" -instr-profile="$profile" -show-region-summary=false -show-branch-summary=false src |
  cut -c 1-132
"$llvm/llvm-cov" export "$program" -instr-profile="$profile" -format=lcov src |
  awk -v least="$least" -v here="$PWD/" '
    /^SF:/ { file = substr($0, 4); sub(here, "", file); lines = hit = 0; missed = ""; first = last = -2 }
    function end_range() { if (first > 0) missed = missed " " (first == last ? first : first "-" last) }
    /^DA:/ {
      split(substr($0, 4), at, ",")
      lines++
      if (at[2] > 0) { hit++; next }
      if (at[1] != last + 1) { end_range(); first = at[1] }
      last = at[1]
    }
    /^end_of_record/ {
      end_range()
      if (missed != "") report = report "  " file ":" missed "\n"
      all += lines
      all_hit += hit
      share = lines ? 100 * hit / lines : 100
      if (lowest == "" || share < lowest_share) { lowest = file; lowest_share = share }
    }
    END {
      if (report != "") printf "\nlines that no test reaches:\n%s", report
      if (all == 0) { print "coverage: nothing was measured"; exit 1 }
      printf "\ncoverage: %.2f %% of %d lines; lowest: %s, %.2f %%\n", 100 * all_hit / all, all, lowest, lowest_share
      if (100 * all_hit / all >= least) exit 0
      printf "coverage: at least %s %% of the lines are wanted\n", least
      exit 1
    }'
