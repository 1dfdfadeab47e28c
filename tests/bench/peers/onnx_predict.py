#!/usr/bin/env python3
"""Inference in ONNX Runtime: a peer of predict.c, which takes the same commands.

    onnx_predict.py FILE BATCH

The network in FILE with one thread; inputs and outputs lie in memory and are bound before. One more command, "empty
SECONDS", calls a network that hands its input on: what a call itself takes. Prints the version first.
"""
import sys
import time

import numpy
import onnxruntime

IMAGES = 8  # that take turns
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


class Caller:
    """A session for batches of one size, with some of them bound."""

    def __init__(self, network, batch, count):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_free_dimension_override_by_name("N", batch)
        self.session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        given, taken = self.session.get_inputs()[0], self.session.get_outputs()[0]
        random = numpy.random.default_rng(1)
        self.bindings = []
        for _ in range(count):
            binding = self.session.io_binding()
            x = random.random(self.shape(given, batch), numpy.float32)
            y = numpy.zeros(self.shape(taken, batch), numpy.float32)
            binding.bind_ortvalue_input(given.name, onnxruntime.OrtValue.ortvalue_from_numpy(x))
            binding.bind_ortvalue_output(taken.name, onnxruntime.OrtValue.ortvalue_from_numpy(y))
            self.bindings.append(binding)

    @staticmethod
    def shape(value, batch):
        return [side if isinstance(side, int) else batch for side in value.shape]

    def run(self):
        for binding in self.bindings:
            self.session.run_with_iobinding(binding)
        return len(self.bindings)


def main():
    path, batch = sys.argv[1], int(sys.argv[2])
    callers = {"one": Caller(path, 1, IMAGES), "batch": Caller(path, batch, 1),
               "empty": Caller(empty_network(), 1, IMAGES)}
    print(f"onnxruntime {onnxruntime.__version__}", flush=True)
    for line in sys.stdin:
        command, seconds = line.split()
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < float(seconds):
            count += callers[command].run()
        print(f"{command} {count} {time.perf_counter() - start:.9f}", flush=True)


if __name__ == "__main__":
    main()
