#!/usr/bin/env python3
"""--cpu auto: each variant is taken on the processors it is for, and on no others. To see which one runs, the kernel of one
variant is overwritten with an instruction that does not exist."""
import os
import re
import signal
import subprocess
import sys

from _networks import IMAGES, ROOT, build, close, link, need, need_x86_64, outputs, run, same_bits

need_x86_64()
need("gcc", "qemu-x86_64")
LENET5 = os.path.join(ROOT, "models", "lenet5.net")
UNDEFINED = b"\x0f\x0b"  # ud2
VARIANTS = ("x86_64_v4", "x86_64_v3", "generic")
FEW = 17
with open("/proc/cpuinfo", encoding="utf-8") as file:
    FLAGS = set(re.findall(r"\w+", file.read()))
HERE = ("x86_64_v4" if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= FLAGS else
        "x86_64_v3" if {"avx2", "fma", "bmi1", "bmi2"} <= FLAGS else "generic")
# v3 takes all of its instruction sets, v4 those of v3 as well
CASES = [([], HERE)] + [(["qemu-x86_64", "-cpu", cpu], variant) for cpu, variant in (
    ("Haswell", "x86_64_v3"), ("Haswell,-fma", "generic"), ("Haswell,-bmi2", "generic"), ("Nehalem", "generic"),
    ("qemu64", "generic"))]


def kernels(path, variant):
    """Places in the object file of the kernels of a variant."""
    sections = {}
    for line in run("readelf", "-SW", path).splitlines():
        found = re.match(r"\s*\[\s*(\d+)\]\s+\S+\s+PROGBITS\s+[0-9a-f]+\s+([0-9a-f]+)", line)
        if found:
            sections[int(found[1])] = int(found[2], 16)
    places = []
    for line in run("readelf", "-sW", path).splitlines():
        word = line.split()
        if len(word) == 8 and re.fullmatch(rf"lenet5_{variant}_(one|batch)_0", word[7]):
            places.append(sections[int(word[6])] + int(word[1], 16))
    assert places, f"no kernels of {variant}"
    return places


def poisoned(path, variant):
    with open(path, "rb") as file:
        content = bytearray(file.read())
    for place in kernels(path, variant):
        content[place:place + len(UNDEFINED)] = UNDEFINED
    with open("poisoned.o", "wb") as file:
        file.write(content)
    return link(LENET5, "poisoned.o", f"poisoned-{variant}", flags=["-static"], images=FEW)


build(LENET5, "auto.o", "--emit", "obj")
whole = link(LENET5, "auto.o", "auto", flags=["-static"], images=FEW)
expected = {}
for name, cpu in ("generic", "generic"), ("x86_64_v3", "x86-64-v3"):
    build(LENET5, "one.o", "--emit", "obj", "--cpu", cpu)
    runner = ["qemu-x86_64", "-cpu", "Haswell"]
    expected[name] = outputs(LENET5, link(LENET5, "one.o", "one", flags=["-static"], images=FEW), runner, FEW)
expected["x86_64_v4"] = expected["x86_64_v3"]  # the promise of equal bits
for runner, variant in CASES:
    got = outputs(LENET5, whole, runner, FEW)
    if variant == "generic":
        close(got, expected[variant], f"{runner}")
    else:
        same_bits(got, expected[variant], f"{runner}")

programs = {variant: poisoned("auto.o", variant) for variant in VARIANTS}
for runner, taken in CASES:
    for variant, program in programs.items():
        with open("inputs", "wb") as file:
            file.write(bytes(4 * 28 * 28 * IMAGES))
        with open("inputs", "rb") as file:
            status = subprocess.run([*runner, program], stdin=file, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL).returncode
        ended = status in (-signal.SIGILL, 128 + signal.SIGILL)
        if ended != (variant == taken) or (not ended and status != 0):
            sys.exit(f"{runner}: {taken} should run; with {variant} damaged the status is {status}")
