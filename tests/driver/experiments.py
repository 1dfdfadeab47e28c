#!/usr/bin/env python3
"""netc experiments: small ones, on a cut of the digits: tables, drawings and a file of each row; keys are what they were;
killed again and again nothing is lost and nothing done twice; --verify finds a spoilt row; wrong names and lines are
told."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

NETC = os.environ["NETC"]
KEY = "2b03c9e34f287253"  # of depth 2, seed 1
CUT = ("--set", "data digits", "--set", "split train=200 validation=100 test=100", "--set", "epochs 3", "--threads", "1")


def fail(text):
    sys.exit(f"FAILED: {text}")


def check(holds, text):
    if not holds:
        fail(text)


def netc(*arguments, status=0, **options):
    done = subprocess.run([NETC, "experiments", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    check(done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def rows(folder, killed=False):
    found = {}
    for name in sorted(os.listdir(os.path.join(folder, "rows"))):
        if killed and name.endswith(".tmp"):  # until the next one begins
            continue
        check(name.endswith(".json"), f"{folder}: {name} was left")
        with open(os.path.join(folder, "rows", name)) as file:
            found[name[:-len(".json")]] = json.load(file)
    return found


def folders(folder):
    """What is in the folder of runs: names and when they were changed last."""
    return {entry.path: entry.stat().st_mtime_ns for run in os.scandir(os.path.join(folder, "runs")) if run.is_dir()
            for entry in os.scandir(run.path)}


def trainers(pid):
    """The children of netc that are other programs: one that it is itself may be the leak checker's, at its end, for which
    it would wait without end."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [child for child in file.read().split()
                    if os.readlink(f"/proc/{child}/exe") != os.readlink(f"/proc/{pid}/exe")]
    except OSError:
        return []


# ---- to the end, and again ----
first = netc("depth", "bound", "exploding", "--seeds", "1-2", "-o", "whole", *CUT)
whole = rows("whole")
check(set(whole) == {"bound-sigmoid", "depth-1", "depth-2", "depth-3", "depth-4", "exploding-100"}, f"rows: {set(whole)}")
row = whole["depth-2"]
check(row["model"] == "deep_sigmoid" and "-D depth=2" in row["command"] and "--epochs 3" in row["command"], row["command"])
check([training["seed"] for training in row["trainings"]] == [1, 2], "seeds")
for training in row["trainings"]:
    check(re.fullmatch("[0-9a-f]{16}", training["key"]) and training["status"] == "done", f"{training}")
    check(all(re.fullmatch("[0-9a-f]{64}", training[key]) for key in ("weights_sha256", "weights_sha256_epoch_1")), "hashes")
    check(training["weights_sha256"] != training["weights_sha256_epoch_1"], "one hash for two epochs")
# A key is what it was: by theirs the rows in docs/experiments are found, which with other ones would be trained anew.
with open(os.path.join(os.environ["NETC_ROOT"], "docs/experiments/rows/depth-2.json")) as file:
    stored = json.load(file)
with open("/proc/cpuinfo", encoding="utf-8") as file:
    fuses = {"avx2", "fma"} <= set(file.read().split())
if fuses:  # products, as where these rows were made
    check(row["order_hash"] == stored["order_hash"], "the rows in docs/experiments are of another order of sums, or another NET_BITS")
    check(row["trainings"][0]["key"] == KEY, f"the key {KEY} has become {row['trainings'][0]['key']}")
mean = sum(training["numbers"]["best_test_accuracy"] for training in row["trainings"]) / 2
check(abs(row["mean"]["best_test_accuracy"] - mean) < 1e-12, "the mean")
bound = whole["bound-sigmoid"]["mean"]
check(abs(bound["width"] - 0.44774) < 1e-5 and abs(bound["weight"] - 6.894) < 1e-3, f"the exercise's bound: {bound}")
with open("whole/results.md") as file:
    table = file.read()
for part in ("## Is deeper better?", "| 2 hidden layers |", "Examples here: 200 to train, 100 to validate, 100 to test.", "| 0.45 |", "--set 'epochs 3'",
             row["trainings"][0]["weights_sha256"][:16], f"{100 * mean:.2f} ±"):
    check(part in table, f"results.md lacks {part}:\n{table}")
check("within 0.3" not in table and "misses" not in table and "96.90 %" not in table, "a cut is compared with the text")
check("\n    examples here: 200 to train, 100 to validate, 100 to test\n" in first.stdout and "(text 0.45)" in first.stdout
      and "(text 96" not in first.stdout, f"how many examples there are\n{first.stdout}")
check("| 390,625 ± 0 |" in table, f"numbers as people write them\n{table}")
check(all(len(line) <= 80 for line in first.stdout.splitlines()), f"lines are too long for a terminal\n{first.stdout}")
before = folders("whole")
again = netc("depth", "bound", "exploding", "--seeds", "1-2", "-o", "whole", *CUT)
check(folders("whole") == before and rows("whole") == whole, "what was there was made again")
check("0 trained, 2 there" in again.stdout and "2 trained, 0 there" in first.stdout, again.stdout)
# without the runs the rows do; without the rows the runs do
os.rename("whole/runs", "kept")
netc("depth", "--seeds", "1-2", "-o", "whole", *CUT)
check(not os.path.exists("whole/runs"), "rows that are there need no runs")
os.rename("kept", "whole/runs")
shutil.rmtree("whole/rows")
netc("depth", "bound", "exploding", "--seeds", "1-2", "-o", "whole", *CUT)
check(folders("whole") == before and rows("whole") == whole, "runs that are there are read")

