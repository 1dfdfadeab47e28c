#!/usr/bin/env python3
"""Emitted C can be read: above each nest stands what it computes, as --dump=fuse prints it, and its schedule; sums are
named once, in the variable that holds them, and a number that is used once stands where it is used. Layers of one shape
are calls of one function."""
import os
import re
import subprocess
import tempfile

NETC = os.environ["NETC"]
MODEL = os.path.join(os.environ["NETC_ROOT"], "models", "lenet5.net")
LINES = 7700  # of the trainer of lenet5


def build(*arguments, model=MODEL):
    return subprocess.run([NETC, "build", model, "--cpu", "x86-64-v3", "--backend", "c", *arguments], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def joined(text):
    return re.sub(r"\s+", " ", text).strip()


text = build("--emit", "c", "-o", "-")
assert text.count("\n") <= LINES, text.count("\n")
# Of batches of one chunk it has steps with the gradient's sum in them, which --dump=fuse has apart.
text = build("--emit", "c", "-o", "-", "--set", "batch 64")
formulas = {joined(line) for line in build("--dump=fuse", "--stop-after=fuse").splitlines() if " = " in line}
nests = re.findall(r"^(?:/\* ((?:(?!\*/)[^\0])*?)\n \* schedule: .*(?:\n .*)* \*/\n)?#line .*\nstatic NET_NEST void (\w+)",
                   text, re.M)
assert len(nests) > 30, len(nests)
for about, name in nests:
    found = [joined(formula) for formula in re.sub(r"\n \*  +", " ", about).split("\n * ")]  # broken lines go on further in
    missing = [formula for formula in found if formula not in formulas and name != "train_add_slots"]
    assert not missing, f"{name}: {missing}"
assert not re.search(r"^ +const \w+ v\d+ = m\d+;", text, re.M)
sums = re.findall(r"^ +(m\d+) = v_fma\(v\d+, v\d+, (m\d+)\);$", text, re.M)
assert len(sums) > 900 and all(into == before for into, before in sums), len(sums)


def functions(depth):
    """The nests that are printed for so many equal layers, and the calls of them."""
    text = f"""
        network chain {{
            input 1x28x28
            dense 32 activation=relu
            repeat {depth} {{ dense 32 activation=tanh; batchnorm }}
            dense 10 activation=softmax
        }}
        train {{ data digits; optimizer adam; regularize l2=0.1 }}
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "chain.net")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        printed = build("--emit", "c", "-o", "-", model=path)
    return set(re.findall(r"^static NET_NEST void (\w+)", printed, re.M)), re.findall(r"^ +(\w+)\(.*\);(?: /\*.*)?$",
                                                                                     printed, re.M)


few, few_calls = functions(4)
many, many_calls = functions(12)
assert len(few) == len(many), few ^ many
assert len(many_calls) > len(few_calls) + 8 * 20, (len(few_calls), len(many_calls))
