#!/usr/bin/env bash
# Installs a build into a folder, and builds and uses the device model and the rule outside of the tree with what is there.
# Usage: install_test.sh BUILD SOURCE [CMAKE-ARGUMENT]...
set -euo pipefail
build=$(readlink -f "$1")
source=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset MEMTRAIN_DATA
fail() {
  echo "FAILED: $*"
  exit 1
}

cmake --install "$build" --prefix prefix >/dev/null
for file in bin/memtrain share/man/man1/memtrain.1.gz share/bash-completion/completions/memtrain \
  share/doc/memtrain/LICENSE include/memtrain/devices/array/array.h; do
  [ -s "prefix/$file" ] || fail "$file is not installed"
done
[ -z "$(find prefix -name '*test*' -o -name '*bench*')" ] || fail "tests or benchmarks are installed"
[ "$(prefix/bin/memtrain --version)" = "$("$build/memtrain" --version)" ] || fail "another program is installed"
! grep -rl "$source" prefix/lib/cmake || fail "the package names files of the source"

cp -r "$source/devices/example" example
cmake -S example -B cubic -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "${@:3}" >log ||
  fail "$(cat log)"
! grep -q "$source" cubic/compile_commands.json || fail "the example is compiled with files of the source"
cmake --build cubic >log || fail "$(tail -30 log)"
cd cubic
./learn | grep -q '^y = 0.\(19\|20\|21\) a -0.\(09\|10\|11\) b' || fail "the library has learned: $(./learn)"
./memtrain-cubic devices cubic_step | grep -q 'devices/README.md' || fail "devices does not know cubic_step"
./memtrain-cubic devices | grep -q '^  soft_bounds ' || fail "devices has lost the others"
./memtrain-cubic complete -- run quickstart --set device.model=cub | grep -qx device.model=cubic_step ||
  fail "cubic_step is not completed"
cat >small.toml <<'TOML'
data.name = "patterns"
data.train_samples = 500
data.test_samples = 200
network.layers = [ { type = "flatten" }, { units = 10, activation = "softmax" } ]
train.epochs = 1
[[arm]]
name = "bp"
TOML
./memtrain-cubic run small.toml -q --set device.model=cubic_step --set device.sharpness=4 >/dev/null
./memtrain-cubic response cubic_step --set dw_min_dtod=0 --set dw_min=0.02 --csv response.csv
./memtrain-cubic fit response.csv --model cubic_step -o fitted.toml >/dev/null
./memtrain-cubic response fitted.toml >/dev/null

cp -r "$source/models/example" ../example-rule
cmake -S ../example-rule -B ../ternary -DCMAKE_PREFIX_PATH="$work/prefix" "${@:3}" >log || fail "$(cat log)"
cmake --build ../ternary >log || fail "$(tail -30 log)"
sed -i 's/units = 10/units = 30 }, { units = 10/' small.toml
../ternary/memtrain-ternary run small.toml -q -o ternary.h5 --set arm.bp.rule=ternary --set ternary.threshold=1 >/dev/null
refusal=$(../ternary/memtrain-ternary validate small.toml --set arm.bp.rule=ternary --set ternary.threshold=-1 2>&1) || true
[[ $refusal == *'ternary.threshold: -1 is out of range [0, 100]'* ]] ||
  fail "the settings of the rule have no range"
! ../prefix/bin/memtrain devices cubic_step 2>/dev/null || fail "the installed program knows cubic_step"
