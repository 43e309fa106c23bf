"""Calls peers with rtc, prints what arrived and writes docs/interop.md. Started by `Interop/run`."""

import argparse
import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import browsers
import checks
import namespace
import person
import processes
import report
from bot import Bot
from peers import PEERS
from rtc import Rtc, StandIn, default_path
from signalling import Signalling
from sound import SoundServer

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "Interop" / "results"
START_SECONDS, CALL_SECONDS, FAILED_CALL_SECONDS, DATA_SECONDS, TRACK_SECONDS = 45, 60, 10, 150, 120

# Name, the peer's role, whether rtc sends the peer's own media back.
CASES = [("echo", "offer", True), ("answer", "offer", False), ("call", "answer", False)]
# Data channels alone: name, the peer's role, and how much of a hundred packets is lost each way.
LOSS = 5
DATA_CASES = [("channels", "offer", 0), ("file", "answer", 0), ("loss", "offer", LOSS)]


@dataclass
class Call:
    """What both ends of one call need to know."""

    folder: Path = RESULTS
    signalling: Signalling | None = None
    environment: dict = field(default_factory=dict)
    seconds: int = 4
    width: int = 640
    height: int = 480
    page: str = "call"
    negotiated_id: int = 777
    loss: int = 0


def main():
    arguments = parse_arguments()
    far = StandIn() if arguments.against else Rtc(arguments.rtc or default_path())
    if isinstance(far, Rtc) and not all(os.access(path, os.X_OK) for path in (far.path, far.bot_path)):
        sys.exit("rtc and interop-bot are not built yet: run `make interop`, or name rtc with --rtc PATH")
    names = arguments.peers or list(PEERS)
    cases = [case for case in CASES if far.name == "rtc" or not case[2]]

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(f"ended by {signal.Signals(number).name}"))
    network = namespace.enter()
    devices = Bot.has_devices()
    if not devices:
        print("no C compiler here: there will be no calls with devices")
    print(f"Calls of about 10 s each in {network}: {', '.join(names)}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    started = time.monotonic()
    results, data_results, track_results = [], [], []
    try:
        with sound() as environment:
            for name in names:
                for case in cases:
                    results.append(run_case(PEERS[name], far, environment, *case))
                if far.name == "rtc" and name == "chromium":
                    results.append(person.call(far.path, RESULTS, ROOT, environment, Call.seconds))
                if far.name != "rtc":
                    continue
                if name in browsers.PROGRAMS and devices:
                    track_results.append(run_track_case(PEERS[name], far.bot_path, environment))
                for case in DATA_CASES:
                    data_results.append(run_data_case(PEERS[name], far, environment, *case))
    finally:
        processes.end_orphans()

    print()
    report.print_matrix(results)
    report.print_checks(track_results + data_results)
    everything = results + track_results + data_results
    print(f"\n{sum(r.passed for r in everything)} of {len(everything)} calls passed in {time.monotonic() - started:.0f} s; "
          f"pictures and reports are in {RESULTS.relative_to(ROOT)}")
    if far.name == "rtc" and set(names) == set(PEERS):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
        versions = [f"rtc of commit {commit()} on {system}"] + [PEERS[name].version() for name in names]
        text = report.markdown(results, track_results, data_results, versions, network, Call(), LOSS)
        (ROOT / "docs" / "interop.md").write_text(text)
    sys.exit(0 if all(r.passed for r in everything) else 1)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="Interop/run", description="Calls real peers with rtc.")
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"{', '.join(PEERS)} (default: all)")
    parser.add_argument("--rtc", type=lambda path: Path(path).resolve(), metavar="PATH",
                        help="the program (default: the release build)")
    parser.add_argument("--against", choices=["aiortc"],
                        help="call aiortc in place of rtc: a test of the peers themselves")
    arguments = parser.parse_args()
    for name in arguments.peers:
        if name not in PEERS:
            parser.error(f"there is no peer {name!r}: choose from {', '.join(PEERS)}")
    return arguments


