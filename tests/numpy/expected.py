#!/usr/bin/env python3
"""What `netc show --gradients` expects against what is measured: how much larger delta_rms is in a layer than in the next,
the median over seeds of probes of the untrained network.

As a test a few networks. With --full the table of docs/gradients.md: dense networks of all kinds, double_conv and
resnet_small, each with six ways to begin; it takes half an hour. --list prints each pair, too."""
import argparse
import csv
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

NETC = os.environ.get("NETC", "build/netc")
ACTIVATIONS = ("sigmoid", "tanh", "relu")
STARTS = (("lecun_normal", "zeros"), ("glorot_uniform", "zeros"), ("he_normal", "zeros"), ("fan_in_uniform", "zeros"),
          ("normal(0, 1)", "zeros"), ("lecun_normal", "normal(0, 1)"))
DEPTHS = (2, 3, 4, 6, 10, 20)
WIDTHS = (30, 100, 300)
TRAIN = """
train {{
    data {data}
    split train={probe} test=16
    batch {probe}
    {log}
}}
"""
# A probe is of the network without dropout, the first step has it.
PROBE, STEP = "epochs 0; log gradients probe={probe}", "epochs 1; log gradients every=1"
DENSE = """network dense {{
    input 784
    default dense activation={activation} init={init} bias_init={bias}
    repeat {depth} {{ dense {width} }}
    dense 10 activation=softmax
}}
"""
# The same layers as those of models/, where the ways to begin, and the activations, are let.
# With a layer that is frozen, which has no row, and a last one that is no dense layer.
DROPOUT = """network dropout {{
    input 784
    repeat 3 {{ dense 50 activation={activation} init={init} bias_init={bias}; dropout 0.5 inverted={inverted} }}
    dense 40 activation={activation} init={init} bias_init={bias} trainable=false
    dense 10 bias=false
    batchnorm
    activation softmax
}}
"""
DOUBLE_CONV = """network double_conv {{
    input   1x28x28
    default conv  activation={activation} init={init} bias_init={bias}
    default dense activation={activation} init={init} bias_init={bias}
    conv    20  kernel=5x5
    pool    max 2x2
    conv    40  kernel=5x5
    pool    max 2x2
    dense   100
    dense   10  activation=softmax
}}
"""
MODELS = os.path.join(os.environ.get("NETC_ROOT", "."), "models")
WITHIN = {"dense": (0.15, 0.95), "double_conv": (0.25, 0.9), "resnet_small": (0.25, 0.9)}  # error, share of the pairs


def resnet(**of):
    with open(os.path.join(MODELS, "resnet_small.net"), encoding="utf-8") as file:
        text = file.read().split("train {")[0].replace("activation=relu", f"activation={of['activation']}")
    text = text.replace("init=he_normal", f"init={of['init']}")
    return text.replace("dense 10", f"dense 10 init={of['init']} bias_init={of['bias']}")


def network(family, **of):
    return resnet(**of) if family == "resnet_small" else {"dense": DENSE, "dropout": DROPOUT, "double_conv": DOUBLE_CONV}[family].format(**of)


