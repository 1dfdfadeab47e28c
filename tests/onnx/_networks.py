"""Networks of .net files with random weights, and what they compute, by the layers of tests/numpy/_reference.py."""
import json
import math
import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["NETC_ROOT"], "tests", "numpy"))
import _reference as r  # noqa: E402
from _reference import np  # noqa: E402

NETC = os.environ["NETC"]
fail = r.fail


def run(*arguments, status=0, text=True):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=text)
    if done.returncode != status:
        fail(f"netc {' '.join(arguments)}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done


def window(text):
    return text if text in ("same", "global") else tuple(map(int, text.split("x")))


def numbers(text):
    return None if text == "data" else np.array([float(n) for n in text.strip("[]").split(", ")])


class Network:
    """A network as `netc check --dump=model` tells it, with random parameters: params["conv1"]["weight"]."""

    def __init__(self, path, seed=1, options=()):
        random = np.random.default_rng(seed)
        dump = run("check", path, "--dump=model", "-q", *options).stdout.split("\ntrain\n")
        self.layers, self.params, self.metadata = [], {}, {"format": "pt"}
        self.name = re.match(r"network (\w+)", dump[0])[1]
        for line in dump[0].split("\n")[1:]:
            layer = re.match(r"  (\w+): (\w+)(.*?)(?: <- ([\w, ]+))? -> ([0-9x]+), readers", line)
            param = re.match(r"    (\w+)\.(\w+) \[(.*)\] = (?!.*, (?:metadata|not kept)$)", line)
            if layer:
                words = re.findall(r"(?:\w+=)?(?:\[.*?\]|\S)+", layer[3])
                options = dict(word.split("=", 1) for word in words if "=" in word)
                self.layers.append({"name": layer[1], "kind": layer[2], "words": [w for w in words if "=" not in w],
                                    "from": (layer[4] or "").split(", "), "out": tuple(map(int, layer[5].split("x"))), **options})
            elif param:
                shape = tuple(map(int, param[3].split(", ")))
                spread = 1 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.3
                values = random.normal(0, spread, shape).astype(np.float32)
                if param[2] == "running_var":
                    values = np.exp(values)
                self.params.setdefault(param[1], {})[param[2]] = values
        self.settle_input(self.layers[0], random)
        self.scale = (1.0, 0.0)
        if "target values scale=true" in dump[1]:
            std, mean = (random.uniform(low, low + 2, self.layers[-1]["out"]).astype(np.float32) for low in (0.5, 3))
            self.scale = (std.astype(float), mean.astype(float))
            for key, value in (("std", std), ("mean", mean)):
                self.metadata["target_" + key] = json.dumps([float(v) for v in value.flat])

    def settle_input(self, layer, random):
        self.shape = layer["out"]
        self.statistics = []
        for key, low, high in (("mean", 0.1, 0.6), ("std", 0.2, 0.9)):
            value = numbers(layer[key])
            if value is None:
                value = random.uniform(low, high, self.shape[0]).astype(np.float32)
                self.metadata["input_" + key] = json.dumps([float(v) for v in value])
            self.statistics.append(value.astype(float))

    def write_weights(self, path):
        header, data = {"__metadata__": self.metadata}, b""
        for layer, tensors in self.params.items():
            for key, values in tensors.items():
                header[f"{layer}.{key}"] = {"dtype": "F32", "shape": values.shape,
                                            "data_offsets": [len(data), len(data) + values.nbytes]}
                data += values.tobytes()
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)

    def forward(self, x, until=None):
        """The outputs of a layer, by default the last one."""
        mean, std = (s.reshape(-1, *[1] * (len(self.shape) - 1)) for s in self.statistics)
        values = {self.layers[0]["name"]: (x.astype(float) - mean) / std}
        for layer in self.layers[1:]:
            params = {key: v.astype(float) for key, v in self.params.get(layer["name"], {}).items()}
            values[layer["name"]] = activate(layer, sums(layer, [values[name] for name in layer["from"]], params))
        std, mean = (1.0, 0.0) if until else self.scale
        return values[until or self.layers[-1]["name"]] * std + mean


def sums(layer, read, params):
    kind, words, x = layer["kind"], layer["words"], read[0]
    spec = {key: window(layer[key]) for key in ("kernel", "stride", "pad", "dilation") if key in layer}
    if kind == "conv":
        spec["groups"] = int(layer["groups"])
        return r.Conv(spec).sums(x, params)
    if kind == "dense":
        return r.Dense(spec).sums(x, params)
    if kind == "pool":
        return r.Pool({**spec, "method": words[0], "window": window(words[1])}).sums(x, params)
    if kind == "batchnorm":
        return r.Batchnorm({"trainable": False, "epsilon": float(layer["epsilon"])}).sums(x, params)
    if kind == "dropout":
        return x if layer["inverted"] == "true" else x * (1 - float(words[0]))
    if kind == "flatten":
        return x.reshape(len(x), -1)
    if kind == "add":
        return sum(read)
    if kind == "concat":
        return np.concatenate(read, 1)
    assert kind == "activation", kind
    return x


def activate(layer, z):
    word = layer["words"][0] if layer["kind"] == "activation" else layer.get("activation", "linear")
    name, parameter = re.match(r"(\w+)(?:\((.*)\))?", word).groups()
    if name == "softmax":
        power = np.exp(z - z.max(tuple(range(1, z.ndim)), keepdims=True))
        return power / power.sum(tuple(range(1, z.ndim)), keepdims=True)
    if name == "leaky_relu":
        return np.where(z > 0, z, float(parameter) * z)
    if name == "elu":
        return np.where(z > 0, z, float(parameter) * np.expm1(np.minimum(z, 0)))
    return r.ACTIVATIONS[name][0](z)
