"""The repository's notebooks, run by nbclient and nbconvert: every stored output is there again."""
import html
import importlib.util
import json
import os
import re
import subprocess
import sys
import unittest

import nbformat
from nbclient import NotebookClient

import stored_notebooks as stored
from sandbox import Sandbox

TIMEOUT = 60


class NotebookTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)

    def assert_as_stored(self, name, notebook):
        """Cells and outputs are those of the file; where the outputs vary, something is there."""
        before, after = stored.code_cells(stored.read(name)), stored.code_cells(notebook)
        self.assertEqual([cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in after], ["".join(cell["source"]) for cell in before])
        self.assertEqual(list(range(1, len(after) + 1)), [cell["execution_count"] for cell in after])
        for cell, now in zip(before, after):
            if stored.has_stable_outputs(cell):
                self.assertEqual(stored.outputs(cell), stored.outputs(now), "".join(cell["source"]))
            else:
                self.assertEqual(bool(cell["outputs"]), bool(now["outputs"]), "".join(cell["source"]))


class NbclientTest(NotebookTest):
    def test_nbclient(self):
        """nbclient runs every notebook to its end, with every stored output"""
        for name in stored.names():
            with self.subTest(name):
                notebook = nbformat.read(stored.copy(name, self.sandbox.work), as_version=4)
                NotebookClient(notebook, kernel_name="ray-ts", timeout=TIMEOUT, resources={"metadata": {"path": self.sandbox.work}}).execute(env=self.sandbox.env)
                nbformat.validate(notebook)
                self.assert_as_stored(name, notebook)
                self.assertEqual([], self.sandbox.leftovers(5))


@unittest.skipIf(importlib.util.find_spec("nbconvert") is None, "no nbconvert: python3 -m pip install nbconvert")
class NbconvertTest(NotebookTest):
    def convert(self, name, *options):
        """Runs `jupyter nbconvert --execute` and gives what it wrote."""
        source = stored.copy(name, self.sandbox.work)
        command = [sys.executable, "-m", "nbconvert", "--execute", "--stdout", "--log-level=WARN", *options, source]
        done = subprocess.run(command, env=self.sandbox.env, cwd=self.sandbox.work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * TIMEOUT)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_notebook(self):
        """nbconvert --execute --to notebook gives every stored output"""
        for name in stored.names():
            with self.subTest(name):
                self.assert_as_stored(name, json.loads(self.convert(name, "--to", "notebook")))

    def test_script(self):
        """nbconvert --to script gives a TypeScript file with every cell, in order"""
        for name in stored.names():
            with self.subTest(name):
                source = stored.copy(name, self.sandbox.work)
                done = subprocess.run([sys.executable, "-m", "nbconvert", "--to", "script", "--log-level=WARN", source], env=self.sandbox.env, cwd=self.sandbox.work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
                self.assertEqual(0, done.returncode, done.stderr)
                with open(os.path.splitext(source)[0] + ".ts", encoding="utf-8") as f:
                    script = f.read()
                at = 0
                for cell in stored.code_cells(stored.read(name)):
                    text = "".join(cell["source"])
                    self.assertIn(text, script[at:])
                    at = script.index(text, at) + len(text)

    def test_html(self):
        """nbconvert --execute --to html gives a page with every output"""
        for name in stored.names():
            with self.subTest(name):
                page = self.convert(name, "--to", "html", "--embed-images")
                shown = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
                for cell in filter(stored.has_stable_outputs, stored.code_cells(stored.read(name))):
                    for output in cell["outputs"]:
                        self.assertIn(stored.visible_text(output), shown)


if __name__ == "__main__":
    unittest.main()
