#!/usr/bin/env python3
"""What netc build --infer makes: the symbols that are seen, several networks in one program, other forms and ends of a
network, what a program needs when it runs, and what is said about options that do not go together."""
import os
import re
import shutil
import subprocess
import sys

import numpy as np

NETC = os.environ["NETC"]
NET = """network %s {
    input 1x12x12
    conv 5 kernel=3x3 pad=same activation=relu
    pool max 2x2
    hidden: dense %d activation=tanh
    dense 4 activation=softmax
}
train {
    data idx images="images" labels="labels"
    split validation=0.2
    batch 8
    epochs 1
}
"""


def fail(text):
    sys.exit(f"FAILED: {text}")


def check(good, text):
    if not good:
        fail(text)


def command(*words, status=0):
    """What it prints, messages included."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == status, f"status {done.returncode}: {' '.join(words)}\n{done.stdout}")
    return done.stdout


def idx(path, array):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes())


random = np.random.RandomState(3)
idx("images", random.randint(0, 256, (40, 12, 12)).astype(np.uint8))
idx("labels", (np.arange(40) % 4).astype(np.uint8))
for name, units in (("alpha", 9), ("beta", 21)):
    with open(f"{name}.net", "w", encoding="utf-8") as file:
        file.write(NET % (name, units))
    command(NETC, "train", f"{name}.net", "-q")
RUN = {name: os.path.join("runs", next(run for run in os.listdir("runs") if run.startswith(name)))
       for name in ("alpha", "beta")}


def build(name, *options, **more):
    return command(NETC, "build", f"{name}.net", "--infer", "--weights", RUN[name], *options, **more)


# ---- symbols: the public ones, and none else ----
PUBLIC = ("predict", "predict_batch", "classify", "selftest", "classes")
for name in RUN:
    build(name, "--emit", "lib")
    build(name, "--emit", "shared")
    for library, option in ((f"lib{name}.a", "-g"), (f"lib{name}.so", "-D")):
        listed = command("nm", option, "--defined-only", library)
        found = sorted(re.findall(r"^[0-9a-f]+ [A-Z] (\S+)$", listed, re.MULTILINE))
        check(found == sorted(f"{name}_{symbol}" for symbol in PUBLIC), f"{library} shows {found}")
    listed = command("nm", "-u", f"lib{name}.a")
    foreign = set(re.findall(r"^\s+U (\S+)$", listed, re.MULTILINE)) - {"__cpu_model", "_GLOBAL_OFFSET_TABLE_"}
    check(not foreign, f"lib{name}.a needs {foreign}")

# ---- two networks in one program, in every form ----
with open("two.c", "w", encoding="utf-8") as file:
    file.write("""#include <stdio.h>
