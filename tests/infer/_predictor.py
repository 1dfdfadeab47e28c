"""Programs that are runtime/infer around a network that is none: output k is input k."""
import json
import os
import subprocess
import sys

ROOT = os.environ["NETC_ROOT"]
BUILD = os.environ["NETC_BUILD"]

CODE = """
#include "runtime/infer/predictor.h"

#include <string.h>

enum { INPUTS = %(inputs)d, OUTPUTS = %(outputs)d };
const int64_t net_predict_number[NET_PREDICT_NUMBERS] = {INPUTS, OUTPUTS, 100, %(classes)d, %(probabilities)d, %(rank)d, %(shape)s, %(pictures)d, 0, ',', 0, 0, %(compared)s, [NET_PREDICT_PICTURE] = %(picture)s, %(learned)d};
const float net_predict_mean_image[] = {%(mean)s};
const char net_predict_text[] = %(text)s;
const char net_predict_processor[] = "";

void net_predict(const float *x, float *y, void *workspace) {
    memset(workspace, 1, 100);
    memcpy(y, x, sizeof(float) * OUTPUTS);
}
void net_predict_batch(const float *x, float *y, int64_t n, void *workspace) {
    for (int64_t i = 0; i < n; i++) net_predict(x + i * INPUTS, y + i * OUTPUTS, workspace);
}
int net_predict_selftest(void) { return %(selftest)d; }
"""


def fail(text):
    sys.exit(f"FAILED: {text}")


def command(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def make(name, shape, outputs=None, classes=(), selftest=0, probabilities=1, pictures=0,
         compared="NET_COMPARED_CLASSES", picture=None, mean=None):
    """Builds ./NAME for inputs of this shape; returns its path. `picture`: the shape of a flat input's pictures; `mean`:
    what is kept of those that were learned, low, high, likeness, offset and the values of their mean image."""
    picture = picture or (shape if len(shape) == 3 else (0, 0, 0))
    inputs = 1
    for side in shape:
        inputs *= side
    words = [name, "9.8.7", *classes]
    values = {"inputs": inputs, "outputs": outputs or inputs, "classes": len(classes), "probabilities": probabilities, "rank": len(shape),
              "shape": ", ".join(str(side) for side in (*shape, 1, 1)[:3]),
              "text": " ".join(json.dumps(word, ensure_ascii=False)[:-1] + '\\0"' for word in words), "selftest": selftest,
              "pictures": pictures, "compared": compared,
              "picture": ", ".join(map(str, picture)), "learned": mean is not None,
              "mean": ", ".join(f"{float(value).hex()}f" for value in (mean if mean is not None else [0]))}
    with open(f"{name}.c", "w", encoding="utf-8") as file:
        file.write(CODE % values)
    flags = {"asan": ["-fsanitize=address,undefined"], "tsan": ["-fsanitize=thread"]}.get(os.path.basename(BUILD), [])
    command("gcc", "-std=c17", "-O1", *flags, f"-I{ROOT}", "-o", name, f"{name}.c", f"{BUILD}/libnetinfer.a",
            "-Wl,--gc-sections", "-s", "-l:libpng.a", "-l:libjpeg.a", "-l:libz.a", "-lm")
    return f"./{name}"


def run(*words, status=0, input=None):
    """Standard output and standard error of a program, as text."""
    done = subprocess.run(words, input=input if input is not None else b"", capture_output=True, timeout=60)
    out, err = done.stdout.decode(), done.stderr.decode()
    if done.returncode != status:
        fail(f"{' '.join(words)}: status {done.returncode}, expected {status}\n{out}{err}")
    return out, err
