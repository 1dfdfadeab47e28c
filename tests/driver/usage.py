#!/usr/bin/env python3
"""Wrong usage of each command, and files that are none: one exact line on standard error, nothing on standard output,
and the status that says whose mistake it is: 1 the model's, 2 the command line's, 3 the environment's."""
import os
import shutil
import subprocess
import sys

NETC = os.environ["NETC"]
shutil.copy(os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net"), "small.net")
os.makedirs("folder", exist_ok=True)
with open("file", "w") as file:
    file.write("kept")
with open("secret.net", "w") as file:
    file.write("network n { input 784; dense 10 }\n")
os.chmod("secret.net", 0)

USAGE = {
    # commands
    ("--bogus",): "netc: expected a command before '--bogus'; 'netc help' lists them",
    ("chek", "small.net"): "netc: unknown command 'chek'; did you mean 'check'?",
    ("predict", "small.net"): "netc: unknown command 'predict'; did you mean 'netc build FILE.net --infer'?",
    ("eval", "small.net"): "netc: unknown command 'eval'; did you mean 'netc train FILE.net --evaluate'?",
    ("lint", "small.net"): "netc: unknown command 'lint'; did you mean 'netc check FILE.net'?",
    ("run", "small.net"): "netc: unknown command 'run'; did you mean 'netc train FILE.net'?",
    ("init", "foo"): "netc: unknown command 'init'; did you mean 'netc new NAME'?",
    ("-v",): "netc: unknown command '-v'; did you mean 'netc --version'?",
    ("frobnicate",): "netc: unknown command 'frobnicate'; 'netc help' lists them",
    ("small.net",): "netc: expected a command before 'small.net', for example 'netc train small.net'",
    # how many arguments
    ("check",): "netc check: expected model files, for example 'netc check lenet5.net'",
    ("check", ""): "netc check: an argument is empty, expected model files",
    ("show",): "netc show: expected a model file, a weights file or a run, for example 'netc show lenet5.net'",
    ("show", "small.net", "b.net"): "netc show: unexpected argument 'b.net'; it takes a model file, a weights file or a run",
    ("train",): "netc train: expected a model file, for example 'netc train lenet5.net'",
    ("train", "--epochs", "3"): "netc train: expected a model file, for example 'netc train lenet5.net'",
    ("build",): "netc build: expected a model file, for example 'netc build lenet5.net && ./lenet5 --epochs 3'",
    ("build", "small.net", "b.net"): "netc build: unexpected argument 'b.net'; it takes a model file",
    ("data", "mnist", "digits"): "netc data: unexpected argument 'digits'; it takes the name of a data set",
    ("explain", "bad-number", "x"): "netc explain: unexpected argument 'x'; it takes the name of a diagnostic",
    ("help", "check", "x"):
        "netc help: unexpected argument 'x'; it takes a command or a word of the language",
    # names
    ("data", "mnits"): "netc data: unknown data set 'mnits'; did you mean 'mnist'? [unknown-data]",
    ("data", "imagenet"):
        "netc data: unknown data set 'imagenet'; 'netc data' lists those there are [unknown-data]",
    ("data", "mnist", "--json"): "netc data: --json lists the sets: it goes without a name",
    ("explain", "bad-numbr"): "netc explain: there is no diagnostic 'bad-numbr'; did you mean 'bad-number'?",
    ("explain", "gibberish"): "netc explain: there is no diagnostic 'gibberish'; 'netc explain' lists them",
    ("explain", "--all", "x"): "netc explain: --all explains every diagnostic: it goes without a name",
    ("help", "convv"): "netc help: nothing is known about 'convv'; did you mean 'conv'?",
    ("help", "layer"): "netc help: nothing is known about 'layer'; did you mean 'layers'?",
    ("data", "list"): "netc data: there is no command 'list'; 'netc data' lists the sets",
    ("runs", "ls"): "netc runs: there is no command 'ls'; 'netc runs' lists them",
    ("runs", "delete", "a"): "netc runs: there is no command 'delete'; a run is a folder: rm -r runs/NAME",
    # options
    ("check", "--quite", "small.net"): "netc check: unknown option '--quite'; did you mean '--quiet'?",
    ("check", "--epochs", "3", "small.net"):
        "netc check: unknown option '--epochs'; epochs are for 'netc train' and trainers; commands that read a model "
        "take --set 'epochs 3'",
    ("build", "--march=native", "small.net"): "netc build: unknown option '--march'; did you mean '--cpu'?",
    # what an option is elsewhere stands for it only where it can be typed
    ("data", "--march", "native"): "netc data: unknown option '--march'; 'netc help data' lists what there is",
    ("runs", "--predict"): "netc runs: unknown option '--predict'; 'netc help runs' lists what there is",
    ("explain", "--format"): "netc explain: unknown option '--format'; 'netc help explain' lists what there is",
    ("check", "--onnx", "small.net"): "netc check: unknown option '--onnx'; 'netc help check' lists what there is",
    ("build", "--onnx", "small.net"): "netc build: unknown option '--onnx'; did you mean '--emit onnx'?",
    ("check", "--json", "small.net"): "netc check: unknown option '--json'; did you mean '--diagnostics json'?",
    ("explain", "--json"): "netc explain: '--json' is not an option here; it belongs to 'netc show', 'netc data', 'netc runs'",
    ("show", "--verbose", "small.net"):
        "netc show: unknown option '--verbose'; leave it out; 'netc train' and 'netc build' have it",
    ("show", "--infer", "--target", "cortex-m4", "small.net"):
        "netc show: --target cortex-m4: netc builds for this kind of machine and for aarch64-linux-gnu; for any other "
        "'netc build --infer --emit c' prints plain C99, for the compiler there",
    ("check", "--frobnicate", "small.net"):
        "netc check: unknown option '--frobnicate'; 'netc help check' lists what there is",
    ("check", "--cpu", "native", "small.net"):
        "netc check: '--cpu' is not an option here; it belongs to 'netc show', 'netc train', 'netc build'",
    ("train", "small.net", "--emit", "c"): "netc train: '--emit' is not an option here; it belongs to 'netc build'",
    ("show", "small.net", "--json", "--dot"): "netc show: --json and --dot are two forms of the same; keep one",
    ("show", "--memory", "1G", "small.net"):
        "netc show: '--memory' is not an option here; it belongs to 'netc check', 'netc train', 'netc build'",
    ("show", "--json", "--pytorch", "small.net"): "netc show: --json and --pytorch are two forms of the same; keep one",
    ("check", "small.net", "--memory"): "netc check: --memory needs a value: --memory SIZE",
    ("check", "small.net", "--memory="): "netc check: the value of --memory is empty",
    ("check", "small.net", "--quiet=1"): "netc check: --quiet takes no value",
    ("check", "--diagnostics", "xml", "small.net"):
        "netc check: --diagnostics takes one of text, json, github, not 'xml'",
    ("check", "--color=allways", "small.net"):
        "netc check: --color takes one of auto, always, never, not 'allways'; did you mean 'always'?",
    ("check", "-Wfoo", "small.net"):
        "netc check: -Wfoo: expected -Werror or -Wno-NAME, for example -Wno-vanishing-gradient",
    ("check", "-D", "=3", "small.net"): "netc check: -D =3: expected NAME=VALUE, for example -D depth=4",
    ("build", "-O9", "small.net"): "netc build: -O takes one of 0, 1, 2, 3, not '9'",
    ("build", "-o", "", "small.net"): "netc build: the value of -o is empty",
    ("build", "--backend", "gcc", "small.net"):
        "netc build: --backend takes one of llvm, c, interp, not 'gcc'; a C compiler is named by '--backend c --cc gcc'",
    ("build", "--backend", "cuda", "small.net"):
        "netc build: --backend takes one of llvm, c, interp, not 'cuda'; netc makes code for processors, not for GPUs; "
        "leave it out",
    ("build", "--emit", "so", "small.net"):
        "netc build: --emit takes one of exe, obj, lib, shared, c, llvm, asm, onnx, not 'so'; did you mean 'shared'?",
    ("build", "small.net", "--infer", "runs/latest"):
        "netc build: unexpected argument 'runs/latest'; weights are named by --weights runs/latest",
    ("build", "small.net", "\u2014emit", "c"): "netc build: '\u2014emit' does not begin with '-'; did you mean '--emit'?",
    ("check", "--json", "small.net"): "netc check: unknown option '--json'; did you mean '--diagnostics json'?",
    # an ending is that of another form; names of the system, given by -o or by the network
    ("build", "-o", "net.c", "small.net"):
        "netc build: -o net.c: files that end in .c are made by --emit c, and without --emit this is a program; change "
        "one of the two",
    ("build", "--infer", "--weights", "x", "--emit", "lib", "-o", "out/net.onnx", "small.net"):
        "netc build: -o out/net.onnx: files that end in .onnx are made by --emit onnx, and this is --emit lib; change one "
        "of the two",
    ("build", "--infer", "--weights", "x", "--emit", "c", "-o", "out/stdio.c", "small.net"):
        "netc build: out/stdio.h: a file of the system has that name, and a compiler told to look here would take this "
        "one; name another file: -o out/stdio_net.c",
    ("build", "--infer", "--weights", "x", "--emit", "lib", "-o", "libm.a", "small.net"):
        "netc build: libm.a: a file of the system has that name, and a compiler told to look here would take this one; "
        "name another file: -o libm_net.a",
    ("build", "--backend", "interp", "small.net"):
        "netc build: --backend interp runs a model without compiling it; that is 'netc train small.net --backend "
        "interp'",
    # the last of two would win in silence
    ("build", "--weights", "a", "--weights=b", "small.net"): "netc build: --weights is given twice; keep one",
    ("build", "-o", "a", "--output", "a", "small.net"): "netc build: --output is given twice; keep one",
    ("check", "-D", "a=1", "-Db=1", "--define", "a=2", "small.net"): "netc check: -D a is given twice; keep one",
    ("runs", "--sort", "seed", "--sort", "rate"): "netc runs: --sort is given twice; keep one",
    # a trainer's
    ("train", "small.net", "--seed", "1", "--seed=1"): "netc train: --seed is given twice; keep one",
    ("train", "small.net", "--resume", "--resume", "a"): "netc train: --resume is given twice; keep one",
    ("train", "small.net", "--seeds", "1-2", "--seeds", "3-4"): "netc train: --seeds is given twice; keep one",
    ("train", "small.net", "--weights", "a", "--rename", "a=b", "--rename", "a="):
        "netc train: --rename a= is given twice; keep one",
    ("train", "small.net", "--epoch", "3"): "netc train: unknown option '--epoch'; did you mean '--epochs'?",
    ("train", "small.net", "-j4"): "netc train: unknown option '-j'; did you mean '--threads'?",
    ("train", "small.net", "--validation", "0.1"):
        "netc train: unknown option '--validation'; the split is compiled in: netc train FILE --set "
        "'split validation=0.1'",
    ("train", "small.net", "--save", "m"):
        "netc train: unknown option '--save'; each run is kept in a folder of its own; --name names it",
    ("train", "small.net", "--lr", "0.1"): "netc train: unknown option '--lr'; did you mean '--rate'?",
    ("train", "small.net", "--batch_size=10"): "netc train: unknown option '--batch_size'; did you mean '--batch'?",
    ("train", "small.net", "--gpu", "0"):
        "netc train: unknown option '--gpu'; a trainer runs on the processor; --threads says on how many threads",
    ("train", "small.net", "--frobnicate"):
        "netc train: unknown option '--frobnicate'; 'netc train small.net --help' lists them",
    ("train", "small.net", "other"):
        "netc train: unexpected 'other'; a trainer takes options only, 'netc train small.net --help' lists them",
    ("train", "small.net", "--seeds", "5"): "netc train: --seeds 5: one seed is --seed 5; several are --seeds 1-5",
    ("train", "small.net", "epochs=0"): "netc train: unexpected 'epochs=0'; did you mean '--epochs=0'?",
    ("train", "small.net", "\u2013epochs", "0"): "netc train: unexpected '\u2013epochs'; did you mean '--epochs'?",
    ("train", "small.net", "--optimizer", "adam"):
        "netc train: unknown option '--optimizer'; the optimizer is compiled in: netc train FILE --set 'optimizer sgd "
        "rate=0.1'",
    ("train", "small.net", "--rate", "fast"): "netc train: --rate fast: expected a number above 0",
    ("train", "small.net", "--epochs"): "netc train: --epochs needs N",
    ("train", "small.net", "--name", ""): "netc train: --name needs NAME, found an empty word",
    ("train", "small.net", "--name", "a/b"):
        "netc train: --name a/b: expected a name, without '/' and not beginning with '.'",
}
for size in ("0", "2Q", "-1", "1.5", "1.G", ".5G", "0.0K", "1.5e3K", "G", "2GG", "99999999999999999999", "9999999T"):
    USAGE["check", "small.net", "--memory", size] = \
        f"netc check: --memory {size}: expected a size such as 512M or 1.5G"

ENVIRONMENT = {
    ("check", "absent.net"): "netc: cannot read absent.net: No such file or directory",
    ("show", "absent.net"): "netc: cannot read absent.net: No such file or directory",
    ("train", "absent.net"): "netc: cannot read absent.net: No such file or directory",
    ("build", "absent.net"): "netc: cannot read absent.net: No such file or directory",
    ("check", "folder"): "netc: cannot read folder: is a folder, not a .net file",
    ("train", "folder"): "netc: cannot read folder: is a folder, not a .net file",
    ("check", "file/x.net"): "netc: cannot read file/x.net: Not a directory",
    ("check", "/proc/self/mem"): "netc: cannot read /proc/self/mem: Input/output error",
    ("build", "small.net", "-o", "folder"): "netc: folder: cannot write: it is a folder; -o names another file",
    ("build", "small.net", "-o", "absent/x"):
        "netc: absent/x: cannot create a file beside it: No such file or directory; -o names another file",
    ("build", "small.net", "--emit", "c", "-o", "file/x"):
        "netc: file/x: cannot create a file beside it: Not a directory; -o names another file",
    ("build", "small.net", "--cc", "absent-cc"):
        "netc: there is no program 'absent-cc', which --cc names as the C compiler",
    ("train", "small.net", "-q", "--run-dir", "file"): "netc train: file: cannot make the folder: a file is in the way",
    ("train", "small.net", "-q", "--weights", "absent"): "netc train: absent: cannot open: No such file or directory",
    ("train", "small.net", "-q", "--weights", "file"):
        "netc train: file: is not a safetensors file, or is cut short (4 bytes)",
}
if os.geteuid() != 0:
    ENVIRONMENT["check", "secret.net"] = "netc: cannot read secret.net: Permission denied"

for status, table in ((2, USAGE), (3, ENVIRONMENT)):
    for arguments, line in table.items():
        done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        if (done.returncode, done.stdout, done.stderr) != (status, "", line + "\n"):
            sys.exit(f"netc {' '.join(arguments)}\n  expected {status}: {line}\n  found    {done.returncode}: "
                     f"{done.stdout}{done.stderr}")
if open("file").read() != "kept" or os.listdir("folder"):
    sys.exit("a file was changed, or something left in a folder")

# models with errors, in each command; then good ones
with open("wrong.net", "w") as file:
    file.write("network n { input 784; dens 10 }\n")
for command in ("check", "show", "train", "build"):
    for name, status in (("wrong.net", 1), ("/dev/null", 1)):
        done = subprocess.run([NETC, command, name], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != status or done.stdout or "1 error" not in done.stderr:
            sys.exit(f"netc {command} {name}: status {done.returncode}\n{done.stdout}{done.stderr}")
for arguments in (("check", "small.net", "--memory", "64M"), ("check", "--memory=64mib", "small.net"),
                  ("show", "small.net"), ("check", "small.net", "--memory", "99999999999"), ("explain",),
                  ("help",), ("data",)):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0 or not done.stdout or done.stderr:
        sys.exit(f"netc {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")

# what help lists
for topic, lines in (("conv", ("from=",)), ("train", ("(also --define)", "(also --optimize)", "netc help settings")),
                     ("optimizer", ("rate=0.1",))):
    done = subprocess.run([NETC, "help", topic], capture_output=True, text=True)
    if not all(line in " ".join(done.stdout.split()) for line in lines):
        sys.exit(f"netc help {topic} lacks one of {lines}:\n{done.stdout}")

# standard output that cannot be written
for arguments in (("check", "small.net"), ("show", "small.net"), ("explain",), ("data",), ("help",), ("--version",),
                  ("build", "small.net", "--emit", "c", "-o", "-"), ("train", "small.net", "-q", "--epochs", "0")):
    for redirection in (">/dev/full", ">&-"):
        command = f"\"$0\" {' '.join(arguments)} {redirection}"
        done = subprocess.run(["sh", "-c", command, NETC], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 3 or "standard output" not in done.stderr or done.stderr.count("\n") != 1:
            sys.exit(f"netc {' '.join(arguments)} {redirection}: status {done.returncode}\n{done.stderr}")
