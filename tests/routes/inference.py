"""Inference by every route: the same bits, one image by one and in batches, and what the trainer's evaluation found."""
import json
import os
import re
import shutil
import struct

import numpy as np

SIZES = (1, 3, 16, 17, 256)
HERE = os.path.dirname(os.path.abspath(__file__))


def read_idx(path):
    with open(path, "rb") as file:
        content = file.read()
    rank = content[3]
    return np.frombuffer(content[4 + 4 * rank:], np.uint8).reshape(struct.unpack(f">{rank}I", content[4:4 + 4 * rank]))


def predict(run, netc, name, model, sets, options, number, sizes=SIZES, level="-O1"):
    """Outputs [1 + batch sizes, images, outputs] of a library built with these options; C is compiled at `level`."""
    folder = f"library{number}"
    os.mkdir(folder)
    emit = "c" if "--emit" in options else "obj"
    library = f"{folder}/{name}.{'c' if emit == 'c' else 'o'}"
    run(netc, "build", model, *sets, "--infer", "--weights", "trained.safetensors", *options,
        *(() if emit == "c" else ("--emit", "obj")), "-o", library)
    program = f"{folder}/predict"
    run(shutil.which("gcc") or shutil.which("clang-19"), level, "-I", folder, f"-DNAME={name}",
        f"-DCAPITALS={name.upper()}", f'-DHEADER="{name}.h"', os.path.join(HERE, "predict.c"), library, "-lm", "-o",
        program)
    run(f"./{program}", "images.bytes", f"{folder}/outputs", *map(str, sizes))
    outputs = int(re.search(r"_OUTPUTS (\d+)", open(f"{folder}/{name}.h", encoding="utf-8").read()).group(1))
    found = np.fromfile(f"{folder}/outputs", np.uint32).reshape(1 + len(sizes), 300, outputs)
    shutil.rmtree(folder)
    return found


def check_evaluation(fail, result, outputs, labels, pixels):
    """The trainer's figures for the test part, from these outputs."""
    outputs = outputs[:len(pixels)].astype(np.float64)
    targets = np.load("few/test_targets.npy") if os.path.exists("few/test_targets.npy") else pixels.reshape(len(pixels), -1) / 255
    if "test_exact" in result:
        found, expected = float(((outputs > 0.5) == targets).mean()), result["test_accuracy"]
    elif "test_accuracy" in result:
        chosen = (outputs[:, 0] > 0.5).astype(int) if outputs.shape[1] == 1 else outputs.argmax(1)
        found, expected = float((chosen == labels).mean()), result["test_accuracy"]
    elif "test_rmse" in result:
        found = float(np.sqrt(((outputs - targets) ** 2).mean()))
        expected = result["test_rmse"]
    else:
        return
    if abs(found - expected) > 1e-6 * max(1, abs(expected)):
        fail(f"inference: {found} on the test part, the trainer found {expected}")


def check(run, fail, netc, model, sets, tools, cpus, number, folder):
    """`folder` is a finished run, trained on the set "few"."""
    name = re.search(r"^\s*network\s+(\w+)", open(model, encoding="utf-8").read(), re.MULTILINE).group(1)
    shutil.copy(os.path.join(folder, "weights.safetensors"), "trained.safetensors")
    with open(os.path.join(folder, "result.json"), encoding="utf-8") as file:
        result = json.load(file)
    pixels, labels = read_idx("few/test_images"), read_idx("few/test_labels")
    pixels.tofile("images.bytes")

    # Optimising takes C compilers most of the time: they do it by turns, and compile the others as they stand.
    def route(i, backend, cc):
        return ["--backend", backend, *(["--cc", cc] if cc else []), "--cpu", cpus[(number + i) % len(cpus)] or "native",
                "-O2" if backend == "llvm" else ("-O1", "-O0")[number % 3 > 0]]

    others = [tools[1:][number % len(tools[1:])]] if len(tools) > 1 else []
    if tools[0][0] == "llvm":
        shipped = ["--cpu", "auto"]  # LLVM alone makes code for all processors quickly
        others = tools[:1] + others
    else:
        shipped = route(0, *tools[0])
    routes = [shipped] + [route(i, *tool) for i, tool in enumerate(others, start=1)]
    reference = None
    for i, options in enumerate(routes):
        found = predict(run, netc, name, model, sets, options, i)
        if reference is None:
            reference = found[0]
            check_evaluation(fail, result, reference.view(np.float32), labels, pixels)
        for k, bits in enumerate(found):
            if not np.array_equal(bits, reference):
                how = "one by one" if k == 0 else f"in batches of {SIZES[k - 1]}"
                fail(f"inference: {' '.join(options)}, {how}: other bits than {' '.join(routes[0])}, one by one")
    run(netc, "build", model, *sets, "--infer", "--weights", "trained.safetensors", *shipped, "-o", "program")
    run("./program", "few/test_images", "-o", "program.npy")
    found = np.load("program.npy").view(np.uint32)
    if not np.array_equal(found.reshape(len(pixels), -1), reference[:len(pixels)]):
        fail("inference: the program's outputs have other bits than the library's")
    level = ("-O2", "-O0")[number % 8 > 0]  # the first is what users take
    generic = predict(run, netc, name, model, sets, ["--emit", "c"], len(routes), (), level)
    generic = generic[0].view(np.float32).astype(float)
    expected = reference.view(np.float32).astype(float)
    if not np.linalg.norm(generic - expected) <= 1e-5 * np.linalg.norm(expected):
        fail(f"inference: --cpu generic is off by {np.linalg.norm(generic - expected) / np.linalg.norm(expected):.2g}")
    return len(routes) + 2
