#!/usr/bin/env python3
"""The average of the weights: training knows nothing of it, what is scored and saved is the average, and a run that
starts from weights starts it there."""
import json
import os
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network averages {
    input 1x28x28
    conv 3 kernel=5x5 stride=3 bias=false trainable=false
    batchnorm activation=relu
    dense 30 activation=tanh bias_init=centre
    dense 10 activation=softmax
}
train {
    split train=600 validation=100
    optimizer sgd rate=0.05 momentum=0.9
    %s
    log gradients weights every=7
    batch 20
    epochs 2
}
"""


def weights(name, file="weights"):
    return t.tensors(f"{t.folder(name)}/{file}.safetensors")


def log(name, file):
    with open(f"{t.folder(name)}/{file}.csv", encoding="utf-8") as opened:
        return opened.read()


def build(name, line):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % line)
    subprocess.run([NETC, "build", f"{name}.net", *FAST, "-o", name], check=True)
    return os.path.abspath(name)


plain, averaged = build("plain", ""), build("averaged", "average decay=0.9")
t.TRAINER = plain
t.run("-q", "--name", "plain")
_, err = t.run("-q", "--name", "refused", "--average-decay", 0.9, status=2)
t.check("--set 'average decay=0.9' has it [not-compiled]" in err, err)

t.TRAINER = averaged
t.run("-q", "--name", "averaged")
for file in ("gradients", "weights"):
    t.check(log("plain", file) == log("averaged", file), f"{file}.csv is not that of the weights themselves")
with_average, without = t.result("averaged"), t.result("plain")
t.check(with_average["train_cost"] == without["train_cost"], "the training is another one")
for part in ("validation", "test"):
    t.check(with_average[f"{part}_cost"] != without[f"{part}_cost"], f"the {part} part is scored with the weights")
before, after = weights("plain"), weights("averaged")
t.check(before.keys() == after.keys(), f"saved: {sorted(after)}")
for name in before:
    t.check((before[name] == after[name]) == (name == "conv1.weight"), f"{name}: what is trained is averaged, alone")

# what is saved is what was scored: of the last epoch, and of the best one
out, _ = t.run("-q", "--json", "--evaluate", "--weights", t.folder("averaged") + "/weights.safetensors")
evaluated = json.loads(out)
for key in ("validation_cost", "test_cost", "test_accuracy"):
    t.check(evaluated[key] == with_average[key], f"{key}: {evaluated[key]} of what is saved, {with_average[key]} before")
out, _ = t.run("-q", "--json", "--evaluate", "--weights", t.folder("averaged") + "/best.safetensors")
t.check(json.loads(out)["test_cost"] == with_average["best_test_cost"], "best.safetensors is not what was best")

# an average that keeps nothing is the weights
t.run("-q", "--name", "none", "--average-decay", 0)
t.check(weights("none") == before and weights("none", "best") == weights("plain", "best"), "decay=0 is not the weights")

# it begins at the first weights, wherever they come from
for name, trainer in (("from-plain", plain), ("from-averaged", averaged)):
    t.TRAINER = trainer
    t.run("-q", "--name", name, "--epochs", 0)
    t.run("-q", "--name", f"again-{name}", "--epochs", 0, "--weights", t.folder("averaged"))
t.check(weights("from-plain") == weights("from-averaged"), "the first average is not the first weights")
t.check(weights("again-from-plain") == weights("again-from-averaged") == weights("averaged", "best"),
        "the first average is not the weights that were loaded")
for name, trainer in (("step-plain", plain), ("step-averaged", averaged)):
    t.TRAINER = trainer
    t.run("-q", "--name", name, "--epochs", 1, "--weights", t.folder("averaged"))
t.check(log("step-plain", "weights") == log("step-averaged", "weights"), "the first weights are not those loaded")
print("ok")
