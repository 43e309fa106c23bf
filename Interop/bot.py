"""The bot in Interop/Bot, whose camera and microphone are those of Tests/Rigs, and what can be seen of them from outside."""

import contextlib
import shutil
import subprocess
from pathlib import Path

from processes import Process

RIGS = Path(__file__).resolve().parent.parent / "Tests" / "Rigs"
MICROPHONE_HERTZ = 1000


class Bot:
    def __init__(self, path, call):
        self.folder = call.folder / "devices"
        environment = self.build()
        self.process = Process([path, self.folder], call.folder / "bot.log", environment, by_lines=True)
        call.signalling.devices = self
        call.signalling.answer_by(self.process.ask)

    @staticmethod
    def has_devices():
        """They are written in C."""
        return shutil.which("cc") is not None

    def build(self):
        """Builds the devices, and returns the environment in which they are there."""
        self.folder.mkdir()
        camera, plugin = self.folder / "camera.so", self.folder / "libasound_module_pcm_rig.so"
        compile("-o", camera, *RIGS.glob("Camera/*.c"), "-ldl", "-lpthread", "-lturbojpeg")
        compile("-DPIC", "-o", plugin, RIGS / "Microphone" / "microphone.c", "-lasound", "-lm")
        (self.folder / "video0").write_text("YUYV MJPG")
        sound = self.folder / "alsa.conf"
        sound.write_text(
            f'pcm_type.rig {{ lib "{plugin}" }}\n'
            f'pcm.microphone {{ type rig frequency {MICROPHONE_HERTZ} control "{self.control("microphone")}"'
            ' hint { show on description "Rig microphone" } }\n')
        self.control("camera").parent.mkdir()
        return {"RIG_CAMERAS": str(self.folder), "RIG_CAMERA_CONTROL": str(self.control("camera").parent),
                "ALSA_CONFIG_PATH": str(sound), "LD_PRELOAD": str(camera)}

    def control(self, device):
        return self.folder / "control" / {"camera": "video0"}.get(device, device)

    def tell(self, device, text):
        """Makes a device stall, or go on: Tests/Rigs says what the characters mean."""
        self.control(device).write_text(text)

    def open(self):
        """Which devices the bot has open: a camera has memory and a thread of its own, a microphone a thread."""
        process = Path("/proc") / str(self.process.popen.pid)
        files = existing(process / "fd", lambda file: str(file.readlink()))
        threads = existing(process / "task", lambda thread: (thread / "comm").read_text().strip())
        return {"camera": any("rig-camera" in file for file in files) or "video0" in threads,
                "microphone": any(thread.startswith("alsa ") for thread in threads)}

    def stop(self):
        if not self.process.running():
            return [f"interop-bot ended by itself with status {self.process.stop()}"]
        self.process.stop()
        return []


def compile(*arguments):
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", *map(str, arguments)], check=True)


def existing(folder, read):
    """What is read of each entry of a folder of /proc, but for those that go meanwhile."""
    found = []
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            found.append(read(entry))
    return found
