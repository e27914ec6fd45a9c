#!/usr/bin/env bash
# Drives the built program as a user does: exit codes, one-line errors, files left behind.
# Usage: command_line_test.sh PROGRAM
set -u
program=$(readlink -f "$1")
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset MEMTRAIN_DATA
failures=0
checks=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE PATTERN ARGS...: the exit code, and for a failure one line on stderr that matches
expect() {
  local code=$1 pattern=$2
  shift 2
  checks=$((checks + 1))
  "$program" "$@" >out 2>err </dev/null
  local got=$?
  [ "$got" = "$code" ] || fail "memtrain $*: exit code $got, expected $code: $(head -3 err)"
  if [ "$code" = 0 ]; then
    grep -qE "$pattern" out || fail "memtrain $*: output does not match '$pattern'"
  else
    [ "$(grep -c '^memtrain: ' err)" = 1 ] || fail "memtrain $*: not one line of error: $(cat err)"
    grep -qE "$pattern" err || fail "memtrain $*: '$(cat err)' does not match '$pattern'"
  fi
}

cat >small.toml <<'TOML'
title = "small"
data.train_limit = 500
data.test_limit = 200
[network]
layers = [ { units = 16 }, { units = 10, activation = "softmax" } ]
[train]
epochs = 2
learning_rate = 0.2
[device]
model = "soft_bounds"
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
array.kind = "exact"
TOML

# what every user types first
expect 0 "memtrain run quickstart" --help
expect 0 "^HDF5 " --version
for command in run sweep summary report compare export cost devices response fit wires validate data scenarios schema manual; do
  expect 0 "^memtrain $command" $command --help
  longest=$(sed '/^Settings:/,$d' out | awk 'length > most { most = length } END { print most }')
  [ "$longest" -le 80 ] || fail "$command --help has lines of $longest columns"
  head -1 out | grep -q ' $' && fail "$command --help has a blank at the end of its usage"
  [ -z "$(tail -c 1 out)" ] || fail "$command --help does not end its last line"
done
expect 0 "^               \[--tune KEY=SPEC\]" sweep --help
expect 2 "^memtrain: a command is missing \(see .memtrain --help.\)"
expect 0 "^  train.epochs +rounds of training, .*; default 10$" validate --help
expect 0 "quickstart" scenarios
expect 0 "needs transposed read, symmetric weights" scenarios
expect 0 "soft_bounds" devices
expect 0 "dw_min_std" devices soft_bounds
expect 0 "Choi et al." devices epiram
expect 0 "v_read +0.5 +V" devices taox-hfox
expect 0 "stm32h735" devices
expect 0 "clock +5.5e\\+08 +Hz" devices stm32h735
for device in $("$program" devices | awk '/^Processors/{exit} /^  /{print $1}'); do
  expect 0 "equation" devices "$device"
