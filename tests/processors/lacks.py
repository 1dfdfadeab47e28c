#!/usr/bin/env python3
"""A trainer or an inference binary on a processor that lacks what its code uses says so, with status 3, before anything
of it runs; what it has for help still comes. Code for all processors runs on an old one."""
import os
import subprocess
import sys

from _networks import FAST, NETC, ROOT, build, need, need_x86_64, run

need_x86_64()
need("gcc", "qemu-x86_64")
MODEL = os.path.join(ROOT, "models", "mlp_30.net")  # a trainer of it takes few instructions, which are slow here
OLD, MIDDLE = "Nehalem", "Haswell"


def on(cpu, *command):
    return subprocess.run(["qemu-x86_64", "-cpu", cpu, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def expect_refusal(cpu, level, lacks, *command):
    done = on(cpu, *command)
    name = os.path.basename(command[0])
    line = (f"{command[0]}: compiled for {level}, and this processor has no {lacks}; build it with --cpu generic, which "
            "runs on all, or for this one [wrong-processor]\n")
    if (done.returncode, done.stdout) != (3, "") or not done.stderr.endswith(line[len(command[0]) - len(name):]):
        sys.exit(f"{command} on {cpu}: status {done.returncode}\n{done.stdout}{done.stderr}")


def expect_run(cpu, *command):
    done = on(cpu, *command)
    if done.returncode != 0:
        sys.exit(f"{command} on {cpu}: status {done.returncode}\n{done.stdout}{done.stderr}")


def trainer(name, *options):
    run(NETC, "build", MODEL, "-o", name, *FAST, *options)
    return "./" + name


once = ("--data", "digits", "--epochs", "0", "-q", "--run-dir", "runs")
v3, v4 = (trainer(f"trainer-{level}", "--cpu", level) for level in ("x86-64-v3", "x86-64-v4"))
expect_refusal(OLD, "x86-64-v3", "avx2", v3, *once)
expect_refusal(OLD, "x86-64-v4", "avx2", v4, *once)
expect_refusal(MIDDLE, "x86-64-v4", "avx512f", v4, *once)
expect_run(MIDDLE, v3, *once)
expect_run(OLD, v4, "--help")
expect_run(OLD, trainer("trainer-generic", "--cpu", "generic"), *once)
native = trainer("trainer-native")
if b'"needs":"x86-64-v' in open(native, "rb").read():
    assert on(OLD, native, *once).returncode == 3

image = "image.raw"
with open(image, "wb") as file:
    file.write(bytes(4 * 28 * 28))
for level, lacks in ("x86-64-v3", "avx2"), ("x86-64-v4", "avx2"):
    predict = "./" + build(MODEL, f"predict-{level}", "--cpu", level)
    expect_refusal(OLD, level, lacks, predict, "--raw", image)
    expect_refusal(OLD, level, lacks, predict, "--selftest")
    expect_run(OLD, predict, "--help")
expect_run(OLD, "./" + build(MODEL, "predict", "--cpu", "auto"), "--raw", image)
expect_run(OLD, "./" + build(MODEL, "predict-generic", "--cpu", "generic"), "--selftest")
