"""A network between a benchmark and its cluster. This process and its children are at one end of a
line (link.c), everything else is at the other end. When this process ends, the line's program ends,
too, and its devices and namespaces vanish."""

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "link.c"
COMPILER = ["cc", "-O2", "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
CLONE_NEWNET = 0x40000000


class NoNetwork(Exception):
    """This machine cannot make such a network."""


@dataclass
class Line:
    """The line's Mbit/s in each direction (0: no limit), and its percentage of lost packets."""

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
    """The line that the options of a benchmark ask for, or None. `default`: whether to use one if they
    do not say."""
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
    """`near` and `far` are the addresses of its ends. This process is at the far one until `enter`."""

    def __init__(self, folder, delay, line):
        super().__init__()
        program = folder / "link"
        subprocess.run([*COMPILER, "-o", str(program), str(SOURCE)], check=True)
        # In a session of its own, because Ctrl-C is for us; the line ends with its input.
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
        """Moves this process and its later children to the near end, until this object is closed."""
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.callback(os.close, here)
        there = os.open(f"/proc/{self._program.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
        finally:
            os.close(there)
        self.callback(_enter, here)


def start_login(folder, sandbox, address):
    """Starts an sshd that listens at `address`, with the settings of the sandbox's sshd. Returns a
    function that ends it."""
    settings = (sandbox / "etc" / "sshd_config").read_text()
    lines = [line for line in settings.splitlines() if not line.startswith(("ListenAddress ", "PidFile "))]
    config = folder / "sshd_config"
    config.write_text("\n".join([f"ListenAddress {address}", "PidFile none", *lines]) + "\n")
    program = subprocess.Popen(
        ["/usr/sbin/sshd", "-D", "-f", str(config), "-E", str(folder / "sshd.log")],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True,
    )

    def children(parent):
        pgrep = ["pgrep", "-P", str(parent), "-x", "sshd"]
        return [int(pid) for pid in subprocess.run(pgrep, stdout=subprocess.PIPE, text=True).stdout.split()]

    def stop():
        # A login would outlive the sshd, and its process without privileges would outlive the login:
        # the line can be gone, and nothing tells them so.
        program.send_signal(signal.SIGSTOP)  # no new login from here on
        logins = children(program.pid)
        for pid in [pid for login in logins for pid in (*children(login), login)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        program.terminate()
        program.send_signal(signal.SIGCONT)
        program.wait()

    return stop
