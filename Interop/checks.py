"""Turns what both ends measured into verdicts: one for each direction and kind of media."""

from dataclasses import dataclass, field

LEAST_FRAMES_PER_SECOND = 10
LARGEST_COLOUR_ERROR = 24
TONE_TOLERANCE = 0.02
LEAST_READABLE = 0.8
LONGEST_DELAY_MS = 10_000


@dataclass
class Verdict:
    """Whether one kind of media arrived in one direction, with the numbers that say so."""

    numbers: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    @property
    def passed(self):
        return not self.problems


def video(sender, receiver, seconds):
    verdict = Verdict()
    inbound = stat(receiver, "inbound-rtp", "video")
    check_arrival(verdict, receiver, inbound, "video")
    if inbound and inbound.get("framesDecoded", 1) == 0:
        verdict.problems.append("framesDecoded is 0")
    if "picture" in receiver:
        check_picture(verdict, receiver["picture"], seconds)
    elif "error" not in receiver:
        verdict.problems.append("no picture was looked at")
    fps = rate(receiver, "inbound-rtp", "video", "framesDecoded") or receiver.get("framesPerSecond") \
        or (inbound or {}).get("framesPerSecond") or rate(sender, "outbound-rtp", "video", "framesEncoded")
    if fps:
        verdict.numbers.append(f"{fps:.0f} fps")
    add_bitrate(verdict, sender, receiver, "video")
    return verdict


def check_picture(verdict, picture, seconds):
    if not picture["looked"]:
        return verdict.problems.append("no picture to look at")
    if picture["read"] < LEAST_READABLE * picture["looked"]:
        verdict.problems.append(f"frame counter read in {picture['read']} of {picture['looked']} pictures")
    elif picture["last"] - picture["first"] < LEAST_FRAMES_PER_SECOND * seconds:
        verdict.problems.append(f"frame counter went from {picture['first']} to {picture['last']} in {seconds} s")
    if picture["backwards"]:
        verdict.problems.append(f"frame counter went back {picture['backwards']} times")
    if picture.get("colourError", 0) > LARGEST_COLOUR_ERROR:
        verdict.problems.append(f"colours are off by {picture['colourError']}")
    if picture.get("rightColours", picture["read"]) < LEAST_READABLE * picture["read"]:
        verdict.problems.append(f"colours were right in {picture['rightColours']} of {picture['read']} pictures")
    verdict.numbers.append(f"{picture['width']}x{picture['height']}")


def delay(receiver):
    """Milliseconds from drawing to reading, where both ends stamp pictures by the time of day."""
    found = receiver.get("picture", {}).get("delayMs")
    return found if found is not None and found < LONGEST_DELAY_MS else None


def audio(sender, receiver, hertz):
    verdict = Verdict()
    inbound = stat(receiver, "inbound-rtp", "audio")
    check_arrival(verdict, receiver, inbound, "audio")
    if inbound and inbound.get("totalAudioEnergy", 1) == 0:
        verdict.problems.append("totalAudioEnergy is 0")
    tone = receiver.get("tone", {})
    # An end without WebAudio sends its fake device instead of a tone, and measures none: energy has to do.
    if tone is None or sender.get("sentHertz", hertz) is None:
        verdict.numbers.append("energy only")
    else:
        heard = tone.get("hertz")
        if not heard:
            verdict.problems.append("no tone was heard")
        elif abs(heard - hertz) > TONE_TOLERANCE * hertz:
            verdict.problems.append(f"heard {heard:.0f} Hz, not {hertz} Hz")
        verdict.numbers.append(f"{heard or 0:.0f} Hz")
    add_bitrate(verdict, sender, receiver, "audio")
    return verdict


def check_arrival(verdict, receiver, inbound, kind):
    if "error" in receiver:
        verdict.problems.append(receiver["error"])
    if not inbound:
        verdict.problems.append(f"no inbound-rtp statistics of {kind}")
    elif not inbound.get("packetsReceived"):
        verdict.problems.append(f"no packet of {kind} was received")


def add_bitrate(verdict, sender, receiver, kind):
    measured = [rate(receiver, "inbound-rtp", kind, "bytesReceived"), rate(sender, "outbound-rtp", kind, "bytesSent")]
    bits = receiver.get("bitrates", {}).get(kind) or 8 * next(filter(None, measured), 0)
    if bits:
        verdict.numbers.append(f"{bits / 1000:.0f} kbit/s")


def stat(report, type, kind=None, moment="after"):
    """The one report of that type and kind that has seen the most packets."""
    found = [entry for entry in report.get(moment) or []
             if entry.get("type") == type and kind in (None, entry.get("kind"), entry.get("mediaType"))]
    return max(found, key=lambda entry: entry.get("packetsReceived", entry.get("packetsSent", 0)), default=None)


def rate(report, type, kind, counter):
    """How much a counter grew a second during the measurement, or None where it is not known."""
    after, before = stat(report, type, kind), stat(report, type, kind, "before")
    if not after or not before or counter not in after:
        return None
    elapsed = (after["timestamp"] - before["timestamp"]) / 1000
    return (after[counter] - before.get(counter, 0)) / elapsed if elapsed > 0 else None


def security(report):
    """The protection of the transport in words: TLS version, cipher, SRTP profile."""
    found = report.get("security") or stat(report, "transport") or {}
    tls = found.get("tls") or {"FEFD": "DTLS 1.2", "FEFC": "DTLS 1.3"}.get(found.get("tlsVersion"))
    return ", ".join(word for word in (tls, found.get("dtlsCipher"), found.get("srtpCipher")) if word)


def selected_pair(report):
    """The types of the selected candidates and the protocol."""
    if "security" in report:
        return report["security"].get("pair")
    by_id = {entry["id"]: entry for entry in report.get("after") or []}
    pairs = [by_id.get((stat(report, "transport") or {}).get("selectedCandidatePairId"))] + [
        entry for entry in by_id.values()
        if entry.get("type") == "candidate-pair" and entry.get("state") == "succeeded" and entry.get("nominated")]
    for pair in filter(None, pairs):
        local, remote = by_id.get(pair.get("localCandidateId")), by_id.get(pair.get("remoteCandidateId"))
        if local and remote:
            return f"{local.get('candidateType')} - {remote.get('candidateType')} {local.get('protocol')}"
    return None
