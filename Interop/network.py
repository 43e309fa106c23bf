"""A network that loses data: a NAT between a peer and the program under test, which drops a share of the data's packets."""

import json
import random
import re
import selectors
import socket
import threading

APPLICATION_DATA = 23  # RFC 6347 §4.1: the content type of what SCTP sends; ICE and the handshake get through
LARGEST_DATAGRAM, POLL_SECONDS = 2048, 0.1
HOST_CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host", re.IGNORECASE)


class LossyNetwork:
    def __init__(self, share, seed=1):
        self.share, self.random = share, random.Random(seed)
        self.carried = self.lost = 0
        self.selector, self.ways = selectors.DefaultSelector(), {}
        self.is_over = threading.Event()

    def offer(self, offer):
        """The peer's offer without its candidates: it is seen by its packets only."""
        return rewritten(offer, lambda sdp: re.sub(r"a=candidate:.*\r\n", "", sdp))

    def answer(self, answer):
        """The answer with one candidate in place of all: this network."""
        return rewritten(answer, self.lead_here)

    def lead_here(self, sdp):
        found = HOST_CANDIDATE.search(sdp)
        if not found:
            raise OSError("the answer has no candidate that a NAT could stand for")
        self.far = (found[1], int(found[2]))
        self.front = self.open((found[1], 0), self.from_peer)
        threading.Thread(target=self.run, daemon=True).start()
        here = f"a=candidate:1 1 udp 2130706431 {found[1]} {self.front.getsockname()[1]} typ host\r\n"
        sdp = sdp.replace(found[0], "a=here", 1)
        sdp = re.sub(r"a=candidate:.*\r\n", "", sdp)
        return re.sub(r"a=here.*\r\n", here, sdp)

    def open(self, address, handler):
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        new.bind(address)
        self.selector.register(new, selectors.EVENT_READ, handler)
        return new

    def run(self):
        while not self.is_over.is_set():
            for key, _ in self.selector.select(POLL_SECONDS):
                datagram, source = key.fileobj.recvfrom(LARGEST_DATAGRAM)
                if not self.is_lost(datagram):
                    key.data(datagram, source)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def is_lost(self, datagram):
        if not datagram or datagram[0] != APPLICATION_DATA:
            return False
        self.carried += 1
        is_lost = self.random.random() < self.share
        self.lost += is_lost
        return is_lost

    def from_peer(self, datagram, source):
        if source not in self.ways:
            back = lambda datagram, _: self.front.sendto(datagram, source)
            self.ways[source] = self.open((self.far[0], 0), back)
        self.ways[source].sendto(datagram, self.far)

    def checks(self):
        return [{"name": "loss", "passed": self.lost > 0, "detail": f"{self.lost} of {self.carried} packets"}]

    def stop(self):
        self.is_over.set()


def rewritten(description, change):
    parsed = json.loads(description)
    return json.dumps({**parsed, "sdp": change(parsed["sdp"])}).encode()
