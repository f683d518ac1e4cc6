#!/bin/sh
# Reports which lines of src/ the last run of some test programs reached; fails below LEAST percent:
# coverage.sh LLVM LEAST 'OBJECT...' PROGRAM...
# The objects are all of src/, so that a file that no program links counts too.
set -eu

llvm=$1
least=$2
objects=$3
shift 3
profile=$(dirname "$1")/all.profdata
for program in "$@"; do set -- "$@" "$program.profraw"; shift; done
"$llvm/llvm-profdata" merge -sparse "$@" -o "$profile"

# shellcheck disable=SC2086 # several words
set -- $objects
first=$1
shift
for object in "$@"; do set -- "$@" -object "$object"; shift; done
"$llvm/llvm-cov" report "$first" "$@" -instr-profile="$profile" -show-region-summary=false -show-branch-summary=false |
  cut -c 1-100
"$llvm/llvm-cov" export "$first" "$@" -instr-profile="$profile" -format=lcov |
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
      printf "coverage: at least %s %% of the lines are required\n", least
      exit 1
    }'
