#!/usr/bin/env python3
"""What netc check expects of the initial network against the first probe of a run: how many times the gradient grows or
shrinks, within a factor of 5, and how many units are saturated, within a tenth."""
import re
import subprocess

import _reference as r

#          depth, activation, init, bias_init, mean and std of the input, what is warned of
NETWORKS = [(4, "relu", "normal(1, 0.1)", "zeros", 0, 1, "grow"),
            (4, "relu", "constant(0.3)", "zeros", 0, 1, "grow"),
            (4, "sigmoid", "constant(0.1)", "zeros", 0, 1, "shrink saturated"),
            (3, "tanh", "uniform(0, 0.1)", "zeros", "data", "data", "saturated"),
            (1, "sigmoid", "glorot_uniform", "constant(20)", 0, 1, "saturated"),
            (1, "sigmoid", "glorot_uniform", "zeros", 100, 1, "saturated"),
            (1, "tanh", "glorot_uniform", "zeros", 0, 0.001, "saturated"),
            (4, "tanh", "lecun_normal", "zeros", 0.1307, 0.3081, ""),
            (4, "relu", "he_normal", "constant(5)", 0, 1, ""),
            (9, "tanh", "normal(0, 0.08)", "zeros", 0.1307, 0.3081, "shrink")]
# The same with the input of each layer but the first added to its output: what comes back by both ways adds up.
RESIDUAL = [(9, "tanh", "normal(0, 0.08)", "zeros", 0.1307, 0.3081, ""),
            (12, "relu", "he_normal", "zeros", 0.1307, 0.3081, "grow")]
MODEL = """network predicted {{
    input 784 mean={4} std={5}
    default dense activation={1} init={2} bias_init={3}
    dense 30
    repeat {0} - 1 {{ x:; dense 30; {7} }}
    dense 10 activation=softmax init=glorot_uniform bias_init=zeros
}}
train {{
    data digits
    split train=200
    optimizer sgd rate=1e-30
    batch full
    epochs 1
    log gradients probe=200
}}
"""


def check(number, network, join):
    depth, *_, warned = network
    path = f"predicted{number}.net"
    with open(path, "w", encoding="utf-8") as file:
        file.write(MODEL.format(*network, join))
    text = subprocess.run([r.NETC, "check", path], capture_output=True, text=True).stderr
    change = re.search(r"to (grow|shrink) about ([\d.]+) times a layer", text)
    share = re.search(r"some (\d+) % of the units of '(\w+)'", text)
    found = ([change[1]] if change else []) + (["saturated"] if share else [])
    if " ".join(found) != warned:
        r.fail(f"{network}: warns of '{' '.join(found)}'\n{text}")
    folder = r.train(path, f"predicted{number}", "--threads", "1")
    rows = {row["layer"]: row for row in r.read_rows(folder, "gradients.csv")
            if row["source"] == "probe" and row["step"] == "0"}
    if depth > 1:
        first, last = (float(rows[f"dense{place}"]["delta_rms"]) for place in (1, depth))
        each = float(change[2]) ** {"grow": 1, "shrink": -1}[change[1]] if change else 1
        most = 5 if change else 30
        if not 1 / most <= first / last / each ** (depth - 1) <= most:
            r.fail(f"{network}: the gradient changes {first / last:.3g} times, not {each ** (depth - 1):.3g}")
    if share and abs(float(rows[share[2]]["saturated"]) - int(share[1]) / 100) > 0.1:
        r.fail(f"{network}: {rows[share[2]]['saturated']} of '{share[2]}' are saturated, not {share[1]} %")
    if not share and any(float(row["saturated"] or 0) > 0.4 for row in list(rows.values())[:depth]):
        r.fail(f"{network}: saturated units are not expected")


def main():
    for number, network in enumerate(NETWORKS + RESIDUAL):
        check(number, network, "" if number < len(NETWORKS) else "add x")
    print("ok")


if __name__ == "__main__":
    main()
