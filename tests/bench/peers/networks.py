"""The networks of models/ in PyTorch, up to the inputs of the last activation."""
from torch import nn


def conv(inputs, outputs, pad=0, stride=1):
    return nn.Conv2d(inputs, outputs, 5, padding=pad, stride=stride)


def dense_sigmoid(*sizes):
    layers = [nn.Flatten()]
    for k, (fan_in, units) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(fan_in, units)] + ([nn.Sigmoid()] if k < len(sizes) - 2 else [])
    return nn.Sequential(*layers)


def lenet5():
    return nn.Sequential(conv(1, 6, 2), nn.ReLU(), nn.MaxPool2d(2), conv(6, 16), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def one_conv(pool):
    return nn.Sequential(conv(1, 20), nn.Sigmoid(), pool, nn.Flatten(), nn.Linear(2880, 100), nn.Sigmoid(),
                         nn.Linear(100, 10))


def double_conv(activation):
    return nn.Sequential(conv(1, 20), activation(), nn.MaxPool2d(2), conv(20, 40), activation(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(640, 100), activation(), nn.Linear(100, 10))


def wide_dropout():
    return nn.Sequential(conv(1, 20), nn.ReLU(), nn.MaxPool2d(2), conv(20, 40), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Dropout(0.5), nn.Linear(640, 1000), nn.ReLU(), nn.Dropout(0.5),
                         nn.Linear(1000, 1000), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1000, 10))


def strided():
    return nn.Sequential(conv(1, 20, stride=2), nn.ReLU(), conv(20, 40, stride=2), nn.ReLU(), nn.Flatten(),
                         nn.Linear(640, 100), nn.ReLU(), nn.Linear(100, 10))


def three_maps():
    return nn.Sequential(conv(1, 3), nn.Sigmoid(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(432, 10))


def identity_neuron():
    return nn.Sequential(nn.Conv2d(1, 1, 1), nn.Sigmoid(), nn.Conv2d(1, 1, 1))


def softmax():
    return nn.Softmax(1)


# name: network, activation of its last layer
NETWORKS = {
    "basic_conv": (lambda: one_conv(nn.MaxPool2d(2)), softmax),
    "deep_sigmoid": (lambda: dense_sigmoid(784, 30, 30, 10), nn.Sigmoid),
    "double_conv": (lambda: double_conv(nn.Sigmoid), softmax),
    "double_conv_relu": (lambda: double_conv(nn.ReLU), softmax),
    "identity_neuron": (identity_neuron, nn.Identity),
    "l2_pool": (lambda: one_conv(nn.LPPool2d(2, 2)), softmax),
    "lenet5": (lenet5, softmax),
    "mlp_30": (lambda: dense_sigmoid(784, 30, 10), nn.Sigmoid),
    "strided": (strided, softmax),
    "three_maps": (three_maps, nn.Sigmoid),
    "wide_dropout": (wide_dropout, softmax),
}
