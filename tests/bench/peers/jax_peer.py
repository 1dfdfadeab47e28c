#!/usr/bin/env python3
"""JAX: training steps like those of kernels.c, inference like that of predict.c.

    jax_peer.py train|predict DESCRIPTION THREADS BATCH [scan]

The network, cost and optimizer of DESCRIPTION, what `netc show --json` prints; batches lie in memory, as floats. Each
step is one call of a jitted function, whose parameters are donated; with `scan` one call does 32 steps under lax.scan.
Prints the version and the number of parameters first.
"""
import math
import os
import sys

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(sys.argv[3])])  # JAX has a thread for each core it sees
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import numpy
from jax import lax
from jax import numpy as jnp
from peer import BATCHES, IMAGES, Description, padding, serve, window

RATE = 1e-5
ACTIVATIONS = {"linear": lambda x: x, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh,
               "softmax": jax.nn.softmax}


def conv(layer, parameters, x):
    options = layer["options"]
    y = lax.conv_general_dilated(x, parameters["weight"], options["stride"], padding(layer),
                                 rhs_dilation=options["dilation"], feature_group_count=options["groups"])
    return y + parameters["bias"][:, None, None] if options["bias"] else y


def pool(layer, _, x):
    sides, strides = window(layer)
    around = ((0, 0), (0, 0), *padding(layer))
    method = layer["options"]["method"]
    if method == "max":
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, *sides), (1, 1, *strides), around)
    total = lax.reduce_window(x * x if method == "l2" else x, 0.0, lax.add, (1, 1, *sides), (1, 1, *strides), around)
    return jnp.sqrt(total) if method == "l2" else total / math.prod(sides)


def dense(_, parameters, x):
    return x.reshape(x.shape[0], -1) @ parameters["weight"].T + parameters["bias"]


def batchnorm(layer, parameters, x, train):
    epsilon, momentum = layer["options"]["epsilon"], layer["options"]["momentum"]
    mean = x.mean((0, 2, 3)) if train else parameters["mean"]
    deviation = x.var((0, 2, 3)) if train else parameters["var"]
    y = (x - mean[:, None, None]) * lax.rsqrt(deviation + epsilon)[:, None, None]
    kept = {"mean": momentum * parameters["mean"] + (1 - momentum) * mean,
            "var": momentum * parameters["var"] + (1 - momentum) * deviation} if train else None
    return y * parameters["weight"][:, None, None] + parameters["bias"][:, None, None], kept


def dropout(layer, x, key):
    kept = 1 - layer["options"]["share"]
    return jnp.where(jax.random.bernoulli(key, kept, x.shape), x / kept, 0)


KINDS = {"conv": conv, "pool": pool, "dense": dense, "add": lambda layer, parameters, *x: sum(x[1:], x[0])}


def apply(description, parameters, state, x, key=None):
    """(outputs before the last activation, state afterwards); training where there is a key."""
    values, after = {"input": x}, dict(state)
    for number, layer in enumerate(description.layers):
        reads, name = [values[read] for read in layer["reads"]], layer["name"]
        if layer["kind"] == "dropout":
            y = reads[0] if key is None else dropout(layer, reads[0], jax.random.fold_in(key, number))
        elif layer["kind"] == "batchnorm":
            y, kept = batchnorm(layer, {**parameters[name], **state[name]}, reads[0], key is not None)
            after[name] = kept or state[name]
        else:
            y = KINDS[layer["kind"]](layer, parameters.get(name), *reads)
        last = number == len(description.layers) - 1
        values[name] = y if last else ACTIVATIONS[layer["activation"]](y)
    return values[description.layers[-1]["name"]], after


