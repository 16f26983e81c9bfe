"""A kernel with a client of jupyter_client, and cells run to their end."""
import queue
import time
from dataclasses import dataclass, field

from jupyter_client.manager import KernelManager

TIMEOUT = 30


@dataclass
class CellRun:
    reply: dict
    outputs: list = field(default_factory=list)

    @property
    def types(self):
        return [m["content"]["execution_state"] if m["msg_type"] == "status" else m["msg_type"] for m in self.outputs]

    @property
    def text(self):
        return "".join(m["content"]["text"] for m in self.outputs if m["msg_type"] == "stream")

    @property
    def result(self):
        found = [m["content"]["data"]["text/plain"] for m in self.outputs if m["msg_type"] == "execute_result"]
        return found[0] if found else None


class Kernel:
    def __init__(self, **launch):
        self.manager = KernelManager(kernel_name="ray-ts")
        self.manager.start_kernel(**launch)
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def start(self, code, **options):
        return self.client.execute(code, **options)

    def collect(self, msg_id):
        """Reads iopub up to the cell's idle, then the reply: what is not there by idle is lost to real clients too."""
        outputs = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            outputs.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return CellRun(self.reply(msg_id), outputs)

    def reply(self, msg_id):
        while True:
            message = self.client.get_shell_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == msg_id:
                return message["content"]

    def run(self, code, **options):
        return self.collect(self.start(code, **options))

    def until_printed(self, text):
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["msg_type"] == "stream" and text in message["content"]["text"]:
                return

    def quiet(self):
        """Nothing more comes on iopub."""
        try:
            return self.client.get_iopub_msg(timeout=0.3)
        except queue.Empty:
            return None

    def restart(self):
        self.client.stop_channels()
        self.manager.restart_kernel(now=False)
        self.connect()

    def shutdown(self):
        """Seconds until the process had ended."""
        started = time.monotonic()
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=False)
        return time.monotonic() - started
