#!/usr/bin/env python3
"""spectrum.csv and spectrum.safetensors: singular values of the weights against NumPy's; of the Jacobians against central
differences of an independent model in double precision, through convolutions with groups, normalisations, a residual sum
and pools, before the first step and after an epoch; resumed, and by another backend. Who is linked with OpenBLAS."""
import os
import subprocess

import _reference as r
from _reference import np

LAYERS = [{"kind": "conv", "maps": 6, "kernel": (3, 2), "stride": (2, 2), "activation": "tanh", "label": "first"},
          {"kind": "conv", "maps": 6, "kernel": (3, 3), "pad": (1, 1), "groups": 3, "bias": False},
          {"kind": "batchnorm", "activation": "tanh"},
          {"kind": "add", "labels": ["first"], "activation": "sigmoid"},
          {"kind": "pool", "method": "max", "window": (2, 2)},
          {"kind": "dense", "units": 12, "activation": "softplus"},
          {"kind": "batchnorm"},
          {"kind": "dense", "units": 7, "activation": "sigmoid"},
          {"kind": "dense", "units": 5, "activation": "softmax"}]
SHAPE, COUNT, BATCH, EXAMPLES, PROBED = (2, 10, 9), 60, 16, 8, 11
FIGURES = ("largest", "upper", "median", "lower", "smallest", "effective_rank")


def run_from(network, params, values, first):
    """The last weighted inputs, from the layer after number `first` on."""
    values = dict(values)
    for layer in network.layers[first + 1:]:
        read = [values[name] for name in layer.reads]
        values[layer.name] = layer.forward(read if "labels" in layer.spec else read[0], params.get(layer.name, {}))
    return network.layers[-1].z


def jacobian(network, params, values, first, example):
    """d z_last / d a, by central differences in every value of a: all of them as one batch."""
    layer, h = network.layers[first], 1e-5
    a = values[layer.name][example]
    moves = h * np.eye(a.size).reshape(a.size, *a.shape)
    batch = {name: np.repeat(value[example:example + 1], 2 * a.size, 0) for name, value in values.items()}
    batch[layer.name] = np.concatenate([a + moves, a - moves])
    z = run_from(network, params, batch, first)
    return ((z[:a.size] - z[a.size:]) / (2 * h)).T