def make(description):
    """(parameters, state), both {layer: {tensor: values}}."""
    random, parameters, state = numpy.random.default_rng(1), {}, {}
    for layer in description.layers:
        tensors = {}
        for tensor in layer["tensors"]:
            what, shape = tensor["name"].rsplit(".", 1)[1], tensor["shape"]
            fan_in = math.prod(shape[1:])
            values = random.normal(0, fan_in ** -0.5, shape) if len(shape) > 1 else numpy.zeros(shape)
            tensors[what] = jnp.asarray(values, jnp.float32)
        if layer["kind"] == "batchnorm":
            maps = (layer["input"][0],)
            tensors = {"weight": jnp.ones(maps), "bias": jnp.zeros(maps)}
            state[layer["name"]] = {"mean": jnp.zeros(maps), "var": jnp.ones(maps)}
        if tensors:
            parameters[layer["name"]] = tensors
    return parameters, state


def softmax_cost(outputs, targets):
    return -(jax.nn.log_softmax(outputs) * targets).sum(1).mean()


def sigmoid_cost(outputs, targets):
    return (jax.nn.softplus(outputs) - outputs * targets).sum(1).mean()


def make_step(description, targets):
    """(what, x, number) -> what, where `what` are parameters, state and memory of the optimizer."""
    cost = softmax_cost if description.layers[-1]["activation"] == "softmax" else sigmoid_cost
    momentum, decay = description.settings["momentum"], description.decay
    key = jax.random.key(1)

    def loss(parameters, state, x, number):
        outputs, after = apply(description, parameters, state, x, jax.random.fold_in(key, number))
        return cost(outputs, targets), after

    def step(what, x, number):
        parameters, state, memory = what
        gradient, state = jax.grad(loss, has_aux=True)(parameters, state, x, number)
        gradient = jax.tree.map(lambda g, p: g + decay * p if p.ndim > 1 else g, gradient, parameters)
        if momentum > 0:
            memory = gradient = jax.tree.map(lambda m, g: momentum * m + g, memory, gradient)
        return jax.tree.map(lambda p, g: p - RATE * g, parameters, gradient), state, memory

    return step


def training(description, batch, scan):
    parameters, state = make(description)
    memory = jax.tree.map(jnp.zeros_like, parameters) if description.settings["momentum"] > 0 else None
    targets = jax.nn.one_hot(numpy.arange(batch) % description.outputs, description.outputs)
    random = numpy.random.default_rng(2)
    data = random.random((BATCHES, batch, *description.input), numpy.float32)
    step, what, number = make_step(description, targets), (parameters, state, memory), 0
    if scan:
        def steps(what, data, number):
            return lax.scan(lambda what, at: (step(what, *at), None), what, (data, number + jnp.arange(BATCHES)))[0]
        once, inputs, calls = jax.jit(steps, donate_argnums=0), [jnp.asarray(data)], BATCHES
    else:
        once, inputs, calls = jax.jit(step, donate_argnums=0), [jnp.asarray(x) for x in data], 1

    def run():
        nonlocal what, number
        what = once(what, inputs[number % len(inputs)], number)
        if number % 8 == 0:
            jax.block_until_ready(what)  # calls return before they are done
        number += 1

    run()
    return what[0], {"steps": (run, calls)}


def inference(description, batch, _):
    parameters, state = make(description)
    last = ACTIVATIONS[description.layers[-1]["activation"]]
    model = jax.jit(lambda x: last(apply(description, parameters, state, x)[0]))
    random = numpy.random.default_rng(2)
    images = [jnp.asarray(random.random((1, *description.input), numpy.float32)) for _ in range(IMAGES)]
    many = jnp.asarray(random.random((batch, *description.input), numpy.float32))

    def one():
        for image in images:
            model(image).block_until_ready()

    one()
    return parameters, {"one": (one, IMAGES), "batch": (lambda: model(many).block_until_ready(), 1)}


def main():
    what, path, batch = sys.argv[1], sys.argv[2], int(sys.argv[4])
    begin = inference if what == "predict" else training
    description = Description(path)
    parameters, commands = begin(description, batch, sys.argv[5:] == ["scan"])
    serve(f"jax {jax.__version__} {sum(tensor.size for tensor in jax.tree.leaves(parameters))}", commands.get)


if __name__ == "__main__":
    main()
