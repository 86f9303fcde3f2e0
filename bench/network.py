"""A network between a benchmark and its cluster: this process and what it starts are at one end of a line (link.c), all
else is at the other. Devices and namespaces are gone when the line's program has ended, which our end ends, too."""

import argparse
import contextlib
import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "link.c"
COMPILER = ["cc", "-O2", "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
CLONE_NEWNET = 0x40000000


class NoNetwork(Exception):
    """There can be no such network here."""


@dataclass
class Line:
    """What it is like: MBit/s in each direction (0: no limit), and per cent of the packets that are lost."""

    rate: float = 100
    loss: float = 0

    def __str__(self):
        return f"a network of {self.rate:g} Mbit/s, {self.loss:g} % lost" if self.rate else "a network without a limit"


def is_possible():
    return os.geteuid() == 0 and os.path.exists("/dev/net/tun")


def add_options(parser):
    parser.add_argument("--network", action=argparse.BooleanOptionalAction)
    parser.add_argument("--rate", type=float, default=Line.rate)
    parser.add_argument("--loss", type=float, default=Line.loss)


def chosen(options, default):
    """The line that the options of a benchmark ask for, or None; `default`: without a word about it."""
    wanted = options.network
    if wanted is None:
        wanted = default and is_possible()
        if default and not wanted:
            print("note: no root here, or no /dev/net/tun: a proxy of sockets stands in for the network, which "
                  "knows no rate and no slow start", file=sys.stderr)
    elif wanted and not is_possible():
        sys.exit("error: a network needs root and /dev/net/tun\nhint: --no-network measures through a proxy of sockets")
    return Line(options.rate, options.loss) if wanted else None


def _enter(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise NoNetwork(f"cannot enter a network namespace: {os.strerror(ctypes.get_errno())}")


class Network(contextlib.ExitStack):
    """`near` and `far`, the addresses of its ends. This process is at the far one until `enter`."""

    def __init__(self, folder, delay, line):
        super().__init__()
        program = folder / "link"
        subprocess.run([*COMPILER, "-o", str(program), str(SOURCE)], check=True)
        # In a session of its own: Ctrl-C is for us, the line ends with its input.
        self._program = subprocess.Popen(
            [str(program), str(delay), str(line.rate), str(line.loss)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, start_new_session=True,
        )
        self.callback(self._stop)
        words = self._program.stdout.readline().split()
        if len(words) != 2:
            self.close()
            raise NoNetwork("bench/link.c did not start")
        self.near, self.far = words

    def _stop(self):
        self._program.stdin.close()
        try:
            self._program.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._program.stdout.close()

    def enter(self):
        """From now on all that this process starts is at the near end, until this is closed."""
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.callback(os.close, here)
        there = os.open(f"/proc/{self._program.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
        finally:
            os.close(there)
        self.callback(_enter, here)


def start_login(folder, sandbox, address):
    """An sshd beside the sandbox's, with its settings, that listens at `address`. Returns how to end it."""
    settings = (sandbox / "etc" / "sshd_config").read_text()
    lines = [line for line in settings.splitlines() if not line.startswith(("ListenAddress ", "PidFile "))]
    config = folder / "sshd_config"
    config.write_text("\n".join([f"ListenAddress {address}", "PidFile none", *lines]) + "\n")
    program = subprocess.Popen(
        ["/usr/sbin/sshd", "-D", "-f", str(config), "-E", str(folder / "sshd.log")],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True,
    )

    def stop():
        program.terminate()
        program.wait()

    return stop
