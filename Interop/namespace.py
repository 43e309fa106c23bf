"""A private network for the calls: nothing leaves it, and no service of the machine can disturb it."""

import ctypes
import os
import subprocess

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_CHILD_SUBREAPER = 36
ADDRESS = "10.77.0.1"  # aiortc offers no loopback address, so there must be another one

libc = ctypes.CDLL(None, use_errno=True)


def enter():
    """Moves this process and its later children into a new network namespace, which ends with them.
    Needs to be called before any thread is started. Returns what the calls run in, in words."""
    # Whatever a browser leaves behind becomes our child, so that it can be ended too.
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    user, group = os.geteuid(), os.getegid()
    try:
        if user == 0:
            unshare(CLONE_NEWNET)
        else:
            unshare(CLONE_NEWUSER | CLONE_NEWNET)
            write("/proc/self/setgroups", "deny")
            write("/proc/self/uid_map", f"0 {user} 1")
            write("/proc/self/gid_map", f"0 {group} 1")
        ip("link set lo up")
    except (OSError, subprocess.CalledProcessError) as error:
        return f"this machine's own network (no private namespace: {error})"
    try:
        ip("link add call0 type veth peer name call1")
        ip(f"address add {ADDRESS}/24 dev call0")
        ip("link set call0 up")
        ip("link set call1 up")
    except subprocess.CalledProcessError:
        ip(f"address add {ADDRESS}/32 dev lo")
    return "a private network namespace"


def unshare(flags):
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True, stderr=subprocess.DEVNULL)
