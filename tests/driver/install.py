#!/usr/bin/env python3
"""make install: from the installed files alone a model is begun, built and trained; make uninstall leaves nothing."""
import os
import shutil
import stat
import subprocess
import sys

ROOT, BUILD = os.environ["NETC_ROOT"], os.environ["NETC_BUILD"]
SKIPPED = 77
FILES = {"bin/netc", "lib/netc/libnetrt.a", "lib/netc/libnetinfer.a", "lib/pkgconfig/netc.pc", "include/netc/abi.h", "share/man/man1/netc.1",
         "share/netc/folders", "share/bash-completion/completions/netc", "share/zsh/site-functions/_netc",
         *(f"share/netc/models/{name}" for name in os.listdir(os.path.join(ROOT, "models")))}

if os.path.basename(BUILD) in ("asan", "tsan"):
    print("a build with sanitizers is not installed")
    sys.exit(SKIPPED)


def fail(text):
    sys.exit(f"FAILED: {text}")


def run(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    if done.returncode != 0:
        fail(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def make(target, stage, prefix):
    plain = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    run("make", "-C", ROOT, "--no-print-directory", f"BUILD={BUILD}", target, f"DESTDIR={stage}", f"PREFIX={prefix}",
        env=plain)


def files(folder):
    return {os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names}


if "without LLVM" not in run(os.path.join(BUILD, "netc"), "--version"):
    FILES.add("lib/netc/netc-llvm.so")

# staged, as a packager does it, whatever the umask
os.umask(0o077)
stage = os.path.abspath("stage")
make("install-files", stage, "/usr")
found = files(stage + "/usr")
if found != FILES or files(stage) != {f"usr/{name}" for name in FILES}:
    fail(f"installed {sorted(found ^ FILES)} too much or too little")
for name in FILES:
    mode = stat.S_IMODE(os.stat(f"{stage}/usr/{name}").st_mode)
    if mode & 0o777 != (0o755 if name == "bin/netc" else 0o644):
        fail(f"{name}: mode {mode:o}")
make("install-files", stage, "/usr")
make("uninstall", stage, "/usr")
if os.path.exists(f"{stage}/usr"):
    fail(f"uninstall left {list(os.walk(stage))}")
os.makedirs(f"{stage}/usr/bin")
make("install-files", stage, "/usr")
make("uninstall", stage, "/usr")
if os.listdir(f"{stage}/usr") != ["bin"]:
    fail(f"uninstall left {os.listdir(f'{stage}/usr')}, and there was an empty bin")

# in place
prefix = os.path.abspath("prefix")
make("install-files", "", prefix)
netc = f"{prefix}/bin/netc"
moved = {key: value for key, value in os.environ.items() if not key.startswith("NETC")}
moved["XDG_CACHE_HOME"] = os.path.abspath("cache")
run(netc, "new", "digits", env=moved)
run(netc, "new", "mine", "--from", "three_maps", env=moved)
run(netc, "train", "digits.net", "-q", "--epochs", "1", "--require", "test_accuracy>0.5", env=moved)
run(netc, "build", "mine.net", "--backend", "c", env=moved)
run("./mine", "--data", "digits", "--epochs", "1", "-q", env=moved)
verbose = subprocess.run([netc, "build", "mine.net", "-v"], capture_output=True, text=True, env=moved).stderr
if f"{prefix}/bin/../lib/netc/libnetrt.a" not in verbose:
    fail(f"linked with another runtime:\n{verbose}")
table = run(netc, "runs", env=moved)
if table.count("done") != 2:
    fail(table)
if "_netc()" not in open(f"{prefix}/share/bash-completion/completions/netc").read():
    fail("completion")

# the pkg-config file: an object links into a trainer with what it says
if shutil.which("pkg-config"):
    env = {**moved, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    version = run(netc, "--version").split()[1]
    if run("pkg-config", "--modversion", "netc", env=env).strip() != version:
        fail("the version in netc.pc")
    if run("pkg-config", "--variable=prefix", "netc", env=env).strip() != prefix:
        fail("the prefix in netc.pc")
    run(netc, "build", "digits.net", "--emit", "c", "-o", "digits.c", env=moved)
    flags = run("pkg-config", "--cflags", "--libs", "netc", env=env).split()
    with open("abi.c", "w") as file:
        file.write("#include <netc/abi.h>\nint main(void) { return NET_ABI > 0 ? 0 : 1; }\n")
    run("gcc", "-std=c99", "-o", "abi", "abi.c", *flags)
    run("./abi")
    run("gcc", "-O1", "-march=native", "-ffp-contract=off", "-o", "linked", "digits.c", *flags)
    run("./linked", "--epochs", "0", "-q", env=moved)
if shutil.which("man"):
    text = run("man", "-l", f"{prefix}/share/man/man1/netc.1", env={**moved, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
    if "--seeds" not in text or "--completion" not in text:
        fail("the manual page")
make("uninstall", "", prefix)
if files(prefix):
    fail(f"uninstall left {files(prefix)}")
print("ok")
