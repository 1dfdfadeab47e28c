#!/usr/bin/env python3
"""netc show of weights files and runs, and netc check of them."""
import hashlib
import json
import os
import shutil
import struct
import subprocess
import threading

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network small {
    input 1x28x28 mean=data
    pool average 4
    dropout 0.2
    out: dense 10 activation=softmax
}
train {
    data digits
    split train=200 validation=100
    epochs 1
}
"""


def fail(message):
    raise SystemExit(f"FAILED: {message}")


def netc(*arguments, status=0):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != status:
        fail(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stderr if status else done.stdout


def says(expected, *arguments, status):
    """The first line of an error, and no line but its help."""
    first, *rest = netc(*arguments, status=status).splitlines()
    if first != expected or any(line != "1 error" and not line.startswith("  help: ") for line in rest):
        fail(f"{arguments}\n  expected {expected}\n  found    {netc(*arguments, status=status)}")


def hash_of(path):
    """SHA-256 of the values, tensors in the order of their names."""
    with open(path, "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    header, data = json.loads(content[8:8 + size]), content[8 + size:]
    header.pop("__metadata__", None)
    return hashlib.sha256(b"".join(data[slice(*header[name]["data_offsets"])] for name in sorted(header))).hexdigest()


with open("small.net", "w", encoding="utf-8") as file:
    file.write(MODEL)
out = netc("train", "small.net", *FAST, "--name", "lines", "--run-dir", "lines")
if "data    digits (built in): 200 to train, 100 to validate, 1,000 to test; not used: 5,700 of the training file\n" not in out:
    fail(f"what part of the set is used\n{out}")
if not out.endswith(f"\nsha256  {hash_of('lines/latest/weights.safetensors')} of the last weights\n"):
    fail(f"a run ends with the hash of its weights\n{out}")
out = netc("train", "small.net", *FAST, "--set", "split test=0.5", "--epochs", "0", "--run-dir", "lines")
if "data    digits (built in): 6,000 to train, 500 to test; not used: 500 of the test file\n" not in out:
    fail(f"all that is trained on, half of what is tested\n{out}")
netc("train", "small.net", *FAST, "-q")
run = os.readlink("runs/latest")
with open(f"runs/{run}/result.json", encoding="utf-8") as file:
    result = json.load(file)
for word in ("runs/latest", f"runs/{run}", run):
    out = netc("show", word)
    for line in (f"network         small, epoch {result['best_epoch']}, written by netc ",
                 f"run             {run}, done\n", f"  test_accuracy              {result['test_accuracy']:.6g}\n",
                 "input_mean      [0.", "  input: input shape=1x28x28 mean=data std=1 values=bytes / 255\n",
                 "  pool1: pool method=average window=4x4 stride=4x4 pad=0x0 activation=linear <- input\n",
                 "  out: dense units=10 bias=true activation=softmax <- pool1\n", "out.weight   10 × 49   F32             490\n",
                 "total                                  500\n"):
        if line not in out:
            fail(f"show {word}: there is no '{line}' in\n{out}")
for path, hidden in (("weights", False), ("best", True)):
    shown = f"sha256 of the values   {hash_of(f'runs/latest/{path}.safetensors')}"
    of_run = f"{shown} ({path}.safetensors)\n"
    if f"{shown}\n" not in netc("show", f"runs/latest/{path}.safetensors") or (of_run in netc("show", run)) != hidden:
        fail(f"{path}.safetensors is not shown with {shown}")
last = hash_of("runs/latest/weights.safetensors")
if result["weights_sha256"] != last or f"  weights_sha256             {last} (last epoch)\n" not in netc("show", run):
    fail(f"the run's hash is not {last}")
if not netc("show", "runs/latest").startswith("runs/latest/best.safetensors\n"):
    fail("of a run the best epoch is shown")
header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
with open("bare.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(4))
if not netc("show", "bare.safetensors").startswith("bare.safetensors\n\ntensor "):
    fail(f"one empty line above the tensors\n{netc('show', 'bare.safetensors')}")
shown = json.loads(netc("show", "--json", "runs/latest/weights.safetensors"))
if shown["weights_sha256"] != last or shown["metadata"]["epoch"] != "1" or shown["tensors"][1] != {"name": "out.bias", "type": "F32", "shape": [10],
                                                                 "values": 10} or "run" in shown:
    fail(f"show --json: {shown}")
if json.loads(netc("show", "--json", "runs/latest"))["result"] != result:
    fail("show --json RUN has no result")

# a file of someone else's, by its content
header = json.dumps({"__metadata__": {"format": "pt"}, "a": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}}).encode()
with open("foreign", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(8))
if "a        one value   F64               1\n" not in netc("show", "foreign"):
    fail(netc("show", "foreign"))
if f"sha256 of the values   {hashlib.sha256(bytes(4)).hexdigest()}\n" not in netc("show", "foreign"):
    fail(f"the hash is that of the values as floats\n{netc('show', 'foreign')}")
header = json.dumps({"n": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}}).encode()
with open("counts.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(8))
if "sha256" in netc("show", "counts.safetensors"):
    fail("integers are no weights")
header = json.dumps({"__metadata__": {"format": "pt"}, "a": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}}).encode()
with open("cut.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(7))
says("netc: cut.safetensors: is cut short: tensor 'a' ends at byte 8 of the data, and there are 7 [damaged-file]", "show",
     "cut.safetensors", status=3)
with open("cut", "wb") as file:  # within its header: it is still told by its first bytes
    file.write(struct.pack("<Q", len(header)) + header[:20])
says("netc: cut: is not a safetensors file, or is cut short (28 bytes); a run has one: runs/latest/weights.safetensors", "show", "cut", status=3)

# where a model is expected
says("foreign: error: this is a safetensors file: weights, not a model; expected a .net text [foreign-file]", "check",
     "foreign", status=1)
says("netc: runs/latest is a run, expected a model (FILE.net); 'netc show runs/latest' prints what is in it", "train",
     "runs/latest", status=3)
model = f"netc build small.net --infer --weights runs/latest"
says(f"netc build: --infer takes a model and its weights: {model}", "build", "runs/latest", "--infer", status=2)
says(f"netc: unknown command 'predict'; did you mean '{model}'?", "predict", "runs/latest", "x.png", status=2)
says("netc: unknown command 'resume'; did you mean 'netc train small.net --resume runs/latest'?", "resume", "runs/latest",
     status=2)
with open("runs/latest.net", "w") as file:
    file.write("")
says("netc: runs/latest is a run, expected a model; did you mean runs/latest.net?", "train", "runs/latest", status=3)
os.remove("runs/latest.net")
says("netc: cannot read runs: is a folder, not a .net file", "check", "runs", status=3)
os.mkdir("empty")
says("netc: empty: is not a run: it has no config.json; 'netc runs' lists those in runs", "show", "empty", status=3)
os.mkdir("models")
shutil.copy("small.net", "models/b.net")
shutil.copy("small.net", "models/a model.net")
for words in ([], ["--gradients"], ["-D", "width=3"]):
    says("netc: models: is a folder of models, not a run; name one: 'netc show 'models/a model.net''", "show", "models", *words,
         status=3)
netc("train", "small.net", *FAST, "-q")
says("netc: runs: holds several runs; 'netc runs runs' lists them, name one", "show", "runs", status=3)
for option, words in (("--dot", ["--dot"]), ("-D", ["-D", "width=3"]), ("--set", ["--set", "epochs 3"]), ("-W", ["-Werror"]),
                      ("--diagnostics", ["--diagnostics", "json"]), ("--dump", ["--dump=model"])):
    for file in ("foreign", run):
        says(f"netc show: {option} is about a model; {file} holds weights", "show", *words, file, status=2)

# what others call their metadata is shown, names line up whatever their letters are
metadata = {"format": "pt", "name": "theirs", "epoch": "7", "network": "of theirs", "重み": "wide"}
tensor = {"dtype": "F32", "shape": [1]}
header = json.dumps({"__metadata__": metadata, "重み": {**tensor, "data_offsets": [0, 4]},
                     "weight": {**tensor, "data_offsets": [4, 8]}}, ensure_ascii=False).encode()
with open("theirs.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(8))
out = netc("show", "theirs.safetensors")
for line in ("\nformat          pt\nname            theirs\nepoch           7\nnetwork         of theirs\n重み            wide\n",
             "\nweight   1       F32               1\n", "\n重み     1       F32               1\n"):
    if line not in out:
        fail(f"show theirs.safetensors: there is no '{line}' in\n{out}")
if json.loads(netc("show", "--json", "theirs.safetensors"))["metadata"] != metadata:
    fail("show --json theirs.safetensors")

# a run's name never reaches the terminal as it is; without other parts there are the figures of the training
evil = "runs/e\033[31mvil-2026-01-01-1"
shutil.copytree(f"runs/{run}", evil)
with open(f"{evil}/result.json", "w", encoding="utf-8") as file:
    json.dump({"status": "done", "train_cost": 0.5, "train_accuracy": 0.75}, file)
out = netc("show", evil)
if "\033" in out or "  train_accuracy             0.75\n" not in out:
    fail(f"show of a run that is called strangely, without held-out parts\n{out!r}")

# a pipe is read once, or not at all
os.mkfifo("pipe.safetensors")
says("netc: pipe.safetensors: cannot read: it is not a regular file", "show", "pipe.safetensors", status=3)
os.mkfifo("pipe")


def feed(start):
    try:
        with open("pipe", "wb") as pipe:
            pipe.write(start + bytes(17 << 20))
    except BrokenPipeError:
        pass


with open("foreign", "rb") as file:
    weights = file.read()
for start, status, expected in (
        (b"#" * 10, 3, "netc: cannot read pipe: is larger than 16 MiB, the limit for a model"),
        (weights, 1, "pipe: error: this is a safetensors file: weights, not a model; expected a .net text [foreign-file]")):
    writer = threading.Thread(target=feed, args=(start,), daemon=True)
    writer.start()
    error = netc("check", "pipe", status=status)
    writer.join()  # or the next reader has the rest of this
    if error.splitlines()[0] != expected:
        fail(f"check of a pipe with 17 MiB\n  expected {expected}\n  found    {error}")
