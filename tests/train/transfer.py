#!/usr/bin/env python3
"""Transfer: what is frozen keeps the bits of the weights file, the rest learns, and learns from what was taken over.

With models/transfer.net on top of models/autoencoder.net, as its comment says, and with convolutions below a new layer,
under weight decay, a gradient log, an interruption and several threads.
"""
import json
import os
import struct
import subprocess

import _trainer as t

NETC, MODELS = os.environ["NETC"], os.path.join(os.environ["NETC_ROOT"], "models")
# Through a C compiler optimisation takes most of the time.
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
SKIP = ("--skip", "dense3", "--skip", "dense4", "--skip", "out")
CONV = """network features {
    input 1x28x28
    default conv activation=relu trainable=%s
    c1: conv 4 kernel=5 stride=2
    c2: conv 6 kernel=3
    pool max 2x2
    %s: dense 10 activation=softmax
}
train {
    data digits
    split train=1000
    regularize weight_decay=0.01
    log gradients every=epoch
    batch 10
    epochs 3
}
"""


def train(model, name, *options):
    """The tensors of the run's weights, as bytes."""
    done = subprocess.run([NETC, "train", model, "-q", "--name", name, *FAST, *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)
    t.check(done.returncode == 0, f"{model} {options}: status {done.returncode}\n{done.stdout}{done.stderr}")
    with open(os.path.join(t.folder(name), "weights.safetensors"), "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    return {name: content[8 + size:][slice(*about["data_offsets"])]
            for name, about in json.loads(content[8:8 + size]).items() if name != "__metadata__"}


def compare(what, found, source, frozen, learned):
    """All tensors of the layers `frozen` are the source's; those of `learned` are not."""
    for name, value in found.items():
        layer = name.split(".")[0]
        if layer not in frozen + learned:
            t.fail(f"{what}: what is {name}?")
        if (value == source.get(name)) != (layer in frozen):
            t.fail(f"{what}: {name} {'has changed' if layer in frozen else 'has learned nothing'}")


def try_models():
    source = train(os.path.join(MODELS, "autoencoder.net"), "source", "--epochs", "3")
    model, taken = os.path.join(MODELS, "transfer.net"), ("--weights", t.folder("source"), *SKIP)
    start = train(model, "start", *taken, "--epochs", "0")
    compare("as loaded", start, source, ["dense1", "code_layer"], ["out"])
    found = train(model, "taken", *taken, "--epochs", "20")
    compare("transfer", found, {**source, **start}, ["dense1", "code_layer"], ["out"])
    train(model, "random", "--epochs", "20")
    good, poor = t.result("taken")["test_accuracy"], t.result("random")["test_accuracy"]
    t.check(good > 0.5 and good > poor + 0.1, f"features taken over: {good}, random ones: {poor}")
    tuned = train(model, "tuned", *taken, "-D", "learn=true", "--epochs", "1")
    compare("all learn", tuned, {**source, **start}, [], ["dense1", "code_layer", "out"])


def try_convolutions():
    for name, text in (("first", CONV % ("true", "fc")), ("second", CONV % ("false", "out"))):
        with open(name + ".net", "w", encoding="utf-8") as file:
            file.write(text)
    source = train("first.net", "first")
    options = ("--weights", t.folder("first"), "--rename", "fc=out")
    found = train("second.net", "second", *options)
    compare("renamed", found, {name.replace("fc.", "out."): value for name, value in source.items()}, ["c1", "c2"],
            ["out"])
    layers = {row["layer"] for row in t.rows(os.path.join(t.folder("second"), "gradients.csv"))}
    t.check(layers == {"out"}, f"the gradient log has rows of {layers}")
    values = struct.iter_unpack("<f", found["out.weight"])
    penalty, last = 0.01 / 2 * sum(value * value for value, in values), t.rows(os.path.join(t.folder("second"), "epochs.csv"))[-1]
    t.check(abs(float(last["penalty"]) / penalty - 1) < 1e-6,
            f"the penalty is {last['penalty']}, that of the layer that learns {penalty}")
    reference = t.contents("second")
    t.remove("second")
    train("second.net", "second", *options, "--epochs", "1", "--threads", "3")
    train("second.net", "second", "--resume", "--epochs", "3", "--threads", "1")
    t.same("second", reference, "resumed after an epoch")


try_models()
try_convolutions()