#include <stdlib.h>
#include "alpha.h"
#include "beta.h"
int main(void) {
    float x[ALPHA_INPUTS], y[ALPHA_OUTPUTS], z[BETA_OUTPUTS];
    void *workspace = malloc(ALPHA_WORKSPACE_ONE_BYTES), *other = malloc(BETA_WORKSPACE_BYTES);
    for (int i = 0; i < ALPHA_INPUTS; i++) x[i] = (float)(i % 17) / 16;
    alpha_predict(x, y, workspace);
    beta_predict_batch(x, z, 1, other);
    for (int i = 0; i < 4; i++) printf("%a %a ", y[i], z[i]);
    printf("%d %s %d\\n", alpha_classify(x, workspace), beta_classes[3], alpha_selftest() + beta_selftest());
    free(workspace);
    free(other);
    return 0;
}
""")
FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined")
command("gcc", *FLAGS, "two.c", "libalpha.a", "libbeta.a", "-o", "two")
expected = command("./two")
check(expected.endswith(" 3 0\n"), f"two networks: {expected}")
command("gcc", *FLAGS[:-1], "two.c", "-L.", "-lalpha", "-lbeta", "-Wl,-rpath,.", "-o", "two-shared")
check(command("./two-shared") == expected, "the shared libraries say something else")
for name in RUN:
    build(name, "--emit", "obj", "--cpu", "x86-64-v3" if "avx2" in open("/proc/cpuinfo").read() else "auto")
command("gcc", *FLAGS, "two.c", "alpha.o", "beta.o", "-o", "two-objects")
check(command("./two-objects") == expected, "the objects say something else")
for name in RUN:
    build(name, "--emit", "c")
command("gcc", *FLAGS, "two.c", "alpha.c", "beta.c", "-o", "two-sources")
found = command("./two-sources").split()
for a, b in zip(found[:8], expected.split()[:8]):
    check(abs(float.fromhex(a) - float.fromhex(b)) < 1e-5, f"C: {found} instead of {expected}")

# ---- a network that ends earlier ----
build("beta", "--emit", "lib", "--until", "hidden", "-o", "features/libbeta.a", status=3)
os.mkdir("features")
build("beta", "--emit", "lib", "--until", "hidden", "-o", "features/libbeta.a")
with open("features/beta.h", encoding="utf-8") as file:
    header = file.read()
check("#define BETA_OUTPUTS 21\n" in header and "classify" not in header, "--until hidden is not 21 features")
build("beta", "--until", "hidden", "-o", "beta-features")
# Rows of 21 outputs are turned in registers, where there are some.
turned = ", 16 x 16 turned with index "
check(turned in build("beta", "--emit", "obj", "--until", "hidden", "--dump=schedule"), "outputs go one by one")
check(turned not in build("beta", "--emit", "c", "--until", "hidden", "--dump=schedule"), "plain C exchanges lanes")

# ---- the header is called like the file it goes with ----
for emit, path, header in (("c", "named/sens.c", "sens"), ("obj", "named/sens-2.0.o", "sens-2.0"), ("obj", "named/x", "x"),
                           ("lib", "named/libalone.a", "alone"), ("shared", "named/libshared.so.1.2", "shared"),
                           ("lib", "named/lib.a", "lib"), ("c", "named/sens.cold.c", "sens.cold")):
    os.mkdir("named")
    build("beta", "--emit", emit, "-o", path)
    check(sorted(os.listdir("named")) == sorted([os.path.basename(path), header + ".h"]), f"{path}: {os.listdir('named')}")
    guard = "NETC_" + re.sub(r"\W", "_", header) + "_H"
    with open(f"named/{header}.h", encoding="utf-8") as file:
        text = file.read()
    check(f"#ifndef {guard}\n#define {guard}\n" in text and "void beta_predict(" in text, f"{path}: {text}")
    with open("user.c", "w", encoding="utf-8") as file:
        file.write(f'#include "{header}.h"\n#include "{header}.h"\nint main(void) {{ return beta_selftest(); }}\n')
    command("gcc", *FLAGS, "-Inamed", "-c", "user.c")
    shutil.rmtree("named")
check(len(command("./beta-features", "images").split("\n")[0].split()) >= 21, "features are not printed")

# ---- programs ----
build("alpha")
needed = sorted(re.findall(r"\(NEEDED\).*\[(.*)\]", command("readelf", "-d", "alpha-predict")))
check(set(needed) <= {"libc.so.6", "libm.so.6"}, f"alpha-predict needs {needed}")
build("alpha", "--static", "-o", "alpha-static")
check("NEEDED" not in command("readelf", "-d", "alpha-static"), "alpha-static needs a library")
check(command("./alpha-static", "-q", "images") == command("./alpha-predict", "-q", "images"), "alpha-static says something else")

# ---- the name another file gives a shared library; no header beside a device; any name of a scratch folder ----
build("alpha", "--emit", "shared", "-o", "libother.so")
check("[libother.so]" in command("readelf", "-d", "libother.so"), "libother.so has the soname of another file")
os.mkdir("folder")
os.symlink("/dev/null", "folder/none")
build("alpha", "--emit", "lib", "-o", "folder/none")
check(os.listdir("folder") == ["none"], f"beside a device: {os.listdir('folder')}")
os.mkdir('q"\\t')
os.environ["TMPDIR"] = os.path.abspath('q"\\t')
build("alpha", "--emit", "obj", "-o", "folder/quoted.o")
del os.environ["TMPDIR"]

# ---- no weights, and more inputs and outputs than a stack takes ----
WIDE = """network wide {
    input 3x300x300
    activation sigmoid
}
train {
    data idx images="absent"
    target input
}
"""
with open("wide.net", "w", encoding="utf-8") as file:
    file.write(WIDE)
RUN["wide"] = "empty.safetensors"
with open(RUN["wide"], "wb") as file:
    file.write(b"\x02" + bytes(7) + b"{}")
with open("stack.c", "w", encoding="utf-8") as file:
    file.write("""#include <pthread.h>
