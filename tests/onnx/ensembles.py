#!/usr/bin/env python3
"""Networks that answer together give the same by every route: programs, libraries, C and trainers, by code and by the
interpreter, to the bit what numpy makes of the networks' own outputs; an ONNX file what its operators make of them."""
import ctypes
import glob
import json
import os
import re
import struct
import subprocess

import _onnx
from _networks import NETC, fail, np, run

try:
    import onnx
    import onnxruntime
except ImportError:
    onnx = onnxruntime = None

FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
FLAGS = {"asan": ["-fsanitize=address,undefined"]}.get(os.path.basename(os.environ["NETC_BUILD"]), [])
BELOW, ABOVE = np.float32(0.99999994), np.float32(0.50000006)
MODEL = "network %s {\n%s\n}\ntrain {\n%s\n    ensemble %d combine=%s\n}\n"
FILES = '    data npy x="x.npy" y="y.npy"\n    split test=20 order=file\n    epochs 2\n    batch 8\n'
random = np.random.default_rng(7)


def check(good, text):
    if not good:
        fail(text)


def combined(outputs, combine, kind):
    """By the definition, in floats: `outputs` are those of each network."""
    total = outputs[0].copy()
    for own in outputs[1:]:
        with np.errstate(invalid="ignore"):
            total += own
    members = np.float32(len(outputs))
    mean = total / members
    if combine == "mean":
        return mean
    if kind == "class" and mean.shape[1] > 1:
        votes = sum(np.eye(mean.shape[1], dtype=np.float32)[own.argmax(1)] for own in outputs)
        tied = votes == votes.max(1, keepdims=True)
        first = np.eye(mean.shape[1], dtype=bool)[np.where(tied, mean, -np.inf).argmax(1)]
        share = votes / members
        share = np.where(tied & ~first, share * BELOW, share)
        return np.where(np.isnan(mean).any(1, keepdims=True), np.float32(np.nan), share)
    share = sum((own > 0.5).astype(np.float32) for own in outputs) / members
    return np.where(np.isnan(mean), mean, np.where((share == 0.5) & (mean > 0.5), ABOVE, share))


def same(found, expected, what):
    check(found.dtype == np.float32 and found.shape == expected.shape, f"{what}: {found.shape} {found.dtype}")
    if not np.array_equal(found, expected, equal_nan=True):
        at = np.argwhere(~((found == expected) | (np.isnan(found) & np.isnan(expected))))[0]
        fail(f"{what}: {found[tuple(at)]!r} at {at}, expected {expected[tuple(at)]!r}")


def predicted(program, x):
    np.save("in.npy", x)
    subprocess.run([program, "in.npy", "-o", "out.npy", "-q"], check=False, stderr=subprocess.DEVNULL)
    return np.load("out.npy")


def by_library(path, name, x, outputs):
    """All at once, and one by one."""
    library = ctypes.CDLL(os.path.abspath(path))
    y, one = (np.zeros((len(x), outputs), np.float32) for _ in range(2))
    size = int(re.search(r"WORKSPACE_BYTES (\d+)", open(f"{name}.h", encoding="utf-8").read())[1])
    space = ctypes.create_string_buffer(size)
    address = lambda array: array.ctypes.data_as(ctypes.c_void_p)  # noqa: E731
    batch, single = getattr(library, f"{name}_predict_batch"), getattr(library, f"{name}_predict")
    batch(address(x), address(y), ctypes.c_int64(len(x)), space)
    for i in range(len(x)):
        single(address(x[i]), address(one[i]), space)
    same(one, y, "one by one")
    check(getattr(library, f"{name}_selftest")() == 0, "the self-test")
    if hasattr(library, f"{name}_classify"):
        found = [getattr(library, f"{name}_classify")(address(x[i]), space) for i in range(len(x))]
        classes = y[:, 0] > 0.5 if outputs == 1 else np.where(np.isnan(y).any(1), -1, y.argmax(1))
        check(found == [int(c) for c in classes], f"classes {found}")
    return y


def by_onnx(x, expected):
    with open("model.onnx", "rb") as file:
        model = _onnx.decode(file.read())
    found = [_onnx.evaluate(model, x)] if np.isfinite(expected).all() else []  # in doubles, which hold what floats do not
    if onnx:
        onnx.checker.check_model("model.onnx", full_check=True)
        session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
        found += [session.run(None, {model["graph"]["input"][0]["name"]: x})[0]]
    for each in found:
        check(np.allclose(each.reshape(expected.shape), expected, atol=1e-5, equal_nan=True), "ONNX computes something else")


