"""Prints the ONNX file that netc makes of a model with made-up weights: python text.py FILE"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import _networks  # noqa: E402
import _onnx  # noqa: E402
from _networks import np  # noqa: E402

network = _networks.Network(sys.argv[1])
for tensors in network.params.values():
    for key, values in tensors.items():
        tensors[key] = ((np.arange(values.size) % 7 - 3) / 8).reshape(values.shape).astype(np.float32)
network.metadata["input_std"] = "[0.5, 2]"
network.metadata["classes"] = json.dumps(["round", "square", "neither \u25b3"])
with tempfile.TemporaryDirectory() as folder:
    weights = os.path.join(folder, "weights.safetensors")
    network.write_weights(weights)
    made = subprocess.run([os.environ["NETC"], "build", sys.argv[1], "--infer", "--weights", weights, "--emit", "onnx",
                           "-o", "-"], capture_output=True, check=True)
sys.stdout.buffer.write(_onnx.text(_onnx.decode(made.stdout)).encode())
