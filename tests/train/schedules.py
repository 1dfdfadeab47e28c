#!/usr/bin/env python3
"""The schedules of the learning rate: each step's rate against the definition, in double; the logged ones to their
digits, after a resume too; plateau by the validation part, beside stop; what a resumed run must not change."""
import math
import os
import random
import re
import subprocess

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
RATE, EPOCHS, BATCH, TRAIN = 0.3, 7, 50, 330
STEPS = math.ceil(TRAIN / BATCH)
MODEL = """network %s {
    input 784
    dense 10 activation=softmax
}
train {
    split train=%d validation=100
    optimizer sgd rate=%g
    schedule %s
    batch %d
    epochs %d
    %s
}
"""


# ---- the definitions: the rate at t epochs, of E ----
def constant(t, E):
    return RATE


def step(every, factor):
    return lambda t, E: RATE * factor ** math.floor(t / every + 1e-12)


def exponential(factor):
    return lambda t, E: RATE * factor ** t


def cosine(w=0.0, q=0.0):
    return lambda t, E: RATE * t / w if t < w else RATE * (q + (1 - q) * (1 + math.cos(math.pi * (t - w) / (E - w))) / 2)


def one_cycle(w=0.0, q=0.0):
    return lambda t, E: RATE * (q + (1 - q) * (t / w if t < w else (E - t) / (E - w)))


FORMS = {
    "constant": constant,
    "step every=2 factor=0.1": step(2, 0.1),
    "step every=0.1 factor=0.9": step(0.1, 0.9),
    "step every=2.5 factor=0.37": step(2.5, 0.37),
    "exponential factor=0.8": exponential(0.8),
    "exponential factor=1.3": exponential(1.3),
    "exponential factor=1e-6": exponential(1e-6),
    "cosine": cosine(),
    "cosine warmup=1.5 floor=0.01": cosine(1.5, 0.01),
    "cosine warmup=7": cosine(7),
    "one_cycle": one_cycle(),
    "one_cycle warmup=0.3 floor=0.1": one_cycle(0.3, 0.1),
}


def build(name, schedule, more="", epochs=EPOCHS, output=()):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % (name, TRAIN, RATE, schedule, BATCH, epochs, more))
    output = output or ("-o", name)
    subprocess.run([NETC, "build", f"{name}.net", *FAST, *output], check=True)
    t.TRAINER = os.path.abspath(name)


def rates_of(schedule, *places):
    """What the trainer computes for each step, for each (steps an epoch, epochs, cuts)."""
    build("rates", schedule, output=("--emit", "obj", "-o", "rates.o"))
    if not os.path.exists("driver.o"):
        subprocess.run([os.environ.get("CC", "gcc"), "-std=c17", "-O1", "-I" + t.ROOT, "-c",
                        os.path.join(t.ROOT, "tests/train/Inputs/rates.c"), "-o", "driver.o"], check=True)
    subprocess.run([os.environ.get("CC", "gcc"), *SANITIZE, "driver.o", "rates.o", os.path.join(t.BUILD, "libnetrt.a"), "-o",
                    "rates", "-ljansson", "-lpng", "-ljpeg", "-lz", "-lmd", "-lpthread", "-lm"], check=True)
    outs = [subprocess.run(["./rates", *map(str, place)], check=True, capture_output=True, text=True).stdout for place in places]
    return [[float.fromhex(line) for line in out.split()] for out in outs]


def logged(name):
    return [row["rate"] for row in t.rows(t.folder(name) + "/epochs.csv")]


def digits(value):
    return f"{value:.9g}"


SANITIZE = {"asan": ["-fsanitize=address,undefined"], "tsan": ["-fsanitize=thread"]}.get(os.path.basename(t.BUILD), [])

# ---- in double ----
for schedule, rate in FORMS.items():
    for steps, found in zip((STEPS, 10), rates_of(schedule, (STEPS, EPOCHS, 0), (10, EPOCHS, 0))):
        t.check(len(found) == steps * EPOCHS, f"{schedule}: {len(found)} rates")
        for i, value in enumerate(found):
            expected = rate(i / steps, EPOCHS)
            t.check(abs(value - expected) <= 1e-12 * RATE and (schedule[0] in "co" or abs(value / expected - 1) <= 1e-12),
                    f"{schedule}, step {i} of {steps} an epoch: {value!r}, expected {expected!r}")
for cuts, found in enumerate(rates_of("plateau patience=2 factor=0.4 floor=0.05", *((3, 2, cuts) for cuts in range(9)))):
    expected = RATE * max(0.4 ** cuts, 0.05)
    t.check(all(abs(value / expected - 1) <= 1e-12 for value in found), f"plateau, {cuts} cuts: {found}")
t.check(rates_of("plateau patience=2", (1, 1, 3)) == [[RATE / 8]], "plateau cuts by half")

