#!/usr/bin/env python3
"""A self-test whose network enlarges every difference of rounding: each code is compared with its own outputs. And
names of networks that files of the system have."""
import json
import os
import random
import struct
import subprocess
import sys

NETC = os.environ["NETC"]


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(words)}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


random.seed(1)
header, data = {}, b""
for i in range(1, 42):
    units = 30 if i < 41 else 3
    for name, shape, sd in ((f"dense{i}.weight", [units, 30], 6 / 30**.5), (f"dense{i}.bias", [units], .1)):
        count = units * 30 if len(shape) == 2 else units
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += struct.pack(f"<{count}f", *(random.gauss(0, sd) for _ in range(count)))
text = json.dumps(header).encode()
with open("w.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)


def model(name):
    with open(f"{name}.net", "w") as file:
        file.write(f"network {name} {{\n    input 30\n    repeat 40 {{ dense 30 activation=tanh }}\n"
                   "    dense 3 activation=softmax\n}\n")
    return [NETC, "build", f"{name}.net", "--infer", "--weights", "w.safetensors"]


build = model("chaos")
for cpu in ("generic", "auto"):
    run(*build, "--cpu", cpu, "-o", "program")
    run("./program", "--selftest")

for name, emit, file in (("stdint", "lib", "stdint.h"), ("string", "obj", "string.h"), ("m", "lib", "libm.a"),
                         ("c", "shared", "libc.so")):
    before = set(os.listdir("."))
    error = run(*model(name), "--emit", emit, status=2)[1]
    if not error.startswith(f"netc build: {file}: a file of the system") or f"'{name}_net'" not in error:
        sys.exit(error)
    if set(os.listdir(".")) - before != {f"{name}.net"}:
        sys.exit(f"{name}: something was written")
print("ok")
