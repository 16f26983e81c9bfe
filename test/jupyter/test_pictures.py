"""The pictures of the README, from a real JupyterLab: RAY_TS_PICTURES=notebooks/images npm run test:jupyter -- pictures"""
import os
import unittest

from front_end import FrontEnd, missing

FOLDER = os.environ.get("RAY_TS_PICTURES")

MOTOR = """const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
class Motor {
  speed = 0; turns = 0;
  constructor() { setInterval(() => (this.turns += this.speed), 50); }
  set(speed: number) { this.speed = speed; }
}
const motor = ray.remote(Motor).remote();
const drill = ray.remote(class Drill { async hole() { await sleep(30); } }).remote();
ray.display(ray.ui.row(
  ray.ui.slider({ label: "speed", max: 10 }, motor.set),
  ray.ui.chart({ label: "turns", field: [motor, "turns"] }),
));
motor"""

BUSY = """ray.progress(Array.from({ length: 200 }, () => drill.hole.remote()));
for (const begun = Date.now(); Date.now() - begun < 8000;);  // nothing but a busy loop"""

PAGES = """const parse = ray.remote(async function parse(page: number) {
  await sleep(500 * page);
  if (page === 3) throw new RangeError("page 3 is empty");
  return { page, words: 120 * page };
});
type Words = { words: number };
const sum = ray.remote(function sum(a: Words, b: Words) { return a.words + b.words; });
const pages = [1, 2, 3, 4, 5].map((page) => parse.remote(page));
[...pages, sum.remote(pages[1], pages[4])]"""


@unittest.skipIf(FOLDER is None, "RAY_TS_PICTURES names no folder for the README's pictures")
@unittest.skipIf(missing("jupyterlab"), missing("jupyterlab"))
class TakePictures(FrontEnd, unittest.TestCase):
    app, title = "lab", "JupyterLab"

    def test_pictures(self):
        """the README's pictures are taken"""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", FOLDER)
        os.makedirs(folder, exist_ok=True)
        notebook = self.open("await ray.init({ numCpus: 2 })", MOTOR, BUSY, PAGES, "await ray.status()")
        page = notebook.page
        page.set_viewport_size({"width": 900, "height": 1200})

        def view(cell):
            return notebook.outputs_of(cell).locator(".ray-view")

        def picture(name, first, last):
            """Of the cells from the first to the last, as they are seen."""
            page.mouse.move(5, 5)
            boxes = [page.locator(".jp-Notebook .jp-Cell").nth(cell).bounding_box() for cell in (first, last)]
            top, end = boxes[0]["y"], boxes[1]["y"] + boxes[1]["height"]
            page.screenshot(path=os.path.join(folder, f"{name}.png"), clip={"x": boxes[0]["x"], "y": top, "width": boxes[0]["width"], "height": end - top})

        notebook.run(0)
        notebook.run(1)
        view(1).nth(1).locator("summary", has_text="state").click()
        view(1).nth(1).locator(".ray-leaf", has_text="turns 0").wait_for()
        notebook.select(2)
        notebook.start("notebook:run-cell")
        view(2).get_by_role("button", name="cancel the rest").wait_for()
        slider = view(1).first.get_by_role("slider")
        slider.focus()
        for _ in range(7):
            page.keyboard.press("ArrowRight")
        view(1).first.locator(".ray-value", has_text="7").wait_for()
        view(2).get_by_text("left").first.wait_for()
        page.wait_for_function("() => [...document.querySelectorAll('.ray-view .ray-bar [data-color=done]')].some(part => parseFloat(part.style.width) > 55)")
        self.assertEqual("busy", notebook.kernel_status)
        picture("live-views", 1, 2)
        notebook.wait()

        notebook.select(3)
        notebook.start("notebook:run-cell")
        view(3).locator("summary", has_text="all 6").click()
        view(3).locator("tr", has_text="RangeError: page 3 is empty").wait_for()
        view(3).locator("tr", has_text="parse").nth(4).get_by_text("running").wait_for()
        page.locator(".jp-Notebook .jp-Cell").nth(3).scroll_into_view_if_needed()
        picture("refs", 3, 3)
        view(3).get_by_text("5 ready, 1 error").first.wait_for()

        notebook.command("apputils:change-theme", theme="JupyterLab Dark")
        page.wait_for_function("() => document.body.dataset.jpThemeName === 'JupyterLab Dark'")
        notebook.run(4)
        for summary in ("actors", "tasks by name", "timeline of"):
            view(4).locator("summary", has_text=summary).click()
        view(4).get_by_role("listitem").first.wait_for()
        page.locator(".jp-Notebook .jp-Cell").nth(4).scroll_into_view_if_needed()
        picture("cluster", 4, 4)
