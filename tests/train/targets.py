#!/usr/bin/env python3
"""Targets that are numbers: what a trainer reports of values and of several labels is what the predictor makes of the same
files; every way of making code has the same bits, and so has a run that is resumed; what is no answer is refused."""
import json
import os
import subprocess

import numpy as np

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network m {
    input 5 mean=data std=data
    dense 12 activation=tanh
    dense 2%s
}
train {
    data npy x="x.npy" y="%s.npy" test_x="test_x.npy" test_y="test_%s.npy"
    split validation=0.2
    %s
    optimizer adam rate=0.01
    batch 32
    epochs 3
}
"""
VALUES = MODEL % ("", "y", "y", "target values scale=true\n    cost huber(0.5)\n    stop patience=9 monitor=r2")
LABELS = MODEL % (" activation=sigmoid", "t", "t", "target labels\n    stop patience=9 monitor=f1")


def netc(*options, status=0):
    done = subprocess.run([NETC, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    t.check(done.returncode == status, f"{options}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stderr


random = np.random.default_rng(3)
for prefix, count in (("", 300), ("test_", 70)):
    x = random.normal(40, 9, (count, 5)).astype(np.float32)
    np.save(f"{prefix}x.npy", x)
    np.save(f"{prefix}y.npy", np.stack([3 * x[:, 0] + 1000, (x[:, 1] - x[:, 2]) / 500], 1))
    np.save(f"{prefix}t.npy", x[:, :2] > 40)
for name, text, figures in (("values", VALUES, ("rmse", "mae", "r2")), ("labels", LABELS, ("accuracy", "exact", "f1"))):
    model = f"{name}.net"
    with open(model, "w", encoding="utf-8") as file:
        file.write(text)
    netc("train", model, *FAST, "-q", "--name", name, "--require", f"test_{figures[-1]}>=-9")
    result = t.result(name)
    netc("build", model, *FAST, "--infer", "--weights", t.folder(name) + "/weights.safetensors", "-o", f"{name}-predict")
    letter = "y" if name == "values" else "t"
    score = json.loads(subprocess.check_output([f"./{name}-predict", "--json", "--labels", f"test_{letter}.npy", "test_x.npy"]))
    for key in figures:
        t.check(np.isclose(score[key], result[f"test_{key}"], rtol=1e-5), f"test_{key}: {result[f'test_{key}']}, {score}")
    for backend, threads in (("c", 2), ("interp", 3)):
        netc("train", model, "-O0", "-q", "--name", f"{backend}_{name}", "--backend", backend, "--threads", str(threads))
        folders = (t.folder(name), t.folder(f"{backend}_{name}"))
        one, two = (t.tensors(f"{folder}/weights.safetensors") for folder in folders)
        t.check(one == two, f"{name}: other weights by {backend}")
        one, two = ([{key: cell for key, cell in row.items() if key not in t.TIMES} for row in t.rows(f"{folder}/epochs.csv")]
                    for folder in folders)
        t.check(one == two, f"{name}: other figures by {backend}: {one} {two}")
    netc("train", model, *FAST, "-q", "--name", f"parts_{name}", "--epochs", "1")
    netc("train", model, *FAST, "-q", "--name", f"parts_{name}", "--epochs", "3", "--resume")
    for file in ("weights", "best"):
        one, two = (t.tensors(f"{t.folder(run)}/{file}.safetensors") for run in (name, f"parts_{name}"))
        t.check(one == two, f"{name}: a resumed run has other {file}")

# the scale is kept with the weights, and a network without it is another function
with open("plain.net", "w", encoding="utf-8") as file:
    file.write(VALUES.replace(" scale=true", ""))
err = netc("build", "plain.net", *FAST, "--infer", "--weights", t.folder("values"), "-o", "plain", "-Werror", status=1)
t.check("these weights are of another function: layer dense2: target_scale true in the file, nothing here" in err, err)

np.save("t.npy", np.full((300, 2), 0.5))
err = netc("train", "labels.net", *FAST, "-q", status=3)
t.check("has 0.5 for output 0; target labels takes 0 and 1, target values any number [label-range]" in err, err)
