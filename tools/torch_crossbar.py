#!/usr/bin/python3
"""Trains an arm of a scenario in PyTorch: exact, or on the quickstart's device and circuits. For tools/head-to-head.

Written as one writes it with tensors: reads and updates are operations on whole matrices, and errors are
carried back by hand, which is quicker than autograd. Equations: devices/PHYSICS.md. Two ways to apply the
pulses of a mini-batch:

sample by sample   as memtrain does: slot after slot, the crosspoints whose row and column fire get a pulse
at once            the coincidences of the mini-batch are counted by two matrix products, one up and one down;
                   each device gets its pulses at the weight it had before, with one Gaussian for all of them

Settings are those of the first arm of what `memtrain validate` prints; what is not here (wires, faults, drift,
cells, ...) is off in the quickstart. Prints a line of JSON for every seed.
"""
import argparse
import gzip
import json
import math
import tomllib
from pathlib import Path

import torch

EVALUATED_AT_ONCE = 500


def images(folder, part):
    """Pixels from 0 to 1, an image a row, and labels of an IDX data set."""
    def contents(name, header):
        unpacked = gzip.decompress((Path(folder) / name).read_bytes())
        return torch.frombuffer(bytearray(unpacked[header:]), dtype=torch.uint8)
    labels = contents(f"{part}-labels-idx1-ubyte.gz", 8).long()
    return contents(f"{part}-images-idx3-ubyte.gz", 16).view(len(labels), -1).float() / 255, labels


class Reading:
    """One direction of a read: DAC, noise, ADC, with the largest input of every vector at full scale."""

    def __init__(self, periphery):
        self.noise = periphery["read_noise"]
        self.dac_step = 1 / (2 ** (periphery["dac_bits"] - 1) - 1)
        self.adc_bound = periphery["adc_bound"]
        self.adc_step = self.adc_bound / (2 ** (periphery["adc_bits"] - 1) - 1)

    def read(self, x, weights):
        """Vectors (rows of x) times a matrix of inputs × outputs."""
        scale = x.abs().amax(dim=1, keepdim=True)
        driven = x / torch.where(scale > 0, scale, torch.ones(()))
        y = (driven / self.dac_step).round_().mul_(self.dac_step) @ weights
        y.add_(torch.randn_like(y), alpha=self.noise)
        y.clamp_(-self.adc_bound, self.adc_bound).div_(self.adc_step).round_().mul_(self.adc_step)
        return y.mul_(scale)


