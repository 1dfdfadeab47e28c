#!/usr/bin/env python3
"""Outputs that are no numbers: no class, wrong, said, status 1; and classes whose outputs are no probabilities."""
import json
import os
import struct
import subprocess
import sys

NETC = os.environ["NETC"]
ENVIRONMENT = dict(os.environ, XDG_CACHE_HOME=os.path.abspath("cache"))


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != status:
        sys.exit(f"{' '.join(words)}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def save_weights(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def model(name, last):
    with open(f"{name}.net", "w") as file:
        file.write(f"network {name} {{ input 4; default dense bias=false; dense 3 activation=linear; dense 2 activation={last} }}\n"
                   "train { data idx images=\"x\" labels=\"y\" test_images=\"x\" test_labels=\"y\" }\n")
    return f"{name}.net"


with open("x", "wb") as file:
    file.write(bytes([0, 0, 8, 2]) + struct.pack(">II", 20, 4) + bytes([255] * 80))
with open("y", "wb") as file:
    file.write(bytes([0, 0, 8, 1]) + struct.pack(">I", 20) + bytes([0, 1] * 10))
save_weights("huge.safetensors", {"dense1.weight": ([3, 4], [3e38] * 8 + [-3e38] * 4),
                                  "dense2.weight": ([2, 3], [1.0] * 6)})
save_weights("small.safetensors", {"dense1.weight": ([3, 4], [0.25] * 12),
                                   "dense2.weight": ([2, 3], [1.0] * 3 + [-1.0] * 3)})

net = model("m", "softmax")
run(NETC, "build", net, "--infer", "--weights", "huge.safetensors")
out, err = run("./m-predict", "x", status=1)
check(out.splitlines()[0] == "x[0]  no class  nan" and "outputs of 20 of 20 images are infinite or no numbers (NaN)" in err, out + err)
out, err = run("./m-predict", "--json", "x", status=1)
check(json.loads(out.splitlines()[0]) == {"file": "x", "index": 0, "class": None, "name": None, "probability": None}, out)
out, err = run("./m-predict", "x", "y", status=1)
check(out.startswith("0.00 %  (0 of 20;") and "[not-finite]" in err, out + err)
run("./m-predict", "x", "-o", "y.npy", status=1)
check(os.path.exists("y.npy"), "the outputs were not written")

evaluate = [NETC, "train", net, "--weights", "huge.safetensors", "--evaluate"]
out, err = run(*evaluate, "--require", "test_accuracy>=0", status=1)
check("-nan" not in out and "cost nan" in out and "not finite on the training part" in err, out + err)
check("test    0.00 %  (0 of 20; ± 0.00)" in out, out)
check(run(*evaluate, "-q", status=1)[0] == "", "-q prints a figure of weights that are no good")
run(*evaluate[:3], "--weights", "small.safetensors", "--evaluate", "-q", "--require", "test_accuracy>=0.5")

# the library's class
run(NETC, "build", net, "--infer", "--weights", "huge.safetensors", "--emit", "c", "-o", "net.c")
with open("main.c", "w") as file:
    file.write("#include \"net.h\"\n#include <stdio.h>\nstatic unsigned char w[M_WORKSPACE_BYTES];\nint main(void) {\n"
               "    const float x[4] = {1, 1, 1, 1};\n    printf(\"%d\\n\", m_classify(x, w));\n    return 0;\n}\n")
run("gcc", "main.c", "net.c", "-lm", "-o", "main")
check(run("./main")[0] == "-1\n", "the class of a NaN in C")

# the trainer counts as the program does: one NaN is one image, and an infinite output is a class
with open("x", "r+b") as file:
    file.seek(12 + 8 * 4)
    file.write(bytes(4 * 12))  # twelve images of zeros, whose outputs are numbers
for last, right in (("softmax", 6), ("tanh", 6), ("linear", 6)):
    net = model("w", last)
    run(NETC, "build", net, "--infer", "--weights", "huge.safetensors")
    out, err = run("./w-predict", "x", "y", status=1)
    check(out.startswith(f"{5 * right}.00 %  ({right} of 20;") and "outputs of 8 of 20 images" in err, f"{last}: {out}{err}")
    out, err = run(NETC, "train", net, "--weights", "huge.safetensors", "--evaluate", status=1)
    check(f"({right} of 20;" in out and "nan %" not in out, f"{last}: {out}{err}")
save_weights("infinite.safetensors", {"dense1.weight": ([3, 4], [3e38] * 12),
                                      "dense2.weight": ([2, 3], [1.0] * 6)})
out, err = run("./w-predict", "x", status=1)
run(NETC, "build", net, "--infer", "--weights", "infinite.safetensors")
out, err = run("./w-predict", "x", status=1)
check(out.startswith("x[0]  0  inf\n") and "outputs of 8 of 20 images are infinite" in err, out + err)

# plain numbers where the last layer gives no probabilities
net = model("r", "relu")
run(NETC, "build", net, "--infer", "--weights", "small.safetensors")
check(run("./r-predict", "x")[0].splitlines()[0] == "x[0]  0  3", "outputs of relu")
check(run("./r-predict", "--all", "x")[0].splitlines()[0] == "x[0]  0 3  1 0", "all outputs of relu")
check(json.loads(run("./r-predict", "--json", "x")[0].splitlines()[0])["output"] == 3, "JSON of relu")
print("ok")
