#!/bin/sh
# Provides a clang, llvm-profdata and llvm-cov of one version for coverage, fuzzing and race detection:
# llvm.sh DIRECTORY, which gets links to them
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

directory=$1

# works SUFFIX: whether the three programs with that suffix exist, measure coverage, fuzz and link with ThreadSanitizer
works() {
  have "clang$1" && have "llvm-profdata$1" && have "llvm-cov$1" || return 1
  trial=$(mktemp -d)
  status=0
  (
    cd "$trial"
    echo 'int main(void) { return 0; }' >trial.c
    echo 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return data && size > 9 ? -1 : 0; }' >target.c
    "clang$1" -fsanitize=fuzzer,address,undefined target.c -o target && ./target -runs=1 || exit 1
    "clang$1" -fsanitize=thread trial.c -o races || exit 1
    "clang$1" -fprofile-instr-generate -fcoverage-mapping trial.c -o trial &&
      LLVM_PROFILE_FILE=trial.profraw ./trial &&
      "llvm-profdata$1" merge -sparse trial.profraw -o trial.profdata &&
      "llvm-cov$1" report trial -instr-profile=trial.profdata
  ) >/dev/null 2>&1 || status=1
  rm -rf "$trial"
  return $status
}

versions='30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14'

use_installed() {
  for version in '' $versions; do
    suffix=${version:+-$version}
    works "$suffix" || continue
    mkdir -p "$directory"
    for program in clang llvm-profdata llvm-cov; do
      ln -sf "$(command -v "$program$suffix")" "$directory/$program"
    done
    say "set-up: coverage, fuzzing and races by $("$directory/clang" --version | head -n 1)"
    return 0
  done
  return 1
}

# The clang that compiles to WebAssembly lacks only its runtime library.
install() {
  for version in $versions; do
    if installed "clang-$version" && installed "llvm-$version" &&
      [ -n "$(apt_candidate "libclang-rt-$version-dev")" ]; then
      need_packages 'measuring coverage, fuzzing and finding races' "libclang-rt-$version-dev"
      return
    fi
  done
  runtime=
  [ -z "$(apt_candidate libclang-rt-dev)" ] || runtime=libclang-rt-dev
  # shellcheck disable=SC2086
  need_packages 'measuring coverage, fuzzing and finding races' clang llvm $runtime
}

use_installed || { install && use_installed; } ||
  die 'no clang here measures coverage (-fprofile-instr-generate), fuzzes (-fsanitize=fuzzer) and finds races (-fsanitize=thread) with an llvm-profdata and llvm-cov of its version'
