"""The kernel with Jupyter's own client, started from the installed kernelspec."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.session import Session

from kernel_client import TIMEOUT, Kernel


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(pid, seconds):
    until = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class KernelTest(unittest.TestCase):
    def setUp(self):
        self.kernel = Kernel()
        self.addCleanup(self.kernel.shutdown)

    def test_kernelspec(self):
        """the installed spec has absolute paths, message interrupts and its logos"""
        spec = KernelSpecManager().get_kernel_spec("ray-ts")
        self.assertTrue(os.path.isabs(spec.argv[0]) and os.path.isabs(spec.argv[1]))
        self.assertEqual(("TypeScript (ray-ts)", "typescript", "message"), (spec.display_name, spec.language, spec.interrupt_mode))
        self.assertEqual({"kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}, set(os.listdir(spec.resource_dir)))

    def test_execute(self):
        """a cell gives busy, input, result, idle, and its reply"""
        run = self.kernel.run("const x: number = 1; x + 1")
        self.assertEqual(["busy", "execute_input", "execute_result", "idle"], run.types)
        self.assertEqual("2", run.result)
        self.assertEqual(("ok", 1), (run.reply["status"], run.reply["execution_count"]))

    def test_error(self):
        """an error comes on iopub and in the reply, with the cell's line"""
        run = self.kernel.run("const y = 1;\nthrow new RangeError('bad')")
        self.assertIn("error", run.types)
        self.assertEqual(("RangeError", "bad"), (run.reply["ename"], run.reply["evalue"]))
        self.assertIn("In[1]:2", "\n".join(run.reply["traceback"]))

    def test_many_lines(self):
        """20,000 lines come before idle in fewer than 50 messages"""
        run = self.kernel.run("for (let i = 0; i < 20_000; i++) console.log('line ' + i)")
        self.assertEqual("".join(f"line {i}\n" for i in range(20_000)), run.text)
        self.assertLess(len(run.outputs), 50)

    def test_long_print(self):
        """a print of 10 MB comes whole"""
        self.assertEqual(10_000_001, len(self.kernel.run("console.log('x'.repeat(10_000_000))").text))

    def test_many_cells(self):
        """300 trivial cells each have their result before idle"""
        for i in range(300):
            self.assertEqual(str(i + 1), self.kernel.run(f"{i} + 1").result)

    def test_stop_on_error(self):
        """cells that wait behind a failed one are aborted, later ones run"""
        ids = [self.kernel.start("await new Promise((r) => setTimeout(r, 50)); throw new Error('x')"), self.kernel.start("1"), self.kernel.start("2")]
        self.assertEqual(["error", "aborted", "aborted"], [self.kernel.reply(i)["status"] for i in ids])
        while self.kernel.quiet():
            pass
        self.assertEqual("3", self.kernel.run("3").result)

    def interrupt(self, code):
        self.kernel.run("let kept = 42")
        running = self.kernel.start(f"console.log('begun'); {code}")
        self.kernel.until_printed("begun")
        started = time.monotonic()
        self.kernel.manager.interrupt_kernel()
        run = self.kernel.collect(running)
        self.assertEqual("error", run.reply["status"])
        self.assertLess(time.monotonic() - started, 2)
        self.assertEqual("42", self.kernel.run("kept").result)

    def test_interrupt_loop(self):
        """an interrupt stops a synchronous loop and keeps the state"""
        self.interrupt("for (;;);")

    def test_interrupt_await(self):
        """an interrupt stops a hanging await and keeps the state"""
        self.interrupt("await new Promise(() => {})")

    def test_interrupt_loop_after_await(self):
        """an interrupt stops a loop after an await and keeps the state"""
        self.interrupt("await null; for (;;);")

    def test_complete_while_busy(self):
        """completion answers while a cell waits"""
        self.kernel.run("const someNumber = 1")
        running = self.kernel.start("console.log('begun'); await new Promise(() => {})")
        self.kernel.until_printed("begun")
        self.assertIn("someNumber", self.kernel.reply(self.kernel.client.complete("someN", 5))["matches"])
        self.kernel.manager.interrupt_kernel()
        self.kernel.collect(running)

    def test_silent(self):
        """a silent request publishes nothing but its state"""
        run = self.kernel.run("console.log(1); 2", silent=True)
        self.assertEqual(["busy", "idle"], run.types)

    def test_restart(self):
        """a restart gives a fresh state"""
        before = self.kernel.run("var kept = 1; process.pid").result
        self.kernel.restart()
        run = self.kernel.run("[typeof kept, process.pid].join()")
        self.assertIn("undefined", run.result)
        self.assertNotIn(before, run.result)

    def test_restart_keeps_cluster(self):
        """a restart keeps the cluster: a detached actor answers with its count, from the same process"""
        self.kernel.run("class Counter { i = 0; incr() { return ++this.i; } pid() { return process.pid; } }")
        self.kernel.run("const counter = ray.remote(Counter).options({ name: 'counter', lifetime: 'detached' }).remote()")
        before = self.kernel.run("[await ray.get(counter.incr.remote()), await ray.get(counter.pid.remote())].join()")
        self.assertRegex(str(before.result), r"1,\d+")
        self.kernel.restart()
        self.kernel.run("const counter = await ray.getActor('counter')")
        after = self.kernel.run("[await ray.get(counter.incr.remote()), await ray.get(counter.pid.remote())].join()")
        self.assertEqual(before.result.replace("1,", "2,"), after.result)

    def test_worker_print(self):
        """what a task prints is in the cell that submitted it, before its end"""
        run = self.kernel.run("const shout = ray.remote(function shout(x: string) { console.log('heard ' + x); return process.pid; });\nawait ray.get(shout.remote('this'))")
        self.assertEqual(f"(shout pid={run.result}) heard this\n", run.text)

    def test_live_view(self):
        """a pending ref shows as pending and is updated before the end of the cell that gets it"""
        self.kernel.run("const slow = ray.remote(async () => { await new Promise((r) => setTimeout(r, 300)); return 7; }); const ref = slow.remote()")
        shown = [m for m in self.kernel.run("ref").outputs if m["msg_type"] == "display_data"][0]["content"]
        self.assertNotIn("ready", shown["data"]["text/plain"])
        got = self.kernel.run("await ray.get(ref)")
        updates = [m["content"] for m in got.outputs if m["msg_type"] == "update_display_data"]
        self.assertEqual(shown["transient"], updates[-1]["transient"])
        self.assertIn("ready", updates[-1]["data"]["text/plain"])
        self.assertEqual("7", got.result)

    def test_shutdown(self):
        """a shutdown ends kernel and session"""
        session = int(self.kernel.run("process.pid").result)
        kernel = self.kernel.manager.provisioner.pid
        self.assertLess(self.kernel.shutdown(), 3)
        self.assertTrue(gone_within(kernel, 1) and gone_within(session, 1))

    def test_session_exit(self):
        """process.exit in a cell costs the session, not the kernel"""
        run = self.kernel.run("process.exit(1)")
        self.assertEqual(("error", "SessionDiedError"), (run.reply["status"], run.reply["ename"]))
        self.assertEqual("2", self.kernel.run("1 + 1").result)

    def test_wrong_key(self):
        """a message signed with another key is not run"""
        info = self.kernel.manager.get_connection_info()
        stranger = Session(key=b"another key", signature_scheme=info["signature_scheme"])
        socket = zmq.Context.instance().socket(zmq.DEALER)
        self.addCleanup(socket.close, 0)
        socket.connect(f"tcp://{info['ip']}:{info['shell_port']}")
        stranger.send(socket, "execute_request", {"code": "globalThis.intruder = 1", "silent": False})
        self.assertEqual(0, socket.poll(500))
        self.assertIn("undefined", self.kernel.run("typeof intruder").result)


