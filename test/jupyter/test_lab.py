"""JupyterLab and Notebook 7 in a real browser."""
import glob
import importlib.util
import os
import unittest

from jupyter_client import BlockingKernelClient

import stored_notebooks as stored
from front_end import FrontEnd, missing
from lab_browser import JupyterServer
from sandbox import Sandbox

TIMEOUT = 30


class FrontEndTests(FrontEnd):
    """What holds in every front end."""

    def test_run_all(self):
        """Run All gives and shows every stored output of the first notebook"""
        stored.copy("01-ray-core.ipynb", self.sandbox.work)
        notebook = self.open_file("01-ray-core.ipynb")
        notebook.command("notebook:run-all-cells")
        self.shot("ran")
        for before, after in zip(stored.code_cells(stored.read("01-ray-core.ipynb")), stored.code_cells(notebook.notebook()), strict=True):
            self.assertEqual(stored.outputs(before), stored.outputs(after), before["source"])
            self.assertEqual("error" in [o["output_type"] for o in after["outputs"]], stored.may_raise(before), before["source"])
        self.assert_seen(notebook)

    def assert_seen(self, notebook):
        """Each stored output of the first notebook is in the page."""
        for i, cell in enumerate(stored.read("01-ray-core.ipynb")["cells"]):
            seen, wanted = notebook.seen(i), [stored.visible_text(output) for output in cell.get("outputs", [])]
            self.assertEqual(len(wanted), len(seen), cell["source"])
            for part, text in zip(wanted, seen):
                self.assertIn(part, text)

    def test_untrusted(self):
        """a notebook from elsewhere, which is not trusted, shows its outputs and views before it is run"""
        stored.copy("01-ray-core.ipynb", self.sandbox.work, with_outputs=True)
        notebook = self.open_file("01-ray-core.ipynb")
        self.assertFalse(notebook.is_trusted)
        self.assert_seen(notebook)
        self.assert_readable(notebook, [11])

    def test_interrupt(self):
        """the interrupt button stops a loop that spins, and the session goes on"""
        notebook = self.open("let kept = 41;", "console.log('begun');\nfor (;;);", "kept + 1")
        notebook.run(0)
        notebook.select(1)
        notebook.start("notebook:run-cell")
        notebook.outputs_of(1).get_by_text("begun").wait_for()
        self.assertEqual("busy", notebook.kernel_status)
        notebook.command("notebook:interrupt-kernel")
        notebook.wait()
        self.shot("interrupted")
        self.assertIn("InterruptedError", " ".join(notebook.seen(1)))
        self.assertEqual(["42"], notebook.run(2))

    def test_restart(self):
        """Restart Kernel gives a fresh session and keeps the cluster: a detached actor its count, the workers their pids"""
        notebook = self.open(
            "class Counter { i = 0; incr() { return ++this.i; } }\nawait ray.get(ray.remote(Counter).options({ name: 'counter', lifetime: 'detached' }).remote().incr.remote())",
            "const counter = await ray.getActor('counter');\nawait ray.get(counter.incr.remote())",
            "const pid = ray.remote(async () => { await new Promise((r) => setTimeout(r, 300)); return process.pid; });\nconst all = Array.from({ length: (await ray.init()).numCpus }, () => pid.remote());\n(await ray.get(all)).sort().join()",
            "[typeof Counter, process.pid]",
        )
        self.assertEqual(["1"], notebook.run(0))
        workers, session = notebook.run(2), notebook.run(3)
        notebook.start("notebook:restart-kernel")
        dialog = notebook.page.locator(".jp-Dialog")
        dialog.wait_for()
        self.shot("asked")
        dialog.locator(".jp-mod-accept").click()
        notebook.wait()
        notebook.wait_for_kernel()
        fresh = notebook.run(3)
        self.assertIn("'undefined'", fresh[0])
        self.assertNotEqual(session, fresh)
        self.assertEqual(["2"], notebook.run(1))
        self.assertEqual(workers, notebook.run(2))
        self.shot("restarted")

    def test_live_view(self):
        """a pending ref turns ready in its output while the kernel is idle"""
        notebook = self.open("const slow = ray.remote(async function slow(ms: number) { await new Promise((r) => setTimeout(r, ms)); return 'done'; });\nawait ray.get(slow.remote(1))", "const ref = slow.remote(2000);\nref")
        notebook.run(0)
        pending = notebook.run(1)
        self.shot("pending")
        self.assertEqual("idle", notebook.kernel_status)
        self.assertIn("running", pending[0])
        self.assertNotIn("ready", pending[0])
        notebook.outputs_of(1).get_by_text('"done"', exact=True).wait_for()
        self.assertEqual("idle", notebook.kernel_status)
        self.assertIn("ready", notebook.seen(1)[0])
        self.assertEqual(1, len(notebook.seen(1)))
        self.shot("ready")

    def test_completion(self):
        """Tab shows the names of earlier cells, and the chosen one is put in; Shift-Tab tells what a name is"""
        notebook = self.open("const answerOfAll = 42;\nfunction answerTo(question: string) { return answerOfAll; }", "answer")
        notebook.run(0)
        notebook.edit(1)
        notebook.page.keyboard.press("Tab")
        items = notebook.page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")
        items.first.wait_for()
        self.shot("popup")
        self.assertEqual(["answerOfAll", "answerTo"], items.locator(".jp-Completer-match").all_inner_texts())
        notebook.page.keyboard.press("Enter")
        self.assertIn(notebook.source(1), ["answerOfAll", "answerTo"])
        notebook.page.keyboard.press("Shift+Tab")
        tooltip = notebook.page.locator(".jp-Tooltip")
        tooltip.wait_for()
        self.assertIn("answer", tooltip.inner_text())
        self.shot("tooltip")

    def test_views(self):
        """refs, actors, the cluster and errors are readable in the light and in the dark theme"""
        notebook = self.open(
            "const f = ray.remote(async function half(x: number) {\n  if (x < 0) throw new RangeError(`${x} is negative`);\n  if (x === 9) await new Promise(() => {});\n  return x / 2;\n});\nawait ray.init()",
            "const refs = [8, 9, -1].map((x) => f.remote(x));\nawait ray.wait(refs, { numReturns: 2 });\nrefs[0]",
            "refs[2]",
            "refs",
            "class Counter { i = 0; incr() { console.log('from the actor'); return ++this.i; } }\nconst counter = ray.remote(Counter).options({ name: 'counter' }).remote();\nawait ray.get(counter.incr.remote());\ncounter",
            "await ray.get(refs[2])",
            "console.error('a warning'); ({ a: [1, 'two', null], when: new Date(0), re: /x/g })",
        )
        for cell in range(7):
            notebook.run(cell)
        self.assert_readable(notebook, [0, 3, 6])