def routes(name, combine, kind, weights, apart, x):
    """Compares all routes; the outputs. `apart`: the weights of each network."""
    path = f"{name}.net"
    own = []
    for each in apart:
        run("build", path, "--infer", "--weights", each, "--set", "ensemble 1", *FAST, "-o", "single", "-Wno-other-function")
        own.append(predicted("./single", x))
    expected = combined(own, combine, kind)
    flat = np.ascontiguousarray(x.reshape(len(x), -1))
    run("build", path, "--infer", "--weights", weights, *FAST, "-o", "together")
    same(predicted("./together", x), expected, f"{name}: the program")
    run("build", path, "--infer", "--weights", weights, *FAST, "-o", "generic", "--cpu", "x86-64-v3")
    same(predicted("./generic", x), expected, f"{name}: the program for one processor")
    check(subprocess.run(["./together", "--selftest", "-q"], check=False).returncode == 0, f"{name}: self-test")
    run("build", path, "--infer", "--weights", weights, *FAST, "--emit", "shared", "-o", f"lib{name}.so")
    if not FLAGS:
        same(by_library(f"lib{name}.so", name, flat, expected.shape[1]), expected, f"{name}: the library")
    run("build", path, "--infer", "--weights", weights, "--emit", "c", "-o", f"{name}.c")
    subprocess.run([os.environ.get("CC", "gcc"), "-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                    "-ffp-contract=off", f"{name}.c", "-o", f"lib{name}-c.so", "-lm"], check=True)
    plain = by_library(f"lib{name}-c.so", name, flat, expected.shape[1]) if not FLAGS else expected
    check(np.allclose(plain, expected, atol=1e-5, equal_nan=True), f"{name}: plain C")
    run("build", path, "--infer", "--weights", weights, "--emit", "onnx", "-o", "model.onnx")
    by_onnx(x, expected)
    return expected, own


def trained(name, body, settings, members, combine):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % (name, body, settings, members, combine))
    results = {}
    for back in (["-O0"], ["--backend", "interp"]):
        run("train", f"{name}.net", *([*FAST, *back] if back[0] == "--backend" else FAST), "-q", "--name", f"{name}{back[0][1:2]}")
        folder, = glob.glob(f"runs/{name}{back[0][1:2]}-*")
        with open(f"{folder}/result.json", encoding="utf-8") as file:
            results[folder] = json.load(file)
    first, second = results.values()
    figures = {key: value for key, value in first.items() if key.startswith("test_")}
    check(figures and figures == {key: value for key, value in second.items() if key.startswith("test_")},
          f"{name}: {first} by code, {second} by the interpreter")
    return next(iter(results)), first


def close(a, b):
    return abs(a - b) <= 1e-6 * max(1, abs(b))


# ---- what training leaves ----
x = random.uniform(0, 1, (60, 1, 6, 5)).astype(np.float32)
label = (3 * x.reshape(60, -1)[:, :3]).astype(int).max(1).astype(np.int64)
np.save("x.npy", x)
np.save("y.npy", label)
BODY = "    input 1x6x5 mean=data std=data\n    conv 3 kernel=3x3 activation=relu\n    batchnorm\n    dense 3 activation=softmax"
for combine, members in (("mean", 3), ("vote", 4)):
    folder, result = trained(f"classes_{combine}", BODY, FILES, members, combine)
    members_of = [f"{folder}/member-{k + 1}" for k in range(members)]
    y, own = routes(f"classes_{combine}", combine, "class", folder, members_of, x)
    check(close(result["test_accuracy"], (y.argmax(1) == label)[40:].mean()), f"{combine}: accuracy {result}")
np.save("labels.npy", label)
out = subprocess.check_output(["./together", "--labels", "labels.npy", "in.npy"], text=True)
check(out.startswith(f"{100 * (y.argmax(1) == label).mean():.2f} %"), out)
np.save("first.npy", x[:1])
out = subprocess.check_output(["./together", "first.npy"], text=True)
check(out == f"first.npy  {y[0].argmax()}  {100 * y[0].max():.2f} % of 4 votes\n", out)
out = json.loads(subprocess.check_output(["./together", "--json", "first.npy"], text=True))
check(np.float32(out["share_of_votes"]) == y[0].max() and "probability" not in out, out)

values = np.stack([x.reshape(60, -1)[:, :4].sum(1) * 100, x.reshape(60, -1)[:, 5] - 3], 1).astype(np.float32)
np.save("y.npy", values)
BODY = "    input 1x6x5\n    dense 5 activation=tanh\n    dense 2"
folder, result = trained("sizes", BODY, FILES + "    target values scale=true\n", 3, "mean")
y, _ = routes("sizes", "mean", "values", folder, [f"{folder}/member-{k}" for k in (1, 2, 3)], x)
miss = (y.astype(float) - values)[40:]
check(close(result["test_rmse"], np.sqrt((miss ** 2).mean())) and close(result["test_mae"], abs(miss).mean()) and
      close(result["test_r2"], (1 - (miss ** 2).mean(0) / values[40:].astype(float).var(0)).mean()), result)

answers = (x.reshape(60, -1)[:, :3] > 0.5).astype(np.float32)
np.save("y.npy", answers)
BODY = "    input 1x6x5\n    dense 5 activation=tanh\n    dense 3 activation=sigmoid"
for combine, members in (("vote", 4), ("mean", 2)):
    folder, result = trained(f"labels_{combine}", BODY, FILES + "    target labels\n", members, combine)
    y, _ = routes(f"labels_{combine}", combine, "labels", folder,
                  [f"{folder}/member-{k + 1}" for k in range(members)], x)
    right = ((y > 0.5) == (answers > 0.5))[40:]
    check(close(result["test_accuracy"], right.mean()) and close(result["test_exact"], right.all(1).mean()), result)

np.save("y.npy", label)
BODY = "    input 1x6x5\n    dense 4 activation=tanh\n    dense 30 activation=sigmoid"
folder, result = trained("again", BODY, FILES + "    target input\n", 2, "mean")
y, _ = routes("again", "mean", "input", folder, [f"{folder}/member-{k}" for k in (1, 2)], x)
check(close(result["test_rmse"], np.sqrt(((y.astype(float) - x.reshape(60, -1))[40:] ** 2).mean())), result)


# ---- ties, and outputs that are no numbers: networks that give their inputs, each in an order of its own ----
def write_weights(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, array in tensors.items():
        header[key] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def orders(name, body, matrices, combine, x, cost="quadratic"):
    members = len(matrices)
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % (name, body, f'    data npy x="absent" y="absent"\n    cost {cost}', members, combine))
    tensors = {f"{k + 1}.dense1.weight": w for k, w in enumerate(matrices)}
    write_weights("all.safetensors", tensors, {"format": "pt"})
    for k, w in enumerate(matrices):
        write_weights(f"own{k}.safetensors", {"dense1.weight": w}, {"format": "pt"})
    return routes(name, combine, "class", "all.safetensors", [f"own{k}.safetensors" for k in range(members)], x)


rows = np.array([[9, 1, 2], [1, 5, 4], [1, 2, 9], [3, 3, 3], [0, 0, 0], [-1, -5, -2], [5, 4, 4.5]], np.float32)
rows = np.concatenate([rows, random.normal(0, 3, (30, 3)).astype(np.float32)])
turns = [np.roll(np.eye(3, dtype=np.float32), k, 1) for k in range(3)]
THREE = "    input 3\n    dense 3 bias=false activation=linear"
y, own = orders("turned", THREE, turns + turns[:1], "vote", rows)
y, own = orders("tied", THREE, [turns[0], 2 * turns[1]], "vote", rows)
two = (y == 0.5).sum(1) == 1
check(two.sum() > 5 and ((y > 0.49999) & (y < 0.5)).any(1).tolist() == two.tolist(), f"ties:\n{y}")
for i in np.flatnonzero(two):
    rivals = {own[0][i].argmax(), own[1][i].argmax()}
    check(y[i].argmax() == max(rivals, key=lambda c: (own[0] + own[1])[i][c]), "a tie goes to the larger mean")
huge = np.array([[3e38, 1, 2], [1, 2, 3]], np.float32)
y, _ = orders("no_numbers", THREE, [turns[0] * np.float32(3), turns[0] * np.float32(-3), turns[1]], "vote", huge)
check(np.isnan(y[0]).all() and not np.isnan(y[1]).any(), f"no numbers:\n{y}")
ONE = "    input 3\n    dense 1 bias=false activation=sigmoid"
pair = [np.array([[1, 0, 0]], np.float32), np.array([[0, 1, 0]], np.float32)]
y, own = orders("one", ONE, pair, "vote", rows, cost="cross_entropy")
tie = (own[0] > 0.5) != (own[1] > 0.5)
check(tie.any() and ((y > 0.5) == (own[0] + own[1] > 1))[tie].all(), f"one output:\n{y}")
y, own = orders("four", ONE, pair + pair, "mean", rows, cost="cross_entropy")

# a file that says how many it is of must be taken as such
write_weights("said.safetensors", {"1.dense1.weight": turns[0], "2.dense1.weight": turns[1]}, {"ensemble": "2"})
err = run("build", "turned.net", "--infer", "--weights", "said.safetensors", status=3).stderr
check("netc build --infer turned.net --set 'ensemble 2' takes them" in err, err)
run("build", "turned.net", "--infer", "--weights", "said.safetensors", "--set", "ensemble 2", *FAST)
err = run("build", "turned.net", "--infer", "--weights", "own0.safetensors", status=3).stderr
check("--set 'ensemble 1' takes them" in err, err)
err = run("build", "classes_mean.net", "--infer", "--weights", "all.safetensors", "--until", "conv1", status=2).stderr
check("--set 'ensemble 1' with --weights RUN/member-1" in err, err)
print("ok")
