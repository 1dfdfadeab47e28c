#!/usr/bin/env python3
"""The same bits from every processor with fused multiply-add, for an image alone and in batches of 1, 3, 16, 17 and 256:
x86-64-v3, x86-64-v4 where it is here, and ARM64 under qemu, whichever of its processors is named, by LLVM and through C
compilers. Without fused multiply-add
the outputs are as close as 1e-5."""
import os
import re
import shutil
import subprocess

from _networks import IMAGES, MODELS, NETC, SOME, build, close, link, name_of, need, need_x86_64, outputs, run, \
    same_bits, weights

ARM = "aarch64-linux-gnu"
ROWS = ("generic", "cortex-a72", "cortex-a76", "neoverse-n1", "neoverse-v1", "neoverse-v2", "apple-m1")
FEW = 17  # images under qemu
need_x86_64()
need("gcc")
with open("/proc/cpuinfo", encoding="utf-8") as file:
    FLAGS = set(re.findall(r"\w+", file.read()))
V4 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= FLAGS
LLVM = "without LLVM" not in run(NETC, "--version")
ARM64 = shutil.which("qemu-aarch64") and shutil.which(ARM + "-gcc")
ROUTES = ("llvm", "c") if LLVM else ("c",)
if not {"avx2", "fma"} <= FLAGS:
    print("this processor has no fused multiply-add")
    raise SystemExit(77)


def here(model, *options):
    path = build(model, "here.o", "--emit", "obj", *options)
    return outputs(model, link(model, path, "here"))


def on_arm64(model, route, images):
    cpu = ROWS[MODELS.index(model) % len(ROWS)]
    path = build(model, "arm.o", "--emit", "obj", "--target", ARM, "--cpu", cpu, "--backend", route)
    names = run(ARM + "-nm", path)
    assert not re.search(r" U .*(fma|sqrt)", names), names
    program = link(model, path, "arm", ARM + "-gcc", ["-static"], images)
    return outputs(model, program, ["qemu-aarch64"], images)


for model in MODELS:
    name = name_of(model)
    v3 = here(model, "--cpu", "x86-64-v3")
    if model in SOME:
        same_bits(here(model, "--cpu", "x86-64-v3", "--backend", "c"), v3, f"{name}, x86-64-v3 through C")
        close(here(model, "--cpu", "generic"), v3, f"{name}, without fused multiply-add")
    if V4:
        same_bits(here(model, "--cpu", "x86-64-v4"), v3, f"{name}, x86-64-v4")
    for route in ROUTES if ARM64 else ():
        if route == ROUTES[0] or model in SOME:
            images = IMAGES if name == "lenet5" and route == ROUTES[0] else FEW
            same_bits(on_arm64(model, route, images), v3[:images], f"{name}, ARM64 by {route}")

# without the compiler for ARM64: a line behind the one about the weights, status 3
done = subprocess.run([NETC, "build", SOME[0], "--infer", "--weights", weights(SOME[0]), "--emit", "obj", "--target", ARM],
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PATH": "."})
assert done.returncode == 3, done
assert done.stdout.splitlines()[1:] == [f"netc: found no program '{ARM}-gcc', the C compiler for that kind of machine; "
                                        f"install gcc-{ARM}, or name one with --cc"], done.stdout

if not ARM64:
    print("not tried on ARM64: install qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross")
    raise SystemExit(77)