def matrices(layer, weight):
    groups = layer.spec.get("groups", 1)
    return weight.reshape(groups, len(weight) // groups, -1)


def figures(values):
    values = np.sort(values)[::-1]
    shares = values[values > 0] / values.sum() if values.sum() > 0 else values[:0]
    quantiles = np.quantile(values, [1, 0.75, 0.5, 0.25, 0])
    return np.append(quantiles, np.exp(-(shares * np.log(shares)).sum()) if len(shares) else 0)


def check_weights(network, params, kept, time):
    for layer in network.layers:
        weight = params.get(layer.name, {}).get("weight")
        if layer.spec["kind"] not in ("conv", "dense"):
            if f"{layer.name}.weight" in kept:
                r.fail(f"{layer.name} has no matrix")
            continue
        expected = np.sort(np.linalg.svd(matrices(layer, weight), compute_uv=False).ravel())[::-1]
        found = kept[f"{layer.name}.weight"][time]
        if found.shape != expected.shape or not np.abs(found - expected).max() <= 1e-10 * expected[0]:
            r.fail(f"{layer.name}.weight, time {time}: {found}, NumPy {expected}")


def check_jacobians(network, params, images, kept, time):
    values = network.values
    for number, layer in enumerate(network.layers[:-1]):
        found = kept[f"{layer.name}.jacobian"][time]
        for example in range(EXAMPLES):
            expected = np.linalg.svd(jacobian(network, params, values, number, example), compute_uv=False)
            # the Jacobian is one of float kernels; what an error of it does to a singular value is at most its norm
            if found.shape != (EXAMPLES, len(expected)) or not np.abs(found[example] - expected).max() <= 3e-6 * expected[0]:
                r.fail(f"{layer.name}.jacobian, time {time}, example {example}: {found[example]}, differences {expected}")
    if f"{network.layers[-1].name}.jacobian" in kept:
        r.fail("a Jacobian behind the last layer")


def check_rows(rows, kept, times):
    names = [(row["step"], f"{row['layer']}.{row['of']}") for row in rows]
    order = [name for name in kept if name != "step"]
    if sorted(names) != sorted((str(step), name) for step in times for name in order):
        r.fail(f"spectrum.csv: rows {names}")
    for row in rows:
        values = kept[f"{row['layer']}.{row['of']}"][times.index(int(row["step"]))]
        sets = values if row["of"] == "jacobian" else values[None]
        expected = np.mean([figures(one) for one in sets], 0)
        found = np.array([float(row[column]) for column in FIGURES])
        if int(row["count"]) != sets.shape[1] or not np.allclose(found, expected, 1e-8, 1e-12 * expected[0]):
            r.fail(f"spectrum.csv, step {row['step']}, {row['layer']}, {row['of']}: {found}, values say {expected}")


def needed(trainer):
    told = subprocess.run(["readelf", "-d", trainer], capture_output=True, text=True, check=True).stdout
    return "libopenblas" in told


def main():
    images, labels = r.write_data(COUNT, SHAPE, 5, 3)
    settings = ["optimizer sgd rate=0.1", f"batch {BATCH}"]
    for name, lines in {"model": [f"log spectrum probe={PROBED} full=true"], "rows": ["log spectrum every=3"],
                        "plain": ["log activations"]}.items():
        r.write_model(f"{name}.net", SHAPE, LAYERS, settings + lines)
        if name != "rows":
            subprocess.run([r.NETC, "build", f"{name}.net", "-O0", "-o", name], check=True)
    if not needed("model") or needed("plain"):
        r.fail("a trainer is linked with OpenBLAS if, and only if, it needs it")
    untrained = r.train("model.net", "begin", "--epochs", "0")
    begin = r.read_weights(untrained)
    folder = r.train("model.net", "end", "--epochs", "1")
    after = r.read_weights(folder)
    subprocess.run([r.NETC, "train", "model.net", "-q", "--resume", folder, "--epochs", "2"], check=True)
    kept, rows = r.read_tensors(f"{folder}/spectrum.safetensors"), r.read_rows(folder, "spectrum.csv")
    times = [0, -(-COUNT // BATCH)]
    first = r.read_tensors(f"{untrained}/spectrum.safetensors")
    if any(not np.array_equal(first[name], kept[name][:1]) for name in kept):
        r.fail("the values of no epochs are those before the first")
    if list(kept["step"]) != times:
        r.fail(f"spectrum.safetensors is of the steps {kept['step']}")
    layers = [{**spec, "trainable": False} if spec["kind"] == "batchnorm" else spec for spec in LAYERS]
    for time, params in enumerate((begin, after)):
        network = r.Network(layers, "log_likelihood")  # as in use: normalised by what is stored
        network.run(params, images[:EXAMPLES], labels[:EXAMPLES])
        check_weights(network, params, kept, time)
        check_jacobians(network, params, images, kept, time)
    check_rows(rows, kept, times)
    other = r.train("rows.net", "rows", "--epochs", "1", "--backend", "interp")
    if [row for row in r.read_rows(other, "spectrum.csv") if row["step"] == "0"] != [row for row in rows if row["step"] == "0"]:
        r.fail("other bits by the interpreter, or of other examples")
    if {row["step"] for row in r.read_rows(other, "spectrum.csv")} != {"0", "3"}:
        r.fail("every=3 has rows of other steps")
    if os.path.exists(f"{other}/spectrum.safetensors"):
        r.fail("full=true was not asked for")
    print("ok")


main()
