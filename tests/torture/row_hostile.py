"""Hostile strings in each field of a submission, through the real bash and the real sbatch: they arrive byte for
byte, or are refused before anything is sent; none is executed. First each alone, in the script that `--dry-run` gives
and a bash that reads it; then those that were taken, all fields at once, in real jobs that write down what they see."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import hostile
from fields import COMMAND, CONNECTION, EXPERIMENT
from world import Failed, wait_until

# What a job sees, one file each. As `dvc` it makes an experiment's ref, as DVC would.
RECORDER = r"""#!/bin/bash
[[ $1 != --version ]] || { echo 3.67.1; exit 0; }
record="$HOME/record/$RDVC_JOB_TOKEN"
mkdir -p "$record"
printf '%s\0' "$@" >"$record/argv"
printf '%s\0' "$RDVC_JOB_EXP_NAME" >"$record/name"
if [[ $1 == leave ]]; then
    while IFS= LC_ALL=C read -r -d '' folder; do
        mkdir -p -- "./$folder" && printf '%s' "$folder" >"./$folder/left" || exit 1
    done <folders
    exit 0
fi
git config -z remote.origin.url >"$record/origin"
git for-each-ref --format='%(refname:strip=2)' refs/tags >"$record/tags"
find "$(git rev-parse --show-toplevel)" -name .git -prune -o -type f -printf '%P\0' >"$record/files"
git rev-parse --show-prefix >"$record/prefix"
cp dvc.yaml "$record/yaml"
commit=$(git commit-tree -p HEAD -m x 'HEAD^{tree}')
git update-ref "refs/exps/${RDVC_JOB_REPO_REV:0:2}/${RDVC_JOB_REPO_REV:2}/$RDVC_JOB_EXP_NAME" "$commit"
"""
SETUP = r"""#!/bin/sh
mkdir -p .venv/bin "$HOME/record/$RDVC_JOB_TOKEN"
printf '%s\0' "$@" >"$HOME/record/$RDVC_JOB_TOKEN/setup"
cp "$HOME/recorder" .venv/bin/dvc
echo 'PATH=$PWD/.venv/bin:$PATH' >.venv/bin/activate
"""
SSH_STUB = "#!/bin/sh\ncase \" $* \" in *' -G '*) exit 0 ;; esac\nprintf '%s\\0' \"$@\" >\"$RECORD\"\nexit 255\n"
REFUSALS = (2, 3, 4, 6)  # usage, not ready, configuration, sbatch; all before a job is there


class Case:
    """A repository of its own, a command line and an environment, to be filled by fields."""

    def __init__(self, rig, kind):
        self.rig, self.kind = rig, kind
        rig.cases += 1
        self.folder = os.fsencode(rig.world.folder / "cases" / str(rig.cases))
        self.repository = self.folder + b"/repository"
        os.makedirs(self.folder)
        shutil.copytree(rig.template, os.fsdecode(self.repository), symlinks=True)
        self.environment = {os.fsencode(k): os.fsencode(v) for k, v in rig.environment.items()}
        self.words, self.targets, self.top, self.subfolder = [], [], b"repository", b""
        self.outputs = []
        self.yaml, self.setup, self.user_name, self.project_id = None, None, None, None

    def git(self, *words):
        return subprocess.run([b"git", *words], cwd=self.repository, env=self.environment,
                              capture_output=True).returncode == 0

    def git_says(self, *words):
        return subprocess.run([b"git", *words], cwd=self.repository, env=self.environment, capture_output=True).stdout

    def write(self, path, content):
        place = self.repository + b"/" + path
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "xb") as file:
                file.write(content)
        except OSError:
            return False
        return True

    def make_project(self, path):
        """The DVC project is in this folder then, not at the root."""
        place = self.repository + b"/" + path
        try:
            os.makedirs(place)
            for name in (b".dvc", b".rdvc", b"dvc.yaml", b"init_env.sh"):
                os.rename(self.repository + b"/" + name, place + b"/" + name)
        except OSError:
            return False
        return True

    def argv(self, *more):
        words = [b"rdvc", b"run", *more, *self.words]
        if self.kind == "command":
            return [*words, b"--cmd", b"--", b"./recorder", b"leave", *self.targets]
        return [*words, *([b"--", *self.targets] if self.targets else [])]

    def finish(self):
        """The last steps, when all fields are set."""
        project = os.path.join(self.repository, self.subfolder)
        if self.yaml is not None:
            Path(os.fsdecode(project), "dvc.yaml").write_bytes(self.yaml)
        if self.kind == "command":
            self.write(b"folders", b"".join(path + b"\0" for path in self.outputs))
        if self.project_id is not None:
            Path(os.fsdecode(project), ".rdvc/config.toml").write_text(
                f"[project]\nid = {self.project_id}\n[env]\nreuse = false\n")
        if self.top != b"repository":
            os.rename(self.repository, self.folder + b"/" + self.top)
        self.repository = self.folder + b"/" + self.top
        return os.path.join(self.repository, self.subfolder)

    def run(self, *more):
        return subprocess.run(self.argv(*more), cwd=self.finish(), env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Tally:
    def __init__(self):
        self.equal = self.refused = self.other = self.executed = 0
        self.taken = []  # strings that a submission may carry
        self.delivered = 0


class Rig:
    """Prepares the lab: programs that record, and one that must never run."""

    def __init__(self, trial, world):
        self.trial, self.world, self.cases = trial, world, 0
        self.random = trial.random
        self.template = world.folder / "template"
        shutil.move(world.project, self.template)
        (self.template / "init_env.sh").write_text(SETUP)
        for path in ("recorder", "train.sh"):
            (self.template / path).write_text(RECORDER)
            (self.template / path).chmod(0o755)
        (self.template / ".rdvc" / "config.toml").write_text('[project]\nid = "0123456789abcdef"\n[env]\nreuse = false\n')
        shutil.rmtree(self.template / ".git" / "hooks", ignore_errors=True)
        world.run(["git", "add", "--all"], self.template)
        world.run(["git", "commit", "--quiet", "--message=recorder"], self.template)
        (world.cluster_home / "recorder").write_text(RECORDER)
        (world.cluster_home / "recorder").chmod(0o755)
        (world.folder / "home" / ".gitconfig").write_text("[core]\nfsync = none\n")  # nothing is cut here
        self.executed = world.folder / "executed"
        programs = world.folder / "programs"
        programs.mkdir()
        (programs / "kanarie").write_text(f'#!/bin/sh\necho "$@" >>{self.executed}\n')
        (programs / "kanarie").chmod(0o755)
        (world.cluster_home / ".bashrc").write_text(f"PATH={programs}:$PATH\n")
        self.environment = world.environment | {"PATH": f"{programs}:{world.environment['PATH']}"}

    def has_run(self):
        """True if the program that must never run has run since the last call."""
        if not self.executed.exists():
            return False
        self.executed.unlink()
        return True

    def complain(self, field, text, what):
        self.trial.check(False, f"{field.name}: {text[:300]!r}: {what}")


# --- each field alone --------------------------------------------------------------------------------------


def values(script, variable):
    """What bash makes of a script's assignments."""
    head = script.split(b"\n# --- Main ---")[0]
    show = b'\nprintf "%s\\0" "${' + variable.encode() + b'[@]}"\n'
    bash = subprocess.run(["bash", "--norc", "-s"], input=head + show, capture_output=True)
    return bash.stdout.split(b"\0")[:-1], bash.stderr


