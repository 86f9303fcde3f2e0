"""Where a benchmark takes place: a sandbox cluster behind a slow network, and a laptop with one small
DVC project. It does not know what is measured there. Everything is removed when the `with` block ends."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from network import Network, NoNetwork, start_login

REPOSITORY = Path(__file__).resolve().parent.parent
SANDBOX = str(REPOSITORY / "tools" / "sandbox")

DVC_YAML = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [lr]
    metrics: [metrics.json]
"""
TRAIN_PY = "import json\njson.dump({'loss': 1.0}, open('metrics.json', 'w'))\n"
RDVC_CONFIG = '[project]\nid = "0123456789abcdef0123456789abcdef"\n'  # as `rdvc init project` writes it

# Logs real executions and keeps their input and output, each if asked to. `-G` and `-O` connect to nothing.
SSH_WRAPPER = """\
#!/bin/sh
case " $* " in *" -G "* | *" -O "*) exec {ssh} -F {config} "$@" ;; esac
[ -z "${{BENCH_SSH_LOG-}}" ] || printf '%s\\n' "$*" >>"$BENCH_SSH_LOG"
[ -z "${{BENCH_SSH_INPUT-}}" ] || {{ cat >"$BENCH_SSH_INPUT" && exec <"$BENCH_SSH_INPUT"; }}
[ -z "${{BENCH_SSH_OUTPUT-}}" ] || {{ {ssh} -F {config} "$@" | tee "$BENCH_SSH_OUTPUT"; exit; }}
exec {ssh} -F {config} "$@"
"""


class Failed(Exception):
    """A program that a benchmark needs has failed."""