class Crossbar:
    """A matrix of soft_bounds devices [outputs × inputs], each with steps and bounds of its own."""

    def __init__(self, outputs, inputs, settings, update):
        device, self.pulse = settings["device"], settings["pulse"]
        self.step, self.cycle_noise = device["dw_min"], device["dw_min_std"]
        gain = 1 + device["dw_min_dtod"] * torch.randn(outputs, inputs)
        skew = device["up_down_dtod"] * torch.randn(outputs, inputs)
        self.up, self.down = self.step * (gain + skew).abs(), self.step * (gain - skew).abs()
        high = device["w_max"] * (1 + device["w_max_dtod"] * torch.randn(outputs, inputs))
        low = device["w_min"] * (1 + device["w_min_dtod"] * torch.randn(outputs, inputs))
        self.high, self.low = torch.maximum(high, low).abs(), -torch.minimum(high, low).abs()
        self.up_slope, self.down_slope = self.up / self.high, self.down / self.low
        self.weights = (torch.randn(outputs, inputs) / math.sqrt(inputs)).clamp(self.low, self.high)
        self.forward_reading = Reading(settings["periphery"])
        self.transposed_reading = Reading(settings["periphery"]["transposed"])
        parts = math.ceil(inputs / settings["tile"]["rows"])
        self.tiles = [(t * inputs // parts, (t + 1) * inputs // parts) for t in range(parts)]
        self.update = {"sample by sample": self.update_sample_by_sample, "at once": self.update_at_once}[update]
        self.pulses = 0

    def forward(self, x):
        return sum(self.forward_reading.read(x[:, a:b], self.weights[:, a:b].t()) for a, b in self.tiles)

    def transposed(self, d):
        return self.transposed_reading.read(d, self.weights)

    def drive(self, x, d, rate):
        """Slots of every sample's trains, and the probabilities with which lines fire in one, with signs."""
        largest_x, largest_d = x.abs().amax(dim=1), d.abs().amax(dim=1)
        wanted = rate / len(x) / self.step * largest_x * largest_d
        slots = wanted.ceil().clamp(0, self.pulse["train_length"])
        amplitude = (rate / len(x) / self.step / slots.clamp(min=1)).sqrt()
        balance = (largest_x / largest_d.clamp(min=1e-30)).sqrt().clamp(min=1e-30)
        return slots.long(), x * (amplitude / balance)[:, None], d * (amplitude * balance)[:, None]

    def fire(self, x, d, rate):
        """The slots of all samples, one a row: −1, 0 or +1 for every line; up is where the signs differ."""
        slots, columns, rows = self.drive(x, d, rate)
        sample = torch.repeat_interleave(torch.arange(len(x)), slots)
        columns, rows = columns[sample], rows[sample]
        fired = columns.sign() * (torch.rand_like(columns) < columns.abs())
        signs = -rows.sign() * (torch.rand_like(rows) < rows.abs())
        return fired, signs

    def update_sample_by_sample(self, x, d, rate):
        fired, signs = self.fire(x, d, rate)
        for column_signs, row_signs in zip(fired, signs):
            columns, rows = column_signs.nonzero()[:, 0], row_signs.nonzero()[:, 0]
            self.pulses += len(columns) * len(rows)
            at = (rows[:, None], columns[None, :])
            up = row_signs[rows][:, None] * column_signs[columns] > 0
            w, high, low = self.weights[at], self.high[at], self.low[at]
            step = torch.where(up, self.up[at], -self.down[at]).mul_(1 - w / torch.where(up, high, low))
            step.mul_(torch.randn_like(w).mul_(self.cycle_noise).add_(1))
            self.weights[at] = w.add_(step).clamp_(low, high)

    def update_at_once(self, x, d, rate):
        fired, signs = self.fire(x, d, rate)
        difference, up = signs.t() @ fired, signs.abs().t() @ fired.abs()
        self.pulses += int(up.sum())
        up.add_(difference).mul_(0.5)
        down = up - difference
        step_up = torch.addcmul(self.up, self.up_slope, self.weights, value=-1)
        step_down = torch.addcmul(self.down, self.down_slope, self.weights, value=-1)
        self.weights.addcmul_(up, step_up).addcmul_(down, step_down, value=-1)
        variance = up.mul_(step_up.square_()).addcmul_(down, step_down.square_())
        self.weights.addcmul_(variance.sqrt_(), torch.randn_like(variance), value=self.cycle_noise)
        self.weights.clamp_(self.low, self.high)


class CrossbarNetwork:
    """Dense layers with tanh and a softmax output on crossbars, trained by backprop; digital biases."""

    def __init__(self, sizes, settings, update):
        self.rate = settings["train"]["learning_rate"]
        self.arrays = [Crossbar(n, m, settings, update) for m, n in zip(sizes, sizes[1:])]
        self.biases = [torch.zeros(n) for n in sizes[1:]]

    @property
    def pulses(self):
        return sum(array.pulses for array in self.arrays)

    def activities(self, x):
        h = [x]
        for array, bias in zip(self.arrays[:-1], self.biases):
            h.append((array.forward(h[-1]) + bias).tanh_())
        h.append(self.arrays[-1].forward(h[-1]) + self.biases[-1])
        return h

    def outputs(self, x):
        return self.activities(x)[-1]

    def learn(self, x, labels):
        h = self.activities(x)
        logarithms = torch.log_softmax(h[-1], dim=1)
        errors = [logarithms.exp() - torch.nn.functional.one_hot(labels, logarithms.shape[1])]
        for array, activity in zip(self.arrays[:0:-1], h[-2:0:-1]):
            errors.append(array.transposed(errors[-1]) * (1 - activity.square()))
        for array, bias, before, d in zip(self.arrays, self.biases, h, reversed(errors)):
            array.update(before, d, self.rate)
            bias.sub_(d.mean(dim=0), alpha=self.rate)
        return float(torch.nn.functional.nll_loss(logarithms, labels))


class ExactNetwork:
    """The same network as one writes it in PyTorch."""

    pulses = 0

    def __init__(self, sizes, settings):
        layers = []
        for m, n in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(m, n), torch.nn.Tanh()]
            torch.nn.init.normal_(layers[-2].weight, std=1 / math.sqrt(m))
            torch.nn.init.zeros_(layers[-2].bias)
        self.model = torch.nn.Sequential(*layers[:-1])
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=settings["train"]["learning_rate"])

    def outputs(self, x):
        return self.model(x)

    def learn(self, x, labels):
        with torch.enable_grad():
            loss = torch.nn.functional.cross_entropy(self.model(x), labels)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
        return float(loss)


def make_network(settings, update, inputs):
    """Of the settings of an arm; `update` says how pulses are applied, where weights are devices."""
    sizes = [inputs, *(layer["units"] for layer in settings["network"]["layers"])]
    if settings["array"]["kind"] == "exact":
        return ExactNetwork(sizes, settings)
    return CrossbarNetwork(sizes, settings, update)


@torch.no_grad()
def accuracy(network, inputs, labels):
    right = sum(int((network.outputs(x).argmax(dim=1) == y).sum())
                for x, y in zip(inputs.split(EVALUATED_AT_ONCE), labels.split(EVALUATED_AT_ONCE)))
    return right / len(labels)


@torch.no_grad()
def train(network, settings, train_data, test_data):
    """Trains, tests after every epoch as memtrain does, and tells how it ended."""
    inputs, labels = train_data
    for _ in range(settings["train"]["epochs"]):
        loss = 0.0
        for which in torch.randperm(len(labels)).split(settings["train"]["batch"]):
            loss += network.learn(inputs[which], labels[which]) * len(which)
        found = accuracy(network, *test_data)
    seen = settings["train"]["epochs"] * len(labels)
    return {"accuracy": found, "loss": loss / len(labels), "pulses": network.pulses / seen}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", metavar="SETTINGS.toml", help="as `memtrain validate` prints them")
    parser.add_argument("data", metavar="DIR", help="folder of the data set")
    parser.add_argument("--update", choices=["sample by sample", "at once"], default="sample by sample")
    given = parser.parse_args()
    scenario = tomllib.loads(Path(given.settings).read_text())
    settings = scenario["arm"][0]
    torch.set_num_threads(1)
    limits = {"train": scenario["data"]["train_limit"], "t10k": scenario["data"]["test_limit"]}
    train_data, test_data = ([values[:limit or None] for values in images(given.data, part)]
                             for part, limit in limits.items())
    for seed in scenario["train"]["seeds"]:
        torch.manual_seed(seed)
        network = make_network(settings, given.update, train_data[0].shape[1])
        print(json.dumps(train(network, settings, train_data, test_data)), flush=True)


if __name__ == "__main__":
    main()