DEBUGGED = """interface Point { x: number; y: number }

function scale(p: Point, by: number): Point {
  const x = p.x * by;
  return { x, y: p.y * by };
}
const points: Point[] = [];
for (const by of [2, 3]) {
  points.push(scale({ x: 1, y: 2 }, by));
}
points.length"""


@unittest.skipIf(missing("jupyterlab"), missing("jupyterlab"))
class LabTest(FrontEndTests, unittest.TestCase):
    app, title = "lab", "JupyterLab"

    def test_debugger(self):
        """a breakpoint that is clicked into a cell stops there; the debugger shows the stack and the variables, steps and continues"""
        notebook = self.open(DEBUGGED)
        page = notebook.page
        highlighted = page.locator(".jp-DebuggerEditor-highlight")
        page.locator(".jp-DebuggerBugButton").first.click()
        gutter = page.locator(".jp-Notebook .jp-Cell .cm-breakpoint-gutter .cm-gutterElement")
        gutter.nth(4).wait_for()
        # the first element only gives the gutter its width
        gutter.nth(5).click()
        page.locator(".jp-DebuggerBreakpoint").wait_for()
        notebook.start("notebook:run-cell")
        highlighted.wait_for()
        self.assertEqual("return { x, y: p.y * by };", highlighted.inner_text().strip())
        self.assertEqual(["scale", "In[1]"], self.texts(page, ".jp-DebuggerCallstackFrame-name"))
        self.wait_for_variables(page, ["p {x: 1, y: 2}", "by 2", "x 2"])
        self.shot("stopped")
        self.click(page, "debugger:stepOut")
        page.wait_for_function("() => document.querySelector('.jp-DebuggerEditor-highlight')?.innerText.includes('points.push')")
        self.wait_for_variables(page, ["by 2", "points Array(0) []"])
        self.assertEqual(["In[1]"], self.texts(page, ".jp-DebuggerCallstackFrame-name"))
        self.shot("stepped")
        self.click(page, "debugger:continue")
        self.wait_for_variables(page, ["by 3", "x 3"])
        self.click(page, "debugger:next")
        page.wait_for_function("() => document.querySelector('.jp-DebuggerEditor-highlight')?.innerText.includes('}')")
        self.click(page, "debugger:continue")
        notebook.wait()
        self.assertEqual(["2"], notebook.seen(0))
        highlighted.wait_for(state="detached")
        self.shot("ended")

    def texts(self, page, selector):
        page.locator(selector).first.wait_for()
        return page.locator(selector).all_inner_texts()

    def wait_for_variables(self, page, wanted):
        """Each is a name and what stands beside it in the tree of variables."""
        shown = "() => [...document.querySelectorAll('.jp-DebuggerVariables-body .jp-DebuggerVariables-name')].map(e => [e.innerText, e.nextElementSibling?.innerText ?? ''].join(' ').trim())"
        try:
            page.wait_for_function(f"wanted => {{ const shown = ({shown})(); return wanted.every(one => shown.includes(one)); }}", arg=wanted, timeout=15_000)
        except Exception as error:
            raise AssertionError(f"the variables are {page.evaluate(shown)}, wanted {wanted}") from error

    def click(self, page, command):
        page.locator(f"jp-button[data-command='{command}'], [data-command='{command}'] button, [data-command='{command}']").first.click()


