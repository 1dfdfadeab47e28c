#!/usr/bin/env python3
"""netc data NAME, interrupted: the download ends with it and nothing is left in the temporary folder."""
import os
import signal
import subprocess
import sys
import time

os.makedirs("bin", exist_ok=True)
os.makedirs("temporary", exist_ok=True)
with open("bin/curl", "w") as file:
    file.write("#!/bin/sh\necho $$ >../../pid\nexec sleep 300\n")
os.chmod("bin/curl", 0o755)
environment = dict(os.environ, PATH=os.path.abspath("bin") + ":/usr/bin:/bin", TMPDIR=os.path.abspath("temporary"),
                   XDG_DATA_HOME=os.path.abspath("data"))
process = subprocess.Popen([os.environ["NETC"], "data", "mnist"], env=environment, stderr=subprocess.PIPE, text=True)
while not (os.path.exists("pid") and open("pid").read().endswith("\n")):
    time.sleep(0.02)
process.send_signal(signal.SIGTERM)
error = process.communicate(timeout=60)[1]
if process.returncode != 143 or "mnist: fetching was interrupted" not in error:
    sys.exit(f"status {process.returncode}\n{error}")
if os.listdir("temporary") or os.path.exists("data"):
    sys.exit(f"left behind: {os.listdir('temporary')}")
if os.path.exists(f"/proc/{open('pid').read().strip()}"):
    sys.exit("the download goes on")
