"""What lives in a notebook's page: views, widgets and comms, in JupyterLab and Notebook 7 in a real browser."""
import importlib.util
import os
import subprocess
import sys
import unittest

from front_end import FrontEnd, missing
from lab_browser import Browser, Screenshots, find_chromium, write_notebook
from sandbox import Sandbox

WIDGETS = """
const base = "@jupyter-widgets/base", controls = "@jupyter-widgets/controls";
const model = (name: string, module: string, view: string, viewModule: string, state: object) => ray.comm.open("jupyter.widget", { state: { _model_name: name, _model_module: module, _model_module_version: "2.0.0", _view_module: viewModule, _view_module_version: "2.0.0", _view_name: view, ...state }, buffer_paths: [] }, { metadata: { version: "2.1.0" } });
const styled = (style: string) => ({ layout: "IPY_MODEL_" + model("LayoutModel", base, "LayoutView", base, {}).id, style: "IPY_MODEL_" + model(style, controls, "StyleView", base, {}).id });
const show = (comm) => ({ [Symbol.for("Jupyter.display")]: () => ({ "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: comm.id }, "text/plain": "a widget" }) });
const html = model("HTMLModel", controls, "HTMLView", controls, { value: "<b>none yet</b>", ...styled("HTMLStyleModel") });
const bar = model("FloatProgressModel", controls, "ProgressView", controls, { value: 1, min: 0, max: 10, ...styled("ProgressStyleModel") });
const slider = model("IntSliderModel", controls, "IntSliderView", controls, { value: 3, min: 0, max: 10, step: 1, ...styled("SliderStyleModel") });
slider.onMsg(({ data }) => { if (data.method === "update") html.send({ method: "update", state: { value: `<b>slid to ${data.state.value}</b>` }, buffer_paths: [] }); });
ray.display(show(html)); ray.display(show(bar)); ray.display(show(slider));
"""


SLOW = """
class Gate { waiting: (() => void)[] = []; async wait() { await new Promise<void>((go) => this.waiting.push(go)); } open() { for (const go of this.waiting.splice(0)) go(); } }
const gate = ray.remote(Gate, { maxConcurrency: 1000 }).remote();
const part = ray.remote(async function part(gate: any, i: number) { await ray.get(gate.wait.remote()); if (i === 2) throw new RangeError("bad part"); return { i }; }, { numCpus: 0 });
const after = ray.remote(function after(x: { i: number }) { return `after ${x.i}`; }, { numCpus: 0 });
"""


MOTOR = """
class Counter { n = 0; last = { by: 0 }; add(by: number) { this.last.by = by; return this.n += by; } }
const counter = ray.remote(Counter).remote(); await ray.get(counter.add.remote(0));
class Motor { speed = 0; set(speed: number) { this.speed = speed; } read() { return this.speed; } }
const motor = ray.remote(Motor).remote(); await ray.get(motor.read.remote());
const square = ray.remote(function square(i: number) { return i * i; }); await ray.get(square.remote(1));
const { existsSync } = await import("node:fs");
ray.display(ray.ui.column(ray.ui.row(ray.ui.slider({ label: "speed", max: 10 }, motor.set), ray.ui.button("read", motor.read)), ray.ui.chart({ label: "speed of the motor", field: [motor, "speed"] })));
counter
"""

BUSY = """
const squares = Array.from({ length: 200 }, (_, i) => square.remote(i));
const added = Array.from({ length: 200 }, () => counter.add.remote(1));
ray.progress(squares); ray.progress(added, { label: "adding" });
console.log("spins"); while (!existsSync("enough")); 0
"""


