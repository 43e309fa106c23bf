"""The peers that are called: each can offer or answer, and reports what it measured to the signalling server."""

import subprocess
from pathlib import Path
from urllib.parse import urlencode

import browsers
from processes import Process

HERE = Path(__file__).parent
VENV_PYTHON = HERE.parent / ".venv-interop" / "bin" / "python"


class Browser:
    hertz = 660

    def __init__(self, kind):
        self.name = kind

    def version(self):
        return browsers.version(self.name)

    def start(self, call, role, name="peer"):
        query = urlencode({"role": role, "hertz": self.hertz, "seconds": call.seconds,
                           "width": call.width, "height": call.height, "negotiated": call.negotiated_id,
                           "loss": call.loss})
        url = f"{call.signalling.url}/{call.page}.html?{query}"
        return browsers.start(self.name, url, call.folder / "browser.log", call.environment)


class Aiortc:
    name, hertz = "aiortc", 550

    def version(self):
        command = [VENV_PYTHON, "-c", "import aiortc; print('aiortc', aiortc.__version__)"]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()

    def start(self, call, role, name="peer"):
        if call.page == "data":
            command = [VENV_PYTHON, HERE / "aiortc_data.py", call.signalling.url, name, role, call.negotiated_id,
                       call.loss]
        else:
            command = [VENV_PYTHON, HERE / "aiortc_peer.py", call.signalling.url, name, role, self.hertz,
                       call.seconds, f"{call.width}x{call.height}"]
        return Process(command, call.folder / f"{name}.log")


PEERS = {"chromium": Browser("chromium"), "firefox": Browser("firefox"), "aiortc": Aiortc()}
