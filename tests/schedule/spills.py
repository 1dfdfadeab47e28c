#!/usr/bin/env python3
"""Hot loops stay in registers: in the assembly of lenet5 and wide_dropout no innermost loop with at least 100 fused
multiply-adds touches the stack with a vector register for x86-64-v4. With the 16 registers of x86-64-v3, where a
vector takes two of them, one access in 30 multiply-adds is let pass.

    spills.py [--show] [OPTIONS of netc build]      --show: prints each hot loop instead
"""
# REQUIRES: llvm
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
MODELS = os.path.join(os.environ["NETC_ROOT"], "models")
HOT = 100
ALLOWED = {"x86-64-v3": 1 / 30, "x86-64-v4": 0}  # vectors on the stack, of a loop's multiply-adds
LABEL = re.compile(r"^([.\w$]+):")
JUMP = re.compile(r"^\s+j\w+\s+([.\w$]+)$")
FMA = re.compile(r"^\s+vfn?m(add|sub)\w*p[sd]\s")
STACK = re.compile(r"^\s+v\w+\s.*\(%rsp[,)].*%[xyz]mm|^\s+v\w+\s.*%[xyz]mm.*\(%rsp[,)]")


def functions(text):
    """Names and lines of the functions."""
    name, body = None, []
    for line in text.splitlines():
        label = LABEL.match(line)
        if label and not label[1].startswith(".L"):
            name, body = label[1], []
        elif re.match(r"^\s+\.size\s", line) and name:
            yield name, body
            name = None
        elif name:
            body.append(line.split("#")[0].rstrip())


def innermost_loops(body):
    """Ranges of lines from a label to the last jump back to it that hold no other such range."""
    labels = {label[1]: i for i, line in enumerate(body) if (label := LABEL.match(line))}
    ends = {}
    for i, line in enumerate(body):
        jump = JUMP.match(line)
        if jump and labels.get(jump[1], i) < i:
            ends[labels[jump[1]]] = i
    loops = sorted(ends.items())
    return [(low, high) for low, high in loops
            if not any(low <= a and b <= high and (a, b) != (low, high) for a, b in loops)]


def hot_loops(model, *options):
    text = subprocess.run([NETC, "build", os.path.join(MODELS, model), "--emit", "asm", "-o", "-", *options], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
    for name, body in functions(text):
        for low, high in innermost_loops(body):
            lines = body[low:high + 1]
            count = sum(1 for line in lines if FMA.match(line))
            if count >= HOT:
                yield name, count, lines


def main():
    show = "--show" in sys.argv
    options = [word for word in sys.argv[1:] if word != "--show"]
    bad = []
    for model in ("lenet5.net", "wide_dropout.net"):
        for cpu, allowed in ALLOWED.items():
            hot = list(hot_loops(model, "--cpu", cpu, *options))
            if not hot:
                bad.append(f"{model}, {cpu}: no loop with {HOT} multiply-adds; does the test still know them?")
            for name, count, lines in hot:
                spills = [line.strip() for line in lines if STACK.match(line)]
                if show:
                    size = sum(1 for line in lines if re.match(r"^\s+[a-z]", line))
                    print(f"{model[:-4]:13} {cpu:10} {name:32} {count:4} multiply-adds, {size:5} instructions, "
                          f"{len(spills):4} on the stack")
                elif len(spills) > allowed * count:
                    bad.append(f"{model}, {cpu}: {name} has {count} multiply-adds and {len(spills)} vectors on the "
                               f"stack: {'; '.join(spills[:4])}")
    if bad:
        sys.exit("\n".join(bad))


main()
