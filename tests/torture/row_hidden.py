"""Jobs that squeue does not show: in a hidden partition, as somebody who is no operator of SLURM's, and where squeue itself leaves
them out. Beside others on their node, with every command that asks: none is lost, doubled, killed or cleaned up."""

import json
import os

from world import Failed, wait_until

# On the cluster's PATH before the real one, for requests and jobs: behaves like a site's cache of
# squeue.
FORGETFUL = """\
#!/bin/sh
/usr/bin/env PATH="${PATH#*:}" squeue "$@" | grep -v "^$(cat "$HOME/left-out")|"
"""


class Hidden:
    def __init__(self, trial, world):
        self.trial, self.world = trial, world
        self.home = world.folder / "sandbox" / "cluster" / "home2"
        self.environment = world.environment | {
            "RDVC_CLUSTER_POLL": "1", "RDVC_CLUSTER_HOST": "sandbox2", "RDVC_JOB_WORKSPACE": "~/work",
        }
        with open(world.folder / "sandbox" / "etc" / "slurm.conf", "a") as settings:
            settings.write("PartitionName=attic Hidden=YES Nodes=ALL State=UP\n")
        world.on_cluster("scontrol", "reconfigure")
        self.login("mkdir work bin")

    def login(self, line):
        return self.world.run(["ssh", "-F", str(self.world.ssh_config), "sandbox2", line])

    def rdvc(self, *words, **more):
        return self.world.rdvc(*words, env=self.environment, **more)

    def submit(self, name, *options):
        """A job that ends when it may, and says so."""
        line = f'touch ~/{name}.runs; until [ -e ~/{name}.may-end ]; do sleep 0.2; done; touch ~/{name}.ended'
        said = self.rdvc("run", "--cmd", "-n", name, *options, "--", "sh", "-c", line)
        if said.status != 0:
            raise Failed(said.err)
        if "--hold" not in options:
            wait_until(30, lambda: self.is_there(f"{name}.runs"), f"{name} runs")

    def is_there(self, name):
        return os.path.exists(self.home / name)

    def row(self, name):
        rows = json.loads(self.rdvc("status", "--json").out or "[]")
        return next((row for row in rows if row["name"] == name), {"state": "absent", "detail": ""})

    def check_alive(self, name, states):
        """With every command that could believe otherwise."""
        row = self.row(name)
        self.trial.check(row["state"] in states, f"{name} runs and is shown as {row['state']}: {row['detail']}")
        self.trial.check(self.rdvc("retry", name).status in (1, 75), f"rdvc retry sent {name} again")
        self.login("find .rdvc/submissions .rdvc/jobs -exec touch -h -d '3 days ago' {} +")
        said = self.rdvc("clean", "--older", "1d")
        self.trial.check(said.status == 0, f"rdvc clean failed: {said.err}")
        self.trial.check(os.path.exists(self.home / ".rdvc" / "submissions" / row["token"]), f"{name} was cleaned up")
        self.submit(f"beside-{name}")
        self.end(f"beside-{name}")
        row = self.row(name)
        self.trial.check(row["state"] in states, f"{name} after a neighbour came is shown as {row['state']}: {row['detail']}")

    def end(self, name):
        self.login(f"touch {name}.may-end")
        wait_until(60, lambda: self.row(name)["state"] == "done", f"{name} is done: {self.row(name)}")
        self.trial.check(self.is_there(f"{name}.ended"), f"{name} is done and did not come to its end")


def torture(trial):
    with trial.world(options=("--users", "2")) as world:
        hidden = Hidden(trial, world)
        hidden.submit("in-attic", "--partition=attic")
        hidden.check_alive("in-attic", ("running",))
        hidden.end("in-attic")

        hidden.submit("waits", "--partition=attic", "--hold")
        trial.check(hidden.row("waits")["state"] == "pending", "what waits is not shown so")
        trial.check(hidden.rdvc("cancel", "waits").status == 0, "what waits was not cancelled")
        left = world.on_cluster("squeue", "--all", "--noheader", "--states=PENDING", "-o", "%A")
        trial.check(not left.strip(), f"rdvc cancel left in the queue: {left}")

        hidden.submit("left-out")
        job = hidden.row("left-out")["job"]
        (hidden.home / "left-out").write_text(job)
        (hidden.home / "bin" / "squeue").write_text(FORGETFUL)
        for place in ("left-out", "bin/squeue"):
            (hidden.home / place).chmod(0o755)
        hidden.login("echo 'PATH=$HOME/bin:$PATH' >>.bashrc")
        hidden.check_alive("left-out", ("unknown", "running"))
        hidden.end("left-out")
    return "2 jobs that squeue did not show: neither lost, doubled, cleaned up nor killed beside 2 others; a third cancelled"