class ClientDeathTest(unittest.TestCase):
    def test_client_killed(self):
        """kernel and session end within 3 s when the client is killed"""
        program = "import sys; from kernel_client import Kernel; k = Kernel(); print(k.manager.provisioner.pid, k.run('process.pid').result, flush=True); sys.stdin.read()"
        client = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        kernel, session = map(int, client.stdout.readline().split())
        client.send_signal(signal.SIGKILL)
        client.wait()
        client.stdin.close()
        client.stdout.close()
        self.assertTrue(gone_within(kernel, 3) and gone_within(session, 3))


class NotebookTest(unittest.TestCase):
    def test_nbclient(self):
        """nbclient runs a notebook with every output in its place"""
        import nbformat
        from nbclient import NotebookClient

        cells = ["1 + 1", "console.log('a'); console.error('b'); 'c'", "await new Promise((r) => setTimeout(r, 20)); ({ d: 1 })", "let e = 5"]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
        NotebookClient(notebook, kernel_name="ray-ts", timeout=TIMEOUT).execute()
        nbformat.validate(notebook)
        outputs = [[(o["output_type"], o.get("text") or o["data"]["text/plain"]) for o in cell["outputs"]] for cell in notebook.cells]
        self.assertEqual([("execute_result", "2")], outputs[0])
        self.assertEqual(["stream", "stream", "execute_result"], [kind for kind, _ in outputs[1]])
        self.assertEqual([("execute_result", "{ d: 1 }")], outputs[2])
        self.assertEqual([], outputs[3])
        self.assertEqual([1, 2, 3, 4], [cell["execution_count"] for cell in notebook.cells])
        self.assertEqual("typescript", notebook.metadata["language_info"]["name"])
        json.dumps(notebook)


if __name__ == "__main__":
    unittest.main()
