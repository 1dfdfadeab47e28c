#!/usr/bin/env python3
"""The way of a user who ships a network: train lenet5 on the digits, build the program and the libraries, and compile
and run what docs/examples shows with nothing but a compiler. All agree with each other and with the trainer."""
import gzip
import json
import os
import re
import shutil
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import png, save  # noqa: E402
from _predictor import ROOT, command, fail, run  # noqa: E402

NETC = os.environ["NETC"]
IMAGES = 8


def digits(name):
    with gzip.open(os.path.join(ROOT, "runtime/data/digits", name + ".gz")) as file:
        return file.read()


for name in ("classify.c", "accuracy.cpp", "classify.py"):
    shutil.copy(os.path.join(ROOT, "docs/examples", name), ".")
shutil.copy(os.path.join(ROOT, "models/lenet5.net"), ".")
command(NETC, "train", "lenet5.net", "--epochs", "2", "-q")
for options in ((), ("--emit", "lib"), ("--emit", "shared")):
    command(NETC, "build", "lenet5.net", "--infer", "--weights", "runs/latest", *options)
command("gcc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address,undefined", "classify.c",
        "liblenet5.a", "-lm", "-o", "classify")
command("g++", "-std=c++17", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address,undefined",
        "accuracy.cpp", "liblenet5.a", "-lm", "-pthread", "-o", "accuracy")

# One image through all of them.
pixels = np.frombuffer(digits("t10k-images-idx3-ubyte"), np.uint8)[16:].reshape(-1, 28, 28)
for i in range(IMAGES):
    save("digit.pgm", b"P5\n28 28\n255\n" + pixels[i].tobytes())
    save("digit.png", png(pixels[i]))
    expected = run("./lenet5-predict", "digit.png")[0].replace(".png", ".pgm")
    for program in (["./classify"], [sys.executable, "classify.py"]):
        found = run(*program, "digit.pgm")[0]
        if found != expected:
            fail(f"{program}: {found!r}, the binary says {expected!r}")
run("./classify", "digit.png", status=3)
run("./classify", status=2)
run(sys.executable, "classify.py", status=2)

# All test images: the accuracy is the trainer's.
for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
    save(name, digits(name))
files = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
score = json.loads(run("./lenet5-predict", "--json", *files)[0])
with open("runs/latest/result.json", encoding="utf-8") as file:
    trained = json.load(file)["best_test_accuracy"]
found = run("./accuracy", *files)[0]
if score["accuracy"] != trained or f"({score['correct']} of {score['images']})" not in found:
    fail(f"the trainer says {trained}, the binary {score}, the example {found}")
if not re.fullmatch(r"\d+\.\d\d %  \(\d+ of \d+\)\n", found):
    fail(found)
run("./accuracy", files[0], status=2)
run("./accuracy", *reversed(files), status=3)
save("packed.gz", gzip.compress(digits(files[0])))
if "packed.gz: is packed; gunzip it first" not in run("./accuracy", "packed.gz", files[1], status=3)[1]:
    fail("a packed file is not told from a wrong one")
