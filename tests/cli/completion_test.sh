#!/usr/bin/env bash
# Completes command lines as bash does when the tab key is pressed. Skips itself without the package bash-completion.
# Usage: completion_test.sh PROGRAM SCRIPT
set -u
program=$(readlink -f "$1")
script=$(readlink -f "$2")
library=/usr/share/bash-completion/bash_completion
[ -f "$library" ] || {
  echo "skipped: the package bash-completion is missing"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir folder
touch mine.toml result.h5 other.h5 notes.txt
PATH=$(dirname "$program"):$PATH
source "$library"
source "$script"
failures=0

# complete LINE: what the tab key at its end offers, sorted, on one line. Words end as readline has them end.
complete_line() {
  COMP_LINE=$1
  COMP_POINT=${#1}
  COMP_TYPE=9
  COMP_WORDS=()
  local rest=$1 word
  while [[ $rest =~ ^\ *([^ =]+|=) ]]; do
    word=${BASH_REMATCH[1]}
    COMP_WORDS+=("$word")
    rest=${rest#"${BASH_REMATCH[0]}"}
  done
  [[ $1 == *[\ ] ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  compopt() { :; } # there is no completion going on
  _memtrain "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
}

# offers LINE WORDS: exactly these
offers() {
  local got
  got=$(complete_line "$1")
  [ "$got" = "$2" ] || {
    echo "FAILED: '$1' offers '$got', not '$2'"
    failures=$((failures + 1))
  }
}

# includes LINE WORD...: at least these
includes() {
  local got word
  got=" $(complete_line "$1") "
  for word in "${@:2}"; do
    [[ $got == *" $word "* ]] || {
      echo "FAILED: '$1' does not offer '$word' but '$got'"
      failures=$((failures + 1))
    }
  done
}

offers "memtrain va" validate
includes "memtrain " run sweep fit complete
includes "memtrain --" --version --help --log-level
includes "memtrain run " quickstart mine.toml folder
offers "memtrain run quick" quickstart
includes "memtrain run quickstart --" --output --set --resume --help
offers "memtrain run quickstart --res" --resume
offers "memtrain --log-level debug run quick" quickstart
offers "memtrain --log-level=debug run quick" quickstart
includes "memtrain --log-level " debug info off
includes "memtrain run quickstart --log-level " debug info off
offers "memtrain run quickstart --log-level de" debug
offers "memtrain run quickstart --log-level=de" debug
includes "memtrain run quickstart --set " train. device. rule= arm.bp-exact.
includes "memtrain run quickstart --set device.dw_min" device.dw_min= device.dw_min_dtod=
offers "memtrain run quickstart --set device.enforce_consistency=" "false true"
offers "memtrain run quickstart --set arm.ftp-e" arm.ftp-exact.
offers "memtrain run quickstart --set arm.ftp-exact.train.epo" arm.ftp-exact.train.epochs=
includes "memtrain run quickstart --set device.model=" soft_bounds ideal
offers "memtrain run quickstart --set rule=dr" drtp
includes "memtrain run quickstart --set arm.ftp-exact.rule=" bp ftp
includes "memtrain run quickstart --set device.preset=" reram-sb
offers "memtrain run quickstart --set data.name=fa" fashion-mnist
offers "memtrain sweep quickstart --vary periphery.adc_bi" periphery.adc_bits=
offers "memtrain sweep quickstart --engine " "local slurm"
offers "memtrain sweep quickstart --engine=sl" slurm
includes "memtrain devices " soft_bounds reram-sb eyeriss
offers "memtrain response reram-s" reram-sb
includes "memtrain fit --model " auto soft_bounds
offers "memtrain data " "check fetch list"
offers "memtrain data check mn" mnist
offers "memtrain summary " "folder other.h5 result.h5"
offers "memtrain summary result.h5 oth" other.h5
offers "memtrain summary result.h5 --format " "csv json markdown table"
offers "memtrain nonsense " ""

# one key press takes no time that could be noticed
start=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do "$program" complete -- run quickstart --set device. >/dev/null; done
milliseconds=$((($(date +%s%N) - start) / 10000000))
echo "a question takes $milliseconds ms"
[ "$milliseconds" -lt 500 ] || failures=$((failures + 1)) # generous: machines that test are busy
[ "$failures" -eq 0 ]
