#!/usr/bin/env bash
# A processor without the instructions that the program was compiled for gets one line, not a signal. Skips itself
# without qemu.
# Usage: processor_test.sh PROGRAM
set -u
program=$(readlink -f "$1")
emulator=$(command -v qemu-x86_64-static || command -v qemu-x86_64) || {
  echo "skipped: qemu-user is missing"
  exit 77
}
"$emulator" -cpu Nehalem "$program" --version >out 2>err
code=$?
[ "$code" = 2 ] || { echo "FAILED: exit code $code: $(cat err)"; exit 1; }
[ "$(wc -l <err)" = 1 ] && grep -q '^memtrain: this processor lacks AVX2' err || { echo "FAILED: $(cat err)"; exit 1; }
[ ! -s out ] || { echo "FAILED: it went on: $(cat out)"; exit 1; }
