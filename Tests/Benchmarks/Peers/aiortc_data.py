"""Data channels of aiortc between two of its connections in this process.
usage: aiortc_data.py MEGABYTES ROUND-TRIPS
Prints a line of JSON: megabytes per second of CPU time and of real time, and the median round trip of 64 bytes in microseconds."""

import asyncio
import json
import statistics
import sys
import time

from aiortc import RTCPeerConnection

MESSAGE, PING, HIGH_WATER = bytes(16384), bytes(64), 1 << 20


async def connect():
    caller, callee = RTCPeerConnection(), RTCPeerConnection()
    near, far = caller.createDataChannel("bench"), asyncio.get_running_loop().create_future()
    opened = asyncio.Event()
    near.on("open", opened.set)
    callee.on("datachannel", far.set_result)
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)
    await opened.wait()
    return caller, callee, near, await far


async def transfer(near, messages, count):
    near.bufferedAmountLowThreshold = HIGH_WATER // 2
    low, left = asyncio.Event(), count
    near.on("bufferedamountlow", low.set)
    for _ in range(count):
        while near.bufferedAmount > HIGH_WATER:
            low.clear()
            await low.wait()
        near.send(MESSAGE)
    while left:
        await messages.get()
        left -= 1


async def main(megabytes, trips):
    caller, callee, near, far = await connect()
    messages, answers = asyncio.Queue(), asyncio.Queue()

    @far.on("message")
    def received(message):
        if len(message) == len(PING):
            far.send(message)
        else:
            messages.put_nowait(message)

    near.on("message", answers.put_nowait)
    count = megabytes * 1_000_000 // len(MESSAGE)
    await transfer(near, messages, count // 8)
    began, cpu = time.monotonic(), time.process_time()
    await transfer(near, messages, count)
    size, cpu, elapsed = count * len(MESSAGE) / 1e6, time.process_time() - cpu, time.monotonic() - began
    times = []
    for _ in range(trips):
        sent = time.monotonic()
        near.send(PING)
        await answers.get()
        times.append((time.monotonic() - sent) * 1e6)
    print(json.dumps({"per_cpu_second": size / cpu, "per_second": size / elapsed, "round_trip": statistics.median(times)}))
    await caller.close()
    await callee.close()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