# ---- killed at any moment ----
dice, kills, there = random.Random(12), 0, {}
for attempt in range(9):
    process = subprocess.Popen([NETC, "experiments", "depth", "--seeds", "1-2", "-o", "killed", *CUT],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "NET_CHECKPOINT_SECONDS": "0"})
    try:
        error = process.communicate(timeout=dice.uniform(0.05, 0.5) * (1 + attempt / 5))[1]
        check(process.returncode == 0, f"killed, and begun again: status {process.returncode}, {error.decode()}")
    except subprocess.TimeoutExpired:
        if trainers(process.pid) and dice.random() < 0.3:
            subprocess.run(["kill", "-9", *trainers(process.pid)], stderr=subprocess.DEVNULL)
            error = process.communicate()[1].decode()
            check(process.returncode in (0, 3) and (process.returncode == 0 or "was ended by signal 9 (Killed); " in error), error)
        else:
            process.send_signal(dice.choice([9, 15, 2]))
            process.communicate()
        kills += 1
    if os.path.exists("killed/rows"):
        now = {(name, training["seed"]): training for name, row in rows("killed", True).items() for training in row["trainings"]}
        check(all(now.get(name) == training for name, training in there.items()), "a training was lost, or made again")
        there = now
netc("depth", "--seeds", "1-2", "-o", "killed", *CUT)
killed = rows("killed")
check(not [name for name in os.listdir("killed") if name.endswith(".tmp")], "halves of files were left")
check(killed == {name: row for name, row in whole.items() if name.startswith("depth")}, f"killed {kills} times: other results")

# ---- what a process that was killed has begun, and nobody goes on with, is cleared away ----
os.makedirs("killed/runs/first-abcdef/member-1")
for name in ("runs/first-abcdef/lock", "runs/first-abcdef.log", "rows/depth-1.json.abcdef.tmp", "results.md.abcdef.tmp"):
    open(os.path.join("killed", name), "w").close()
names = lambda: sorted(os.listdir("killed") + os.listdir("killed/runs") + os.listdir("killed/rows"))
netc("depth", "--seeds", "1-2", "-o", "killed", *CUT)
check(not [name for name in names() if name.endswith(".tmp") or name.startswith("first-")], f"{names()}")

