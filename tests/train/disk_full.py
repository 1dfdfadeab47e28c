#!/usr/bin/env python3
"""A full disk, and standard output that cannot be written: a clear line and status 3."""
import os
import subprocess
import sys

import _trainer as t

with open("/dev/full", "w") as full:
    out, err = t.run("--epochs", 1, "--name", "full", status=3, stdout=full)
t.check("standard output" in err, err)
t.check(os.path.exists(t.folder("full") + "/result.json"), "the run itself went well")

out, err = t.run("--epochs", 1, "--run-dir", "/proc/nowhere", status=3)
t.check("/proc/nowhere" in err, err)

# a file system of 300 KB needs a namespace of its own
small = os.path.abspath("small")
os.makedirs(small, exist_ok=True)
inside = f"mount -t tmpfs -o size=300k none {small} && exec \"$@\""
command = ["unshare", "-rm", "sh", "-c", inside, "sh"]
if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode != 0:
    print("no namespaces here: the small file system was left out")
    sys.exit(0)
script = (f"{t.TRAINER} --epochs 50 --batch 64 --log-every 1 -q --run-dir {small}/runs; echo status $?; "
          f"ls {small}/runs/*/checkpoint*.safetensors")
done = subprocess.run([*command, "sh", "-c", script], capture_output=True, text=True,
                      env=t.environment({"NET_CHECKPOINT_SECONDS": 0.05}))
if "was compiled without" not in done.stderr:
    t.check("status 3" in done.stdout and "No space left" in done.stderr, done.stdout + done.stderr)
    t.check("checkpoint" in done.stdout, "no checkpoint was left\n" + done.stdout)
print("ok")
