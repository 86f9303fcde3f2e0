"""rdvc is killed with SIGKILL between each two steps of `rdvc run -n NAME`, then the same command is given until it succeeds:
there must be one job, and a ledger that knows it."""

import json

from row_kills import Command


class Run(Command):
    """A submission. The second one may find that the first succeeded, and say so."""

    name = "run"

    def argv(self, turn):
        return ["run", "-n", f"killed-{turn}"]

    def prepare(self, turn):
        (self.world.project / "params.yaml").write_text(f"lr: 0.5\nturn: {turn}\n")

    def settles(self, turn, said):
        return said.status == 0 or f"killed-{turn}" in said.err and "already" in said.err

    def verify(self, turn):
        lines = self.world.ledger_file.read_bytes().splitlines()
        records = []
        for line in lines:
            try:
                records.append(json.loads(line))
            except ValueError:
                pass
        tokens = {r["token"] for r in records if r["name"] == f"killed-{turn}"}
        jobs = self.world.jobs_by_token()
        ours = [job for token in tokens for job in jobs.get(token, [])]
        # A user who was told about the submission and repeats the command wants another one.
        told = f"submitted killed-{turn} " in self.words()
        if len(ours) not in (1, 1 + told):
            yield f"{len(ours)} jobs of {len(tokens)} tokens: {ours}"
        if set(jobs) - {r["token"] for r in records}:
            yield "there is a job that the ledger does not know"


def torture(trial):
    with trial.world(jobs_run=False) as world:
        return "killed between steps, then repeated: " + Run(trial, world).torture(trial.size(None, 8))
