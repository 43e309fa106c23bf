"""Drives a page of Chromium as a person would, over its DevTools protocol: a WebSocket with JSON."""

import base64
import json
import os
import socket
import struct
import time
import urllib.request


class Page:
    """The page that Chromium was started with, by the profile that it was started in."""

    def __init__(self, profile, timeout=30):
        port = wait_for_port(os.path.join(profile, "DevToolsActivePort"), timeout)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=timeout) as response:
            page = next(target for target in json.load(response) if target["type"] == "page")
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.file = self.socket.makefile("rb")
        path = page["webSocketDebuggerUrl"].split(str(port), 1)[1]
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.number = 0

    def evaluate(self, expression):
        """The value of an expression, evaluated as if by a click of the user."""
        self.number += 1
        self.send({"id": self.number, "method": "Runtime.evaluate", "params": {
            "expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}})
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                return message["result"]["result"].get("value")

    def wait(self, expression, seconds):
        """Asks until the value is true or the time is over, and returns it."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(expression)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return value

    def send(self, message):
        # RFC 6455 §5.2: one text frame, masked as a client's must be.
        data, mask = json.dumps(message).encode(), os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(b"\x81" + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def receive(self):
        length = self.file.read(2)[1] & 0x7F
        if length == 126:
            length = struct.unpack(">H", self.file.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.file.read(8))[0]
        return json.loads(self.file.read(length))

    def close(self):
        self.socket.close()


def wait_for_port(path, timeout):
    """Chromium chooses a port by itself and writes it into its profile."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            with open(path) as file:
                return int(file.readline())
        except (OSError, ValueError):
            time.sleep(0.05)
    raise OSError(f"Chromium opened no DevTools port within {timeout} s")
