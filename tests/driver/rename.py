#!/usr/bin/env python3
"""netc build --infer --rename: weights whose layers have other names; what is advised when names differ works."""
import os
import subprocess
import sys

import numpy

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []


def run(*words, status=0):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"FAILED: {words}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def model(name, first, second):
    with open(f"{name}.net", "w") as file:
        file.write(f"network {name} {{ input 784; {first}: dense 10 activation=tanh; {second}: dense 10 activation=softmax }}\n"
                   "train { split train=200 validation=100 test=100; epochs 1 }\n")


model("a", "one", "two")
model("b", "one", "out")
model("c", "net_one", "net_two")
run(NETC, "train", "a.net", *FAST, "-q", "--name", "a")
build = [NETC, "build", *FAST, "--infer", "--weights", "a"]
error = run(*build, "b.net", status=3)
if not error.endswith("use --rename two=out [weights-mismatch]\n"):
    sys.exit(f"FAILED: without --rename:\n{error}")
run(*build, "a.net")
run(*build, "b.net", "--rename", "two=out")
run(*build, "c.net", "--rename", "one=net_one", "--rename=two=net_two")
numpy.save("x.npy", numpy.random.default_rng(1).random((20, 784), dtype=numpy.float32))
# Of several that fit the longest counts, wherever it stands: an advice that is added to what was typed works.
run(*build, "c.net", "--rename=one=net_two", "--rename=one.weight=net_one.weight", "--rename=one.bias=net_one.bias",
    "--rename=two=net_two")
results = {run(f"./{name}-predict", "--all", "x.npy") for name in "abc"}
if len(results) != 1:
    sys.exit(f"FAILED: under other names other results: {results}")
for words, status, expected in ((("--rename", "out"), 2, "netc build: --rename out: expected OLD=NEW, for example --rename fc=out\n"),
                                (("--rename", "three=out"), 3, "--rename three=out: runs/"),
                                (("--rename", "two=ouut"), 2, "there is no layer 'ouut'; did you mean 'out'? [weights-mismatch]\n")):
    error = run(*build, "b.net", *words, status=status)
    if expected not in error:
        sys.exit(f"FAILED: {words}: {error}")
error = run(NETC, "build", "b.net", "--rename", "two=out", status=2)
if error != "netc build: --rename goes with --infer; a trainer is told its weights when it runs\n":
    sys.exit(f"FAILED: {error}")
print("ok")
