#!/usr/bin/env python3
"""--tune: what is measured is kept and used again, by itself alone; the bits are the same whatever is kept; what is spoilt is
measured anew; and what does not go together is refused. Nothing here is about speed."""
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
CACHE = os.path.abspath("cache")
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")
KEPT = os.path.join(CACHE, "netc/schedules")
MODEL = """network tuned {
    input 1x28x28
    conv 4 kernel=5x5 activation=relu
    pool max 2x2
    dense 20 activation=relu
    dense 10 activation=softmax
}
train {
    data digits
    batch 100
    epochs 1
    seed 3
}
"""
QUICK = "-O0"  # to compile
DUMP = (QUICK, "--dump=schedule", "--stop-after=loops")


def start(*arguments, cache=CACHE):
    return subprocess.Popen([NETC, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=dict(os.environ, XDG_CACHE_HOME=cache))


def end(process, status=0):
    out, err = process.communicate(timeout=300)
    if process.returncode != status:
        sys.exit(f"{process.args}: status {process.returncode}, expected {status}\n{out}{err}")
    return out, err


def run(*arguments, status=0, cache=CACHE):
    return end(start(*arguments, cache=cache), status)


def kept():
    files = {}
    for name in os.listdir(KEPT):
        with open(os.path.join(KEPT, name), encoding="utf-8") as file:
            files[name] = file.read()
    return files


def measured(err):
    """How many sums of products were."""
    found = re.search(r"measured (\d+) sums? of products in", err)
    return int(found.group(1)) if found else 0


def choices(dump):
    """Of --dump=tune: by the first choice of each sum what there is to choose from."""
    sums = re.split(r"^\S+:\n", dump, flags=re.MULTILINE)[1:]
    return [[re.sub("; .*", "", line[4:]) for line in text.splitlines()] for text in sums]


def same(what, one, other):
    if one != other:
        sys.exit(f"{what}:\n{one}\nis not\n{other}")


with open("tuned.net", "w", encoding="utf-8") as model:
    model.write(MODEL)
os.mkdir(CACHE)
own, err = run("build", "tuned.net", *DUMP)
same("without --tune", err, "")

# two at a time, of which the first that looks finds nothing
both = [start("build", "tuned.net", "--tune", *DUMP) for _ in range(2)]
ends = [end(process) for process in both]
first = kept()
same(f"kept, after\n{ends[0][1]}{ends[1][1]}", len(first), max(measured(err) for _, err in ends))
dump, err = run("build", "tuned.net", "--tune", "-v", QUICK, "--dump=tune", "--stop-after=tune")
rivals = choices(dump)
same("measured again", measured(err), 0)
same("said", f"{len(first)} sums of products were measured before" in err, True)
for line in first.values():
    if not line.endswith("\n") or sum(line[:-1] in sum_of for sum_of in rivals) == 0:
        sys.exit(f"'{line}' is kept, which is none of\n{dump}")

# another choice of each; a build without --tune minds none
for name, line in first.items():
    sum_of = next(sum_of for sum_of in rivals if line[:-1] in sum_of)
    with open(os.path.join(KEPT, name), "w", encoding="utf-8") as file:
        file.write(sum_of[-1] + "\n")
last = kept()
tuned, err = run("build", "tuned.net", "--tune", *DUMP)
same("measured again", err, "")
missing = [line for line in last.values() if line[:-1] not in tuned]
if missing or tuned == own:
    sys.exit(f"--tune does not take {missing}:\n{tuned}")
same("without --tune", run("build", "tuned.net", *DUMP)[0], own)

# --schedule takes it back
with open("all.schedule", "w", encoding="utf-8") as file:
    file.write(tuned)
same("--schedule", run("build", "tuned.net", "--schedule", "all.schedule", *DUMP)[0], tuned)

# the same bits, by a trainer of its own
bits = []
for name, more in (("own", []), ("tuned", ["--tune"]), ("again", ["--tune", "-v"])):
    out, err = run("train", "tuned.net", QUICK, "--run-dir", name, *more)
    bits.append(re.search("sha256 .*", out).group())
    trainers = len(os.listdir(os.path.join(CACHE, "netc/trainers")))
    same(f"{name}: trainers", trainers, 1 if name == "own" else 2)
same("bits", bits[1:], bits[:2])
same("cached", "cached: " in err, True)

# a network in use: one image and many, all of both measured once
use = ("build", "tuned.net", "--infer", "--weights", "own/latest", "--cpu", "native", "--tune", QUICK, "--emit",
       "obj", "-o", "tuned.o")
err = run(*use)[1]
if not measured(err) or not os.path.exists("tuned.o"):
    sys.exit(f"--infer: {err}")
same("--infer, again", measured(run(*use)[1]), 0)

# a dump of several processors gives each its own lines; what --cpu says has to be among them
auto = ("build", "tuned.net", "--infer", "--weights", "own/latest", "--stop-after=loops", "--dump=schedule")
given = run(*auto)[0].replace(", unroll 1 1 5", ", unroll 1 1 1", 1)
with open("all.schedule", "w", encoding="utf-8") as file:
    file.write(given)
uncounted = re.compile("; .*")  # the cycles are those of what is given
same("--cpu auto", uncounted.sub("", run(*auto, "--schedule", "all.schedule")[0]), uncounted.sub("", given))
out = run(*auto, "--schedule", "all.schedule", "--cpu", "x86-64-v3")[0]
same("--cpu x86-64-v3, of them", out in given and out.count("processor ") == 1 and given.count("processor ") == 3, True)
err = run(*auto, "--schedule", "all.schedule", "--cpu", "znver4", status=2)[1]
same("said", "its lines are for x86-64-v4, x86-64-v3, generic; expected some for what --cpu says" in err, True)
with open("all.schedule", "a", encoding="utf-8") as file:
    file.write("one_conv3_z: tile 1 1 2 5\n")
same("said", "there is no nest one_conv3_z;" in run(*auto, "--schedule", "all.schedule", status=2)[1], True)

# what is spoilt is measured, and nothing else; then without a folder, by the other back end
spoils = [lambda text: text[:-2], lambda text: text.replace("tile ", "tile 6"), lambda text: "",
          lambda text: "\0" * 5000]
before = kept()
names = sorted(first)[:len(spoils)]
for name, spoil in zip(names, spoils):
    with open(os.path.join(KEPT, name), "w", encoding="utf-8") as file:
        file.write(spoil(before[name]))
same("spoilt", measured(run("build", "tuned.net", "--tune", *DUMP)[1]), len(spoils))
after = kept()
for name in names:
    if not any(after[name][:-1] in sum_of for sum_of in rivals) or not after[name].endswith("\n"):
        sys.exit(f"kept after it was spoilt is {after[name]}")
same("spoilt", {**after, **dict.fromkeys(names)}, {**before, **dict.fromkeys(names)})
err = run("build", SMALL, "--tune", "--backend", "c", *DUMP, cache="/dev/null")[1]
same("no folder, C", measured(err), 1)
same("said once", err.count("what was measured is not kept, and is measured again the next time: there is no cache "), 1)
same("nothing beside", sorted(os.listdir(".")),
     ["again", "all.schedule", "cache", "own", "tuned", "tuned.h", "tuned.net", "tuned.o"])

for options, said in (
        (["--schedule", "4x5"], "--schedule says what --tune would find out; keep one"),
        (["--cpu", "generic"], "--tune measures on this processor; write --cpu native, not --cpu generic"),
        (["--backend", "interp"], "--tune measures compiled code, and --backend interp makes none; leave one out"),
        (["--infer", "--weights", "own/latest"], "for which code is made with --cpu native; add that"),
        (["--infer", "--weights", "own/latest", "--emit", "c"], "for which code is made with --cpu native; add that"),
        (["--infer", "--weights", "own/latest", "--emit", "onnx"], "--tune is about code; an ONNX file holds none"),
        (["--infer", "--weights", "own/latest", "--emit", "obj", "--target", "aarch64-linux-gnu"],
         "--tune measures on this machine, and --target aarch64-linux-gnu is another; leave one out"),
        (["--dump=loops", "--stop-after=fuse"], "--stop-after=fuse ends before that pass; write --stop-after=loops"),
        (["--tune=3"], "--tune")):
    out, err = run("build", "tuned.net", "--tune", *options, status=2)
    if said not in err or out or err.count("\n") != 1:
        sys.exit(f"{options}: expected '{said}', got\n{err}")
for command, said in (
        ("build", "--dump=tune prints what --tune measures; add that"),
        ("check", "--dump=tune: 'netc check' ends before that pass; 'netc build' has it")):
    same(command, run(command, "tuned.net", "--dump=tune", status=2), ("", f"netc {command}: {said}\n"))
