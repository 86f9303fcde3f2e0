"""ssh is killed at random points of many submissions. When the network is well again, `rdvc status` must tell the
truth of each: exactly one job, or certainly none."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from world import Failed, Said, wait_until

CERTAIN = (1, 2, 3, 4, 5, 6)  # exit codes that say: there is no job
NO_JOB = ("not submitted", "refused")
KINDS = ("ssh", "in", "out", "group", "master", "network")
ROW_OF_STATUS = re.compile(r"^(cut-\d+)\s+(\S+)\s+(.+?)(?:\s{2,}.*)?$", re.MULTILINE)


class Submissions:
    def __init__(self, trial, world):
        self.trial, self.world = trial, world
        programs = world.folder / "faulty"
        programs.mkdir()
        text = world.folder / "faulty.py"
        source = (Path(__file__).parent / "faulty_ssh.py").read_text()
        text.write_text(source.replace("@SSH@", shutil.which("ssh")))
        (programs / "ssh").write_text(f'#!/bin/sh\nexec {sys.executable} -SE {text} "$@"\n')
        (programs / "ssh").chmod(0o755)
        self.environment = world.environment | {"PATH": f"{programs}:{world.environment['PATH']}"}
        self.ended = {}  # name -> exit code; None: killed
        self.told = {}  # name -> what status said before the end

    def start(self, name, fault):
        """In a process group of its own, as from an interactive shell."""
        out, err = self.world.folder / "call.out", self.world.folder / "call.err"
        argv = ["rdvc", "run", "--cmd", "-n", name, "--", "true"]
        with open(out, "wb") as out_file, open(err, "wb") as err_file:
            process = subprocess.Popen(
                argv, cwd=self.world.project, env=self.environment | {"TORTURE_FAULT": fault},
                stdin=subprocess.DEVNULL, stdout=out_file, stderr=err_file, start_new_session=True,
            )
            status = process.wait(120)
        self.world.write_down([f"({fault})", *argv], Said(status, out.read_text(), err.read_text()))
        return None if status < 0 else status

    def measure(self):
        """Milliseconds and bytes, both ways, of an undisturbed submission."""
        began = time.monotonic()
        if self.start("cut-0", "") != 0:
            raise Failed((self.world.folder / "call.err").read_text())
        self.ended["cut-0"] = 0
        self.milliseconds = int((time.monotonic() - began) * 1000) + 50

    def disturb(self, number):
        kind = self.trial.random.choice(KINDS)
        if kind == "in":
            amount = self.trial.random.randrange(self.trial.random.choice((2_000, 20_000, 120_000)))
        elif kind == "out":
            amount = self.trial.random.randrange(400)
        else:
            amount = self.trial.random.randrange(self.milliseconds)
        if self.trial.random.random() < 0.4:
            self.world.disconnect()
        timer = threading.Timer(amount / 1000, self.world.proxy.cut)
        if kind == "network":
            timer.start()
        self.ended[f"cut-{number}"] = self.start(f"cut-{number}", "" if kind == "network" else f"{kind} {amount}")
        timer.cancel()
        if self.trial.random.random() < 0.3:
            self.told |= self.status()

    def status(self):
        said = self.world.rdvc("status", "--limit", "1000", env=self.environment)
        self.trial.check(said.status == 0, f"rdvc status over a sound network: {said.status}\n{said.err}")
        return {name: (job, state) for name, job, state in ROW_OF_STATUS.findall(said.out)}

    def is_quiet(self):
        """True if none of our requests is running on the cluster."""
        home = f"HOME={self.world.cluster_home}\0".encode()
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/comm") as comm, open(f"/proc/{process}/environ", "rb") as environ:
                    if comm.read().strip() in ("bash", "sbatch") and home in environ.read():
                        return False
            except OSError:
                pass
        return True

    def judge(self):
        """One job for each submission that is shown as submitted, none for the others, and no unknown jobs."""
        wait_until(60, self.is_quiet, "an end of all requests on the cluster")
        self.status()
        shown = self.status()
        jobs = self.world.jobs_by_token()
        ledger = {}
        for line in self.world.ledger_file.read_text().splitlines():
            record = json.loads(line)
            ledger[record["name"]] = record
        found = {"one": 0, "none": 0, "double": 0, "lost": 0}
        for name, code in self.ended.items():
            record = ledger.get(name, {"token": "-", "state": "no record", "job": ""})
            ours = jobs.pop(record["token"], [])
            found[self.verdict(name, code, record, ours, shown.get(name, ("-", "no row")))] += 1
        for token, ids in jobs.items():
            self.trial.check(False, f"jobs {ids} of a submission that nobody knows ({token})")
        return found

    def verdict(self, name, code, record, ours, row):
        check, (job, state) = self.trial.check, row
        words = f"{name}: exit code {code}, ledger `{record['state']}`, shown `{state}` with job {job}, jobs {ours}"
        told = self.told.get(name, ("-", ""))
        if len(ours) > 1:
            check(False, "double: " + words)
            return "double"
        if not ours:
            check(code != 0 and state in (*NO_JOB, "no row") and (state != "no row" or record["state"] in ("no record", "refused")),
                  "no job, and it is not said: " + words)
            return "lost" if code == 0 else "none"
        good = check(code not in CERTAIN, "said not to be submitted, and it is: " + words)
        good &= check(job == ours[0] and state not in NO_JOB, "not shown as submitted: " + words)
        good &= check(told[1] not in NO_JOB, f"shown as `{told[1]}` meanwhile: " + words)
        good &= check(record["state"] == "submitted" and record["job"] == ours[0], "not in the ledger as it is: " + words)
        return "one" if good else "lost"


def torture(trial):
    with trial.world(jobs_run=False) as world:
        submissions = Submissions(trial, world)
        submissions.measure()
        count = trial.size(200, 24)
        for number in range(1, count):
            submissions.disturb(number)
        found = submissions.judge()
    return (f"{count} submissions: {found['one']} with exactly one job, {found['none']} not submitted, "
            f"{found['lost']} lost, {found['double']} double")
