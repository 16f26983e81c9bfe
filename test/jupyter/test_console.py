"""`jupyter console` with the kernel: by a pipe, and by a person at a terminal."""
import importlib.util
import re
import subprocess
import sys
import unittest

from sandbox import Sandbox
from terminal import Terminal

CONSOLE = [sys.executable, "-m", "jupyter_console", "--kernel", "ray-ts"]
TIMEOUT = 60


@unittest.skipIf(importlib.util.find_spec("jupyter_console") is None, "no jupyter console: python3 -m pip install jupyter-console")
class ConsoleTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)

    def test_pipe(self):
        """the simple prompt fed by a pipe shows values, prints, an error and a task's result, and leaves no kernel"""
        lines = [
            "1 + 1",
            "function twice(x: number) { return 2 * x; }",
            "twice(21)",
            "console.log('printed ' + twice(3))",
            "throw new RangeError('too far')",
            "const square = ray.remote((x: number) => x * x)",
            "await ray.get([1, 2, 3].map((x) => square.remote(x)))",
        ]
        done = subprocess.run([*CONSOLE, "--simple-prompt"], input="\n".join(lines) + "\n", env=self.sandbox.env, cwd=self.sandbox.work, capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(0, done.returncode, done.stderr)
        shown, errors = (re.sub(r"\x1b\[[0-9;]*m", "", text) for text in (done.stdout, done.stderr))
        self.assertIn("Out[1]: 2\n", shown)
        self.assertIn("Out[3]: 42\n", shown)
        self.assertIn("printed 6\n", shown)
        self.assertIn("RangeError: too far", errors)
        self.assertIn("In[5]:1", errors)
        self.assertIn("Out[7]: [ 1, 4, 9 ]\n", shown)

    def start(self):
        terminal = Terminal(CONSOLE, self.sandbox.env, self.sandbox.work)
        self.addCleanup(terminal.close)
        terminal.until(r"In \[1\]: ")
        return terminal

    def test_terminal(self):
        """at a terminal a function takes several lines, Ctrl-C stops a loop, and Ctrl-D ends console and kernel"""
        terminal = self.start()
        for line in ["function add(a: number, b: number) {", "return a + b;", "}"]:
            terminal.write(line + "\r")
        terminal.until(r"In \[2\]: ")
        terminal.write("add(40, 2)\r")
        terminal.until(r"Out\[2\]: 42")
        terminal.until(r"In \[3\]: ")
        terminal.write("console.log('begun'); for (;;);\r")
        terminal.until(r"\nbegun")
        terminal.write("\x03")
        terminal.until(r"In \[4\]: ")
        terminal.write("add(1, 1)\r")
        terminal.until(r"Out\[4\]: 2")
        terminal.until(r"In \[5\]: ")
        terminal.write("\x04")
        terminal.until(r"Do you really want to exit")
        terminal.write("y\r")
        self.assertEqual(0, terminal.until_end(), terminal.text)


if __name__ == "__main__":
    unittest.main()
