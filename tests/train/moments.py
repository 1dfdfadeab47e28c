#!/usr/bin/env python3
"""What is kept from step to step beside the weights, by an optimiser or as their average, with its gradient clipped too: a run that is killed goes on
with it, weights files have none of the optimiser's, and a run that starts from weights starts it anew."""
import os
import random
import struct
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
RATE = 0.01
MODEL = """network moments {
    input 784
    dense 90 activation=relu
    dense 10 activation=softmax
}
train {
    split train=600 validation=100
    optimizer %s
    regularize l1=0.1
    batch 20
    epochs 6
}
"""
OPTIMIZERS = {"nesterov": f"sgd rate={RATE} momentum=0.9 nesterov=true", "adam": f"adam rate={RATE}",
              "average": f"sgd rate={RATE}\n    average decay=0.95", "clipped": f"sgd rate={RATE} momentum=0.9\n    clip norm=0.3"}
FLAGS = {"nesterov": "--momentum", "adam": "--epsilon", "average": "--average-decay", "clipped": "--clip-norm"}


def tensors(path):
    """The values of a safetensors file, by name."""
    return {name: [value for value, in struct.iter_unpack("<f", values)] for name, values in t.tensors(path).items()}


def weights(name):
    return tensors(t.folder(name) + "/weights.safetensors")


def try_killed(name):
    """Killed at any moment, going on with another number of threads."""
    t.run("-q", "--name", f"{name}-whole")
    whole, dice = t.contents(f"{name}-whole"), random.Random(1)
    kills = t.killed_often(f"{name}-killed", dice, 0.2)
    t.same(f"{name}-killed", whole, f"{name}, killed {kills} times")
    t.check(kills > 0, f"{name}: never killed")


def try_anew():
    """Adam's first step is by its rate, but where the gradient is next to nothing, or nothing; with moments that were
    kept it would not be."""
    source = t.folder("adam-whole")
    t.run("-q", "--name", "from", "--weights", source, "--epochs", 0, "--l1", 0)
    t.run("-q", "--name", "step", "--weights", source, "--epochs", 1, "--batch", "full", "--l1", 0)
    t.run("-q", "--name", "steps", "--weights", source, "--epochs", 2, "--batch", "full", "--l1", 0)
    before, after, later = (weights(name) for name in ("from", "step", "steps"))
    t.check(set(before) == {f"dense{i}.{part}" for i in (1, 2) for part in ("weight", "bias")}, f"kept: {set(before)}")
    moved = [abs(a - b) / RATE for name in before for a, b in zip(before[name], after[name])]
    t.check(max(moved) < 1.001 and sum(share > 0.99 for share in moved) > 1000,
            f"a first step by up to {max(moved)} of the rate")
    t.check(any(abs(abs(a - b) / RATE - 1) > 0.1 for a, b in zip(after["dense2.bias"], later["dense2.bias"])),
            "the second step knows nothing of the first")


def try_changed(name):
    """Another optimizer, or another of its numbers, is refused."""
    t.run("-q", "--time-limit", "0.000001s", "--name", "changed")
    flag = FLAGS[name]
    out, err = t.run("-q", "--resume", "--name", "changed", flag, "0.5", status=2)
    t.check(f"(leave {flag} out)" in err, err)
    command = [NETC, "train", f"{name}.net", *FAST, "-q", "--resume", t.folder("changed")]
    done = subprocess.run([*command, "--set", f"optimizer rmsprop rate={RATE}"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    method = OPTIMIZERS[name].split()[0]
    t.check(done.returncode == 2 and f"was trained with optimizer {method}, not rmsprop" in done.stderr,
            f"status {done.returncode}: {done.stderr}")
    t.remove("changed")


for name, line in OPTIMIZERS.items():
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % line)
    subprocess.run([NETC, "build", f"{name}.net", *FAST, "-o", name], check=True)
    t.TRAINER = os.path.abspath(name)
    try_killed(name)
    try_changed(name)
    if name == "adam":
        try_anew()
print("ok")
