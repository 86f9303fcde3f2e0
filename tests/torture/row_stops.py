"""A job is ended by its time limit, scancel, preemption, for want of memory or disk, in each of its phases: the cause is
named, what there is of the result is kept, nothing is left on the node."""

import json
import os
import time
from pathlib import Path

from world import Failed, wait_until

# Called in each phase of a job; does what is ordered for its name and this phase.
POINT = """\
#!/bin/bash
order=$(cat "$HOME/orders/$RDVC_JOB_EXP_NAME-$1" 2>/dev/null) || exit 0
echo "$(date +%s) $1" >"$HOME/reached/$RDVC_JOB_EXP_NAME"
case $order in
sleep) sleep 600 ;;
memory) exec perl -e '$x = "x" x 600_000_000; sleep 600' ;;
disk) head -c 60000000 /dev/zero >fill || exit 1 ;;
esac
"""
TRAIN = """\
echo half of it > model.txt
echo '{"loss": 0.5}' > metrics.json
"$HOME/point" experiment || exit 1
"""
GIT = '#!/bin/bash\n[[ " $* " != *" push "* ]] || "$HOME/point" publish || exit 1\nexec {git} "$@"\n'
CPUS = 40
PHASES = ("bashrc", "environment", "experiment", "publish")

# Cause: its word in the result, how it is brought about, sbatch's options, the phases.
CAUSES = {
    "cancelled": ("sleep", ["--time=10"], PHASES),
    "time_limit": ("sleep", ["--partition=short", "--time=1"], PHASES),
    "preempted": ("sleep", ["--partition=scavenge-cancel", "--time=10"], PHASES),
    "out_of_memory": ("memory", ["--mem=200M", "--time=10"], ("environment", "experiment", "publish")),
    "disk_full": ("disk", ["--time=10"], ("environment", "experiment")),
}
SHORT = {"cancelled": PHASES, "out_of_memory": ("experiment",), "disk_full": ("experiment",)}
SHOWN = {  # one of these words must be in what status says
    "cancelled": ("cancel",), "time_limit": ("time limit", "timeout"), "preempted": ("preempt", "its place for another"),
    "out_of_memory": ("memory",), "disk_full": ("disk",),
}


