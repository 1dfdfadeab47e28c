#!/usr/bin/env python3
"""What trainers say about data, weights and runs they cannot use: real runs on small files, every line exact."""
import fcntl
import gzip
import json
import os
import re
import shutil
import struct
import subprocess
import sys

NETC = os.environ["NETC"]
BYTES, FLOATS = 0x08, 0x0D
IDX = """network small {
    input 1x4x4
    hidden: dense 6 activation=tanh
    out: dense 3 activation=softmax
}
train {
    data idx images="images" labels="labels" test_images="test/images" test_labels="test/labels"
    split validation=8
    batch 16
    epochs 1
}
"""
FLAT = IDX.replace(' test_images="test/images" test_labels="test/labels"', "").replace("small", "flat")


def fail(text):
    sys.exit(f"FAILED: {text}")


def train(*options, status=0, model="idx.net", env=None, quiet=True):
    words = [NETC, "train", model, "--threads", "2", *(["-q"] if quiet else []), *options]
    done = subprocess.run(words, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, env={**os.environ, **(env or {})})
    if done.returncode != status:
        fail(f"{model} {options}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stderr


def says(expected, *options, status=3, **more):
    """One line, to the letter; DATE-N stands for what the name of a run ends in."""
    found = re.sub(r"-\d{4}-\d\d-\d\d-\d+", "-DATE-N", train(*options, status=status, quiet=not expected.startswith("note:"), **more))
    if found != f"netc train: {expected}\n":
        fail(f"{options}\n  expected netc train: {expected}\n  found    {found}")
    kind = re.search(r"\[([a-z-]+)\]$", expected).group(1)
    explained = subprocess.run([NETC, "explain", kind], capture_output=True, text=True)
    if explained.returncode != 0 or not explained.stdout.startswith(kind + " ("):
        fail(f"netc explain {kind}: {explained.stdout}{explained.stderr}")


# ---- data ----

def idx(shape, values, kind=BYTES):
    body = bytes(values) if kind == BYTES else struct.pack(f">{len(values)}f", *values)
    return struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape) + body


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


