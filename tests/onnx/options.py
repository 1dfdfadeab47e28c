#!/usr/bin/env python3
"""netc build --infer --emit onnx: where the weights come from, where the file goes, and what is said about weights that
do not fit."""
import json
import os
import re
import shutil
import stat
import struct

import _networks
import _onnx
from _networks import fail, np, run

SMALL = """network small {
    input 4 %s
    dense 3 activation=relu
    out: dense 2 activation=softmax
}
train {
    data idx images="absent" labels="absent"
}
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def build(*options, model="small.net", weights="w.safetensors", status=0, error=None):
    done = run("build", model, "--infer", "--weights", weights, "--emit", "onnx", *options, status=status, text=False)
    said = re.sub(r"^netc: weights from .*\n", "", done.stderr.decode())
    if said != ("" if error is None else error + "\n"):
        fail(f"{options}: expected {error!r}, got {said!r}")
    return done.stdout


def usage(error, *arguments):
    if run("build", "small.net", *arguments, status=2).stderr != f"netc build: {error}\n":
        fail(f"{arguments}: {run('build', 'small.net', *arguments, status=2).stderr}")


def change(header, data=None, path="changed.safetensors"):
    """The weights with the header changed by a function, and perhaps other data."""
    with open("w.safetensors", "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    parsed = json.loads(content[8:8 + size])
    header(parsed)
    text = json.dumps(parsed).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + (content[8 + size:] if data is None else data))
    return path


write("small.net", SMALL % "")
network = _networks.Network("small.net")
network.write_weights("w.safetensors")

# ---- usage ----
NEEDS = "--emit onnx is about a trained network; it needs --infer --weights FILE|RUN"
usage(NEEDS, "--emit", "onnx")
usage(NEEDS, "--emit", "onnx", "--infer")
usage(NEEDS, "--emit", "onnx", "--weights", "w.safetensors")
usage("--infer is about a trained network; it needs --weights FILE|RUN", "--infer")
usage("--weights goes with --infer; a trainer is told its weights when it runs", "--weights", "w.safetensors")
for option in ("--backend", "c"), ("--cpu", "generic"), ("--cc", "gcc"), ("-O", "1"):
    usage(f"{option[0]} is about code; an ONNX file holds none", "--infer", "--weights", "w.safetensors", "--emit", "onnx",
          *option)

# ---- outputs ----
before = set(os.listdir("."))
build()
if set(os.listdir(".")) - before != {"small.onnx"} or os.stat("small.onnx").st_mode & stat.S_IXUSR:
    fail("without -o it is small.onnx, which is no program, and nothing else")
with open("small.onnx", "rb") as file:
    first = file.read()
if build("-o", "-") != first or build("-o", "again.onnx") != b"" or open("again.onnx", "rb").read() != first:
    fail("equal input, equal bytes, on standard output too")
build("-o", "/dev/null")
if not stat.S_ISCHR(os.stat("/dev/null").st_mode):
    fail("/dev/null was replaced")
build("-o", "absent/x", status=3,
      error="netc: absent/x: cannot create a file beside it: No such file or directory; there is no folder 'absent'; 'mkdir -p "
            "absent' makes the folder")

# ---- weights that do not fit: nothing is written ----
os.remove("small.onnx")
build(weights="absent", status=3, error="netc: absent: cannot open: No such file or directory")
write("text", "not weights at all")
build(weights="text", status=3, error="netc: text: is not a safetensors file, or is cut short (18 bytes); a run has one: "
      "runs/latest/weights.safetensors")
write("wide.net", (SMALL % "").replace("dense 3", "dense 5"))
build(model="wide.net", status=3, error="netc: --weights w.safetensors: it has dense1.weight [3,4], this network needs "
      "dense1.weight [5,4]; 'netc show w.safetensors' prints the network they are of [weights-mismatch]")
write("named.net", (SMALL % "").replace("out:", "last:"))
build(model="named.net", status=3, error="netc: --weights w.safetensors: missing last.weight [2,3], last.bias [2]; "
      "unexpected out.weight [2,3], out.bias [2]; use --rename out=last [weights-mismatch]")
nan = np.concatenate([network.params[layer][key].ravel() for layer in network.params for key in network.params[layer]])
nan[13] = np.nan
build(weights=change(lambda header: None, nan.tobytes()), status=3,
      error="netc: changed.safetensors: value 1 of dense1.bias is not finite")
write("data.net", SMALL % "mean=data")
build(model="data.net", status=3, error="netc: w.safetensors: it keeps no input_mean, which 'input mean=data' takes from "
      "training; write the numbers in the model [weights-mismatch]")
write("std.net", SMALL % "std=data")
build(model="std.net", weights=change(lambda header: header["__metadata__"].update(input_std="[1, 0, 1, 1]")), status=3,
      error="netc: changed.safetensors: its input_std has 0, expected numbers above 0")
build(model="std.net", weights=change(lambda header: header["__metadata__"].update(input_std="[1, 2]")), status=3,
      error="netc: changed.safetensors: its input_std is not a list of 4 numbers")
for classes in "no list", '["one"]', "[1, 2]":
    build(weights=change(lambda header: header["__metadata__"].update(classes=classes)), status=3,
          error="netc: changed.safetensors: its classes are not a list of 2 names, one a class")
if os.path.exists("small.onnx"):
    fail("something was written all the same")


# ---- other types of number ----
def halve(header):
    for about in header.values():
        if "dtype" in about:
            about.update(dtype="F16", data_offsets=[offset // 2 for offset in about["data_offsets"]])


halves = np.frombuffer(nan.tobytes(), np.float32).astype(np.float16)
halves[13] = 0.5
build(weights=change(halve, halves.tobytes()), error="netc: the weights are F16 in the file and were converted to F32")
tensors = {t["name"]: t for t in _onnx.decode(open("small.onnx", "rb").read())["graph"]["initializer"]}
if not np.array_equal(_onnx.tensor_array(tensors["dense1.weight"]).ravel(), halves[:12].astype(np.float32)):
    fail("half precision was not converted as it should be")


# ---- a run: its best epoch, else its last; the file computes what the trainer computed ----
def images(part):
    import gzip
    folder = os.path.join(os.environ["NETC_ROOT"], "runtime/data/digits")
    with gzip.open(os.path.join(folder, part + "-images-idx3-ubyte.gz")) as file:
        x = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 1, 28, 28)
    with gzip.open(os.path.join(folder, part + "-labels-idx1-ubyte.gz")) as file:
        return x.astype(np.float32) / np.float32(255), np.frombuffer(file.read()[8:], np.uint8)


def accuracy(weights):
    build(model=LENET, weights=weights)
    with open("lenet5.onnx", "rb") as file:
        model = _onnx.decode(file.read())
    x, labels = images("t10k")
    return float((_onnx.evaluate(model, x).argmax(1) == labels).mean())


LENET = os.path.join(os.environ["NETC_ROOT"], "models/lenet5.net")
run("train", LENET, "--epochs", "3", "--rate", "0.2", "-q", "--name", "short")
name, = (name for name in os.listdir("runs") if re.match("short-", name))
with open(f"runs/{name}/result.json") as file:
    result = json.load(file)
for weights in f"runs/{name}", name, "runs/latest", f"runs/{name}/best.safetensors":
    if accuracy(weights) != result["best_test_accuracy"]:
        fail(f"{weights}: accuracy {accuracy(weights)}, the trainer's best had {result['best_test_accuracy']}")
if accuracy(f"runs/{name}/weights.safetensors") != result["test_accuracy"]:
    fail("the last weights: not the trainer's accuracy")
shutil.copytree(f"runs/{name}", "other")
os.remove("other/best.safetensors")
if accuracy("other") != result["test_accuracy"]:
    fail("a run without best weights: not the last ones")
