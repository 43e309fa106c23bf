"""Child processes that are always ended, each by the id of its own process group."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

END_WITH_PARENT = ["setpriv", "--pdeathsig", "TERM"]


class Process:
    """A program that runs in a temporary home of its own and writes its output to a log, or is talked to by lines."""

    def __init__(self, command, log, environment=None, directory=None, home=None, output=None, by_lines=False):
        self.home = home or tempfile.mkdtemp(prefix="interop-")
        variables = {**os.environ, "HOME": self.home, "XDG_RUNTIME_DIR": self.home, **(environment or {})}
        with open(log, "ab") as errors, open(output or log, "ab") as file:
            self.popen = subprocess.Popen(
                [*END_WITH_PARENT, *map(str, command)], stdin=subprocess.PIPE if by_lines else subprocess.DEVNULL,
                stdout=subprocess.PIPE if by_lines else file, stderr=errors, env=variables, cwd=directory,
                start_new_session=True)

    def ask(self, line):
        """The line with which the program answers a line."""
        self.popen.stdin.write(line + b"\n")
        self.popen.stdin.flush()
        return self.popen.stdout.readline()

    def running(self):
        return self.popen.poll() is None

    def wait(self, timeout):
        """The exit status, or None when the program still runs after that many seconds."""
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, timeout=3):
        """Asks the program to end and makes it end if it does not. Returns its exit status."""
        if self.running():
            self.popen.terminate()
            self.wait(timeout)
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        status = self.popen.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def end_orphans():
    """Ends what finished programs left behind (a subreaper gets their children)."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                children = [int(pid) for pid in file.read().split()]
        except OSError:
            return  # a kernel without this file
        if not children:
            return
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
