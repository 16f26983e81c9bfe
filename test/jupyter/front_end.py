"""What tests of a front end share: its server, its browser, a notebook that is opened, pictures, and that nothing is left."""
import importlib.util

from lab_browser import Browser, JupyterServer, Screenshots, find_chromium, write_notebook
from sandbox import Sandbox

# contrast of text with what lies under it, as WCAG defines it; 3 is its least for large text
CONTRASTS = """() => {
  const parts = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const under = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = parts(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0.5) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll(".jp-OutputArea-output *")) {
    const text = [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(" ").trim();
    if (text === "" || element.getClientRects().length === 0) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(under(element))].sort((x, y) => y - x);
    found.push([text.slice(0, 60), Math.round(100 * (a + 0.05) / (b + 0.05)) / 100]);
  }
  return found;
}"""


def missing(package):
    """Why the tests of a front end cannot run; None when they can."""
    for name, how in [(package, f"python3 -m pip install {package}"), ("playwright", "python3 -m pip install playwright")]:
        if importlib.util.find_spec(name) is None:
            return f"no {name}: {how}"
    return None if find_chromium() else "no Chromium: install one, or set RAY_TS_CHROMIUM to its path"


class FrontEnd:
    """`app` is the server's, `title` stands before each test's line."""

    maxDiff = None

    def shortDescription(self):
        return f"{self.title}: {super().shortDescription()}"

    @classmethod
    def setUpClass(cls):
        cls.failed = False
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.close)
        cls.screenshots = Screenshots()
        cls.addClassCleanup(lambda: cls.screenshots.close(keep=cls.failed))
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.server = JupyterServer(cls.app, cls.sandbox)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.opened = None
        self.shots = 0
        self.addCleanup(self.check_nothing_left)

    def open(self, *cells):
        name = f"{self._testMethodName}.ipynb"
        write_notebook(self.sandbox.work, name, cells)
        return self.open_file(name)

    def open_file(self, name):
        self.opened = self.browser.open(self.server, name)
        self.addCleanup(self.close_page)
        return self.opened

    def shot(self, stage):
        self.shots += 1
        self.screenshots.take(self.opened.page, f"{self.app}-{self._testMethodName.removeprefix('test_')}-{self.shots}-{stage}")

    def close_page(self):
        page = self.opened
        if not self._outcome.success or page.faults or page.strangers:
            type(self).failed = True
            self.shot("end")
        page.close()
        self.assertEqual([], page.faults, "errors in the browser's console")
        self.assertEqual([], page.strangers, "requests to other machines")

    def check_nothing_left(self):
        """With its kernel a notebook's processes, sockets and shared memory go; the server stays."""
        self.server.end_kernels()
        self.assertEqual([], self.sandbox.leftovers(5, but=[self.server.pid]))

    def assert_readable(self, notebook, cells):
        """Every text of the outputs stands out from its ground, in each theme; pictures are taken of some cells."""
        for summary in notebook.page.locator(".jp-OutputArea-output summary").all():
            summary.click()
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            notebook.command("apputils:change-theme", theme=theme)
            notebook.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
            for cell in cells:
                notebook.page.locator(".jp-Notebook .jp-Cell").nth(cell).scroll_into_view_if_needed()
                self.shot(f"{theme.split()[1].lower()}-cell-{cell}")
            faint = [(text, contrast) for text, contrast in notebook.page.evaluate(CONTRASTS) if contrast < 3]
            self.assertEqual([], faint, theme)
