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
    ("predict", "small.net"):
        "netc: unknown command 'predict'; did you mean 'netc build small.net --infer --weights runs/latest'?",
    ("eval", "small.net"):
        "netc: unknown command 'eval'; did you mean 'netc train small.net --evaluate --weights runs/latest'?",
    ("lint", "small.net"):
        "netc: unknown command 'lint'; did you mean 'netc check small.net'?",
    ("run", "small.net"):
        "netc: unknown command 'run'; did you mean 'netc train small.net'?",
    ("init", "foo"): "netc: unknown command 'init'; did you mean 'netc new NAME'?",
    ("-v",): "netc: unknown command '-v'; did you mean 'netc --version'?",
    ("frobnicate",): "netc: unknown command 'frobnicate'; 'netc help' lists them",
    ("small.net",): "netc: expected a command before 'small.net', for example 'netc train small.net'",
    # how many arguments
    ("check",): "netc check: expected model files, for example 'netc check lenet5.net'",
    ("check", ""): "netc check: an argument is empty, expected model files",
    ("show", "small.net", "--format", "json"):
        "netc show: unknown option '--format'; write --json for JSON; without it the table is printed",
    ("show",): "netc show: expected a model file, a weights file or a run, for example 'netc show lenet5.net'",
    ("show", "small.net", "b.net"): "netc show: unexpected argument 'b.net'; it takes a model file, a weights file or a run",
    ("train",): "netc train: expected a model file, for example 'netc train lenet5.net'",
    ("train", "--epochs", "3"): "netc train: expected a model file, for example 'netc train lenet5.net'",
    ("build",): "netc build: expected a model file, for example 'netc build lenet5.net && ./lenet5 --epochs 3'",
    ("build", "small.net", "b.net"): "netc build: unexpected argument 'b.net'; it takes a model file",
    ("data", "mnist", "digits"):
        "netc data: unexpected argument 'digits'; it takes the name of a data set, a model or a data line, one at a "
        "time: 'netc data digits'",
    ("explain", "bad-number", "x"):
        "netc explain: unexpected argument 'x'; one word at a time: 'netc explain bad-number'",
    ("help", "check", "now"):
        "netc help: unexpected argument 'now'; one word at a time: 'netc help check'",
    # names
    ("data", "mnits"): "netc data: unknown data set 'mnits'; did you mean 'mnist'? [unknown-data]",
    ("data", "imagenet"):
        "netc data: unknown data set 'imagenet'; 'netc data' lists those there are; own files are named in the "
        "train block: data idx images=\"images.idx\" labels=\"labels.idx\" [unknown-data]",
    ("data", "csv", "train=x.csv", "target=4", "ignore=[a]"):
        "netc data: unexpected argument 'train=x.csv'; a data line is one word: netc data 'csv train=\"x.csv\" target=4 "
        "ignore=[a]'",
    ("convert", "model.pt"):
        "netc: unknown command 'convert'; 'netc build FILE.net --infer --weights runs/latest --emit onnx' exports it",
    ("data", "mnist", "--json"): "netc data: --json lists the sets, or shows the one of a model: 'netc data "
                                   "FILE.net --json'",
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
    ("explain", "--json"):
        "netc explain: unknown option '--json'; leave it out; 'netc explain --all --markdown' is the other form",
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
    ("check", "small.net", "--quiet=1"):
        "netc check: --quiet takes no value; leave '1' out",
    ("check", "--diagnostics", "xml", "small.net"):
        "netc check: --diagnostics takes one of text, json, github, not 'xml'; json is the form for programs: "
        "--diagnostics json",
    ("check", "--color=allways", "small.net"):
        "netc check: --color takes one of auto, always, never, not 'allways'; did you mean 'always'?",
    ("check", "-Wfoo", "small.net"):
        "netc check: -Wfoo: expected -Werror or -Wno-NAME, for example -Wno-vanishing-gradient",
    ("check", "-D", "=3", "small.net"): "netc check: -D =3: expected NAME=VALUE, for example -D depth=4",
    ("build", "-O9", "small.net"): "netc build: -O takes one of 0, 1, 2, 3, not '9'",
    ("build", "small.net", "-O", "trainer"):
        "netc build: -O takes one of 0, 1, 2, 3, not 'trainer'; the file to write is named by -o trainer",
    ("build", "-o", "", "small.net"): "netc build: the value of -o is empty",
    ("build", "--backend", "gcc", "small.net"):
        "netc build: --backend takes one of llvm, c, interp, not 'gcc'; a C compiler is named by '--backend c --cc gcc'",
    ("build", "--backend", "cuda", "small.net"):
        "netc build: --backend takes one of llvm, c, interp, not 'cuda'; netc makes code for processors, not for GPUs; "
        "leave it out",
    ("build", "--emit", "so", "small.net"):
        "netc build: --emit takes one of exe, obj, lib, shared, c, llvm, asm, onnx, not 'so'; write --emit shared --infer --weights RUN",
    ("build", "--emit", "static", "--infer", "small.net"):
        "netc build: --emit takes one of exe, obj, lib, shared, c, llvm, asm, onnx, not 'static'; write --emit lib --weights RUN",
    ("build", "small.net", "--infer", "runs/latest"):
        "netc build: --infer takes no value; weights are named by --weights runs/latest",
    ("build", "small.net", "\u2014emit", "c"): "netc build: '\u2014emit' does not begin with '-'; did you mean '--emit'?",
    ("check", "--json", "small.net"): "netc check: unknown option '--json'; did you mean '--diagnostics json'?",
    # an ending is that of another form; names of the system, given by -o or by the network
    ("build", "-o", "net.c", "small.net"):
        "netc build: -o net.c: files that end in .c are made by --emit c, and without --emit this is a program; "
        "change one of the two, as -o net",
    ("build", "--infer", "--weights", "x", "--emit", "lib", "-o", "out/net.onnx", "small.net"):
        "netc build: -o out/net.onnx: files that end in .onnx are made by --emit onnx, and this is --emit lib; "
        "change one of the two, as -o out/net.a",
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
        "netc train: unknown option '--validation'; the split is compiled in: netc train small.net --set 'split "
        "validation=0.1'",
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
        "netc train: unknown option '--optimizer'; the optimizer is compiled in: netc train small.net --set "
        "'optimizer adam'",
    ("train", "small.net", "--val-split", "0.25"):
        "netc train: unknown option '--val-split'; the split is compiled in: netc train small.net --set "
        "'split validation=0.25'",
    ("train", "small.net", "--ensemble", "5"):
        "netc train: unknown option '--ensemble'; how many networks there are is compiled in: netc train small.net --set "
        "'ensemble 5'",
    ("train", "small.net", "--O3"):
        "netc train: unknown option '--O3'; this trainer is compiled already: netc train small.net -O3",
    ("train", "small.net", "-Wall"):
        "netc train: -Wall: all warnings are shown anyway; leave it out, or write -Werror",
    ("train", "small.net", "-Wnolinear-layer"):
        "netc train: -Wnolinear-layer: expected -Werror or -Wno-NAME, for example -Wno-linear-layer",
    ("train", "small.net", "--mnist"): "netc train: unknown option '--mnist'; did you mean '--data mnist'?",
    ("build", "small.net", "--target", "cortex-m4"):
        "netc build: --target goes with --infer; a trainer is built for this machine; a trained network is built by "
        "--infer --weights RUN --emit c",
    ("build", "small.net", "--target", "arm64"):
        "netc build: --target goes with --infer; a trainer is built for this machine; a trained network is built by "
        "--infer --weights RUN --target aarch64-linux-gnu --emit lib",
    ("build", "small.net", "--infer", "--weights", "x", "--target", "arm64"):
        "netc build: --target arm64: it is written aarch64-linux-gnu, and goes with --emit obj, lib, shared or c",
    ("build", "small.net", "--infer", "--weights", "x", "--epoch", "3"):
        "netc build: unknown option '--epoch'; a run's best epoch is taken; --weights runs/NAME/weights.safetensors is "
        "its last",
    ("show", "small.net", "--dot", "-o", "small.dot"):
        "netc show: unknown option '-o'; it prints on standard output: 'netc show small.net --dot >small.dot'",
    ("runs", "--json", "--output=a b.json"):
        "netc runs: unknown option '--output'; it prints on standard output: 'netc runs --json >'a b.json''",
    ("data", "--fetch", "mnist"):
        "netc data: unknown option '--fetch'; a set is fetched by its name: 'netc data mnist'",
    ("new", "my", "net"):
        "netc new: unexpected argument 'net'; a name is one word: 'netc new my_net'; a model to copy is named by "
        "--from net",
    ("--verion",): "netc: unknown option '--verion'; did you mean '--version'?",
    ("train", "small.net", "--rate", "fast"):
        "netc train: --rate fast: expected a number above 0; for example --rate 0.1",
    ("train", "small.net", "--epochs"): "netc train: --epochs needs N",
    ("train", "small.net", "--name", ""): "netc train: --name needs NAME, found an empty word",
    ("train", "small.net", "--name", "a/b"):
        "netc train: --name a/b: expected a name, without '/' and not beginning with '.'; write --name b",
}

