"""What lives in a notebook's page: views, widgets and comms, in JupyterLab and Notebook 7 in a real browser."""
import importlib.util
import unittest

from front_end import FrontEnd, missing

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


class ViewTests(FrontEnd):
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


if __name__ == "__main__":
    unittest.main()
