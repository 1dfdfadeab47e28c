#!/usr/bin/env python3
"""The k-th write, sync or rename fails, for each k: a clear line, status 3, and a run that can be gone on with."""
import concurrent.futures
import os

import _trainer as t

# an epoch of four steps, with a checkpoint after each
OPTIONS = ("--epochs", 1, "--batch", "1300", "-q", "--threads", 1)
OFTEN = {"NET_CHECKPOINT_SECONDS": 0}


def inject(k):
    """Fails the k-th call; whether there was one to fail."""
    name = f"faulty{k}"
    run, out, err = t.finish(*OPTIONS, "--name", name, env={**OFTEN, "NET_FAULT": k})
    if run == 0:
        t.same(name, whole, f"{k} is beyond the last write")
        return False
    t.check(run == 3, f"fault {k}: status {run}\n{err}")
    t.check(len(err.strip().splitlines()) == 1, f"fault {k}: expected one line\n{err}")
    if [entry for entry in os.listdir("runs") if entry.startswith(name + "-")]:
        left = [entry for entry in os.listdir(t.folder(name)) if ".tmp" in entry or "-new" in entry]
        t.check(not left, f"fault {k}: it left {left} behind")
    run, out, err = t.finish(*OPTIONS, "--resume", "--name", name)
    t.check(run == 0, f"resumed after fault {k}: status {run}\n{err}")
    t.same(name, whole, f"fault {k}")
    t.remove(name)
    return True


t.run(*OPTIONS, "--name", "whole", env=OFTEN)
whole = t.contents("whole")
count = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    while all(pool.map(inject, range(count + 1, count + 9))):
        count += 8
t.check(count >= 16, f"only some {count} faults could be injected")
print("ok: more than", count, "faults")
