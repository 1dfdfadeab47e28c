#!/usr/bin/env python3
"""Every number of the train block that a trainer has: as an option, in config.json, as the text of a --set line, and on
resume, where only the length of a run may change. The list is the one that --help prints."""
import json
import os
import re
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
NETWORK = "network m {\n    input 784\n    dense 4 activation=sigmoid\n    dense 10 activation=softmax\n}\n"
ALL = NETWORK + """train {
    split train=40 validation=20
    optimizer sgd rate=0.5 momentum=0.5
    regularize l2=1 l1=1 max_norm=2
    clip norm=3
    label_smoothing 0.25
    average decay=0.5
    batch 20
    stop patience=7
    log gradients every=2
    epochs 1
}
"""
MAY_CHANGE = {"epochs", "patience"}


def train(*options, model="all.net", status=0):
    done = subprocess.run([NETC, "train", model, *FAST, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300)
    t.check(done.returncode == status, f"{model} {options}: {done.returncode} {done.stdout} {done.stderr}")
    return done.stdout + done.stderr


def config(run):
    with open(f"{run}/config.json", encoding="utf-8") as file:
        return json.load(file)["settings"]


for name, text in (("all.net", ALL), ("plain.net", NETWORK + "train { split train=40 }\n")):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
listed = re.sub(r"\n {20,}", " ", train("--help").split("own options:")[1].split("      --data ")[0])
rows = re.findall(r"^      --([a-z0-9-]+) (\S+) .*\((\S+)\)$", listed, re.MULTILINE)
values = {"rate": "0.25", "momentum": "0.75", "l2": "2", "l1": "0.5", "weight-decay": "0.01", "max-norm": "0.5",
          "clip-norm": "0.125", "clip-value": "0.5", "label-smoothing": "0.125", "average-decay": "0.75", "batch": "10", "epochs": "2", "patience": "9", "seed": "3", "log-every": "1"}
t.check([row[0] for row in rows] == list(values), f"--help: {rows}")
t.check(dict((row[0], row[2]) for row in rows)["log-every"] == "2" and rows[0][2] == "0.5", f"defaults: {rows}")

# given at the start: so in config.json, and kept on resume
train("-q", "--name", "first")
first = t.folder("first")
before = config(first)


def name_of(flag):
    """What config.json calls the number that an option gives."""
    return {"log-every": "gradients_every"}.get(flag, flag.replace("-", "_"))


for flag, word, _ in rows:
    if flag == "clip-value":  # another bound than the one that is compiled in
        said = train("-q", "--clip-value", "0.5", status=2)
        t.check("compiled without clip_value" in said and "--set 'clip value=0.5' has it" in said, said)
        continue
    run = f"given-{flag}"
    train("-q", "--name", run, f"--{flag}", values[flag])
    expected = {**before, name_of(flag): type(before[name_of(flag)])(float(values[flag]))}
    if flag == "weight-decay":  # is l2 given another way
        expected["l2"] = 0
    t.check(config(t.folder(run)) == expected, f"config.json of --{flag}: {config(t.folder(run))}")
    train("-q", "--resume", "--name", run)
    t.check(config(t.folder(run)) == expected, f"--resume with what --{flag} said")
    if "|" in word:
        train("-q", "--name", f"zero-{flag}", f"--{flag}", word.split("|")[1])
        t.check(config(t.folder(f"zero-{flag}"))[name_of(flag)] == 0, f"--{flag} {word}")
    refused = train("-q", "--resume", first, f"--{flag}", values[flag], status=0 if flag in MAY_CHANGE else 2)
    t.check(flag in MAY_CHANGE or ("[other-settings]" in refused and f"(leave --{flag} out)" in refused), refused)

# what the trainer was not compiled for: the line that the message names has it
for flag in ("momentum", "l2", "l1", "weight-decay", "max-norm", "clip-norm", "clip-value", "label-smoothing", "average-decay"):
    said = train("-q", f"--{flag}", values[flag], model="plain.net", status=2)
    line = re.search(r"--set '(.*)' has it \[not-compiled\]", said)
    t.check(line, said)
    train("-q", "--name", f"has-{flag}", "--set", line.group(1), model="plain.net")
    name = flag.replace("-", "_")
    t.check(config(t.folder(f"has-{flag}"))[name] == float(values[flag]), f"--set {line.group(1)}")
    said = train("-q", "--resume", f"--{flag}", values[flag], model="plain.net", status=2)
    t.check(f"a run is resumed with its own settings (leave --{flag} out); a new run has it by netc train" in said, said)
train("-q", "--l2", "0", model="plain.net")
said = train("-q", "--log-every", "2", model="plain.net", status=2)
t.check("what is logged is compiled in: netc train plain.net --set 'log gradients every=10'" in said, said)
said = train("-q", "--set", "regularize l2=3", "--l1", "2", status=2)
t.check("--set 'regularize l1=2 l2=3' has it" in said, said)
said = train("-q", "--l2", "3", "--weight-decay", "1", status=2)
t.check("--l2 and --weight-decay are one setting (weight_decay = l2 / n); keep one" in said, said)
# an option of the optimizer takes the place of another setting's of the same name
train("-q", "--name", "own", "--set", "optimizer adamw", "--weight-decay", "0.5", "--beta2", "0.5", model="plain.net")
own = config(t.folder("own"))
t.check((own["weight_decay"], own["beta2"], own["rate"], own["l2"]) == (0.5, 0.5, 0.001, 0), f"adamw: {own}")
said = train("--set", "optimizer adamw", "--l2", "5", model="plain.net", status=2)
line = re.search(r"--set '(.*)' has it", said).group(1)
said = train("--set", "optimizer adamw", "--set", line, model="plain.net", status=1)
t.check("l2 is given in regularize and weight_decay in adamw; keep one [double-decay]" in said, said)
t.check("--rate is given twice" in train("--rate", "1", "--rate=2", status=2), "--rate twice")
for flag, value, expected in (("rate", "0", "a number above 0"), ("l2", "-1", "a number of at least 0"),
                              ("batch", "0", "a whole number from 1 to 1000000000, or 'full'"),
                              ("seed", "1.5", "a whole number from 0 to 9007199254740992"),
                              ("rate", "nan", "a number above 0"), ("l1", "1e-60", "holds it as 0")):
    said = train(f"--{flag}", value, status=2)
    t.check(f"--{flag} {value}: " in said and expected in said, said)
print("ok")