class ViewTests(FrontEnd):
    def view(self, notebook, cell):
        return notebook.outputs_of(cell).locator(".ray-view")

    def snapshot(self, notebook, cell):
        """What the notebook would keep of a view."""
        [data] = [output["data"] for output in notebook.notebook()["cells"][cell]["outputs"] if "application/vnd.ray-ts.view+json" in output.get("data", {})]
        return data

    def wait_for_text(self, notebook, cell, text):
        self.view(notebook, cell).get_by_text(text).first.wait_for()

    def test_refs(self):
        """refs are drawn live, keep what was unfolded over updates and a reload, and end in the notebook as they are"""
        notebook = self.open(SLOW, "const parts = [0, 1, 2].map((i) => part.remote(gate, i));\nconst refs = [...parts, after.remote(parts[0])];\nrefs", "await ray.get(gate.open.remote()); await ray.wait(refs, { numReturns: 4 }); 0")
        notebook.run(0)
        notebook.run(1)
        self.wait_for_text(notebook, 1, "3 running, 1 waiting")
        self.page_waits_for_live(notebook, 1)
        self.view(notebook, 1).locator("summary", has_text="all 4").click()
        self.view(notebook, 1).get_by_text("waiting for arguments").wait_for()
        self.view(notebook, 1).get_by_text("running on pid").first.wait_for()
        self.shot("running")
        notebook.reload()
        self.view(notebook, 1).locator("details[open]").get_by_text("so far").first.wait_for()
        self.page_waits_for_live(notebook, 1)
        self.shot("reloaded")
        notebook.run(2)
        self.wait_for_text(notebook, 1, "3 ready, 1 error")
        self.view(notebook, 1).locator("details[open]").get_by_text("{i: 1}").wait_for()
        self.view(notebook, 1).locator("details[open]").get_by_text("'after 0'").or_(self.view(notebook, 1).get_by_text('"after 0"')).first.wait_for()
        self.view(notebook, 1).locator("pre", has_text="RangeError: bad part").wait_for()
        self.shot("ready")
        notebook.page.wait_for_function("() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()).includes('3 ready, 1 error: RangeError: bad part')")
        kept = self.snapshot(notebook, 1)
        self.assertTrue(kept["application/vnd.ray-ts.view+json"]["isSettled"])
        self.assertIn("bad part", kept["text/html"])
        self.assertNotIn("as of", kept["text/html"])

    def test_busy(self):
        """while a cell spins an actor is seen counting, a slider drives an actor, a chart follows it, and progress goes on"""
        notebook = self.open(MOTOR, BUSY)
        notebook.run(0)
        controls, counter = (self.view(notebook, 0).nth(i) for i in range(2))
        counter.get_by_text("alive").wait_for()
        counter.locator("summary", has_text="state").click()
        notebook.select(1)
        notebook.start("notebook:run-cell")
        notebook.outputs_of(1).get_by_text("spins").wait_for()
        counter.locator(".ray-leaf", has_text="n 200").wait_for()
        counter.locator("summary", has_text="last").click()
        counter.locator(".ray-leaf", has_text="by 1").wait_for()
        self.view(notebook, 1).nth(1).get_by_text("200 of 200 done").first.wait_for()
        controls.get_by_role("slider").focus()
        for _ in range(7):
            notebook.page.keyboard.press("ArrowRight")
        controls.locator(".ray-chart b", has_text="7").wait_for()
        controls.get_by_role("button", name="read").click()
        controls.get_by_text("→ 7").wait_for()
        self.shot("busy")
        self.assertEqual("busy", notebook.kernel_status)
        open(self.sandbox.path("work", "enough"), "w").close()
        notebook.wait()
        self.view(notebook, 1).first.get_by_text("200 of 200 done").first.wait_for()
        self.shot("over")

    def test_kill(self):
        """an actor is killed from its view after a question, by the keyboard alone"""
        notebook = self.open("class Counter { n = 0; add() { return ++this.n; } }\nconst counter = ray.remote(Counter).remote(); await ray.get(counter.add.remote()); counter")
        notebook.run(0)
        view = self.view(notebook, 0)
        view.get_by_text("alive").wait_for()
        view.get_by_role("button", name="kill").focus()
        notebook.page.keyboard.press("Enter")
        question = view.get_by_role("alertdialog")
        question.get_by_text("Kill the actor Counter?").wait_for()
        self.shot("asked")
        notebook.page.keyboard.press("Escape")
        question.wait_for(state="detached")
        notebook.page.keyboard.press("Space")
        question.get_by_role("button", name="yes").click()
        view.locator(".ray-pill", has_text="dead").wait_for()
        view.locator("pre", has_text="it was killed by ray.kill").wait_for()
        self.shot("killed")
        self.assertEqual(0, view.get_by_role("button").count())

    def test_cancel(self):
        """what is not done of a progress bar is cancelled from it after a question; the others stay as they are"""
        notebook = self.open(SLOW, "const done = after.remote({ i: 7 }); await ray.get(done);\nray.progress([done, ...Array.from({ length: 5 }, (_, i) => part.remote(gate, 10 + i))])")
        notebook.run(0)
        notebook.run(1)
        view = self.view(notebook, 1).first
        view.get_by_text("1 of 6 done, 5 running").wait_for()
        for name, count in (("after", "1 of 1"), ("part", "0 of 5")):
            view.locator("tr", has_text=name).get_by_text(count).wait_for()
        view.get_by_role("button", name="cancel the rest").click()
        view.get_by_role("alertdialog").get_by_text("Cancel the 5 that are not done?").wait_for()
        self.shot("asked")
        view.get_by_role("button", name="yes").click()
        view.get_by_text("1 of 6 done, 5 failed").first.wait_for()
        self.assertEqual(0, view.get_by_role("button", name="cancel").count())
        self.shot("cancelled")

    def test_tables(self):
        """tables of the cluster's state are sorted, searched and leafed through; prints, timeline and an error's stacks unfold"""
        notebook = self.open(
            "const square = ray.remote(function square(i: number) { if (i % 50 === 49) console.log('at ' + i); if (i === 77) throw new RangeError('seventy-seven'); return i * i; });\nawait ray.wait(Array.from({ length: 120 }, (_, i) => square.remote(i)), { numReturns: 120 });\nconst named = ray.remote(function named() { return 1; }); await ray.get(named.remote()); const bad = square.remote(77); await ray.wait([bad]); await ray.status()",
            "await ray.state.tasks({ limit: 1000 })",
            "await ray.timeline()",
            "await ray.get(bad).catch((error) => error)",
        )
        for cell in range(4):
            notebook.run(cell)
        table = self.view(notebook, 1)
        table.get_by_text("1–50 of 122").wait_for()
        table.get_by_role("button", name="next page").click()
        table.get_by_text("51–100 of 122").wait_for()
        table.get_by_role("button", name="state", exact=True).click()
        table.locator("th[aria-sort=ascending]", has_text="state").wait_for()
        table.get_by_text("1–50 of 122").wait_for()
        self.assertIn("failed", table.locator("tbody tr").first.inner_text())
        table.get_by_role("searchbox").fill("named")
        table.get_by_text("1–1 of 1 (122 in all)").wait_for()
        self.assertEqual(1, table.locator("tbody tr").count())
        self.shot("searched")
        cluster = self.view(notebook, 0)
        cluster.locator("summary", has_text="printed 2 lines").click()
        cluster.locator("pre", has_text="at 49").wait_for()
        cluster.locator("summary", has_text="tasks by name").click()
        cluster.locator("tr", has_text="square").get_by_text("119").wait_for()
        cluster.locator("summary", has_text="timeline of In[1]").click()
        cluster.get_by_role("listitem").first.wait_for()
        self.assertRegex(self.view(notebook, 2).get_by_role("listitem").first.get_attribute("aria-label"), r"pid \d+: square")
        error = self.view(notebook, 3)
        error.get_by_text("RayTaskError(RangeError): seventy-seven").wait_for()
        thrown = error.get_by_text("at square (In[1]:1")
        self.assertFalse(thrown.is_visible())
        error.locator("summary").first.click()
        thrown.wait_for()
        self.shot("unfolded")

    def test_restart(self):
        """after Restart Kernel views of what lives on are live again, the others show what was last, with its time"""
        notebook = self.open(
            "await ray.init({ numCpus: 2 })",
            "class Counter { n = 0; add() { return ++this.n; } }\nconst counter = ray.remote(Counter, { name: 'kept', lifetime: 'detached' }).remote(); await ray.get(counter.add.remote()); counter",
            SLOW + "part.remote(gate, 1)",
            "const again = await ray.getActor('kept'); await ray.get(again.add.remote())",
        )
        for cell in range(3):
            notebook.run(cell)
        self.wait_for_text(notebook, 2, "running on pid")
        notebook.start("notebook:restart-kernel")
        notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
        notebook.wait()
        notebook.wait_for_kernel()
        for cell in (0, 1):
            self.page_waits_for_live(notebook, cell)
        self.view(notebook, 2).get_by_text("as of").wait_for()
        self.assertEqual(0, self.view(notebook, 2).get_by_role("button").count())
        self.assertEqual(["2"], notebook.run(3))
        self.wait_for_text(notebook, 1, "done")
        self.shot("restarted")

    def page_waits_for_live(self, notebook, cell):
        view = self.view(notebook, cell)
        view.and_(notebook.page.locator("[data-live=true]")).wait_for()

    def test_another_day(self):
        """a saved notebook shows its views as they were, trusted or not, and asks the kernel for nothing that it does not know"""
        notebook = self.open(SLOW, "part.remote(gate, 1)", "ray.put([1, 2, 3])")
        for cell in range(3):
            notebook.run(cell)
        self.wait_for_text(notebook, 1, "running on pid")
        self.view(notebook, 1).get_by_text("so far").wait_for()
        notebook.page.wait_for_function("() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()).includes('running on pid')")
        notebook.command("docmanager:save")
        saved = self.sandbox.path("work", "test_another_day.ipynb")
        self.close_page_quietly()
        self.server.end_kernels()
        notebook = self.open_file("test_another_day.ipynb")
        self.assertTrue(notebook.is_trusted)
        self.view(notebook, 1).get_by_text("this kernel does not know it").wait_for()
        self.wait_for_text(notebook, 1, "running on pid")
        self.wait_for_text(notebook, 2, "[1, 2, 3]")
        self.assertEqual(0, self.view(notebook, 2).get_by_text("as of").count())
        self.shot("trusted")
        with open(saved) as f:
            text = f.read()
        with open(self.sandbox.path("work", "elsewhere.ipynb"), "w") as f:
            f.write(text.replace("[1, 2, 3]", "[1, 2, 4]"))
        self.close_page_quietly()
        notebook = self.open_file("elsewhere.ipynb")
        self.assertFalse(notebook.is_trusted)
        self.wait_for_text(notebook, 1, "running on pid")
        self.view(notebook, 1).get_by_text("as of").wait_for()
        self.wait_for_text(notebook, 2, "[1, 2, 4]")
        self.assertEqual("false", self.view(notebook, 1).get_attribute("data-live"))
        self.shot("untrusted")

    def close_page_quietly(self):
        self.assertEqual([], self.opened.faults)
        self.opened.close()

    @unittest.skipIf(importlib.util.find_spec("jupyterlab_widgets") is None, "no jupyterlab_widgets: python3 -m pip install ipywidgets")
    def test_widgets(self):
        """models that a cell makes by ray.comm are ipywidgets: they show, change from both sides, and are there after a reload"""
        notebook = self.open(WIDGETS, 'bar.send({ method: "update", state: { value: 7 }, buffer_paths: [] })')
        notebook.run(0)
        notebook.outputs_of(0).get_by_text("none yet").wait_for()
        self.assertEqual("10%", self.progress(notebook))
        notebook.run(1)
        notebook.page.wait_for_function("() => document.querySelector('.progress-bar').style.width === '70%'")
        track = notebook.page.locator(".noUi-base")
        track.click(position={"x": track.bounding_box()["width"] * 0.4, "y": 1}, force=True)
        notebook.outputs_of(0).get_by_text("slid to 4").wait_for()
        self.shot("slid")
        notebook.reload()
        notebook.outputs_of(0).get_by_text("slid to 4").wait_for()
        self.assertEqual("70%", self.progress(notebook))
        self.shot("reloaded")

    def progress(self, notebook):
        return notebook.page.locator(".progress-bar").evaluate("bar => bar.style.width")


