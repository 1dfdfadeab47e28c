#!/usr/bin/env python3
"""Hot loops stay in registers: in the assembly of lenet5 and wide_dropout no innermost loop with at least 100 fused
multiply-adds touches the stack with a vector register for x86-64-v4. With the 16 registers of x86-64-v3, where a
vector takes two of them, one access in 30 multiply-adds is let pass.

    spills.py [--show] [OPTIONS of netc build]      --show: prints each hot loop instead
"""
# REQUIRES: llvm
import os
import subprocess
import sys

from _assembly import STACK, functions, innermost_loops, instructions, multiply_adds

NETC = os.environ["NETC"]
MODELS = os.path.join(os.environ["NETC_ROOT"], "models")
HOT = 100
ALLOWED = {"x86-64-v3": 1 / 30, "x86-64-v4": 0}  # vectors on the stack, of a loop's multiply-adds


def hot_loops(model, *options):
    text = subprocess.run([NETC, "build", os.path.join(MODELS, model), "--emit", "asm", "-o", "-", *options], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
    for name, body in functions(text):
        for lines in innermost_loops(body):
            count = multiply_adds(lines)
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
                    size = len(instructions(lines))
                    print(f"{model[:-4]:13} {cpu:10} {name:32} {count:4} multiply-adds, {size:5} instructions, "
                          f"{len(spills):4} on the stack")
                elif len(spills) > allowed * count:
                    bad.append(f"{model}, {cpu}: {name} has {count} multiply-adds and {len(spills)} vectors on the "
                               f"stack: {'; '.join(spills[:4])}")
    if bad:
        sys.exit("\n".join(bad))


main()
