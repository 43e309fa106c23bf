"""A private PulseAudio whose only device swallows what is played: without a device Firefox runs no WebAudio."""

import os
import shutil
import tempfile
import time

from processes import Process


class SoundServer(Process):
    def __init__(self, log):
        home = tempfile.mkdtemp(prefix="interop-sound-")
        self.socket = os.path.join(home, "socket")
        super().__init__([
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disallow-exit",
            "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
            "-L", "module-null-sink sink_name=null"], log, home=home)
        for _ in range(50):
            if os.path.exists(self.socket) or not self.running():
                break
            time.sleep(0.1)

    @staticmethod
    def available():
        return shutil.which("pulseaudio") is not None

    @property
    def environment(self):
        return {"PULSE_SERVER": f"unix:{self.socket}"}
