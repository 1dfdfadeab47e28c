#!/usr/bin/env python3
"""What acts on the cost of the training alone, label_smoothing and class_weights: evaluated is the plain cost, a run that
is resumed has the same bits, and goes on with the weights it was begun with."""
import json
import os
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network m {
    input 1x28x28
    dense 12 activation=tanh
    dense 10 activation=softmax
}
train {
    split train=300 validation=100
    %s
    batch 32
    epochs 3
}
"""
LINES = "cost class_weights=balanced\n    label_smoothing 0.2"


def train(lines, *options, status=0):
    with open("m.net", "w", encoding="utf-8") as file:
        file.write(MODEL % lines)
    done = subprocess.run([NETC, "train", "m.net", *FAST, "-q", *options], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300)
    t.check(done.returncode == status, f"{options}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stderr


def weights(name):
    return t.tensors(f"{t.folder(name)}/weights.safetensors")


# weights of 1 and certain labels are no weights and no smoothing
ONES = "cost class_weights=[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n    label_smoothing 0"
train("", "--name", "plain")
train(ONES, "--name", "ones")
t.check(weights("plain") == weights("ones"), "weights of 1 change the training")
train(LINES, "--name", "other")
t.check(weights("plain") != weights("other"), "they have no part in the training")

# the weights of one training, evaluated with and without: the same figures
train("", "--name", "ahead", "--weights", t.folder("other") + "/weights.safetensors", "--epochs", "0")
train(LINES, "--name", "smoothed", "--weights", t.folder("other") + "/weights.safetensors", "--epochs", "0")
for key in ("validation_cost", "test_cost", "test_accuracy"):
    t.check(t.result("ahead")[key] == t.result("smoothed")[key], f"{key} is not the plain one")

# resumed, with the weights of the classes from the checkpoint
train(LINES, "--name", "whole")
train(LINES, "--name", "parts", "--epochs", "1")
train(LINES, "--name", "parts", "--epochs", "3", "--resume")
t.check(weights("whole") == weights("parts"), "a resumed run has other weights")
err = train(LINES.replace("balanced", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 2]"), "--name", "parts", "--epochs", "4", "--resume",
            status=2)
t.check("class_weights=balanced, not [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]" in err, err)
err = train(LINES, "--name", "parts", "--epochs", "4", "--resume", "--label-smoothing", "0.1", status=2)
t.check("label_smoothing 0.2, not 0.1" in err or "--label-smoothing" in err, err)
with open(f"{t.folder('parts')}/config.json", encoding="utf-8") as file:
    settings = json.load(file)["settings"]
t.check((settings["class_weights"], settings["label_smoothing"]) == ("balanced", 0.2), str(settings))

# every class has a weight
err = train(LINES, "--set", "split train=5", status=3)
t.check(err == "netc train: class_weights=balanced: the training part has no example of class 1; give the weights as a "
        "list, or train on more examples [empty-class]\n", err)