def run(*words):
    done = subprocess.run([NETC, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"FAILED: netc {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def expected(path):
    return {layer["name"]: layer for layer in json.loads(run("show", path, "--gradients", "--json"))["layers"]}


def before_first_step(folder):
    with open(os.path.join(folder, "gradients.csv"), newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["step"] == "0"]
    return {row["layer"]: float(row["delta_rms"] or "nan") for row in rows}


def measured(path, name, seeds, options):
    """[{layer: delta_rms} of each seed]"""
    folder = os.path.abspath(f"runs-{name}")
    run("train", path, "-q", "-O0", "--threads", "1", "--seeds", f"1-{seeds}", "--run-dir", folder, *options)
    runs = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    probes = [before_first_step(run) for run in runs]
    shutil.rmtree(folder)
    if len(probes) != seeds:
        sys.exit(f"FAILED: {len(probes)} probes of {seeds} seeds: no row before the first step?")
    return probes


def pairs_of(case, seeds, probe, data, options):
    """[(layer, expected, measured)] of each layer and the next; of those whose gradients floats can hold."""
    family, of = case
    name = f"{family}-{'-'.join(str(value) for value in of.values())}".translate(str.maketrans(" (),", "____"))
    path = f"{name}.net"
    with open(path, "w", encoding="utf-8") as file:
        file.write(network(family, **of) + TRAIN.format(probe=probe, data=data, log=(STEP if family == "dropout" else PROBE).format(probe=probe)))
    rows, probes = expected(path), measured(path, name, seeds, options)
    pairs = []
    names = list(probes[0])
    if names != list(rows):
        sys.exit(f"FAILED: {path}: layers {list(rows)} are expected, {names} are logged")
    for here, above in zip(names, names[1:]):
        ratios = [found[here] / found[above] for found in probes if found[above] > 0]
        if len(ratios) == seeds and all(0 < ratio < math.inf for ratio in ratios):
            pairs.append((here, rows[here]["factor"], statistics.median(ratios)))
        else:
            pairs.append((here, rows[here]["factor"], None))
    os.remove(path)
    return pairs


def full_cases():
    starts = [(act, init, bias) for act in ACTIVATIONS for init, bias in STARTS]
    return ([("dense", {"activation": act, "init": init, "bias": bias, "depth": depth, "width": width})
             for act, init, bias in starts for depth in DEPTHS for width in WIDTHS]
            + [(family, {"activation": act, "init": init, "bias": bias}) for family in ("double_conv", "resnet_small")
               for act, init, bias in starts])


def few_cases():
    return [("dense", {"activation": "sigmoid", "init": "lecun_normal", "bias": "normal(0, 1)", "depth": 4, "width": 30}),
            ("dense", {"activation": "tanh", "init": "normal(0, 1)", "bias": "zeros", "depth": 3, "width": 100}),
            ("dense", {"activation": "relu", "init": "he_normal", "bias": "zeros", "depth": 6, "width": 30}),
            ("dropout", {"activation": "relu", "init": "he_normal", "bias": "zeros", "inverted": "true"}),
            ("dropout", {"activation": "tanh", "init": "lecun_normal", "bias": "zeros", "inverted": "false"}),
            ("double_conv", {"activation": "relu", "init": "glorot_uniform", "bias": "zeros"}),
            ("resnet_small", {"activation": "relu", "init": "he_normal", "bias": "zeros"})]


def error(pair):
    return abs(pair[1] / pair[2] - 1)


def rated(pairs, most):
    known = [pair for pair in pairs if pair[2] is not None]
    return sum(error(pair) <= most for pair in known), len(known), len(pairs) - len(known)


def print_table(found):
    print("| network | pairs | within | share | largest error |\n|---|---|---|---|---|")
    groups = {}
    for (family, of), pairs in found:
        groups.setdefault(f"{family}", (family, []))[1].extend(pairs)
        groups.setdefault(f"{family}, {of['activation']}", (family, []))[1].extend(pairs)
        groups.setdefault(f"{family}, {of['init']}, biases {of['bias']}", (family, []))[1].extend(pairs)
        for word in ("depth", "width"):
            if word in of:
                groups.setdefault(f"{family}, {word} {of[word]}", (family, []))[1].extend(pairs)
    in_order = sorted(groups.items(), key=lambda group: re.sub(r"\d+", lambda digits: digits[0].zfill(4), group[0]))
    for name, (family, pairs) in in_order:
        most = WITHIN[family][0]
        hits, known, lost = rated(pairs, most)
        worst = max((error(pair) for pair in pairs if pair[2] is not None), default=0)
        note = f" (and {lost} beyond floats)" if lost else ""
        print(f"| {name} | {known}{note} | {100 * most:.0f} % | {100 * hits / max(known, 1):.1f} % | {100 * worst:.0f} % |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--full", action="store_true")
    options.add_argument("--list", action="store_true")
    options.add_argument("--family", default="")
    options.add_argument("--seeds", type=int)
    options.add_argument("--probe", type=int)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--data", default="")
    options.add_argument("--option", action="append", default=[], help="of the trainer, such as --option=--data-dir=DIR")
    asked = options.parse_args()
    cases = full_cases() if asked.full else few_cases()
    cases = [case for case in cases if case[0].startswith(asked.family)]
    seeds, probe = asked.seeds or (20 if asked.full else 9), asked.probe or (1000 if asked.full else 200)
    data = asked.data or ("mnist" if asked.full else "digits")
    with ThreadPoolExecutor(asked.jobs) as pool:
        results = pool.map(lambda case: pairs_of(case, seeds, probe, data, asked.option), cases)
        found = list(zip(cases, results))
    for (family, of), pairs in found if asked.list else ():
        for layer, predicted, median in pairs:
            off = "" if median is None else f"{100 * (predicted / median - 1):+.0f} %"
            print(family, *of.values(), layer, f"{predicted:.4g}", "-" if median is None else f"{median:.4g}", off, sep="\t")
    if asked.full:
        print_table(found)
        return
    for (family, of), pairs in found:
        most = 0.3  # of fewer seeds and examples
        bad = [pair for pair in pairs if pair[2] is None or error(pair) > most]
        if len(bad) > len(pairs) // 10:
            sys.exit(f"FAILED: {family} {of}: more than {most} off (layer, expected, measured): {bad}")
    print("ok")


if __name__ == "__main__":
    main()
