"""The program under test, as the far end of a call."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from network import LossyNetwork
from peers import Aiortc
from processes import Process

START_SECONDS, STOP_SECONDS, FILE_BYTES = 10, 5, 16 << 20


def default_path():
    folder = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=Path(__file__).parent,
                            capture_output=True, text=True, check=True).stdout.strip()
    return Path(folder) / "rtc"


class Rtc:
    """`rtc serve` where the peer offers, `rtc call` where the peer answers."""

    name, hertz = "rtc", 440

    def __init__(self, path):
        self.path, self.bot_path = path, path.parent / "interop-bot"

    def start(self, call, role, echo):
        if role == "answer":
            return Serve(self.path, call, echo)
        return DataCall(self.path, call) if call.page == "data" else Call(self.path, call)


class Serve:
    def __init__(self, path, call, echo):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        source = [] if echo else ["--source", "pattern"]
        if call.page == "data":
            source = ["--negotiated", call.negotiated_id]
        self.process = Process([path, "serve", "--listen", f"127.0.0.1:{port}", *source], call.folder / "rtc.log")
        self.folder = call.folder
        self.network = LossyNetwork(call.loss / 100) if call.loss else None
        wait_for_port(port, self.process)
        call.signalling.forward_offer(self.url + "/offer", self.network)

    def report(self, _):
        try:
            with urllib.request.urlopen(self.url + "/stats", timeout=5) as response:
                stats = response.read()
        except OSError as error:
            return {"error": f"GET /stats: {error}"}
        (self.folder / "rtc.stats.json").write_bytes(stats)
        connections = json.loads(stats)["connections"]
        if len(connections) != 1:
            return {"error": f"rtc serve has {len(connections)} connections, not 1"}
        received = connections[0]["received"]
        return {"after": list(connections[0]["stats"].values()),
                "checks": self.network.checks() if self.network else [],
                **content(received.get("video"), received.get("audio"))}

    def stop(self):
        """SIGTERM must end the calls properly, and the program with status 0."""
        if self.network:
            self.network.stop()
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

    def report(self, timeout):
        status = self.process.wait(timeout)
        if status is None:
            return {"error": "rtc call did not end in time"}
        summary = read_json(self.folder / "rtc.json") or {"directions": [], "problems": []}
        received = {each["kind"]: each for each in summary["directions"] if each["way"] == "received"}
        media = [received.get(kind, {}) for kind in ("video", "audio")]
        report = content(media[0].get("video"), media[1].get("audio"))
        report["bitrates"] = {kind: each["bitrate"] for kind, each in received.items()}
        report["framesPerSecond"] = media[0].get("framesPerSecond")
        report["after"] = list((read_json(self.folder / "rtc.stats.json") or {}).values())
        if status != 0:
            reasons = [f"{each['way']} {each['kind']}: {each['verdict']['reason']}"
                       for each in summary["directions"] if not each["verdict"]["passed"]]
            report["error"] = f"rtc call ended with status {status}: {'; '.join(summary['problems'] + reasons)}"
        return report

    def stop(self):
        self.process.stop()
        return []


class DataCall:
    """Sends a file of random bytes, whose digest the peer must confirm."""

    def __init__(self, path, call):
        self.folder, file = call.folder, call.folder / "file.bin"
        file.write_bytes(os.urandom(FILE_BYTES))
        self.process = Process(
            [path, "call", call.signalling.url + "/offer", "--video", "none", "--audio", "none", "--data", file,
             "--json", "--stats", "rtc.stats.json", "--record", "off", "--picture", "off"],
            call.folder / "rtc.log", directory=call.folder, output=call.folder / "rtc.json")

    def report(self, timeout):
        status = self.process.wait(timeout)
        if status is None:
            return {"error": "rtc call did not end in time"}
        summary = read_json(self.folder / "rtc.json") or {"problems": ["rtc call printed no summary"]}
        data = summary.get("data") or {"verdict": {"passed": False, "reason": "; ".join(summary["problems"])}}
        rate = f"{8 * FILE_BYTES / data['seconds'] / 1e6:.0f} Mbit/s" if data.get("seconds") else ""
        return {"checks": [{"name": "16 MB", "passed": status == 0 and data["verdict"]["passed"],
                            "detail": rate if status == 0 else data["verdict"]["reason"]}],
                "after": list((read_json(self.folder / "rtc.stats.json") or {}).values())}

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


def content(video, audio):
    """What rtc says about decoded media, in the words of the pages."""
    report = {}
    if video:
        counter = video.get("counter") or {}
        report["picture"] = {
            "width": video.get("width"), "height": video.get("height"), "looked": video["frames"],
            "read": video["patternFrames"], "rightColours": video["rightColours"],
            "first": counter.get("first"), "last": counter.get("last"), "backwards": counter.get("turnedBack", 0)}
    if audio:
        report["tone"] = {"hertz": audio.get("frequency")}
    return report


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
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
