#!/usr/bin/env python3
"""netc gradcheck: its table and JSON, the examples it takes, and networks of all kinds of layers and costs."""
import json
import os
import re
import subprocess

NETC = os.environ["NETC"]
SMALL = """let hidden = 4
network small {
    input 1x28x28 mean=data
    pool average 4
    conv 2 kernel=3x3 bias=false
    batchnorm activation=relu
    a: dense hidden activation=sigmoid
    dropout 0.3
    dense 3
    concat a
    dense 10 activation=softmax
}
train {
    data digits
    split train=50
    regularize l2=1
}
"""


def fail(message):
    raise SystemExit(f"FAILED: {message}")


def gradcheck(*arguments, status=0):
    done = subprocess.run([NETC, "gradcheck", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        fail(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stderr if status else done.stdout


with open("small.net", "w") as file:
    file.write(SMALL)
with open("own.net", "w") as file:
    file.write(SMALL.replace("data digits", 'data idx images="absent" labels="none"').replace("split train=50", ""))

table = gradcheck("small.net")
if table != gradcheck("small.net"):
    fail("two calls differ")
for expected in (r"examples   the first 2 of digits \(built in\)\n", r"\nconv1.weight +2×1×3×3 +18 .*e-\d\d +\[[01],0,[012],[012]\]\n",
                 r"\na.weight +4×50 +20 of 200 ", r"\nlargest error \d\.\de-\d\d, of \w+\.\w+\[[\d,]+\]: ",
                 r"\nall errors are at most 1e-06\n"):
    if not re.search(expected, table):
        fail(f"no {expected} in\n{table}")
if gradcheck("small.net", "-q") != "":
    fail("-q prints something")
made = " ".join(gradcheck("own.net").split())
if " examples 2 made-up ones: " not in made or "absent" not in made:
    fail(made)

# data that lies elsewhere
os.makedirs("away")
with open("away/rows.csv", "w") as file:
    file.write("a,b,kind\n" + "".join(f"{i},{i * i % 7},{'xyz'[i % 3]}\n" for i in range(9)))
with open("away.net", "w") as file:
    file.write('network away { input 2; dense 3 activation=softmax }\ntrain { data csv train="rows.csv" target=kind }\n')
if "the first 2 of csv (away/rows.csv)" not in gradcheck("away.net", "--data-dir", "away") or \
        "made-up" not in gradcheck("away.net"):
    fail("--data-dir")

everything = json.loads(gradcheck("small.net", "--json", "--all", "-D", "hidden=2"))
sizes = {tensor["name"]: (tensor["shape"], tensor["entries"]) for tensor in everything["tensors"]}
if sizes["a.weight"] != ([2, 50], 100) or sizes["batchnorm1.bias"] != ([2], 2) or len(sizes) != 9:
    fail(sizes)
for tensor in everything["tensors"]:
    if tensor["compared"] + tensor["kinks"] != tensor["entries"] or not tensor["compared"] or not tensor["error"] <= 1e-6:
        fail(tensor)
    if abs(tensor["derived"] - tensor["difference"]) > 1e-6 or len(tensor["at"]) != len(tensor["shape"]):
        fail(tensor)
if everything["right"] is not True or everything["data"] != "digits (built in)" or everything["examples"] != 2:
    fail(everything)

# at the weights of a run, or of a file
FAST = ["-O0"] if b"without LLVM" in subprocess.check_output([NETC, "--version"]) else []
subprocess.run([NETC, "train", "small.net", *FAST, "-q", "--epochs", "1", "--set", "average decay=0.9"], check=True)
run = os.path.join("runs", os.readlink("runs/latest"))
table = gradcheck("small.net", "--weights", "runs/latest")
if f"\nweights    those of {run}/weights.safetensors, epoch 1\n" not in table.replace("runs/latest", run):
    fail(table)
trained, averaged = (json.loads(gradcheck("small.net", "--json", "--weights", f"{run}/weights.safetensors", *more))
                     for more in ((), ("--set", "average decay=0.9")))
if not trained["right"] or trained["weights"] != f"{run}/weights.safetensors" or trained["tensors"] != averaged["tensors"]:
    fail(trained)
if trained["tensors"] == json.loads(gradcheck("small.net", "--json"))["tensors"] or everything["weights"] is not None:
    fail("the weights change no gradient")
for old, new, status, said in (("activation=sigmoid", "activation=tanh", 1, "these weights are of another function: layer a: "),
                               ("a: dense hidden", "a: dense 7", 3, "[weights-mismatch]"),
                               ("a: dense", "c: dense", 3, "[weights-mismatch]")):
    with open("other.net", "w") as file:
        file.write(SMALL.replace(old, new).replace("concat a", "concat c" if "c:" in new else "concat a"))
    found = gradcheck("other.net", "--weights", run, "-Werror", "-Wno-linear-layer", status=status)
    if said not in found:
        fail(found)
gradcheck("other.net", "-q", "--weights", run, "--rename", "a=c")
if "not given" not in gradcheck("small.net", "--rename", "a=c", status=2) or \
        gradcheck("small.net", "-Wno-linear-layer", "--weights", "nowhere", status=3).count("\n") != 1:
    fail("--rename alone, and weights that are nowhere")

# costs, targets and penalties
OUT = "dense 10 activation={}\n}}\ntrain {{\n data digits\n {}\n}}\n"
for name, end in (("quadratic", OUT.format("sigmoid", "cost quadratic")), ("cross", OUT.format("sigmoid", "cost cross_entropy")),
                  ("likelihood", OUT.format("softmax", "regularize l1=2 l2=3\n optimizer adam")),
                  ("auto", "dense 784 activation=sigmoid\n}\ntrain {\n data digits\n target input\n}\n")):
    with open(f"{name}.net", "w") as file:
        file.write(f"network {name} {{\n input 1x28x28\n pool max 4\n conv 4 kernel=3 groups=1 activation=tanh\n"
                   f" conv 4 kernel=2 groups=2 activation=elu\n {end}")
    gradcheck(f"{name}.net", "-q")
plain, decayed = (json.loads(gradcheck("cross.net", "--json", *options)) for options in ((), ("--set", "regularize l2=500")))
if not any(abs(a["derived"] - b["derived"]) > 1e-3 for a, b in zip(plain["tensors"], decayed["tensors"])):
    fail("l2 changes no gradient")

if gradcheck("absent.net", status=3).count("\n") != 1:
    fail("an absent file")
if "expected a model file" not in gradcheck(status=2):
    fail("no file")

# smoothed targets add up to 1, so that gradients which have become small are right, too
with open("smoothed.net", "w") as file:
    file.write("network smoothed {\n    input 784\n    dense 20 activation=relu\n    dense 10 activation=softmax\n}\n"
               "train {\n    data digits\n    split train=20\n    label_smoothing 0.1\n}\n")
subprocess.run([NETC, "train", "smoothed.net", *FAST, "-q", "--epochs", "400", "--name", "smoothed"], check=True)
smoothed = json.loads(gradcheck("smoothed.net", "--weights", "smoothed", "--json"))
if max(tensor["error"] for tensor in smoothed["tensors"]) > 1e-8:
    fail(smoothed)
