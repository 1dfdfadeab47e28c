#!/usr/bin/env python3
"""The same bits with any number of threads: for whole, short and single batches, and where workers share a chunk; and
whatever batch a trainer is meant for, on which it depends what is in its lanes."""
import os
import re
import subprocess

import _trainer as t

for batch in ("64", "70", "1000", "full", "17"):
    reference = None
    for threads in (1, 2, 3):
        name = f"b{batch}t{threads}"
        t.run("--epochs", 2, "--batch", batch, "--threads", threads, "--name", name, "-q")
        reference = reference or t.contents(name)
        t.same(name, reference, f"batch {batch}, {threads} threads")
t.run("--epochs", 0, "--threads", 2, "--name", "none")
first = t.rows(t.folder("none") + "/epochs.csv")
t.check(len(first) == 1 and first[0]["epoch"] == "0" and first[0]["train_cost"] == "", f"epoch 0: {first}")

# Networks large enough that a chunk of images is worth several workers: with maps, edges, dropped outputs and more maps
# than tiles, and with dense layers alone.
SHARED = {
    "maps": "conv 7 kernel=5x5 pad=2 activation=relu; pool max 2x2; conv 17 kernel=5x5 pad=same activation=tanh; "
            "pool max 2x2; dropout 0.3; dense 130 activation=relu; dropout 0.5; dense 10 activation=softmax",
    "dense": "dense 330 activation=sigmoid init=orthogonal; dropout 0.5; dense 700 activation=relu; dense 90 activation=relu; "
             "dense 10 activation=softmax",
}
TRAIN = ("train { data digits; split train=150 validation=280; optimizer adam rate=0.002; average decay=0.9; "
         "regularize max_norm=3; clip norm=5; epochs 1; log gradients weights every=2 }")
NETC = os.path.join(t.BUILD, "netc")


def shared(program, loops):
    """How many workers share a chunk of the program's first kernel, at most; that they meet is in its text."""
    kernel = re.search(rf"^kernel {program}_0, tasks slot, up to (\d+) workers each {{\n((?:[ }}].*\n)*)", loops, re.M)
    return kernel is not None and int(kernel.group(1)) > 1 and "meet" in kernel.group(2)


for name, layers in SHARED.items():
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(f"network {name} {{ input 1x28x28; {layers} }}\n{TRAIN}\n")
    loops = subprocess.run([NETC, "build", f"{name}.net", "--dump=loops", "-o", name], check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, text=True).stdout
    t.check(shared("train", loops), f"a chunk of '{name}' is for one worker alone")
    t.TRAINER = os.path.abspath(name)
    references = {}
    for batch in (10, 20, 64):
        reference = None
        for threads in (1, 2, 3, 4, 7, 16):
            run = f"{name}{batch}t{threads}"
            t.run("--batch", batch, "--threads", threads, "--name", run, "-q")
            reference = reference or t.contents(run)
            t.same(run, reference, f"{name}: batch {batch}, {threads} threads")
        references[batch] = reference
    # Meant for batches that fill their chunks, a trainer has images in all lanes, where the one above has units.
    lines = {}
    for meant in (10, 64):
        command = [NETC, "build", f"{name}.net", "--set", f"batch {meant}", "--dump=loops", "-o", f"{name}-for-{meant}"]
        loops = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
        lines[meant] = re.search(r"^\d+: nest train_dense\d_\w+_lanes\b", loops, re.M) is not None
    t.check(lines == {10: True, 64: False}, f"{name}: units in the lanes: {lines}")
    t.TRAINER = os.path.abspath(f"{name}-for-64")
    for batch, reference in references.items():
        t.run("--batch", batch, "--name", f"{name}{batch}for64", "-q")
        t.same(f"{name}{batch}for64", reference, f"{name}: batch {batch}, in a trainer meant for 64")
print("ok")