class Lab(contextlib.ExitStack):
    """`folder`, `project`, `environment`, and how to act on them. `delay` is a round trip in ms;
    `line` describes a network (network.Line, needs root), without it a proxy makes the round trips;
    `jobs_run`: jobs start, otherwise they only wait; `sandbox`: more options of its `up`. If `keep` is
    set at the end, the folder stays."""

    def __init__(self, delay, jobs_run=False, sandbox=(), line=None):
        super().__init__()
        self.delay = delay
        self.line = line
        self.jobs_run = jobs_run
        self.sandbox_options = sandbox
        self.keep = False
        self.commits = 0

    def __enter__(self):
        super().__enter__()
        try:
            self._make_laptop()
            self._start_cluster()
            self._make_project()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *error):
        handlers = {s: signal.signal(s, signal.SIG_IGN) for s in (signal.SIGINT, signal.SIGTERM)}
        super().__exit__(*error)  # a second Ctrl-C must not stop the clean-up
        for number, handler in handlers.items():
            signal.signal(number, handler)
        return False

    def _make_laptop(self):
        # Short: the path of a UNIX socket has at most 107 bytes, and rdvc wants less than 40 for this one.
        self.folder = Path(tempfile.mkdtemp(prefix="rdvc-b-", dir=os.environ.get("TMPDIR", "/tmp")))
        self.callback(self._remove_folder)
        self.ssh_config = self.folder / "ssh_config"
        self.runtime = self.folder / "run"
        self.runtime.mkdir(mode=0o700)
        (self.folder / "home").mkdir()
        (self.folder / "tmp").mkdir()  # killed programs leave their temporary files here
        strange = ("RDVC_", "GIT_", "SLURM_", "SBATCH_", "XDG_", "SSH_", "BENCH_")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(strange)}
        self.environment.update(
            HOME=str(self.folder / "home"),
            TMPDIR=str(self.folder / "tmp"),
            XDG_RUNTIME_DIR=str(self.runtime),
            GIT_CONFIG_NOSYSTEM="1",
            RDVC_CLUSTER_HOST="sandbox",
            RDVC_CLUSTER_SSH_OPTIONS=f"-F {self.ssh_config}",
        )
        for role in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{role}_NAME": "bench", f"GIT_{role}_EMAIL": "bench@localhost"}

    def _remove_folder(self):
        def open_folder(remove, path, _):  # environments that are kept may not be written to
            with contextlib.suppress(OSError, TypeError):
                os.chmod(os.path.dirname(path), 0o700)
                remove(path)

        if not self.keep:
            shutil.rmtree(self.folder, onerror=open_folder)

    def _start_cluster(self):
        place = ["--dir", str(self.folder / "sandbox")]
        self.callback(subprocess.run, [SANDBOX, "down", "--keep", *place], stderr=subprocess.DEVNULL)
        self.run([SANDBOX, "up", *place, *self.sandbox_options])
        config = (self.folder / "sandbox" / "ssh_config").read_text()
        port = re.search(r"^\s*Port (\d+)$", config, re.MULTILINE)[1]
        if not self.jobs_run:
            self.hold_jobs()
        way = self._start_network(port) if self.line else f"Port {self._start_proxy(port)}"
        self.ssh_config.write_text(
            f"Host sandbox\n  {way}\n  HostKeyAlias [127.0.0.1]:{port}\n"
            f"Host *\n  Include {self.folder}/sandbox/ssh_config\n"
        )
        self.callback(self.disconnect, whose="")  # those of all programs
        self.wrapper = self.folder / "bin"
        self.wrapper.mkdir()
        (self.wrapper / "ssh").write_text(
            SSH_WRAPPER.format(ssh=shutil.which("ssh"), config=self.ssh_config)
        )
        (self.wrapper / "ssh").chmod(0o755)

    def on_login_node(self, *argv):
        self.run([SANDBOX, "login", "--dir", str(self.folder / "sandbox"), *argv])

    def hold_jobs(self):
        """From now on jobs wait in the queue, whoever submits them and with what options."""
        self.on_login_node("scontrol", "update", "PartitionName=general", "State=DOWN")

    def start_jobs(self):
        """Jobs that are submitted from now on start; those that waited until now are cancelled."""
        self.on_login_node("scancel", "--partition=general")
        self.on_login_node("scontrol", "update", "PartitionName=general", "State=UP")

    def _start_network(self, port):
        try:
            network = self.enter_context(Network(self.folder, self.delay, self.line))
            self.callback(start_login(self.folder, self.folder / "sandbox", network.far))
            network.enter()
        except (NoNetwork, OSError, subprocess.CalledProcessError) as error:
            raise Failed(f"cannot make a network: {error}") from error
        return f"HostName {network.far}\n  Port {port}"

    def _start_proxy(self, port):
        argv = [str(REPOSITORY / "bench" / "delay-proxy"), port, str(self.delay)]
        # In a session of its own, because Ctrl-C is for us; the proxy ends with its input.
        proxy = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=self.folder, start_new_session=True,
        )

        def stop():
            proxy.stdin.close()
            try:
                proxy.wait(timeout=5)
            except subprocess.TimeoutExpired:
                proxy.kill()
                proxy.wait()

        self.callback(stop)
        answer = proxy.stdout.readline().strip()
        if not answer:
            raise Failed("bench/delay-proxy did not start")
        return int(answer)

    def _make_project(self):
        self.project = self.folder / "project"
        self.write_project(self.project)

    def write_project(self, folder):
        (folder / ".dvc").mkdir(parents=True)
        (folder / ".dvc" / "config").write_text("")
        (folder / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
        (folder / "dvc.yaml").write_text(DVC_YAML)
        (folder / "train.py").write_text(TRAIN_PY)
        (folder / "params.yaml").write_text("lr: 0.1\n")
        (folder / ".rdvc").mkdir()
        (folder / ".rdvc" / "config.toml").write_text(RDVC_CONFIG)
        self.run(["git", "init", "--quiet", "--initial-branch=main"], folder)
        self.run(["git", "add", "--all"], folder)
        self.run(["git", "commit", "--quiet", "--message=start"], folder)

    def edit(self, folder):
        self.commits += 1
        (folder / "params.yaml").write_text(f"lr: 0.1\nround: {self.commits}\n")

    def commit(self):
        self.edit(self.project)
        self.run(["git", "commit", "--quiet", "--all", "--message=edit"], self.project)

    def run(self, argv, folder=None, **more):
        """Runs a program and returns its output; raises Failed if it fails."""
        return self.timed(argv, folder, **more)[1]

    def timed(self, argv, folder=None, env=None, input_file=os.devnull):
        """Milliseconds from start to end of a program, and its output. The output goes to a file, because an
        ssh that stays in the background would hold a pipe open."""
        said = self.folder / "said"
        with open(said, "wb") as out, open(input_file, "rb") as source:
            began = time.perf_counter()
            status = subprocess.run(
                argv, cwd=folder or self.folder, env=env or self.environment,
                stdin=source, stdout=out, stderr=subprocess.STDOUT,
            ).returncode
            took = (time.perf_counter() - began) * 1000
        text = said.read_text(errors="replace")
        if status != 0:
            raise Failed(f"`{' '.join(map(str, argv))}` ended with {status}\n{text}")
        return took, text

    def ssh(self, *options):
        return ["ssh", "-F", str(self.ssh_config), *options, "sandbox"]

    def ssh_over_open_connection(self):
        """ssh over the socket that rdvc has made; fails rather than open a connection."""
        return self.ssh("-o", f"ControlPath={self.runtime}/rdvc/%C", "-o", "ProxyCommand=false")

    def disconnect(self, whose="rdvc"):
        """Closes the open ssh connections of one program, and waits until they are closed."""
        for socket in (self.runtime / whose).rglob("*"):
            if not socket.is_socket():
                continue
            subprocess.run(
                self.ssh("-o", f"ControlPath={socket}", "-O", "exit"),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            deadline = time.monotonic() + 5
            while socket.exists() and time.monotonic() < deadline:
                time.sleep(0.01)


def interrupted(*_):
    raise KeyboardInterrupt


def run_bench(bench, name):
    """Calls `bench`, and turns its end into an exit code: 1 if something could not be measured, 130 if
    stopped."""
    if not shutil.which("rdvc"):
        sys.exit(f"error: no `rdvc` on PATH\nhint: ./dev bench {name} builds it and puts it there")
    signal.signal(signal.SIGTERM, interrupted)
    try:
        bench()
    except Failed as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
