#!/usr/bin/env python3
"""The sources themselves: each floor includes only lower ones, and a breach is noticed."""
import os
import shutil
import subprocess
import sys

ROOT = os.environ["NETC_ROOT"]
FLOORS = os.path.join(ROOT, ".ci/floors")

done = subprocess.run([FLOORS], cwd=ROOT, capture_output=True, text=True)
if done.returncode != 0:
    sys.exit(done.stderr)
os.makedirs("compiler/base", exist_ok=True)
with open("compiler/base/wrong.c", "w") as file:
    file.write('#include "compiler/model/model.h"\n')
done = subprocess.run([FLOORS], capture_output=True, text=True)
if done.returncode != 1 or "compiler/base/wrong.c:1:" not in done.stderr:
    sys.exit(f"a breach was not noticed: {done.stderr}")
shutil.rmtree("compiler")