done
expect 0 "fashion-mnist" data
expect 0 "^train-images-idx3-ubyte +ok" data check fashion-mnist
expect 0 "^adding +generated: " data
expect 0 "^csv +a time series" data
expect 0 "^copy-memory: nothing to check: it is generated" data check copy-memory
expect 0 "^csv: nothing to check: the file is checked when it is read" data check csv
expect 0 "^adding: nothing to get" data fetch adding
expect 0 "^cifar10 +50000 \+ 10000 colour images" data
expect 0 "^cifar100: .*cifar-100-binary.tar.gz" data fetch cifar100
for file in {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz; do expect 0 "^mnist: .*$file" data fetch mnist; done
expect 0 "^mnist: .* from https://[^ ]*/mnist/FILE" data fetch mnist
expect 2 "^memtrain: unknown data set 'minst', did you mean 'mnist'" data check minst
expect 2 "^memtrain: --set data.name=minst: data.name: unknown data set 'minst'" run small.toml -o x.h5 --set data.name=minst
expect 0 "^data.augment_crop = 0$" validate small.toml
for scenario in quickstart mnist-fc; do expect 0 "learning_rate" validate $scenario; done

# a run and its result
expect 0 "result: small.h5" run small.toml
grep -q $'\033' out err && fail "colour codes in a pipe"
expect 0 '"test_accuracy"' summary small.h5 --format json
/usr/bin/python3 -c 'import json,sys; assert 0 < json.load(open("out"))["arms"]["ftp"]["test_accuracy"]["mean"] <= 1' || fail "summary's JSON"
expect 0 "^arm,rule," summary small.h5 --format csv
"$here/../result_file_opens.py" small.h5 || fail "h5py or xarray cannot open the result"
expect 2 "^memtrain: --csv is missing" export small.h5
expect 2 "^memtrain: FILE is missing" export --csv tables
expect 2 "^memtrain: small.h5: is a result file, not a scenario \(.memtrain summary small.h5." run small.h5
mkdir quickstart
expect 2 "^memtrain: .: is a folder, not a scenario" run .
expect 0 "learning_rate" validate quickstart
ln -s nowhere quickstart.toml
expect 2 "^memtrain: quickstart.toml: cannot be read \(No such file" validate quickstart.toml
expect 2 "device.preset: quickstart.toml: cannot be read" run small.toml --force --set device.preset=quickstart.toml
rm quickstart.toml
expect 2 "train.epochs: .* is not an integer" run small.toml --force --set $'train.epochs=1\ntrain.batch=3'
cp small.h5 before.h5
expect 2 "small.h5: exists already" run small.toml
cmp -s small.h5 before.h5 || fail "a refused run changed the result"
expect 0 "result" run small.toml --force -q

# every learning rule, with its own matrices on noisy devices
for rule in ftp fa dfa drtp tp dtp pepita; do
  expect 0 "^ftp +$rule +soft_bounds" run small.toml -o rule.h5 --force -q --set arm.ftp.rule=$rule --set train.epochs=1 \
    --set arm.ftp.feedback.array.kind=crossbar --set arm.ftp.feedback.periphery.read_noise=0.1
done
expect 0 "^ftp +ff +soft_bounds" run small.toml -o rule.h5 --force -q --set arm.ftp.rule=ff --set train.epochs=1
"$here/../result_file_opens.py" rule.h5 || fail "h5py or xarray cannot open the result of ff"
expect 0 "feedback.device.dw_min = 0.002" validate small.toml --set arm.ftp.feedback.array.kind=crossbar \
  --set arm.ftp.feedback.device.preset=ecram
expect 0 "^bp +bp +exact" run small.toml -o rule.h5 --force -q --set data.validation=100 --set train.patience=1 \
  --set arm.bp.train.optimiser=adam --set train.schedule=cosine --set arm.bp.train.clip_norm=1

# bad usage and bad scenarios
expect 2 "unknown command 'rnu', did you mean 'run'" rnu
expect 2 "SCENARIO is missing" run
expect 2 "unrecognised option" run small.toml --job 2
expect 2 "jobs: 0 is out of range" run small.toml --jobs 0 --force
expect 2 "missing.toml: no such file" run missing.toml
expect 2 "did you mean 'quickstart'" run quickstrat
expect 2 "unknown device 'soft_bound', did you mean 'soft_bounds'" devices soft_bound
expect 2 "no preset or file 'reram-sp', did you mean 'reram-sb'" run small.toml --force --set device.preset=reram-sp
expect 2 "unknown format" summary small.h5 --format xml
sed 's/epochs = 2/epoch = 2/' small.toml >bad.toml
expect 2 "bad.toml:7: unknown key 'train.epoch', did you mean 'train.epochs'" run bad.toml
sed 's/epochs = 2/epochs = "two"/' small.toml >bad.toml
expect 2 "bad.toml:7: train.epochs: .*two.* is not an integer" run bad.toml
sed 's/epochs = 2/epochs = 0/' small.toml >bad.toml
expect 2 "bad.toml:7: train.epochs: 0 is out of range \[1, " validate bad.toml
sed '/arm/,$d' small.toml >bad.toml
expect 2 "bad.toml: arm: there are no arms" run bad.toml
sed 's/name = "bp"/name = "ftp"/' small.toml >bad.toml
expect 2 "bad.toml:1[0-9]: arm.name: two arms are named 'ftp'" run bad.toml
expect 2 "^memtrain: --set [^:]*: network.layers\[1\].type: 3 is not a text in quotes" run small.toml --force \
  --set 'network.layers=[{type=3, units=10, activation="softmax"}]'
expect 2 "train.optimiser: adam cannot be done by pulsed updates" run small.toml --force --set train.optimiser=adam
expect 2 "unknown value 'pepito', did you mean 'pepita'" run small.toml --force --set arm.ftp.rule=pepito
expect 2 "rule 'bp' has no matrices of its own" run small.toml --force --set arm.bp.feedback.array.kind=crossbar
expect 2 "unknown key 'feedback.periphery.adc_bit', did you mean" run small.toml --force --set feedback.periphery.adc_bit=3
expect 2 "data.validation: 500 is out of range \[0, 499\]" run small.toml --force --set data.validation=500
expect 2 "rule: 'ff' of arm 'ftp' writes the label .* has 4 features for 10 classes" run small.toml --force --set arm.ftp.rule=ff --set data.crop=13
expect 2 "'none' cannot train arm 'bp'" run small.toml --force --set arm.bp.array.kind=crossbar --set backward.array=none
expect 2 "memtrain: --set [^:]*: network.layers: the last layer of arm 'ftp' has 3 outputs, but 'fashion-mnist' has 10 classes" run small.toml --force \
  --set 'network.layers=[{units=3, activation="softmax"}]'
cat small.toml | "$program" validate /dev/stdin >out 2>err || fail "a scenario from a pipe: $(cat err)"
for axis in sweep tune; do
  (cat small.toml; printf '[%s]\n"train.learning_rate" = [0.1, 0.2]\n' $axis) >axes.toml
  expect 0 "result: axes.h5" run axes.toml --force --set train.epochs=1
  grep -q "axes.toml:1[0-9]: $axis: 'train.learning_rate' is an axis, which a run leaves out" err ||
    fail "run says nothing of [$axis]"
done
[ -e bad.h5 ] && fail "a refused scenario left a result"

# what learning costs, without data, and what is not known of it
expect 0 "MACs by phase" cost small.toml --set data.name=mnist
expect 0 "^  device.g_max, energy.v_read, energy.t_read, energy.v_up, .* digital.clock$" cost small.toml
expect 0 "^a training sample +rule" cost energy-accuracy
expect 0 "^arm,rule,device,part,phase,macs" cost small.toml --format csv
expect 0 '"energy": null' cost small.toml --format json
expect 0 "measured in 3 mini-batches" cost small.toml --batches 3 --set device.preset=taox-hfox --set digital.preset=eyeriss
grep -qE "^energy by phase" out || fail "all prices are known, but there is no energy"
priced="--set device.preset=taox-hfox --set digital.preset=fp32-45nm --set digital.clock=1e9"
expect 0 "energy +latency" run small.toml -o priced.h5 -q $priced
expect 0 '"energy": \{' summary priced.h5 --format json
expect 2 "unknown format 'xml'" cost small.toml --format xml
expect 2 "batches: 0 is out of range" cost small.toml --batches 0
expect 2 "energy.v_read: 0 is out of range \\[1e-06, 100\\]" cost small.toml --set energy.v_read=0
expect 2 "energy.t_up: -1e-08 is out of range" cost small.toml --set energy.t_up=-1e-8
expect 2 "energy.v_down: -2 is out of range" run small.toml -o none.h5 --set energy.v_down=-2
expect 2 "digital.clock: 0 is out of range" cost small.toml --set digital.clock=0
expect 2 "digital.preset: no preset or file .stm32h375., did you mean .stm32h735" cost small.toml --set digital.preset=stm32h375
expect 2 "energy.encoding: bit_serial needs periphery.dac_bits" cost small.toml --set energy.encoding=bit_serial
expect 2 "energy.adc_time: is without effect" cost small.toml --set energy.adc_time=1e-9
expect 2 "pulse.write: unknown value 'rows'" cost small.toml --set pulse.write=rows
[ ! -e none.h5 ] || fail "a refused run left a file"

# devices: pulsed, fitted, described in a file
expect 0 "^ +400 " response soft_bounds --count 10
"$program" response epiram --set sigma_c2c=0 --count 1 --up 64 --down 64 --start=-1 --csv response.csv --plot response.html ||
  fail "response --csv --plot"
[ "$(head -1 response.csv)" = "pulse,mean,std,min,max" ] || fail "header of response --csv"
[ "$(wc -l <response.csv)" = 130 ] || fail "response --csv has not 129 rows: $(wc -l <response.csv)"
awk -F, '$1 == 64 && ($2 < 0.999999 || $2 > 1) { exit 1 }' response.csv || fail "64 levels do not lead from w_min to w_max"
grep -q "new Chart" response.html || fail "response --plot has no chart"
expect 0 "nonlinear_ltp_ltd fitted" fit response.csv --model nonlinear_ltp_ltd -o fitted.toml --plot fit.html
expect 0 "result" run small.toml -o fitted.h5 -q --set device.preset=fitted.toml --set train.epochs=1
expect 0 "table: response.csv" response epiram --count 1 --up 64 --down 64 --start=-1 --csv response.csv
# what cannot be made again is not replaced, least of all the measurement itself
cp response.csv measurement.csv
sed -i 's/mean/weight/' measurement.csv
cp measurement.csv kept.csv
expect 2 "measurement.csv: is there and is no table of a response" response epiram --csv measurement.csv
expect 2 "measurement.csv: exists already" fit measurement.csv -o measurement.csv
expect 2 "measurement.csv: is there and is no page" fit measurement.csv --plot measurement.csv
cmp -s measurement.csv kept.csv || fail "a measurement was replaced"
expect 2 "fitted.toml: exists already" fit response.csv --model soft_bounds -o fitted.toml
expect 0 "device: fitted.toml" fit response.csv --model soft_bounds -o fitted.toml --force
mkfifo pipe
expect 2 "pipe: is no file" response epiram --csv pipe
expect 2 "pipe: is no file" fit response.csv -o pipe --force
cat >mine.csv <<'CSV'
direction,conductance,mean,std
up,1e-6,5e-7,1e-7
up,1e-5,1e-7,1e-7
down,1e-6,-1e-7,1e-7
down,1e-5,-5e-7,1e-7
CSV
printf 'model = "measured"\nfile = "mine.csv"\n' >mine.toml
mkdir elsewhere
(cd elsewhere && "$program" response ../mine.toml --count 5 >/dev/null) || fail "a device file's own file is not found from elsewhere"
printf 'model = "soft_bounds"\ndw_mim = 0.01\n' >mine.toml
expect 2 "mine.toml:2: unknown key 'device.dw_mim', did you mean 'device.dw_min'" response mine.toml
printf 'model = "soft_bounds"\ndw_min = 0\n' >mine.toml
expect 2 "mine.toml:2: device.dw_min: 0 is out of range" response mine.toml
printf 'model = "constant_step"\nw_min = 1\nw_max = -1\n' >mine.toml
expect 2 "mine.toml:2: device: w_min must be below w_max" response mine.toml
printf 'model = "measured"\nfile = "mine.csv"\n' >mine.toml
printf 'direction,conductance,mean\nup,1,2\n' >mine.csv
expect 3 "mine.csv: has no column 'std'" response mine.toml
printf 'direction,conductance,mean,std\nup,1,x,0\n' >mine.csv
expect 3 "mine.csv:2: mean: 'x' is not a number" response mine.toml
printf 'direction,conductance,mean,std\nup,1,1,0\ndown,1,-1,0\n' >mine.csv
expect 3 "mine.csv: needs two conductances at least" response mine.toml
expect 2 "is written digitally" response ideal
expect 2 "unknown device 'soft_bound', did you mean 'soft_bounds'" response soft_bound
expect 4 "no/such" response soft_bounds --csv no/such/x.csv
expect 3 "nothing.csv: cannot be read" fit nothing.csv
# a name with quotes, conductances that cannot be siemens, weights beyond every range
cp response.csv $'odd "name\\\xff.csv'
expect 0 "device: odd.toml" fit $'odd "name\\\xff.csv' --model soft_bounds -o odd.toml
expect 0 "fitted to odd" devices odd.toml
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "mean") c = i; print "pulse,conductance"; next } { print NR, 5000 + 100 * $c }' response.csv >units.csv
expect 0 "are not siemens" fit units.csv --model nonlinear_ltp_ltd -o units.toml
expect 0 "nonlinear_ltp_ltd" devices units.toml
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "mean") c = i; print "pulse,weight"; next } { print NR, 200 + 200 * $c }' response.csv >far.csv
expect 3 "far.csv: nonlinear_ltp_ltd cannot be fitted to these pulses: no parameters within their ranges describe weights" fit far.csv --model nonlinear_ltp_ltd
expect 2 "start: nan is no weight" response soft_bounds --start nan
printf 'pulse,conductance\n1,5\n' >few.csv
expect 3 "few.csv: has 1 readings" fit few.csv
printf 'pulse,conductance\n2,5\n1,6\n' >turned.csv
expect 3 "turned.csv:3: pulse: the number does not rise" fit turned.csv
expect 2 "'soft_bund' cannot be fitted, did you mean 'soft_bounds'" fit response.csv --model soft_bund
expect 2 "pulse.mode: 'stochastic' cannot be done by array.kind 'mixed_precision'" run small.toml --force \
  --set pulse.mode=stochastic --set array.kind=mixed_precision
