"""lit's test format of this folder; a module, since lit hands tests to its workers by pickling."""
import os
import subprocess
import sys

import lit.formats
import lit.Test


class RoutesFormat(lit.formats.TestFormat):
    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        for folder, at in ((suite.getSourcePath(path_in_suite), path_in_suite),
                           (os.path.join(local_config.environment["NETC_ROOT"], "models"), path_in_suite + ("models",))):
            for name in sorted(os.listdir(folder)):
                if name.endswith(".net"):
                    yield lit.Test.Test(suite, at + (name,), local_config)

    def model(self, test):
        """Its own or, as models/NAME, one of the project's."""
        if test.path_in_suite[-2] == "models":
            return os.path.join(test.config.environment["NETC_ROOT"], *test.path_in_suite[-2:])
        return test.getSourcePath()

    def execute(self, test, lit_config):
        if lit_config.params.get("bless") == "1":
            return lit.Test.UNSUPPORTED, "has no expected output to rewrite"
        runner = os.path.join(test.config.environment["NETC_ROOT"], "tests", "routes", "routes.py")
        done = subprocess.run([sys.executable, runner, self.model(test), test.getExecPath() + ".tmp"], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(test.config.environment))
        return (lit.Test.PASS if done.returncode == 0 else lit.Test.FAIL), done.stdout
