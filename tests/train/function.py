#!/usr/bin/env python3
"""Weights of another function: trainers, --evaluate and build say what the file computes otherwise than the model, and
nothing where only the training differs."""
import json
import os
import struct
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """let act = tanh
network m {
    input 1x28x28 mean=0.4
    conv 2 kernel=5 stride=3 activation=leaky_relu(0.1)
    pool max 2x2
    dropout 0.5
    hidden: dense 8 activation=act init=normal(0, 0.1)
    dense 10 activation=softmax
}
train {
    data digits
    split train=200
    epochs 1
}
"""


def write(name, *changes, model=MODEL):
    for old, new in changes:
        t.check(old in model, f"{old} is not in the model")
        model = model.replace(old, new)
    with open(name, "w", encoding="utf-8") as file:
        file.write(model)
    return name


def netc(*arguments, status=0):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    t.check(done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def said_by_trainer(model, weights, *options):
    return netc("train", model, *FAST, "-q", "--run-dir", "other", "--epochs", "0", "--weights", weights, *options)[1]


def said_by_build(model, weights, *options, status=0):
    return netc("build", model, "--infer", "--weights", weights, "--emit", "onnx", "-o", "out.onnx", *options,
                status=status)[1]


def header(path):
    with open(path, "rb") as file:
        return json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))


