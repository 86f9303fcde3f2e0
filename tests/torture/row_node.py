"""A node dies, with slurmd and all its processes, under experiments: the cause is named, what last reached the shared folder is
there, with --requeue it goes on from that, and what the dead node was left with goes with rdvc's next job there."""

import json
import time

from world import Failed, wait_until

DVC_YAML = """\
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs:
      - steps.txt:
          persist: true
"""
# One line a start; ends when it may.
TRAIN = 'echo "step on $(uname -n)" >>steps.txt\nuntil [ -e "$HOME/finish" ]; do sleep 0.2; done\n'


class Nodes:
    def __init__(self, trial, world):
        self.trial, self.world = trial, world
        self.workspaces = world.folder / "sandbox" / "cluster" / "work"  # a disk that outlives its node
        self.workspaces.mkdir()
        self.environment = world.environment | {"RDVC_CLUSTER_POLL": "1", "RDVC_JOB_WORKSPACE": str(self.workspaces)}
        project = world.project
        (project / "dvc.yaml").write_text(DVC_YAML)
        (project / "train.sh").write_text(TRAIN)
        (project / ".gitignore").write_text("/.venv\n/steps.txt\n")
        (project / ".rdvc" / "config.toml").write_text('[project]\nid = "0123456789abcdef"\n[job]\nsave_interval = 1\n')
        world.run(["git", "commit", "--quiet", "--all", "--message=a long experiment"], project)

    def rdvc(self, *words, **more):
        return self.world.rdvc(*words, env=self.environment, **more)

    def submit(self, name, *options):
        (self.world.project / "params.yaml").write_text(f"lr: {name}\n")
        said = self.rdvc("run", "--json", "-n", name, *options)
        if said.status != 0:
            raise Failed(said.err)
        answer = json.loads(said.out)
        return answer["token"], answer["job"]

    def steps(self, token):
        try:
            return (self.world.rdvc_dir / "jobs" / token / "0" / "partial" / "steps.txt").read_text().splitlines()
        except OSError:
            return []

    def row(self, token):
        said = self.rdvc("status", "--json")
        return next((row for row in json.loads(said.out or "[]") if row["token"] == token), {"state": said.err, "detail": ""})

    def node_of(self, job):
        return self.world.on_cluster("squeue", "--noheader", "-j", job, "-o", "%N").strip()

    def kill(self, node):
        self.world.sandbox("stop", node)
        self.world.on_cluster("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=dead")

    def revive(self, node):
        self.world.sandbox("start", node)
        wait_until(30, lambda: self.world.on_cluster("sinfo", "-h", "-n", node, "-o", "%t").split()[0] in ("idle", "mix"), f"{node} is up")

    def left_of(self, job):
        return [path.name for path in self.workspaces.glob(f"rdvc-{job}-*")]


def torture(trial):
    with trial.world(options=("--nodes", "2")) as world:
        nodes, check = Nodes(trial, world), trial.check
        plain, plain_job = nodes.submit("plain", "--no-requeue", "--nodelist=node1")
        again, again_job = nodes.submit("again", "--requeue", "--nodelist=node1")
        for token in (plain, again):
            wait_until(90, lambda token=token: nodes.steps(token), "a first step in the shared folder")
        nodes.kill("node1")

        wait_until(60, lambda: nodes.row(plain)["state"] not in ("running", "completing"), "an end of the job")
        row = nodes.row(plain)
        check(row["state"] == "node_fail" and "node" in row["detail"], f"without --requeue: shown as {row['state']}: {row['detail']}")
        check(nodes.steps(plain) == ["step on node1"], f"without --requeue: of its output there is {nodes.steps(plain)}")
        left = nodes.left_of(plain_job) + nodes.left_of(again_job)
        check(len(left) == 2, f"the dead node was left with {left}: the row proves nothing")

        nodes.revive("node1")
        go_on(nodes, again, again_job)
        (world.cluster_home / "finish").write_text("")
        waited = nodes.rdvc("wait", "again")
        check(waited.status == 0, f"with --requeue: rdvc wait: {waited.status} {waited.err}")
        pulled = nodes.rdvc("pull", "again")
        check(pulled.status == 0, f"with --requeue: rdvc pull: {pulled.err}")
        objects = [path.read_text(errors="replace") for path in (world.project / ".dvc" / "cache").glob("files/md5/??/*")]
        check("step on node1\nstep on node1\n" in objects, f"with --requeue: its output has not both steps: {objects}")

        nodes.submit("next", "--nodelist=node1")
        nodes.rdvc("wait", "next")
        left = nodes.left_of(plain_job) + nodes.left_of(again_job)
        check(not left, f"rdvc's next job leaves what the dead node had: {left}")
    return "2 jobs on a node that died: node_fail and its last output; requeued: went on from it; leftovers gone"


def go_on(nodes, token, job):
    """SLURM waits two minutes with what it queues again, also because its word that ends what ran on the dead node
    may come late and would end the new start, which has the same id. Some seconds do here."""
    time.sleep(5)

    def runs_again():
        try:
            nodes.world.on_cluster("scontrol", "update", f"JobId={job}", "StartTime=now")
        except Failed:
            pass  # it has started
        return len(nodes.steps(token)) == 2
    wait_until(120, runs_again, "a second step of the job that was queued again")
    time.sleep(0.5)
