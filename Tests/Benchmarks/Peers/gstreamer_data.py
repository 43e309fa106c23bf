"""Data channels of GStreamer's webrtcbin between two of them in this process.
usage: gstreamer_data.py MEGABYTES ROUND-TRIPS
Prints a line of JSON: megabytes per second of CPU time and of real time, and the median round trip of 64 bytes in microseconds."""

import json
import os
import statistics
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

MESSAGE, PING, HIGH_WATER = GLib.Bytes.new(bytes(16384)), GLib.Bytes.new(bytes(64)), 1 << 20


class Call:
    def __init__(self):
        Gst.init(None)
        self.pipeline = Gst.Pipeline.new(None)
        self.caller, self.callee = (Gst.ElementFactory.make("webrtcbin", name) for name in ("caller", "callee"))
        for one, other in ((self.caller, self.callee), (self.callee, self.caller)):
            one.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
            one.connect("on-ice-candidate", lambda _, line, text, other=other: other.emit("add-ice-candidate", line, text))
            self.pipeline.add(one)
        self.far, self.opened, self.announced = None, threading.Event(), threading.Event()
        self.callee.connect("on-data-channel", self.has_channel)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.near = self.caller.emit("create-data-channel", "bench", None)
        self.near.connect("on-open", lambda _: self.opened.set())
        self.low, self.arrived, self.answered = threading.Event(), threading.Event(), threading.Event()
        self.expected, self.kept = 0, []
        self.near.connect("on-buffered-amount-low", lambda _: self.low.set())
        self.near.connect("on-message-data", lambda _, data: self.answered.set())
        self.negotiate()
        for event in (self.opened, self.announced):
            if not event.wait(20):
                raise TimeoutError("the channel did not open")

    def has_channel(self, _, channel):
        self.far = channel
        channel.connect("on-message-data", self.received)
        self.announced.set()

    def received(self, channel, data):
        if data.get_size() == PING.get_size():
            channel.emit("send-data", data)
            return
        self.expected -= 1
        if self.expected == 0:
            self.arrived.set()

    def make(self, peer, kind):
        promise = Gst.Promise.new()
        peer.emit(f"create-{kind}", None, promise)
        promise.wait()
        reply = promise.get_reply()
        description = reply.get_value(kind)
        return description.sdp.as_text()

    def apply(self, peer, side, kind, text):
        # A description cannot be handed on, as it lives no longer than its promise; and a new one frees its message, as does the message's owner.
        _, message = GstSdp.SDPMessage.new_from_text(text)
        promise, description = Gst.Promise.new(), GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self.kept += [message, description]
        peer.emit(f"set-{side}-description", description, promise)
        promise.wait()

    def negotiate(self):
        offer, answer = GstWebRTC.WebRTCSDPType.OFFER, GstWebRTC.WebRTCSDPType.ANSWER
        text = self.make(self.caller, "offer")
        self.apply(self.caller, "local", offer, text)
        self.apply(self.callee, "remote", offer, text)
        text = self.make(self.callee, "answer")
        self.apply(self.callee, "local", answer, text)
        self.apply(self.caller, "remote", answer, text)

    def transfer(self, count):
        self.near.set_property("buffered-amount-low-threshold", HIGH_WATER // 2)
        self.arrived.clear()
        self.expected = count
        for _ in range(count):
            while self.near.get_property("buffered-amount") > HIGH_WATER:
                self.low.wait(0.05)
                self.low.clear()
            self.near.emit("send-data", MESSAGE)
        if not self.arrived.wait(60):
            raise TimeoutError(f"{self.expected} messages did not arrive")

    def round_trip(self):
        self.answered.clear()
        sent = time.monotonic()
        self.near.emit("send-data", PING)
        if not self.answered.wait(10):
            raise TimeoutError("no echo came")
        return (time.monotonic() - sent) * 1e6


def main(megabytes, trips):
    call = Call()
    count = megabytes * 1_000_000 // MESSAGE.get_size()
    call.transfer(count // 8)
    began, cpu = time.monotonic(), time.process_time()
    call.transfer(count)
    size, cpu, elapsed = count * MESSAGE.get_size() / 1e6, time.process_time() - cpu, time.monotonic() - began
    times = [call.round_trip() for _ in range(trips)]
    row = {"per_cpu_second": size / cpu, "per_second": size / elapsed, "round_trip": statistics.median(times)}
    print(json.dumps(row), flush=True)
    os._exit(0)


main(int(sys.argv[1]), int(sys.argv[2]))