@contextlib.contextmanager
def sound():
    """The environment of a private sound server, where there is one."""
    if not SoundServer.available():
        print("no pulseaudio here: Firefox will send and measure no tone")
        yield {}
        return
    with SoundServer(RESULTS / "sound.log") as server:
        yield server.environment


def run_case(peer, far, environment, case, role, echo):
    folder = RESULTS / f"{peer.name}-{case}"
    folder.mkdir()
    result = report.Result(peer.name, case, folder=str(folder.relative_to(ROOT)))
    started = time.monotonic()
    with Signalling(folder) as signalling, contextlib.ExitStack() as stack:
        call = Call(folder, signalling, environment)
        if role == "offer":
            far_end = far.start(call, "answer", echo)
        process = stack.enter_context(peer.start(call, role))
        if role == "answer":
            signalling.asked_for_offer.wait(START_SECONDS)
            far_end = far.start(call, "offer", echo)
        try:
            at_peer = signalling.report("peer", CALL_SECONDS)
            at_far = far_end.report(FAILED_CALL_SECONDS if "error" in at_peer else CALL_SECONDS)
        finally:
            process.stop()
            result.problems += far_end.stop()
    judge(result, at_peer, at_far, call, peer, far, echo)
    verdict = "pass" if result.passed else "FAIL"
    print(f"  {peer.name} {case}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    return result


def run_data_case(peer, far, environment, case, role, loss):
    folder = RESULTS / f"{peer.name}-{case}"
    folder.mkdir()
    result = report.CheckedResult(peer.name, case, folder=str(folder.relative_to(ROOT)))
    started = time.monotonic()
    with Signalling(folder) as signalling, contextlib.ExitStack() as stack:
        call = Call(folder, signalling, environment, page="data", loss=loss)
        if role == "offer":
            far_end = far.start(call, "answer", True)
        process = stack.enter_context(peer.start(call, role))
        if role == "answer":
            signalling.asked_for_offer.wait(START_SECONDS)
            far_end = far.start(call, "offer", True)
        try:
            at_peer = signalling.report("peer", DATA_SECONDS)
            at_far = far_end.report(FAILED_CALL_SECONDS)
        finally:
            process.stop()
            result.problems += far_end.stop()
    return finished(result, started, at_peer, at_far)


def run_track_case(peer, bot_path, environment):
    """What becomes of the tracks of devices: the peer asks a bot to change them, and looks at what it decodes."""
    folder = RESULTS / f"{peer.name}-tracks"
    folder.mkdir()
    result = report.CheckedResult(peer.name, "tracks", folder=str(folder.relative_to(ROOT)))
    started = time.monotonic()
    with Signalling(folder) as signalling, contextlib.ExitStack() as stack:
        call = Call(folder, signalling, environment, page="tracks")
        bot = Bot(bot_path, call)
        try:
            stack.enter_context(peer.start(call, "offer"))
            at_peer = signalling.report("peer", TRACK_SECONDS)
        finally:
            result.problems += bot.stop()
    return finished(result, started, at_peer)


def finished(result, started, *ends):
    result.set_up_ms = ends[0].get("setUpMs")
    result.problems += [end["error"] for end in ends if "error" in end]
    result.checks = [check for end in ends for check in end.get("checks", [])]
    verdict = "pass" if result.passed else "FAIL"
    print(f"  {result.peer} {result.case}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    return result


def judge(result, at_peer, at_far, call, peer, far, echo):
    result.set_up_ms, result.first_frame_ms = at_peer.get("setUpMs"), at_peer.get("firstFrameMs")
    result.delay_ms = checks.delay(at_peer)
    result.security, result.pair = checks.security(at_peer) or checks.security(at_far), checks.selected_pair(at_peer)
    for end in (at_peer, at_far):
        if "error" in end:
            result.problems.append(end["error"])
    result.verdicts = {
        "to_peer_video": checks.video(at_far, at_peer, call.seconds),
        "to_peer_audio": checks.audio(at_far, at_peer, peer.hertz if echo else far.hertz),
        "to_far_video": checks.video(at_peer, at_far, call.seconds),
        "to_far_audio": checks.audio(at_peer, at_far, peer.hertz),
    }


def commit():
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
