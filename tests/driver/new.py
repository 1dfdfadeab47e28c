#!/usr/bin/env python3
"""netc new: models to begin with, all without errors; nothing is overwritten, names and models are checked."""
import glob
import os
import subprocess
import sys

NETC = os.environ["NETC"]
MODELS = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(os.environ["NETC_ROOT"], "models/*.net")))


def fail(text):
    sys.exit(f"FAILED: {text}")


def netc(*arguments, status=0, error=""):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if (done.returncode, done.stderr) != (status, error and error + "\n"):
        fail(f"{arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


out = netc("new", "digits")
if out != """\
wrote   digits.net
next    netc show digits.net      its layers
        netc train digits.net     train it
""":
    fail(out)
text = read("digits.net")
if "NAME" in text or "network digits {" not in text or text.split("\n")[0] != \
        "# digits: a small convolutional network for handwritten digits. Change it and see.":
    fail(text)
# what is commented out in the blocks works, too
with open("more.net", "w") as file:
    body = text[text.index("let maps"):]
    file.write(body.replace("\n#   ", "\n    "))
if body.count("\n#   ") != 2:
    fail("lines to try out")
for path in ("digits.net", "more.net"):
    if netc("check", path) != f"{path}: no errors\n":
        fail(path)
netc("train", "digits.net", "-q", "--epochs", "1", "--require", "test_accuracy>0.5")

# nothing is overwritten
netc("new", "digits", status=3, error="netc: digits.net exists, and is not overwritten; give another name")
netc("new", "digits.net", "--from", "lenet5", status=3,
     error="netc: digits.net exists, and is not overwritten; give another name")
if read("digits.net") != text:
    fail("digits.net was changed")

# every model, under another name
os.mkdir("folder")
for model in MODELS:
    netc("new", f"folder/my_{model}.net", "--from", model)
    copy = read(f"folder/my_{model}.net")
    if f"network my_{model} " not in copy or f" {model}.net" in copy:
        fail(f"{model} is not renamed everywhere:\n{copy}")
    shown = netc("show", f"folder/my_{model}.net")
    if shown.split("\n")[0] != f"my_{model}":
        fail(shown)
netc("new", "own", "--from", "digits.net")
if read("own.net") != text.replace("digits.net", "own.net").replace("network digits", "network own").replace(
        "./digits", "./own"):
    fail(read("own.net"))

# the name is found however it is written, and not in prose, a label or another word
prose = "# the network t: ./t, t.net, tt.net\nlet n = 2\n%s\n    input 784\n    t: dense 5*n activation=softmax\n}\n"
for number, (line, named) in enumerate((("network   t {", "network   u {"), ("network\tt {", "network\tu {"),
                                        ("network t # network t\n{", "network u # network t\n{"))):
    path, copy = f"t{number}.net", f"folder{number}/u.net"
    os.mkdir(f"folder{number}")
    with open(path, "w") as file:
        file.write(prose % line)
    netc("new", copy, "--from", path)
    if read(copy) != prose.replace("./t, t.net", "./u, u.net") % named or netc("check", copy) != f"{copy}: no errors\n":
        fail(f"{line}:\n{read(copy)}")

everything = ", ".join(MODELS)
netc("new", "x", "--from", "lenet", status=2,
     error=f"netc new: --from lenet: there is no such model; did you mean 'lenet5'? ({everything})")
netc("new", "x", "--from", "resnet152", status=2,
     error=f"netc new: --from resnet152: there is no such model; there are {everything}")
netc("new", "x", "--from", "nowhere/no.net", status=3,
     error="netc: cannot read nowhere/no.net: No such file or directory; there is no folder 'nowhere'")
netc("new", "x", "--from", "own", status=2,
     error="netc new: --from own: no model of that name ships with netc; the file here is --from own.net")
with open("wrong.net", "w") as file:
    file.write("network {")
netc("new", "x", "--from", "wrong.net", status=2,
     error="netc new: --from wrong.net: it is no model without errors; 'netc check wrong.net' says more")
for name, other in (("my-net", "my_net"), ("3layers", "net_3layers"), ("a b", "a_b"), ("é", ""), ("network", "network_net"),
                    ("x { input 1 } train", "x_input_1_train"), ("true", "true_net")):
    netc("new", name, status=2, error=f"netc new: '{name}' cannot be the name of a network (letters, digits and '_')" +
         (f"; how about '{other}'?" if other else ""))
netc("new", "absent/x", status=3, error="netc: absent/x.net: cannot write: No such file or directory; "
     "'mkdir -p absent' makes the folder")
netc("new", status=2, error="netc new: expected a name for the network, for example 'netc new digits && netc train "
     "digits.net'")
if os.path.exists("x.net"):
    fail("x.net is there")
print("ok")
