"""Networks of models/ with fresh weights, built as libraries and called by a small C program, here or under qemu."""
import glob
import os
import platform
import shutil
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("NumPy is not there: install python3-numpy")
    sys.exit(77)

NETC, ROOT = os.environ["NETC"], os.environ["NETC_ROOT"]
MODELS = sorted(glob.glob(os.path.join(ROOT, "models", "*.net")))
SOME = [os.path.join(ROOT, "models", name + ".net") for name in ("autoencoder", "l2_pool", "lenet5")]
IMAGES = 256

# Outputs of the images read from standard input, all in one batch; other batches and single images must agree with them
# bit for bit.
CALLER = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "%(name)s.h"

enum { IN = %(capitals)s_INPUTS, OUT = %(capitals)s_OUTPUTS, IMAGES = %(images)d };
static float x[IMAGES * IN + 1], y[IMAGES * OUT], z[IMAGES * OUT + 1];

static int differ(const float *a, const float *b, size_t images) { return memcmp(a, b, images * OUT * sizeof *a) != 0; }

int main(void) {
    static const int batches[] = {1, 3, 16, 17};
    char *workspace = malloc(%(capitals)s_WORKSPACE_BYTES + 1);
    size_t i;
    if (!workspace || fread(x, sizeof *x, IMAGES * IN, stdin) != IMAGES * IN) return 10;
    %(name)s_predict_batch(x, y, IMAGES, workspace);
    for (i = 0; i < 18 && i < IMAGES; i++) {
        memset(workspace, 0xff, %(capitals)s_WORKSPACE_BYTES);
        %(name)s_predict(x + i * IN, z, workspace + 1);
        if (differ(y + i * OUT, z, 1)) return 11;
    }
    for (i = 0; i < sizeof batches / sizeof *batches && batches[i] <= IMAGES; i++) {
        %(name)s_predict_batch(x, z + 1, batches[i], workspace);
        if (differ(y, z + 1, (size_t)batches[i])) return 12;
    }
    if (%(name)s_selftest() != 0) return 13;
    free(workspace);
    return fwrite(y, sizeof *y, IMAGES * OUT, stdout) == IMAGES * OUT ? 0 : 14;
}
"""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            print(f"there is no {program}")
            sys.exit(77)


def need_x86_64():
    if platform.machine() != "x86_64":
        print("this is about x86-64 processors")
        sys.exit(77)


def run(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}\n{done.stdout}")
    return done.stdout


# Through a C compiler optimisation takes most of the time: without LLVM there is less of it.
FAST = ["-O0"] if "without LLVM" in run(NETC, "--version") else []


def name_of(model):
    return os.path.splitext(os.path.basename(model))[0]


def weights(model):
    """A file with the weights of epoch 0, a little noise on each, since some begin as zeros."""
    folder = name_of(model) + "-run"
    path = os.path.join(folder, "weights.safetensors")
    if not os.path.exists(path):
        run(NETC, "train", model, "--data", "digits", "--epochs", "0", "-q", "--run-dir", folder, *FAST)
        with open(os.path.join(folder, "latest", "weights.safetensors"), "rb") as file:
            content = file.read()
        start = 8 + int.from_bytes(content[:8], "little")
        values = np.frombuffer(content[start:], np.float32)
        noise = np.random.default_rng(3).normal(0, 0.05, values.size).astype(np.float32)
        with open(path, "wb") as file:
            file.write(content[:start] + (values + noise).tobytes())
    return path


def build(model, output, *options):
    """The header, which is called like the output, becomes NAME.h."""
    run(NETC, "build", model, "--infer", "--weights", weights(model), "-o", output, *FAST, *options)
    header = os.path.splitext(output)[0] + ".h"
    if os.path.exists(header):
        os.replace(header, f"{name_of(model)}.h")
    return output


def inputs(model, images):
    with open(f"{name_of(model)}.h", encoding="utf-8") as file:
        count = next(int(line.split()[2]) for line in file if "_INPUTS " in line)
    return np.random.default_rng(7).random((images, count), np.float32)


def link(model, network, program, cc="gcc", flags=(), images=IMAGES):
    """A program around the object, library or C text `network`; NAME.h is in this folder."""
    name = name_of(model)
    with open("caller.c", "w", encoding="utf-8") as file:
        file.write(CALLER % {"name": name, "capitals": name.upper(), "images": images})
    run(cc, "-O2", *flags, "-o", program, "caller.c", network, "-lm")
    return os.path.abspath(program)


def outputs(model, program, runner=(), images=IMAGES):
    done = subprocess.run([*runner, program], input=inputs(model, images).tobytes(), stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{name_of(model)}: {' '.join(runner)} {program} ended with {done.returncode}: "
                 "11: an image alone, 12: a smaller batch, has other outputs; 13: the self-test fails")
    y = np.frombuffer(done.stdout, np.float32).reshape(images, -1)
    if not np.isfinite(y).all():
        sys.exit(f"{name_of(model)}: not all outputs are finite")
    return y


def same_bits(a, b, what):
    if a.tobytes() != b.tobytes():
        sys.exit(f"{what}: {np.count_nonzero(a.view(np.uint32) != b.view(np.uint32))} of {a.size} outputs differ, by "
                 f"{np.abs(a - b).max():g} at most")


def close(a, b, what):
    error = float((np.abs(a - b) / (1 + np.abs(b))).max())
    if not error <= 1e-5:
        sys.exit(f"{what}: the outputs differ by {error:g}")
