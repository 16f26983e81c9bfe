"""
What live views cost, in JupyterLab in a real Chromium: `npm run bench -- --part views`. Prints a line `BENCH {name, value}` a figure.

- 20 and 100 calls run at any time in one unfolded view, each a second long, for five seconds, while a cell is in a loop. What ends
  says when it ended; the page notes when it shows that.
- 10,000 tasks in one progress view: the bytes of each message.
"""
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "jupyter"))
from lab_browser import Browser, JupyterServer, write_notebook  # noqa: E402
from sandbox import Sandbox, command_line  # noqa: E402

ROUNDS = 5
MANY = 10_000
BUSY_SECONDS = 6

SETUP = """
const { existsSync } = await import("node:fs");
class Sleeper { async sleep(ms: number) { await new Promise((wake) => setTimeout(wake, ms)); return Date.now(); } }
const one = ray.remote(Sleeper).remote();
const twenty = ray.remote(Sleeper, { maxConcurrency: 20 }).remote();
const hundred = ray.remote(Sleeper, { maxConcurrency: 100 }).remote();
await ray.get([one.sleep.remote(0), twenty.sleep.remote(0), hundred.sleep.remote(0)]);
const tick = ray.remote(function tick() { const until = performance.now() + 0.5; while (performance.now() < until); }); await ray.get(tick.remote()); 0
"""
# the first of them end one after the other, so that later ends are spread evenly
STAGED = """
const {actor}Refs = Array.from({{ length: 5 * {at_a_time} }}, (_, i) => {actor}.sleep.remote(i < {at_a_time} ? 1000 + (1000 * i) / {at_a_time} : 1000)); {actor}Refs
"""
BUSY = 'console.log("spins"); const {actor}Until = Date.now() + {seconds} * 1000; while (Date.now() < {actor}Until || !existsSync("{actor}-shown")); 0'
ENDED = "console.log(JSON.stringify(await ray.get({actor}Refs)))"
FIRST = "console.log(Date.now()); one.sleep.remote(1500)"
PROGRESS = "const many = Array.from({{ length: {many} }}, () => tick.remote()); ray.progress(many); await ray.wait(many, {{ numReturns: many.length }}); 0"

# Of each message of a view: its size, and how long after the front wrote it the page had drawn it. Of each row: when it was ready.
NOTES = """() => {
  const notes = window.notes = { messages: [], ready: {}, live: [] };
  let drawing = [];
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  kernel.anyMessage.connect((_, { direction, msg }) => {
    const data = msg.content?.data;
    if (direction !== "recv" || msg.header.msg_type !== "comm_msg" || (data?.type !== "view" && data?.type !== "changes")) return;
    const note = { type: data.type, now: data.now, bytes: JSON.stringify(data).length };
    notes.messages.push(note);
    drawing.push(note);
  });
  new MutationObserver((changes) => {
    const now = Date.now();
    const seen = new Set();
    let isDrawn = false;
    for (const { target, type } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      const view = element?.closest(".ray-view");
      if (!view) continue;
      isDrawn = true;
      if (type === "attributes" && view === element && view.dataset.live === "true") notes.live.push(now);
      const row = element.closest("tr");
      if (row && !seen.has(row) && /^\\d+$/.test(row.cells[0]?.textContent) && row.querySelector(".ray-pill")?.textContent === "ready") notes.ready[row.cells[0].textContent] ??= now;
      seen.add(row);
    }
    if (isDrawn) for (const note of drawing.splice(0)) note.drawnMs = now - note.now;
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-live"] });
}"""


def say(name, value):
    print("BENCH " + json.dumps({"name": name, "value": value}), flush=True)


def say_lag(name, lags):
    say(f"{name}_p50_ms", statistics.median(lags))
    say(f"{name}_p95_ms", sorted(lags)[min(len(lags) - 1, int(0.95 * len(lags)))])


