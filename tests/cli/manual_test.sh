#!/usr/bin/env bash
# The manual page is roff without mistakes, and has every command and every option of --help. Skips itself without
# groff.
# Usage: manual_test.sh PROGRAM
set -u
program=$(readlink -f "$1")
command -v groff >/dev/null || {
  echo "skipped: groff is missing"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

"$program" manual >memtrain.1
mistakes=$(groff -man -Kutf8 -Tutf8 -ww -z memtrain.1 2>&1)
[ -z "$mistakes" ] || fail "$mistakes"
MANWIDTH=100 groff -man -Kutf8 -Tutf8 -P-cbou memtrain.1 >page
sed 's/‐/-/g' page >plain

"$program" --help | grep -oE '^  [a-z]+  ' >commands
[ "$(wc -l <commands)" -gt 10 ] || fail "--help lists no commands"
while read -r command; do
  grep -q "^   memtrain $command\$" plain || fail "the page has no part for $command"
  sed -n "/^   memtrain $command\$/,/^   memtrain /p" plain >part
  "$program" "$command" --help | grep -oE '^  (-[a-z] \[ )?--[a-z-]+' | grep -oE -- '--[a-z-]+' >options
  grep -q -- --help options || fail "$command --help lists no options"
  while read -r option; do
    grep -qE -- "^ +(-[a-z], )?$option( |\$)" part || fail "the page does not have $option of $command"
  done <options
done <commands
for word in MEMTRAIN_DATA NO_COLOR 130 /usr/share/datasets/fashion-mnist device.dw_min; do
  grep -q -- "$word" plain || fail "the page does not have $word"
done
[ "$failures" -eq 0 ]
