"""The data channels of aiortc with the program under test: pages/data.js in Python. Runs in aiortc's own environment.
usage: aiortc_data.py URL NAME offer|answer NEGOTIATED-ID LOSS"""

import asyncio
import hashlib
import random
import sys
import time

from aiortc import RTCConfiguration, RTCPeerConnection

from aiortc_peer import CONNECT_SECONDS, Signalling, since, stats, until

CHECK_SECONDS, BLOCK, LARGEST_MESSAGE = 60, 65536, 65536


class Line:
    """A channel with what has come on it, in order."""

    def __init__(self, connection, label, **options):
        self.channel, self.received = connection.createDataChannel(label, **options), []
        self.channel.on("message", self.received.append)

    async def opened(self):
        if not await until(lambda: self.channel.readyState == "open", CONNECT_SECONDS):
            raise TimeoutError(f"{self.channel.label} is {self.channel.readyState}")

    async def count(self, count):
        if not await until(lambda: len(self.received) >= count, CHECK_SECONDS):
            raise TimeoutError(f"{len(self.received)} of {count} messages came back")

    async def closed(self):
        if not await until(lambda: self.channel.readyState == "closed", CHECK_SECONDS):
            raise TimeoutError(f"{self.channel.label} is {self.channel.readyState}")

    async def echo(self, messages):
        await self.opened()
        for message in messages:
            self.channel.send(message)
        await self.count(len(messages))
        if self.received[: len(messages)] != messages:
            raise ValueError("messages came back changed")
        self.received.clear()

    async def send_file(self, megabytes):
        await self.opened()
        file, started = random.Random(1).randbytes(megabytes << 20), time.monotonic()
        for offset in range(0, len(file), BLOCK):
            await until(lambda: self.channel.bufferedAmount < 1 << 20, CHECK_SECONDS)
            self.channel.send(file[offset : offset + BLOCK])
        self.channel.send("end")
        await self.count(1)
        if self.received[0] != hashlib.sha256(file).hexdigest():
            raise ValueError("the digest is another")
        return f"{8 * len(file) / (time.monotonic() - started) / 1e6:.0f} Mbit/s"


class Checks:
    def __init__(self):
        self.results = []

    async def run(self, name, check):
        try:
            detail = await check
            self.results.append({"name": name, "passed": True, "detail": detail if isinstance(detail, str) else ""})
        except Exception as error:
            self.results.append({"name": name, "passed": False, "detail": repr(error)})
        print(self.results[-1], flush=True)


async def connected(connection):
    if not await until(lambda: connection.connectionState == "connected", CONNECT_SECONDS):
        raise ConnectionError(f"not connected: {connection.connectionState}")


async def offering(signalling, connection, negotiated, loss, checks):
    megabytes, lossy_messages = (1, 500) if loss else (16, 50)
    echo, file = Line(connection, "echo"), Line(connection, "file", protocol="sha-256")
    unordered = Line(connection, "unordered", ordered=False)
    lossy = Line(connection, "lossy", ordered=False, maxRetransmits=0)
    lossy_in_order = Line(connection, "lossy in order", maxRetransmits=0)
    agreed = Line(connection, "negotiated", negotiated=True, id=negotiated)
    started = await signalling.offer(connection)
    await connected(connection)
    set_up = since(started)
    await checks.run("text", echo.echo(["hello", "grüße 🎈"]))
    await checks.run("binary", echo.echo([b"\x00", bytes(range(256)) * 5, random.Random(2).randbytes(LARGEST_MESSAGE)]))
    await checks.run("empty", echo.echo(["", b"", "after"]))
    await checks.run(f"{megabytes} MB", file.send_file(megabytes))
    await checks.run("closed by rtc", file.closed())

    async def all_in_any_order():
        messages = [str(index) for index in range(50)]
        await unordered.opened()
        for message in messages:
            unordered.channel.send(message)
        await unordered.count(50)
        if set(unordered.received) != set(messages):
            raise ValueError("messages are missing")

    async def most(line, in_order):
        await line.opened()
        # As large as packets, so that each is lost by itself.
        for index in range(lossy_messages):
            line.channel.send(str(index).ljust(1000))
        # What is sent last comes back last, if it comes back.
        deadline = time.monotonic() + CHECK_SECONDS
        while "end" not in line.received:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(line.received)} of {lossy_messages} came back, and not the end")
            line.channel.send("end")
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        numbers = [int(message) for message in line.received if message != "end"]
        if len(set(numbers)) < len(numbers) or (in_order and numbers != sorted(numbers)):
            raise ValueError("messages came twice or out of order")
        least = lossy_messages * (0.75 if loss else 0.9)
        if len(numbers) < least or (loss and len(numbers) == lossy_messages):
            raise ValueError(f"{len(numbers)} of {lossy_messages} came back")
        return f"{len(numbers)} of {lossy_messages}"

    async def many():
        lines = [Line(connection, f"channel {index}") for index in range(100)]
        for line in lines:
            await line.echo([line.channel.label])
        for line in lines:
            line.channel.close()
        for line in lines:
            await line.closed()

    async def close():
        echo.channel.close()
        await echo.closed()

    await checks.run("unordered", all_in_any_order())
    await checks.run("maxRetransmits 0", most(lossy, in_order=False))
    await checks.run("maxRetransmits 0 in order", most(lossy_in_order, in_order=True))
    await checks.run("negotiated", agreed.echo(["one", b"12345"]))
    await checks.run("100 channels", many())
    await checks.run("closed by peer", close())
    return set_up


async def answering(signalling, connection, _negotiated, _loss, checks):
    finished = asyncio.Event()

    @connection.on("datachannel")
    def announced(channel):
        digest, count = hashlib.sha256(), 0

        @channel.on("message")
        def received(message):
            nonlocal count
            if isinstance(message, bytes):
                digest.update(message)
                count += len(message)
                return
            checks.results.append({"name": "file", "passed": count > 0, "detail": f"{count} bytes"})
            channel.send(digest.hexdigest())

        channel.on("close", finished.set)

    started = await signalling.answer(connection, [])
    await connected(connection)
    set_up = since(started)
    await checks.run("closed by rtc", asyncio.wait_for(finished.wait(), CHECK_SECONDS))
    return set_up


async def main():
    url, name, role, negotiated, loss = sys.argv[1:]
    signalling, checks = Signalling(url), Checks()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        run = offering if role == "offer" else answering
        set_up = await run(signalling, connection, int(negotiated), int(loss), checks)
        report = {"setUpMs": set_up, "checks": checks.results, "after": await stats(connection)}
    except Exception as error:
        report = {"error": repr(error), "checks": checks.results}
    await signalling.post(f"/report/{name}", report)
    await asyncio.sleep(30)


asyncio.run(main())
