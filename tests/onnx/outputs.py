#!/usr/bin/env python3
"""netc build --emit onnx: what the file computes is what the network computes, for every model in models/ and for shapes
that go wrong easily. The file is read and evaluated here, and compared with the definitions of docs/; where the packages
onnx and onnxruntime are installed, ONNX's checker takes it too, and ONNX Runtime computes the same."""
import glob
import os

import _networks
import _onnx
from _networks import fail, np, run

try:
    import onnx
    import onnxruntime
except ImportError:
    onnx = onnxruntime = None

# Without training settings the data is `digits`, whose size does not suit: idx files are not looked at.
IDX = 'train {\n    data idx images="absent" labels="absent"\n    COST\n}\n'
NETWORKS = {
    "windows": """input 3x13x10
        conv 5 kernel=4x3 pad=same stride=3x2 activation=tanh
        conv 4 kernel=2x2 pad=same activation=relu
        conv 6 kernel=3x1 pad=2x0 stride=1x2 bias=false
        dense 4 activation=softmax""",
    "dilated": """input 3x15x14
        conv 5 kernel=3x2 dilation=2x3 pad=same activation=tanh
        conv 4 kernel=2x3 dilation=3x2 stride=1x2 pad=2x1 activation=relu
        dense 4 activation=softmax""",
    "groups": """input 3x11x10
        conv 12 kernel=3x2 groups=3 activation=tanh
        conv 12 kernel=3 groups=12 pad=same
        conv 8 kernel=1 groups=4 bias=false activation=relu
        conv 16 kernel=2x3 groups=8 activation=tanh
        dense 4 activation=softmax""",
    "maxima": """input 2x17x15
        conv 3 kernel=3x4 activation=leaky_relu(0.3)
        pool max 3x2 stride=2x1 pad=1x1 activation=tanh
        pool max 2x3 stride=2x2
        pool max 3x3 stride=2x3 pad=1x0
        dense 4 activation=softmax""",
    "averages": """input 2x17x15
        conv 3 kernel=2x2 activation=softplus
        pool average 3x2 stride=2x1 pad=1x1
        pool average 3x3 stride=2x2 activation=sigmoid
        pool average global
        dense 4 activation=softmax""",
    "normalised": """input 3x9x8
        batchnorm epsilon=0.01
        conv 5 kernel=3x2 pad=1 bias=false
        batchnorm activation=relu
        conv 6 kernel=3x3 activation=tanh
        batchnorm scale=false activation=swish
        flatten
        batchnorm activation=elu
        dense 7 bias=false
        batchnorm trainable=false activation=sigmoid
        dense 4
        batchnorm activation=softmax""",
    "roots": """input 2x17x15
        conv 3 kernel=2x2 activation=softsign
        pool l2 3x2 stride=2x1 pad=1x1
        pool l2 2x3 stride=3x2 activation=tanh
        conv 2 kernel=1x1
        pool l2 global
        dense 4 activation=softmax""",
    "activations": "input 9\n" + "\n".join(
        f"dense 11 activation={a}" for a in ("sigmoid", "tanh", "relu", "leaky_relu(0.2)", "elu(0.7)", "selu", "softplus",
                                             "softsign", "swish", "gelu", "mish", "hard_tanh", "elu", "leaky_relu",
                                             "linear"))
    + "\nactivation gelu\nactivation linear\nactivation swish\ndense 4 activation=softmax",
    "maps_out": """input 2x6x7
        conv 4 kernel=3x3 activation=gelu
        pool average global activation=softmax""",
    "softmax_of_maps": """input 1x4x3
        conv 2 kernel=3x3 pad=1 activation=swish
        conv 1 kernel=3x2
        activation softmax""",
    "labels": """image: input 2x5x6
        repeat 3 {
            x: conv 3 kernel=3x3 pad=1 activation=relu
            y: conv 3 kernel=1 from=x
        }
        flatten
        flatten
        from_flat: dense 5 activation=tanh bias=false
        dense 4 activation=softmax from=from_flat""",
    "dropouts": """input 2x5x6
        dropout 0.25
        conv 3 kernel=2x2 activation=relu
        dropout 0.25 inverted=false
        dense 6 activation=tanh
        dropout 0.5 inverted=false
        dense 4 activation=sigmoid
        dropout 0.125""",
    "sums": """input 2x9x8
        x:
        a: conv 2 kernel=3x3 pad=same activation=tanh
        dropout 0.25
        b: conv 2 kernel=3x3 pad=same activation=mish
        add a x activation=swish
        add b b
        pool max 2x2
        repeat 2 {
            x:
            dense 7 activation=tanh
            dense 7
            y:
            dense 7 from=x
            add y activation=softsign
        }
        dense 4
        last:
        dense 4
        add last activation=softmax""",
    "ways": """input 2x9x8
        x:
        a: conv 2 kernel=3x3 pad=same activation=tanh
        dropout 0.25
        concat x a activation=mish
        pool max 2x2
        d: dense 7 activation=tanh
        dropout 0.5 inverted=false
        concat d d activation=elu
        dense 2
        last:
        dense 3 activation=tanh
        concat last activation=softmax""",
    "vectors": """input 2x9x8
        x:
        conv 3 kernel=3x3 pad=same activation=tanh
        flatten
        a:
        conv 6 kernel=3x1 pad=1x0 stride=1x2 from=x activation=sigmoid
        flatten
        add a activation=tanh
        b:
        pool average global from=x
        flatten
        concat b
        d: dense 2 activation=tanh
        pool max global from=x
        flatten
        add d
        concat b d
        dense 4 activation=softmax""",
    "statistics": "input 3x4x5 mean=data std=data\nconv 3 kernel=2x2 activation=relu\ndense 4 activation=softmax",
    "features": "input 12 mean=data std=[0.5, 1, 2, 0.25, 0.5, 1, 2, 0.25, 0.5, 1, 2, 0.25]\ndense 4 activation=softmax",
    "one_mean": "input 3x4x5 mean=0.5\ndense 4 activation=softmax",
    "one_std": "input 3x4x5 mean=[0.25, 0.5, 0.75] std=0.25\nflatten\ndense 4 activation=softmax",
    "one_value": "input 1x1x1\nconv 1 kernel=1x1 activation=sigmoid",
    "numbers": "input 2x5x6\nconv 3 kernel=2x2 activation=tanh\ndense 4",
    "numbers_of_maps": "input 2x5x6\nconv 3 kernel=2x2 activation=tanh\nconv 2 kernel=3x3",
    "code": "input 1x2x3\nconv 2 kernel=2x2\nout: dense 6 activation=sigmoid\n",
}
SETTINGS = {"one_value": "cost cross_entropy", "code": "target input", "numbers": "target values scale=true",
            "numbers_of_maps": "target values scale=true"}


