"""The results of a run: a matrix on the terminal, and docs/interop.md."""

import datetime
from dataclasses import dataclass, field

KINDS = [("to_peer_video", "video to peer"), ("to_peer_audio", "audio to peer"),
         ("to_far_video", "video to rtc"), ("to_far_audio", "audio to rtc")]

HOW = """\
Each peer makes three calls with `rtc`, audio and video both ways in each:

| Call | Who offers | What `rtc` runs | What the peer gets |
|---|---|---|---|
| echo | the peer | `rtc serve` | its own pattern and tone, as `rtc` sent them back |
| answer | the peer | `rtc serve --source pattern` | the pattern and tone of `rtc` |
| call | `rtc` | `rtc call URL` | the pattern and tone of `rtc` |

In a fourth, "page", Chromium opens the page of `rtc serve --source pattern` as a person does: "Call" is clicked, the
remote picture must run and show the bars, the tone must be heard, `rtc` must decode what the fake camera and microphone
send, and when `rtc` ends, the page must say so. Its times count from the click.

Everything runs on one machine in {network}. The browsers are headless and send a canvas and an oscillator; aiortc sends
generated frames and samples. All ends send {size} pictures at 30 frames per second that carry colour bars, a frame
counter and a time code in their pixels, and a sine tone: 440 Hz from `rtc`, 660 Hz from browsers, 550 Hz from aiortc.
Only "page" uses Chromium's fake devices, since nothing can be read from their pictures but that they move. Of its
canvas Chromium gets I420 frames that the page converts itself, because what it captures from a canvas is full-range
BT.709, which it tells in a header extension of its own only, and receivers without it show in wrong colours.

- **Video** passes when at least 80 % of the decoded pictures that the receiver looks at show a valid counter, the
  counter advances by at least 10 a second and never goes back, and all bars have the right colours (within 24 of 255).
- **Audio** passes when the strongest frequency of what was decoded is within 2 % of the tone that was sent.
- In both, `getStats()` of the receiver must show received packets, and decoded frames or audio energy where it has
  them.
- `rtc call` judges what it receives in the same way and says so by its exit status. `rtc serve` is judged by its
  statistics, and in the echo by the content that comes back.

In "tracks" a small bot (`Interop/Bot`, written against the public API) sends a camera and a microphone: those of
`Tests/Rigs`, which the bot opens as it would any of V4L2 and ALSA. The browser asks it over a data channel to change its
tracks, the driver lets the devices stall, and each change must show in what the browser decodes, and last for a
second, without a negotiation:

- **Disabled**: black, which is luma 16 in the decoded picture where the browser shows it, and silence, while pictures
  (10 a second at least) and packets keep coming; **enabled**, picture and tone are back.
- **Camera stalls**: the bot's track gets `mute`, the browser a black picture a second (webrtc-pc, `RTCRtpSender.track`),
  and its own track stays unmuted. **Microphone stalls**: `mute`, no packet any more, silence. Both come back by
  themselves, with `unmute`.
- **applyConstraints**: the video's size becomes the one asked for, smaller and larger, and the frame rate that of the
  track's settings.
- **A clone goes on**: the clone is sent in place of the track, which stops: the picture goes on, and the bot has the
  camera open. **The last clone stops**: the bot has the camera closed (its memory and its thread are gone from `/proc`),
  while sound and sender reports go on. **The microphone stops**: it is closed too, and the call stays connected.

Each peer makes three more calls without media. In "channels" it offers, opens channels of every kind to `rtc serve`,
which sends every message back, and compares; a file of 16 MB goes over a channel of its own, and the SHA-256 that `rtc`
tells must be the file's. In "file" `rtc call --data` sends 16 MB of random bytes, whose SHA-256 the peer tells. "loss" is
"channels" with 1 MB, behind a NAT that drops {loss} % of the packets with data in each direction: of the messages that are
never repeated about {arriving} % can come back; three quarters must, but not all, none twice, and over the ordered channel
in order.

Set-up is the time from the exchange of descriptions to `connected` at the peer, first frame that to the first decoded
picture. Rates are measured over {seconds} s; the delay is from drawing to reading, through `rtc` and back in the echo.
"""


