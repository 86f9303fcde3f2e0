"""Runs a program and ends it with SIGKILL at its N-th step: just before a system call of its own that changes
something, starts or awaits another program, or talks to one. What it has started lives on. With ptrace, so that
no program is changed for it; Linux on x86-64 alone."""

import ctypes
import os
import platform
import signal
import time

from world import Failed

TRACE_ME, PEEK_USER, NEXT_CALL, SET_OPTIONS = 0, 3, 24, 0x4200
OPTIONS = 0x1 | 0x100000  # mark stops at system calls; end with us
WAIT_FOR_ALL = 0x40000000
NUMBER, FIRST, THIRD = 120, 112, 96  # where the user area has them: orig_rax, rdi, rdx

WRITES = {1: "write", 18: "pwrite", 20: "writev"}
OPENS = {257: "open"}
WAITS = {0: "read", 7: "poll", 271: "poll"}
CHANGES = {
    56: "start", 57: "start", 58: "start", 435: "start", 61: "await", 247: "await", 82: "rename", 264: "rename",
    316: "rename", 83: "mkdir", 258: "mkdir", 84: "rmdir", 87: "unlink", 263: "unlink", 86: "link", 265: "link",
    88: "symlink", 266: "symlink", 90: "chmod", 91: "chmod", 268: "chmod", 74: "sync", 75: "sync", 77: "truncate",
    73: "lock", 280: "touch", 326: "copy", 40: "copy",
}
CREATES = os.O_CREAT | os.O_TRUNC

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def peek(process, place):
    return libc.ptrace(PEEK_USER, process, ctypes.c_void_p(place), None)


class Steps:
    """Which calls of a program are steps. Several waits in a row are one."""

    def __init__(self):
        self.waits = False

    def name(self, process):
        number = peek(process, NUMBER)
        if number in WAITS:
            name = None if self.waits else WAITS[number]
            self.waits = self.waits or peek(process, FIRST) > 2 or number != 0
            return name if self.waits else None
        name = CHANGES.get(number)
        if number in WRITES and peek(process, FIRST) > 2:
            name = WRITES[number]
        if number in OPENS and peek(process, THIRD) & CREATES:
            name = OPENS[number]
        self.waits = self.waits and name is None
        return name


def start(argv, folder, environment, out):
    process = os.fork()
    if process:
        os.waitpid(process, 0)  # stopped at its exec
        libc.ptrace(SET_OPTIONS, process, None, ctypes.c_void_p(OPTIONS))
        return process
    try:
        os.setsid()
        os.chdir(folder)
        for target, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
            os.dup2(os.open(out if target else os.devnull, flags | (os.O_APPEND if target else 0)), target)
        libc.ptrace(TRACE_ME, 0, None, None)
        if "ASAN_OPTIONS" in environment:  # what looks for leaks needs ptrace for itself
            environment = environment | {"ASAN_OPTIONS": environment["ASAN_OPTIONS"] + ":detect_leaks=0"}
        os.execvpe(argv[0], argv, environment)
    finally:
        os._exit(127)


def run(argv, folder, environment, out, kill_at=None):
    """How it ended (None: killed), and the steps that it made until then. `out` is a file that gets its words."""
    if platform.machine() != "x86_64":
        raise Failed("steps can be told apart on x86-64 alone")
    with open(out, "ab"):
        process = start(argv, folder, environment, out)
    steps, names, entering, pending = Steps(), [], True, 0
    while True:
        libc.ptrace(NEXT_CALL, process, None, ctypes.c_void_p(pending))
        _, status = os.waitpid(process, WAIT_FOR_ALL)
        pending = 0
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            await_session(process)
            return os.waitstatus_to_exitcode(status), names
        if os.WSTOPSIG(status) != (signal.SIGTRAP | 0x80):
            pending = os.WSTOPSIG(status)
            continue
        name = steps.name(process) if entering else None
        entering = not entering
        if name:
            names.append(name)
            if len(names) == kill_at:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, WAIT_FOR_ALL)
                await_session(process)
                return None, names


def session_of(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[3])
    except (OSError, ValueError):
        return None


def await_session(session, patience=30):
    """Until all that it has started has ended too: what it does later must not mix with what comes next."""
    deadline = time.monotonic() + patience
    while any(session_of(p) == session for p in os.listdir("/proc") if p.isdigit()):
        if time.monotonic() > deadline:
            raise Failed(f"programs of the killed one still run after {patience} s")
        time.sleep(0.02)
