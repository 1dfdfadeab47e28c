#!/usr/bin/env python3
"""Exit statuses, standard streams and files of netc: nothing half-written, each failure in one line."""
import os
import stat
import subprocess
import sys

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")


def run(*arguments, **more):
    return subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)


def expect(what, done, status, error=None):
    if done.returncode != status:
        sys.exit(f"{what}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    if error is not None and (error not in done.stderr or done.stderr.count("\n") != 1):
        sys.exit(f"{what}: expected one line with '{error}', got\n{done.stderr}")


expect("version", run("--version"), 0)
expect("no command", run(), 2)
expect("help", run("help"), 0)
for command in ("check", "new", "show", "train", "build", "gradcheck", "data", "runs", "explain", "help"):
    for words in (("help", command), (command, "--help"), (command, "x.net", "--bogus", "-h"), (command, "-h")):
        if command == "train" and "x.net" in words:
            continue
        done = run(*words)
        expect(" ".join(words), done, 0)
        # a word of the language has other meanings, too
        text = done.stdout[done.stdout.find("usage:"):] if words[0] == "help" else done.stdout
        if not text.startswith(f"usage: netc {command} ") or "examples:" not in text:
            sys.exit(f"{words}: not the help of {command}:\n{done.stdout}")
        if max(map(len, done.stdout.split("\n"))) > 100:
            sys.exit(f"{words}: a line is longer than 100 characters:\n{done.stdout}")
expect("good model", run("check", SMALL), 0)
expect("several, one absent", run("check", SMALL, "absent.net"), 3, "netc: cannot read absent.net: No such file")
with open("wrong.net", "w") as file:
    file.write("network x {\n    input 784\n    dens 10\n}\n")
expect("wrong model", run("check", "wrong.net"), 1)
expect("a folder", run("check", "."), 3, "cannot read .")

# standard output that cannot be written
with open("/dev/full", "w") as full:
    done = subprocess.run([NETC, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
    expect("full disk", done, 3, "netc: standard output: cannot write: No space left on device")
done = subprocess.run(f"'{NETC}' help >&-", shell=True, stderr=subprocess.PIPE, text=True)
expect("closed output", done, 3, "netc: standard output: cannot write: Bad file descriptor")
done = subprocess.run(f"'{NETC}' help | head -n 1", shell=True, capture_output=True, text=True)
expect("a reader that leaves", done, 0)
if done.stderr:
    sys.exit(f"a reader that leaves: {done.stderr}")

# a model from standard input
with open(SMALL) as file:
    done = subprocess.run([NETC, "check", "-"], stdin=file, capture_output=True, text=True)
    expect("standard input", done, 0)

# colour
done = run("check", "--color", "always", "wrong.net")
if "\033[" not in done.stderr:
    sys.exit("--color always: no colour")
if "\033[" in run("check", "wrong.net").stderr:
    sys.exit("colour, though standard error is no terminal")
