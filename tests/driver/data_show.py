#!/usr/bin/env python3
"""netc data FILE.net and netc data 'LINE': what a set is, in figures that NumPy agrees with, in lines that fit, and
whether the network takes it, with the trainer's own words."""
import json
import os
import re
import subprocess
import sys
import unicodedata

import numpy as np

NETC = os.environ["NETC"]


def fail(*words):
    print("FAILED:", *words)
    sys.exit(1)


def run(*words, status=0):
    done = subprocess.run([NETC, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != status:
        fail(words, f"status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    for line in done.stdout.splitlines():
        width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        if width > 80 and "--json" not in words:  # there the path is whole
            fail(words, f"a line of {width} columns: {line}")
        if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in line):
            fail(words, f"a control character: {line!r}")
    return done.stdout, done.stderr


def save(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def model(path, data, inputs, last, more=""):
    save(path, f"network n {{\n    input {inputs}\n    dense {last}\n}}\ntrain {{\n    data {data}\n    split validation=0.2 test=0.1\n{more}}}\n")


def near(a, b):
    return abs(a - b) <= 1e-6 * max(1, abs(b))


def same(figures, values):
    """Figures against the numbers they are of."""
    want = {"least": values.min(), "largest": values.max(), "mean": values.mean(), "sd": values.std()}
    for key, value in want.items():
        if not near(figures[key], float(value)):
            fail(f"{key} is {figures[key]}, NumPy says {value}")


# ---- a table: by a line, by a model ----

random = np.random.default_rng(1)
x = random.normal(1000, 3, (200, 3)).astype("<f4")
y = np.array([("stop", "go", "wait")[i] for i in random.integers(0, 3, 200)])
save("t.csv", "speed,the load,long_name_of_a_column_that_is_cut,state\n" + "".join(
    ",".join([*(repr(float(v)) for v in row), name]) + "\n" for row, name in zip(x, y)))
save("texts.csv", "".join(",".join(f"c{i}" if row == 0 else "abc"[row % 3] for i in range(100)) + "\n" for row in range(9)))
line = 'csv train="t.csv" target=state'
out = run("data", line)[0]
for expected in (r"^data +csv \(t\.csv\)$", r"^examples +200$", r"^each +3 numbers$", r"^to learn +3 classes$",
                 rf"^  go +{(y == 'go').sum()} +{(y == 'go').mean() * 100:.1f} %$", r"^  long_name_of_a_colu… +\d",
                 r"'input 3' and ends with\s'dense 3\sactivation=softmax'$"):
    if not re.search(expected, out, re.MULTILINE):
        fail(f"nothing says {expected}:\n{out}")
if run("data", "data " + line)[0] != out:
    fail("with the word 'data' before it a line is another one")
about = json.loads(run("data", line, "--json")[0])
for i, name in enumerate(("speed", "the load", "long_name_of_a_column_that_is_cut")):
    if about["inputs"][i]["name"] != name:
        fail(about["inputs"][i])
    same(about["inputs"][i], x[:, i].astype(float))
if [(c["name"], c["examples"]) for c in about["classes"]] != [(n, int((y == n).sum())) for n in ("go", "stop", "wait")]:
    fail(about["classes"])
if (about["examples"], about["shape"], about["type"], about["parts"], about["suits"]) != (200, [3], "floats", None, None):
    fail(about)

model("t.net", line, 3, "3 activation=softmax")
out = run("data", "t.net")[0]
if " parts 140 to train on, 40 to validate with, 20 to test on; drawn by chance (split seed=1)." not in " ".join(out.split()) or \
        not out.endswith("\nthe network 'n' takes it\n"):
    fail(out)
out = " ".join(run("data", "t.net", "--set", "split train=100 validation=40 test=20 order=file")[0].split())
if "100 to train on, 40 to validate with, 20 to test on, 40 not used; in the order of the file." not in out:
    fail(out)
about = json.loads(run("data", "t.net", "--json")[0])
if about["parts"] != {"train": 140, "validation": 40, "test": 20} or about["suits"] is not True:
    fail(about)

# ---- one that does not suit: shown all the same, and the trainer's message; `check` sees what the first rows say ----

for data, inputs, last, checked, expected in (
        (line, 3, "1 activation=sigmoid", False, "t.csv, column 'state': 3 classes ('go', 'stop', 'wait'), but the last layer has "
                                                 "1 output; write 'dense 3 activation=softmax' [label-range]"),
        (line, 2, "3 activation=softmax", True, "t.csv has 3 columns for inputs, input is 2; write 'input 3', or name columns in "
                                                "ignore=[…] [image-size]"),
        ('csv train="t.csv" target=speed', 2, "1", True, "t.csv has 3 columns for inputs, input is 2; texts are no inputs: write "
                                                         "'ignore=[state]' [image-size]"),
        ('csv train="texts.csv" target=c0', 3, "3 activation=softmax", True, "texts.csv has 99 columns for inputs, input is 3; write "
                                                                             "'input 99', or name columns in ignore=[…] [image-size]"),
        ('csv train="t.csv" target=species', 3, "3 activation=softmax", True, "t.csv has no column 'species'; it has 'speed', 'the "
                                                                              "load', 'long_name_of_a_column_that_is_cut', 'state' [unknown-column]")):
    values = "    target values\n" if "speed" in data else ""
    model("w.net", data, inputs, last, values)
    out, err = run("data", "w.net", status=3)
    trained = run("train", "w.net", status=3)[1]
    here = os.getcwd() + "/"
    if err.replace(here, "") != f"netc: {expected}\n" or err[len("netc: "):] not in trained:
        fail(f"{data}:\n{err}{trained}expected {expected}")
    if not any(word in data for word in ("species", "target=speed", "texts.csv")) and not out.endswith("\nthe network 'n' does not take it\n"):
        fail(out)
    out, err = run("check", "w.net", status=1 if checked else 0)
    if checked and (f"error: {expected}" not in err.replace(here, "") or f"w.net:6:5: error" not in err):
        fail(f"check {data}:\n{out}{err}")
# without target= the table itself says what could be learned; check and train say it alike
model("w.net", 'csv train="t.csv"', 3, "3 activation=softmax")
for command in ("check", "train"):
    if """help: write 'data csv train="t.csv" target=state'\n""" not in run(command, "w.net", status=1)[1]:
        fail(command, "without a target")
model("w.net", 'csv train="v.csv" ignore=y', 3, "3 activation=softmax")
save("v.csv", "a,b c,y\n1,2,3\n")
if """help: name the column to learn, as 'data csv train="v.csv" target="b c"': there are a, "b c"\n""" not in run("check", "w.net", status=1)[1]:
    fail("a table of numbers without a target")
for wrong in ('"t.csv"', "t.csv", 'csv "t.csv"', "csv t.csv", 'csv train=t.csv target=kind'):  # the column that there is
    model("w.net", wrong, 3, "3 activation=softmax")
    if """help: write 'data csv train="t.csv" target=state'\n""" not in run("check", "w.net", status=1)[1]:
        fail(wrong, "is mended another way:", run("check", "w.net", status=1)[1])
model("gone.net", 'csv train="gone.csv" target=state', 3, "3 activation=softmax")
run("check", "gone.net")  # what is not there is no fault of the model
if "gone.csv: cannot open: No such file" not in run("data", "gone.net", status=3)[1]:
    fail("a missing file")

# ---- values, in columns and in arrays ----

save("v.csv", "a,b,y\n" + "".join(f"{i},{i * i},{i / 7!r}\n" for i in range(30)))
about = json.loads(run("data", 'csv train="v.csv" target=y', "--json")[0])
same(about["targets"][0], np.arange(30) / 7)
out = run("data", 'csv train="v.csv" target=y')[0]
if "ends with 'dense 1'; its train block has 'target values'" not in " ".join(out.split()):
    fail(out)
if "'state' holds texts: write 'target=state'" not in run("data", 'csv train="t.csv"', status=2)[1]:
    fail("a table without a target")
out = run("data", 'csv train="v.csv"')[0]
if "nothing is to be learned yet: write target= and one of a, b, y" not in " ".join(out.split()):
    fail(out)

save("l.csv", "a,b,wet,cold\n" + "".join(f"{i},{i * i},{i % 2},{i // 3 % 2}\n" for i in range(30)))
out = " ".join(run("data", 'csv train="l.csv" target=[wet, cold]')[0].split())
if "ends with 'dense 2 activation=sigmoid'; its train block has 'target labels', as all that is to be learned is 0 or 1" not in out:
    fail("labels", out)

# data that lies elsewhere
os.makedirs("away", exist_ok=True)
os.rename("l.csv", "away/l.csv")
model("away.net", 'csv train="l.csv" target=wet', 3, "2 activation=softmax")
for words in (("data", "away.net"), ("check", "away.net"), ("data", 'csv train="l.csv" target=wet')):
    run(*words, "--data-dir", "away")
model("away.net", 'csv train="l.csv" target=wet', 4, "2 activation=softmax")
if "away/l.csv has 3 columns" not in run("check", "away.net", "--data-dir", "away", status=1)[1]:
    fail("check --data-dir")

# ---- arrays, signals and pictures; what is drawn ----

pictures = np.zeros((40, 2, 9, 7), np.uint8)
pictures[::2, :, 2:7, 1:6] = 255
np.save("p.npy", pictures)
np.save("k.npy", np.arange(40) % 2)
out = run("data", 'npy x="p.npy" y="k.npy" classes=["square", "nothing"]')[0]
drawn = ["square", "", " █████", " █████", " ▀▀▀▀▀"]
if [text[:8].rstrip() for text in out.split("\nsquare")[1].split("\n")][1:5] != drawn[1:] or "each      2x9x7 bytes" not in out:
    fail(out)
about = json.loads(run("data", 'npy x="p.npy" y="k.npy"', "--json")[0])
same(about["inputs"][1], pictures[:, 1] / 255)
if about["shape"] != [2, 9, 7] or about["type"] != "bytes" or [c["name"] for c in about["classes"]] != [None, None]:
    fail(about)
np.save("s.npy", np.stack([np.linspace(0, k + 1, 40) for k in range(4)]))
out = run("data", 'npy x="s.npy" y="s.npy"')[0]
if "▁▁▁▁▁▂" not in out or "each      40 numbers" not in out or "40 numbers an example" not in out:
    fail(out)
square = np.zeros((4, 49), np.uint8)
square.reshape(4, 7, 7)[:, 2:6, 1:5] = 255
np.save("flat.npy", square)
if "\n █" not in run("data", 'npy x="flat.npy"')[0]:
    fail("a flat picture is drawn as a signal")
last = np.moveaxis(pictures, 1, 3)
np.save("last.npy", last)
np.save("rgb.npy", np.zeros((4, 9, 7, 3), np.uint8))
out = " ".join(run("data", 'npy x="rgb.npy"')[0].split())
if """if these are 3 channels of 9x7, they come last: netc data 'npy x="rgb.npy" order=channels_last'""" not in out or \
        "they come last" in run("data", 'npy x="rgb.npy" order=channels_first')[0] + run("data", 'npy x="p.npy"')[0]:
    fail("channels that may come last", out)
if json.loads(run("data", 'npy x="last.npy" order=channels_last', "--json")[0])["shape"] != [2, 9, 7]:
    fail("channels last")
out = run("data", "data digits")[0]
if "each      1x28x28 bytes" not in out or not re.search(r"^  all values|^  channel 1 +0 +1 +0\.13", out, re.MULTILINE):
    fail(out)

# ---- hostile names, and what is no set ----

save("evil.csv", '"a\x1b[31m","b\u009bc",k\n' + "".join(f"{i},{i},\x07{'xyz'[i % 3]}\n" for i in range(9)))
run("data", 'csv train="evil.csv" target=k')
save("evil.csv", '"a\x1b[31m","b\u009bc","two words","3rd",_ok\n1,2,3,4,5\n')
if '1, 2, "two words", "3rd", _ok' not in " ".join(run("data", 'csv train="evil.csv"')[0].split()):
    fail(run("data", 'csv train="evil.csv"')[0])
save("wide.csv", ",".join(f"column number {i}" for i in range(60)) + ",k\n" + "".join(",".join(["1"] * 60) + f",{i % 2}\n" for i in range(4)))
if "  … and 36 more" not in run("data", 'csv train="wide.csv" target=k')[0]:
    fail("a wide table")
for words, status, expected in (
        (["data", "t.csv"], 2, """netc data: that is no model; a data line in quotes says what it is: netc data 'csv train="t.csv"'"""),
        (["data", "csv train=t.csv target=state"], 1, """help: write netc data 'csv train="t.csv" target=state'"""),
        (["data", "data csv t.csv"], 1, """help: write netc data 'csv train="t.csv" target=state'"""),
        (["data", "npy x=p.npy y=k.npy"], 1, """help: write netc data 'npy x="p.npy" y="k.npy"'"""),
        (["data", "mnist", "-D", "a=1"], 2, "-D and --set are about a model, and 'mnist' is none"),
        (["data", "mnist", "--data-dir", "a"], 2, "sets go to the data folder: 'XDG_DATA_HOME=DIR netc data mnist'"),
        (["data", "--data-dir", "a"], 2, "--data-dir is about a model or a data line"),
        (["data", "mnist", "--json"], 2, "--json lists the sets, or shows the one of a model"),
        (["data", "minst"], 2, "unknown data set 'minst'; did you mean 'mnist'?")):
    err = run(*words, status=status)[1]
    if expected not in err:
        fail(words, err)
if run("data", line, "-q") != ("", ""):
    fail("-q")