IMAGES = [(7 * i + i // 16) % 256 for i in range(40 * 16)]
LABELS = [i % 3 for i in range(40)]


def data(folder, **changes):
    """A folder with the four files, some of them given."""
    files = {"images": idx((40, 4, 4), IMAGES), "labels": idx((40,), LABELS),
             "test_images": idx((20, 4, 4), IMAGES[:320]), "test_labels": idx((20,), LABELS[:20]), **changes}
    for name, content in files.items():
        if content is not None:
            write(f"{folder}/{name.replace('_', '/')}", content)
    return folder


def bad(expected, kind, **changes):
    """A run on a folder with these files: the message begins with the file's path."""
    folder = data(f"{kind}{len(os.listdir('.'))}", **changes)
    says(f"{expected.replace('FOLDER', folder)} [{kind}]", "--data-dir", folder)


for name, text in (("idx.net", IDX), ("flat.net", FLAT), ("renamed.net", IDX.replace("out:", "last:"))):
    with open(name, "w") as file:
        file.write(text)
good = data("good")
train("--data-dir", good, "--name", "good")

bad("FOLDER/images: magic 0x00000801 is a label file, expected images 0x00000803; are images and labels swapped?",
    "swapped-files", images=idx((40,), LABELS), labels=idx((40, 4, 4), IMAGES))
bad("FOLDER/labels: magic 0x00000803 is an image file, expected labels 0x00000801; are images and labels swapped?",
    "swapped-files", labels=idx((40, 4, 4), IMAGES))
bad("FOLDER/images: magic 0x00000a03 is no IDX file of numbers, expected images 0x00000803", "not-idx",
    images=b"\0\0\x0a\3" + bytes(100))
bad("FOLDER/images is a picture, expected IDX", "unknown-format", images=b"\x89PNG\r\n\x1a\n" + bytes(100))
bad("FOLDER/images: 320 bytes after the header promised 640 (40 of 4x4); the file is cut short", "short-file",
    images=idx((40, 4, 4), IMAGES[:320]))
bad("FOLDER/labels: 39 bytes after the header promised 40 (40 values); the file is cut short", "short-file",
    labels=idx((40,), LABELS[:39]))
bad("FOLDER/images: has 10 bytes, too few for an IDX header", "short-file", images=idx((40, 4, 4), IMAGES)[:10])
bad("FOLDER/images is empty, expected IDX", "unknown-format", images=b"")
bad("FOLDER/images: 616 bytes after the header promised 640 (40 of 4x4); the file is cut short", "short-file",
    images=gzip.compress(idx((40, 4, 4), IMAGES[:616])))
bad("FOLDER/images: more than 640 bytes after the header promised 640 (40 of 4x4); there is something after the data",
    "long-file", images=idx((40, 4, 4), IMAGES) + b"\n")
bad("FOLDER/images: the header promises 40x0x4 values, which cannot be", "bad-header", images=idx((40, 0, 4), []))
bad("FOLDER/images: the header promises 4294967295x4294967295x4294967295 values, which cannot be", "bad-header",
    images=idx((0xFFFFFFFF,) * 3, []))
for lost in (1, 6, 8):
    bad("FOLDER/images: is damaged: not a whole gzip file", "damaged-file",
        images=gzip.compress(idx((40, 4, 4), IMAGES))[:-lost])
packed = bytearray(gzip.compress(idx((40, 4, 4), IMAGES), mtime=0))
packed[12] ^= 0xFF
bad("FOLDER/images: is damaged: not a whole gzip file", "damaged-file", images=bytes(packed))
bad("FOLDER/labels: 39 labels for 40 images", "count-mismatch", labels=idx((39,), LABELS[:39]))
bad("FOLDER/labels: item 1: label 3, but the last layer has 3 outputs (classes 0 to 2); are the labels numbered from "
    "1?", "label-range", labels=idx((40,), [1 + i % 3 if i else 1 for i in range(1, 41)]))
bad("FOLDER/test/labels: item 19: label 200, but the last layer has 3 outputs (classes 0 to 2)", "label-range",
    test_labels=idx((20,), LABELS[:19] + [200]))
bad("FOLDER/images: item 2 has a value that is not finite", "not-a-number",
    images=idx((40, 4, 4), [float("nan") if i == 40 else 0.5 for i in range(640)], FLOATS))
bad("FOLDER/test/images holds floats, the training images are bytes", "type-mismatch",
    test_images=idx((20, 4, 4), [0.5] * 320, FLOATS))
for name, shape in (("turned.net", "4x3x4"), ("first.net", "3x4x4")):
    with open(name, "w") as file:
        file.write(IDX.replace("1x4x4", shape))
last = data("last", images=idx((20, 4, 4, 3), (IMAGES * 2)[:960]), labels=idx((20,), LABELS[:20]))
says(f"{last}/images is 4x4x3, input is 3x4x4; its channels come last, and netc reads them first (CxHxW): store "
     "np.moveaxis(x, -1, -3) [channel-order]", "--data-dir", last, model="first.net")
says(f"{last}/images is 4x4x3, input is 4x3x4; its channels come last, and netc reads them first (CxHxW): store "
     "np.moveaxis(x, -1, -3), and write 'input 3x4x4' [channel-order]", "--data-dir", last, model="turned.net")
bad("FOLDER/images is 15, input is 1x4x4; write 'input 15'", "image-size", images=idx((40, 15), IMAGES[:600]))
bad("FOLDER/images is 5x5, input is 1x4x4; write 'input 1x5x5'", "image-size", images=idx((40, 5, 5), [0] * 1000))
says("split train=0 validation=8 test=0 does not fit data set 'idx', which has 8 images to train on and 0 to test; "
     "each part needs at least one, and 0 stands for not given [split-size]", model="flat.net",
     *("--data-dir", data("few", images=idx((8, 4, 4), IMAGES[:128]), labels=idx((8,), LABELS[:8]))))
says("data set 'mnist' is not on this machine (looked in nowhere, nowhere/mnist); 'netc data mnist' fetches it (11 "
     "MB), '--data digits' trains on the set that ships with netc [no-data]", "--data", "mnist",
     "--data-dir", "nowhere")
says("--data minst: there is no such set; did you mean 'mnist'? ('netc data' lists them) [unknown-data]", "--data",
     "minst", status=2)
found = train("--data-dir", "nowhere", status=3)
if found != "netc train: nowhere/images: cannot open: No such file or directory; there is no folder 'nowhere'\n":
    fail(f"a missing file: {found}")

# files are found beside the .net file wherever the trainer starts; equal models of two folders are two trainers
for folder, classes in (("one", LABELS), ("two", [2 - label for label in LABELS])):
    data(folder, labels=idx((40,), classes))
    with open(f"{folder}/idx.net", "w") as file:
        file.write(IDX)
subprocess.run([NETC, "build", "one/idx.net", "-o", "one/idx"], check=True)
subprocess.run(["../one/idx", "-q", "--threads", "1"], cwd="two", check=True, stdout=subprocess.DEVNULL)
subprocess.run([NETC, "train", "idx.net", "-q"], cwd="one", check=True, stdout=subprocess.DEVNULL)
subprocess.run([NETC, "train", "idx.net", "-q"], cwd="two", check=True, stdout=subprocess.DEVNULL)
sources = []
for folder, number in (("two", 1), ("one", 1), ("two", 2)):
    name = next(name for name in os.listdir(f"{folder}/runs") if name.endswith(f"-{number}"))
    with open(f"{folder}/runs/{name}/config.json") as file:
        sources.append(json.load(file)["settings"]["data_source"])
if sources != [os.path.realpath(f"{folder}/images") for folder in ("one", "one", "two")]:
    fail(f"where the data was found: {sources}")

# remarks: the run goes on
says("note: class 0 is 94 % of the training part; a network that always answers it is right as often; "
     "'cost class_weights=balanced' lets all classes count alike [lopsided-classes]", "--data-dir", data("lopsided", labels=idx((40,), [i in (5, 9) for i in range(32)] +
                                                                       LABELS[32:])), status=0)
says("warning: probe=100 is more than the training part has; its 32 examples are probed [probe-size]", "--set",
     "log gradients probe=100", "--data-dir", good, status=0)
says("warning: --batch 100 is more than the training part has: 32 examples; write --batch full for all of them in one "
     "step [batch-size]", "--batch", "100", "--data-dir", good, status=0)
says("warning: --patience 20 never acts: training ends after 1 epoch; give it less, or more --epochs [idle-stop]",
     "--patience", "20", "--data-dir", good, status=0)
says("note: all examples of the validation part, 8, are of class 2; is the data sorted by class? [one-class]",
     "--data-dir", data("sorted", labels=idx((40,), sorted(LABELS))), status=0)
says("note: after 3 epochs the accuracy, 25.00 %, is no better than chance; try another --rate (now 0.1) or "
     "initialisation [no-better-than-chance]", "--epochs", "3", "--data-dir",
     data("chance", images=idx((40, 4, 4), [9] * 640)), status=0)
uneven = data("uneven", images=idx((40, 4, 4), [9] * 640), labels=idx((40,), [i % 2 if i % 8 == 0 else 2 - i % 8 // 7 for i in range(40)]))
says("note: after 3 epochs the accuracy, 75.00 %, is no better than always answering class 2; try another --rate (now 0.1), "
     "class_weights=balanced or initialisation [no-better-than-chance]", "--epochs", "3", "--data-dir", uneven, status=0)
if train("--epochs", "3", "--data-dir", uneven) != "":
    fail("--quiet leaves notes")
if train("--epochs", "3", "--data-dir", uneven, "--set", "cost class_weights=balanced", quiet=False) != "":
    fail("a network that weighs its classes is told that it learns nothing")
says("floats/images: holds floats, but the trainer was built to read bytes; build it again where the files are [type-mismatch]", "--data-dir",
     data("floats", images=idx((40, 4, 4), [0.5] * 640, FLOATS), test_images=idx((20, 4, 4), [0.5] * 320, FLOATS)))

# ---- ending early ----

says("--patience 3 needs a validation part; netc train flat.net --set 'split validation=0.1' has one (choosing by test "
     "results is not offered) [needs-validation]", "--patience", "3", "--data-dir", good, "--set",
     "split train=30", model="flat.net", status=2)
with open("patient.net", "w") as file:
    file.write(IDX.replace("epochs 1", "epochs 9\n    stop patience=2 monitor=cost").replace("small", "patient"))
UNLEARNT = ("--rate", "1e-30", "--data-dir", good)  # the untrained network stays the best
train(*UNLEARNT, "--name", "patient", model="patient.net")


def epochs(run):
    name = next(name for name in os.listdir("runs") if name.startswith(run + "-"))
    with open(f"runs/{name}/result.json") as file:
        result = json.load(file)
    return result["epochs"], result["best_epoch"]


if epochs("patient") != (2, 0):
    fail(f"patience=2: {epochs('patient')}")
says("runs/patient-DATE-N is finished: 2 of 9 epochs, no gain on the validation part; --patience 4 goes on with it "
     "[finished-run]", "--resume", "--name", "patient", "--data-dir", good, model="patient.net", status=0)
train("--resume", "--name", "patient", "--patience", "5", "--data-dir", good, model="patient.net")
if epochs("patient") != (5, 0):
    fail(f"--patience 5: {epochs('patient')}")
train(*UNLEARNT, "--patience", "never", "--name", "restless", model="patient.net")
if epochs("restless") != (9, 0):
    fail(f"--patience never: {epochs('restless')}")

# ---- weights ----

weights = next(f"runs/{name}/weights.safetensors" for name in os.listdir("runs") if name.startswith("good-"))
says("--weights runs/good-DATE-N/weights.safetensors: missing last.weight [3,6], last.bias [3]; "
     "unexpected out.weight [3,6], out.bias [3]; use --rename out=last, or --skip last --skip out to start it "
     "fresh [weights-mismatch]", "--weights", weights, "--data-dir", good, model="renamed.net")
train("--weights", weights, "--rename", "out=last", "--data-dir", good, "--epochs", "0", "--name", "taken",
      model="renamed.net")
train("--weights", weights, "--skip", "out", "--skip", "last", "--data-dir", good, "--epochs", "0", "--name", "fresh",
      model="renamed.net")


def tensors(run):
    name = next(name for name in os.listdir("runs") if name.startswith(run + "-"))
    with open(f"runs/{name}/weights.safetensors", "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    return {name: content[8 + size:][slice(*about["data_offsets"])] for name, about in header.items()
            if name != "__metadata__"}


old, taken, fresh = tensors("good"), tensors("taken"), tensors("fresh")
if taken["last.weight"] != old["out.weight"] or taken["hidden.bias"] != old["hidden.bias"]:
    fail("--rename: other weights")
if fresh["last.weight"] == old["out.weight"] or fresh["hidden.weight"] != old["hidden.weight"]:
    fail("--skip: the layer is not fresh, or the others are")
with open("wide.net", "w") as file:
    file.write(IDX.replace("dense 6", "dense 7"))
says("--weights runs/good-DATE-N/weights.safetensors: it has hidden.weight [6,16], this network needs hidden.weight "
     "[7,16]; use --skip hidden to start it fresh [weights-mismatch]", "--weights", weights, "--data-dir", good,
     model="wide.net")
says("--rename ouut=last: runs/good-DATE-N/weights.safetensors has nothing called 'ouut'; the file has hidden.weight [6,16], hidden.bias [6], out.weight [3,6], out.bias [3] [weights-mismatch]",
     "--weights", weights, "--rename", "ouut=last", "--data-dir", good, model="renamed.net")
says("--rename out=lost: there is no layer 'lost'; did you mean 'last'? [weights-mismatch]", "--weights", weights,
     "--rename", "out=lost", "--data-dir", good, model="renamed.net", status=2)
says("--rename out=nothing: there is no layer 'nothing' [weights-mismatch]", "--weights", weights, "--rename",
     "out=nothing", "--skip", "last", "--data-dir", good, model="renamed.net", status=2)
train("--weights", weights, "--rename", "out.weight=last.weight", "--rename", "out.bias=last.bias", "--data-dir", good,
      "--evaluate", model="renamed.net")
for options, expected in ((("--skip", "out"), "--skip is about a weights file; --weights names it"),
                          (("--weights", weights, "--rename", "out"),
                           "--rename out: expected OLD=NEW, for example --rename out=out")):
    if train(*options, status=2) != f"netc train: {expected}\n":
        fail(f"{options}: {train(*options, status=2)}")

# ---- runs ----

says("runs/good-DATE-N is finished: 1 of 1 epoch; --epochs 2 goes on with it [finished-run]", "--resume", "--name",
     "good", "--data-dir", good, status=0)
os.mkdir("three")  # no run's folder: it hides none
train("--data-dir", good, "--name", "three", "--epochs", "3", "--run-dir", "others/")
says("others/three-DATE-N is finished: 3 of 3 epochs; --epochs 6 goes on with it [finished-run]", "--resume", "--name",
     "three", "--epochs", "1", "--data-dir", good, "--run-dir", "others", status=0)
says("others/three-DATE-N is finished: 3 of 3 epochs; --epochs 6 goes on with it [finished-run]", "--resume", "three",
     "--data-dir", good, "--run-dir", "others", status=0)
for folder in ("others", "others/"):
    says(f"--resume {folder}: that is a folder of runs; name one of them, for example --resume others/three-DATE-N "
         "[no-run]", "--resume", folder, "--data-dir", good)
os.makedirs("source/inside")
before = sorted(os.listdir("."))
for folder in ("source", "source/", "./source"):
    says(f"--resume {folder}: that folder is no run's, it holds 'inside'; expected the folder or the name of a run, or an "
         "empty folder [no-run]", "--resume", folder, "--data-dir", good)
if os.listdir("source") != ["inside"] or sorted(os.listdir(".")) != before or "lock" in os.listdir("others"):
    fail("a folder that is refused is written into")
os.mkdir("copied")
shutil.copy("others/latest/checkpoint.safetensors", "copied")
shutil.copy("others/latest/epochs.csv", "copied")
train("--resume", "copied", "--data-dir", good)
says("source/inside has no checkpoint to resume from; starting anew in it [starting-anew]", "--resume", "source/inside",
     "--data-dir", good, status=0)
with open(os.path.join("others", os.readlink("others/latest"), "result.json")) as file:
    if "//" in json.load(file)["run"]:
        fail("a --run-dir that ends with a slash")
says("runs/good-DATE-N was trained with --batch 16, not 8; a run is resumed with its own settings (leave --batch out), "
     "another value is a new run [other-settings]", "--resume", "--name", "good", "--data-dir", good, "--batch", "8",
     status=2)
says("runs/good-DATE-N was trained with --seed 1, not 7; a run is resumed with its own settings (leave --seed out), "
     "another value is a new run [other-settings]", "--resume", "--name", "good", "--data-dir", good, "--seed", "7",
     status=2)
says("runs/good-DATE-N is a run of another network: layer hidden: units 6 in the run, 7 here; what it was trained with is "
     "in its config.json [other-network]", "--resume", "--name", "good", "--data-dir", good, model="wide.net")
says("runs/good-DATE-N was trained with --l2 0, not 1; a run is resumed with its own settings (the model says otherwise "
     "now), another value is a new run [other-settings]", "--resume", "--name", "good", "--data-dir", good, "--set",
     "regularize l2=1", status=2)
says("runs/good-DATE-N was trained with stop monitor=accuracy, not cost; a run is resumed with its own settings (the "
     "model says otherwise now), another value is a new run [other-settings]", "--resume", "--name", "good",
     "--data-dir", good, "--set", "stop patience=5 monitor=cost", status=2)
train("--data-dir", good, "--name", "longer")
done = subprocess.run([NETC, "train", "idx.net", "--resume", "--name", "longer", "--data-dir", good, "--set", "epochs 2",
                       "--set", "stop patience=1"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
lines = [re.sub(r"-\d{4}-\d\d-\d\d-\d+", "-DATE-N", line) for line in done.stdout.splitlines()]
for line in ("resume  with epochs 2, as the model says now; runs/longer-DATE-N had 1",
             "resume  with patience 1, as the model says now; runs/longer-DATE-N had never"):
    if line not in lines:
        fail(f"what the model changed: {done.stdout}{done.stderr}")
if "as the model says now" in train("--data-dir", good, "--resume", "longer", "--epochs", "3", "--patience", "2"):
    fail("what options changed")
says("--resume nowhere: there is no folder of that path, and in runs no run of that name; 'netc runs' lists them [no-run]", "--resume", "nowhere",
     "--data-dir", good)
says("there is no run of 'unheard' in runs to resume; starting anew [starting-anew]", "--resume", "--name", "unheard",
     "--data-dir", good, status=0)
with open(os.path.join(os.path.dirname(weights), "lock"), "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    says("runs/good-DATE-N: another trainer is writing into this run [run-locked]", "--resume", "--name", "good",
         "--data-dir", good)
says("this trainer was compiled without l1; netc train idx.net --set 'regularize l1=2' has it [not-compiled]", "--l1",
     "2", "--data-dir", good, status=2)

says("required test_accuracy>0.9, found 0.3; epochs<1, found 1 [not-met]", "--require",
     "test_accuracy > 0.9", "--require", "epochs<1", "--require=steps>=1", "--data-dir", good, "--name", "required",
     status=4)
says("time limit of 1e-06 s: stopped in epoch 1 after step 1 of 2; netc train idx.net --resume runs/limited-DATE-N goes "
     "on from there [time-limit]", "--time-limit", "0.000001s", "--data-dir", good, "--name", "limited", status=0)

# a step is given rate / m, and the float of that must not be 0
for rate, batch, least in (("1e-45", 16, "2.2e-44"), ("1e-44", 16, "2.2e-44"), ("2e-44", "full", "4.5e-44")):
    found = train("--rate", rate, "--batch", str(batch), "--data-dir", good, status=2)
    m = 32 if batch == "full" else batch
    if found != (f"netc train: rate {rate}: a step is given rate / m, and for a batch of m = {m} of n = 32 examples a "
                 f"32-bit float holds that as 0; the smallest rate is {least}\n"):
        fail(f"a rate of {rate}: {found}")
    train("--rate", least, "--batch", str(batch), "--data-dir", good)
    train("--rate", rate, "--batch", "1", "--data-dir", good)

# a run that was stopped has a checkpoint and no weights: whatever wants them says how to get them
with open("lets.net", "w") as file:
    file.write("let units = 6\n" + IDX.replace("dense 6", "dense units"))
train("--data-dir", good, "--name", "stopped", "-D", "units=5", "--set", "split validation=10", model="lets.net")
stopped = os.path.join("runs", os.readlink("runs/latest"))
for name in ("weights.safetensors", "best.safetensors", "result.json"):
    os.remove(f"{stopped}/{name}")
unfinished = ("runs/stopped-DATE-N: this run is not finished and has no weights yet; 'netc train lets.net -D units=5 "
              "--set 'split validation=10' --resume runs/stopped-DATE-N' finishes it [unfinished-run]")
says(unfinished, "--weights", stopped, "--data-dir", good, model="lets.net")
says(unfinished, "--weights", os.path.basename(stopped), "--data-dir", good, "--evaluate", model="lets.net")
built = subprocess.run([NETC, "build", "lets.net", "-D", "units=5", "--infer", "--weights", stopped],
                       capture_output=True, text=True)
if built.returncode != 3 or built.stderr != f"netc: {unfinished.replace('runs/stopped-DATE-N', stopped)}\n":
    fail(f"build --infer: {built.stderr}")
train("-D", "units=5", "--set", "split validation=10", "--resume", stopped, "--data-dir", good, "--name", "stopped", model="lets.net")
train("-D", "units=5", "--weights", stopped, "--data-dir", good, "--evaluate", model="lets.net")

with open("wild.net", "w") as file:
    file.write("allow \"exploding-gradient\"\nnetwork wild {\n    input 784\n    default dense activation=relu init=normal(0, 100)\n    dense 30\n"
               "    dense 30\n    dense 10 activation=linear\n}\n"
               "train {\n    data digits\n    cost quadratic\n    optimizer sgd rate=10\n}\n")
says("cost is not finite at epoch 1, step 2; first in 'dense3' (weighted input inf); the initial weights are too large: "
     "try init=he_normal with relu, lecun_normal with tanh; the last good checkpoint is "
     "runs/wild-DATE-N/checkpoint.safetensors [diverged]", status=1, model="wild.net")
found = train("--data-dir", good, status=2, model="wild.net")
if found != f"netc train: --data-dir {good}: digits is built in, no folder holds it; leave --data-dir out\n":
    fail(f"--data-dir for what is built in: {found}")
run = os.path.join("runs", os.readlink("runs/latest"))
with open(f"{run}/result.json") as file:
    if json.load(file)["status"] != "diverged":
        fail("the result of a diverged run")
if not os.path.exists(f"{run}/checkpoint.safetensors"):
    fail("a diverged run has no checkpoint")
says("runs/latest: this run diverged and left no weights; train anew with a lower --rate [unfinished-run]", "--weights",
     "runs/latest", model="wild.net")
print("ok")
