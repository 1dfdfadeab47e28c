#!/usr/bin/env python3
"""A run is resumed with the network and the settings it was begun with: what was changed in the model is named."""
import json
import os
import struct
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network m {
    input 1x28x28 mean=0.3 std=0.5
    conv 2 kernel=5 stride=3 activation=elu(0.5)
    pool max 2x2
    dropout 0.1
    hidden: dense 8 activation=tanh init=normal(0, 0.1) bias_init=zeros
    dense 10 activation=sigmoid
}
train {
    data digits
    split train=100
    cost quadratic
    log gradients neurons every=epoch probe=10
    epochs 1
}
"""


def train(model, *options):
    with open("m.net", "w", encoding="utf-8") as file:
        file.write(model)
    done = subprocess.run([NETC, "train", "m.net", *FAST, *options], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300)
    return done.returncode, done.stderr if "-q" in options else done.stdout


status, err = train(MODEL, "-q")
t.check(status == 0, err)
run = t.folder("m")
with open(f"{run}/config.json", "rb") as file:
    config = file.read()
NETWORK = [  # status 3
    (("mean=0.3", "mean=0.7"), "layer input: mean 0.3 in the run, 0.7 here"),
    (("std=0.5", "std=0.25"), "layer input: std 0.5 in the run, 0.25 here"),
    (("elu(0.5)", "elu(1)"), "layer conv1: activation elu(0.5) in the run, elu(1) here"),
    (("pool max", "pool average"), "layer pool1: method max in the run, average here"),
    (("dropout 0.1", "dropout 0.5"), "layer dropout1: share 0.1 in the run, 0.5 here"),
    (("dropout 0.1", "dropout 0.1 inverted=false"), "layer dropout1: inverted true in the run, false here"),
    (("    dropout 0.1\n", ""), "layer 3 is dropout1 (dropout) in the run, hidden (dense) here"),
    (("activation=tanh", "activation=relu"), "layer hidden: activation tanh in the run, relu here"),
    (("init=normal(0, 0.1)", "init=normal(0, 0.2)"), "layer hidden: init normal(0, 0.1) in the run, normal(0, 0.2) here"),
    (("bias_init=zeros", "bias_init=normal(0, 1)"),
     "layer hidden: bias_init constant(0) in the run, normal(0, 1) here"),
    (("bias_init=zeros", "trainable=false"), "layer hidden: trainable true in the run, false here"),
    (("dense 8", "dense 9"), "layer hidden: units 8 in the run, 9 here"),
]
SETTINGS = [  # status 2
    (("cost quadratic", "cost cross_entropy"), "cost quadratic, not cross_entropy"),
    (("probe=10", "probe=20"), "log gradients probe=10, not 20"),
    (("gradients neurons every=epoch", "gradients neurons every=1"), "log gradients every=epoch, not 1"),
    (("log gradients neurons every=epoch probe=10", "log gradients probe=10; log neurons every=2 probe=10"),
     "log neurons every=epoch, not 2"),
    (("log gradients neurons every=epoch probe=10", "log neurons probe=10"), "log gradients neurons, not neurons"),
    (("log gradients neurons every=epoch probe=10", ""), "log gradients neurons, not nothing"),
]
for (old, new), difference in NETWORK + SETTINGS:
    t.check(old in MODEL, f"{old} is not in the model")
    setting = ((old, new), difference) in SETTINGS
    status, err = train(MODEL.replace(old, new), "--resume", "--epochs", "2", "-q")
    kind = "[other-settings]" if setting else "[other-network]"
    start = "was trained with" if setting else "is a run of another network:"
    t.check(status == (2 if setting else 3) and f"{run} {start} {difference};" in err and err.endswith(kind + "\n") and
            len(err.splitlines()) == 1, f"{new}: status {status}\n{err}")
    with open(f"{run}/config.json", "rb") as file:
        t.check(file.read() == config, f"{new}: the record was changed")

# a text that means the same goes on
status, err = train(MODEL.replace("pool max 2x2", "pool max 2 stride=2  # the same"), "--resume", "--epochs", "2", "-q")
t.check(status == 0 and t.result("m")["epochs"] == 2, err)

# other names of layers are no other network, and a log may begin later: the bits are those of two epochs in one go
status, err = train(MODEL, "--name", "whole", "--epochs", "2", "-q")
t.check(status == 0, err)


def values(name):
    """The bytes of each tensor of a run's weights, whatever it is called."""
    with open(f"{t.folder(name)}/weights.safetensors", "rb") as weights:
        size = struct.unpack("<Q", weights.read(8))[0]
        header, body = json.loads(weights.read(size)), weights.read()
    header.pop("__metadata__")
    return sorted(body[slice(*tensor["data_offsets"])] for tensor in header.values())


WHOLE = values("whole")

def go_on(name, first, second, *expected):
    """One epoch of a model and one of another; what is said, with the run's folder left out."""
    begun, error = train(first, "--name", name, "-q")
    t.check(begun == 0, error)
    ended, out = train(second, "--name", name, "--resume", "--epochs", "2")
    said = [line for line in out.replace(t.folder(name), "RUN").splitlines() if line.startswith("resume  with")]
    t.check(ended == 0 and said == list(expected), f"{name}: status {ended}\n{out}")
    t.check(values(name) == WHOLE, f"{name}: other weights")


def column(name, log, title):
    return [row[title] for row in t.rows(f"{t.folder(name)}/{log}.csv")]


go_on("renamed", MODEL, MODEL.replace("hidden:", "h:"))
layers = column("renamed", "gradients", "layer")
t.check(layers.count("hidden") == layers.count("h") > 0, f"layers of the log: {layers}")
go_on("more", MODEL, MODEL.replace("log gradients", "log weights\n    log gradients"),
      "resume  with log gradients weights neurons, as the model says now; RUN had gradients neurons")
t.check(column("more", "gradients", "epoch").count("2") > 0, "gradients.csv ends with the first epoch")
t.check(set(column("more", "weights", "step")) == {"2"}, f"steps of weights.csv: {column('more', 'weights', 'step')}")
go_on("steps", MODEL, MODEL.replace("log gradients", "log steps every=1; log gradients"),
      "resume  with log gradients steps neurons, as the model says now; RUN had gradients neurons")
t.check({row["epoch"] for row in t.rows(t.folder("steps") + "/steps.csv")} == {"2"}, "steps.csv begins where it was asked for")
t.check(len(column("steps", "steps", "step")) > 1, "every=1 of a log that was added")
go_on("late", MODEL.replace("    log gradients neurons every=epoch probe=10\n", ""), MODEL,
      "resume  with log gradients neurons, as the model says now; RUN had nothing")
t.check(set(column("late", "gradients", "source")) == {"probe", "epoch"}, "gradients.csv did not begin")
t.check(len(column("late", "neurons", "step")) > 0, "neurons.csv did not begin")
