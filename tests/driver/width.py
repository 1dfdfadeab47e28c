#!/usr/bin/env python3
"""What netc, trainers and inference binaries print fits the terminal: lines end between words, and in a pipe each message
is one line. Help and tables are 80 columns wide where there is no terminal."""
import os
import subprocess
import sys
import unicodedata

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import _terminal

NETC = os.environ["NETC"]
MODELS = os.path.join(os.environ["NETC_ROOT"], "models")
LONG = "a/rather/long/path/to/a/folder/in/which/there/are/no/data/at/all"


def fail(text):
    sys.exit(f"FAILED: {text}")


def width_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def narrow(what, text, columns):
    """A word alone may be longer than a line, and code is as it is typed."""
    for line in text.split("\n"):
        code = line.startswith("    ") and what[1:2] == ["explain"]
        if width_of(line) > columns and len(line.split()) > 1 and not code:
            fail(f"{what}: a line of {width_of(line)} columns, expected at most {columns}:\n{line}")


def piped(words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stdout + done.stderr


def words_of(text):
    """In any order: a table's cell may go on below it."""
    return sorted(text.replace("─", "").split())


def page(*words):
    """Help: as wide as the terminal, up to 100 columns, and 80 in a pipe."""
    words = [NETC, *words]
    plain = piped(words)
    narrow(words, plain, 80)
    for columns in 80, 90, 132:
        text = _terminal.run(words, columns)
        narrow(words, text, min(columns, 100))
        if words_of(text) != words_of(plain):
            fail(f"{words}: in {columns} columns other words than in a pipe:\n{text}")


def message(words, *parts):
    """Messages: one line in a pipe, the same words in lines that fit on a terminal."""
    plain = piped(words)
    for part in parts:
        if not any(part in line for line in plain.split("\n")):
            fail(f"{words}: no line holds '{part}' in a pipe:\n{plain}")
    text = _terminal.run(words, 80)
    narrow(words, text, 80)
    if text.split() != plain.split():
        fail(f"{words}: other words than in a pipe:\n{text}\n{plain}")


page()
page("data")
page("explain")
page("explain", "--all")
page("show", f"{MODELS}/basic_conv.net")
for topic in ("layers", "activations", "initialisers", "settings", "developer", "conv", "init", "probe", "data",
              "check", "new", "show", "train", "build", "runs", "explain", "help"):
    page("help", topic)

with open("wide.net", "w") as file:
    file.write("network wide { input 1x28x28; conv 20 kernel=5x5 stride=2 pad=2 activation=leaky_relu(0.125); dense 10 "
               "activation=softmax }\n")
page("show", "wide.net")

with open("wrong.net", "w") as file:
    file.write("network wrong { input 1x28x28\nconv 20 5x5 stride=2 pad=2 activation=leaky_relu(0.125)\n"
               "dense 10 activation=softmax }\n")
message([NETC, "check", "wrong.net"], "help: write 'conv 20 kernel=5x5 stride=2 pad=2 activation=leaky_relu(0.125)'")
with open("long.net", "w") as file:
    file.write("network long { input 1x28x28; flatten; conv 20 kernel=5x5; dense 10 activation=softmax; pool max 2x2 }  "
               "# a line that is longer than a terminal has columns, as it can be written by some\n")
shown = _terminal.run([NETC, "check", "long.net"], 80)
narrow(["long.net"], shown, 80)
if "conv 20 kernel=5x5" not in shown or "..." not in shown:
    fail(f"long.net: expected the part of the line that is marked:\n{shown}")
message([NETC, "check", f"{LONG}.net"], "cannot read")
message([NETC, "build", "wide.net", "--target", "x"], "--target goes with --infer; a trainer is built for this machine")
message([NETC, "train", f"{MODELS}/lenet5.net", "--data", "mnist", "--data-dir", LONG, "--backend", "interp"],
        f"(looked in {LONG}, {LONG}/mnist)")

with open("tiny.net", "w") as file:
    file.write("network tiny { input 784; dense 10 activation=softmax }\n"
               "train { split train=100 validation=100 test=100; epochs 1; batch 10 }\n")
trainer = [NETC, "train", "tiny.net", "--backend", "interp", "--seeds", "1-2"]
subprocess.run(trainer, check=True, capture_output=True)
own = piped([NETC, "train", "tiny.net", "--backend", "interp", "--help"]).split("the trainer's own options:")[1]
narrow([NETC, "train", "--help"], own.split("examples:")[0] + own[own.index("status:"):], 80)
for columns in 80, 100:
    narrow(trainer, _terminal.run(trainer, columns), columns)

# of each image all classes: several lines on a terminal, no number split between two
subprocess.run([NETC, "build", "tiny.net", "--infer", "--weights", "runs/latest"], check=True, capture_output=True)
images = numpy.random.default_rng(1).integers(0, 255, (3, 28, 28), dtype=numpy.uint8)
numpy.save("images-of-a-rather-long-name.npy", images)
message(["./tiny-predict", "--all", "images-of-a-rather-long-name.npy"], "images-of-a-rather-long-name.npy[2]")
if piped(["./tiny-predict", "--all", "images-of-a-rather-long-name.npy"]).count("\n") != 3:
    fail("--all: expected a line an image in a pipe")
for line in _terminal.run(["./tiny-predict", "--all", "images-of-a-rather-long-name.npy"], 80).split("\n"):
    if line and not line.endswith("%"):
        fail(f"--all: a class is split: {line}")
help_text = piped(["./tiny-predict", "--help"])
narrow(["./tiny-predict"], help_text, 80)
