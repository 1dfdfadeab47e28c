"""How lit runs netc's tests: one format that knows a test by its file.

  NAME.net, NAME.test   with RUN lines: run by lit's shell, in the folder of the test
  NAME.net + NAME.out   the RUN line's standard output and error must equal NAME.out; `make bless` rewrites it.
                        Without a RUN line the command is `netc check NAME.net`
  test_NAME.c, check_NAME.c   the program of that name in BUILD/FOLDER; status 0 is good
  NAME.py               run with Python in a scratch folder; status 77 means skipped, the last line saying why

Substitutions: %netc, %f (the test's file name), %t (a scratch path), %S (its folder), %runtime (folder of
libnetrt.a), %FileCheck, %python. `not` and `split-file` are found too. Features: llvm, gcc, clang, sanitizer.
"""
import os
import shutil
import sys

tests = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, tests)
from netc_format import NetcFormat  # noqa: E402

root = os.path.dirname(tests)
build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "build")))
bless = lit_config.params.get("bless") == "1"
TOOLS = "/usr/lib/llvm-19/bin"


def tool(name):
    path = os.path.join(TOOLS, name)
    return path if os.path.exists(path) else shutil.which(name + "-19") or shutil.which(name) or name


config.name = "netc"
config.test_format = NetcFormat(build, bless)
config.suffixes = {".net", ".test", ".py", ".c"}
config.excludes = {"Inputs", "fuzz", "bench", "__pycache__"}
config.test_source_root = tests
config.test_exec_root = os.path.join(build, "tests")

# Tests see an empty home and no settings of the user; trainers that were built are shared between them.
home = os.path.join(build, "tests", "home")
os.makedirs(os.path.join(home, "data"), exist_ok=True)
config.environment.update({
    "HOME": home, "XDG_CACHE_HOME": os.path.join(home, "cache"), "XDG_DATA_HOME": os.path.join(home, "data"),
    "TERM": "dumb", "LC_ALL": "C.UTF-8", "PATH": TOOLS + os.pathsep + "/usr/local/bin:/usr/bin:/bin",
    "NETC": os.path.join(build, "netc"), "NETC_BUILD": build, "NETC_ROOT": root,
    # The last: looking for leaks, gcc 12's runtime may crash over the thread-local storage of a library that was opened.
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:allocator_may_return_null=1:intercept_tls_get_addr=0",
    # LLVM is not built with the thread sanitizer, which so does not see how its threads wait for each other.
    "UBSAN_OPTIONS": "print_stacktrace=1", "TSAN_OPTIONS": "halt_on_error=1:ignore_noninstrumented_modules=1",
})
for name in ("CC", "NO_COLOR", "NETC_LIB", "NET_FAULT"):
    config.environment.pop(name, None)

config.substitutions += [
    ("%netc", os.path.join(build, "netc")),
    ("%FileCheck", tool("FileCheck")),
    ("%runtime", build),
    ("%python", sys.executable),
]

if lit_config.params.get("llvm", "1") != "0":
    config.available_features.add("llvm")
for feature, program in (("gcc", "gcc"), ("clang", "clang-19")):
    if shutil.which(program):
        config.available_features.add(feature)
if os.path.basename(build) in ("asan", "tsan"):
    config.available_features.update(("sanitizer", os.path.basename(build)))
