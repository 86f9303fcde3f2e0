"""Stands in for `ssh` on PATH and kills the real one as $TORTURE_FAULT says: `ssh MS` after so many milliseconds,
`in N` or `out N` after so many bytes to or from it, `group MS` together with all of rdvc's process group,
`master MS` not itself but the master of its connection. Without, it is just ssh."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

SSH = "@SSH@"


def hand_on(source, sink, limit, on_limit):
    """Copies until the end of `source`, or until `limit` bytes are over."""
    while chunk := os.read(source, 65536 if limit is None else min(65536, max(limit, 1))):
        if limit is not None and limit < len(chunk):
            chunk = chunk[:limit]
        try:
            os.write(sink, chunk) if chunk else None
        except BrokenPipeError:
            break
        if limit is not None:
            limit -= len(chunk)
            if limit <= 0:
                return on_limit()
    os.close(sink)


def kill_master(words):
    said = subprocess.run([SSH, "-O", "check", *words[: words.index("bash")]], capture_output=True, text=True).stderr
    if found := re.search(r"pid=(\d+)", said):
        os.kill(int(found[1]), signal.SIGKILL)


def is_relay():
    """True for a request; git and rsync start ssh too."""
    with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
        return b"\0internal-ssh\0" in file.read()


def main():
    words = sys.argv[1:]
    kind, _, number = os.environ.get("TORTURE_FAULT", "").partition(" ")
    if not kind or "-G" in words or "-O" in words or "bash" not in words or is_relay():
        os.execv(SSH, [SSH, *words])
    ssh = subprocess.Popen([SSH, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end():
        ssh.kill()
        os.kill(os.getpid(), signal.SIGKILL)

    def later(act):
        def wait():
            time.sleep(int(number) / 1000)
            act()
        threading.Thread(target=wait, daemon=True).start()

    if kind == "ssh":
        later(end)
    elif kind == "group":
        later(lambda: os.killpg(0, signal.SIGKILL))
    elif kind == "master":
        later(lambda: kill_master(words))
    limits = {kind: int(number)}
    feeder = threading.Thread(target=hand_on, args=(0, ssh.stdin.fileno(), limits.get("in"), end), daemon=True)
    feeder.start()
    hand_on(ssh.stdout.fileno(), 1, limits.get("out"), end)
    status = ssh.wait()
    os._exit(status if status >= 0 else 255)


if __name__ == "__main__":
    main()
