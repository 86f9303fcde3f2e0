"""A sweep on several nodes, some of whose tasks fail, while slurmctld and a node are killed in the middle: each task is
published or named as failed, retry completes exactly those that have no result, the mirror is sound, nothing is left."""

import json
import subprocess
import threading
import time

from world import Failed, wait_until

DVC_YAML = """\
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs: [model.txt]
"""
# One in twenty fails at first.
TRAIN = """\
lr=$(sed -n 's/^lr: //p' params.yaml)
sleep 2
[ -e "$HOME/sound" ] || [ $((lr % 20)) -ne 7 ] || exit 3
echo "model of $lr" >model.txt
"""


class Operator(threading.Thread):
    """Resumes the nodes that SLURM drains. A controller that has lost what it had not saved gives ids of jobs again, and
    drains a node where such a job still runs ("Duplicate jobid")."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.environment = world.environment | {"SLURM_CONF": str(world.folder / "sandbox" / "etc" / "slurm.conf")}
        self.over = threading.Event()

    def call(self, *argv):
        return subprocess.run(argv, env=self.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, check=False).stdout

    def run(self):
        while not self.over.wait(1):
            for line in set(self.call("sinfo", "-N", "-h", "-o", "%N %t").splitlines()):
                node, state = line.split()
                if state.rstrip("*") in ("drain", "drng"):  # *: it did not answer in the last moments
                    self.call("scontrol", "update", f"NodeName={node}", "State=RESUME")

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self.over.set()
        self.join()


class Sweep:
    def __init__(self, trial, world, tasks):
        self.trial, self.world, self.tasks = trial, world, tasks
        self.workspaces = world.folder / "sandbox" / "cluster" / "work"  # of all nodes, and outlives them
        self.workspaces.mkdir()
        self.environment = world.environment | {"RDVC_CLUSTER_POLL": "1", "RDVC_JOB_WORKSPACE": str(self.workspaces)}
        project = world.project
        (project / "dvc.yaml").write_text(DVC_YAML)
        (project / "train.sh").write_text(TRAIN)
        (project / "params.yaml").write_text("lr: 0\n")
        world.run(["git", "commit", "--quiet", "--all", "--message=a sweep"], project)
        self.dead = None  # the name of a node

    def rdvc(self, *words, **more):
        return self.world.rdvc(*words, env=self.environment, **more)

    def submit(self):
        said = self.rdvc("run", "--json", "--yes", "--no-requeue", "-n", "many", "-S", f"lr=range(1,{self.tasks + 1})")
        if said.status != 0:
            raise Failed(said.err)
        answer = json.loads(said.out)
        self.record = self.world.rdvc_dir / "jobs" / answer["token"]
        self.logs = self.world.rdvc_dir / "submissions" / answer["token"]
        self.mirror = next((self.world.rdvc_dir / "repos").glob("*.git"))

    def results(self):
        return len(list(self.record.glob("*/result")))

    def states(self):
        said = self.rdvc("status", "many", "--json")
        row = json.loads(said.out or "[{}]")
        row = row[0] if isinstance(row, list) else row
        return {task["task"]: task["state"] for task in row.get("tasks", [])}

    def published(self):
        """The tasks whose experiments the mirror has."""
        refs = self.world.run(["git", f"--git-dir={self.mirror}", "for-each-ref", "--format=%(refname)", "refs/exps"])
        return {int(ref.rpartition("-")[2]) for ref in refs.split() if ref.rpartition("/")[2].startswith("many-")
                and ref.rpartition("-")[2].isdigit()}

    def starts(self):
        return {int(path.parent.name): len(path.read_text().splitlines()) for path in self.record.glob("*/starts")}

    def disturb(self):
        """Kills the controller while tasks start and end, then a node while they run there."""
        wait_until(600, lambda: self.results() >= self.tasks // 5, "a fifth of the results")
        self.world.sandbox("stop", "slurmctld")
        time.sleep(2)
        self.world.sandbox("start", "slurmctld")
        wait_until(600, lambda: self.results() >= self.tasks // 3, "a third of the results")
        self.dead = wait_until(60, self.busy_node, "a task that trains")
        self.world.sandbox("stop", self.dead)
        self.world.on_cluster("scontrol", "update", f"NodeName={self.dead}", "State=DOWN", "Reason=dead")

    def busy_node(self):
        """A node on which a task has just begun to train; what SLURM shows may be over."""
        for path in sorted(self.record.glob("*/starts"), key=lambda path: path.stat().st_mtime, reverse=True):
            phases = path.parent / "phases"  # missing until the task has begun its first one
            phase = phases.read_text().split()[-1:] if phases.exists() else []
            if phase == ["experiment"] and not (path.parent / "result").exists():
                return path.read_text().split()[-1]
        return None

    def queue(self):
        return self.world.on_cluster("squeue", "--noheader", "-t", "R,CG,PD", "-o", "%A %T %r %N").splitlines()

    def is_queue_empty(self):
        # Nodes say again what they run, so that the controller learns of ends that it has missed.
        self.world.on_cluster("scontrol", "reconfigure")
        time.sleep(2)
        return not self.queue()

    def revive(self):
        try:
            wait_until(120, self.is_queue_empty, "SLURM knows that all have ended")
        except Failed as error:
            raise Failed(f"{error}\n{self.queue()}\n{self.world.on_cluster('sinfo', '-N')}") from error
        self.world.sandbox("start", self.dead)
        wait_until(30, lambda: self.world.on_cluster("sinfo", "-h", "-n", self.dead, "-o", "%t").split()[0] in ("idle", "mix"),
                   f"{self.dead} is up")


def torture(trial):
    tasks, nodes, cpus = (16, 2, 4) if trial.short else (200, 4, 16)
    with trial.world(options=("--nodes", str(nodes), "--cpus", str(cpus))) as world, Operator(world):
        sweep, check = Sweep(trial, world, tasks), trial.check
        sweep.submit()
        sweep.disturb()
        waited = sweep.rdvc("wait", "many", timeout=1500)
        check(waited.status == 7, f"rdvc wait: {waited.status} {waited.err}")
        states, published = sweep.states(), sweep.published()
        check(len(states) == tasks, f"status names {len(states)} tasks")
        failed = {task for task, state in states.items() if state != "published"}
        check(published == set(states) - failed, f"published in the mirror, or shown: {published ^ (set(states) - failed)}")
        made_to_fail = {task for task in range(1, tasks + 1) if task % 20 == 7}
        check(made_to_fail <= failed, f"shown as published, but they failed: {made_to_fail - failed}")
        words = {states[task] for task in failed}
        check(words <= {"failed", "node_fail"}, f"shown as {words}")
        before = sweep.starts()
        # A task whose start the controller had not saved when it crashed starts again elsewhere.
        check(len(failed) > len(made_to_fail) or max(before.values()) > 1, "no task was on the node that died: the row proves nothing")
        sweep.revive()
        (world.cluster_home / "sound").write_text("")
        retried = sweep.rdvc("retry", "many")
        check(retried.status == 0, f"rdvc retry: {retried.status} {retried.err}")
        waited = sweep.rdvc("wait", "many", timeout=1500)
        check(waited.status == 0, f"rdvc wait after retry: {waited.status} {waited.err}")
        check(sweep.published() == set(states), f"not published after retry: {set(states) - sweep.published()}")
        after = sweep.starts()
        again = {task for task in after if after[task] > before.get(task, 0)}
        check(again == failed, f"retry started {again ^ failed} wrongly or not at all")

        pulled = sweep.rdvc("pull", "many", timeout=600)
        check(pulled.status == 0, f"rdvc pull: {pulled.err}")
        here = world.run(["git", "for-each-ref", "--format=%(refname)", "refs/exps/*/*/many-*"], world.project).split()
        check(len(here) == tasks, f"{len(here)} experiments were pulled")
        world.run(["git", f"--git-dir={sweep.mirror}", "fsck", "--strict", "--no-dangling"])
        locked = [log.name for log in sweep.logs.glob("slurm-*.out") if "lock" in log.read_text(errors="replace").lower()
                  and "Unable to acquire lock" in log.read_text(errors="replace")]
        check(not locked, f"errors of locks in {locked}")
        left = [path.name for path in sweep.workspaces.glob("rdvc-*")]
        check(not left, f"left on the nodes: {left}")
    return (f"{tasks} tasks on {nodes} nodes, slurmctld and a node killed: {tasks - len(failed)} published, {len(failed)} named as "
            f"failed, and published by retry")