# Words that mean nothing where they stand: what is said works when it is typed.
USAGE |= {
    # a command or what stands for one, in another place
    ("small.net", "check"): "netc: the command comes first: 'netc check small.net'",
    ("--epochs", "3", "train", "small.net"): "netc: the command comes first: 'netc train --epochs 3 small.net'",
    ("-o", "out", "small.net"): "netc: expected a command before '-o', for example 'netc build -o out small.net'",
    ("check", "train", "small.net"): "netc check: 'train' is a command, too; one at a time: 'netc train small.net'",
    ("quantize", "small.net"):
        "netc: unknown command 'quantize'; all numbers are 32-bit floats; 'netc build small.net --infer --weights "
        "runs/latest' makes the program",
    ("rm", "runs/a"): "netc: unknown command 'rm'; a run is a folder: rm -r runs/NAME",
    ("completion", "bash"): "netc: unknown command 'completion'; 'netc help --completion bash' prints the script",
    # a value in two words
    ("check", "small.net", "--memory", "16", "GB"):
        "netc check: --memory 16 GB: a size is one word; write --memory 16GB",
    ("show", "small.net", "--infer", "--max-ram", "64", "K"):
        "netc show: --max-ram 64 K: a size is one word; write --max-ram 64K",
    ("check", "small.net", "--set", "epochs", "3"):
        "netc check: --set epochs 3: a line is one word of the shell, in quotes; write --set 'epochs 3'",
    ("check", "--set", "optimizer", "sgd", "rate=0.1", "small.net"):
        "netc check: --set optimizer sgd: a line is one word of the shell, in quotes; write --set 'optimizer sgd "
        "rate=0.1'",
    ("check", "small.net", "-D", "units", "8"): "netc check: -D units 8: expected NAME=VALUE; write -D units=8",
    ("check", "small.net", "-D", "units", "=", "8"):
        "netc check: -D units = 8: expected NAME=VALUE; write -D units=8",
    ("check", "small.net", "-D=units=8"): "netc check: -D =units=8: expected NAME=VALUE; write -D units=8",
    ("check", "small.net", "-D", "units=", "8"): "netc check: -D units= 8: expected NAME=VALUE; write -D units=8",
    ("check", "small.net", "-D", "units:8"): "netc check: -D units:8: expected NAME=VALUE; write -D units=8",
    ("build", "small.net", "--rename", "fc:out"): "netc build: --rename fc:out: expected OLD=NEW; write --rename fc=out",
    ("check", "small.net", "--memory", "=", "1G"):
        "netc check: --memory = 1G: no blanks stand around '='; write --memory=1G",
    ("check", "small.net", "--memory", "16"):
        "netc check: --memory 16: those are 16 bytes, too few for any trainer; a size has a unit, such as 512M or 1.5G",
    ("check", "small.net", "--set", "epochs 3; batch 16"):
        "netc check: --set 'epochs 3; batch 16': one line each; write --set 'epochs 3' --set 'batch 16'",
    ("build", "small.net", "-o=out"): "netc build: -o=out: no '=' stands behind a letter; write -o out",
    ("train", "small.net", "--verbose", "2"): "netc train: --verbose takes no value; leave '2' out",
    # a command in a word
    ("check small.net",): "netc: unknown command 'check small.net'; write 'netc check small.net'",
    ("check-all",): "netc: unknown command 'check-all'; did you mean 'check'?",
    # what stands behind an option without a value
    ("show", "small.net", "--dot", "small.dot"):
        "netc show: --dot takes no value, it prints on standard output; write --dot >small.dot",
    ("show", "--json", "file.json", "small.net"):
        "netc show: --json takes no value, it prints on standard output; write --json >file.json",
    ("runs", "--json=a b.json"):
        "netc runs: --json takes no value, it prints on standard output; write --json >'a b.json'",
    ("show", "small.net", "-o", "small.dot"):
        "netc show: unknown option '-o'; it prints on standard output: 'netc show small.net >small.dot'",
    ("build", "small.net", "--emit", "c", "asm"):
        "netc build: unexpected argument 'asm'; --emit c takes one value, leave 'asm' out",
    ("build", "small.net", "out"): "netc build: unexpected argument 'out'; the output is named by -o out",
    ("new", "mine", "mlp_30"): "netc new: unexpected argument 'mlp_30'; a name is one word: 'netc new mine_mlp_30'; a model to copy is named by --from mlp_30",
    # names with blanks
    ("explain", "window", "too", "large"): "netc explain: a name has hyphens; write 'netc explain window-too-large'",
    ("help", "window", "too", "large"): "netc help: a name has hyphens; write 'netc explain window-too-large'",
    ("help", "train", "epochs"): "netc help: unexpected argument 'epochs'; one word at a time: 'netc help epochs'",
    ("explain", "error: bad-shape"): "netc explain: there is no diagnostic 'error: bad-shape'; did you mean 'bad-shape'?",
    ("explain", "conv"): "netc explain: there is no diagnostic 'conv'; 'netc help conv' says what that word is",
    ("explain", "all"): "netc explain: there is no command 'all'; 'netc explain --all' explains all diagnostics",
    # what netc has none of
    ("build", "small.net", "--quantize", "int8"):
        "netc build: unknown option '--quantize'; all numbers are 32-bit floats; leave it out",
    ("train", "small.net", "--tensorboard"):
        "netc train: unknown option '--tensorboard'; 'log gradients formats=[csv, tensorboard]' in the train block writes files for it",
    ("build", "small.net", "--emit", "wasm"):
        "netc build: --emit takes one of exe, obj, lib, shared, c, llvm, asm, onnx, not 'wasm'; netc makes none; --emit c "
        "is plain C99, which its compilers take",
    ("build", "small.net", "--emit", "pytorch"):
        "netc build: --emit takes one of exe, obj, lib, shared, c, llvm, asm, onnx, not 'pytorch'; netc makes none; 'netc "
        "show small.net --pytorch' prints the network as a PyTorch module",
    ("build", "small.net", "-Ofast"):
        "netc build: -O takes one of 0, 1, 2, 3, not 'fast'; 3 is the most: -O3; sums keep their order",
    ("build", "small.net", "--opset", "13"):
        "netc build: unknown option '--opset'; leave it out; an ONNX file says which opset it is",
    ("build", "small.net", "--threads", "4"):
        "netc build: '--threads' is not an option here; it belongs to 'netc experiments', 'netc train' and trainers",
    ("check", "small.net", "--diagnostics", "json,text"):
        "netc check: --diagnostics takes one of text, json, github, not 'json,text'; one at a time",
    ("build", "small.net", "--cpu", "avx2"): "netc build: --cpu: unknown processor 'avx2'; did you mean 'x86-64-v3'?",
    ("build", "small.net", "--cpu", "cortex-a53"):
        "netc build: --cpu: 'cortex-a53' is another kind of machine, which goes with --infer: --target aarch64-linux-gnu",
    # endings
    ("build", "small.net", "-o", "small.py"):
        "netc build: -o small.py: .py is the ending of Python, and without --emit this is a program; write -o small",
    ("build", "small.net", "--emit", "c", "-o", "small.cpp"):
        "netc build: -o small.cpp: .cpp is the ending of C++, and this is --emit c; write -o small.c",
    # a trainer's
    ("train", "small.net", "--num_threads", "4"):
        "netc train: unknown option '--num_threads'; did you mean '--threads'?",
    ("train", "small.net", "--resume-from", "a"): "netc train: unknown option '--resume-from'; did you mean '--resume'?",
    ("train", "small.net", "epochs", "3"): "netc train: unexpected 'epochs'; did you mean '--epochs'?",
    ("train", "small.net", "--epochs", "=", "3"): "netc train: --epochs = 3: no blanks stand around '='; write --epochs=3",
    ("train", "small.net", "--epochs", "3k"):
        "netc train: --epochs 3k: expected a whole number from 0 to 1000000000; write --epochs 3000",
    ("train", "small.net", "--rate", "0,01"): "netc train: --rate 0,01: expected a number above 0; write --rate 0.01",
    ("train", "small.net", "--rate", "1%"): "netc train: --rate 1%: expected a number above 0; write --rate 0.01",
    ("train", "small.net", "--threads", "2_000"):
        "netc train: --threads 2_000: expected a whole number from 1 to 1024, for example --threads 2",
    ("train", "small.net", "--seeds", "1..5"):
        "netc train: --seeds 1..5: expected the first and the last seed, write --seeds 1-5",
    ("train", "small.net", "--time-limit", "5", "m"):
        "netc train: --time-limit 5 m: a time is one word; write --time-limit 5m",
    ("train", "small.net", "--time-limit", "1:30"):
        "netc train: --time-limit 1:30: expected a time such as 90s, 5m or 1h30m; write --time-limit 1m30s",
    ("train", "small.net", "--json", "out.json"):
        "netc train: --json takes no value, it prints on standard output; write --json >out.json",
    ("train", "small.net", "--evaluate", "runs/latest"):
        "netc train: --evaluate takes no value; weights are named by --weights runs/latest",
    ("train", "small.net", "--rate", "0.1", "0.2"):
        "netc train: unexpected '0.2'; --rate 0.1 takes one value, leave '0.2' out",
    ("train", "small.net", "--data", "digits.csv"):
        "netc train: --data digits.csv: it takes the name of a set; files are compiled in, in MNIST's format: netc train "
        "small.net --set 'data idx images=\"images.idx\" labels=\"labels.idx\"' [unknown-data]",
    ("train", "small.net", "--infer"):
        "netc train: unknown option '--infer'; a trained network is made a program: netc build small.net --infer "
        "--weights runs/latest",
}
for size in ("0", "2Q", "-1", "1.5", "1.G", ".5G", "0.0K", "1.5e3K", "G", "2GG", "99999999999999999999", "9999999T"):
    USAGE["check", "small.net", "--memory", size] = \
        f"netc check: --memory {size}: expected a size such as 512M or 1.5G"