@unittest.skipIf(missing("notebook"), missing("notebook"))
class Notebook7Test(FrontEndTests, unittest.TestCase):
    app, title = "notebook", "Notebook 7"


@unittest.skipIf(importlib.util.find_spec("jupyterlab") is None, "no jupyterlab: python3 -m pip install jupyterlab")
class ServerEndTest(unittest.TestCase):
    def setUp(self):
        """A server with a kernel that has a cluster and a cell that spins."""
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)
        self.server = JupyterServer("lab", self.sandbox)
        self.addCleanup(self.server.kill)
        kernel = self.server.request("POST", "api/kernels", {"name": "ray-ts"})["id"]
        client = BlockingKernelClient(connection_file=self.sandbox.path("jupyter", f"kernel-{kernel}.json"))
        self.addCleanup(client.stop_channels)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        client.execute("await ray.get(ray.remote(() => 7).remote());\nconsole.log('begun');\nfor (;;);")
        while client.get_iopub_msg(timeout=TIMEOUT)["content"].get("text") != "begun\n":
            pass

    def test_stop(self):
        """a Jupyter server that ends takes its kernels along, a spinning cell and the cluster too"""
        self.server.stop()
        self.assertEqual([], self.sandbox.leftovers(3))

    def test_kill(self):
        """when the Jupyter server is killed its kernels notice, and nothing of theirs stays"""
        self.server.kill()
        for file in glob.glob(self.sandbox.path("jupyter", "kernel-*.json")):
            os.remove(file)  # written by the server, which had no time to remove it
        self.assertEqual([], self.sandbox.leftovers(5))


if __name__ == "__main__":
    unittest.main()