class Stops:
    def __init__(self, trial, world):
        self.trial, self.world, self.tokens = trial, world, {}
        home, project = world.cluster_home, world.project
        for conf in (world.folder / "sandbox" / "etc" / name for name in ("slurm.conf", "login/slurm.conf")):
            conf.write_text(conf.read_text().replace("KillWait=5\n", "KillWait=30\n"))  # for a busy machine
        world.on_cluster("scontrol", "reconfigure")
        for folder in ("orders", "reached", "programs"):
            (home / folder).mkdir()
        self.program(home / "point", POINT)
        self.program(home / "programs" / "git", GIT.format(git="/usr/bin/git"))
        (home / ".bashrc").write_text('PATH=$HOME/programs:$PATH\n[ -z "$RDVC_JOB_EXP_NAME" ] || "$HOME/point" bashrc\n')
        (project / "train.sh").write_text(TRAIN)
        setup = project / "init_env.sh"
        setup.write_text(setup.read_text().replace("\n", '\n"$HOME/point" environment || exit 1\n', 1))
        (project / ".rdvc" / "config.toml").write_text(
            '[project]\nid = "0123456789abcdef"\n[env]\nreuse = false\n[job]\nmin_free = "1M"\ngrace = 5\n')
        world.run(["git", "commit", "--quiet", "--all", "--message=points"], project)

    @staticmethod
    def program(path, text):
        path.write_text(text)
        path.chmod(0o755)

    def submit(self, cause, phase):
        order, options, _ = CAUSES[cause]
        name = f"{cause}-{phase}"
        (self.world.cluster_home / "orders" / f"{name}-{phase}").write_text(order)
        environment = self.world.environment
        if cause == "disk_full":
            environment = environment | {"RDVC_JOB_WORKSPACE": str(self.world.folder / "sandbox" / "cluster" / "small")}
        (self.world.project / "params.yaml").write_text(f"lr: {name}\n")  # else the run-cache has it
        said = self.world.rdvc("run", "--json", "-n", name, *options, env=environment)
        if said.status != 0:
            raise Failed(said.err)
        answer = json.loads(said.out)
        self.tokens[name] = (answer["token"], answer["job"])

    def reached(self, name):
        return (self.world.cluster_home / "reached" / name).exists()

    def cancel(self, names):
        for name in names:
            wait_until(60, lambda name=name: self.reached(name) or self.has_result(name), f"{name} in its phase")
        time.sleep(1)
        self.world.on_cluster("scancel", *(self.tokens[name][1] for name in names))

    def preempt(self, names):
        for name in names:
            wait_until(60, lambda name=name: self.reached(name), f"{name} in its phase")
        time.sleep(1)
        self.world.on_cluster("sbatch", "--partition=urgent", f"--cpus-per-task={CPUS}", "--output=/dev/null", "--wrap=true")

    def record(self, name):
        return self.world.rdvc_dir / "jobs" / self.tokens[name][0] / "0"

    def has_result(self, name):
        return (self.record(name) / "result").exists()

    def is_over(self, name):
        job = self.tokens[name][1]
        return f"{job}\n" not in self.world.on_cluster("squeue", "--noheader", "-o", "%A")

    def judge(self, name, cause, phase, shown):
        check = self.trial.check
        wait_until(180, lambda: self.is_over(name), f"the end of {name}")
        result = self.record(name) / "result"
        fields = dict(line.partition(" ")[::2] for line in result.read_text().splitlines()) if result.exists() else {}
        check(fields.get("cause") == cause, f"{name}: the result's cause is `{fields.get('cause')}`: {fields}")
        row = shown(name)
        words = f"{row['state']} {row['detail']}".replace("_", " ").lower()
        check(any(word in words for word in SHOWN[cause]), f"{name}: shown as `{words}`")
        if phase == "experiment":
            self.judge_partial(name)
        token, job = self.tokens[name]
        left = [str(path) for root in ("/tmp", self.world.folder / "sandbox" / "cluster" / "small")
                for path in Path(root).glob(f"rdvc-{job}-*") if self.is_ours(path)]
        check(not left, f"{name}: left on the node: {left}")
        processes = self.processes_of(token)
        check(not processes, f"{name}: processes are left: {processes}")

    def is_ours(self, path):
        try:
            return str(self.world.rdvc_dir) in (path / "rdvc-owner").read_text()
        except OSError:
            return False

    def judge_partial(self, name):
        partial = self.record(name) / "partial" / "model.txt"
        self.trial.check(partial.exists() and partial.read_text() == "half of it\n", f"{name}: no partial output in {partial}")
        mirror = next(self.world.rdvc_dir.glob("repos/*.git"))
        refs = self.world.run(["git", f"--git-dir={mirror}", "for-each-ref", "--format=%(refname)", "refs/exps"])
        self.trial.check(f"/{name}-partial\n" in refs, f"{name}: no {name}-partial among {refs.split()}")

    @staticmethod
    def processes_of(token):
        found = []
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/environ", "rb") as environ, open(f"/proc/{process}/cmdline", "rb") as words:
                    if f"RDVC_JOB_TOKEN={token}\0".encode() in environ.read():
                        found.append(words.read().replace(b"\0", b" ").decode(errors="replace").strip())
            except OSError:
                pass
        return found


def torture(trial):
    causes = SHORT if trial.short else {cause: phases for cause, (_, _, phases) in CAUSES.items()}
    with trial.world(options=("--cpus", str(CPUS), "--tmpfs", "40m")) as world:
        stops = Stops(trial, world)
        all_names = {cause: [f"{cause}-{phase}" for phase in phases] for cause, phases in causes.items()}
        for cause, phases in causes.items():
            for phase in phases if cause != "preempted" else ():
                stops.submit(cause, phase)
                if cause == "disk_full":  # there is but one small file system
                    wait_until(120, lambda name=f"{cause}-{phase}": stops.is_over(name), f"the end of {cause}-{phase}")
        stops.cancel(all_names["cancelled"])
        rows = {}

        def shown(name):
            said = world.rdvc("status", "--json", "--limit", "100")
            rows.update({row["name"]: row for row in json.loads(said.out or "[]")})
            return rows.get(name, {"state": "no row", "detail": said.err})

        for cause in [cause for cause in causes if cause != "preempted"]:
            for phase in causes[cause]:
                stops.judge(f"{cause}-{phase}", cause, phase, shown)
        if "preempted" in causes:
            for phase in causes["preempted"]:
                stops.submit("preempted", phase)
            stops.preempt(all_names["preempted"])
            for phase in causes["preempted"]:
                stops.judge(f"preempted-{phase}", "preempted", phase, shown)
    jobs = sum(map(len, causes.values()))
    return f"{jobs} jobs ended by {len(causes)} causes in {len(PHASES)} phases: cause named, partial results kept, nothing left"
