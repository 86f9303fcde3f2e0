"""The laptop's ledger, cut at every byte of its last three records as by a crash: it must load, lose the torn
record at most, and take the next one. Then two rdvc that write to it at once. No cluster: sbatch is a stub here."""

import json
import shutil
import subprocess

from world import Failed

STUBS = {
    "sbatch": '#!/bin/sh\nn=$(($(cat "$HOME/n" 2>/dev/null || echo 0) + 1))\necho $n >"$HOME/n"\necho $n$$\n',
    "squeue": "#!/bin/sh\n",
}


class Laptop:
    """A machine with sbatch on it, and a project."""

    def __init__(self, world):
        self.world = world
        programs = world.folder / "stubs"
        programs.mkdir()
        for name, text in STUBS.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.environment = world.environment | {
            "PATH": f"{programs}:{world.environment['PATH']}", "RDVC_CLUSTER_HOST": "local",
        }
        self.ledger = world.ledger_file
        self.submitted = 0

    def rdvc(self, *words):
        return self.world.rdvc(*words, env=self.environment)

    def submit(self):
        """Each is a new submission: repeating one would find the one whose outcome was cut off."""
        self.submitted += 1
        said = self.rdvc("run", "--cmd", "--json", "--", "true", str(self.submitted))
        if said.status != 0:
            raise Failed(f"rdvc run: {said.status}\n{said.err}")
        return json.loads(said.out)["token"]


def parsed(lines):
    """The records that are whole, in their order."""
    records = []
    for line in lines:
        try:
            records.append(json.loads(line))
        except ValueError:
            pass
    return records


def cut_at(trial, laptop, whole, place):
    """What must hold of a ledger that ends after `place` bytes."""
    laptop.ledger.write_bytes(whole[:place])
    before = parsed(whole[:place].split(b"\n"))
    complete = parsed(whole[:place].split(b"\n")[:-1])
    trial.check(len(before) - len(complete) in (0, 1), f"cut at {place}: more than the torn record is lost")
    known = laptop.rdvc("show", before[-1]["token"][:12])
    trial.check(known.status == 0 and "#SBATCH" in known.out,
                f"cut at {place}: `rdvc show` of a whole record: {known.status} {known.err}")
    token = laptop.submit()
    lines = laptop.ledger.read_bytes().split(b"\n")
    after = parsed(lines)
    trial.check(after[: len(before)] == before, f"cut at {place}: whole records were lost by the next one")
    added = after[len(before):]
    own = [r["state"] for r in added if r["token"] == token]
    trial.check(own == ["intent", "submitted"], f"cut at {place}: the next records were swallowed")
    # If the outcome was cut off, the cluster is asked again.
    settled = {r["token"]: r for r in added if r["token"] != token}
    trial.check(all(r["state"] == "submitted" and r["job"] for r in settled.values()),
                f"cut at {place}: not settled as it was: {settled}")
    trial.check(len([line for line in lines if line]) - len(after) <= 1, f"cut at {place}: more than one torn line")
    trial.check(lines[-1] == b"", f"cut at {place}: the last line has no end")


def at_once(trial, laptop, rounds):
    laptop.ledger.unlink()
    argv = ["rdvc", "run", "--cmd", "--json", "--", "true"]
    tokens = []
    for _ in range(rounds):
        pair = [
            subprocess.Popen(argv, cwd=laptop.world.project, env=laptop.environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for process in pair:
            out, err = process.communicate()
            if trial.check(process.returncode == 0, f"two at once: {process.returncode} {err.decode()}"):
                tokens.append(json.loads(out)["token"])
    lines = laptop.ledger.read_bytes().splitlines()
    records = parsed(lines)
    trial.check(len(records) == len(lines), f"two at once: {len(lines) - len(records)} lines are no JSON")
    states = sorted((r["token"], r["state"]) for r in records)
    trial.check(states == sorted((t, s) for t in tokens for s in ("intent", "submitted")),
                "two at once: not one intent and one outcome for each submission")
    return len(lines)


def torture(trial):
    with trial.world(cluster=False) as world:
        laptop = Laptop(world)
        for _ in range(3):
            laptop.submit()
        whole = laptop.ledger.read_bytes()
        shutil.copy(laptop.ledger, world.folder / "ledger.whole")
        start = len(b"".join(whole.splitlines(keepends=True)[:-3]))
        places = list(range(start, len(whole) + 1))
        if trial.short:  # all ends of records and their neighbours, and some of the rest
            ends = [i for i in places if whole[i - 1:i] == b"\n"]
            near = {place for end in ends for place in (end - 2, end - 1, end, end + 1)} & set(places)
            places = sorted(near | set(trial.random.sample(places, 20)))
        for place in places:
            cut_at(trial, laptop, whole, place)
        rounds = trial.size(50, 10)
        lines = at_once(trial, laptop, rounds)
    return f"{len(places)} cuts: each loads and goes on; 2 x {rounds} at once: {lines} of {lines} lines whole"
