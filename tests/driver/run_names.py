#!/usr/bin/env python3
"""A run is named by its folder, by the folder's name in runs/ or by its own name (the newest), wherever one is meant."""
import json
import os
import shutil
import subprocess
import sys

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")


def netc(*arguments, status=0):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"FAILED: {arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done


def trained(*arguments):
    """What result.json says of a run."""
    return json.loads(netc("train", SMALL, "-q", "--json", *arguments).stdout)


def content(folder, name="weights.safetensors"):
    """Of a file of weights the values alone: its header says of which epoch they are."""
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read()
    return data[8 + int.from_bytes(data[:8], "little"):] if name.endswith(".safetensors") else data


older, newer = (trained("--name", "mine", "--epochs", "1", "--seed", str(seed))["run"] for seed in (1, 2))
os.makedirs("runs/mine-2020-01-01-99")  # more recent by its number, not by its date
os.makedirs("runs/mine-too-2099-01-01-1")
ways = {older: (older, os.path.basename(older), "mine-1"),
        newer: (newer, os.path.basename(newer), "mine", "mine-2", "runs/mine-2")}
if content(older) == content(newer):
    sys.exit("FAILED: two seeds, the same weights")

epochs = 1
for run, words in ways.items():
    for word in words:
        taken = trained("--weights", word, "--epochs", "0", "--name", "taken")["run"]
        if content(taken) != content(run):
            sys.exit(f"FAILED: --weights {word} is not {run}")
        score = trained("--evaluate", "--weights", word)
        if score["test_cost"] != trained("--evaluate", "--weights", run)["test_cost"]:
            sys.exit(f"FAILED: --evaluate --weights {word} is not {run}")
        netc("build", SMALL, "--infer", "--emit", "onnx", "--weights", word, "-o", "word.onnx")
        netc("build", SMALL, "--infer", "--emit", "onnx", "--weights", run, "-o", "run.onnx")
        if content(".", "word.onnx") != content(".", "run.onnx"):
            sys.exit(f"FAILED: build --infer --weights {word} is not {run}")
        listed = json.loads(netc("runs", word, "--json").stdout)["runs"]
        if [one["name"] for one in listed] != [os.path.basename(run)]:
            sys.exit(f"FAILED: netc runs {word}: {listed}")
for run, words in ways.items():
    for word in words:
        epochs += 1
        if trained("--resume", word, "--epochs", str(epochs))["run"] != run:
            sys.exit(f"FAILED: --resume {word} is not {run}")
error = netc("train", SMALL, "--resume", "mine-7", status=3).stderr
if "--resume mine-7: there is no folder of that path, and in runs no run of that name; 'netc runs' lists them [no-run]" not in error:
    sys.exit(f"FAILED: {error}")

# a file that is there is that file, whatever runs are called
shutil.copy(os.path.join(older, "weights.safetensors"), "mine")
if content(trained("--weights", "mine", "--epochs", "0", "--name", "taken")["run"]) != content(older):
    sys.exit("FAILED: --weights mine is not the file of that name")
netc("build", SMALL, "--infer", "--emit", "onnx", "--weights", "mine", "-o", "word.onnx")
netc("build", SMALL, "--infer", "--emit", "onnx", "--weights", older, "-o", "run.onnx")
if content(".", "word.onnx") != content(".", "run.onnx"):
    sys.exit("FAILED: build --infer --weights mine is not the file of that name")
if not netc("show", "mine").stdout.startswith("mine\n"):
    sys.exit("FAILED: show mine is not the file of that name")
shutil.copy(SMALL, "small")
for _ in range(2):
    netc("train", "small", "--epochs", "0", "-q")
print("ok")
