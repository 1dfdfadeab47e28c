#!/usr/bin/env python3
"""The columns of gradients.csv and neurons.csv against an independent NumPy model: probes and
the rows of epochs; the cost too."""
import _reference as r
from _reference import np

LAYERS = [{"kind": "conv", "maps": 4, "kernel": (3, 2), "activation": "relu"},
          {"kind": "pool", "method": "max", "window": (2, 2)},
          {"kind": "conv", "maps": 3, "kernel": (2, 2), "activation": "tanh", "bias": False},
          {"kind": "dense", "units": 40, "activation": "relu"},
          {"kind": "dense", "units": 7, "activation": "sigmoid"},
          {"kind": "dense", "units": 4, "activation": "softmax"}]
SHAPE, COUNT, RATE, L2, EPOCHS, PROBED = (1, 10, 9), 60, 2.0, 3.0, 2, 37
SATURATED = {"sigmoid": lambda z: r.sigmoid(z) * r.sigmoid(-z) < 0.0025, "tanh": lambda z: 1 - np.tanh(z) ** 2 < 0.01}


def expected(layer, count, weight, update):
    """What a row of a layer must hold after `count` images went through; update: the weight's change, or None."""
    gradient, bias = layer.gradients["weight"], layer.gradients["bias"]
    values = {"delta_norm": np.linalg.norm(bias) / count, "delta_rms": np.sqrt((layer.delta ** 2).mean()),
              "weight_grad_norm": np.linalg.norm(gradient) / count, "weight_grad_max": abs(gradient).max() / count,
              "weight_norm": np.linalg.norm(weight), "update_ratio": None, "saturated": None, "dead": None}
    if update is not None:
        values["update_ratio"] = np.linalg.norm(update) / np.linalg.norm(weight)
    if layer.activation in SATURATED:
        values["saturated"] = SATURATED[layer.activation](layer.z).mean()
    if layer.activation == "relu":
        values["dead"] = (~(layer.z > 0).any(tuple(axis for axis in range(layer.z.ndim) if axis != 1))).mean()
    return values


def compare(row, values):
    where = f"{row['source']} of epoch {row['epoch']}, {row['layer']}"
    for column, value in values.items():
        if value is None:
            if row[column] != "":
                r.fail(f"{where}: {column} is {row[column]}, expected nothing")
        elif row[column] == "" or not abs(float(row[column]) - value) <= 1e-5 * abs(value):
            r.fail(f"{where}: {column} is {row[column]}, expected {value:.9g}")


def compare_probe(step, rows, neurons, network, params, images, labels):
    """The rows of the probe before a step; the figures that were not 0."""
    columns = set()
    network.run(params, images[:PROBED], labels[:PROBED])
    for layer in network.layers:
        if not layer.trained:
            continue
        row, = [row for row in rows if row["source"] == "probe" and row["step"] == str(step) and
                row["layer"] == layer.name]
        values = expected(layer, PROBED, params[layer.name]["weight"], None)
        compare(row, values)
        columns.update(column for column, value in values.items() if value)
        mine = [float(row["delta"]) for row in neurons if row["step"] == str(step) and row["layer"] == layer.name]
        bias = layer.gradients["bias"] / PROBED
        if len(mine) != len(bias) or not np.linalg.norm(mine - bias) <= 1e-5 * np.linalg.norm(bias):
            r.fail(f"neurons.csv, step {step}, {layer.name}: {mine}, expected {bias}")
    return columns


def check_steps(images, labels):
    """every=N: the probe and the neurons with it, within epochs too."""
    every, batch = 3, 16
    r.write_model("steps.net", SHAPE, LAYERS, ["optimizer sgd rate=0.1", f"batch {batch}",
                                               f"log gradients neurons every={every} probe={PROBED}"])
    params = r.read_weights(r.train("steps.net", "steps-begin", "--epochs", "0"))
    folder = r.train("steps.net", "steps-end", "--epochs", str(EPOCHS))
    rows, neurons = r.read_rows(folder, "gradients.csv"), r.read_rows(folder, "neurons.csv")
    network = r.Network(LAYERS, "log_likelihood")
    step, probed = 0, []
    for epoch in range(1, EPOCHS + 1):
        order = r.permutation(1, epoch, COUNT)
        for first in range(0, COUNT, batch):
            if step % every == 0:
                compare_probe(step, rows, neurons, network, params, images, labels)
                probed.append((str(step), str(epoch - 1)))
            some = order[first:first + batch]
            network.step(params, images[some], labels[some], r.Sgd(0.1), COUNT)
            step += 1
    found = [(row["step"], row["epoch"]) for row in rows if row["source"] == "probe" and row["layer"] == "conv1"]
    if found != probed or {row["step"] for row in neurons} != {step for step, _ in probed}:
        r.fail(f"every={every}: probed before (step, epochs done) {found}, expected {probed}")


def main():
    images, labels = r.write_data(COUNT, SHAPE, 4, 3)
    images = images.reshape(COUNT, *SHAPE)
    check_steps(images, labels)
    r.write_model("model.net", SHAPE, LAYERS, [f"optimizer sgd rate={RATE}", "batch full", f"regularize l2={L2}",
                                               f"log gradients neurons probe={PROBED}"])
    params = r.read_weights(r.train("model.net", "begin", "--epochs", "0"))
    folder = r.train("model.net", "end", "--epochs", str(EPOCHS))
    rows, neurons = r.read_rows(folder, "gradients.csv"), r.read_rows(folder, "neurons.csv")
    epochs = r.read_rows(folder, "epochs.csv")
    network = r.Network(LAYERS, "log_likelihood")
    trained = [layer for layer in network.layers if layer.trained]
    seen, columns = 0, set()
    for step in range(EPOCHS):
        columns |= compare_probe(step, rows, neurons, network, params, images, labels)
        seen += len(trained)
        old = {name: dict(values) for name, values in params.items()}
        cost = network.step(params, images, labels, r.Sgd(RATE), COUNT, l2=L2) / COUNT
        found, = [float(row["train_cost"]) for row in epochs if row["epoch"] == str(step + 1)]
        if not abs(found - cost) <= 1e-6 * cost:
            r.fail(f"epoch {step + 1}: train_cost is {found}, expected {cost:.9g}")
        for layer in trained:
            row, = [row for row in rows if row["source"] == "epoch" and row["epoch"] == str(step + 1) and
                    row["layer"] == layer.name]
            weight = old[layer.name]["weight"]
            compare(row, expected(layer, COUNT, weight, params[layer.name]["weight"] - weight))
            seen += 1
    if seen != len(rows):
        r.fail(f"gradients.csv has {len(rows)} rows, expected {seen}")
    if not {"saturated", "dead"} <= columns:
        r.fail("the example has no saturated or no dead units: nothing was compared")
    print("ok")


if __name__ == "__main__":
    main()
