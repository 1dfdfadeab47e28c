"""A reader of ONNX files that needs nothing but NumPy: the protobuf wire format, the messages of ONNX by their published
field numbers, and the operators that netc uses, evaluated in double precision by their definitions (opset 17)."""
import struct
import sys

try:
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view
except ImportError:
    print("NumPy is not there: install python3-numpy")
    sys.exit(77)

# message: {field number: (name, type, repeated)}; a type in capitals is another message
MESSAGES = {
    "Model": {1: ("ir_version", "int", 0), 2: ("producer_name", "text", 0), 3: ("producer_version", "text", 0),
              6: ("doc_string", "text", 0), 7: ("graph", "Graph", 0), 8: ("opset_import", "Opset", 1),
              14: ("metadata_props", "Pair", 1)},
    "Opset": {1: ("domain", "text", 0), 2: ("version", "int", 0)},
    "Pair": {1: ("key", "text", 0), 2: ("value", "text", 0)},
    "Graph": {1: ("node", "Node", 1), 2: ("name", "text", 0), 5: ("initializer", "Tensor", 1), 11: ("input", "Value", 1),
              12: ("output", "Value", 1), 13: ("value_info", "Value", 1)},
    "Node": {1: ("input", "text", 1), 2: ("output", "text", 1), 3: ("name", "text", 0), 4: ("op_type", "text", 0),
             5: ("attribute", "Attribute", 1), 6: ("doc_string", "text", 0)},
    "Attribute": {1: ("name", "text", 0), 2: ("f", "float", 0), 3: ("i", "int", 0), 8: ("ints", "int", 1),
                  20: ("type", "int", 0)},
    "Tensor": {1: ("dims", "int", 1), 2: ("data_type", "int", 0), 8: ("name", "text", 0), 9: ("raw_data", "bytes", 0)},
    "Value": {1: ("name", "text", 0), 2: ("type", "Type", 0), 3: ("doc_string", "text", 0)},
    "Type": {1: ("tensor_type", "TensorType", 0)},
    "TensorType": {1: ("elem_type", "int", 0), 2: ("shape", "Shape", 0)},
    "Shape": {1: ("dim", "Dimension", 1)},
    "Dimension": {1: ("dim_value", "int", 0), 2: ("dim_param", "text", 0)},
}
FLOAT, INT64 = 1, 7  # TensorProto.DataType
VARINT, BYTES, FIXED32 = 0, 2, 5  # wire types


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def decode(data, message="Model"):
    """The fields of a message as a dict; a field that this reader does not know is an error."""
    fields = MESSAGES[message]
    out = {name: [] for name, _, repeated in fields.values() if repeated}
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        name, kind, repeated = fields[key >> 3]
        wire = key & 7
        if wire == VARINT:
            value, at = varint(data, at)
            value = signed(value)
        elif wire == FIXED32:
            value, = struct.unpack_from("<f", data, at)
            at += 4
        else:
            assert wire == BYTES, f"{message}.{name}: wire type {wire}"
            size, at = varint(data, at)
            value = bytes(data[at:at + size])
            assert len(value) == size, f"{message}.{name} is cut short"
            at += size
        expected = {"int": VARINT, "float": FIXED32}.get(kind, BYTES)
        assert wire == expected, f"{message}.{name}: wire type {wire}, expected {expected}"
        if kind == "text":
            value = value.decode()
        elif kind in MESSAGES:
            value = decode(value, kind)
        if repeated:
            out[name].append(value)
        else:
            assert name not in out, f"{message}.{name} twice"
            out[name] = value
    return out


# ---- text ----
def tensor_array(tensor):
    kind = {FLOAT: "<f4", INT64: "<i8"}[tensor["data_type"]]
    return np.frombuffer(tensor["raw_data"], dtype=kind).reshape(tensor["dims"])


def value_text(value):
    shape = value["type"]["tensor_type"]["shape"]["dim"]
    text = f"{value['name']} [{', '.join(str(d.get('dim_value', d.get('dim_param'))) for d in shape)}]"
    return text + (f"   # {value['doc_string']}" if "doc_string" in value else "")


def attribute_text(attribute):
    value = attribute["ints"] or attribute.get("i", attribute.get("f"))
    return f"{attribute['name']}={value:.9g}" if isinstance(value, float) else f"{attribute['name']}={value}"


def text(model):
    """A model for people, and for comparison with a text that is known to be good."""
    graph = model["graph"]
    lines = [f"onnx ir={model['ir_version']} " + " ".join(f"opset={o['version']}" for o in model["opset_import"]),
             f"producer {model['producer_name']} {model['producer_version']}", f"doc {model['doc_string']}"]
    lines += [f"metadata {pair['key']} = {pair['value']}" for pair in model["metadata_props"]]
    lines += [f"graph {graph['name']}"] + ["  input " + value_text(v) for v in graph["input"]]
    for tensor in graph["initializer"]:
        values = tensor_array(tensor)
        first = " ".join(f"{v:.6g}" for v in values.ravel()[:4])
        lines.append(f"  tensor {tensor['name']} {list(values.shape)} = {first}{' ...' if values.size > 4 else ''}")
    for node in graph["node"]:
        attributes = "".join(" " + attribute_text(a) for a in node["attribute"])
        doc = f"   # {node['doc_string']}" if "doc_string" in node else ""
        lines.append(f"  {node['output'][0]} = {node['op_type']}({', '.join(node['input'])}){attributes}{doc}")
    lines += ["  value " + value_text(v) for v in graph["value_info"]]
    lines += ["  output " + value_text(v) for v in graph["output"]]
    return "\n".join(lines) + "\n"


