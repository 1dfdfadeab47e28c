#!/usr/bin/env python3
"""A run that is killed, stopped or made longer goes on with the bits of one that never stopped."""
import os
import random
import signal
import time

import _trainer as t

OFTEN = {"NET_CHECKPOINT_SECONDS": 0.03}
EPOCHS = ("--epochs", 4, "--batch", 50)



def wait_for_checkpoint(name):
    """Waits until a run that was just started has written its first checkpoint."""
    while not any(entry.startswith(name + "-") and os.path.exists(f"runs/{entry}/checkpoint.safetensors")
                  for entry in (os.listdir("runs") if os.path.exists("runs") else [])):
        time.sleep(0.01)


t.run(*EPOCHS, "--name", "whole", "-q")
whole = t.contents("whole")

# killed at any moment, again and again, going on with another number of threads
dice = random.Random(1)
for trial in range(3):
    name = f"killed{trial}"
    kills = 0
    for attempt in range(60):
        again = ("--resume", "--name", name) if attempt > 0 else ("--name", name)
        process = t.start(*EPOCHS, *again, "--threads", 1 + attempt % 3, "-q", env=OFTEN)
        time.sleep(dice.uniform(0.05, 0.5) * (1 + attempt / 5))
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            break
    t.run(*EPOCHS, "--resume", "--name", name, "-q")
    t.same(name, whole, f"killed {kills} times")

# every=N: probes within epochs, each before its step and once, wherever the run is cut
PROBING = ("--epochs", 2, "--batch", 50, "--log-every", 7)
t.run(*PROBING, "--name", "probing", "-q")
probing = t.contents("probing")
steps = [row["step"] for row in probing["gradients.csv"] if row["source"] == "probe"]
t.check(steps == [row["step"] for row in probing["gradients.csv"] if row["source"] == "batch"] and len(steps) > 4 and
        list(dict.fromkeys(row["step"] for row in probing["neurons.csv"])) == steps, f"probed before steps {steps}")
for slices in range(1000):
    go_on = ("--resume", "--name", "slices") if slices > 0 else ("--name", "slices")
    process = t.start(*PROBING, *go_on, "-q", env={"NET_CHECKPOINT_SECONDS": 0})
    time.sleep(dice.uniform(0.02, 0.2) * (1 + slices / 10))
    process.kill()
    process.communicate()
    if process.returncode == 0:
        break
t.same("slices", probing, f"cut {slices} times")

# a signal: the step is finished, a checkpoint written, the status says which
SMALL = ("--epochs", 3, "--batch", 4)
t.run(*SMALL, "--name", "small", "-q")
small = t.contents("small")
for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
    name = f"signal{int(number)}"
    process = t.start(*SMALL, "--name", name, "-q")
    wait_for_checkpoint(name)
    time.sleep(0.2)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    if process.returncode == 0:
        continue  # it was faster
    t.check(process.returncode == status, f"signal {number}: status {process.returncode}, expected {status}\n{err}")
    t.check("--resume" in err, f"signal {number}: no word about --resume: {err}")
    t.check(not os.path.exists(t.folder(name) + "/result.json"), "a stopped run has no result")
    t.run("--resume", "--name", name, "-q")
    t.same(name, small, f"signal {number}")

# a longer training is the same as one that was asked for at once
t.run("--epochs", 2, "--batch", 50, "--name", "longer", "-q")
t.run("--resume", "--name", "longer", "--epochs", 4, "-q", env=OFTEN)
t.same("longer", whole, "made longer")

# fewer epochs than are done already
t.run("--epochs", 3, "--batch", 50, "--time-limit", "0.000001s", "--name", "past", "-q")
out, err = t.run("--resume", "--name", "past", "--epochs", 0)
t.check("in epoch 1, after step " in out and "it is past 0 epochs already and ends there" in out, out + err)
t.run("--resume", "--name", "past", "-q")
out, err = t.run("--resume", "--name", "past", "--epochs", 2)
t.check("after its last epoch, 3: it is past 2 epochs already and ends there" in out, out + err)
out, err = t.run("--resume", "--name", "past")
t.check("after its last epoch, 3\n" in out, out + err)

# what has changed is named, with both values
out, err = t.run("--resume", "--name", "longer", "-q")
t.check("finished" in err, f"a finished run: {err}")
for option, before, now in (("--batch", "50", "20"), ("--seed", "1", "7"), ("--rate", None, "0.001234")):
    out, err = t.run("--resume", "--name", "longer", option, now, status=2)
    t.check(option in err and now in err and (before is None or before in err), f"{option}: {err}")
out, err = t.run("--resume", "no-such-run", status=3)
t.check("no-such-run" in err, err)
out, err = t.run("--resume", "--name", "unheard", "--epochs", 0)
t.check("anew" in err, f"no run to resume: {err}")

# one writer a folder
process = t.start("--epochs", 100000, "--name", "locked", "-q")
wait_for_checkpoint("locked")
out, err = t.run("--resume", "--name", "locked", status=3)
t.check("another" in err, f"two writers: {err}")
process.kill()
process.communicate()

# a broken checkpoint is passed over for the one before
t.run(*EPOCHS, "--name", "broken", "-q", env=OFTEN)
path = t.folder("broken") + "/checkpoint.safetensors"
data = bytearray(open(path, "rb").read())
data[len(data) // 2] ^= 1
open(path, "wb").write(data)
os.remove(t.folder("broken") + "/result.json")
out, err = t.run("--resume", "--name", "broken", "-q")
t.same("broken", whole, "after a broken checkpoint")
print("ok")
