#!/usr/bin/env python3
"""Inference of an ONNX file like that of predict.c, in ONNX Runtime or OpenVINO.

    onnx_peer.py onnxruntime|openvino FILE BATCH

The network in FILE with one thread, in float32; inputs and outputs lie in memory and are bound before. One more
command, "empty SECONDS", calls a network that hands its input on: what a call itself takes. Prints the version first.
A process should be asked for one command alone: OpenVINO is several times slower at a network while another one is there.
"""
import sys
from importlib import metadata

import numpy
from peer import IMAGES, serve

FLOAT, IR_VERSION, OPSET = 1, 8, 17


def field(number, value):
    """A field of a protocol buffer: a whole number below 128, or bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(value)]) + value


def empty_network():
    """ModelProto of one Identity from x to y, one float each."""
    shape = field(2, field(1, field(1, 1)))
    tensor = field(2, field(1, field(1, FLOAT) + shape))
    node = field(1, "x") + field(2, "y") + field(4, "Identity")
    graph = field(1, node) + field(2, "empty") + field(11, field(1, "x") + tensor) + field(12, field(1, "y") + tensor)
    return field(1, IR_VERSION) + field(7, graph) + field(8, field(1, "") + field(2, OPSET))


def random_inputs(shape, count):
    random = numpy.random.default_rng(1)
    return [random.random(shape, numpy.float32) for _ in range(count)]


def onnxruntime_calls(network, batch, count):
    """Functions that run the network, each on inputs of its own."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_free_dimension_override_by_name("N", batch)
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    given, taken = session.get_inputs()[0], session.get_outputs()[0]
    sides = [[side if isinstance(side, int) else batch for side in value.shape] for value in (given, taken)]
    calls = []
    for x in random_inputs(sides[0], count):
        binding = session.io_binding()
        binding.bind_ortvalue_input(given.name, onnxruntime.OrtValue.ortvalue_from_numpy(x))
        binding.bind_ortvalue_output(taken.name, onnxruntime.OrtValue.ortvalue_from_numpy(
            numpy.zeros(sides[1], numpy.float32)))
        calls.append(lambda binding=binding: session.run_with_iobinding(binding))
    return calls


def openvino_calls(network, batch, count):
    import openvino
    core = openvino.Core()
    model = core.read_model(network)
    sides = [batch if dimension.is_dynamic else dimension.get_length()
             for dimension in model.input(0).get_partial_shape()]
    model.reshape(sides)
    compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
                                                 "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
    calls = []
    for x in random_inputs(sides, count):
        request = compiled.create_infer_request()
        request.set_input_tensor(openvino.Tensor(x, shared_memory=True))
        calls.append(request.infer)
    return calls


RUNTIMES = {"onnxruntime": onnxruntime_calls, "openvino": openvino_calls}


class Networks:
    """Makes the network of a command when it is first asked for."""

    def __init__(self, make, networks):
        self.make, self.networks, self.made = make, networks, {}

    def begin(self, command):
        if command not in self.made:
            self.made[command] = self.make(*self.networks[command])
        calls = self.made[command]

        def run():
            for call in calls:
                call()
        return run, len(calls)


def main():
    runtime, path, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
    networks = {"one": (path, 1, IMAGES), "batch": (path, batch, 1), "empty": (empty_network(), 1, IMAGES)}
    serve(f"{runtime} {metadata.version(runtime)}", Networks(RUNTIMES[runtime], networks).begin)


if __name__ == "__main__":
    main()
