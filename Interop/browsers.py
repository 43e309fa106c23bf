"""Starts Chromium or Firefox without a window, offline, with a fresh profile and all permissions."""

import json
import os
import subprocess
import tempfile

from processes import Process

CHROMIUM_FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate",
]

FIREFOX_PREFERENCES = {
    # Fake devices without prompts; sound without a gesture.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.autoplay.block-webaudio": False,
    # Real addresses, the loopback one among them.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # One page, no network of its own, no first-run pages.
    "dom.ipc.processCount": 1,
    "network.proxy.type": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "extensions.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.server": "",
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-provider.enabled": False,
}

PROGRAMS = {"chromium": "chromium", "firefox": "firefox-esr"}


def version(kind):
    output = subprocess.run([PROGRAMS[kind], "--version"], capture_output=True, text=True, timeout=30).stdout
    return output.split(" built on")[0].strip()


def start(kind, url, log, environment, flags=()):
    profile = tempfile.mkdtemp(prefix=f"interop-{kind}-")
    if kind == "chromium":
        command = [*CHROMIUM_FLAGS, *flags, f"--user-data-dir={profile}"]
    else:
        with open(os.path.join(profile, "user.js"), "w") as file:
            for name, value in FIREFOX_PREFERENCES.items():
                file.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")
        command = ["--headless", "--no-remote", "--profile", profile]
    quiet = {"DBUS_SESSION_BUS_ADDRESS": "disabled:", "DBUS_SYSTEM_BUS_ADDRESS": "disabled:",
             "MOZ_CRASHREPORTER_DISABLE": "1"}
    return Process([PROGRAMS[kind], *command, url], log, {**quiet, **environment}, home=profile)