def is_equal(got, expected, several):
    if isinstance(expected, tuple):
        expected = expected[0]
    if isinstance(expected, re.Pattern):
        return len(got) == 1 and bool(expected.fullmatch(got[0]))
    return expected in got if several else got == [expected]


def try_alone(rig, field, kind, text, tally):
    case = Case(rig, kind)
    try:
        if field.put(case, text) is False:
            tally.refused += 1  # by the file system, git or TOML
            return
        said = case.run(b"--dry-run", b"--quiet")
        if said.returncode in REFUSALS:
            tally.refused += 1
        elif said.returncode != 0:
            rig.complain(field, text, f"exit code {said.returncode}: {said.stderr[-300:]!r}")
        else:
            judge_script(rig, field, text, case, said.stdout, tally)
        if b"\x1b" in said.stderr or b"\x07" in said.stderr:
            rig.complain(field, text, f"a raw escape sequence in a message: {said.stderr[-300:]!r}")
    finally:
        case.remove()


def judge_script(rig, field, text, case, script, tally):
    lines = [line for line in script.splitlines() if line.startswith(b"#SBATCH")]
    first_other = script.split(b"\n#\n", 3)[-1].split(b"\n\n")[0].splitlines()
    if lines != first_other or len(lines) > 4:
        rig.complain(field, text, f"a header line of its own: {lines}")
    if not field.variable:
        tally.taken.append(text)
        return
    got, errors = values(script, field.variable)
    if errors:
        rig.complain(field, text, f"bash stumbles over the script: {errors[-300:]!r}")
    several = field.variable in ("RDVC_JOB_EXP_RUN_OPTIONS", "RDVC_JOB_COMMAND", "RDVC_JOB_OUTPUTS")
    if is_equal(got, field.expect(case, text), several):
        tally.equal += 1
        tally.taken.append(text)
    else:
        rig.complain(field, text, f"arrives as {got!r}")


