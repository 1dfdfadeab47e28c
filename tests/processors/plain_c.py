#!/usr/bin/env python3
"""--emit c is plain C99: silent under -pedantic -Wall -Wextra in gcc and clang, also for other machines, the same
outputs to 1e-5 as code with fused multiply-adds, and the same bits from all compilers. Its header is C++ as well."""
import os
import re
import shutil

from _networks import MODELS, ROOT, SOME, build, close, link, name_of, need, outputs, run, same_bits

FLAGS = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror")
OTHERS = ("i386-linux-gnu", "armv7a-linux-gnueabi", "powerpc64-linux-gnu", "riscv32-linux-gnu")
need("gcc")


def text_is_plain(path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"#if defined\(__GNUC__\).*?#else", "", re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL),
                      flags=re.DOTALL)
    found = re.search(r"#line|__\w+|\bfmaf?\(|vector_size", text)
    assert not found, f"{path}: {found[0]}"
    assert re.search(r"bits\[\d+\]; float value\[\d+\]; } weights = \{\{\n0x[0-9a-f]+,", text), path


def compile_by(cc, model, path):
    """The object; None without the compiler."""
    if not shutil.which(cc):
        return None
    run(cc, *FLAGS, "-O1", "-c", path, "-o", f"{cc}.o")
    return f"{cc}.o"


for model in MODELS:
    name = name_of(model)
    path = build(model, f"{name}.c", "--emit", "c")
    text_is_plain(path)
    if model not in SOME:  # tests/routes compares their outputs
        run("gcc", *FLAGS, "-fsyntax-only", path)
        continue
    plain = outputs(model, link(model, compile_by("gcc", model, path), "by-gcc"))
    compile_by("aarch64-linux-gnu-gcc", model, path)
    clang = compile_by("clang-19", model, path)
    if clang:
        same_bits(outputs(model, link(model, clang, "by-clang")), plain, f"{name}, gcc and clang")
        run("clang-19", "-x", "c++", "-std=c++98", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"{name}.h")
    for triple in OTHERS if clang and name == "lenet5" else ():
        run("clang-19", f"--target={triple}", "-ffreestanding", "-fsyntax-only", *FLAGS, path)
    if name == "lenet5":  # in its own dialect gcc would make one operation of a product and a sum
        run("gcc", "-O2", "-march=native", "-c", path, "-o", "gnu.o")
        same_bits(outputs(model, link(model, "gnu.o", "by-gnu")), plain, "what gcc makes of it without options")
    build(model, f"{name}.o", "--emit", "obj")
    close(plain, outputs(model, link(model, f"{name}.o", "native")), f"{name}, plain C and an object")

# with few registers bodies are short: all the code of lenet5, for an image and for batches
build(os.path.join(ROOT, "models", "lenet5.net"), "generic.o", "--emit", "obj", "--cpu", "generic", "-O2")
code = re.search(r" \.text +PROGBITS +\w+ +\w+ +(\w+)", run("readelf", "-SW", "generic.o"))
assert int(code[1], 16) < 40000, f"{int(code[1], 16)} bytes of code"
