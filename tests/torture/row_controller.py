"""SLURM does not answer, or says nonsense: the controller is down, hangs, is slow; squeue or sacct fail in their ways.
What waits and runs must never be shown as finished, failed or lost meanwhile, and be shown right afterwards."""

import json
import subprocess
import time

from world import Failed, wait_until

# Stand first on the cluster's PATH while they last.
FAKES = {
    "squeue hangs": ("squeue", "sleep 60"),
    "squeue fails": ("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1"),
    "squeue says nonsense": ("squeue", "echo '<html>proxy error</html>'; printf '\\033[2J|||\\n1|2|3\\n'"),
    "squeue says nonsense, binary": ("squeue", "head -c 20000 /dev/urandom"),
    "sacct fails": ("sacct", "echo 'sacct: error: Connection refused' >&2; exit 1"),
    "sacct says nothing": ("sacct", ":"),
    "sacct says nonsense": ("sacct", "echo '<html>'; echo '1|2|3'; head -c 2000 /dev/urandom"),
    "sacct hangs": ("sacct", "sleep 60"),
}
DAEMON = {
    "slurmctld down": (("stop", "slurmctld"), ("start", "slurmctld")),
    "slurmctld hangs": (("freeze", "slurmctld"), ("thaw", "slurmctld")),
    "slurmctld 60 s slow": (("slow", "slurmctld", "60"), ("thaw", "slurmctld")),
    "slurmctld says garbage": (("garbage", "slurmctld"), ("thaw", "slurmctld")),
}
SHORT = ("squeue fails", "squeue says nonsense, binary", "sacct fails", "sacct says nonsense", "slurmctld down")
RIGHT = {"waits": "pending", "runs": "running", "ended": "done", "failed": "failed"}


class Controller:
    def __init__(self, trial, world):
        self.trial, self.world = trial, world
        self.environment = world.environment | {"RDVC_CLUSTER_POLL": "1"}
        self.programs = world.folder / "fakes"
        self.programs.mkdir()
        (world.cluster_home / ".bashrc").write_text(f"PATH={self.programs}:$PATH\n")
        for name, words in (("ended", ["true"]), ("failed", ["false"]), ("runs", ["sleep", "900"]), ("waits", ["true"])):
            said = self.rdvc("run", "--cmd", "-n", name, *(["--hold"] if name == "waits" else []), "--", *words)
            if said.status != 0:
                raise Failed(said.err)
        wait_until(60, lambda: self.states() == RIGHT, "jobs in all states")

    def rdvc(self, *words, **more):
        return self.world.rdvc(*words, env=self.environment, **more)

    def rows(self):
        said = self.rdvc("status", "--json")
        if not self.trial.check(said.status in (0, 5), f"rdvc status: {said.status}\n{said.err}"):
            return []
        return json.loads(said.out or "[]")

    def states(self):
        return {row["name"]: row["state"] for row in self.rows()}

    def judge(self, fault, needs_unknown):
        """While it lasts."""
        deadline = time.monotonic() + 60
        while True:
            rows = self.rows()
            for row in rows:
                name, state = row["name"], row["state"]
                allowed = (RIGHT[name], "unknown") if name in ("waits", "runs") else (RIGHT[name],)
                self.trial.check(state in allowed, f"{fault}: what {name} is shown as {state}: {row['detail']}")
            unknown = [row for row in rows if row["state"] == "unknown"]
            if not needs_unknown or len(unknown) == 2:
                break
            if time.monotonic() > deadline:
                self.trial.check(False, f"{fault}: never shown as unknown: {rows}")
                break
        for row in unknown:
            self.trial.check("ago" in row["detail"], f"{fault}: unknown, and not since when: {row['detail']}")

    def round(self, fault):
        waiting = subprocess.Popen(["rdvc", "wait", "runs"], cwd=self.world.project, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.begin(fault)
            self.judge(fault, not fault.startswith("sacct"))
            self.trial.check(waiting.poll() is None, f"{fault}: rdvc wait of a running job ended with {waiting.poll()}")
        finally:
            self.end(fault)
            waiting.terminate()
            waiting.wait()
        try:
            wait_until(90, lambda: self.states() == RIGHT, "")
        except Failed:
            self.trial.check(False, f"{fault}: not right again afterwards: {self.states()}")

    def begin(self, fault):
        if fault in DAEMON:
            self.world.sandbox(*DAEMON[fault][0])
            return
        program, text = FAKES[fault]
        (self.programs / program).write_text(f"#!/bin/sh\n{text}\n")
        (self.programs / program).chmod(0o755)

    def end(self, fault):
        if fault in DAEMON:
            self.world.sandbox(*DAEMON[fault][1])
        else:
            (self.programs / FAKES[fault][0]).unlink()


def torture(trial):
    faults = SHORT if trial.short else [*FAKES, *DAEMON]
    with trial.world(options=() if trial.short else ("--accounting",)) as world:
        controller = Controller(trial, world)
        for fault in faults:
            controller.round(fault)
    return f"{len(faults)} ways of no answer: unknown with its age, never an end; right again after each"