# --- all fields at once, in jobs ---------------------------------------------------------------------------


def submit(rig, fields, kind, tallies, turn):
    """One job with a string (or some) in every field. Returns what it must see, by token."""
    case, sent = Case(rig, kind), []
    used = set()
    for field in sorted(fields, key=lambda f: f.name not in ("user.name", "subfolder")):
        taken = tallies[field.name].taken
        for number in range(min(len(taken), 5 if field.several else 1)):
            text = taken[(turn * 5 + number if field.several else turn) % len(taken)]
            once = field.name == "experiment name -n" and turn >= len(taken)  # a second one is refused
            if once or (field.name, text) in used or field.put(case, text) is False:
                continue
            used.add((field.name, text))
            sent.append((field, text, field.expect(case, text)))
    said = case.run(b"--quiet")
    token = None
    if said.returncode == 0:
        job = said.stdout.strip().decode()
        token = newest_token(rig, job)
        read_header(rig, job, sent, tallies)
    elif said.returncode == 6:
        note_refusal(rig, fields, sent, said, tallies)
    else:
        rig.complain(fields[0], b"", f"all fields at once, exit code {said.returncode}: {said.stderr[-600:]!r}; {sent!r}")
    if kind != "command":
        case.remove()
    return token, sent, case


def note_refusal(rig, fields, sent, said, tallies):
    """sbatch has its own limits."""
    if b"too long" not in said.stderr and b"Pathname" not in said.stderr:
        rig.complain(fields[0], b"", f"sbatch refuses: {said.stderr[-600:]!r}; {sent!r}")


def newest_token(rig, job):
    link = os.readlink(rig.world.rdvc_dir / "submissions" / f"{job}.sbatch.sh")
    return link.split("/")[0]


def read_header(rig, job, sent, tallies):
    environment = rig.world.environment | {"SLURM_CONF": str(rig.world.folder / "sandbox" / "etc" / "slurm.conf")}
    for field, text, expected in sent:
        if field.record not in ("job_name", "comment") or expected is None:
            continue
        letter = "%j" if field.record == "job_name" else "%k"
        said = subprocess.run(["squeue", "-h", "--states=all", "-j", job, "-o", letter], env=environment, capture_output=True)
        got = said.stdout[:-1]
        if field.record == "comment":
            got = got[38:]
        deliver(rig, field, text, got == expected, got, tallies)


def deliver(rig, field, text, good, got, tallies):
    if good:
        tallies[field.name].delivered += 1
    else:
        rig.complain(field, text, f"the job has {got[:300]!r}")


def judge_job(rig, token, sent, tallies):
    record = rig.world.cluster_home / "record" / token
    result = rig.world.rdvc_dir / "jobs" / token / "0" / "result"
    state = result.read_text(errors="replace") if result.exists() else "no result"
    if "state published" not in state and "state done" not in state:
        log = next((rig.world.rdvc_dir / "submissions" / token).glob("slurm-*.out"), None)
        tail = log.read_bytes()[-400:] if log else b"no log"
        rig.trial.check(False, f"job of {token}: {state.strip()}\n{tail!r}\n{[(f.name, t[:60]) for f, t, _ in sent]!r}")
        return
    seen = {path.name: path.read_bytes() for path in record.iterdir()}
    for field, text, expected in sent:
        if field.record in (None, "job_name", "comment", "outputs"):
            continue
        if isinstance(expected, tuple):
            expected = expected[1]
        content = seen.get(field.record, b"")
        if field.record in ("tags", "prefix"):
            parts = content.rstrip(b"\n").split(b"\n") if field.record == "tags" else [content[:-1]]
            expected += b"/" if field.record == "prefix" else b""
        elif field.record == "yaml":
            parts = [content]
        else:
            parts = content.split(b"\0")[:-1]
        deliver(rig, field, text, expected in parts, b"\0".join(parts), tallies)


