"""The HTTP server of one call: serves the pages, carries one offer and one answer, and collects the reports.

    POST /offer            body is the offer; the response is the answer, once there is one
    GET  /offer            takes the offer (204: none yet, ask again)
    POST /answer           gives the answer to it
    POST /report/NAME      what an end has measured, as JSON
    POST /picture/NAME     the remote video as a PNG
    POST /log/NAME         a line for its log
    POST /device/NAME      what befalls a device of the far end (Tests/Rigs)
    GET  /devices          which devices the far end has open
    GET  /FILE             a file of the folder `pages`
"""

import http.server
import json
import queue
import socketserver
import sys
import threading
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
ANSWER_SECONDS, POLL_SECONDS, LARGEST_BODY = 30, 10, 16 << 20


class Signalling(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.devices = None
        self.offers, self.answers = queue.Queue(1), queue.Queue(1)
        self.asked_for_offer = threading.Event()
        self.reports = defaultdict(lambda: queue.Queue(1))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own asks DNS for its name, which takes 10 s offline

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a peer that was ended while it waited
            super().handle_error(request, client_address)

    def report(self, name, timeout):
        """What `name` has measured, or a report of its silence."""
        try:
            return self.reports[name].get(timeout=timeout)
        except queue.Empty:
            return {"error": f"no report within {timeout} s"}

    def save(self, name, body):
        (self.folder / name).write_bytes(body)

    def forward_offer(self, url, network=None):
        """Carries the offer to another server and its answer back, in the background; a network may stand between."""

        def forward(offer):
            data = network.offer(offer) if network else offer
            request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
                answer = response.read()
            return network.answer(answer) if network else answer

        self.answer_by(forward)

    def answer_by(self, function, timeout=40):
        """Answers the offer with what the function makes of it, in the background."""

        def answer():
            try:
                self.answers.put((200, function(self.offers.get(timeout=timeout))))
            except queue.Empty:
                pass
            except urllib.error.HTTPError as error:
                self.answers.put((error.code, error.read()))
            except OSError as error:
                self.answers.put((502, str(error).encode()))

        threading.Thread(target=answer, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=str(PAGES))

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/devices" and self.server.devices:
            return self.respond(200, json.dumps(self.server.devices.open()).encode())
        if self.path != "/offer":
            return super().do_GET()
        self.server.asked_for_offer.set()
        try:
            self.respond(200, self.server.offers.get(timeout=POLL_SECONDS))
        except queue.Empty:
            self.respond(204)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_BODY:
            return self.respond(413)
        body = self.rfile.read(length)
        kind, _, name = self.path[1:].partition("/")
        name = Path(name).name
        if kind == "offer":
            return self.answer(body)
        if kind == "answer":
            self.server.answers.put((200, body))
        elif kind == "report":
            self.server.save(f"{name}.json", body)
            self.server.reports[name].put(json.loads(body))
        elif kind == "picture":
            self.server.save(f"{name}.png", body)
        elif kind == "device" and self.server.devices:
            self.server.devices.tell(name, body.decode())
        elif kind == "log":
            with open(self.server.folder / f"{name}.log", "ab") as file:
                file.write(body + b"\n")
        else:
            return self.respond(404)
        self.respond(200)

    def answer(self, offer):
        self.server.save("offer.json", offer)
        try:
            self.server.offers.put(offer, timeout=1)
            status, answer = self.server.answers.get(timeout=ANSWER_SECONDS)
        except (queue.Empty, queue.Full):
            status, answer = 504, b"nobody answered"
        self.server.save("answer.json", answer)
        self.respond(status, answer)

    def respond(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
