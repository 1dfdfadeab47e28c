#!/usr/bin/env python3
"""netc help --completion: in bash, and in zsh where it is installed, command lines are completed from the tables."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

NETC = os.environ["NETC"]


def fail(text):
    sys.exit(f"FAILED: {text}")


def netc(*arguments):
    return subprocess.run([NETC, *arguments], capture_output=True, text=True, check=True).stdout


for name in ("a.net", "b c.net", "other.txt"):
    with open(name, "w") as file:
        file.write("")
os.makedirs("folder", exist_ok=True)
scripts = {}
for shell, name in (("bash", "netc.bash"), ("zsh", "_netc")):
    scripts[shell] = netc("help", "--completion", shell)
    with open(name, "w") as file:
        file.write(scripts[shell])

# every command and every option that help shows is in both
commands = re.findall(r"^  (\w+) ", netc("help").split("commands:")[1].split("examples:")[0], re.MULTILINE)
for command in commands:
    options = set(re.findall(r"(?<![\w'])--[a-z][a-z0-9-]+", netc("help", command).split("options:")[1].split("examples:")[0]))
    if command == "train":
        with open("tiny.net", "w") as file:
            file.write("network tiny { input 784; dense 10 activation=softmax }\n")
        trainer = netc("train", "tiny.net", "--backend", "interp", "--help").split("the trainer's own options:")[1]
        os.remove("tiny.net")
        options |= set(re.findall(r"^  .{4}(--[a-z][a-z0-9-]+)", trainer, re.MULTILINE))
        if "--seeds" not in options or "--resume" not in options:
            fail(f"the trainer's options: {options}")
    for shell, script in scripts.items():
        end = {"bash": "esac ;;\n", "zsh": "' ;;\n"}[shell]
        part = re.search(rf"^ +{command}\)\n(.*?){end}", script, re.MULTILINE | re.DOTALL).group(1)
        missing = [option for option in options if not re.search(rf"{option}(?![\w-])", part)]
        if missing:
            fail(f"{shell} does not know {missing} of {command}")


def bash(*words):
    """What bash offers for the last word."""
    program = 'source ./netc.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _netc; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "--norc", "-c", program, "bash", *words], capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        fail(f"bash: {done.stderr}")
    return done.stdout.split("\n")[:-1]


for words, expected in (
        (("netc", "tr"), ["train"]),
        (("netc", "he"), ["help"]),
        (("netc", "check", ""), ["a.net", "b c.net", "folder"]),
        (("netc", "train", "b"), ["b c.net"]),
        (("netc", "runs", ""), ["folder"]),
        (("netc", "build", "a.net", "--emit", ""), ["exe", "obj", "lib", "shared", "c", "llvm", "asm", "onnx"]),
        (("netc", "build", "a.net", "--emit", "=", "o"), ["obj", "onnx"]),
        (("netc", "build", "a.net", "--emit", "="), ["exe", "obj", "lib", "shared", "c", "llvm", "asm", "onnx"]),
        (("netc", "build", "-o", "o"), ["other.txt"]),
        (("netc", "build", "--backe"), ["--backend"]),
        (("netc", "check", "--cpu"), [""]),
        (("netc", "build", "a.net", "--cpu", "na"), ["native"]),
        (("netc", "train", "a.net", "--cpu", "=", "gen"), ["generic"]),
        (("netc", "show", "a.net", "--target", ""), ["aarch64-linux-gnu"]),
        (("netc", "check", "-Wno-v"), ["-Wno-vanishing-gradient"]),
        (("netc", "train", "a.net", "--time"), ["--time-limit"]),
        (("netc", "train", "a.net", "--data", "f"), ["fashion_mnist"]),
        (("netc", "train", "a.net", "--rate", ""), [""]),
        (("netc", "train", "a.net", "--resume", ""), ["a.net", "b c.net", "folder"]),
        (("netc", "new", "x", "--from", "mlp"), ["mlp_30"]),
        (("netc", "runs", "--sort", "va"), ["validation"]),
        (("netc", "explain", "window"), ["window-too-large"]),
        (("netc", "help", "initia"), ["initialisers"]),
        (("netc", "data", "m"), ["mnist"]),
        (("netc", "frobnicate", ""), [""])):
    if sorted(bash(*words)) != sorted(expected):
        fail(f"{words}: {bash(*words)}, expected {expected}")


def zsh(line):
    """What a terminal with zsh shows after the line and two tabulators, without what moves the cursor."""
    main, other = pty.openpty()
    process = subprocess.Popen([ZSH, "-f", "-i"], stdin=other, stdout=other, stderr=other, start_new_session=True,
                               env={**os.environ, "TERM": "xterm", "PS1": "> "})
    os.close(other)

    def answer(seconds):
        text, end = b"", time.monotonic() + seconds
        while select.select([main], [], [], 1.0)[0] and time.monotonic() < end:
            try:
                text += os.read(main, 65536)
            except OSError:
                break
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07", "", text.decode(errors="replace"))

    setup = "PS1='> '; LISTMAX=0; setopt auto_list no_beep; fpath=($PWD $fpath); autoload -Uz compinit && compinit -D -u; echo READY\n"
    os.write(main, setup.encode())
    seen = ""
    while "\nREADY" not in seen and process.poll() is None:
        seen += answer(30)
    os.write(main, line.encode() + b"\t\t")
    seen = answer(5)
    process.kill()
    process.wait()
    os.close(main)
    return seen


ZSH = shutil.which("zsh")
if ZSH:
    for line, words in (("netc bui", ["netc build"]), ("netc build --emit ", ["exe", "obj", "asm"]), ("netc check ", ["a.net"]),
                        ("netc train a.net --time-l", ["--time-limit"]), ("netc explain window", ["window-too-large"]),
                        ("netc new x --from mlp", ["mlp_30"]), ("netc data ", ["digits", "mnist"]),
                        ("netc check -Wno-v", ["-Wno-vanishing-gradient"]), ("netc runs --", ["--sort", "best first"])):
        text = zsh(line)
        if "error" in text or not all(word in text for word in words):
            fail(f"zsh, {line!r}: expected {words} in\n{text}")
print("ok" if ZSH else "ok, without zsh")
