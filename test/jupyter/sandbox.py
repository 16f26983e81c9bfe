"""
A place of its own for one test's kernels: folders for sockets and shared memory, Jupyter's own folders, and a mark in the
environment that every process started from it inherits, so that whatever is left behind can be found.
"""
import os
import secrets
import shutil
import signal
import tempfile
import time

MARK = "RAY_TS_TEST_MARK"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# what the repository's notebooks import, as a clone has it beside them
PACKAGES = ["@observablehq/sample-datasets"]


class Sandbox:
    def __init__(self):
        self.mark = secrets.token_hex(8)
        # sockets lie in it: their paths end at about 100 bytes
        self.folder = tempfile.mkdtemp(prefix="rt-")
        self.shared_memory = tempfile.mkdtemp(prefix="rt-test-", dir="/dev/shm" if os.path.isdir("/dev/shm") else self.folder)
        os.mkdir(self.path("run"), 0o700)
        os.mkdir(self.path("work"))
        for name in PACKAGES:
            os.makedirs(os.path.dirname(self.path("work", "node_modules", name)), exist_ok=True)
            os.symlink(os.path.join(ROOT, "node_modules", name), self.path("work", "node_modules", name))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    @property
    def work(self):
        """Where notebooks are put and run."""
        return self.path("work")

    @property
    def env(self):
        inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return {
            **inherited,
            MARK: self.mark,
            "HOME": self.path("home"),
            "TMPDIR": self.folder,
            "XDG_RUNTIME_DIR": self.path("run"),
            "RAY_TS_SHM_DIR": self.shared_memory,
            "RAY_TS_HISTORY": self.path("history"),
            "JUPYTER_CONFIG_DIR": self.path("config"),
            "JUPYTER_DATA_DIR": self.path("data"),
            "JUPYTER_RUNTIME_DIR": self.path("jupyter"),
            "JUPYTERLAB_SETTINGS_DIR": self.path("settings"),
            "JUPYTERLAB_WORKSPACES_DIR": self.path("workspaces"),
            "IPYTHONDIR": self.path("ipython"),
            "JUPYTER_PLATFORM_DIRS": "1",
        }

    def processes(self, but=()):
        """Pids of living processes that were started from here, however far down, and are not among `but`."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if pid not in (os.getpid(), *but) and self.is_ours(pid)]

    def is_ours(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as f:
                if f.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return False  # dead, its parent has not looked yet
            with open(f"/proc/{pid}/environ", "rb") as f:
                return f"{MARK}={self.mark}".encode() in f.read()
        except OSError:
            return False  # it ended while we looked, or is another user's

    def cluster_files(self):
        """Sockets, shared memory, spilled objects, connection files of kernels."""
        in_folder = [self.path(name) for name in os.listdir(self.folder) if name.startswith("ray-ts-")]
        found = [file for top in (self.path("run"), self.shared_memory, *in_folder) for file in files_under(top)]
        return found + [file for file in files_under(self.path("jupyter")) if "kernel-" in os.path.basename(file)]

    def leftovers(self, within, but=()):
        """Waits until nothing of ours is left; gives what still is."""
        until = time.monotonic() + within
        while True:
            left = [f"{pid} {command_line(pid)}" for pid in self.processes(but)] + self.cluster_files()
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.05)

    def close(self, within=5):
        """Ends everything and removes the folders; fails when the test had left something behind."""
        left = self.leftovers(within)
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        for folder in (self.folder, self.shared_memory):
            shutil.rmtree(folder, ignore_errors=True)
        assert not left, "left behind:\n" + "\n".join(left)


def files_under(folder):
    return [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as f:
            return f.read().replace("\0", " ")
    except OSError:
        return "(ended)"