# ---- operators ----
def windows(x, attributes, outside):
    """[N, C, i, j, u, v] of [N, C, H, W]."""
    top, left, bottom, right = attributes["pads"]
    padded = np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)], constant_values=outside)
    rows, columns = attributes["strides"]
    down, right = attributes.get("dilations", (1, 1))
    reach = [(k - 1) * d + 1 for k, d in zip(attributes["kernel_shape"], (down, right))]
    return sliding_window_view(padded, reach, axis=(2, 3))[:, :, ::rows, ::columns, ::down, ::right]


def conv(a, x, w, b=None):
    parts = zip(np.split(windows(x, a, 0), a["group"], 1), np.split(w, a["group"]))
    y = np.concatenate([np.einsum("ncijuv,ocuv->noij", view, each, optimize=True) for view, each in parts], 1)
    return y if b is None else y + b[:, None, None]


def gemm(a, x, w, b=0):
    assert a == {"transB": 1}
    return x @ w.T + b


def batch_normalization(a, x, scale, shift, mean, variance):
    side = (1, -1) + (1,) * (x.ndim - 2)
    root = np.sqrt(variance + a["epsilon"])
    return (x - mean.reshape(side)) / root.reshape(side) * scale.reshape(side) + shift.reshape(side)


def average(a, x):
    assert a["count_include_pad"] == 1
    return windows(x, a, 0).mean((4, 5))


def lp_pool(a, x):
    assert a["p"] == 2
    return np.sqrt((windows(x, a, 0) ** 2).sum((4, 5)))


def softmax(a, x):
    assert a["axis"] == 1 and x.ndim == 2
    power = np.exp(x - x.max(1, keepdims=True))
    return power / power.sum(1, keepdims=True)


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


SELU = (1.05070102214813232421875, 1.67326319217681884765625)  # gamma and alpha that are not given

OPERATORS = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y,
    "Div": lambda a, x, y: x / y, "Identity": lambda a, x: x,
    "Concat": lambda a, *x: np.concatenate(x, a["axis"]),
    "Conv": conv, "Gemm": gemm, "MaxPool": lambda a, x: windows(x, a, -np.inf).max((4, 5)), "AveragePool": average,
    "BatchNormalization": batch_normalization, "LpPool": lp_pool, "Softmax": softmax,
    "Flatten": lambda a, x: x.reshape(len(x), -1) if a == {"axis": 1} else None,
    "Reshape": lambda a, x, s: x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(s.astype(int))]),
    "Sigmoid": lambda a, x: sigmoid(x), "Tanh": lambda a, x: np.tanh(x), "Relu": lambda a, x: np.maximum(x, 0),
    "LeakyRelu": lambda a, x: np.where(x < 0, a["alpha"] * x, x),
    "Elu": lambda a, x: np.where(x < 0, a["alpha"] * np.expm1(np.minimum(x, 0)), x),
    "Selu": lambda a, x: SELU[0] * np.where(x > 0, x, SELU[1] * np.expm1(np.minimum(x, 0))),
    "Max": lambda a, x, y: np.maximum(x, y), "Min": lambda a, x, y: np.minimum(x, y),
    "ArgMax": lambda a, x: x.argmax(a["axis"]) if a["keepdims"] == 0 else None,
    "OneHot": lambda a, x, depth, pair: pair[np.eye(int(depth[0]), dtype=int)[x]] if a["axis"] == 1 else None,
    "ReduceMax": lambda a, x: x.max(tuple(a["axes"]), keepdims=bool(a["keepdims"])),
    "Cast": lambda a, x: x.astype({1: float, 9: bool}[a["to"]]), "Equal": lambda a, x, y: x == y,
    "Greater": lambda a, x, y: x > y, "Where": lambda a, c, x, y: np.where(c, x, y),
    "Not": lambda a, x: ~x, "And": lambda a, x, y: x & y, "IsNaN": lambda a, x: np.isnan(x),
    "Softplus": lambda a, x: np.logaddexp(x, 0), "Softsign": lambda a, x: x / (1 + abs(x)),
}


def shape_of(value):
    return [d.get("dim_value", d.get("dim_param")) for d in value["type"]["tensor_type"]["shape"]["dim"]]


def evaluate(model, x):
    """The outputs for a batch, and on the way: every value is made once and before it is read, every declared shape is
    right, names are unique."""
    graph = model["graph"]
    values = {tensor["name"]: tensor_array(tensor).astype(float) for tensor in graph["initializer"]}
    assert len(values) == len(graph["initializer"]), "two initializers of one name"
    source, = graph["input"]
    assert source["name"] not in values
    values[source["name"]] = x.astype(float)
    for node in graph["node"]:
        attributes = {a["name"]: a["ints"] or a.get("i", a.get("f")) for a in node["attribute"]}
        output, = node["output"]
        assert output not in values, f"{output} is made twice"
        values[output] = OPERATORS[node["op_type"]](attributes, *(values[name] for name in node["input"]))
    for value in graph["input"] + graph["value_info"] + graph["output"]:
        shape = [len(x) if d == "N" else d for d in shape_of(value)]
        assert list(values[value["name"]].shape) == shape, f"{value['name']}: {values[value['name']].shape} not {shape}"
    result, = graph["output"]
    return values[result["name"]]