@unittest.skipIf(missing("jupyterlab"), missing("jupyterlab"))
class LabViewsTest(ViewTests, unittest.TestCase):
    app, title = "lab", "JupyterLab"


@unittest.skipIf(missing("notebook"), missing("notebook"))
class Notebook7ViewsTest(ViewTests, unittest.TestCase):
    app, title = "notebook", "Notebook 7"


# a cell with a view of each kind, and what must be seen of it
EVERY_VIEW = [
    ("await ray.init({ numCpus: 2 })", ["Ray cluster", "of 2 in use"]),
    ("const half = ray.remote(function half(x: number) { console.log('half of ' + x); if (x === 3) throw new RangeError('odd'); return { x, half: x / 2 }; });\nconst one = half.remote(2); await ray.get(one); one", ["ObjectRef", "ready", "{x: 2, half: 1}"]),
    ("const many = [2, 3, 4].map((x) => half.remote(x)); await ray.wait(many, { numReturns: 3 }); many", ["2 ready, 1 error", "RangeError: odd", "{x: 4, half: 2}"]),
    ("ray.progress(many)", ["2 of 3 done, 1 failed"]),
    ("class Kept { n = 41; more() { return ++this.n; } }\nconst kept = ray.remote(Kept).remote(); await ray.get(kept.more.remote()); kept", ["ActorHandle", "Kept", "alive", " 1 done", "n 42"]),
    ("await ray.state.tasks()", ["finished", "Kept.more"]),
    ("await ray.timeline()", ["Timeline", "In[5]"]),
    ("await ray.get(many[1]).catch((error) => error)", ["RayTaskError(RangeError): odd in half", "at half (In[2]"]),
    ("ray.ui.row(ray.ui.slider({ label: 'speed', value: 7 }), ray.ui.table([{ name: 'a', loss: 0.5 }]))", ["speed", "7", "loss", "0.5"]),
]


