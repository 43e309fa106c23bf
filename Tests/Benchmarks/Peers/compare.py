"""Runs the peers in turn and prints what they cost, side by side. Called by `run`."""

import argparse
import glob
import json
import os
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
# Megabytes and round trips: about as long for each.
AMOUNTS = {"libdatachannel": ("256", "2000"), "gstreamer": ("128", "2000"), "aiortc": ("32", "1000")}
COLUMNS = {"per_cpu_second": "MB per CPU second", "per_second": "MB/s", "round_trip": "us, 64 bytes and back"}


def output(command, **environment):
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | environment)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip()[-300:] or f"exit status {result.returncode}")
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def swift_webrtc(options):
    rows = output([options.bench, "data"])
    found = {(row["name"], row["unit"]): row["median"] for row in rows}
    measured = {
        "per_cpu_second": found["16 KiB messages, one way", "MB per CPU second"],
        "per_second": found["16 KiB messages, one way", "MB/s"],
    }
    return {
        "swift-webrtc": measured | {"round_trip": found["64 bytes and their echo", "us"]},
        "swift-webrtc, on event loops": {"round_trip": found["64 bytes and their echo, on event loops", "us"]},
    }


def libdatachannel(options):
    libraries = glob.glob(f"{options.venv}/lib/python3*/site-packages/pylibdatachannel.libs/libdatachannel*")
    if not libraries:
        raise RuntimeError("its library is not in the package")
    command = [options.libdatachannel, libraries[0], *AMOUNTS["libdatachannel"]]
    return {"libdatachannel": output(command, LD_LIBRARY_PATH=str(Path(libraries[0]).parent))[0]}


def gstreamer(options):
    # Debian's own Python has its bindings.
    return {"gstreamer": output(["/usr/bin/python3", HERE / "gstreamer_data.py", *AMOUNTS["gstreamer"]])[0]}


def aiortc(options):
    return {"aiortc": output([f"{options.venv}/bin/python", HERE / "aiortc_data.py", *AMOUNTS["aiortc"]])[0]}


PEERS = {"swift-webrtc": swift_webrtc, "libdatachannel": libdatachannel, "gstreamer": gstreamer, "aiortc": aiortc}


def main():
    parser = argparse.ArgumentParser(usage="Tests/Benchmarks/Peers/run [--rounds N] [PEER…]")
    parser.add_argument("peers", nargs="*", choices=[*PEERS, []])
    parser.add_argument("--rounds", type=int, default=3)
    for path in ("bench", "venv", "libdatachannel", "skipped"):
        parser.add_argument(f"--{path}", required=True)
    options = parser.parse_args()
    reasons = dict(line.split(": ", 1) for line in Path(options.skipped).read_text().splitlines())
    measured = {}
    for _ in range(options.rounds):
        for name in options.peers or PEERS:
            if name in reasons:
                continue
            try:
                rows = PEERS[name](options)
            except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
                reasons[name] = str(error)
                continue
            for row, values in rows.items():
                for column, value in values.items():
                    measured.setdefault(row, {}).setdefault(column, []).append(value)
    print(f"Data channels, both ends in one process over loopback: median of {options.rounds} rounds (smallest to largest)\n")
    print(f"{'':30}" + "".join(f"{title:>30}" for title in COLUMNS.values()))
    for row, values in measured.items():
        cells = (values.get(column) for column in COLUMNS)
        texts = (f"{statistics.median(c):.4g} ({min(c):.4g} to {max(c):.4g})" if c else "" for c in cells)
        print(f"{row:30}" + "".join(f"{text:>30}" for text in texts))
    for name, reason in reasons.items():
        print(f"{name}: left out, {reason}")


main()
