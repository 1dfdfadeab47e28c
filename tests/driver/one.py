#!/usr/bin/env python3
"""What there is one of is said in the singular."""
import os
import re
import struct
import subprocess
import sys

NETC = os.environ["NETC"]
MODEL = """network one {
    input 1
    dense 1 bias=false
}
train {
    data idx images="images" test_images="test"
    target input
    epochs 1
}
"""


def said(*arguments, status=0):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"FAILED: {arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    text = done.stdout + done.stderr
    wrong = re.search(r"(?<![\d.,/])1 (epochs|parameters|examples|layers|threads|bytes|labels|images|outputs|seeds|errors|"
                      r"warnings|inputs|classes|values|steps)\b|\b(of|to) 1 epochs", text)
    if wrong:
        sys.exit(f"FAILED: '{wrong[0]}' of {arguments}:\n{text}")
    return text


with open("one.net", "w") as file:
    file.write(MODEL)
for name in ("images", "test"):
    with open(name, "wb") as file:
        file.write(struct.pack(">BBBBII", 0, 0, 8, 2, 1, 1) + b"\x07")
for text, arguments in (("trains    1 epoch,", ("show", "one.net")), ("1 parameter", ("show", "one.net", "--dot")),
                        ("1 layer, 1 parameter,", ("train", "one.net", "--threads", "1")), ("(1 example;", ("train", "one.net")),
                        ("1 epoch;", ("train", "one.net", "--resume")),
                        ("seed 1", ("train", "one.net", "--seeds", "1-1"))):
    found = said(*arguments)
    if text not in found:
        sys.exit(f"FAILED: no '{text}' of {arguments}:\n{found}")
with open("images", "wb") as file:
    file.write(struct.pack(">BBBBII", 0, 0, 8, 2, 1, 1) + b"\7\7")
if "more than 1 byte after" not in said("train", "one.net", status=3):
    sys.exit("FAILED: a file of a byte too many")
print("ok")