#include <stdlib.h>
#include "wide.h"
static void *test(void *status) { *(int *)status = wide_selftest(); return status; }
int main(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    int status = 1;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 320 * 1024);
    if (pthread_create(&thread, &attributes, test, &status)) return 2;
    pthread_join(thread, 0);
    return status;
}
""")
for emit, output in (("obj", "wide.o"), ("c", "wide.c")):
    build("wide", "--emit", emit, "-o", output)
    command("gcc", "-std=gnu99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "stack.c", output, "-pthread", "-lm", "-o", "stack")
    command("./stack")
    check(os.path.getsize(output) < 1 << 20, f"{output} holds {os.path.getsize(output)} bytes of a network without weights")
command(NETC, "show", "wide.net", "--infer")

# ---- files are whole or not there, and what does not go together is said ----
for name in ("alpha.safetensors", "alpha.h"):
    shutil.copy(os.path.join(RUN["alpha"], "weights.safetensors"), name)
with open("mine.h", "w") as file:
    file.write("#define MINE 1\n")
before = set(os.listdir("."))
for options, expected in (
        (("--emit", "lib"), "netc build: --emit lib is about a trained network; it needs --infer --weights FILE|RUN"),
        (("--until", "hidden"), "netc build: --until goes with --infer; a trainer is of the whole network"),
        (("--target", "aarch64-linux-gnu"), "netc build: --target goes with --infer; a trainer is built for this machine; "
         "a trained network is built by --infer --weights RUN --emit c"),
        (("-o", "./alpha.net"), "netc build: -o ./alpha.net: that is the model; -o names another file"),
        (("--infer", "--weights", RUN["alpha"], "-o", "alpha.net"),
         "netc build: -o alpha.net: it is made of that file; -o names another one"),
        (("--infer", "--weights", "alpha.safetensors", "-o", "./alpha.safetensors"),
         "netc build: -o ./alpha.safetensors: it is made of that file; -o names another one"),
        (("--infer", "--weights", RUN["alpha"], "--emit", "lib", "-o", "./alpha.h"),
         "netc build: -o ./alpha.h: .h is the ending of a C header, and this is --emit lib; write -o ./alpha.a"),
        (("--infer", "--weights", RUN["alpha"], "-o", os.path.join(RUN["alpha"], "best.safetensors")),
         f"netc build: -o {RUN['alpha']}/best.safetensors: .safetensors is the ending of weights, and without --emit this is a "
         f"program; write -o {RUN['alpha']}/best"),
        (("--infer", "--weights", RUN["alpha"], "--emit", "obj", "-o", "mine.o"),
         "netc build: -o mine.o: the header beside it would take the place of mine.h, which netc has not made; -o names "
         "another file"),
        (("--infer", "--weights", "alpha.h", "--emit", "c", "-o", "./alpha.c"),
         "netc build: -o ./alpha.c: the header beside it would take the place of ./alpha.h, of which it is made; -o names "
         "another file"),
        (("--infer", "--weights", RUN["alpha"], "--backend", "interp"),
         "netc build: --backend interp is to train only; --infer compiles: llvm or c"),
        (("--infer",), "netc build: --infer is about a trained network; it needs --weights FILE|RUN, for "
                       "example --weights runs/latest"),
        (("--infer", "--weights", RUN["alpha"], "--until", "hiden"),
         "netc build: --until: there is no layer 'hiden'; did you mean 'hidden'?"),
        (("--infer", "--weights", RUN["alpha"], "--emit", "obj", "--static"),
         "netc build: --static links a program; --emit obj makes none"),
        (("--infer", "--weights", RUN["alpha"], "--emit", "lib", "-o", "-"),
         "netc build: -o -: a library does not go to standard output; -o names a file"),
        (("--infer", "--weights", RUN["alpha"], "--target", "vax"),
         "netc build: --target vax: netc builds for this kind of machine and for aarch64-linux-gnu; for any other "
         "'netc build --infer --emit c' prints plain C99, for the compiler there"),
        (("--infer", "--weights", RUN["alpha"], "--emit", "c", "--cpu", "auto"),
         "netc build: --emit c is code for one kind of processor; name it with --cpu")):
    found = command(NETC, "build", "alpha.net", *options, status=2)
    check(found.strip() == expected, f"{options}\n  expected {expected}\n  found    {found}")
found = build("alpha", "--emit", "lib", "--cc", "/bin/false", "-o", "broken/libalpha.a", status=3)
check(set(os.listdir(".")) == before, f"left behind: {set(os.listdir('.')) - before}")
