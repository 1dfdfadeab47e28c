"""lit's test format for netc: knows a test by its file. What the forms are is said in lit.cfg.py."""
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import lit.formats
import lit.Test
import lit.TestRunner

SKIPPED = 77
TIMEOUT = 600  # seconds
# What takes longest begins first, else the others' processors wait for it at the end. lit knows it from the run before,
# a fresh copy has none.
LONG = {"gradients/check_gradients.c", "infer/libraries.py", "numeric/check_loops.c", "train/faults.py", "train/logs.py",
        "train/messages.py", "train/resume.py", "train/resume_changes.py", "train/threads.py", "unit/test_loop.c"}


def run_lines(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return re.findall(r"RUN:[ \t]*(.*)", file.read())


def expected_of(path):
    return os.path.splitext(path)[0] + ".out"


class NetcFormat(lit.formats.TestFormat):
    def __init__(self, build, bless):
        self.build = build
        self.bless = bless

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folder = suite.getSourcePath(path_in_suite)
        for name in sorted(os.listdir(folder)):
            if self.is_test(os.path.join(folder, name)):
                test = lit.Test.Test(suite, path_in_suite + (name,), local_config)
                if not test.previous_elapsed and "/".join(test.path_in_suite) in LONG:
                    test.previous_elapsed = TIMEOUT
                yield test

    @staticmethod
    def is_test(path):
        name = os.path.basename(path)
        if name.endswith(".c"):
            return name.startswith(("test_", "check_"))
        if name.endswith(".py"):
            with open(path, encoding="utf-8") as file:
                return file.readline().startswith("#!")
        return name.endswith((".net", ".test"))

    def is_golden(self, path):
        """Whether NAME.out is what counts: it exists, or is to be made for a plain command."""
        if not path.endswith(".net"):
            return False
        lines = run_lines(path)
        plain = not re.search(r"FileCheck|%t|[|>]|&&", "\n".join(lines))
        return os.path.exists(expected_of(path)) or not lines or (self.bless and plain)

    def execute(self, test, lit_config):
        path = test.getSourcePath()
        if self.is_golden(path):
            return self.run_golden(test)
        if self.bless:
            return lit.Test.UNSUPPORTED, "has no expected output to rewrite"
        if path.endswith(".c"):
            return self.run_unit(test)
        if path.endswith(".py"):
            return self.run_python(test)
        return lit.TestRunner.executeShTest(test, lit_config, False, extra_substitutions=self.names(path),
                                            preamble_commands=[f"cd {os.path.dirname(path)}"])

    @staticmethod
    def names(path):
        return [(r"%f\b", os.path.basename(path))]

    def run_command(self, test, command, cwd):
        """Runs it in a session of its own: whatever it leaves running ends with it."""
        with tempfile.TemporaryFile() as file:  # a pipe would be waited for until whatever holds it has ended
            process = subprocess.Popen(command, cwd=cwd, env=dict(test.config.environment), stdout=file,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            late = ""
            try:
                process.wait(timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                late = f"\ntook longer than {TIMEOUT} s"
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            file.seek(0)
            output = file.read().decode(errors="replace")
        return (1 if late else process.returncode), output + late

    def scratch(self, test):
        folder = test.getExecPath() + ".tmp"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def run_unit(self, test):
        program = os.path.join(self.build, *test.path_in_suite)[:-2]
        status, output = self.run_command(test, [program], self.scratch(test))
        return (lit.Test.PASS if status == 0 else lit.Test.FAIL), output

    def run_python(self, test):
        lit.TestRunner.parseIntegratedTestScript(test, require_script=False)
        if test.getMissingRequiredFeatures():
            return lit.Test.UNSUPPORTED, "requires " + ", ".join(test.getMissingRequiredFeatures())
        status, output = self.run_command(test, [sys.executable, test.getSourcePath()], self.scratch(test))
        if status == SKIPPED:
            return lit.Test.UNSUPPORTED, output
        return (lit.Test.PASS if status == 0 else lit.Test.FAIL), output

    def run_golden(self, test):
        """Compares what the RUN line prints with NAME.out, byte for byte. The command may fail: it ends the output
        with a line '[status N]'."""
        path = test.getSourcePath()
        folder, name = os.path.split(path)
        parsed = lit.TestRunner.parseIntegratedTestScript(test, require_script=False)
        if isinstance(parsed, lit.Test.Result):
            return parsed
        if test.getMissingRequiredFeatures():
            return lit.Test.UNSUPPORTED, "requires " + ", ".join(test.getMissingRequiredFeatures())
        lines = run_lines(path) or ["%netc check %f"]
        temporary = os.path.join(self.scratch(test), name)
        substitutions = self.names(path) + lit.TestRunner.getDefaultSubstitutions(test, os.path.dirname(temporary), temporary)
        text = ""
        for line in lit.TestRunner.applySubstitutions(lines, substitutions, test.config):
            status, output = self.run_command(test, ["/bin/sh", "-c", line], folder)
            text += output + (f"[status {status}]\n" if status else "")
        if self.bless:
            with open(expected_of(path), "w", encoding="utf-8") as file:
                file.write(text)
            return lit.Test.PASS, ""
        if not os.path.exists(expected_of(path)):
            return lit.Test.FAIL, f"there is no {os.path.basename(expected_of(path))}; make bless makes it of\n{text}"
        with open(expected_of(path), encoding="utf-8", errors="replace") as file:
            expected = file.read()
        if text == expected:
            return lit.Test.PASS, ""
        difference = "".join(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected",
                                                  "printed now"))
        return lit.Test.FAIL, " && ".join(lines) + "\n" + difference