def rewrite(path, change):
    """A copy of a weights file with its metadata changed by a function."""
    with open(path, "rb") as file:
        parsed = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        values = file.read()
    change(parsed["__metadata__"])
    text = json.dumps(parsed).encode()
    with open("changed.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values)
    return "changed.safetensors"


write("m.net")
netc("train", "m.net", *FAST, "-q", "--set", "split train=200 validation=100", "--epochs", "2")
run = t.folder("m")
BEST = f"{run}/best.safetensors"
EPOCH = header(BEST)["__metadata__"]["epoch"]
t.check(EPOCH == str(t.result("m")["best_epoch"]) and header(f"{run}/weights.safetensors")["__metadata__"]["epoch"] == "2",
        f"epochs of the weight files: {EPOCH}")

# ---- another function ----
TAKEN = f"netc: weights from {BEST}, epoch {EPOCH}\n"
OTHER = [
    ([("act = tanh", "act = sigmoid")], "layer hidden: activation tanh in the file, sigmoid here", 7),
    ([("mean=0.4", "mean=0.2")], "layer input: mean 0.4 in the file, 0.2 here", 3),
    ([("mean=0.4", "std=0.5 mean=0.4")], "layer input: std 1 in the file, 0.5 here", 3),
    ([("leaky_relu(0.1)", "leaky_relu(0.2)")],
     "layer conv1: activation leaky_relu(0.1) in the file, leaky_relu(0.2) here", 4),
    ([("pool max", "pool average")], "layer pool1: method max in the file, average here", 5),
    ([("dropout 0.5", "dropout 0.5 inverted=false")],
     "layer 3 is hidden (dense) in the file, dropout1 (dropout) here", 6),
    ([("dropout 0.5", "activation relu")], "layer pool1: activation linear in the file, relu here", 5),
    ([("activation=act", ""), ("    dense 10", "    activation relu\n    dense 10")],
     "layer hidden: activation tanh in the file, relu here", 7),
]
for changes, difference, line in OTHER:
    write("other.net", *changes)
    err = said_by_trainer("other.net", run)
    t.check(err == f"netc train: warning: {BEST}: these weights are of another function: {difference} [other-function]\n",
            f"{changes}: {err}")
    err = said_by_build("other.net", run)
    t.check(err.startswith(TAKEN + f"other.net:{line}:5: warning: these weights are of another function: {difference} "
                           "[other-function]\n") and f"  help: 'netc show {BEST}'" in err, f"{changes}: {err}")
write("other.net", *OTHER[0][0])
err = netc("train", "other.net", *FAST, "--evaluate", "--weights", run)[1]
t.check("another function" in err, f"--evaluate: {err}")
err = said_by_build("other.net", run, "-Werror", status=1)
t.check("error: these weights" in err, f"-Werror: {err}")
t.check(said_by_build("other.net", run, "-Wno-other-function") == TAKEN, "-Wno-other-function")
out, _ = netc("train", "m.net", *FAST, "--evaluate", "--weights", run)
t.check(f"weights from {BEST}, epoch {EPOCH}\n" in out, f"which weights: {out}")

# ---- how networks answer together ----
write("vote.net")
netc("train", "vote.net", *FAST, "-q", "--set", "split train=200 validation=100", "--epochs", "1", "--set", "ensemble 2 combine=vote",
     "--name", "vote")
DIFFERENCE = "these weights are of another function: there the networks answer together by vote, here by mean [other-function]\n"
for combine, said in (("", DIFFERENCE), ("combine=mean", DIFFERENCE), ("combine=vote", "")):
    err = netc("train", "vote.net", *FAST, "-q", "--evaluate", "--weights", t.folder("vote"), "--set", f"ensemble 2 {combine}")[1]
    t.check(err.count(DIFFERENCE) == (said != ""), f"--evaluate {combine}: {err}")
    err = said_by_build("vote.net", t.folder("vote"), "--set", f"ensemble 2 {combine}")
    t.check(err.count(DIFFERENCE) == (said != ""), f"build {combine}: {err}")

# ---- the same function ----
SAME = [
    [],
    [("dropout 0.5", "dropout 0.2")],
    [("    dropout 0.5\n", "    flatten\n    activation linear\n")],
    [("normal(0, 0.1)", "zeros"), ("hidden: dense 8", "hidden: dense 8 trainable=false")],
    [("pool max 2x2", "p: pool max 2 stride=2 pad=0")],
    [("split train=200", "split train=100\n    cost log_likelihood\n    regularize l2=1")],
    [("stride=3", "stride=3 dilation=1x1 groups=1")],
    [("mean=0.4", "mean=[0.4]")],
    [("activation=act", ""), ("dense 10 activation=softmax", "activation act\n    dense 10\n    activation softmax")],
]
for changes in SAME:
    write("same.net", *changes)
    t.check(said_by_trainer("same.net", run) == "", f"{changes}: {said_by_trainer('same.net', run)}")
    t.check(said_by_build("same.net", run) == TAKEN, f"{changes}: {said_by_build('same.net', run)}")

# ---- layers that read several ----
WAYS = MODEL.split("    conv")[0].replace("m {", "ways {") + """    first: dense 8 activation=tanh
    second: dense 8
    dropout 0.5
    x:
    third: dense 8 activation=act from=first
    add x first activation=relu
    concat third first
""" + MODEL.split("init=normal(0, 0.1)\n")[1]
write("ways.net", model=WAYS)
netc("train", "ways.net", *FAST, "-q")
ways = f"{t.folder('ways')}/weights.safetensors"
for changes, difference in [
    ([("add x first", "add x")], "layer add1: from third, second, first in the file, third, second here"),
    ([("concat third first", "concat first third")],
     "layer concat1: from add1, third, first in the file, add1, first, third here"),
    ([("act from=first", "act from=second")],
     "layer third: from first in the file, second here"),
]:
    write("joined.net", *changes, model=WAYS)
    t.check(difference in said_by_trainer("joined.net", ways), f"{changes}: {said_by_trainer('joined.net', ways)}")
for changes in [
    [],
    [("    dropout 0.5\n", "")],
    [("    first: dense 8 activation=tanh", "    d: dense 8\n    first: activation tanh")],
    [("add x first activation=relu", "add x first\n    activation relu")],
]:
    write("joined.net", *changes, model=WAYS)
    said = said_by_trainer("joined.net", ways, *(["--rename", "first=d"] if "d: dense" in str(changes) else []))
    t.check("[other-function]" not in said, f"{changes}: {said}")

# ---- an input that dense layers alone read is a list of its values ----
FLAT = MODEL.split("    conv")[0].replace("m {", "flat {") + MODEL.split("    dropout 0.5\n")[1]
write("flat.net", model=FLAT)
netc("train", "flat.net", *FAST, "-q")
flat = f"{t.folder('flat')}/weights.safetensors"
for shape in ("784", "28x28x1", "4x14x14"):
    write("same.net", ("1x28x28", shape), ("data digits", 'data idx images="i" labels="l"'), model=FLAT)
    t.check("[other-function]" not in said_by_build("same.net", flat), f"input {shape}: {said_by_build('same.net', flat)}")
write("same.net", ("1x28x28", "784"), model=FLAT)
t.check(said_by_trainer("same.net", flat) == "", f"input 784: {said_by_trainer('same.net', flat)}")
write("list.net", ("1x28x28", "784"), ("mean=0.4", "mean=0.2"), model=FLAT)
err = said_by_trainer("list.net", flat)
t.check("layer input: mean 0.4 in the file, 0.2 here" in err, f"input 784 mean=0.2: {err}")

# ---- renamed and skipped layers ----
write("renamed.net", ("hidden:", "h:"))
t.check(said_by_trainer("renamed.net", run, "--rename", "hidden=h") == "", "--rename")
write("renamed.net", ("hidden:", "h:"), ("act = tanh", "act = relu"))
err = said_by_trainer("renamed.net", run, "--rename", "hidden.weight=h.weight", "--rename", "hidden.bias=h.bias")
t.check("layer h: activation tanh in the file, relu here" in err, f"--rename: {err}")
write("skipped.net", ("act = tanh", "act = relu"))
t.check(said_by_trainer("skipped.net", run, "--skip", "hidden") == "", "--skip of the layer that differs")
write("skipped.net", ("pool max 2x2", "pool average 2x2"))
t.check(said_by_trainer("skipped.net", run, "--skip", "conv1") == "", "--skip of the layer before one that differs")

# ---- files that say less ----
foreign = rewrite(BEST, lambda metadata: metadata.clear())
t.check(said_by_trainer("other.net", foreign) == "", "a file without metadata")
t.check(said_by_build("other.net", foreign) == f"netc: weights from {foreign}\n", "a file without metadata: build")
older = rewrite(BEST, lambda metadata: metadata.pop("network"))
t.check(said_by_trainer("m.net", older) == "", "an older file of the same text")
for err in (said_by_trainer("other.net", older), said_by_build("other.net", older)):
    t.check("does not say what its network computes" in err and "[unknown-function]" in err, f"an older file: {err}")
broken = rewrite(BEST, lambda metadata: metadata.update(network="{"))
err = netc("train", "m.net", *FAST, "-q", "--weights", broken, status=3)[1]
t.check("its metadata 'network' is not a JSON list of layers" in err, f"a broken description: {err}")

# ---- statistics of the input ----
write("data.net", ("mean=0.4", "mean=data std=data"), ("network m", "network data"))
netc("train", "data.net", *FAST, "-q")
kept = f"{t.folder('data')}/weights.safetensors"
mean = float(json.loads(header(kept)["__metadata__"]["input_mean"])[0])
for said in (said_by_trainer("m.net", kept), said_by_build("m.net", kept)):
    t.check(f"layer input: mean {mean:.9g} in the file, 0.4 here" in said, f"a mean that is not used: {said}")
written = rewrite(kept, lambda metadata: metadata.pop("network"))
t.check(f"mean {mean:.9g} in the file" in said_by_trainer("m.net", written), "a mean in a file of someone else's")
std = json.loads(header(kept)["__metadata__"]["input_std"])[0]
write("same.net", ("mean=0.4", f"mean={mean:.9g} std={std:.9g}"))
t.check(said_by_trainer("same.net", kept) == "", "the same numbers, written in the model")
err = said_by_trainer("data.net", run)
t.check("layer input: mean 0.4 in the file, data here" in err, f"a number in the file, data here: {err}")