@unittest.skipIf(find_chromium() is None, "no Chromium")
@unittest.skipIf(importlib.util.find_spec("nbconvert") is None, "no nbconvert: python3 -m pip install nbconvert")
class ConvertedViewsTest(unittest.TestCase):
    def test_converted(self):
        """nbconvert's page shows every view, read without any network"""
        sandbox, shots = Sandbox(), Screenshots()
        self.addCleanup(sandbox.close)
        self.addCleanup(lambda: shots.close(keep=not self._outcome.success))
        write_notebook(sandbox.work, "views.ipynb", [source for source, _ in EVERY_VIEW])
        command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--log-level=WARN", "views.ipynb"]
        done = subprocess.run(command, env=sandbox.env, cwd=sandbox.work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stderr)
        browser = Browser()
        self.addCleanup(browser.close)
        context = browser.chromium.new_context(viewport={"width": 1100, "height": 1600}, offline=True)
        page = context.new_page()
        page.goto("file://" + os.path.join(sandbox.work, "views.html"))
        for summary in page.locator(".jp-OutputArea-output summary").all():
            summary.click()
        cells = page.locator(".jp-CodeCell")
        for place, (_, texts) in enumerate(EVERY_VIEW):
            shown = " ".join(cells.nth(place).locator(".jp-OutputArea-output").last.inner_text().split())
            for text in texts:
                self.assertIn(text, shown)
        shots.take(page, "converted-views")
        self.assertEqual(0, page.locator(".jp-OutputArea-output :is(script, button, input)").count())
        context.close()
        self.assertEqual([], sandbox.leftovers(5))


if __name__ == "__main__":
    unittest.main()
