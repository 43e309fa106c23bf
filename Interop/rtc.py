"""The program under test, as the far end of a call."""

import json
import subprocess
import socket
import time
import urllib.request
from pathlib import Path

from peers import Aiortc
from processes import Process

START_SECONDS, STOP_SECONDS = 10, 5


def default_path():
    folder = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=Path(__file__).parent,
                            capture_output=True, text=True, check=True).stdout.strip()
    return Path(folder) / "rtc"


class Rtc:
    """`rtc serve` where the peer offers, `rtc call` where the peer answers."""

    name, hertz = "rtc", 440

    def __init__(self, path):
        self.path = path

    def start(self, call, role, echo):
        return Serve(self.path, call, echo) if role == "answer" else Call(self.path, call)


class Serve:
    def __init__(self, path, call, echo):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        source = [] if echo else ["--source", "pattern"]
        self.process = Process([path, "serve", "--listen", f"127.0.0.1:{port}", *source], call.folder / "rtc.log")
        self.folder = call.folder
        wait_for_port(port, self.process)
        call.signalling.forward_offer(self.url + "/offer")

    def report(self, _):
        try:
            with urllib.request.urlopen(self.url + "/stats", timeout=5) as response:
                stats = response.read()
        except OSError as error:
            return {"error": f"GET /stats: {error}"}
        (self.folder / "rtc.stats.json").write_bytes(stats)
        return {"after": reports_in(json.loads(stats))}

    def stop(self):
        """SIGTERM must end the calls properly, and the program with status 0."""
        if not self.process.running():
            return [f"rtc serve ended by itself with status {self.process.stop()}"]
        status = self.process.stop(STOP_SECONDS)
        return [] if status == 0 else [f"rtc serve did not end properly on SIGTERM (status {status})"]


class Call:
    def __init__(self, path, call):
        self.folder, self.seconds = call.folder, call.seconds + 4
        self.process = Process(
            [path, "call", call.signalling.url + "/offer", "--duration", self.seconds, "--video", "pattern",
             "--audio", "tone", "--size", f"{call.width}x{call.height}", "--json", "--stats", "rtc.stats.json",
             "--record", "call.webm"],
            call.folder / "rtc.log", directory=call.folder, output=call.folder / "rtc.json")

    def report(self, _):
        status = self.process.wait(self.seconds + 20)
        if status is None:
            return {"error": "rtc call did not end in time"}
        report = {"summary": read_json(self.folder / "rtc.json"), "passed": status == 0}
        if status != 0:
            report["error"] = f"rtc call ended with status {status}"
        stats = self.folder / "rtc.stats.json"
        report["after"] = reports_in(read_json(stats)) if stats.exists() else []
        return report

    def stop(self):
        self.process.stop()
        return []


class StandIn:
    """aiortc in rtc's place: proves the peers and this driver without rtc."""

    name, hertz = "aiortc", 440

    def __init__(self):
        self.peer = Aiortc()
        self.peer.hertz = self.hertz

    def start(self, call, role, echo):
        far = StandIn()
        far.signalling, far.process = call.signalling, self.peer.start(call, role, "far")
        return far

    def report(self, timeout):
        return self.signalling.report("far", timeout)

    def stop(self):
        self.process.stop()
        return []


def reports_in(value):
    """All statistics reports of a JSON value, however deep: rtc keeps those of each connection together."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) and "id" in value:
            return [value]
        value = list(value.values())
    return [report for item in value for report in reports_in(item)] if isinstance(value, list) else []


def read_json(path):
    """The last JSON value of a file of one value, or of one a line."""
    text = path.read_text().strip()
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.running():
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
