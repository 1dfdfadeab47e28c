"""An independent model of what netc trains, in NumPy and float64, written from the definitions in docs/.

A network is a list of layers, each a dict: {"kind": "conv", "maps": 3, "kernel": (3, 2), "activation": "relu"}, with its
"label" and what it reads, "from" and "labels", where that is not the layer above. From it come the text of a .net file
and, in Network, forward and backward passes and the steps of an optimiser.
"""
import csv
import json
import math
import os
import struct
import subprocess
import sys

try:
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view
except ImportError:
    print("NumPy is not there: install python3-numpy")
    sys.exit(77)

NETC = os.environ.get("NETC", "build/netc")


def fail(message):
    print("FAILED:", message, flush=True)
    sys.exit(1)


# ---- activations: value and slope at z ----
def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def gelu_inner(z):
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z ** 3)


SELU = (1.0507009873554805, 1.6732632423543772)
ACTIVATIONS = {
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)))),
    "selu": (lambda z: SELU[0] * np.where(z > 0, z, SELU[1] * np.expm1(np.minimum(z, 0))),
             lambda z: SELU[0] * np.where(z > 0, 1, SELU[1] * np.exp(np.minimum(z, 0)))),
    "softplus": (lambda z: np.logaddexp(0, z), sigmoid),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "swish": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z))),
    "gelu": (lambda z: 0.5 * z * (1 + np.tanh(gelu_inner(z))),
             lambda z: 0.5 * (1 + np.tanh(gelu_inner(z))) + 0.5 * z * (1 - np.tanh(gelu_inner(z)) ** 2)
             * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z ** 2)),
    "mish": (lambda z: z * np.tanh(np.logaddexp(0, z)),
             lambda z: np.tanh(np.logaddexp(0, z)) + z * sigmoid(z) / np.cosh(np.logaddexp(0, z)) ** 2),
    "hard_tanh": (lambda z: np.clip(z, -1, 1), lambda z: (abs(z) < 1) * 1.0),
}


# ---- windows ----
def reaches(kernel, dilation):
    """Over how many rows and columns a window reaches."""
    return [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]


