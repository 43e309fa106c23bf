"""One call of aiortc with the program under test: pages/call.js in Python. Runs in aiortc's own environment.
usage: aiortc_peer.py URL NAME offer|answer HERTZ SECONDS WIDTHxHEIGHT"""

import asyncio
import dataclasses
import datetime
import fractions
import json
import sys
import time
import urllib.request

import av
import numpy
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

import pattern

CONNECT_SECONDS, MEDIA_SECONDS = 20, 15
FRAMES_PER_SECOND, SAMPLE_RATE, SAMPLES = 30, 48000, 960


class PatternTrack(MediaStreamTrack):
    kind = "video"

    def __init__(self, width, height):
        super().__init__()
        self.pattern, self.counter, self.start = pattern.Pattern(width, height), 0, None

    async def recv(self):
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.counter / FRAMES_PER_SECOND - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(self.pattern.frame(self.counter, milliseconds()), format="rgb24")
        frame.pts, frame.time_base = self.counter, fractions.Fraction(1, FRAMES_PER_SECOND)
        self.counter += 1
        return frame


class ToneTrack(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hertz):
        super().__init__()
        self.hertz, self.sent, self.start = hertz, 0, None

    async def recv(self):
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.sent / SAMPLE_RATE - time.monotonic()))
        phase = 2 * numpy.pi * self.hertz * (self.sent + numpy.arange(SAMPLES)) / SAMPLE_RATE
        samples = (10000 * numpy.sin(phase)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = self.sent, SAMPLE_RATE, fractions.Fraction(1, SAMPLE_RATE)
        self.sent += SAMPLES
        return frame


class PictureReader:
    """Counts the frames of a track and reads the burnt-in codes of every third."""

    def __init__(self):
        self.frames, self.looked, self.read, self.backwards = 0, 0, 0, 0
        self.first = self.last = self.error = self.image = None
        self.delays = []
        self.measuring = False

    async def run(self, track):
        while True:
            frame = await track.recv()
            self.frames += 1
            if self.frames == 1 or self.measuring and self.frames % 3 == 0:
                self.look(frame.to_ndarray(format="rgb24"))

    def look(self, image):
        self.image = image
        self.error = pattern.colour_error(image)
        if not self.measuring:
            return
        self.looked += 1
        counter, sent = pattern.read_code(image, pattern.COUNTER), pattern.read_code(image, pattern.TIME)
        if counter is None:
            return
        self.read += 1
        self.first = counter if self.first is None else self.first
        self.backwards += self.last is not None and counter < self.last
        self.last = counter
        if sent is not None:
            self.delays.append((milliseconds() - sent) % (1 << 24))

    def result(self):
        height, width = (0, 0) if self.image is None else self.image.shape[:2]
        return {"width": width, "height": height, "looked": self.looked, "read": self.read, "first": self.first,
                "last": self.last, "backwards": self.backwards, "delayMs": median(self.delays),
                "colourError": None if self.error is None else round(float(self.error))}


class ToneMeter:
    """Measures the strongest frequency of a track, a third of a second at a time."""

    def __init__(self):
        self.samples, self.found, self.loudest, self.measuring = [], [], 0.0, False

    async def run(self, track):
        while True:
            frame = await track.recv()
            if not self.measuring:
                continue
            self.samples.append(frame.to_ndarray().reshape(-1, len(frame.layout.channels)).mean(axis=1))
            if sum(map(len, self.samples)) >= SAMPLE_RATE // 3:
                self.look(numpy.concatenate(self.samples) / 32768, frame.sample_rate)
                self.samples = []

    def look(self, samples, rate):
        level = float(numpy.sqrt((samples**2).mean()))
        self.loudest = max(self.loudest, level)
        if level < 0.01:
            return
        spectrum = numpy.log(numpy.abs(numpy.fft.rfft(samples * numpy.blackman(len(samples)))) + 1e-9)
        peak = int(spectrum[1:-1].argmax()) + 1
        # The peak lies between bins: at the top of the parabola through the three highest.
        a, b, c = spectrum[peak - 1 : peak + 2]
        self.found.append((peak + (a - c) / (2 * (a - 2 * b + c))) * rate / len(samples))

    def result(self):
        return {"hertz": median(self.found), "level": round(self.loudest, 3)}


def milliseconds():
    return time.time_ns() // 1_000_000


def median(numbers):
    return round(float(numpy.median(numbers)), 1) if numbers else None


class Signalling:
    def __init__(self, url):
        self.url = url

    async def post(self, path, body, content_type="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.ask(urllib.request.Request(self.url + path, data, {"Content-Type": content_type}))

    async def ask(self, request):
        def ask():
            with urllib.request.urlopen(request, timeout=40) as response:
                return response.status, response.read()

        return await asyncio.to_thread(ask)

    async def offer(self, connection):
        await connection.setLocalDescription(await connection.createOffer())
        started = time.monotonic()
        _, answer = await self.post("/offer", as_json(connection.localDescription))
        await connection.setRemoteDescription(RTCSessionDescription(**json.loads(answer)))
        return started

    async def answer(self, connection, tracks):
        status = 204
        while status == 204:
            status, offer = await self.ask(self.url + "/offer")
        await connection.setRemoteDescription(RTCSessionDescription(**json.loads(offer)))
        for track in tracks:
            connection.addTrack(track)
        await connection.setLocalDescription(await connection.createAnswer())
        started = time.monotonic()
        await self.post("/answer", as_json(connection.localDescription))
        return started


def as_json(description):
    return {"type": description.type, "sdp": description.sdp}


async def call(signalling, name, role, hertz, seconds, size):
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    tracks = [ToneTrack(hertz), PatternTrack(*size)]
    reader, meter = PictureReader(), ToneMeter()
    readers = []

    @connection.on("track")
    def received(track):
        print("track", track.kind, flush=True)
        run = (reader if track.kind == "video" else meter).run(track)
        readers.append(asyncio.ensure_future(run))

    @connection.on("connectionstatechange")
    def changed():
        print("connection", connection.connectionState, flush=True)

    try:
        if role == "offer":
            for track in tracks:
                connection.addTrack(track)
            started = await signalling.offer(connection)
        else:
            started = await signalling.answer(connection, tracks)
        if not await until(lambda: connection.connectionState == "connected", CONNECT_SECONDS):
            raise ConnectionError(f"not connected: ICE {connection.iceConnectionState}, "
                                  f"connection {connection.connectionState}")
        report = {"setUpMs": since(started), "sentHertz": hertz}
        if await until(lambda: reader.frames > 0, MEDIA_SECONDS):
            report["firstFrameMs"] = since(started)
        else:
            report["error"] = "no video frame was decoded"

        await asyncio.sleep(1)
        before, frames = await stats(connection), reader.frames
        reader.measuring = meter.measuring = True
        await asyncio.sleep(seconds)
        after, frames = await stats(connection), reader.frames - frames
        if reader.image is not None:
            await signalling.post(f"/picture/{name}", png(reader.image), "image/png")
        return {**report, "picture": reader.result(), "tone": meter.result(), "before": before, "after": after,
                "framesPerSecond": round(frames / seconds, 1), "security": security(connection)}
    finally:
        for task in readers:
            task.cancel()
        results = await asyncio.gather(*readers, return_exceptions=True)
        for error in results:
            if not isinstance(error, (asyncio.CancelledError, MediaStreamError)):
                print("receiving ended:", repr(error), flush=True)
        # The other end may still be measuring what we send: the driver ends us.


def since(started):
    return round(1000 * (time.monotonic() - started))


async def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return condition()


async def stats(connection):
    """getStats() as a browser gives it: times are milliseconds."""
    reports = []
    for report in (await connection.getStats()).values():
        fields = dataclasses.asdict(report)
        for key, value in fields.items():
            if isinstance(value, datetime.datetime):
                fields[key] = value.timestamp() * 1000
        reports.append(fields)
    return reports


def security(connection):
    """aiortc's statistics have no ciphers; its OpenSSL session knows them."""
    transport = connection.getSenders()[0].transport
    pair = transport.transport._connection._nominated.get(1)
    session = transport._ssl
    return {"tls": session.get_protocol_version_name().replace("DTLSv", "DTLS "),
            "dtlsCipher": session.get_cipher_name(), "srtpCipher": session.get_selected_srtp_profile().decode(),
            "pair": pair and f"{pair.local_candidate.type} - {pair.remote_candidate.type} udp"}


def png(image):
    encoder = av.CodecContext.create("png", "w")
    encoder.height, encoder.width = image.shape[:2]
    encoder.pix_fmt, encoder.time_base = "rgb24", fractions.Fraction(1, 30)
    packets = encoder.encode(av.VideoFrame.from_ndarray(image, format="rgb24")) + encoder.encode(None)
    return b"".join(bytes(packet) for packet in packets)


async def main():
    url, name, role, hertz, seconds, size = sys.argv[1:]
    signalling = Signalling(url)
    size = [int(side) for side in size.split("x")]
    try:
        report = await call(signalling, name, role, float(hertz), float(seconds), size)
    except Exception as error:
        report = {"error": repr(error)}
    await signalling.post(f"/report/{name}", report)
    await asyncio.sleep(30)


if __name__ == "__main__":
    asyncio.run(main())
