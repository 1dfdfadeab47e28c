#!/usr/bin/env python3
"""How fast layers learn, over full-batch steps of deep_sigmoid.net, as a program of its own finds it: network2 of Nielsen's
book, written afresh in NumPy and float64.

From netc's own initial weights the norms agree before every step. Here some made-up images and 30 steps do; with --mnist
DIR, the folder of its files, it is the experiment of the text, 1,000 images and 500 steps with 2, 3 and 4 hidden layers,
and besides the median of netc's seeds lies within the band of as many seeds of this program.
"""
import argparse
import gzip
import os
import shutil

import _reference as r
from _reference import np

RATE, L2 = 0.1, 5.0
parser = argparse.ArgumentParser()
parser.add_argument("--mnist")
parser.add_argument("--seeds", type=int, default=10)
parser.add_argument("--depth", type=int, action="append")
asked = parser.parse_args()
MODEL = shutil.copy(os.path.join(os.environ["NETC_ROOT"], "models/deep_sigmoid.net"), "deep_sigmoid.net")  # beside its data
COUNT, STEPS, DEPTHS, TOLERANCE = (1000, 500, (2, 3, 4), 1e-3) if asked.mnist else (100, 30, (3,), 1e-5)


def read_mnist():
    """The training images and labels."""
    arrays = []
    for name, skip in (("train-images-idx3-ubyte", 16), ("train-labels-idx1-ubyte", 8)):
        path = os.path.join(asked.mnist, name)
        opened = gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb")
        with opened as file:
            arrays.append(np.frombuffer(file.read(), np.uint8, offset=skip))
    return arrays[0].reshape(-1, 784).astype(float), arrays[1].astype(int)


images, labels = read_mnist() if asked.mnist else r.write_data(COUNT, (784,), 10, 5)
x, y = images[:COUNT] / 255, np.eye(10)[labels[:COUNT]]
data = 'data mnist' if asked.mnist else r.IDX


def norms(layers):
    """Before each step: of each hidden layer, the length of the mean gradient by its biases."""
    layers = [(w.copy(), b.copy()) for w, b in layers]
    rows = []
    for _ in range(STEPS):
        outputs = [x]
        for w, b in layers:
            outputs.append(r.sigmoid(outputs[-1] @ w.T + b))
        deltas = [outputs[-1] - y]  # of the cross-entropy
        for (w, _), a in zip(layers[:0:-1], outputs[-2:0:-1]):
            deltas.insert(0, deltas[0] @ w * a * (1 - a))
        rows.append([np.linalg.norm(delta.mean(0)) for delta in deltas[:-1]])
        layers = [((1 - RATE * L2 / COUNT) * w - RATE * delta.T @ a / COUNT, b - RATE * delta.mean(0))
                  for (w, b), delta, a in zip(layers, deltas, outputs)]
    return np.array(rows)


def drawn(depth, seed):
    """Initial weights as the program of the book draws them, of its standard way."""
    random = np.random.default_rng(seed)
    sizes = [784] + [30] * depth + [10]
    return [(random.standard_normal((units, inputs)) / np.sqrt(inputs), random.standard_normal(units))
            for inputs, units in zip(sizes, sizes[1:])]


def trained(depth, seed):
    """netc's initial weights, and its norms."""
    options = ("-D", f"depth={depth}", "--set", data, "--set", f"split train={COUNT}", "--set", "batch full", "--set",
               f"log gradients every=epoch probe={COUNT}", "--seed", str(seed))
    begin = r.read_weights(r.train(MODEL, f"begin-{depth}-{seed}", *options, "--epochs", "0"))
    rows = [row for row in r.read_rows(r.train(MODEL, f"end-{depth}-{seed}", *options, "--epochs", str(STEPS)), "gradients.csv")
            if row["source"] == "probe" and int(row["step"]) < STEPS]
    names = sorted(begin)
    found = np.array([[float(row["delta_norm"]) for row in rows if row["layer"] == name] for name in names[:-1]]).T
    return [(begin[name]["weight"].reshape(begin[name]["weight"].shape[0], -1), begin[name]["bias"].ravel()) for name in names], found


for depth in asked.depth or DEPTHS:
    seeds = range(1, 1 + (asked.seeds if asked.mnist else 1))
    found = []
    for seed in seeds:
        begin, ours = trained(depth, seed)
        found.append(ours)
        if seed > 1:
            continue
        expected = norms(begin)
        if ours.shape != (STEPS, depth):
            r.fail(f"{depth} hidden layers: {ours.shape} norms, expected {(STEPS, depth)}")
        worst = (abs(ours - expected) / expected).max()
        if not worst <= TOLERANCE:
            step, layer = np.unravel_index((abs(ours - expected) / expected).argmax(), ours.shape)
            r.fail(f"{depth} hidden layers, step {step}, layer {layer + 1}: {ours[step, layer]:.6g}, expected "
                   f"{expected[step, layer]:.6g}")
        print(f"{depth} hidden layers: norms of {STEPS} steps agree to {worst:.1e}")
    if asked.mnist:
        others = range(seeds.stop, 2 * seeds.stop - 1)
        theirs = np.array([norms(drawn(depth, seed)) for seed in others])
        median = np.median(found, axis=0)
        inside = (median >= theirs.min(0)) & (median <= theirs.max(0))
        if not inside.all():
            step, layer = np.argwhere(~inside)[0]
            r.fail(f"{depth} hidden layers: the median of netc's seeds is outside of the band, first in step {step}, layer "
                   f"{layer + 1}: {median[step, layer]:.3g}, the band {theirs.min(0)[step, layer]:.3g} to "
                   f"{theirs.max(0)[step, layer]:.3g}")
        print(f"{depth} hidden layers: the median of {len(seeds)} seeds within the band of this program's {others.start} to "
              f"{others.stop - 1}, at all {STEPS} steps")