class Views:
    def __init__(self):
        self.sandbox = Sandbox()
        self.browser = Browser()
        self.server = JupyterServer("lab", self.sandbox)
        self.cells = [SETUP, *[FIRST] * ROUNDS]
        self.staged = {}
        for actor, at_a_time in (("twenty", 20), ("hundred", 100)):
            self.staged[actor] = len(self.cells)
            self.cells += [STAGED.format(actor=actor, at_a_time=at_a_time), BUSY.format(actor=actor, seconds=BUSY_SECONDS), ENDED.format(actor=actor)]
        self.progress = len(self.cells)
        self.cells.append(PROGRESS.format(many=MANY))
        write_notebook(self.sandbox.work, "views.ipynb", self.cells)
        self.notebook = self.browser.open(self.server, "views.ipynb", size=(1200, 1400))
        self.page = self.notebook.page

    def close(self):
        self.browser.close()
        self.server.stop()
        self.sandbox.close()

    def measure(self):
        self.notebook.run(0)
        self.page.evaluate(NOTES)
        [self.front] = [pid for pid in self.sandbox.processes() if "kernel start" in command_line(pid)]
        self.measure_first()
        for actor, at_a_time in (("twenty", 20), ("hundred", 100)):
            self.measure_staged(actor, at_a_time, self.staged[actor])
        self.measure_progress()
        if self.notebook.faults or self.notebook.strangers:
            raise RuntimeError(f"in the page: {self.notebook.faults} {self.notebook.strangers}")

    def measure_first(self):
        """From the submission until the page draws its ref live."""
        waited = []
        for cell in range(1, 1 + ROUNDS):
            self.forget()
            self.notebook.run(cell)
            self.page.wait_for_function("() => window.notes.live.length > 0")
            asked = int(self.notebook.seen(cell)[0])
            waited.append(self.notes("live")[0] - asked)
        say("submit_to_live_ms", statistics.median(waited))

    def measure_staged(self, actor, at_a_time, cell):
        refs = 5 * at_a_time
        self.notebook.run(cell)
        view = self.notebook.outputs_of(cell).locator(".ray-view")
        view.locator("summary", has_text=f"all {refs}").click()
        if refs > 100:
            view.locator("select").select_option("500")
        view.locator("tr", has_text="running").nth(at_a_time - 1).wait_for()
        self.notebook.select(cell + 1)
        self.notebook.start("notebook:run-cell")
        self.notebook.outputs_of(cell + 1).get_by_text("spins").wait_for()
        self.forget()
        cpu, began = self.cpu_seconds(), time.monotonic()
        time.sleep(BUSY_SECONDS)  # this is what is measured
        share = (self.cpu_seconds() - cpu) / (time.monotonic() - began)
        self.page.wait_for_function("refs => [...document.querySelectorAll('.ray-view .ray-pill')].filter(pill => pill.textContent === 'ready').length >= refs || document.body.innerText.includes(`${refs} ready`)", arg=refs)
        if self.notebook.kernel_status != "busy":
            raise RuntimeError("the cell had ended before all was shown")
        shown = view.locator("tbody tr", has_text="ready").count()
        open(self.sandbox.path("work", f"{actor}-shown"), "w").close()
        self.notebook.wait()
        ready, messages = self.notes("ready"), self.notes("messages")
        ended = json.loads(self.notebook.run(cell + 2)[0])
        say(f"refs_{at_a_time}_final_states_shown_percent", 100 * shown / refs)
        changes = [message["now"] for message in messages if message["type"] == "changes"]
        say(f"refs_{at_a_time}_messages_per_s", len(changes) / ((changes[-1] - changes[0]) / 1000))
        say_lag(f"refs_{at_a_time}_page_lag", [message["drawnMs"] for message in messages if "drawnMs" in message])
        say_lag(f"refs_{at_a_time}_end_to_page", [at - ended[int(row)] for row, at in ready.items()])
        say(f"refs_{at_a_time}_front_cpu_percent", 100 * share)

    def measure_progress(self):
        self.forget()
        cpu, began = self.cpu_seconds(), time.monotonic()
        self.notebook.select(self.progress)
        self.notebook.start("notebook:run-cell")
        self.notebook.outputs_of(self.progress).locator(".ray-view").scroll_into_view_if_needed()  # nobody draws for nobody
        self.notebook.wait()
        self.notebook.outputs_of(self.progress).get_by_text(f"{MANY} of {MANY} done").first.wait_for()
        share = (self.cpu_seconds() - cpu) / (time.monotonic() - began)
        sizes = [message["bytes"] for message in self.notes("messages") if message["type"] == "changes"]
        say("progress_10k_ticks", len(sizes))
        say("progress_10k_tick_median_bytes", statistics.median(sizes))
        say("progress_10k_tick_most_bytes", max(sizes))
        say("progress_10k_front_cpu_percent", 100 * share)

    def forget(self):
        self.page.evaluate("() => { window.notes.messages.length = window.notes.live.length = 0; window.notes.ready = {}; }")

    def notes(self, name):
        return self.page.evaluate("name => window.notes[name]", name)

    def cpu_seconds(self):
        """Of the front, in user and system mode."""
        with open(f"/proc/{self.front}/stat") as f:
            user, system = f.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    views = Views()
    try:
        views.measure()
    finally:
        views.close()
