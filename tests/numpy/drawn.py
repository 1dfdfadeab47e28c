#!/usr/bin/env python3
"""Networks drawn from the whole language against the independent NumPy model: a few steps from the same initial weights.

drawn.py [COUNT [FIRST]]: networks FIRST ... FIRST + COUNT - 1. What a number draws stays the same.
"""
import shutil
import sys

import numpy as np

import _reference as r

EXAMPLES, EPOCHS = 23, 2
GROWN = 4  # times the first cost
DRAWS = 12  # of rounding: not each of them puts a value on the other side of a kink
COMPILED = 25  # each so many-th network is trained by the compiled trainer too, to the same bits
ACTIVATIONS = sorted(r.ACTIVATIONS)


class Drawing:
    """A network being drawn: its layers, and the shape of what flows after each."""

    def __init__(self, number):
        self.random = np.random.default_rng(number)
        self.layers, self.shapes, self.count = [], {}, 0

    def one_of(self, *choices):
        return choices[self.random.integers(len(choices))]

    def between(self, low, high):
        return int(self.random.integers(low, high + 1))

    def happens(self, share):
        return self.random.random() < share

    def add(self, shape, **spec):
        """Each layer has a label, so that any later one can read it."""
        self.count += 1
        self.name = f"l{self.count}"
        self.layers.append({**spec, "label": self.name})
        self.shape = self.shapes[self.name] = shape

    def maybe(self, share, **options):
        return options if self.happens(share) else {}

    # ---- layers ----
    def window(self, least, most, conv):
        """Of maps as they are: kernel, stride, padding and dilation, and the size of what comes out."""
        size = self.shape[1:]
        kernel = tuple(self.between(least, min(most, side)) for side in size)
        stride = tuple(self.between(1, 2) for _ in size)
        words = ["same", tuple(self.between(0, k // 2) for k in kernel), (0, 0)] if conv else [(0, 0)]
        pad = self.one_of(*words)
        dilation = (1, 1)
        if conv and self.happens(0.3):
            most = [(h - 1) // (k - 1) if k > 1 else 3 for h, k in zip(size, kernel)]
            dilation = tuple(self.between(1, min(3, d)) for d in most)
        reach = r.reaches(kernel, dilation)
        padded = [h + sum(p) for h, p in zip(size, r.paddings(size, reach, stride, pad))]
        return kernel, stride, pad, dilation, tuple((h - k) // s + 1 for h, k, s in zip(padded, reach, stride))

    def weighted(self):
        return {**self.maybe(0.3, bias=False), **self.maybe(0.1, trainable=False)}

    def conv(self, activation=None):
        kernel, stride, pad, dilation, size = self.window(1, 3, True)
        common = [g for g in range(2, self.shape[0] + 1) if self.shape[0] % g == 0]
        groups = self.one_of(*common) if common and self.happens(0.4) else 1
        maps = groups * self.between(1, 3) if groups > 1 else self.between(1, 6)
        self.add((maps, *size), kind="conv", maps=maps, kernel=kernel, stride=stride, pad=pad, dilation=dilation, groups=groups,
                 activation=activation or self.one_of(*ACTIVATIONS), **self.weighted())

    def pool(self):
        if self.happens(0.2):
            self.add((self.shape[0], 1, 1), kind="pool", method=self.one_of("max", "average"), window="global")
            return
        kernel, stride, _, _, size = self.window(1, 3, False)
        self.add((self.shape[0], *size), kind="pool", method=self.one_of("max", "average", "l2"), window=kernel,
                 stride=stride, **self.maybe(0.2, activation=self.one_of(*ACTIVATIONS)))

    def dense(self, units=None, activation=None):
        units = units or self.between(2, 12)
        self.add((units,), kind="dense", units=units, activation=activation or self.one_of(*ACTIVATIONS),
                 **self.weighted())

    def batchnorm(self):
        if "bias" not in self.layers[-1] and self.layers[-1]["kind"] in ("conv", "dense"):
            self.layers[-1]["bias"] = False  # its gradient would be 0 but for rounding
        if self.layers[-1]["kind"] == "batchnorm" and self.layers[-1]["activation"] == "linear":
            self.layers[-1]["activation"] = "tanh"  # the same
        self.add(self.shape, kind="batchnorm", epsilon=self.one_of(1e-5, 0.01), momentum=self.one_of(0.9, 0.5),
                 activation=self.one_of(*ACTIVATIONS), **self.maybe(0.3, scale=False),
                 **self.maybe(0.15, trainable=False))

    def join(self):
        """add of what has the same shape, concat of what has the same rows and columns."""
        same = [name for name, shape in self.shapes.items() if shape == self.shape and name != self.name]
        beside = [name for name, shape in self.shapes.items() if shape[1:] == self.shape[1:] and name != self.name]
        if same and self.happens(0.6):
            labels = [self.one_of(*same) for _ in range(self.between(1, 2))]
            self.add(self.shape, kind="add", labels=labels, **self.maybe(0.5, activation=self.one_of(*ACTIVATIONS)))
        elif beside:
            labels = [self.one_of(*beside) for _ in range(self.between(1, 2))]
            channels = self.shape[0] + sum(self.shapes[name][0] for name in labels)
            self.add((channels, *self.shape[1:]), kind="concat", labels=labels,
                     **self.maybe(0.5, activation=self.one_of(*ACTIVATIONS)))

    def branch(self):
        """Two ways from one place: the second layer reads what the first one reads."""
        above, way = self.name, self.shape
        if len(way) == 1:
            self.dense(activation="tanh")
            first, self.shape = self.name, way
            self.layers.append({"kind": "dense", "units": 3, "activation": "sigmoid", "from": above})
        else:
            self.conv(activation="tanh")
            self.layers[-1].update(stride=(1, 1), pad="same")
            self.shape = self.shapes[self.name] = (self.shape[0], *way[1:])
            first = self.name
            self.layers.append({"kind": "conv", "maps": 3, "kernel": (1, 1), "activation": "sigmoid", "from": above})
        spec = self.layers.pop()
        self.add((3, *way[1:]), **spec)
        self.add((3 + self.shapes[first][0], *way[1:]), kind="concat", labels=[first])

    def flatten(self):
        self.add((int(np.prod(self.shape)),), kind="flatten")

    # ---- the whole ----
    def network(self):
        self.input = (self.between(1, 3), self.between(5, 9), self.between(5, 9)) if self.happens(0.7) else (
            self.between(4, 20),)
        self.shape, self.name = self.input, "input"
        self.shapes["input"] = self.input
        for _ in range(self.between(1, 6)):
            maps = len(self.shape) == 3
            kinds = ["dense", "activation", "batchnorm", "join", "branch"] if not maps else [
                "conv", "conv", "conv", "pool", "activation", "batchnorm", "join", "branch", "flatten"]
            kind = self.one_of(*kinds)
            if kind == "activation":
                self.add(self.shape, kind="activation", activation=self.one_of(*ACTIVATIONS))
            elif kind in ("batchnorm", "join") and not self.layers:
                self.conv() if maps else self.dense()
            else:
                getattr(self, kind)()
        return self.end()

    def end(self):
        cost, activation = self.one_of(("log_likelihood", "softmax"), ("cross_entropy", "sigmoid"), ("quadratic", "sigmoid"),
                                       ("quadratic", "linear"))
        target = "input" if cost != "log_likelihood" and self.happens(0.3) else "class"
        classes = self.between(2, 5)
        self.dense(int(np.prod(self.input)) if target == "input" else classes, activation)
        self.layers[-1].pop("trainable", None)
        return {"cost": cost, "target": target, "classes": classes}

    def optimizer(self):
        rate = self.one_of(0.003, 0.02)
        return self.one_of((r.Sgd, rate), (r.Sgd, rate, 0.9), (r.Sgd, rate, 0.5, True), (r.Adam, 0.01, 0.8, 0.99, 1e-3),
                           (r.Adamw, 0.01, 0.8, 0.99, 1e-3, 0.1), (r.Rmsprop, 0.005, 0.9, 1e-3))

    def penalties(self, optimizer):
        keys = ("l1",) if optimizer is r.Adamw else ("l1", "l2")
        return {key: self.one_of(0.1, 2.0) for key in keys if self.happens(0.3)}


def check(number):
    """One network, in drawn.net. False: its cost grows, and rounding with it, so that nothing can be said."""
    d = Drawing(number)
    goal = d.network()
    make, *numbers = d.optimizer()
    penalties = d.penalties(make)
    batch = d.one_of(0, 7, 16)
    scaled = d.happens(0.3) and "mean=data std=data" or ""
    decay = d.one_of(0.3, 0.9) if d.happens(0.25) else 0
    flat = d.input if len(d.input) == 3 else (*d.input, 1)
    images, labels = r.write_data(EXAMPLES, flat, goal["classes"], number)
    images = images.reshape(EXAMPLES, *d.input)
    settings = [f"cost {goal['cost']}", f"target {goal['target']}", f"optimizer {make(*numbers).line}",
                f"batch {batch or 'full'}"]
    settings += ["regularize " + " ".join(f"{key}={value}" for key, value in penalties.items())] if penalties else []
    settings += [f"average decay={decay}"] if decay else []
    r.write_model("drawn.net", d.input, d.layers, settings, scaled)
    shutil.rmtree("runs", ignore_errors=True)
    initial = r.read_weights(r.train("drawn.net", "begin", "--backend", "interp", "--epochs", "0"))
    found = r.read_weights(r.train("drawn.net", "end", "--backend", "interp", "--epochs", str(EPOCHS)))
    if number % COMPILED == 0:
        compiled = r.read_weights(r.train("drawn.net", "compiled", "--epochs", str(EPOCHS)))
        for layer, values in found.items():
            for key, value in values.items():
                if not np.array_equal(value, compiled[layer][key], equal_nan=True):
                    r.fail(f"network {number} (drawn.net): {layer}.{key}: other bits by the compiled trainer")
    statistics = {}
    if scaled:
        axes = (0, 2, 3) if len(d.input) == 3 else 0
        deviation = (images / 255).std(axes)
        statistics = {"mean": (images / 255).mean(axes), "std": np.where(deviation > 0, deviation, 1)}
    frozen = {layer["label"] for layer in d.layers if not layer.get("trainable", True)}

    def steps(random):
        """The parameters after all steps, the costs on the way, and what of it an optimiser makes of noise."""
        stored = {key: value.astype(np.float32) if random else value for key, value in statistics.items()}
        network = r.Network(d.layers, goal["cost"], goal["target"], **stored)
        params = {layer: dict(values) for layer, values in initial.items() if layer != "input"}
        average, optimizer, costs = r.Average(decay, params), make(*numbers), []
        for layer in network.layers:
            layer.random = random
        for epoch in range(EPOCHS):
            order = np.array(r.permutation(1, epoch + 1, EXAMPLES)) if batch else np.arange(EXAMPLES)
            for first in range(0, EXAMPLES, batch or EXAMPLES):
                rows = order[first:first + (batch or EXAMPLES)]
                costs.append(network.step(params, images[rows], labels[rows], optimizer, EXAMPLES, penalties.get("l2", 0),
                                          penalties.get("l1", 0), frozen) / len(rows))
                average.follow(params)
        return average.params, costs, getattr(optimizer, "noise", {})

    params, costs, noise = steps(None)
    if not max(costs) < GROWN * costs[0]:
        return False
    found.pop("input", None)
    r.compare_params(f"network {number} (drawn.net)", found, params, noise=noise,
                     rounded=(steps(np.random.default_rng([number, k]))[0] for k in range(DRAWS)))
    return True


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    failed = grown = 0
    for number in range(first, first + count):
        try:
            grown += not check(number)
        except SystemExit:
            failed += 1
            shutil.copy("drawn.net", f"failed-{number}.net")
    print(f"{count} networks: {failed} failed, {grown} with a cost that grows")
    sys.exit(failed > 0 or grown > count / 20)


if __name__ == "__main__":
    main()