def paddings(size, reach, stride, pad):
    """Zeros before and behind each of the two axes."""
    if pad == "same":
        total = [max((-(-h // s) - 1) * s + k - h, 0) for h, k, s in zip(size, reach, stride)]
        return [(t // 2, t - t // 2) for t in total]
    return [(p, p) for p in pad]


class Windows:
    """All windows of [n, c, h, w]: view is [n, c, i, j, u, v]; scatter adds their gradients up again."""

    def __init__(self, x, kernel, stride, pad, outside=0.0, dilation=(1, 1)):
        self.kernel, self.stride, self.dilation = kernel, stride, dilation
        reach = reaches(kernel, dilation)
        self.pad = paddings(x.shape[2:], reach, stride, pad)
        self.shape = x.shape
        padded = np.pad(x, [(0, 0), (0, 0)] + self.pad, constant_values=outside)
        self.padded_shape = padded.shape
        self.view = sliding_window_view(padded, reach, axis=(2, 3))[:, :, ::stride[0], ::stride[1], ::dilation[0],
                                                                    ::dilation[1]]

    def scatter(self, gradient):
        padded = np.zeros(self.padded_shape)
        rows, columns = gradient.shape[2:4]
        for u in range(self.kernel[0]):
            for v in range(self.kernel[1]):
                row, column = u * self.dilation[0], v * self.dilation[1]
                padded[:, :, row:row + self.stride[0] * rows:self.stride[0],
                       column:column + self.stride[1] * columns:self.stride[1]] += gradient[..., u, v]
        top, left = self.pad[0][0], self.pad[1][0]
        return padded[:, :, top:top + self.shape[2], left:left + self.shape[3]]


# ---- layers: forward gives the output and what backward(gradient of the output) needs ----
class Layer:
    trained, decays = False, True  # whether it has weights, and whether a penalty applies to them
    random = None  # where it is a generator, values and gradients are rounded as in single precision, by chance

    def __init__(self, spec):
        self.spec = spec
        self.gradients = {}
        self.activation = spec.get("activation", "linear")

    def rounded(self, values, terms=1):
        """terms: of the sum that the values are, whose roundings add up like steps in any direction."""
        if self.random is None:
            return values
        return values * (1 + math.sqrt(terms) * self.random.uniform(-1, 1, values.shape) / 2 ** 24)

    def forward(self, x, params):
        self.z = self.rounded(self.sums(x, params))
        return self.z if self.activation == "softmax" else ACTIVATIONS[self.activation][0](self.z)

    def backward(self, gradient, params):
        """gradient: of the output; of z where the activation is softmax."""
        slope = 1 if self.activation == "softmax" else ACTIVATIONS[self.activation][1](self.z)
        self.delta = self.rounded(gradient * slope)
        back = self.backward_sums(params)
        terms = self.delta.size // self.delta.shape[1]  # of a gradient: images and their positions
        self.gradients = {key: self.rounded(value, terms) for key, value in self.gradients.items()}
        return back

    def follow(self, params):
        """What is kept from batch to batch without a gradient."""


class Conv(Layer):
    trained = True

    def groups(self, *parts):
        """Of each (array, axis) the part of a group, group by group."""
        return zip(*(np.split(array, self.spec.get("groups", 1), axis) for array, axis in parts))

    def sums(self, x, params):
        self.windows = Windows(x, self.spec["kernel"], self.spec.get("stride", (1, 1)), self.spec.get("pad", (0, 0)),
                               dilation=self.spec.get("dilation", (1, 1)))
        y = np.concatenate([np.einsum("ncijuv,ocuv->noij", view, w, optimize=True) for view, w in self.groups(
            (self.windows.view, 1), (params["weight"], 0))], 1)
        return y + params["bias"][:, None, None] if "bias" in params else y

    def backward_sums(self, params):
        weight = [np.einsum("noij,ncijuv->ocuv", delta, view, optimize=True) for delta, view in self.groups(
            (self.delta, 1), (self.windows.view, 1))]
        self.gradients = {"weight": np.concatenate(weight), "bias": self.delta.sum((0, 2, 3))}
        return self.windows.scatter(np.concatenate([np.einsum("noij,ocuv->ncijuv", delta, w, optimize=True) for delta, w in
                                                    self.groups((self.delta, 1), (params["weight"], 0))], 1))


class Dense(Layer):
    trained = True

    def sums(self, x, params):
        self.x, self.shape = x.reshape(len(x), -1), x.shape
        y = self.x @ params["weight"].T
        return y + params["bias"] if "bias" in params else y

    def backward_sums(self, params):
        self.gradients = {"weight": self.delta.T @ self.x, "bias": self.delta.sum(0)}
        return (self.delta @ params["weight"]).reshape(self.shape)


class Pool(Layer):
    def sums(self, x, params):
        kernel = self.spec["window"]
        kernel = x.shape[2:] if kernel == "global" else kernel
        method = self.spec["method"]
        self.windows = Windows(x, kernel, self.spec.get("stride", kernel), self.spec.get("pad", (0, 0)),
                               -math.inf if method == "max" else 0.0)
        self.flat = self.windows.view.reshape(*self.windows.view.shape[:4], -1)
        if method == "max":
            return self.flat.max(-1)
        return self.flat.mean(-1) if method == "average" else np.sqrt((self.flat ** 2).sum(-1))

    def backward_sums(self, params):
        if self.spec["method"] == "max":
            share = np.arange(self.flat.shape[-1]) == self.flat.argmax(-1)[..., None]
        elif self.spec["method"] == "average":
            share = np.full(self.flat.shape, 1 / self.flat.shape[-1])
        else:
            share = np.where(self.z[..., None] > 0, self.flat / np.where(self.z > 0, self.z, 1)[..., None], 0)
        return self.windows.scatter((self.delta[..., None] * share).reshape(self.windows.view.shape))


class Batchnorm(Layer):
    trained, decays = True, False

    def sums(self, x, params):
        """By the batch, or with trainable=False by the running statistics."""
        self.axes = (0,) + tuple(range(2, x.ndim))
        self.side = (1, -1) + (1,) * (x.ndim - 2)
        self.frozen = not self.spec.get("trainable", True)
        self.count = x.size // x.shape[1]
        self.mean = params["running_mean"] if self.frozen else self.rounded(x.mean(self.axes), self.count)
        self.variance = params["running_var"] if self.frozen else self.rounded(x.var(self.axes), self.count)
        self.root = np.sqrt(self.variance + self.spec.get("epsilon", 1e-5))
        self.normal = (x - self.mean.reshape(self.side)) / self.root.reshape(self.side)
        scale = params.get("weight", np.ones(x.shape[1]))
        return self.normal * scale.reshape(self.side) + params["bias"].reshape(self.side)

    def backward_sums(self, params):
        self.gradients = {"weight": (self.delta * self.normal).sum(self.axes), "bias": self.delta.sum(self.axes)}
        normal = self.delta * params.get("weight", np.ones(self.delta.shape[1])).reshape(self.side)
        if not self.frozen:
            mean, slope = (self.rounded(value.mean(self.axes), self.count).reshape(self.side)
                           for value in (normal, normal * self.normal))
            normal = normal - mean - self.normal * slope
        return normal / self.root.reshape(self.side)

    def follow(self, params):
        if self.frozen or self.count == 1:
            return
        kept = self.spec.get("momentum", 0.9)
        unbiased = self.variance * self.count / (self.count - 1)
        params["running_mean"] = kept * params["running_mean"] + (1 - kept) * self.mean
        params["running_var"] = kept * params["running_var"] + (1 - kept) * unbiased


class Activation(Layer):
    def sums(self, x, params):
        return x

    def backward_sums(self, params):
        return self.delta


class Flatten(Layer):
    def sums(self, x, params):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward_sums(self, params):
        return self.delta.reshape(self.shape)


class Add(Layer):
    """Of several inputs: sums takes a list, backward gives one."""

    def sums(self, x, params):
        self.count = len(x)
        return sum(x)

    def backward_sums(self, params):
        return [self.delta] * self.count


class Concat(Layer):
    def sums(self, x, params):
        self.ends = np.cumsum([part.shape[1] for part in x])[:-1]
        return np.concatenate(x, 1)

    def backward_sums(self, params):
        return np.split(self.delta, self.ends, 1)


KINDS = {"conv": Conv, "dense": Dense, "pool": Pool, "batchnorm": Batchnorm, "activation": Activation, "add": Add,
         "concat": Concat, "flatten": Flatten}


# ---- optimisers: step gives the new value of a tensor; g: mean gradient, that of the penalty included ----
class Sgd:
    def __init__(self, rate=0.1, momentum=0.0, nesterov=False):
        self.rate, self.momentum, self.nesterov = rate, momentum, nesterov
        self.line = f"sgd rate={rate} momentum={momentum} nesterov={str(nesterov).lower()}"
        self.velocity = {}

    def step(self, name, w, g, decays):
        v = self.velocity[name] = self.momentum * self.velocity.get(name, 0.0) + g
        return w - self.rate * (g + self.momentum * v if self.nesterov else v)


def is_noise(g):
    """Where rounding alone makes the gradient, whose sign a step by its root mean square goes along all the same."""
    return (g != 0) & (abs(g) < 1e-6 * abs(g).max())


class Adam:
    kind = "adam"

    def __init__(self, rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon
        self.line = f"{self.kind} rate={rate} beta1={beta1} beta2={beta2} epsilon={epsilon}"
        self.mean, self.square, self.steps, self.noise = {}, {}, {}, {}

    def step(self, name, w, g, decays):
        t = self.steps[name] = self.steps.get(name, 0) + 1
        self.noise[name] = self.noise.get(name, False) | is_noise(g)
        m = self.mean[name] = self.beta1 * self.mean.get(name, 0.0) + (1 - self.beta1) * g
        v = self.square[name] = self.beta2 * self.square.get(name, 0.0) + (1 - self.beta2) * g ** 2
        mean, square = m / (1 - self.beta1 ** t), v / (1 - self.beta2 ** t)
        return w - self.rate * mean / (np.sqrt(square) + self.epsilon)


class Rmsprop:
    def __init__(self, rate=0.001, decay=0.9, epsilon=1e-8):
        self.rate, self.decay, self.epsilon = rate, decay, epsilon
        self.line = f"rmsprop rate={rate} decay={decay} epsilon={epsilon}"
        self.square, self.noise = {}, {}

    def step(self, name, w, g, decays):
        self.noise[name] = self.noise.get(name, False) | is_noise(g)
        v = self.square[name] = self.decay * self.square.get(name, 0.0) + (1 - self.decay) * g ** 2
        return w - self.rate * g / (np.sqrt(v) + self.epsilon)


class Adamw(Adam):
    kind = "adamw"

    def __init__(self, rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
        super().__init__(rate, beta1, beta2, epsilon)
        self.weight_decay = weight_decay
        self.line += f" weight_decay={weight_decay}"

    def step(self, name, w, g, decays):
        return super().step(name, w, g, decays) - (self.rate * self.weight_decay * w if decays else 0)


class Average:
    """A moving average of all parameters and running statistics, which begins at those it is made with."""

    def __init__(self, decay, params):
        self.decay, self.steps = decay, 0
        self.params = {layer: dict(values) for layer, values in params.items()}

    def follow(self, params):
        d = min(self.decay, (1 + self.steps) / (10 + self.steps))
        self.steps += 1
        for layer, values in params.items():
            for key, value in values.items():
                self.params[layer][key] = d * self.params[layer][key] + (1 - d) * value


class Network:
    """cost: quadratic, cross_entropy, log_likelihood, absolute or ("huber", d). `target` is "class", "input", or "values"
    or "labels", whose numbers are then in place of labels; mean and std belong to the input, by channel, or by feature when
    it is flat; target_mean and target_std to the numbers; smoothing and weights (one a class) to the cost in training."""

    def __init__(self, layers, cost, target="class", mean=0.0, std=1.0, smoothing=0.0, weights=None, target_mean=0.0,
                 target_std=1.0):
        self.target_mean, self.target_std = target_mean, target_std
        self.layers = [KINDS[spec["kind"]](spec) for spec in layers]
        self.cost, self.target = cost, target
        self.smoothing, self.weights = smoothing, weights
        self.mean, self.std = mean, std
        count = {}
        for layer in self.layers:
            kind = layer.spec["kind"]
            count[kind] = count.get(kind, 0) + 1
            layer.name = layer.spec.get("label", f"{kind}{count[kind]}")
        above = "input"
        for layer in self.layers:
            layer.reads = [layer.spec.get("from", above), *layer.spec.get("labels", [])]
            above = layer.name

    def run(self, params, images, labels):
        """Forward and backward; afterwards each layer has z, delta and gradients (sums over the images), and `values`
        are what they gave, by name. Returns the sum of the costs."""
        scaled = images / 255
        shape = (-1,) + (1,) * (images.ndim - 2)
        x = (scaled - np.reshape(self.mean, shape)) / np.reshape(self.std, shape)
        values = self.values = {"input": x}
        for layer in self.layers:
            read = [values[name] for name in layer.reads]
            x = values[layer.name] = layer.forward(read if "labels" in layer.spec else read[0],
                                                   params.get(layer.name, {}))
        last = self.layers[-1]
        z = last.z
        if self.target in ("values", "labels"):
            y = ((labels - self.target_mean) / self.target_std).reshape(z.shape)
        else:
            y = scaled.reshape(z.shape) if self.target == "input" else (
                labels.reshape(z.shape) * 1.0 if z.size == len(z) else np.eye(z.shape[1])[labels])
        y = (1 - self.smoothing) * y + self.smoothing / (z.shape[1] if last.activation == "softmax" else 2)
        rest = tuple(range(1, z.ndim))
        if self.cost == "quadratic":
            costs, gradient = 0.5 * ((x - y) ** 2).sum(rest), x - y
        elif self.cost == "absolute":
            costs, gradient = abs(x - y).sum(rest), np.sign(x - y)
        elif self.cost[0] == "huber":
            bound = self.cost[1]
            costs = np.where(abs(x - y) > bound, bound * (abs(x - y) - bound / 2), 0.5 * (x - y) ** 2).sum(rest)
            gradient = np.clip(x - y, -bound, bound)
        elif self.cost == "cross_entropy":
            costs = (np.logaddexp(0, z) - y * z).sum(rest)
            gradient = (sigmoid(z) - y) / (sigmoid(z) * sigmoid(-z))
        else:
            top = z.max(1, keepdims=True)
            costs = np.log(np.exp(z - top).sum(1)) + top[:, 0] - (z * y).sum(1)
            gradient = np.exp(z - top) / np.exp(z - top).sum(1, keepdims=True) - y
        weights = np.ones(len(z)) if self.weights is None else np.asarray(self.weights)[labels]
        total, gradient = (weights * costs).sum(), weights.reshape(-1, *(1 for _ in rest)) * gradient
        self.outputs = x
        gradients = {last.name: gradient}
        for layer in reversed(self.layers):
            back = layer.backward(gradients[layer.name], params.get(layer.name, {}))
            for name, part in zip(layer.reads, back if "labels" in layer.spec else [back]):
                gradients[name] = gradients.get(name, 0) + part
        return total

    def step(self, params, images, labels, optimizer, n, l2=0.0, l1=0.0, frozen=(), clip={}, max_norm=None):
        """One step over a batch; n: examples in an epoch. clip: {"norm": c} or {"value": c}. Returns the sum of the costs
        before it."""
        cost = self.run(params, images, labels)
        learning = [layer for layer in self.layers if layer.trained and layer.name not in frozen]
        mean = {(layer, key): layer.gradients[key] / len(images) for layer in learning
                for key in params[layer.name].keys() & layer.gradients.keys()}
        whole = self.norm = math.sqrt(sum((g ** 2).sum() for g in mean.values()))
        self.clipped = whole > clip.get("norm", math.inf) or any(abs(g).max() > clip.get("value", math.inf) for g in mean.values())
        for layer in learning:
            mine = params[layer.name]
            layer.follow(mine)
            for key in mine.keys() & layer.gradients.keys():
                old, decays = mine[key], key == "weight" and layer.decays
                penalty = (l2 * old + l1 * np.sign(old)) / n if decays else 0.0
                gradient = mean[layer, key] * min(1, clip.get("norm", math.inf) / (whole or 1))
                gradient = np.clip(gradient, -clip.get("value", math.inf), clip.get("value", math.inf))
                mine[key] = optimizer.step(f"{layer.name}.{key}", old, gradient + penalty, decays)
                if max_norm and decays:
                    rows = np.sqrt((mine[key].reshape(len(old), -1) ** 2).sum(1)).reshape(-1, *[1] * (old.ndim - 1))
                    mine[key] = mine[key] * np.minimum(1, max_norm / rows)
        return cost


# ---- text ----
def by(pair):
    return pair if isinstance(pair, (str, int)) else "x".join(map(str, pair))


def layer_text(spec):
    words = {"conv": [spec.get("maps")], "dense": [spec.get("units")],
             "pool": [spec.get("method"), by(spec["window"]) if "window" in spec else None], "batchnorm": [],
             "activation": [spec.get("activation")]}.get(spec["kind"], list(spec.get("labels", [])))
    for key in ("kernel", "stride", "pad", "dilation", "groups", "from"):
        if key in spec:
            words.append(f"{key}={by(spec[key])}")
    for key in ("bias", "scale", "trainable", "momentum", "epsilon"):
        if key in spec:
            words.append(f"{key}={str(spec[key]).lower()}")
    if "activation" in spec and spec["kind"] != "activation":
        words.append(f"activation={spec['activation']}")
    if spec["kind"] in ("conv", "dense"):
        words.append("init=normal(0, 0.4)")
        if spec.get("bias", True):
            words.append("bias_init=normal(0, 0.5)")
    label = [spec["label"] + ":"] if "label" in spec else []
    return "    " + " ".join([*label, spec["kind"], *map(str, words)])


IDX = 'data idx images="images" labels="labels"'
NPY = 'data npy x="images.npy" y="labels.npy"'


def write_model(path, shape, layers, settings, input_options="", data=IDX):
    """settings: lines of the train block, the data aside."""
    lines = ["network reference {", f"    input {by(shape)} {input_options}", *map(layer_text, layers), "}", "train {",
             f"    {data}", *("    " + line for line in settings), "}", ""]
    with open(path, "w") as file:
        file.write("\n".join(lines))


# ---- data ----
def write_idx(path, array):
    with open(path, "wb") as file:
        file.write(struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


def write_data(count, shape, classes, seed, target="class"):
    """Made-up images and labels, as files for netc and as arrays. `classes` are so many numbers with other targets."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, *shape), dtype=np.uint8)
    labels = random.integers(0, classes, count, dtype=np.uint8)
    write_idx("images", images)
    if target in ("values", "labels"):
        numbers = random.normal(3, 2, (count, classes)) if target == "values" else random.integers(0, 2, (count, classes))
        np.save("images.npy", images)
        np.save("labels.npy", numbers if classes > 1 else numbers[:, 0])
        return images.astype(float), numbers.astype(np.float32).astype(float)
    write_idx("labels", labels)
    return images.astype(float), labels.astype(int)


# ---- runs ----
def train(model, name, *options):
    """Runs `netc train`; the folder of the run."""
    done = subprocess.run([NETC, "train", model, "-q", "--name", name, *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"netc train {model} {options}: status {done.returncode}\n{done.stdout}{done.stderr}")
    folder, = [entry for entry in os.listdir("runs") if entry.startswith(name + "-")]
    return os.path.join("runs", folder)


def read_tensors(path):
    """{"conv1.weight": array, ...} of a safetensors file."""
    with open(path, "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    types = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}
    tensors = {}
    for name, about in json.loads(content[8:8 + size]).items():
        if name != "__metadata__":
            first, last = about["data_offsets"]
            values = np.frombuffer(content[8 + size + first:8 + size + last], dtype=types[about["dtype"]])
            tensors[name] = values.reshape(about["shape"])
    return tensors


def read_weights(folder):
    """{"conv1": {"weight": array, "bias": array}, ...} of a run, in float64, as safetensors lays them out."""
    params = {}
    for name, values in read_tensors(os.path.join(folder, "weights.safetensors")).items():
        layer, key = name.rsplit(".", 1)
        params.setdefault(layer, {})[key] = values.astype(float)
    return params


def read_rows(folder, file):
    with open(os.path.join(folder, file), newline="") as opened:
        return list(csv.DictReader(opened))


ROUNDINGS = 20  # more than what one draw of them happens to be


def compare_params(what, found, expected, tolerance=1e-5, noise={}, rounded=()):
    """noise: {"conv1.weight": mask} of entries that need not agree; rounded: the same parameters with one draw of rounding
    after another, as many as are asked for, of which an error may be ROUNDINGS times the largest."""
    rounded, draws = iter(rounded), []
    if found.keys() != expected.keys():
        fail(f"{what}: layers {sorted(found)} instead of {sorted(expected)}")
    for layer in expected:
        if found[layer].keys() != expected[layer].keys():
            fail(f"{what}: {layer} has {sorted(found[layer])} instead of {sorted(expected[layer])}")
        for key, value in expected[layer].items():
            counts = ~noise.get(f"{layer}.{key}", np.zeros(value.shape, bool))
            size = np.linalg.norm(value[counts]) or 1

            def error_of(params):
                return np.linalg.norm((params[layer][key] - value)[counts]) / size

            error = error_of(found)
            enlarged = max(map(error_of, draws), default=0)
            while not error <= max(tolerance, ROUNDINGS * enlarged):
                draw = next(rounded, None)
                if draw is None:
                    fail(f"{what}: {layer}.{key}: error {error:.2g}")
                draws.append(draw)
                enlarged = max(enlarged, error_of(draw))


# ---- the order of the examples ----
def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011)."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


SHUFFLE = 2 << 24


def permutation(seed, epoch, count):
    """Fisher and Yates from the back; each place draws by Lemire's method from counters (place, attempt, epoch)."""
    order = list(range(count))
    for last in range(count, 1, -1):
        words = (word for block in range(1000) for word in philox((last - 1, block, epoch, SHUFFLE), (seed, 0)))
        pick = next(word * last >> 32 for word in words if word * last & 0xFFFFFFFF >= (1 << 32) % last)
        order[pick], order[last - 1] = order[last - 1], order[pick]
    return order
