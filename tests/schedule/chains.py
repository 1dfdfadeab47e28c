#!/usr/bin/env python3
"""What netc makes of a chain of activations grows with its length: a layer reads the one before it several times, so
whatever walks over such expressions as if they were trees doubles its work with every layer and does not end here.
Back ends take longest over code that is written out several times, for neighbours, of which a layer makes little."""
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
LINES = 400  # of loop nests, for one more layer
SECONDS = 60  # far beyond what any of these takes, even under a sanitizer
HELP = subprocess.run([NETC, "help", "activations"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
ACTIVATIONS = [name for name in re.findall(r"^  ([a-z]\w*)", HELP, re.M) if name != "softmax"]  # of the last layer only


def printed(activation, count, *arguments):
    with open("chain.net", "w") as file:
        file.write("network chain {\n    input 12\n    dense 10 activation=linear\n"
                   f"    repeat {count} {{ activation {activation} }}\n    dense 3 activation=softmax\n}}\n"
                   "train { log gradients every=1 }\n")
    try:
        done = subprocess.run([NETC, "build", "chain.net", "-Wno-vanishing-gradient", *arguments], timeout=SECONDS,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        sys.exit(f"{count} times {activation}: {' '.join(arguments)} took longer than {SECONDS} s")
    if done.returncode != 0:
        sys.exit(f"{count} times {activation}: status {done.returncode}\n{done.stderr[:4000]}")
    return done.stdout


if "gelu" not in ACTIVATIONS:
    sys.exit(f"netc help activations names {ACTIVATIONS}")
for activation in ACTIVATIONS:
    for level in ("tensor", "fuse", "loops"):
        short, long = (printed(activation, count, f"--dump={level}", f"--stop-after={level}") for count in (40, 80))
        if len(long) > 2.4 * len(short):
            sys.exit(f"{activation}: --dump={level} has {len(short)} characters for 40 layers, {len(long)} for 80")
        lines = (long.count("\n") - short.count("\n")) / 40
        if level == "loops" and lines > LINES:
            sys.exit(f"{activation}: one more layer is {lines:.0f} lines of loops")
