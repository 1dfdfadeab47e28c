#!/usr/bin/env python3
"""Event files for TensorBoard: every scalar of the CSV files, at its step, by each route; and who is linked for them."""
import os
import subprocess

import _events
import _trainer as t

NETC = os.environ["NETC"]
MODEL = """network small {
    input 1x28x28
    pool average 4
    hidden: dense 5 activation=tanh
    dense 10 activation=softmax
}
train {
    data digits
    split train=200 validation=100
    batch 20
    epochs 2
    log gradients weights every=3 probe=10 formats=[csv, tensorboard]
    log steps every=2
    log histograms activations spectrum
}
"""


def agree(folder, least):
    found = _events.scalars(os.path.join(folder, _events.NAME))
    expected = _events.expected(folder)
    t.check(len(set(found)) == len(found) >= least, f"{folder}: {len(found)} scalars, some of them twice")
    missing, more = sorted(expected - set(found)), sorted(set(found) - expected)
    t.check(not missing and not more, f"{folder}: missing {missing[:3]}, beyond the CSV files {more[:3]}")
    return found


def netc(*words, status=0):
    done = subprocess.run([NETC, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    t.check(done.returncode == status, f"netc {words}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stderr


t.run("--epochs", 2, "--batch", 600, "--log-every", 2, "--name", "hand")
agree(t.folder("hand"), 20)

with open("small.net", "w") as file:
    file.write(MODEL)
told = netc("train", "small.net", "-v", "--name", "compiled")
t.check("libprotobuf-c" in told, told)
curves = agree(t.folder("compiled"), 300)
steps = {tag: [step for step, other, _ in curves if other == tag] for _, tag, _ in curves}
t.check(steps["accuracy/validation"] == [0, 10, 20] and steps["cost/train"] == [10, 20], steps)
t.check(steps["delta_norm/hidden"] == list(range(0, 20, 3)) == steps["delta_norm_probe/hidden"], steps)
rows = {}
for row in t.rows(t.folder("compiled") + "/histograms.csv"):
    rows.setdefault((int(row["step"]), f"{row['of']}/{row['layer']}"), []).append(row)
counted = _events.histograms(os.path.join(t.folder("compiled"), _events.NAME))
t.check(counted.keys() == rows.keys() == {(step, f"{of}/{layer}") for step in (0, 10) for of in ("weight", "gradient")
                                          for layer in ("hidden", "hidden.bias", "dense2", "dense2.bias")}, rows.keys())
for key, (low, high, size, total, squares, edges, counts) in counted.items():
    t.check([int(row["count"]) for row in rows[key]] == list(counts) and size == sum(counts), f"{key}: {counts}")
    t.check([float(f"{edge:.9g}") for edge in (low, *edges)] == [float(row["low"]) for row in rows[key]] +
            [float(rows[key][-1]["high"])] and edges[-1] == high and squares * size >= total ** 2 * (1 - 1e-12), f"{key}: {edges}")
netc("train", "small.net", "--backend", "interp", "--epochs", "1", "--name", "interpreted")
agree(t.folder("interpreted"), 150)

with open("plain.net", "w") as file:
    file.write(MODEL.replace(" formats=[csv, tensorboard]", ""))
told = netc("train", "plain.net", "-v", "--name", "plain", "--epochs", "1")
t.check("libnetrt" in told and "protobuf" not in told, told)
t.check(not os.path.exists(os.path.join(t.folder("plain"), _events.NAME)), "a run without formats= has an event file")

told = netc("check", "small.net", "--set", "log gradients formats=tensorboard", status=1)
t.check("formats=[csv, tensorboard]" in told, told)

t.link("bare", events=False)
bare = subprocess.run([os.path.abspath("bare"), "--epochs", "1"], capture_output=True, text=True)
t.check(bare.returncode == 3 and "needs protobuf-c: link" in bare.stderr, bare.stderr)

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    print("ok; the package tensorboard is not here, its own reader was not asked")
else:
    reader = EventAccumulator(t.folder("compiled"), size_guidance={"scalars": 0, "histograms": 0})
    reader.Reload()
    theirs = [(event.step, tag, event.value) for tag in reader.Tags()["scalars"] for event in reader.Scalars(tag)]
    t.check(sorted(theirs) == sorted(curves), f"TensorBoard finds {len(theirs)} scalars of {len(curves)}, or others")
    theirs = {(event.step, tag): tuple(event.histogram_value.bucket) for tag in reader.Tags()["histograms"]
              for event in reader.Histograms(tag)}
    t.check(theirs == {key: about[-1] for key, about in counted.items()}, f"TensorBoard's histograms: {theirs.keys()}")
    print("ok, and TensorBoard agrees")
