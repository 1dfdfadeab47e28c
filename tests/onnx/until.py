#!/usr/bin/env python3
"""netc build --infer --until LABEL: a network that ends at any of its layers, as a program and as ONNX, computes what
NumPy finds for that layer. Layers before a maximum pool are among them, where pooling comes before the activation in the
whole network, layers beside the way that it ends on, and names that layers have besides their own."""
import os

import _networks
import _onnx
from _networks import fail, np, run

ROOT = os.environ["NETC_ROOT"]
MODELS = [os.path.join(ROOT, "models", name + ".net") for name in ("lenet5", "l2_pool", "autoencoder")]
with open("tail.net", "w") as text:
    text.write("""network tail {
    input 2x9x7
    conv 3 kernel=2x2 activation=relu
    maps:
    pool max 2x2
    dropout 0.25
    dense 5 activation=tanh
    code:
    dense 4 activation=softmax
}
train { data idx images="absent" labels="absent" }
""")
with open("ways.net", "w") as text:
    text.write("""network ways {
    input 2x9x7
    a: conv 3 kernel=3x3 pad=same activation=relu
    pool max 3x3 stride=1 pad=1
    b:
    conv 3 kernel=1x1 from=a activation=tanh
    add b activation=relu
    concat a
    dense 4 activation=softmax
}
train { data idx images="absent" labels="absent" }
""")


def build(path, *options):
    run("build", path, "--infer", "--weights", "weights.safetensors", *options, "-Wno-vanishing-gradient")


def close(found, expected, what):
    expected = expected.reshape(len(expected), -1)
    error = np.linalg.norm(found.reshape(expected.shape) - expected)
    if not error <= 1e-5 * max(1e-3, np.linalg.norm(expected)):
        fail(f"{what}: off by {error:.2g} of {np.linalg.norm(expected):.2g}")


random = np.random.default_rng(3)
for path, aliases in [*((path, {}) for path in MODELS), ("tail.net", {"maps": "conv1", "code": "dense1"}),
                      ("ways.net", {"b": "pool1"})]:
    network = _networks.Network(path)
    network.write_weights("weights.safetensors")
    x = random.uniform(0, 1, (19, *network.shape)).astype(np.float32)
    np.save("x.npy", x)
    names = {layer["name"]: layer["name"] for layer in network.layers}
    for label, layer in {**names, **aliases}.items():
        expected = network.forward(x, layer)
        build(path, "--until", label, "--cpu", "native", "-O1", "-o", "program")
        done = _networks.subprocess.run(["./program", "x.npy", "-o", "y.npy"], capture_output=True, text=True)
        if done.returncode != 0:
            fail(f"{path}: ./program: {done.stderr}")
        close(np.load("y.npy"), expected, f"{path}: the program until {label}")
        build(path, "--until", label, "--emit", "onnx", "-o", "model.onnx")
        with open("model.onnx", "rb") as file:
            model = _onnx.decode(file.read())
        close(_onnx.evaluate(model, x), expected, f"{path}: ONNX until {label}")
        read = {name for node in model["graph"]["node"] for name in node["input"]}
        if idle := {node["output"][0] for node in model["graph"]["node"]} - read - {model["graph"]["output"][0]["name"]}:
            fail(f"{path}: ONNX until {label}: nothing reads {idle}")
    print(f"{network.name}: {', '.join([*names, *aliases])}")
