#!/usr/bin/env python3
"""Convolutions do the multiply-adds that are asked for: the terms outside of a map, which are 0, are left out in rows and
columns alike. (The weights' gradient of a padded one is a sum over columns, in which some stay.)"""
import json
import os
import subprocess
import sys

NETC, ROOT = os.environ["NETC"], os.environ["NETC_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
import nests  # noqa: E402

PADDED = """
network padded {
    input 2x9x11
    conv 8 kernel=5x5 pad=same activation=relu
    conv 8 kernel=3x5 pad=same activation=relu
    dense 10 activation=softmax
}
train { data idx images="i" labels="l" }
"""


def netc(*words):
    return subprocess.run([NETC, *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


def inside(size, window, pad):
    """How many terms of all windows of a line of a padded map lie inside."""
    return sum(0 <= i + k - pad < size for i in range(size) for k in range(window))


with open("padded.net", "w", encoding="utf-8") as file:
    file.write(PADDED)
padded = {"conv1": 2 * 8 * inside(9, 5, 2) * inside(11, 5, 2), "conv2": 8 * 8 * inside(9, 3, 1) * inside(11, 5, 2)}
MODELS = ("lenet5", "double_conv", "resnet_small")
for model in ("padded.net", *(os.path.join(ROOT, "models", name + ".net") for name in MODELS)):
    layers = json.loads(netc("show", "--json", model))["layers"]
    for cpu in ("x86-64-v3", "x86-64-v4"):
        dumps = netc("build", model, "--cpu", cpu, "--stop-after=loops", "--dump=schedule", "--dump=loops")
        done, work = {}, nests.parse_work(dumps, batch=10)
        within = {layer["name"] for layer in layers if nests.asked(layer) == layer["multiply_adds"]}
        for nest, purpose in nests.find_purposes(layers, nests.parse_schedule(dumps)).items():
            if purpose.layer.startswith("conv") and (purpose.layer in within or purpose.name != "weight gradient"):
                asked = padded[purpose.layer] if model == "padded.net" else purpose.work
                done.setdefault((purpose.layer, purpose.name, asked), []).append(work[nest])
        convs = [layer["name"] for layer in layers if layer["kind"] == "conv"]
        assert {layer for layer, name, _ in done if name == "data gradient"} == set(convs[1:]), f"{model}: {done.keys()}"
        wrong = [(*what, made) for what, made in done.items() if sum(made) != what[2]]
        assert len(done) >= 3 and not wrong, f"{model}, {cpu}: {wrong}, {len(done)}"
