#!/usr/bin/env python3
"""Augmentation in a training: the same bits for 1, 2 and 3 threads, wherever the run was cut, by the interpreter too; amounts
of 0 are as no line; the expanded set counts five times; nothing else than training sees it; what a resumed run keeps."""
import json
import os
import random
import subprocess

import numpy as np

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network m {
    input 784 mean=data std=data
    dropout 0.2
    dense 12 activation=relu
    dense 10 activation=softmax
}
train {
    data %s
    split train=200 validation=100
    %s
    regularize l2=0.5
    batch 32
    epochs 3
    %s
}
"""
DRAWN = "augment shift=2 rotate=10 scale=0.1 shear=5 elastic=[20, 4] flip=horizontal alternating=true erase=0.05 noise=0.05"


def write(name, augment, data="digits", scaled=True):
    text = MODEL % (data, augment, "log gradients every=1 probe=20")
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(text if scaled else text.replace(" mean=data std=data", ""))


def build(name, *arguments, **more):
    write(name, *arguments, **more)
    subprocess.run([NETC, "build", f"{name}.net", *FAST, "-o", name], check=True)
    t.TRAINER = os.path.abspath(name)


def weights(name):
    return t.tensors(t.folder(name) + "/weights.safetensors")


def logs(name):
    return {entry: rows for entry, rows in t.contents(name).items() if entry.endswith(".csv")}


def alike(name, other, what):
    """The same values, of models whose texts differ."""
    t.check(weights(name) == weights(other) and logs(name) == logs(other), f"{what}: {name} and {other} differ")


# ---- any number of threads, any route, any cut ----
dice = random.Random(1)
for name, augment in (("drawn", DRAWN), ("fixed", "augment shift=1 expand=true")):
    build(name, augment)
    out, _ = t.run("--name", f"{name}-1", "--threads", 1)
    t.check("\naugment shift=" in out, f"the line about it is not there\n{out}")
    whole = t.contents(f"{name}-1")
    for threads in (2, 3):
        t.run("-q", "--name", f"{name}-{threads}", "--threads", threads)
        t.same(f"{name}-{threads}", whole, f"{name}, {threads} threads")
    done = subprocess.run([NETC, "train", f"{name}.net", "--backend", "interp", "-q", "--name", f"{name}-interp"], capture_output=True)
    t.check(done.returncode == 0, "the interpreter fails")
    t.same(f"{name}-interp", whole, f"{name}, interpreted")
    t.killed_often(f"{name}-cut", dice, 0.1)
    t.same(f"{name}-cut", whole, f"{name}, cut")

# ---- amounts of 0 are as no line; others are not ----
for name, augment in (("plain", ""), ("zero", "augment shift=0 rotate=0 scale=0 shear=0 elastic=[0, 4] erase=0 noise=0 flip=none")):
    build(name, augment)
    t.run("-q", "--name", name)
alike("zero", "plain", "amounts of 0")
t.check(weights("drawn-1") != weights("plain") != weights("fixed-1"), "augmentation changes nothing")
for name in ("drawn-1", "fixed-1"):
    t.check(t.rows(t.folder(name) + "/epochs.csv")[0]["validation_cost"] ==
            t.rows(t.folder("plain") + "/epochs.csv")[0]["validation_cost"], "the untrained network is scored otherwise")

probes = [[row for row in t.rows(t.folder(name) + "/gradients.csv") if row["source"] == "probe" and row["step"] == "0"]
          for name in ("drawn-1", "fixed-1", "plain")]
t.check(probes[0] and probes[0] == probes[1] == probes[2], f"the probe sees other pictures: {probes}")

# ---- the expanded set: n, the epoch and its batches count 5n; the probe does not ----
rows = t.rows(t.folder("fixed-1") + "/epochs.csv")
t.check([row["step"] for row in rows] == ["0", "32", "64", "96"], f"steps of 1000 examples: {rows}")
penalty = [row["penalty"] for row in (rows[0], t.rows(t.folder("plain") + "/epochs.csv")[0])]
t.check(abs(float(penalty[0]) * 5 / float(penalty[1]) - 1) < 1e-6, f"n of the penalty: {penalty}")
t.TRAINER = os.path.abspath("fixed")
out, _ = t.run("--name", "fixed-told", "--epochs", 0)
t.check("augment shift=1 expand=true, 1,000 an epoch\n" in out and " 200 to train, " in out, out)
t.run("-q", "--name", "full", "--batch", "full", "--epochs", 1)
t.check(t.rows(t.folder("full") + "/epochs.csv")[-1]["step"] == "1", "a full batch is all copies")


# ---- a resumed run has what it was begun with ----
def resumed(name, augment):
    write(name, augment)
    done = subprocess.run([NETC, "train", f"{name}.net", *FAST, "-q", "--resume", "--epochs", "4", "--name", f"{name}-1"],
                          capture_output=True, text=True)
    return done.returncode, done.stderr


config = json.load(open(t.folder("drawn-1") + "/config.json"))["settings"]
t.check(config["augment_rotate"] == 10 and config["augment_elastic"] == "[20, 4]" and config["augment_flip"] == "horizontal" and
        config["augment_alternating"] == "true" and config["augment_expand"] == "false", config)
for new, told in ((DRAWN.replace("rotate=10", "rotate=11"), "augment rotate=10, not 11"),
                  (DRAWN.replace("[20, 4]", "[20, 5]"), "augment elastic=[20, 4], not [20, 5]"),
                  (DRAWN.replace(" alternating=true", ""), "augment alternating=true, not false"),
                  ("", "augment shift=2, not 0")):
    status, err = resumed("drawn", new)
    t.check(status == 2 and f"was trained with {told};" in err and "[other-settings]" in err, f"{new}: {err}")
status, err = resumed("fixed", "augment shift=1")
t.check(status == 2 and "augment expand=true, not false" in err, err)
status, err = resumed("fixed", "augment shift=1 expand=true")
t.check(status == 0, err)

# ---- pictures by the files' own shape; what is no picture ----
pictures = np.random.RandomState(1).randint(0, 256, (300, 28, 28)).astype(np.uint8)
np.save("pictures.npy", pictures)
np.save("lists.npy", pictures.reshape(300, 784))
np.save("floats.npy", pictures * np.float32(1 / 255))
np.save("y.npy", np.arange(300) % 10)
for name in ("pictures", "floats"):
    build(name, DRAWN, f'npy x="{name}.npy" y="y.npy"', scaled=False)
    t.run("-q", "--name", name)
alike("floats", "pictures", "pictures of floats")
build("lists", DRAWN, 'npy x="lists.npy" y="y.npy"')
_, err = t.run("-q", status=3)
t.check("lists.npy: augment changes pictures, and the input is a list of 784 numbers; write 'input CxHxW' with the channels, "
        "rows and columns that they are [needs-pictures]" in err, err)
t.run("-q", "--evaluate", "--weights", t.folder("pictures"))
np.save("pixels.npy", pictures[:, 0, 0].reshape(300, 1, 1))
with open("pixels.net", "w", encoding="utf-8") as file:
    file.write(f'''network pixels {{ input 1; dense 10 activation=softmax }}
train {{
    data npy x="pixels.npy" y="y.npy"
    {DRAWN}
    epochs 1
}}
''')
done = subprocess.run([NETC, "train", "pixels.net", "-q"], capture_output=True, text=True)
t.check(done.returncode == 3 and "augment changes pictures, and these are of one pixel each" in done.stderr, done.stderr)
build("far", "augment shift=28", 'npy x="pictures.npy" y="y.npy"')
_, err = t.run("-q", status=2)
t.check("shift=28 moves a picture of 28x28 out of sight" in err, err)
print("ok")
