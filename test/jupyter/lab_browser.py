"""A Jupyter server of its own and its page in headless Chromium: notebooks opened, run and read as a person sees them."""
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from urllib.parse import urlsplit

START_WITHIN = 60
WITHIN_MS = 30_000

CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
    # whoever asks another machine for something gets an error, which the page's log shows
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

SETTINGS = {
    # every cell is in the page, also below its end
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}

# faults of the front ends themselves, seen with every kernel
NOT_OURS = [
    "No active debugger session",  # JupyterLab, for kernels without a debugger
    "reading 'schema'",  # Notebook 7, on opening
]


def find_chromium():
    return next(filter(None, map(shutil.which, [os.environ.get("RAY_TS_CHROMIUM", "chromium"), "chromium-browser", "google-chrome"])), None)


class JupyterServer:
    """`app` is "lab" or "notebook"."""

    def __init__(self, app, sandbox):
        self.app, self.sandbox = app, sandbox
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.log = sandbox.path("server.log")
        for plugin, settings in SETTINGS.items():
            file = sandbox.path("settings", f"{plugin}.jupyterlab-settings")
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w") as f:
                json.dump(settings, f)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command(), cwd=sandbox.work, env=sandbox.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.wait_until_ready()

    def command(self):
        module, name = {"lab": ("jupyterlab", "LabApp"), "notebook": ("notebook", "JupyterNotebookApp")}[self.app]
        return [
            sys.executable, "-m", module, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.sandbox.work}", f"--{name}.expose_app_in_browser=True",
        ]

    @property
    def pid(self):
        return self.process.pid

    def wait_until_ready(self):
        until = time.monotonic() + START_WITHIN
        while True:
            try:
                return self.request("GET", "api/status")
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    with open(self.log) as f:
                        raise RuntimeError(f"the Jupyter server did not start ({error}):\n{f.read()[-3000:]}") from error
                time.sleep(0.1)

    def request(self, method, path, content=None):
        body = None if content is None else json.dumps(content).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", body, method=method, headers={"Authorization": f"token {self.token}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def url(self, notebook):
        path = f"lab/tree/{notebook}?reset&" if self.app == "lab" else f"notebooks/{notebook}?"
        return f"http://127.0.0.1:{self.port}/{path}token={self.token}"

    def end_kernels(self):
        for session in self.request("GET", "api/sessions"):
            self.request("DELETE", f"api/sessions/{session['id']}")

    def stop(self):
        """Ends the server as a system does; it ends its kernels."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the Jupyter server did not end within 15 s of SIGTERM") from None

    def kill(self):
        self.process.kill()
        self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Screenshots:
    """Pictures of each stage, in $RAY_TS_SCREENSHOTS or, when a test failed, in a folder that is named."""

    def __init__(self):
        self.given = os.environ.get("RAY_TS_SCREENSHOTS")
        self.folder = self.given or tempfile.mkdtemp(prefix="ray-ts-screenshots-")
        os.makedirs(self.folder, exist_ok=True)

    def take(self, page, name):
        page.screenshot(path=os.path.join(self.folder, f"{name}.png"))

    def close(self, keep):
        if keep:
            print(f"        screenshots are in {self.folder}")
        elif not self.given:
            shutil.rmtree(self.folder)


class Browser:
    def __init__(self):
        from playwright.sync_api import sync_playwright

        self.playwright = sync_playwright().start()
        try:
            self.chromium = self.playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=CHROMIUM_ARGUMENTS)
        except BaseException:
            self.playwright.stop()
            raise

    def open(self, server, notebook, size=(1100, 1000)):
        context = self.chromium.new_context(viewport={"width": size[0], "height": size[1]})
        return NotebookPage(context, server, notebook)

    def close(self):
        self.chromium.close()
        self.playwright.stop()


class NotebookPage:
    """A notebook in the front end. Cells are named by their index among all cells."""

    def __init__(self, context, server, notebook):
        context.set_default_timeout(WITHIN_MS)
        self.context = context
        self.page = context.new_page()
        self.faults, self.strangers = [], []
        self.page.on("console", lambda m: m.type == "error" and self.note(m.text))
        self.page.on("pageerror", lambda e: self.note(str(e)))
        self.page.on("request", lambda r: self.note_request(r.url))
        self.page.goto(server.url(notebook))
        self.wait_until_open()
        if server.app == "lab" and self.page.query_selector("#jp-left-stack:not(.lm-mod-hidden)"):
            self.command("application:toggle-left-area")

    def wait_until_open(self):
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_for_kernel()

    def reload(self):
        """Saves, and loads the page anew; the kernel goes on."""
        self.command("docmanager:save")
        self.page.reload()
        self.wait_until_open()

    def note(self, text):
        if not any(known in text for known in NOT_OURS):
            self.faults.append(text)

    def note_request(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.strangers.append(url)

    def wait_for_kernel(self):
        """A run asked for before the kernel is connected and idle is lost without a word."""
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session")
        self.page.evaluate("""async () => {
          const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
          await context.ready;
          await sessionContext.ready;
          await sessionContext.session.kernel.info;
          if (window.unanswered) return;
          // Run All resolves at the first error, also one that is allowed: only the messages tell that all has run
          window.unanswered = new Set();
          sessionContext.session.kernel.anyMessage.connect((_, { direction, msg }) => {
            const { msg_type, msg_id } = msg.header;
            if (direction === "send" && msg_type === "execute_request") for (const end of ["execute_reply", "idle"]) window.unanswered.add(`${end} ${msg_id}`);
            const end = msg_type === "status" ? msg.content.execution_state : msg_type;
            if (direction === "recv") window.unanswered.delete(`${end} ${msg.parent_header?.msg_id}`);
          });
        }""")
        self.page.wait_for_function("""() => {
          const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
          return kernel.connectionStatus === "connected" && kernel.status === "idle";
        }""")

    @property
    def kernel_status(self):
        return self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status")

    @property
    def is_trusted(self):
        return self.page.evaluate("() => [...window.jupyterapp.shell.currentWidget.content.model.cells].every(cell => cell.type !== 'code' || cell.trusted)")

    def start(self, name, **arguments):
        """Starts a command of the front end; `wait` waits for its end."""
        self.page.evaluate("([name, args]) => { window.started = window.jupyterapp.commands.execute(name, args).then(() => null); return null; }", [name, arguments])

    def wait(self):
        """Waits until the command, and every cell that it ran, has ended and is drawn."""
        self.page.evaluate("() => window.started")
        self.page.wait_for_function("() => window.unanswered.size === 0")
        self.page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    def command(self, name, **arguments):
        self.start(name, **arguments)
        self.wait()

    def select(self, cell):
        self.page.evaluate("cell => { const { content } = window.jupyterapp.shell.currentWidget; content.deselectAll(); content.activeCellIndex = cell; }", cell)

    def run(self, cell):
        """Runs one cell to its end; gives what is seen of its outputs."""
        self.select(cell)
        self.command("notebook:run-cell")
        return self.seen(cell)

    def edit(self, cell):
        """The cursor stands at the end of the cell's text."""
        self.select(cell)
        self.command("notebook:enter-edit-mode")
        self.page.keyboard.press("Control+End")

    def source(self, cell):
        return self.page.evaluate("cell => window.jupyterapp.shell.currentWidget.content.widgets[cell].model.sharedModel.getSource()", cell)

    def notebook(self):
        """The notebook as it would be saved."""
        return self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()")

    def outputs_of(self, cell):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-OutputArea-child .jp-OutputArea-output")

    def seen(self, cell):
        """The text of each output in the page."""
        return [" ".join(text.split()) for text in self.outputs_of(cell).all_inner_texts()]

    def close(self):
        self.context.close()


def write_notebook(folder, name, cells):
    """A notebook of code cells for the kernel."""
    code = [{"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": source} for i, source in enumerate(cells)]
    spec = {"name": "ray-ts", "display_name": "TypeScript (ray-ts)", "language": "typescript"}
    with open(os.path.join(folder, name), "w") as f:
        json.dump({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": code}, f)