ENVIRONMENT = {
    ("check", "small"): "netc: cannot read small: No such file or directory; did you mean 'small.net'?",
    ("check", "SMALL.NET"): "netc: cannot read SMALL.NET: No such file or directory; did you mean 'small.net'?",
    ("check", "https://a.org/x.net"):
        "netc: cannot read https://a.org/x.net: No such file or directory; addresses are not read; fetch the file first: "
        "curl -LO 'https://a.org/x.net'",
    ("check", "units=8"): "netc: cannot read units=8: No such file or directory; a let is set by -D units=8",
    ("check", "*.nett"): "netc: cannot read *.nett: No such file or directory; no file fits that pattern",
    ("check", "absent"):
        "netc: cannot read absent: No such file or directory; 'netc new NAME' writes a model to begin with",
    ("build", "small.net", "-o", "absent/"):
        "netc: absent/: cannot create a file beside it: No such file or directory; there is no folder 'absent'; 'mkdir "
        "-p absent' makes the folder, then -o absent/small",
    ("data", "small.csv"): "netc: small.csv: cannot open: No such file or directory",
    ("check", "smal.net"): "netc: cannot read smal.net: No such file or directory; did you mean 'small.net'?",
    ("check", "absent.net"):
        "netc: cannot read absent.net: No such file or directory; there are secret.net, small.net",
    ("show", "absent.net"):
        "netc: cannot read absent.net: No such file or directory; there are secret.net, small.net",
    ("train", "absent.net"):
        "netc: cannot read absent.net: No such file or directory; there are secret.net, small.net",
    ("build", "absent.net"):
        "netc: cannot read absent.net: No such file or directory; there are secret.net, small.net",
    ("check", "folder"): "netc: cannot read folder: is a folder, not a .net file",
    ("train", "folder"): "netc: cannot read folder: is a folder, not a .net file",
    ("check", "file/x.net"):
        "netc: cannot read file/x.net: Not a directory; there is no folder 'file'",
    ("check", "/proc/self/mem"): "netc: cannot read /proc/self/mem: Input/output error",
    ("build", "small.net", "-o", "folder"):
        "netc: folder: cannot write: it is a folder; write -o folder/small",
    ("build", "small.net", "-o", "absent/x"):
        "netc: absent/x: cannot create a file beside it: No such file or directory; there is no folder 'absent'; "
        "'mkdir -p absent' makes the folder",
    ("build", "small.net", "--emit", "c", "-o", "file/x"):
        "netc: file/x: cannot create a file beside it: Not a directory; -o names another file",
    ("build", "small.net", "--cc", "absent-cc"):
        "netc: there is no program 'absent-cc', which --cc names as the C compiler",
    ("train", "small.net", "-q", "--run-dir", "file"): "netc train: file: cannot make the folder: a file is in the way",
    ("train", "small.net", "-q", "--weights", "absent"): "netc train: absent: cannot open: No such file or directory",
    ("train", "small.net", "-q", "--weights", "folder"):
        "netc train: folder: the folder holds no weights, so it is no run's; 'netc runs' lists the runs there are",
    ("train", "small.net", "-q", "--weights", "file"):
        "netc train: file: is not a safetensors file, or is cut short (4 bytes); a run has one: "
        "runs/latest/weights.safetensors",
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
