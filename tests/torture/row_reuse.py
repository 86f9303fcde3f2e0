"""slurmctld is killed within a second after sbatch, so that it forgets the job, and the job's id is given to
somebody else's. rdvc must say that ours is lost and how to go on, and leave the other one alone."""

import json
import time

from world import Failed, wait_until

LIVE = ("pending", "running", "published", "done", "completing")


class Reuse:
    def __init__(self, trial, world):
        self.trial, self.world = trial, world
        self.environment = world.environment | {"RDVC_CLUSTER_POLL": "1"}
        self.state_folder = world.folder / "sandbox" / "state"

    def rdvc(self, *words, **more):
        return self.world.rdvc(*words, env=self.environment, **more)

    def state(self, name):
        said = self.rdvc("status", "--json")
        return next((s for s in json.loads(said.out or "[]") if s["name"] == name), {"state": f"nothing: {said.err}"})

    def jobs(self):
        lines = self.world.on_cluster("squeue", "--noheader", "--states=all", "-o", "%A|%T|%j|%k").splitlines()
        return {line.split("|")[0]: line.split("|", 3)[1:] for line in lines}

    def lose_job(self, name):
        """A job of ours that the controller has forgotten: its id."""
        said = self.rdvc("run", "--cmd", "--json", "--hold", "-n", name, "--", "true")
        if said.status != 0:
            raise Failed(said.err)
        self.world.sandbox("stop", "slurmctld")
        self.put_back()
        self.world.sandbox("start", "slurmctld")
        job = json.loads(said.out)["job"]
        wait_until(30, self.answers, "an answer of slurmctld")
        if job in self.jobs():
            raise Failed("slurmctld remembers the job")
        return job

    def save(self):
        """Saves slurmctld's state of jobs, which it writes some seconds after a change."""
        self.saved = {path: path.read_bytes() for path in self.state_folder.glob("job_state*")}

    def put_back(self):
        """If slurmctld was killed too late, restores its state from just before the submission."""
        for path in self.state_folder.glob("job_state*"):
            if path not in self.saved:
                path.unlink()
        for path, content in self.saved.items():
            path.write_bytes(content)

    def answers(self):
        try:
            return self.jobs() is not None
        except Failed:
            return False

    def take_id(self, job, hold):
        """Somebody else's job that gets this id."""
        while True:
            words = ["--hold"] if hold else []
            said = self.world.on_cluster("sbatch", "--parsable", *words, "--job-name=other", "--output=/dev/null",
                                         "--wrap=sleep 600")
            got = said.strip().split(";")[0]
            if got == job:
                return
            if int(got) > int(job):
                raise Failed(f"the id {job} was not given out again, but {got}")

    def round(self, number, hold):
        name = f"lost{number}"
        time.sleep(6)  # the jobs of before are saved
        self.save()
        job = self.lose_job(name)
        self.take_id(job, hold)
        check = self.trial.check
        wanted = "PENDING" if hold else "RUNNING"
        wait_until(30, lambda: self.jobs().get(job, [""])[0] == wanted, f"the other job is {wanted}")
        time.sleep(1.1)  # rdvc may use an answer of SLURM's that is a second old
        shown = self.state(name)
        where = f"{name}, whose id {job} another job has that is {wanted.lower()}"
        check(shown["state"] == "lost", f"{where}: shown as {shown['state']}")
        text = self.rdvc("status").out
        check("retry" in text + shown.get("detail", ""), f"{where}: no way to submit again is shown: {text}")
        waited = self.rdvc("wait", name, timeout=40)
        check(waited.status not in (0, None), f"{where}: rdvc wait ended with {waited.status}")
        self.rdvc("logs", name)
        self.rdvc("cancel", name)
        self.rdvc("cancel", job)
        after = self.jobs().get(job, ["gone"])
        check(after[0] == wanted, f"{where}: after rdvc cancel it is {after}")
        retried = self.rdvc("retry", name)
        if check(retried.status == 0, f"{where}: rdvc retry: {retried.status} {retried.err}"):
            new = self.world.jobs_by_token().get(shown.get("token"), [])
            check(len(new) == 1 and new[0] != job, f"{where}: jobs after rdvc retry: {new}")
            self.rdvc("cancel", name)
        check(self.jobs().get(job, ["gone"])[0] == wanted, f"{where}: it was cancelled in the end")
        self.world.on_cluster("scancel", job)


def torture(trial):
    with trial.world() as world:
        reuse = Reuse(trial, world)
        said = world.rdvc("run", "--cmd", "-n", "first", "--", "true")
        if said.status != 0:
            raise Failed(said.err)
        world.rdvc("wait", "first")
        rounds = trial.size(6, 1)
        for number in range(rounds):
            reuse.round(number, hold=number % 2 == 1)
    return (f"{rounds} jobs forgotten by a killed slurmctld, their ids given to others: "
            "shown as lost, the others not touched")