# ---- singular values; started by who ignores the ends of what it starts ----
netc("orthogonal", "--seeds", "1", "-o", "logs", *CUT, "--set", "log weights", preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
command = rows("logs")["orthogonal-tanh-xavier"]["command"]
check("--set 'log spectrum'" in command and "--set 'log weights'" in command, "one log takes the place of another")
found = {name: row["mean"] for name, row in rows("logs").items()}
for hidden in ("tanh", "sigmoid"):
    xavier, orthogonal = found[f"orthogonal-{hidden}-xavier"], found[f"orthogonal-{hidden}-orthogonal"]
    check(abs(orthogonal["weight_spread"] - 1) < 1e-6 < 5 < xavier["weight_spread"], f"{hidden}: {orthogonal}, {xavier}")
    check(orthogonal["jacobian_rank"] > 9 > xavier["jacobian_rank"] > 1, f"{hidden}: {orthogonal}, {xavier}")
    check(orthogonal["jacobian_spread"] < 2 < xavier["jacobian_spread"], f"{hidden}: {orthogonal}, {xavier}")
check(os.path.exists("logs/orthogonal.svg"), "no drawing by hidden layer")

# ---- the same elsewhere ----
done = netc("depth", "--verify", "2", "-o", "whole", *CUT)
check(done.stdout.count("the same") == 2, done.stdout)
check(not [name for name in os.listdir("whole/runs") if name.startswith("first-")], "the runs of --verify were left")
with open("whole/rows/depth-1.json") as file:
    spoilt = json.load(file)
spoilt["trainings"][0]["weights_sha256_epoch_1"] = "0" * 64
with open("whole/rows/depth-1.json", "w") as file:
    json.dump(spoilt, file)
done = netc("depth", "--verify", "4", "-o", "whole", *CUT, status=1)
check("depth 1, seed 1: differs" in done.stdout and done.stdout.count("the same") == 3, done.stdout)

# ---- a training that diverged is none of the mean, nor what is shown of a row ----
row["trainings"][0]["status"] = "diverged"
with open("whole/rows/depth-2.json", "w") as file:
    json.dump(row, file)
netc("depth", "--seeds", "1-2", "-o", "whole", *CUT)
with open("whole/results.md") as file:
    table = file.readlines()
line, = [line for line in table if line.startswith("| 2 hidden layers |")]
check([line for line in table if "depth=2" in line and ", seed 2: weights " in line], "the one that diverged is shown")
check(line.endswith("| 1 of 2 |\n") and "±" not in line, line)

# ---- all of them diverged: a result; a schedule that looks to the last epoch: no first one by itself ----
netc("identity", "--seeds", "1-2", "-o", "far", *CUT, "--set", "optimizer sgd rate=1e30")
far, = rows("far").values()
check([training["status"] for training in far["trainings"]] == ["diverged"] * 2, f"{far['trainings']}")
with open("far/results.md") as file:
    check(re.search(r"\| 0 of 2 \|\n\n- `netc train .*`, seed 1: diverged\n", file.read()), "results.md of what diverged")
netc("exploding", "-o", "cosine", *CUT, "--set", "schedule cosine")
cosine, = rows("cosine").values()
check(cosine["trainings"][0]["status"] == "done" and cosine["trainings"][0]["weights_sha256_epoch_1"] is None, f"{cosine}")

# ---- another data set, as trainers take it ----
netc("depth", "--seeds", "1-1", "-o", "digits", "--data", "digits", "--set", "epochs 1")
with open("digits/rows/depth-1.json") as file:
    other = json.load(file)
check(other["changed"] == ["--set 'epochs 1'", "--data digits"] and "--data digits" in other["command"], f"{other['changed']}")
check(other["data_sha256"] == row["data_sha256"] and other["trainings"][0]["key"] != row["trainings"][0]["key"], "its hash")

# ---- files elsewhere; a netc without the models that ship with it says where they were looked for ----
os.mkdir("nothing")
done = netc("exploding", "depth", "--seeds", "1-1", "-o", "elsewhere", "--data-dir", "nothing", status=3)
check("1 trained" in done.stdout, "digits, which are built in, are looked for in a folder")
check("nothing" in done.stderr and "[no-data]" in done.stderr, done.stderr)
os.mkdir("alone")
shutil.copy(NETC, "alone/netc")
done = subprocess.run(["alone/netc", "experiments", "exploding", "-o", "alone/out"], capture_output=True, text=True)
place = os.path.abspath("alone")
check(done.returncode == 3 and done.stderr == "netc: the model exploding.net is one of those that ship with netc, and they are "
      f"not in {place}/../share/netc/models, {place}/../models or {place}/../../models; 'make install' in the sources of netc "
      "puts them beside it\n", done.stderr)

# ---- mistakes ----
LINES = "--set 'data digits' --set 'split train=200 validation=100 test=100' --set 'epochs 3'"
for arguments, status, text in (
        (("dept",), 2, "netc experiments: there is no experiment 'dept'; did you mean 'depth'?"),
        (("qqqqqq",), 2, "netc experiments: there is no experiment 'qqqqqq'; 'netc experiments --list' prints their names"),
        (("depth", "--seeds", "5-1"), 2,
         "netc experiments: --seeds 5-1: expected the first and the last seed, for example --seeds 1-5"),
        (("depth", "--seeds", "5"), 2,
         "netc experiments: --seeds 5: one seed is --seeds 5-5; several are --seeds 1-5"),
        (("--verify", "no"), 2, "netc experiments: --verify no: expected how many rows, for example --verify 3"),
        (("depth", "--set", "seed 5"), 2,
         "netc experiments: --set 'seed 5': seeds are given by --seeds, for example --seeds 1-5"),
        (("depth", "--set", "data digits", "--data", "digits"), 2,
         "netc experiments: --set 'data digits' and --data say the same; keep one"),
        (("depth", "activations", "--set", "optimizer sgd rate=1"), 2,
         "netc experiments: --set 'optimizer sgd rate=1': 'activations' tries rates of its own; leave rate= out, or name "
         "other experiments"),
        (("exploding", "-o", "none", "--set", " epochs 0"), 2,
         "netc experiments: --set 'epochs 0': expected at least one, for example --set 'epochs 1'"),
        (("depth", "-o", "whole"), 3, f"netc: whole/rows/depth-1.json: was trained with {LINES}, now it would be with no --set "
         "and no --data; -o names another folder for that"),
        (("--verify", "1", "-o", "nowhere"), 3, "netc: nowhere: holds no results of these experiments that an epoch could be "
         "compared with; without --verify they are trained")):
    done = netc(*arguments, status=status)
    check(done.stderr == text + "\n", f"{arguments}: {done.stderr}")
check(not os.path.exists("nowhere"), "--verify makes a folder")
wrong = netc("exploding", "-o", "none", "--set", "epochs 3x", status=1).stderr
check("'3x' is not a number" in wrong and not os.path.exists("none/results.md"), wrong)
os.makedirs("none/rows/depth-3.json")
check("none/rows/depth-3.json: cannot read: it is not a regular file" in netc("exploding", "-o", "none", status=3).stderr, "unread")
with open("whole/rows/depth-1.json", "w") as file:
    file.write("{")
check("is damaged" in netc("depth", "-o", "whole", *CUT, status=3).stderr, "a damaged file")
listed = netc("--list").stdout
check(all(re.search(rf"^  {name} ", listed, re.MULTILINE) for name in ("depth", "speed", "vote")), listed)
