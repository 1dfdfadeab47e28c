#!/usr/bin/env python3
"""init=orthogonal against NumPy's QR decomposition of the same normal numbers, by every backend: weights that are wide, tall
and of maps."""
import numpy as np

import _reference as r

MODEL = """network orthogonal {{
    input 1x28x28
    conv 6 kernel=3 stride=3 {0}
    dense 12 {0}
    dense 40 {0}
    dense 10 activation=softmax {1}
}}
train {{ data digits; split train=50 }}
"""
GAINS = {"conv1": 1, "dense1": 1, "dense2": 1, "dense3": 1.5}


def begin(name, init, last, *options):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(MODEL.format(f"activation=tanh init={init}", f"init={last}"))
    return r.read_weights(r.train(f"{name}.net", name, "--epochs", "0", *options))


def expected(drawn, gain):
    rows, columns = drawn.shape[0], drawn[0].size
    tall = drawn.reshape(max(rows, columns), min(rows, columns)).astype(np.float64)
    q, triangle = np.linalg.qr(tall)
    q = gain * q * np.where(np.diag(triangle) < 0, -1, 1)
    return (q if rows > columns else q.T).reshape(drawn.shape)


drawn = begin("drawn", "normal(0, 1)", "normal(0, 1)")
runs = {backend: begin(f"made_{backend}", "orthogonal", "orthogonal(1.5)", "--backend", backend)
        for backend in ("c", "interp")}
for layer, gain in GAINS.items():
    weight = runs["c"][layer]["weight"]
    difference = np.abs(weight - expected(drawn[layer]["weight"], gain)).max()
    if difference > 2e-6 * gain:  # the numbers drawn were rounded on their way here
        raise SystemExit(f"FAILED: {layer}: {difference} from NumPy's")
    if not np.array_equal(weight, runs["interp"][layer]["weight"]):
        raise SystemExit(f"FAILED: {layer}: other bits by the interpreter")
print("ok")
