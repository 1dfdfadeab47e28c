#!/usr/bin/env python3
"""The limits of the language: what lies at a limit is accepted, what is beyond is turned down with a message, and no
text keeps netc busy for long or makes it take much memory."""
import os
import resource
import subprocess
import sys

NETC = os.environ["NETC"]
SECONDS = 60  # far beyond what any of these takes, even under a sanitizer
SANITIZED = os.path.basename(os.environ["NETC_BUILD"]) in ("asan", "tsan")
MEMORY = 1 << 30


def limit():
    if not SANITIZED:  # which reserve address space for themselves
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def check(what, text, *errors):
    """Runs netc check; without errors it must be accepted."""
    with open("limit.net", "w") as file:
        file.write(text)
    try:
        done = subprocess.run([NETC, "check", "--memory", "1000000G", "-Wno-vanishing-gradient", "limit.net"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
                              preexec_fn=limit)
    except subprocess.TimeoutExpired:
        sys.exit(f"{what}: took longer than {SECONDS} s")
    if done.returncode != (1 if errors else 0):
        sys.exit(f"{what}: status {done.returncode}\n{done.stdout}{done.stderr[:4000]}")
    found = [line for line in done.stderr.split("\n") if ": error: " in line]
    for expected, line in zip(errors, found):
        if f"error: {expected}" not in line:
            sys.exit(f"{what}: expected {expected}\nfound {line}")
    if len(found) != len(errors):
        sys.exit(f"{what}: {len(found)} errors\n{done.stderr[:4000]}")
    return done.stderr


def network(body, shape="784"):
    return "network n {\n    input " + shape + "\n" + body + "\n    dense 10 activation=softmax\n}\n"


# ---- at the limit, and one beyond ----

check("998 layers, the input and the last", network("repeat 998 { dense 10 }"))
check("a layer too many", network("repeat 999 { dense 10 }"), "a network has at most 1000 layers [too-large]")
check("256 layers read by one", network("    x: dense 10\n    add" + " x" * 255))
check("257 layers", network("    x: dense 10\n    add" + " x" * 256), "a layer reads at most 256 others [too-large]")
check("more labels than anyone reads", network("    x: dense 10\n    repeat 900 { add" + " x" * 255 + " }"),
      "the model has too many statements and values once its repeats are expanded [too-large]")
check("10,000 rounds", network("repeat 100 { repeat 99 { } }"))
check("a round too many", network("repeat 10001 { dense 10 }"), "more than 10000 rounds of repeat in all [too-large]")
check("rounds within rounds", network("repeat 5000 { repeat 2 { } }"), "more than 10000 rounds of repeat in all")
check("64 blocks", network("repeat 1 { " * 63 + "}" * 63))
check("65 blocks", network("repeat 1 { " * 64 + "}" * 64), "blocks are nested more than 64 deep [too-deep]")
check("64 brackets", "let a = " + "(" * 64 + "1" + ")" * 64 + "\n" + network(""))
check("65 brackets", "let a = " + "(" * 65 + "1" + ")" * 65 + "\n" + network(""),
      "brackets are nested more than 64 deep [too-deep]")
check("a side of 65,536", network("    pool max 64x64", "1x65536x64"))
check("a side of 65,537", network("    pool max 64x64", "1x65537x64"), "shape of input must be CxHxW or one number, ")
check("65,536 units", network("    dense 65536"))
check("2^31 parameters", "network n { input 65536; dense 32768 bias=false activation=softmax }\n")
check("a parameter more", "network n { input 65536; dense 32768 bias=false; dense 1 activation=sigmoid }\n",
      "with 'dense2' the network has more than 2^31 parameters [too-large]")
check("2^31 numbers in an output", network("    conv 1 kernel=1x1\n    pool max global", "1x65536x32768"))
check("more numbers", network("    conv 2 kernel=1x1\n    pool max global", "1x65536x32768"),
      "'conv1' would give 2x65536x32768, more than 2^31 numbers an example [too-large]")
check("an integer beyond 2^53", network("    dense 9007199254740993"),
      "the integer 9007199254740993 is too large [bad-number]")

# ---- many errors, huge texts ----

for what, text in (("lines", network("".join(f"    dense {i}.5\n" for i in range(1000)))),
                   ("statements of a line", "network n { input 784; " + "dense 1.5;" * 20000 + " }\n")):
    printed = check(f"many {what} with errors", text, *["units of dense must be a whole number"] * 20)
    if not printed.endswith("20 errors (no more are shown)\n"):
        sys.exit(f"many {what} with errors: the end does not say that there are more\n{printed[-500:]}")
check("16 MiB of comment", "#" + "x" * ((16 << 20) - 1000) + "\n" + network(""))
check("broken lines in 10,000 rounds", network("repeat 10000 {\n" + 15 * (
    "dense 4 bias_init=normal(0, 1) bias_init=normal(0, 1) activation=elu(0.7) leaky_relu(0.2)=tanh\n") + "}"),
      *15 * ["expected a value, an option (name=value) or the end of the line, found '='"])
check("50,000 blocks in a line of 15 MiB", network("    " + ("repeat 0 {};" + " " * 300) * 50000))
with open("huge.net", "w") as file:
    file.write("#" * (17 << 20))
done = subprocess.run([NETC, "check", "huge.net"], capture_output=True, text=True, timeout=SECONDS)
if done.returncode != 3 or "larger than 16 MiB" not in done.stderr:
    sys.exit(f"a file of 17 MiB: {done.returncode} {done.stderr}")
check("more than 262,144 words", "let a = [" + "1, " * 140000 + "1]\n" + network(""),
      "the text has more than 262144 words and signs [too-long]")

# ---- the worst that is accepted ----

check("1,000 layers of maps", network("repeat 998 { conv 64 kernel=3x3 pad=same activation=sigmoid }", "1x64x64"))
check("498 pairs of labels", network("repeat 498 { x: dense 10\n y: dense 10 from=x }"))
check("40,000 default lines", network("default dense activation=relu\n" * 40000 + "repeat 998 { dense 10 }"))
check("many lets", "".join(f"let a{i} = {i}\n" for i in range(5000)) + network("    dense a7"))
check("too many lets", "".join(f"let a{i} = {i}\n" for i in range(20000)) + network("    dense a7"),
      "the model has too many statements and values")
# the very last of the budget, wherever it is spent: all of the model is checked, or an error says so
for count in range(9890, 9910):
    with open("edge.net", "w") as file:
        file.write("".join(f"let a{i} = {i}\n" for i in range(count)) + "network n { input 784; dense 10 activation=softmax }\n")
    done = subprocess.run([NETC, "check", "edge.net", "--dump=model"], capture_output=True, text=True)
    if "parameters=7850" not in done.stdout and "the model has too many statements and values" not in done.stderr:
        sys.exit(f"{count} lets: {done.returncode}\n{done.stdout}{done.stderr}")
check("a long list", network("", "65536 mean=[" + ",".join(["1"] * 65536) + "]"))