@dataclass
class Result:
    """The outcome of one call."""

    peer: str
    case: str
    set_up_ms: int | None = None
    first_frame_ms: int | None = None
    delay_ms: float | None = None
    security: str = ""
    pair: str | None = None
    verdicts: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    folder: str = ""

    @property
    def passed(self):
        return not self.problems and len(self.verdicts) == len(KINDS) and all(v.passed for v in self.verdicts.values())

    def all_problems(self):
        """Every problem once, with the media it concerns."""
        seen = {problem: None for problem in self.problems}
        for key, title in KINDS:
            for problem in self.verdicts[key].problems if key in self.verdicts else []:
                if problem not in seen:
                    seen[problem] = title
        return [f"{title}: {problem}" if title else problem for problem, title in seen.items()]


@dataclass
class CheckedResult:
    """The outcome of one call in which a peer checks one thing after another."""

    peer: str
    case: str
    set_up_ms: int | None = None
    checks: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    folder: str = ""

    @property
    def passed(self):
        return not self.problems and bool(self.checks) and all(check["passed"] for check in self.checks)

    def all_problems(self):
        failed = [f"{check['name']}: {check['detail']}" for check in self.checks if not check["passed"]]
        return self.problems + failed

    def row(self):
        set_up = f"{self.set_up_ms:.0f} ms" if self.set_up_ms is not None else "-"
        passed = [f"{check['name']} ({check['detail']})" if check["detail"] else check["name"]
                  for check in self.checks if check["passed"]]
        return [self.peer, self.case, set_up, ", ".join(passed) or "-", ", ".join(self.all_problems()) or "-"]


CHECKED_TITLES = ["peer", "call", "set-up", "passed", "failed"]


def cell(verdict):
    if verdict is None:
        return "-"
    return " ".join(["pass" if verdict.passed else "FAIL", ", ".join(verdict.numbers)]).strip()


def rows(results):
    yield ["peer", "call", "set-up", "first frame", "delay", *(title for _, title in KINDS)]
    for result in results:
        times = [f"{time:.0f} ms" if time is not None else "-"
                 for time in (result.set_up_ms, result.first_frame_ms, result.delay_ms)]
        yield [result.peer, result.case, *times, *(cell(result.verdicts.get(key)) for key, _ in KINDS)]


def print_matrix(results):
    table = list(rows(results))
    widths = [max(map(len, column)) for column in zip(*table)]
    for row in table:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    for result in results:
        for problem in [] if result.passed else result.all_problems():
            print(f"FAIL {result.peer} {result.case}: {problem}")
        if not result.passed:
            print(f"     its logs, descriptions and reports are in {result.folder}")


def print_checks(results):
    for result in results:
        print(" | ".join(result.row()))
        if not result.passed:
            print(f"     its logs, descriptions and reports are in {result.folder}")


def markdown(results, track_results, data_results, versions, network, call, loss):
    everything = results + track_results + data_results
    lines = ["# Interop", "", "<!-- Written by Interop/run: do not edit. -->", "",
             f"{'All calls passed' if all(r.passed for r in everything) else 'Some calls FAILED'}"
             f" on {datetime.date.today().isoformat()} with:", ""]
    lines += [f"- {version}" for version in versions]
    lines += ["", "## Calls", ""]
    table = list(rows(results))
    lines += [line(table[0]), line(["---"] * len(table[0])), *map(line, table[1:])]
    for title, checked in (("Tracks", track_results), ("Data channels", data_results)):
        lines += ["", f"## {title}", "", line(CHECKED_TITLES), line(["---"] * len(CHECKED_TITLES))]
        lines += [line(result.row()) for result in checked]
    lines += ["", "## Transport", "", line(["peer", "call", "DTLS and SRTP", "selected pair"]), line(["---"] * 4)]
    lines += [line([r.peer, r.case, r.security or "-", r.pair or "-"]) for r in results]
    failed = [f"- {r.peer} {r.case}: {problem}" for r in everything if not r.passed for problem in r.all_problems()]
    if failed:
        lines += ["", "## Failures", "", *failed]
    size = f"{call.width}x{call.height}"
    lines += ["", "## How this is measured", "", HOW.format(
        network=network, size=size, seconds=call.seconds, loss=loss, arriving=round((100 - loss) ** 2 / 100))]
    return "\n".join(lines)


def line(cells):
    return "| " + " | ".join(cells) + " |"
