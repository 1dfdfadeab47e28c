#!/usr/bin/env python3
"""netc runs: what differs between runs and what came of them; folders that are broken or unfinished are listed."""
import fcntl
import glob
import json
import os
import pty
import statistics
import struct
import subprocess
import sys
import termios

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")


def fail(text):
    sys.exit(f"FAILED: {text}")


def runs(*arguments, status=0, error=""):
    done = subprocess.run([NETC, "runs", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if (done.returncode, done.stderr) != (status, error and error + "\n"):
        fail(f"{arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout


def listed(*arguments):
    return [run["name"] for run in json.loads(runs("--json", *arguments))["runs"]]


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))


def make(name, number, settings, result, lets=None, sha="a" * 64, folder="runs"):
    """A run as a trainer leaves it; `number` is when it was begun."""
    common = {"data": "digits", "data_source": "built in", "data_sha256": "0", "cost": "log_likelihood",
              "split": {"train": 5400, "validation": 600, "test": 1000}, "rate": 0.05, "l1": 0.0, "batch": 16,
              "epochs": 10, "seed": 1, "gradients_every": 0}
    model = {"path": "models/first.net", "sha256": sha, "text": "network …", "lets": lets or {}}
    where = f"{folder}/{name}-2026-11-21-{number}"
    write(f"{where}/config.json", {"name": name, "settings": {**common, **settings}, "versions": {}, "model": model})
    write(f"{where}/lock", "")
    os.utime(f"{where}/lock", (1795300000 + number, 1795300000 + number))
    if result is not None:
        write(f"{where}/result.json", {"status": "done", "epochs": 10, "seconds": 12.5, **result})
    return where


runs(status=3, error="netc: there is no folder 'runs' here; 'netc train FILE' makes one, 'netc runs DIR' lists another")
os.makedirs("runs")
runs(error="netc: there are no runs in runs")
if json.loads(runs("--json")) != {"differ": [], "runs": [], "groups": []}:
    fail("JSON without runs")
runs("nowhere", status=3, error="netc: cannot read nowhere: No such file or directory; 'netc runs' lists the runs there are")

make("first", 1, {}, {"test_accuracy": 0.94, "validation_accuracy": 0.9, "best_validation_accuracy": 0.95})
make("first", 2, {"rate": 0.1, "seed": 2}, {"test_accuracy": 0.97, "validation_accuracy": 0.96, "seconds": 3700.4})
make("first", 10, {"batch": 0}, {"status": "diverged", "epochs": 3, "validation_accuracy": 0.1})
os.symlink("first-2026-11-21-10", "runs/latest")
os.makedirs("runs/other")
write("runs/first-2026-11-21-1-seeds.json", {})
expected = """\
run                   rate   batch   seed   epochs   validation      test   seconds   status
first-2026-11-21-1    0.05      16      1       10      95.00 %   94.00 %   12.50 s   done
first-2026-11-21-2     0.1      16      2       10      96.00 %   97.00 %   1:01:40   done
first-2026-11-21-10   0.05    full      1     3/10      10.00 %             12.50 s   diverged

the same in all: model first, data digits, cost log_likelihood,
  split 5400/600/1000, epochs 10, gradients_every epoch
"""
if runs() != expected or runs("runs/") != expected:
    fail(f"expected\n{expected}\nfound\n{runs()}")
if runs("runs/first-2026-11-21-2").splitlines()[0] != "run                  epochs   validation      test   seconds   status":
    fail(f"one run alone:\n{runs('runs/first-2026-11-21-2')}")
make("second", 1, {"data": "mnist"}, {"test_rmse": 0.125, "best_validation_rmse": 0.25}, folder="more")
both = runs("runs", "more")
if "\nmore/second-2026-11-21-1   mnist" not in both or "RMSE 0.25   RMSE 0.125" not in both:
    fail(f"two folders:\n{both}")

# each run once, by whatever path; a link is called what it leads to
if listed("runs", "runs/", "./runs", "runs/latest") != listed("runs") or len(listed("runs")) != 3:
    fail(f"runs listed twice: {listed('runs', 'runs/', './runs', 'runs/latest')}")
if listed("runs/latest") != ["first-2026-11-21-10"] or "\nfirst-2026-11-21-10 " not in runs("runs/latest"):
    fail(f"the name of a link: {runs('runs/latest')}")

# sorting: the best first, what has no value last, equal ones as they were
first, second, tenth = (f"first-2026-11-21-{number}" for number in (1, 2, 10))
for column, order in (("validation", [second, first, tenth]), ("-validation", [tenth, first, second]),
                      ("test", [second, first, tenth]), ("-test", [first, second, tenth]),
                      ("seconds", [first, tenth, second]), ("rate", [first, tenth, second]),
                      ("batch", [tenth, first, second]), ("run", [first, second, tenth]),
                      ("-run", [tenth, second, first]), ("status", [tenth, first, second]),
                      ("test_accuracy", [second, first, tenth]), ("data", [first, second, tenth])):
    if listed("--sort", column) != order:
        fail(f"--sort {column}: {listed('--sort', column)}")
runs("--sort", "validatoin", status=2,
     error="netc runs: --sort validatoin: there is no such column; did you mean 'validation'?")
runs("--sort", "frobnicate", status=2,
     error="netc runs: --sort frobnicate: there is no such column; it takes run, epochs, validation, test, seconds, "
           "status, a setting such as rate, or a figure of result.json such as test_cost")

# JSON holds it all
root = json.loads(runs("--json"))
if root["differ"] != ["rate", "batch", "seed"] or root["runs"][1]["settings"]["rate"] != 0.1 or \
        root["runs"][1]["result"]["seconds"] != 3700.4 or root["runs"][1]["model"]["path"] != "models/first.net" or \
        "text" in root["runs"][1]["model"]:
    fail(json.dumps(root, indent=2))

# a terminal: lines that fit, whatever its width; colour
def terminal(width, *arguments):
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen([NETC, "runs", *arguments], stdin=subprocess.DEVNULL, stdout=other,
                               env={**os.environ, "TERM": "xterm"})
    os.close(other)
    text = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            part = b""
        if not part:
            break
        text += part
    process.wait()
    os.close(main)
    return text.decode().replace("\r\n", "\n")


for width in (72, 80, 92, 120):
    text = terminal(width, "--color", "never")
    if max(map(len, text.split("\n"))) > width:
        fail(f"{width} columns are not enough:\n{text}")
# dates go first, then what says least; settings that differ and results stay
narrow = terminal(80, "--color", "never")
if narrow.splitlines()[0].split() != ["run", "rate", "batch", "seed", "epochs", "validation", "test", "seconds", "status"] or \
        "\nfirst-10 " not in narrow or "not shown, the terminal is too narrow: dates\n" not in narrow:
    fail(narrow)
narrow = terminal(48, "--color", "never")
if narrow.splitlines()[0].split() != ["run", "rate", "validation", "test", "status"] or \
        "narrow: dates, seconds, epochs, batch, seed\n" not in " ".join(narrow.split()) + "\n":
    fail(narrow)
if listed("first-10") != ["first-2026-11-21-10"] or listed("runs/first-10") != ["first-2026-11-21-10"]:
    fail("the name without its date is not taken")
if "\033[31mdiverged" not in terminal(100) or "\033" in runs() or "\033[31m" not in runs("--color", "always"):
    fail("colour")

# what models differ in goes before what runs of one differ in, the status when it is the same; no name is cut
def mixed(number, model, settings, name="mixed", **more):
    where = make(name, number, settings, {"test_accuracy": 0.9, "validation_accuracy": 0.9, **more}, folder="mixed",
                 lets={"act": more.pop("act", "relu")}, sha=model[0] * 64)
    config = json.load(open(f"{where}/config.json"))
    config["model"]["path"] = f"{model}.net"
    write(f"{where}/config.json", config)


for seed in 1, 2, 3:
    mixed(seed, "a", {"seed": seed})
    mixed(seed + 3, "a", {"seed": seed}, act="tanh")
other = {"batch": 100, "split": {"train": 5000, "validation": 500, "test": 1000}, "l2": 0.001}
mixed(7, "b", other)
if "split" in terminal(80, "mixed", "--color", "never").splitlines()[0].split():
    fail(terminal(80, "mixed"))
done = terminal(72, "mixed", "--color", "never")
titles = done.splitlines()[0].split()
if "act" not in titles or "seed" not in titles or "status" in titles or "status done" not in " ".join(done.split()):
    fail(done)
mixed(8, "b", other, name="rather-long-name", status="diverged")
done = terminal(80, "mixed", "--color", "never")
if not {"act", "seed", "status"} <= set(done.splitlines()[0].split()) or "\nrather-long-name-8 " not in done or \
        "diverged" not in done or "…" in done:
    fail(done)
make("mixed", 1, {}, {}, folder="twice")
os.rename("twice/mixed-2026-11-21-1", "twice/mixed-2026-11-20-1")
make("mixed", 1, {}, {}, folder="twice")
if "\nmixed-2026-11-20-1 " not in terminal(48, "twice", "--color", "never"):
    fail("two runs are called alike: " + terminal(48, "twice"))

# seeds: what differs in nothing else is one group, with mean and deviation; one of each seed, none that diverged
def seeded(number, seed, accuracy, rate=0.05, **more):
    make("seeds", number, {"seed": seed, "rate": rate, "threads": number}, {"test_accuracy": accuracy, **more}, folder="seeds")


for number, (seed, accuracy) in enumerate(((1, 0.94), (2, 0.96), (3, 0.95), (5, 0.93), (2, 0.96))):
    seeded(number + 1, seed, accuracy, best_validation_accuracy=accuracy + 0.01)
seeded(6, 4, 0.1, status="diverged")
seeded(7, 1, 0.5, rate=0.1)
seeded(8, 2, 0.7, rate=0.1)
seeded(9, 1, 0.4, rate=0.2)
seeded(10, 2, 0.8, rate=0.2, status="time_limit")
for number, seed in ((11, "one"), (12, "two"), (13, "nan"), (14, "inf")):
    seeded(number, seed, 0.5, rate=0.3)
values, two = [0.94, 0.96, 0.95, 0.93], [0.5, 0.7]
write("seeds/seeds-2026-11-21-1-seeds.json", {})
groups = json.loads(runs("--json", "seeds"))["groups"]
if [(group["seeds"], group["runs"]) for group in groups] != \
        [("1-3, 5", [f"seeds-2026-11-21-{n}" for n in (1, 2, 3, 4)]), ("1-2", [f"seeds-2026-11-21-{n}" for n in (7, 8)])] or \
        any(abs(group["mean"]["test_accuracy"] - statistics.mean(of)) > 1e-12 or
            abs(group["sd"]["test_accuracy"] - statistics.stdev(of)) > 1e-12 for group, of in zip(groups, (values, two))):
    fail(json.dumps(groups, indent=2))
rows = [line.split() for line in runs("seeds").split("\n\n")[1].splitlines()]
if [row[:7] for row in rows] != [["mean", "±", "sd", "of", "4", "0.05", "1-3,"], ["mean", "±", "sd", "of", "2", "0.1", "1-2"]] or \
        " ".join(rows[0][-5:-2]) != "94.50 ± 1.29" and "94.50 ± 1.29 %" not in " ".join(rows[0]):
    fail(runs("seeds"))
if runs("--sort", "test", "seeds").split("\n\n")[1].split("\n")[0].split()[4] != "4":
    fail(runs("--sort", "test", "seeds"))

# all that is in a folder, as a shell names it: summaries of seeds are passed over
if listed(*sorted(f"seeds/{name}" for name in os.listdir("seeds"))) != listed("seeds"):
    fail("summaries of seeds")
runs("seeds/seeds-2026-11-21-1-seeds.json", error="netc: seeds/seeds-2026-11-21-1-seeds.json sums up the runs of several seeds; 'netc runs seeds' lists "
                                                  "them")

# one model alone
make("other", 1, {}, {}, folder="models")
config = json.load(open("models/other-2026-11-21-1/config.json"))
config["model"]["path"] = "elsewhere/second.net"
write("models/other-2026-11-21-1/config.json", config)
make("one", 1, {}, {}, sha="1" * 64, folder="models")
make("two", 1, {}, {}, sha="2" * 64, folder="models")
for model, names in (("second", ["other"]), ("other", ["other"]), ("first", ["one", "two"]), ("models/first.net", ["one", "two"])):
    if listed("--model", model, "models") != [f"{name}-2026-11-21-1" for name in names]:
        fail(f"--model {model}: {listed('--model', model, 'models')}")
runs("--model", "frist", "models", status=2, error="netc runs: --model frist: there is no run of it; did you mean 'first'?")
runs("--model", "x", "models", status=2,
     error="netc runs: --model x: there is no run of it; 'netc runs' lists those of all models")

# models: lets that differ, two texts of one name
make("lets", 1, {}, {}, {"width": "8"}, folder="lets")
make("lets", 2, {}, {}, {"width": "20", "rate": "2"}, folder="lets")
lines = runs("lets").splitlines()
if lines[0].split()[:3] != ["run", "width", "let"] or lines[2].split()[1:3] != ["20", "2"]:
    fail("\n".join(lines))
make("texts", 1, {}, {}, sha="1" * 64, folder="texts")
make("texts", 2, {}, {}, sha="2" * 64, folder="texts")
if "first#11111111" not in runs("texts") or "first#22222222" not in runs("texts"):
    fail(runs("texts"))
if listed("--model", "first#22222222", "texts") != ["texts-2026-11-21-2"] or len(listed("--model", "first", "texts")) != 2:
    fail(f"--model first#22222222: {listed('--model', 'first#22222222', 'texts')}")

# broken and unfinished ones
EPOCHS = "epoch,step,seconds,validation_accuracy\n0,0,0.1,0.05\n1,10,1.5,0.75\n2,20,2.5,0.5\n3,30,3."
for number, (name, content, status) in enumerate((
        ("config.json", "{", "broken"), ("config.json", "[1, 2]", "broken"), ("config.json", "", "broken"),
        ("config.json", "\0\x01\x02", "broken"), ("config.json", "[" * 100000, "broken"),
        ("result.json", "{\"status\": 3}", "broken"), ("result.json", "{\"epochs\": 3}", "broken"),
        ("result.json", "nonsense", "broken"), ("result.json", {"status": "done", "epochs": "x", "seconds": -1}, "done"),
        ("result.json", {"status": "done", "epochs": 1e308, "test_accuracy": None, "seconds": 1e308}, "done"),
        ("result.json", {"status": "\033[31mred\n", "test_accuracy": []}, "\\x1b[31mred\\x0a"),
        ("config.json", {"settings": [], "model": 3}, "empty"), ("config.json", {"settings": {"rate": {"a": {}}}}, "empty"),
        ("lock", "", "empty"), ("epochs.csv", EPOCHS, "stopped"), ("epochs.csv", "epoch", "stopped"),
        ("epochs.csv", ",,,\n\n,\n", "stopped"), ("epochs.csv", "\n", "stopped"), ("epochs.csv", EPOCHS[:60], "stopped"))):
    where = f"odd/x-2026-11-21-{number}"
    write(f"{where}/{name}", content)
    if name == "epochs.csv":
        write(f"{where}/config.json", {"settings": {"epochs": 5}})
        write(f"{where}/checkpoint.safetensors", "")
    found = json.loads(runs(where, "--json"))["runs"]
    if len(found) != 1 or found[0]["status"] != status:
        fail(f"{name} {str(content)[:40]}: {found}, expected {status}")
    runs(where)
os.mkfifo("odd/x-2026-11-21-0/result.json")
os.makedirs("odd/x-2026-11-21-1/result.json")
os.makedirs("odd/\033[31m\xff")
write("odd/\033[31m\xff/lock", "")
table = runs("odd")
if table.count("\n") < 20 or "\033" in table:
    fail(table)
row = next(line.split() for line in table.splitlines() if "x-2026-11-21-14 " in line)
if row[-8:] != ["2/5", "75.00", "%", "2.50", "s", "stopped"] and "2/5" not in row:
    fail(f"an unfinished run: {row}")

# one that runs now; and a trainer that starts while the lock is looked at
process = subprocess.Popen([NETC, "train", SMALL, "-q", "--epochs", "100000", "--run-dir", "now"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
while not glob.glob("now/*/checkpoint.safetensors"):
    if process.poll() is not None:
        fail("the trainer ended")
for _ in range(3):
    if json.loads(runs("now", "--json"))["runs"][0]["status"] != "running":
        fail(f"a run that runs:\n{runs('now')}")
process.terminate()
process.wait()
if json.loads(runs("now", "--json"))["runs"][0]["status"] != "stopped":
    fail("a run that was stopped")
where = "now/" + next(run for run in os.listdir("now") if run != "latest")
process = subprocess.Popen([NETC, "train", SMALL, "-q", "--epochs", "1", "--run-dir", "now", "--resume", where],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
while process.poll() is None:
    runs("now")
if process.returncode != 0:
    fail(f"a trainer was hindered: status {process.returncode}")
print("ok")