def bring_outputs(rig, case, token, sent, tallies):
    """A command's folders, by `rdvc pull`: each holds a file with its own name in it."""
    said = subprocess.run([b"rdvc", b"pull", token.encode()], cwd=case.repository, env=case.environment, capture_output=True)
    for field, text, expected in sent:
        if field.record == "outputs":
            file = os.path.join(case.repository, expected, b"left")
            try:
                got = Path(os.fsdecode(file)).read_bytes()
            except OSError as error:
                got = repr(error).encode() + said.stderr[-300:]
            deliver(rig, field, text, got == expected, got, tallies)


def run_jobs(rig, fields, kind, tallies, count):
    jobs = [submit(rig, fields, kind, tallies, turn) for turn in range(count)]
    jobs = [job for job in jobs if job[0]]
    for token, sent, case in jobs:
        folder = rig.world.rdvc_dir / "jobs" / token / "0"
        wait_until(120, lambda folder=folder: (folder / "result").exists(), f"the result of {token}")
        judge_job(rig, token, sent, tallies)
        if kind == "command":
            bring_outputs(rig, case, token, sent, tallies)
            case.remove()
    return len(jobs)


# --- where to connect to -----------------------------------------------------------------------------------


def try_connection(rig, field, text, tally):
    case = Case(rig, "status")
    record = rig.world.folder / "argv"
    record.unlink(missing_ok=True)
    environment = case.environment | {b"PATH": os.fsencode(rig.world.folder / "stub") + b":" + case.environment[b"PATH"],
                                      b"RECORD": os.fsencode(record)}
    words = [b"rdvc", b"status"]
    expected = text
    if field.variable:
        environment[field.variable.encode()] = text
    else:
        name = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        config = rig.world.folder / "home" / ".config" / "rdvc" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_bytes(b'[clusters."' + name + b'"]\nhost = "elsewhere"\n')
        environment.pop(b"RDVC_CLUSTER_HOST")
        words += [b"--cluster=" + text]
        expected = b"elsewhere"
    said = subprocess.run(words, cwd=case.repository, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    case.remove()
    if not record.exists():
        if said.returncode in REFUSALS or text == b"local":
            tally.refused += 1
        else:
            rig.complain(field, text, f"not refused, not sent: {said.returncode} {said.stderr[-300:]!r}")
    elif field.argument(record.read_bytes().split(b"\0")) == expected:
        tally.equal += 1
    else:
        rig.complain(field, text, f"ssh gets {record.read_bytes()!r}")
    if b"\x1b" in said.stderr:
        rig.complain(field, text, f"a raw escape sequence in a message: {said.stderr[-300:]!r}")


def torture(trial):
    count, jobs = trial.size((1000, 1000), (8, 3))
    with trial.world() as world:
        rig = Rig(trial, world)
        (world.folder / "stub").mkdir()
        (world.folder / "stub" / "ssh").write_text(SSH_STUB)
        (world.folder / "stub" / "ssh").chmod(0o755)
        tallies = {}
        for kind, fields in (("experiment", EXPERIMENT), ("command", COMMAND), ("connection", CONNECTION)):
            for field in fields:
                tally = tallies[field.name] = Tally()
                for text in dict.fromkeys(map(field.clean, hostile.strings(trial.random, count, b"kanarie"))):
                    if kind == "connection":
                        try_connection(rig, field, text, tally)
                    else:
                        try_alone(rig, field, kind, text, tally)
                tally.executed += rig.has_run()
            if kind != "connection":
                ran = run_jobs(rig, fields, kind, tallies, jobs if kind == "experiment" else max(2, jobs // 5))
                if trial.check(not rig.has_run(), f"something was executed in the {ran} jobs of kind {kind}"):
                    world.write_down([f"{ran} jobs of kind {kind}"], type("", (), {"out": "", "err": "", "status": 0}))
        for name, tally in tallies.items():
            trial.check(not tally.executed, f"{name}: something was executed")
            trial.check(tally.equal or tally.taken, f"{name}: nothing was taken at all")
    return report(count, tallies)


def report(count, tallies):
    lines = [f"up to {count} strings in each of {len(tallies)} fields, 0 executed unless said below; equal / refused / arrived in jobs"]
    for name, tally in tallies.items():
        lines.append(f"{name:<28} {tally.equal or len(tally.taken):5} {tally.refused:5} {tally.delivered or '-':>5}")
    return "\n                     ".join(lines)
