#!/usr/bin/env python3
"""ensemble N: one command trains N networks, each with the bits it has alone, whatever stops it, and one file and one
result come of them."""
import glob
import json
import os
import random
import re
import signal
import subprocess
import time

import _trainer as t

NETC = os.environ["NETC"]
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
MODEL = """network small {
    input 1x28x28
    dense 12 activation=tanh
    dropout 0.1
    dense 10 activation=softmax
}
train {
    split train=600 validation=200
    optimizer sgd rate=0.1 momentum=0.9
    average decay=0.9
    log gradients
    batch 20
    epochs 2
    %s
}
"""
OFTEN = {"NET_CHECKPOINT_SECONDS": 0}


def build(name, line):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL % line)
    subprocess.run([NETC, "build", f"{name}.net", *FAST, "-o", name], check=True)
    return os.path.abspath(name)


def netc(*words, status=0):
    done = subprocess.run([NETC, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    t.check(done.returncode == status, f"netc {' '.join(words)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def contents(folder):
    """All that the bits of a training decide; the model's text, which the weights' metadata is about, is another one."""
    kept = {file: t.tensors(f"{folder}/{file}.safetensors") for file in ("weights", "best")}
    for file in ("epochs", "gradients"):
        kept[file] = [{key: value for key, value in row.items() if key not in t.TIMES} for row in
                      t.rows(f"{folder}/{file}.csv")]
    return kept


def members_are(name, seeds, what):
    """Each member is the run of its seed alone, and the joined files are theirs."""
    folder = t.folder(name)
    t.check(sorted(glob.glob(folder + "/member-*")) == [f"{folder}/member-{k + 1}" for k in range(len(seeds))], what)
    for file in ("weights", "best"):
        joined = t.tensors(f"{folder}/{file}.safetensors")
        apart = {f"{k + 1}.{key}": value for k in range(len(seeds))
                 for key, value in t.tensors(f"{folder}/member-{k + 1}/{file}.safetensors").items()}
        t.check(joined == apart, f"{what}: {file}.safetensors is not that of its members")
    for k, seed in enumerate(seeds):
        for file, content in contents(f"{folder}/member-{k + 1}").items():
            t.check(content == alone[seed][file], f"{what}: {file} of member {k + 1} is not that of seed {seed} alone")


def mean_image(folder):
    with open(folder + "/weights.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return header["__metadata__"]["mean_image"]


SINGLE, THREE, FIVE, VOTE = (build(name, line) for name, line in (
    ("single", ""), ("three", "ensemble 3"), ("five", "ensemble 5"), ("vote", "ensemble 3 combine=vote")))
t.TRAINER = SINGLE
alone = {}
for seed in range(1, 6):
    t.run("-q", "--name", f"alone{seed}", "--seed", seed)
    alone[seed] = contents(t.folder(f"alone{seed}"))

# one command, three networks
t.TRAINER = THREE
out, err = t.run("--name", "together")
members_are("together", [1, 2, 3], "trained together")
every, folder = t.result("together"), t.folder("together")
t.check(err == "" and out.count("\nmodel") + out.startswith("model") == 1 and "seeds 1 to 3" in out, out + err)
t.check(re.findall(r"^seed (\d) .*  (\S+)$", out, re.MULTILINE) ==
        [(str(k), f"{folder}/member-{k}") for k in (1, 2, 3)], f"a line for each network:\n{out}")
t.check(every["status"] == "done" and every["networks"] == 3 and every["combine"] == "mean" and every["seed"] == 1, every)
t.check([m["seed"] for m in every["members"]] == [1, 2, 3] and
        every["members"] == [load(f"{folder}/member-{k}/result.json") for k in (1, 2, 3)], "the members' results")
pictures = [mean_image(at) for at in (t.folder("alone1"), f"{folder}/member-1", f"{folder}/member-3")]
t.check(pictures[0] and pictures.count(pictures[0]) == 3, "what the weights files say of the pictures")
t.check({"validation_accuracy", "test_accuracy", "best_validation_accuracy", "best_test_accuracy"} ==
        {key for key in every if re.search("_(accuracy|cost)$", key)}, f"figures: {sorted(every)}")
t.check(re.search(r"^test +%.2f %%  .*  mean of 3 networks, last epochs$" % (100 * every["test_accuracy"]), out, re.MULTILINE)
        and re.search(r"^test .*  mean of 3 networks, best on validation$", out, re.MULTILINE), out)
t.check(every["weights_sha256"] in netc("show", f"{folder}/weights.safetensors"), "the hash is that of the file")
t.check(os.path.realpath("runs/latest") == os.path.realpath(folder), "the newest run is the ensemble's")
listed = json.loads(netc("runs", "--json", folder))["runs"]
t.check([run["status"] for run in listed] == ["done"] and listed[0]["settings"]["ensemble"] == 3, listed)

# the first seed, quietly; conditions are about all
t.TRAINER = FIVE
out, err = t.run("-q", "--name", "few", "--seed", 1, "--require", "best_test_accuracy>=0.1")
members_are("few", [1, 2, 3, 4, 5], "five")
five = t.result("few")
t.check(out == f"test_accuracy {five['test_accuracy']:.9g}\n" and err == "", out + err)
_, err = t.run("-q", "--name", "none", "--require", "test_cost<1", status=2)
t.check("a result has no 'test_cost'; it has validation_accuracy, test_accuracy, best_validation_accuracy" in err, err)
_, err = t.run("--seeds", "1-3", status=2)
t.check("--seeds trains a network for each seed" in err and "leave --seeds out" in err, err)
t.check(not glob.glob("runs/none-*"), "a refused command made a run")

# weights are scored together, and a run from them begins each network with its own
t.TRAINER = THREE
out, _ = t.run("-q", "--evaluate", "--weights", folder)
t.check(out == f"test_accuracy {every['best_test_accuracy']:.9g}\n", out)
out, _ = t.run("--evaluate", "--json", "--weights", f"{folder}/weights.safetensors", "--require", "train_accuracy>0")
found = json.loads(out)
t.check(found["test_accuracy"] == every["test_accuracy"] and found["validation_accuracy"] == every["validation_accuracy"],
        out)
t.run("-q", "--name", "again", "--weights", folder, "--epochs", 0)
t.check(t.tensors(t.folder("again") + "/weights.safetensors") == t.tensors(folder + "/best.safetensors"), "begun with")

# the first network's checkpoint is lost, or it had not begun with its weights yet: nothing is begun anew over the others
out, _ = t.run("--name", "opened", "--weights", folder, "--epochs", 0)
t.check(out.count("\nmodel") + out.startswith("model") == 1 and "resume" not in out, f"the lines of one opening:\n{out}")
again = t.folder("again")
kept = {path: open(path, "rb").read() for path in glob.glob(f"{again}/member-[23]/*")}
for path in glob.glob(f"{again}/member-1/checkpoint*.safetensors"):
    os.remove(path)
_, err = t.run("--resume", again, status=3)
t.check("network 2 has a checkpoint, network 1 has none" in err and "--weights" in err and "[unfinished-run]" in err, err)
t.check({path: open(path, "rb").read() for path in glob.glob(f"{again}/member-[23]/*")} == kept, "the others' files")

# weights of another number of networks
_, err = t.run("--evaluate", "--weights", "alone1", status=3)
t.check("it has the weights of one network, this model is an ensemble of 3; netc train three.net --set 'ensemble 1' takes"
        in err, err)
_, err = t.run("--evaluate", "--weights", "few", status=3)
t.check("--set 'ensemble 5' takes them" in err, err)
netc("train", "three.net", "--set", "ensemble 1", "--evaluate", "--weights", "alone1", "-q", *FAST)
netc("train", "three.net", "--set", "ensemble 5", "--evaluate", "--weights", "few", "-q", *FAST)
t.TRAINER = SINGLE
_, err = t.run("--evaluate", "--weights", folder, status=3)
t.check("--set 'ensemble 3' takes them" in err and f"one of them by itself is {folder}/member-1 [" in err, err)
t.run("-q", "--evaluate", "--weights", f"{folder}/member-1")

# killed at any moment
t.TRAINER = THREE
dice = random.Random(1)
for attempt in range(60):
    again = ("--resume",) if attempt > 0 else ()
    process = t.start(*again, "--name", "killed", "--threads", 1 + attempt % 2, "-q", env=OFTEN)
    time.sleep(dice.uniform(0.1, 0.6) * (1 + attempt / 5))
    process.kill()
    process.communicate()
    if process.returncode == 0:
        break
t.run("--resume", "--name", "killed", "-q")
members_are("killed", [1, 2, 3], f"killed {attempt} times")
t.check(t.result("killed")["test_accuracy"] == every["test_accuracy"], "the figure after kills")

# stopped within the second network, with settings of the command line
process = t.start("--name", "stopped", "--epochs", 3, "--rate", 0.05, "--seed", 7, "-q", env=OFTEN)
while not glob.glob("runs/stopped-*/member-2/checkpoint.safetensors"):
    time.sleep(0.005)
process.send_signal(signal.SIGTERM)
_, err = process.communicate(timeout=60)
folder = t.folder("stopped")
t.check(process.returncode == 143 and f"--resume {folder} goes on" in err and "network 2 of 3" in err, err)
t.check(not os.path.exists(folder + "/result.json"), "a stopped ensemble has no result")
t.check(json.loads(netc("runs", "--json", folder))["runs"][0]["status"] == "stopped", "its status")
_, err = t.run("--evaluate", "--weights", folder, status=3)
t.check(f"'netc train three.net --resume {folder}' finishes it [unfinished-run]" in err, err)
_, err = t.run("--resume", folder, "--rate", 0.2, status=2)
t.check("[other-settings]" in err, err)
t.run("--resume", folder, "-q")
t.TRAINER = SINGLE
t.run("--name", "ninth", "--epochs", 3, "--rate", 0.05, "--seed", 9, "-q")
t.check(t.tensors(folder + "/member-3/weights.safetensors") == t.tensors(t.folder("ninth") + "/weights.safetensors"),
        "a network that begins after --resume has the settings of the first")

# a time that is too short for all of them
t.TRAINER = THREE
for slices in range(200):
    out, err = t.run(*(("--resume",) if slices else ()), "--name", "slices", "--time-limit", "0.05", "-q")
    limited = t.result("slices")
    if limited["status"] == "done":
        break
    t.check(limited["status"] == "time_limit" and "test_accuracy" not in limited and "[time-limit]" in err, limited)
t.check(slices > 0, "it was never stopped")
members_are("slices", [1, 2, 3], f"cut {slices} times")

# longer, more networks, another way to answer: what is there goes on
t.run("--name", "longer", "--epochs", 1, "-q")
t.run("--resume", "--name", "longer", "--epochs", 2, "-q")
members_are("longer", [1, 2, 3], "made longer")
t.TRAINER = FIVE
t.run("--resume", "--name", "longer", "-q")
members_are("longer", [1, 2, 3, 4, 5], "two more")
t.check(t.result("longer")["test_accuracy"] == five["test_accuracy"], "the figure of five")
t.TRAINER = VOTE
t.run("--name", "votes", "-q")
members_are("votes", [1, 2, 3], "voting")

# a run of one network is no ensemble, nor is an ensemble a run of one
votes = t.folder("votes")
_, err = t.run("--resume", f"{votes}/member-2", status=2)
t.check(f"is one network of an ensemble; --resume {votes} goes on with that" in err, err)
done = subprocess.run([VOTE, "--resume", "member-2"], cwd=votes, capture_output=True, text=True)
t.check(done.returncode == 2 and "member-2 is one network of an ensemble; --resume . goes on" in done.stderr, done.stderr)
_, err = t.run("--resume", "alone1", status=2)
t.check("netc train vote.net --set 'ensemble 1' --resume runs/alone1" in err, err)
t.TRAINER = SINGLE
_, err = t.run("--resume", votes, status=2)
t.check(f"netc train single.net --set 'ensemble 3' --resume {votes} goes on with it" in err, err)
netc("train", "single.net", "--set", "ensemble 3", "--resume", votes, "-q", *FAST)
t.run("-q", "--resume", f"{votes}/member-2", "--epochs", 3)

# a network that diverges ends it
t.TRAINER = THREE
_, err = t.run("--name", "wild", "--rate", "1e37", "-q", status=1)
t.check("[diverged]" in err and "network 1 of 3: " in err and t.result("wild")["status"] == "diverged", err)

# faults: the k-th write fails; each of the first network's, and of the others' some
OPTIONS = ("--epochs", 0, "--threads", 1, "-q")
t.run(*OPTIONS, "--name", "whole")
whole = {file: t.tensors(f"{t.folder('whole')}/{file}.safetensors") for file in ("weights", "best")}
for k in [*range(1, 13), *range(13, 400, 7)]:
    status, _, err = t.finish(*OPTIONS, "--name", "faulty", env={**OFTEN, "NET_FAULT": k})
    if status == 0:
        break
    t.check(status == 3 and len(err.strip().splitlines()) == 1, f"fault {k}: status {status}\n{err}")
    status, _, err = t.finish(*OPTIONS, "--resume", "--name", "faulty")
    t.check(status == 0, f"resumed after fault {k}: status {status}\n{err}")
    for file, tensors in whole.items():
        t.check(t.tensors(f"{t.folder('faulty')}/{file}.safetensors") == tensors, f"fault {k}: {file}")
    t.remove("faulty")
t.check(30 < k < 390, f"{k} faults")
print("ok")