def write_network(name):
    lines = NETWORKS[name].split("\n")
    body = "network %s {\n%s\n}\n" % (name, "\n".join("    " + line.strip() for line in lines))
    with open(name + ".net", "w") as file:
        file.write(body + IDX.replace("COST", SETTINGS.get(name, "")))
    return name + ".net"


def difference(found, expected):
    if found.shape != expected.shape:
        fail(f"shape {found.shape}, expected {expected.shape}")
    return np.abs(found - expected).max()


def check(path):
    network = _networks.Network(path)
    classes = network.layers[-1]["out"][0]
    classes = ["class %d" % i for i in range(2 if classes == 1 else classes)]
    network.write_weights("weights.safetensors")
    run("build", path, "--infer", "--weights", "weights.safetensors", "--emit", "onnx", "-o", "model.onnx",
        "-Wno-vanishing-gradient")
    with open("model.onnx", "rb") as file:
        model = _onnx.decode(file.read())
    stored = {tensor["name"]: _onnx.tensor_array(tensor) for tensor in model["graph"]["initializer"]}
    for layer, tensors in network.params.items():
        for key, values in tensors.items():
            if not np.array_equal(stored[f"{layer}.{key}"], values):
                fail(f"{path}: {layer}.{key} is not what the file had")
    random = np.random.default_rng(5)
    worst = 0.0
    session = None
    if onnx:
        onnx.checker.check_model("model.onnx", full_check=True)
        session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    for batch in (1, 3, 17):
        x = random.uniform(0, 1, (batch, *network.shape)).astype(np.float32)
        expected = network.forward(x)
        worst = max(worst, difference(_onnx.evaluate(model, x), expected))
        if session:
            worst = max(worst, difference(session.run(None, {model["graph"]["input"][0]["name"]: x})[0], expected))
    if not worst <= 1e-5:
        fail(f"{path}: outputs differ by {worst:.2g}")
    print(f"{network.name}: {len(model['graph']['node'])} nodes, outputs differ by {worst:.1g}")


for name in NETWORKS:
    check(write_network(name))
models = sorted(glob.glob(os.path.join(os.environ["NETC_ROOT"], "models", "*.net")))
if not models:
    fail("no models")
for path in models:
    check(path)
print("read by NumPy" + (f", ONNX {onnx.__version__} and ONNX Runtime {onnxruntime.__version__}" if onnx else " alone"))