expect 2 "cell.kind: 'differential' needs a device that is written by pulses" run small.toml --force \
  --set device.model=ideal --set cell.kind=differential
expect 2 "data.crop: 14 is out of range \[0, 13\]" run small.toml --force --set data.crop=14
expect 2 "data.augment_crop: 28 is out of range \[0, 27\] for images of 28 x 28" run small.toml --force \
  --set data.augment_crop=28
expect 2 "data.normalise: .*'channels', did you mean 'channel'" run small.toml --force --set data.normalise=channels

# bad data
expect 3 "data set 'mnist' was not found .*data-dir" run small.toml -o x.h5 --set data.name=mnist --data-dir "$work"
mkdir broken
cp /usr/share/datasets/fashion-mnist/*.gz broken/
head -c 100000 /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz >broken/train-images-idx3-ubyte.gz
expect 3 "broken/train-images-idx3-ubyte.gz: is truncated" run small.toml -o x.h5 --data-dir broken
gzip -dc /usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz >broken/train-images-idx3-ubyte
expect 3 "not an IDX file of images" run small.toml -o x.h5 --data-dir broken
expect 3 "nothing.h5" summary nothing.h5
head -c 3000 small.h5 >cut.h5
expect 3 "cut.h5" summary cut.h5
cifar=$work/cifar/cifar-10-batches-bin
mkdir -p "$cifar"
for file in data_batch_{1..5}.bin test_batch.bin; do truncate -s 30730000 "$cifar/$file"; done
expect 0 "^test_batch.bin +right size, no checksum is known" data check cifar10 --data-dir cifar
small_cifar=(small.toml --data-dir cifar --set data.name=cifar10 --set train.epochs=1)
expect 0 "^bp +bp +exact" run "${small_cifar[@]}" -o cifar.h5 -q --set data.augment_flip=true \
  --set data.augment_crop=4 --set data.normalise=channel
truncate -s 30729999 "$cifar/data_batch_1.bin"
expect 3 "data_batch_1.bin: holds 30729999 bytes, expected 30730000 \(10000 records of 3073\)" run "${small_cifar[@]}" -o x.h5
expect 3 "data_batch_1.bin: 30729999 bytes, expected 30730000" data check cifar10 --data-dir cifar
rm "$cifar/data_batch_1.bin"
expect 3 "cifar-10-batches-bin \(which lacks data_batch_1.bin\).*cifar-10-binary.tar.gz" run "${small_cifar[@]}" -o x.h5
[ -e x.h5 ] && fail "a run without data left a result"

# sequences: generated tasks, images as sequences, time series
cat >adding.toml <<'TOML'
data.name = "adding"
data.length = 10
data.train_samples = 200
data.test_samples = 500
network.layers = [ { type = "flatten" }, { units = 1, activation = "linear" } ]
train.loss = "squared_error"
train.epochs = 2
train.batch = 8
train.seeds = [0, 1]
array.kind = "exact"
[[arm]]
name = "bp"
[[arm]]
name = "slow"
train.learning_rate = 0.001
TOML
expect 0 "^always 1 +0\.1" run adding.toml
grep -q "epoch 2/2, test MSE 0" err || fail "the log of a regression has no error: $(cat err)"
grep -qE "^arm +rule +device +test MSE +95 % interval +best +MAE +RSE +CORR" out || fail "the table of a regression: $(cat out)"
grep -q accuracy out && fail "the table of a regression tells accuracies"
"$here/../result_file_opens.py" adding.h5 || fail "h5py or xarray cannot open the result of a regression"
expect 0 "^always 1 +" summary adding.h5
expect 0 '"baselines"' summary adding.h5 --format json
/usr/bin/python3 - <<'PYTHON' || fail "the JSON of a regression"
import json
run = json.load(open("out"))
arm = run["arms"]["bp"]
assert arm["test_accuracy"]["mean"] is None and arm["test_mse"]["n"] == 2 and 0 < arm["test_mse"]["mean"] < 1
assert run["differences"][0]["metric"] == "test_mse" and run["baselines"][0]["name"] == "always 1"
PYTHON
expect 0 "^bp,,,slow,test_mse," summary adding.h5 --format csv
adding() { expect 2 "$1" run adding.toml -o x.h5 "${@:2}"; }
adding "train.loss: cross_entropy is for classes, but 'adding' asks for values" --set train.loss=cross_entropy
adding "rule: 'ff' of arm 'bp' learns one class for each sample" --set arm.bp.rule=ff
adding "data.window: is without effect: data set 'adding' is not a time series" --set data.window=5
adding "data.train_limit: is without effect: .*data.train_samples" --set data.train_limit=5
adding "memtrain: --set data.validation=200: data.validation: 200 is out of range \[0, 199\]" --set data.validation=200
adding "has 1 output, but 'copy-memory' has 10 classes at 30 steps" --set data.name=copy-memory
expect 2 "data.length: is without effect: data set 'fashion-mnist' is not generated" run small.toml --force --set data.length=5
adding "data.shape: is without effect: data set 'adding' is not made of patterns" --set 'data.shape=[2, 2, 1]'
adding "data.reconstruct: is without effect: data set 'adding' has no classes" --set data.reconstruct=true
cat >patterns.toml <<'TOML'
data.name = "patterns"
data.shape = [3, 4, 1]
data.train_samples = 200
data.test_samples = 50
network.layers = [ { units = 4 }, { units = 10, activation = "softmax" } ]
train.epochs = 1
array.kind = "exact"
[[arm]]
name = "bp"
rule = "bp"
TOML
expect 0 "^bp +bp +exact" run patterns.toml -o patterns.h5 -q
expect 0 "^mean of training +" run patterns.toml -o code.h5 -q --set data.reconstruct=true \
  --set train.loss=squared_error --set 'network.layers=[{units=4}, {units=12, activation="linear"}]'
expect 2 "train.loss: cross_entropy is for classes, but data.reconstruct asks for values" run patterns.toml -o x.h5 \
  --set data.reconstruct=true
expect 2 "data.length: is without effect: data set 'patterns' has data.shape" run patterns.toml -o x.h5 --set data.length=5
expect 2 "data.shape: 0 is out of range" run patterns.toml -o x.h5 --set 'data.shape=[3, 0, 1]'
expect 2 "data.sequence: .*'row', did you mean 'rows'" run small.toml --force --set data.sequence=row
expect 2 "data.augment_flip: is without effect: data.sequence" run small.toml --force --set data.sequence=rows \
  --set data.augment_flip=true
expect 0 "^bp +bp" run small.toml -o rows.h5 -q --set data.sequence=permuted_pixels --set train.epochs=1 \
  --set 'network.layers=[{type="flatten"}, {units=10, activation="softmax"}]'
(echo "date,load,heat"; for row in $(seq 0 59); do echo "day $row,$row,$((row * 7 % 10))"; done) >series.csv
grep -vE "data.(length|train_samples|test_samples)" adding.toml >series.toml
csv=(series.toml --set data.name=csv --set data.file=series.csv --set data.window=4 --set data.horizon=2)
expect 0 "^last value +" run "${csv[@]}" -o series.h5 --set 'network.layers=[{type="flatten"}, {units=2, activation="linear"}]'
grep -q "^mean of training" out || fail "no mean of training beside a series: $(cat out)"
expect 2 "memtrain: --set data.target=laod: data.target: .*series.csv has no column 'laod', did you mean 'load'" run "${csv[@]}" -o x.h5 --set data.target=laod
expect 2 "memtrain: --set data.rows=100: data.rows: 100 is out of range \[0, 60\]" run "${csv[@]}" -o x.h5 --set data.rows=100
expect 3 "series.csv: its training part has 36 rows, but data.window = 40 with data.horizon = 2 needs 42" \
  run "${csv[@]}" -o x.h5 --set data.window=40
expect 3 "memtrain: --set data.file=none.csv: data.file: 'none.csv' was not found" run "${csv[@]}" -o x.h5 --set data.file=none.csv
sed -i '10s/,8,/,,/' series.csv
expect 3 "series.csv:10: load: is empty \(a series must not have gaps\)" run "${csv[@]}" -o x.h5
sed -i '10s/,,/,much,/' series.csv
expect 3 "series.csv:10: load: 'much' is not a number" run "${csv[@]}" -o x.h5
sed -i '10s/,much,/,8,9,/' series.csv
expect 3 "series.csv:10: has 4 fields, but the header has 3" run "${csv[@]}" -o x.h5
[ -e x.h5 ] && fail "a refused series left a result"

# names that cannot be looked at: who reads them says why
ln -s loop loop
long=$(printf 'x%.0s' {1..300})
for name in loop "$long"; do
  why="^memtrain: $name: cannot read \((Too many levels of symbolic links|File name too long)"
  expect 3 "$why" summary "$name"
  expect 3 "$why" summary "$name" --format markdown
  expect 3 "$why" report "$name" -o unread.html
  expect 3 "$why" export "$name" --csv unread
  expect 2 "^memtrain: $name: (cannot be read \(Too many levels|no such file or shipped scenario)" sweep "$name"
  expect 2 "^memtrain: $name: is no folder of a sweep" sweep "$name" --status
  expect 3 "^memtrain: --data-dir: there is no folder $name" run small.toml -o unread.h5 --data-dir "$name"
done
expect 3 "loop/plan.toml: not a plan of a sweep \(it cannot be read: Too many levels" sweep small.toml -o loop --status
ls -d unread* >/dev/null 2>&1 && fail "something was written of names that cannot be looked at"

# what a sweep is told when its plan is there already, or not yet
expect 0 "^1 points" sweep small.toml --dry-run --jobs 8
times=$(sed -nE 's/^time +(.*) of one core a point .*, (.*) with --jobs 8$/\1=\2/p' out)
[ -z "$times" ] || [ "${times%=*}" != "${times#*=}" ] && fail "one point is shared by eight jobs: $(cat out)"
expect 0 "^1 of 1 points have a result" sweep small.toml -o one -q --set train.epochs=1
for words in "--vary train.batch=1,2" "--tune train.batch=1,2" "--set train.batch=1" "--sample 1" "--data-dir ." --dry-run; do
  # shellcheck disable=SC2086 # an option and its value
  expect 2 "^memtrain: ${words%% *}: cannot be given for a sweep that has its plan already" sweep small.toml -o one --points 0 $words
done
expect 2 "^memtrain: --dry-run: cannot be given" sweep small.toml -o one --status --dry-run
expect 2 "^memtrain: --dry-run: cannot be given" sweep small.toml -o one --merge --dry-run
expect 0 "^  done +1$" sweep small.toml -o one --status --set train.epochs=1
"$program" sweep small.toml -o one --points 0 >out 2>err || fail "--points of a scenario's sweep: $(cat err)"
for option in --array=0-3 -a0-3 --dependency=singleton -d --arr=1; do
  expect 2 "^memtrain: --sbatch-option $option: --(array|dependency) cannot be given \(" sweep small.toml -o unsent \
    --engine slurm --sbatch-option="$option"
done
[ -e unsent ] && fail "a sweep that is refused left a folder"

# texts that are not UTF-8: neither a plan nor a result can hold them
odd=$'title=odd\xff'
expect 2 "is not UTF-8" run small.toml -o odd.h5 --set "$odd"
expect 2 "is not UTF-8" sweep small.toml -o odd --set "$odd"
expect 2 "is not UTF-8" sweep small.toml -o odd --vary "$odd,plain"
expect 2 "is not UTF-8" sweep small.toml -o odd --vary "${odd/=/=plain,}"
expect 2 "is not UTF-8" sweep small.toml -o odd --set data.validation=100 --tune "arm.bp.${odd/title/rule},bp"
cp small.toml $'odd\xff.toml'
expect 2 "a plan cannot name a file or folder that is not UTF-8 \(rename it\)" sweep $'odd\xff.toml' -o odd
ls -d odd odd.h5 >/dev/null 2>&1 && fail "something was written of texts that are not UTF-8"
expect 0 "result: odd.h5" run $'odd\xff.toml' -o odd.h5 -q --set train.epochs=1
/usr/bin/python3 -c 'import h5py; assert "run odd?.toml " in h5py.File("odd.h5").attrs["command"]' ||
  fail "the command line that a result keeps is not UTF-8"

# unwritable output
expect 4 "no/such: cannot write|cannot write .*no/such" run small.toml -o no/such/x.h5
expect 4 "is a folder" run small.toml -o broken
expect 2 "^memtrain: small.h5: is no folder of a sweep, .* small-sweep, where there is none" sweep small.h5 --status
full_disk() { # 4 KiB a file: as a disk that is full
  (ulimit -f 4 && exec "$program" "$@")
}
full_disk run small.toml -o x.h5 >out 2>err
[ $? = 4 ] || fail "full disk: exit code is not 4: $(cat err)"
grep -q "^memtrain: .*x.h5" err || fail "full disk: $(cat err)"
ls x.h5.part* >/dev/null 2>&1 && fail "a failed write left a part behind"

# divergence and interruption
expect 5 "diverged" run small.toml -o d.h5 -q --set arm.bp.train.learning_rate=1e6 --set arm.bp.train.loss=squared_error \
  --set 'arm.bp.network.layers=[{units=9, activation="relu"}, {units=10, activation="linear"}]'
expect 0 "diverged" summary d.h5
"$program" run small.toml -o i.h5 --set train.epochs=100000 -q >out 2>err &
child=$!
for _ in $(seq 100); do
  [ -e i.h5 ] && break
  sleep 0.1
done
sleep 1
kill -INT $child
wait $child
[ $? = 130 ] || fail "Ctrl-C: exit code is not 130"
checks=$((checks + 1))
expect 0 "interrupted" summary i.h5

# wires
grid=$here/../data/wires
expect 0 "3 word lines x 3 bit lines" wires "$grid/grid_3x3.csv"
expect 0 "^col,i_out_A,i_out_ideal_A,ratio" wires "$grid/c3x3_params.csv" --format csv
expect 3 "none.csv: cannot be read" wires none.csv
printf 'r_row,1\nV,1\nG,0,1e-3,x\n' >bad_grid.csv
expect 3 "bad_grid.csv:3: 'x' is not a number" wires bad_grid.csv
expect 2 "unknown format 'xml' .known: table, csv." wires "$grid/grid_3x3.csv" --format xml

# circuits that contradict each other
refused() { expect 2 "$1" run small.toml -o refused.h5 "${@:2}"; }
refused "adc_bound: 0 is out of range" --set periphery.adc_bits=8 --set periphery.adc_bound=0
refused "adc_bound: is without effect" --set periphery.adc_bits=0 --set periphery.adc_bound=5
refused "tile.rows: 0 is out of range" --set tile.rows=0
refused "wires: the conductances of the device of arm 'ftp' are not known" --set wires.row_segment=1
ideal=(--set device.model=ideal)
refused "wires: the device of arm 'ftp' must have bounds" "${ideal[@]}" --set wires.row_segment=1
refused "faults: the device of arm 'ftp' has no bounds" "${ideal[@]}" --set faults.stuck_low=0.1
refused "endurance.writes: is without effect in every arm: device 'ideal'" "${ideal[@]}" --set endurance.writes=10
refused "telegraph.fraction is 0" --set telegraph.amplitude=0.1
[ -e refused.h5 ] && fail "a refused scenario left a file behind"

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
