#!/usr/bin/env python3
"""What `netc show --gradients` expects of each activation against networks drawn by NumPy: root mean squares of weighted
inputs, of outputs and of gradients, layer by layer. Inputs are standard normal."""
import json
import subprocess

import _reference as r

np = r.np
UNITS, DEPTH, EXAMPLES, DRAWS = 150, 4, 40, 12
MODEL = """network drawn {{
    input 300 mean=data std=data
    default dense activation={activation} init={init} bias_init={bias}
    repeat {depth} {{ dense {units} }}
    dense 10 activation=linear init=lecun_normal bias_init=zeros
}}
train {{ target values }}
"""
#         init, how a draw of fan_in * fan_out weights is made, bias_init and its deviation
STARTS = [("lecun_normal", lambda g, n, m: g.normal(0, n ** -0.5, (m, n)), "zeros", 0),
          ("fan_in_uniform", lambda g, n, m: g.uniform(-n ** -0.5, n ** -0.5, (m, n)), "normal(0, 0.5)", 0.5),
          ("normal(0, 0.3)", lambda g, n, m: g.normal(0, 0.3, (m, n)), "normal(0, 1)", 1)]


def expected(activation, init, bias):
    with open("drawn.net", "w", encoding="utf-8") as file:
        file.write(MODEL.format(activation=activation, init=init, bias=bias, depth=DEPTH, units=UNITS))
    done = subprocess.run([r.NETC, "show", "drawn.net", "--gradients", "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        r.fail(done.stderr)
    return json.loads(done.stdout)["layers"]


def rms(values):
    return np.sqrt(np.mean(values ** 2))


def draw(generator, activation, weights, deviation):
    """[(rms z, rms a, rms delta)] of the hidden layers of one network."""
    value, slope = r.ACTIVATIONS[activation]
    a, zs, matrices = generator.normal(size=(EXAMPLES, 300)), [], []
    for _ in range(DEPTH):
        w = weights(generator, a.shape[1], UNITS)
        z = a @ w.T + deviation * generator.normal(size=UNITS)
        a = value(z)
        zs.append((z, a))
        matrices.append(w)
    matrices.append(generator.normal(0, UNITS ** -0.5, (10, UNITS)))
    delta, found = generator.normal(size=(EXAMPLES, 10)), []
    for (z, a), w in zip(reversed(zs), reversed(matrices)):
        delta = (delta @ w) * slope(z)
        found.insert(0, (rms(z), rms(a), rms(delta)))
    return found


def main():
    generator = np.random.default_rng(1)
    for activation in r.ACTIVATIONS:
        for init, weights, bias, deviation in STARTS:
            layers = expected(activation, init, bias)
            draws = np.array([draw(generator, activation, weights, deviation) for _ in range(DRAWS)])
            z, a, _ = np.median(draws, axis=0).T
            factors = np.median(draws[:, :-1, 2] / draws[:, 1:, 2], axis=0)
            for k in range(DEPTH):
                pairs = [("z_rms", z[k]), ("a_rms", a[k])] + [("factor", factor) for factor in factors[k:k + 1]]
                for name, measured in pairs:
                    if not 0.9 < layers[k][name] / measured < 1.1:
                        r.fail(f"{activation}, {init}, {bias}, layer {k + 1}: {name} {layers[k][name]:.4g} is expected, "
                               f"NumPy draws {measured:.4g}")
    print("ok")


if __name__ == "__main__":
    main()
