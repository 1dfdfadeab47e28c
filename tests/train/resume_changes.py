#!/usr/bin/env python3
"""A run is resumed with the network and the settings it was begun with: what was changed in the model is named."""
import os
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
    log gradients every=epoch probe=10
    epochs 1
}
"""


def train(model, *options):
    with open("m.net", "w", encoding="utf-8") as file:
        file.write(model)
    done = subprocess.run([NETC, "train", "m.net", *FAST, "-q", *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)
    return done.returncode, done.stderr


status, err = train(MODEL)
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
    (("hidden:", "h:"), "layer 4 is hidden (dense) in the run, h (dense) here"),
    (("dense 8", "dense 9"), "layer hidden: units 8 in the run, 9 here"),
]
SETTINGS = [  # status 2
    (("cost quadratic", "cost cross_entropy"), "cost quadratic, not cross_entropy"),
    (("log gradients", "log gradients weights"), "log gradients, not gradients weights"),
    (("probe=10", "probe=20"), "log probe=10, not 20"),
    (("every=epoch", "every=1"), "--log-every epoch, not 1"),
    (("log gradients every=epoch probe=10", ""), "log gradients, not nothing"),
]
for (old, new), difference in NETWORK + SETTINGS:
    t.check(old in MODEL, f"{old} is not in the model")
    setting = ((old, new), difference) in SETTINGS
    status, err = train(MODEL.replace(old, new), "--resume", "--epochs", "2")
    kind = "[other-settings]" if setting else "[other-network]"
    start = "was trained with" if setting else "is a run of another network:"
    t.check(status == (2 if setting else 3) and f"{run} {start} {difference};" in err and err.endswith(kind + "\n") and
            len(err.splitlines()) == 1, f"{new}: status {status}\n{err}")
    with open(f"{run}/config.json", "rb") as file:
        t.check(file.read() == config, f"{new}: the record was changed")

# a text that means the same goes on
status, err = train(MODEL.replace("pool max 2x2", "pool max 2 stride=2  # the same"), "--resume", "--epochs", "2")
t.check(status == 0 and t.result("m")["epochs"] == 2, err)