# ---- as logged: of an epoch's last step, and before the first one; wherever a run was cut ----
dice = random.Random(1)
for number, (schedule, rate) in enumerate(FORMS.items()):
    name = f"form{number}"
    build(name, schedule, "log steps every=1")
    t.run("-q", "--name", name)
    whole = t.contents(name)
    places = [0] + [epoch * STEPS - 1 for epoch in range(1, EPOCHS + 1)]
    expected = [digits(rate(place / STEPS, EPOCHS)) for place in places]
    t.check(logged(name) == expected, f"{schedule}: rates {logged(name)}, expected {expected}")
    each = [digits(rate(place / STEPS, EPOCHS)) for place in range(STEPS * EPOCHS)]
    found = [row["rate"] for row in t.rows(t.folder(name) + "/steps.csv")]
    t.check(found == each, f"{schedule}: steps.csv has {found}, expected {each}")
    if number % 3 == 0:
        continue
    t.killed_often(f"{name}-cut", dice, 0.2)
    t.same(f"{name}-cut", whole, schedule)

# ---- plateau, beside stop: each counts the epochs without a better one for itself ----
PATIENCE, STOP = 2, 5
for monitor, better in (("accuracy", lambda a, b: a > b), ("cost", lambda a, b: a < b)):
    build("plateau", f"plateau patience={PATIENCE} factor=0.1", f"stop patience={STOP} monitor={monitor}", 60)
    out, _ = t.run("--name", f"plateau-{monitor}")
    rows = t.rows(t.folder(f"plateau-{monitor}") + "/epochs.csv")
    figures = [float(row[f"validation_{monitor}"]) for row in rows]
    rate, best, cut, cuts, last = RATE, 0, 0, [], len(figures) - 1
    for epoch in range(1, len(figures)):
        t.check(rows[epoch]["rate"] == digits(rate), f"{monitor}, epoch {epoch}: {rows[epoch]['rate']}, expected {rate}")
        best = epoch if better(figures[epoch], figures[best]) else best
        if epoch - max(best, cut) >= PATIENCE:
            cut, rate = epoch, rate * 0.1
            cuts.append(epoch + 1)
        t.check((epoch - best >= STOP) == (epoch == last) or last == 60, f"{monitor}: stopped after epoch {last}, best {best}")
    told = [int(epoch) for epoch in re.findall(r"^rate .* from epoch (\d+) on: 2 epochs without a gain$", out, re.MULTILINE)]
    t.check(len(cuts) >= 2 and told == [epoch for epoch in cuts if epoch <= 60], f"{monitor}: told {told}, cuts {cuts}")
    for epochs in range(60):  # one at a time: the state is in the checkpoint
        t.run("-q", *(("--resume",) if epochs else ()), "--name", f"slow-{monitor}", "--epochs", epochs)
        if epochs >= last:
            break
    t.same(f"slow-{monitor}", t.contents(f"plateau-{monitor}"), f"plateau by {monitor}, an epoch at a time")
build("floor", "plateau patience=1 factor=0.1 floor=0.5", "stop patience=4", 60)
out, _ = t.run("--name", "floor")
t.check(out.count("\nrate ") == 1 and set(logged("floor")[2:]) == {"0.3", "0.15"}, out)

# ---- numbers of the command line; a resumed run keeps them, and its length where the rates depend on it ----
build("numbers", "step every=1 factor=0.5")
t.run("-q", "--name", "numbers", "--schedule-factor", "0.25", "--schedule-every", "2.5", "--epochs", 3)
t.check(logged("numbers") == [digits(step(2.5, 0.25)(max(i * STEPS - 1, 0) / STEPS, 0)) for i in range(4)], f"{logged('numbers')}")
_, err = t.run("-q", "--resume", "--name", "numbers", "--schedule-factor", "0.1", status=2)
t.check("was trained with --schedule-factor 0.25, not 0.1" in err, err)
t.run("-q", "--resume", "--name", "numbers", "--epochs", 6)
t.run("-q", "--name", "longer", "--schedule-factor", "0.25", "--schedule-every", "2.5", "--epochs", 6)
t.same("numbers", t.contents("longer"), "step, made longer")
for value in ("0", "1", "2", "x"):
    _, err = t.run("--schedule-factor", value, status=2)
    t.check("expected a number above 0 and below 1" in err, err)
for form in ("cosine", "one_cycle"):
    build(f"long_{form}", f"{form} warmup=1")
    t.run("-q", "--name", f"long-{form}", "--epochs", 2)
    t.check(logged(f"long-{form}")[-1] == digits(FORMS[form]((2 * STEPS - 1) / STEPS - 1, 1)), "--epochs is the curve's end")
    for epochs in (3, 1):
        _, err = t.run("-q", "--resume", "--name", f"long-{form}", "--epochs", epochs, status=2)
        t.check(f"was trained with --epochs 2, not {epochs}; the rates of schedule {form} depend on it; a run is resumed with "
                "its own settings (leave --epochs out)" in err, err)
t.run("-q", "--name", "shown", "--schedule-floor", 0.5)
_, err = t.run("--schedule-floor", 2, status=2)
t.check("--schedule-floor 2: expected a number from 0 to 1" in err, err)
_, err = t.run("--schedule-every", 2, status=2)
t.check("--set 'schedule step every=10 factor=0.1'" in err, err)
done = subprocess.run([NETC, "train", "long_cosine.net", "--schedule", "cosine"], capture_output=True, text=True)
t.check(done.returncode == 2 and "that of the learning rate is a line of the train block: --set 'schedule cosine'" in done.stderr,
        f"--schedule, which takes a tile: {done.stderr}")
print("ok")
