"""Where a row of the torture takes place: bench's lab with a network that can be cut, a project whose jobs run,
and a record of every word that rdvc said."""

import os
import random
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "bench"))

from lab import SANDBOX, Failed, Lab  # noqa: E402

DVC_YAML = """\
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs: [model.txt]
    metrics:
      - metrics.json:
          cache: false
"""
TRAIN_SH = """\
lr=$(sed -n 's/^lr: //p' params.yaml)
echo "model of $lr" > model.txt
printf '{"lr_seen": "%s"}\\n' "$lr" > metrics.json
"""
SETUP = """\
#!/bin/sh
mkdir -p .venv/bin
ln -sf "{dvc}" .venv/bin/dvc
echo "PATH=\\$PWD/.venv/bin:\\$PATH" > .venv/bin/activate
"""


class Said:
    """How a program ended, and its words."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


class Trial:
    """One row: its random numbers, its size, and the promises that were broken."""

    def __init__(self, name, seed, short):
        self.name, self.seed, self.short = name, seed, short
        self.random = random.Random(f"{seed} {name}")
        self.deviations = []
        self.kept = []

    def size(self, full, short):
        return short if self.short else full

    def check(self, holds, what):
        """Notes a deviation unless it holds."""
        if not holds:
            self.deviations.append(what)
        return holds

    def world(self, **more):
        return World(self, **more)


class CuttableProxy:
    """Hands connections on to a port of this machine. `cut` ends all that are open; `allow` lets the next
    connections bring so many bytes back each before they end by themselves."""

    def __init__(self, port):
        self.port, self.pairs, self.budgets, self.cuts = port, set(), [], 0
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.own_port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def allow(self, budgets):
        with self.lock:
            self.budgets = list(budgets)

    def cut(self):
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            self._end(pair)

    def close(self):
        self.server.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                near, _ = self.server.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                if self.server.fileno() < 0:
                    return
                near.close()  # nobody listens there now
                continue
            pair = (near, far)
            with self.lock:
                self.pairs.add(pair)
                budget = self.budgets.pop(0) if self.budgets else None
            for source, sink, limit in ((near, far, None), (far, near, budget)):
                threading.Thread(target=self._carry, args=(pair, source, sink, limit), daemon=True).start()

    def _carry(self, pair, source, sink, limit):
        try:
            while chunk := source.recv(65536):
                if limit is not None:
                    limit -= len(chunk)
                    if limit < 0:
                        self.cuts += 1
                        sink.sendall(chunk[:limit])
                        break
                sink.sendall(chunk)
        except OSError:
            pass
        self._end(pair)

    def _end(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


class World(Lab):
    """`options`: more of the sandbox's `up`. Without a cluster there is the laptop alone."""

    def __init__(self, trial, jobs_run=True, options=(), cluster=True):
        super().__init__(0, jobs_run, options)
        self.trial, self.cluster = trial, cluster
        self.before = len(trial.deviations)
        self.nodes = int(options[options.index("--nodes") + 1]) if "--nodes" in options else 1

    def __exit__(self, kind, *rest):
        deviations = self.trial.deviations[self.before:]
        if kind is not None or deviations:
            self.keep = True
            self.trial.kept.append(str(self.folder))
            (self.folder / "deviations").write_text("\n".join(deviations) + "\n", errors="replace")
            for part in ("jobs", "submissions"):  # `down` removes the cluster
                if (self.rdvc_dir / part).is_dir():
                    shutil.copytree(self.rdvc_dir / part, self.folder / part, symlinks=True, dirs_exist_ok=True)
        return super().__exit__(kind, *rest)

    @property
    def rdvc_dir(self):
        return self.folder / "sandbox" / "cluster" / "home" / ".rdvc"

    @property
    def cluster_home(self):
        return self.folder / "sandbox" / "cluster" / "home"

    @property
    def ledger_file(self):
        return self.folder / "home" / ".local" / "state" / "rdvc" / "ledger.jsonl"

    def _start_cluster(self):
        if "--users" in self.sandbox_options:
            self.folder.chmod(0o711)
        if self.cluster:
            super()._start_cluster()

    def _start_proxy(self, port):
        self.proxy = CuttableProxy(int(port))
        self.callback(self.proxy.close)
        return self.proxy.own_port

    # Nodes with a /tmp of their own do not see what is below ours.
    def job_dvc(self):
        dvc = shutil.which("dvc")
        if not dvc:
            raise Failed("no `dvc` on PATH")
        if self.nodes == 1:
            return dvc
        shared = self.folder / "sandbox" / "cluster"
        shutil.copytree(Path(dvc).parent.parent, shared / "venv", symlinks=True)
        start = shared / "dvc"
        start.write_text(f'#!/bin/sh\nexec {shared}/venv/bin/python -m dvc "$@"\n')
        start.chmod(0o755)
        return str(start)

    def write_project(self, folder):
        (folder / ".dvc").mkdir(parents=True)
        (folder / ".rdvc").mkdir()
        files = {
            ".dvc/config": "", ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n", "dvc.yaml": DVC_YAML,
            "train.sh": TRAIN_SH, "params.yaml": "lr: 0.5\n", ".gitignore": "/.venv\n/model.txt\n",
            ".rdvc/config.toml": '[project]\nid = "0123456789abcdef0123456789abcdef"\n',
            "init_env.sh": SETUP.format(dvc=self.job_dvc()),
        }
        for name, text in files.items():
            (folder / name).write_text(text)
        (folder / "init_env.sh").chmod(0o755)
        self.run(["git", "init", "--quiet", "--initial-branch=main"], folder)
        self.run(["git", "add", "--all"], folder)
        self.run(["git", "commit", "--quiet", "--message=A small project"], folder)

    def call(self, argv, folder=None, env=None, timeout=120):
        """Runs a program to its end, which may be any; what it said is written down. None: it did not end.
        Its output goes to files: an ssh that stays in the background would hold a pipe open."""
        out, err = self.folder / "call.out", self.folder / "call.err"
        with open(out, "wb") as out_file, open(err, "wb") as err_file:
            process = subprocess.Popen(
                argv, cwd=folder or self.project, env=env or self.environment, stdin=subprocess.DEVNULL,
                stdout=out_file, stderr=err_file,
            )
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = None
        said = Said(status, out.read_text(errors="replace"), err.read_text(errors="replace"))
        self.write_down(argv, said)
        return said

    def write_down(self, argv, said):
        with open(self.folder / "said.log", "a", errors="surrogateescape") as log:
            words = " ".join(shlex.quote(os.fsdecode(word)) for word in argv)
            log.write(f"[{time.strftime('%H:%M:%S')}] {words}\n{said.out}{said.err}=> {said.status}\n")

    def rdvc(self, *words, **more):
        return self.call(["rdvc", *words], **more)

    def sandbox(self, *words):
        return self.run([SANDBOX, words[0], *words[1:2], "--dir", str(self.folder / "sandbox"), *words[2:]])

    def on_cluster(self, *words):
        """The output of a SLURM program, without ssh in between."""
        environment = self.environment | {
            "SLURM_CONF": str(self.folder / "sandbox" / "etc" / "slurm.conf"), "HOME": str(self.cluster_home),
        }
        return self.run(list(words), env=environment)

    def jobs_by_token(self):
        """SLURM's own list: the ids of each token's jobs, in whatever state; key '' for jobs of nobody's."""
        jobs = {}
        for line in self.on_cluster("squeue", "--noheader", "--states=all", "-o", "%A|%k").splitlines():
            job, _, comment = line.partition("|")
            token = comment[5:37] if comment.startswith("rdvc:") else ""
            jobs.setdefault(token, []).append(job)
        return jobs


def wait_until(seconds, condition, what):
    """Polls. Failed when the time is over: four times as long, because others may work on this machine."""
    deadline = time.monotonic() + 4 * seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"not reached in {seconds} s: {what}")
        time.sleep(0.1)
    return value
