"""The page of `rtc serve` as a person uses it: opened in Chromium, "Call" clicked, seen, heard, and ended by the server."""

import json
import time
import urllib.request

import browsers
import checks
import report
from devtools import Page
from processes import Process
from rtc import free_port, wait_for_port

WAIT_SECONDS, END_SECONDS = 20, 5
HERTZ = 440
BARS = [(red, green, blue) for green in (191, 0) for red in (191, 0) for blue in (191, 0)]

MESSAGE = 'document.querySelector("#message").textContent'

# Size and time of the remote picture, the colours in the middle of its bars, and the strongest frequency of its sound.
LOOK = """(async () => {
  const video = document.querySelector("#remote"), canvas = document.createElement("canvas");
  const [width, height] = [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d"), start = video.currentTime;
  const audio = new AudioContext(), analyser = audio.createAnalyser();
  analyser.fftSize = 8192;
  audio.createMediaStreamSource(video.srcObject).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  context.drawImage(video, 0, 0);
  const colour = (i) => [...context.getImageData((i + 0.5) * width / 8, height * 0.3, 1, 1).data].slice(0, 3);
  return {width, height, ran: video.currentTime - start, bars: [...Array(8).keys()].map(colour),
    hertz: levels.indexOf(Math.max(...levels)) * audio.sampleRate / analyser.fftSize,
    local: document.querySelector("#local").videoWidth};
})()"""


def call(path, results, root, environment, seconds):
    """One row of the matrix: `chromium page`."""
    folder = results / "chromium-page"
    folder.mkdir()
    result = report.Result("chromium", "page", folder=str(folder.relative_to(root)))
    port = free_port()
    server = Process([path, "serve", "--listen", f"127.0.0.1:{port}", "--source", "pattern"], folder / "rtc.log")
    wait_for_port(port, server)
    url = f"http://127.0.0.1:{port}/"
    chromium = browsers.start("chromium", url, folder / "browser.log", environment, ["--remote-debugging-port=0"])
    try:
        page = Page(chromium.home, WAIT_SECONDS)
        set_up(result, page)
        seen = page.evaluate(LOOK.replace("SECONDS", str(seconds)))
        with urllib.request.urlopen(url + "stats", timeout=5) as response:
            connection = json.load(response)["connections"][0]
        judge(result, seen, connection, seconds)
        # What the page says when its server goes is part of what a person sees.
        if (status := server.stop(END_SECONDS)) != 0:
            result.problems.append(f"rtc serve did not end properly on SIGTERM (status {status})")
        if not page.wait(MESSAGE + '.includes("ended the call")', END_SECONDS):
            result.problems.append(f"the server has ended, and the page says: {page.evaluate(MESSAGE)}")
    except (OSError, LookupError, TypeError, ValueError) as error:
        result.problems.append(f"the page could not be looked at: {error!r}")
    finally:
        chromium.stop()
        server.stop()
    print(f"  chromium page: {'pass' if result.passed else 'FAIL'}", flush=True)
    return result


def set_up(result, page):
    page.wait('location.protocol === "http:" && document.readyState === "complete"', WAIT_SECONDS)
    started = time.monotonic()
    page.evaluate('document.querySelector("#call").click()')
    if not page.wait(MESSAGE + ' === "Connected."', WAIT_SECONDS):
        raise ValueError(page.evaluate(MESSAGE))
    result.set_up_ms = round(1000 * (time.monotonic() - started))
    page.wait('document.querySelector("#remote").videoWidth > 0', WAIT_SECONDS)
    result.first_frame_ms = round(1000 * (time.monotonic() - started))


def judge(result, seen, connection, seconds):
    def verdict(numbers, *conditions):
        return checks.Verdict(numbers, [problem for condition, problem in conditions if not condition])

    error = max(abs(a - b) for bar, drawn in zip(seen["bars"], BARS) for a, b in zip(bar, drawn))
    video, audio = (connection["received"].get(kind) or {} for kind in ("video", "audio"))
    result.security = checks.security({"after": list(connection["stats"].values())})
    result.pair = checks.selected_pair({"after": list(connection["stats"].values())})
    result.verdicts = {
        "to_peer_video": verdict(
            [f"{seen['width']}x{seen['height']}"],
            (seen["ran"] > seconds / 2, f"the remote video ran for {seen['ran']:.1f} of {seconds} s"),
            (error <= checks.LARGEST_COLOUR_ERROR, f"colours are off by {error}")),
        "to_peer_audio": verdict(
            [f"{seen['hertz']:.0f} Hz"],
            (abs(seen["hertz"] - HERTZ) <= checks.TONE_TOLERANCE * HERTZ, f"heard {seen['hertz']:.0f} Hz")),
        "to_far_video": verdict(
            [f"{video.get('width')}x{video.get('height')}"],
            (seen["local"] > 0, "the page does not show what it sends"),
            (video.get("frames", 0) > checks.LEAST_FRAMES_PER_SECOND * seconds,
             f"{video.get('frames', 0)} pictures were decoded in {seconds} s")),
        "to_far_audio": verdict(
            ["audible"], (audio.get("audibleWindows", 0) > 0, "nothing was heard")),
    }
