"""A program on a terminal of its own: what it writes is read without its colours and cursor moves."""
import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78]|\r")
CURSOR_WANTED = "\x1b[6n"


def take_terminal():
    """Ctrl-C reaches those alone whose controlling terminal it is."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    def __init__(self, command, env, cwd, rows=50, columns=120):
        self.primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(command, env={**env, "TERM": "xterm-256color"}, cwd=cwd, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True, preexec_fn=take_terminal)
        os.close(secondary)
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.raw = ""
        self.read_to = 0

    @property
    def text(self):
        return ESCAPES.sub("", self.raw)

    def write(self, text):
        os.write(self.primary, text.encode())

    def until(self, pattern, within=30):
        """Waits for text that comes after what was last waited for; gives the match."""
        deadline = time.monotonic() + within
        while True:
            found = re.compile(pattern).search(self.text, self.read_to)
            if found:
                self.read_to = found.end()
                return found
            if not self.read(deadline):
                raise AssertionError(f"no {pattern!r} came in {within} s; there is:\n{self.text[self.read_to:]}")

    def until_end(self, within=30):
        """Reads until the program has ended; gives its exit code."""
        deadline = time.monotonic() + within
        while self.read(deadline):
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def read(self, deadline):
        """Waits for more; False when the program's side is closed or the time is over."""
        ready, _, _ = select.select([self.primary], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            more = self.decode(os.read(self.primary, 65536))
        except OSError:
            return False  # Linux says EIO when nobody holds the other side
        self.raw += more
        if CURSOR_WANTED in more:
            self.write("\x1b[1;1R")
        return more != ""

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.primary)
