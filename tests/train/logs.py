#!/usr/bin/env python3
"""All subjects of logs in one run, each as often as its own every=: the same files for any number of threads, after
kills and where writes fail; a full disk is said."""
import os
import random
import re
import subprocess
import time

import _faults
import _trainer as t

NETC = os.environ["NETC"]
with open(os.path.join(t.ROOT, "runtime/log/subjects.def"), encoding="utf-8") as rows:
    SUBJECTS = re.findall(r'^SUBJECT\(\w+, "(\w+)"', rows.read(), re.MULTILINE)
MODEL = """network m {
    input 1x28x28
    pool average 4
    conv 2 kernel=3 activation=relu
    dense 5 activation=tanh
    dense 10 activation=softmax
}
train {
    data digits
    split train=160 validation=20
    batch 20
    epochs 2
%s
}
"""
lines = [f"    log {subject} every={'epoch' if i == 1 else i + 1}" for i, subject in enumerate(SUBJECTS)]
lines[SUBJECTS.index("gradients")] += " probe=30 formats=[csv, tensorboard]"
lines[SUBJECTS.index("spectrum")] += " full=true"
with open("m.net", "w", encoding="utf-8") as file:
    file.write(MODEL % "\n".join(lines))
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
subprocess.run([NETC, "build", "m.net", *FAST, "-o", "m"], check=True)
t.TRAINER = os.path.abspath("m")

said = " ".join(t.run("--help")[0].split())
t.check(said.count("--log-every") == 1 and "of the logs, or epoch (each its own)" in said, said)

t.run("--name", "whole", "-q", "--threads", 1)
whole = t.contents("whole")
for i, subject in enumerate(SUBJECTS):
    steps = sorted({int(row["step"]) for row in whole[f"{subject}.csv"]})
    t.check(steps == list(range(0, 16, 8 if i == 1 else i + 1)), f"{subject}.csv has rows of the steps {steps}")
for threads in (2, 3):
    t.run("--name", f"threads{threads}", "-q", "--threads", threads)
    t.same(f"threads{threads}", whole, f"{threads} threads")

dice = random.Random(2)
for attempt in range(200):
    process = t.start("--name", "killed", *(["--resume"] if attempt else []), "-q", env={"NET_CHECKPOINT_SECONDS": 0})
    time.sleep(dice.uniform(0.01, 0.1) * (1 + attempt / 10))
    process.kill()
    process.communicate()
    if process.returncode == 0:
        break
t.same("killed", whole, f"killed {attempt} times")

# Of no epochs: what is known of the untrained network; going on, a run has the same rows once.
t.run("--name", "none", "-q", "--epochs", 0)
untrained = {file: rows for file, rows in t.contents("none").items() if file.endswith(".csv") and rows}
probed = [row for row in whole["gradients.csv"] if row["source"] == "probe" and row["step"] == "0"]
t.check(len(probed) == 3 and untrained["gradients.csv"] == probed, f"--epochs 0: {untrained}")
t.check(untrained["activations.csv"] == [row for row in whole["activations.csv"] if row["step"] == "0"], f"{untrained}")
t.run("--name", "none", "-q", "--resume", "--epochs", 2)
t.same("none", whole, "resumed after no epochs")
t.remove("whole")

_faults.inject_all(("--epochs", 1, "--batch", 160, "-q", "--threads", 1), 24)

small = os.path.abspath("small")
os.makedirs(small)
command = ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o size=300k none {small} && exec \"$@\"", "sh"]
if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0:
    done = subprocess.run([*command, t.TRAINER, "--epochs", "50", "-q", "--run-dir", f"{small}/runs"],
                          capture_output=True, text=True, env=t.environment({"NET_CHECKPOINT_SECONDS": 0.05}))
    t.check(done.returncode == 3 and "No space left" in done.stderr.splitlines()[-1], done.stderr)
print("ok")
