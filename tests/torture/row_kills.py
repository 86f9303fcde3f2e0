"""rdvc is killed with SIGKILL between each two steps of pull and recover, then the same command is given until it
succeeds: it must come to the end that it would have come to."""

import re
import shutil

import stepper
from world import Failed, wait_until

MOST_TRIES = 4


class Command:
    """A command to be killed: `prepare` makes things as before it, `verify` says what is wrong after it."""

    def __init__(self, trial, world):
        self.trial, self.world = trial, world

    def steps(self):
        """Of an undisturbed run."""
        self.prepare(0)
        status, names = self.kill(0, None)
        if status != 0:
            raise Failed(f"{self.name} without a kill: {status}\n{self.words()}")
        self.judge(0, "no kill")
        return names

    def words(self):
        return (self.world.folder / "killed.out").read_text(errors="replace")

    def kill(self, turn, step):
        out = self.world.folder / "killed.out"
        out.write_bytes(b"")
        return stepper.run(["rdvc", *self.argv(turn)], self.world.project, self.world.environment, out, step)

    def torture(self, most):
        names = self.steps()
        points = range(1, len(names) + 1)
        if most and most < len(points):
            points = sorted(self.trial.random.sample(points, most))
        for turn, point in enumerate(points, 1):
            self.prepare(turn)
            status, seen = self.kill(turn, point)
            where = f"{self.name} killed at step {point} (before: {seen[-1] if seen else '-'})"
            for _ in range(MOST_TRIES if status is None else 0):
                if self.settles(turn, self.world.rdvc(*self.argv(turn))):
                    break
            else:
                self.trial.check(status is not None, f"{where}: does not succeed in {MOST_TRIES} more tries")
            self.judge(turn, where)
        return f"{self.name} {len(points)} of {len(names)}"

    def settles(self, _, said):
        return said.status == 0

    def judge(self, turn, where):
        for problem in self.verify(turn):
            self.trial.check(False, f"{where}: {problem}")
        git = self.world.project / ".git"
        left = self.world.run(["git", "for-each-ref", "--format=%(refname)", "refs/rdvc"], self.world.project)
        self.trial.check(not left.strip(), f"{where}: left in the repository: {left.strip()}")
        locks = [str(path) for path in git.rglob("*.lock")]
        self.trial.check(not locks, f"{where}: stale locks: {locks}")


class Pull(Command):
    """An experiment whose data is in the cluster's cache."""

    name = "pull"

    def __init__(self, trial, world):
        super().__init__(trial, world)
        finish(world, "run", "-n", "fetched")
        result = next(world.rdvc_dir.glob("jobs/*/0/result")).read_text()
        fields = dict(line.split(" ", 1) for line in result.splitlines())
        if fields["state"] != "published":
            raise Failed(result)
        self.ref, self.commit = fields["ref"], fields["commit"]
        lock = world.run(["git", f"--git-dir={next(world.rdvc_dir.glob('repos/*.git'))}", "show", f"{self.commit}:dvc.lock"])
        self.object = re.search(r"path: model.txt\s+(?:hash: md5\s+)?md5: (\w+)", lock)[1]

    def argv(self, _):
        return ["pull", "fetched"]

    def prepare(self, _):
        self.world.run(["git", "update-ref", "-d", self.ref], self.world.project)
        shutil.rmtree(self.world.project / ".dvc" / "cache", ignore_errors=True)
        self.world.run(["git", "prune", "--expire=now"], self.world.project)

    def verify(self, _):
        here = self.world.run(["git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps"], self.world.project)
        if here.split() != [self.commit, self.ref]:
            yield f"the experiment is not here: {here}"
        cache = self.world.project / ".dvc" / "cache"
        objects = {f"{path.parent.name}{path.name}" for path in cache.glob("files/md5/??/*")}
        if self.object not in objects:
            yield f"its data {self.object} is not here: {sorted(objects)}"
        incoming = [path for path in cache.glob("rdvc-incoming/**/*") if path.is_file()]
        if incoming:
            yield f"left in the cache: {incoming}"


class PullOutput(Command):
    """The files that a command has left."""

    name = "pull of files"
    FILES = {f"out/{i}.txt": f"content {i}\n" for i in range(5)}

    def __init__(self, trial, world):
        super().__init__(trial, world)
        (world.project / ".git" / "info" / "exclude").write_text("/out\n")
        script = "mkdir -p out; for i in 0 1 2 3 4; do echo content $i >out/$i.txt; done"
        finish(world, "run", "--cmd", "-n", "files", "--output", "out", "--", "sh", "-c", script)

    def argv(self, _):
        return ["pull", "files"]

    def prepare(self, _):
        shutil.rmtree(self.world.project / "out", ignore_errors=True)
        for mark in self.world.rdvc_dir.glob("jobs/*/0/pulled"):
            mark.unlink()

    def verify(self, _):
        out = self.world.project / "out"
        here = {f"out/{path.name}": path.read_text() for path in out.iterdir()} if out.is_dir() else {}
        if here != self.FILES:
            yield f"not the files of the command: {here}"
        left = [str(path) for path in (self.world.project / ".git").glob("rdvc*/*")]
        if left:
            yield f"left in .git: {left}"


class Recover(Command):
    """What a job could not publish: git push has failed there."""

    name = "recover"

    def __init__(self, trial, world):
        super().__init__(trial, world)
        programs = world.cluster_home / "programs"
        programs.mkdir()
        (programs / "git").write_text('#!/bin/sh\ncase " $* " in *" push "*) exit 1 ;; esac\nexec /usr/bin/git "$@"\n')
        (programs / "git").chmod(0o755)
        (world.cluster_home / ".bashrc").write_text("PATH=$HOME/programs:$PATH\n")
        finish(world, "run", "-n", "stuck")
        (world.cluster_home / ".bashrc").write_text("")
        self.record = next(world.rdvc_dir.glob("jobs/*/0"))
        if "state unpublished" not in (self.record / "result").read_text():
            raise Failed((self.record / "result").read_text())
        self.mirror = next(world.rdvc_dir.glob("repos/*.git"))
        self.saved = world.folder / "saved"
        shutil.copytree(self.record, self.saved, symlinks=True)

    def argv(self, _):
        return ["recover", "stuck"]

    def refs(self):
        return self.world.run(["git", f"--git-dir={self.mirror}", "for-each-ref", "--format=%(refname)", "refs/exps"]).split()

    def prepare(self, _):
        for ref in self.refs():
            self.world.run(["git", f"--git-dir={self.mirror}", "update-ref", "-d", ref])
        shutil.rmtree(self.record)
        shutil.copytree(self.saved, self.record, symlinks=True)

    def settles(self, _, said):
        return said.status == 0 or "already" in said.err

    def verify(self, _):
        result = (self.record / "result").read_text()
        if "state published" not in result:
            yield f"not published: {result}"
        refs = [ref for ref in self.refs() if not ref.endswith("-partial")]
        if len(refs) != 1 or not refs[0].endswith("/stuck"):
            yield f"the mirror has {refs}"
        left = [path.name for path in self.record.iterdir() if path.is_dir() and path.name == "project" or ".new" in path.name]
        if left:
            yield f"left beside the result: {left}"


def finish(world, *words):
    """Submits, and waits for the end."""
    said = world.rdvc(*words)
    if said.status != 0:
        raise Failed(said.err)
    name = words[words.index("-n") + 1]
    wait_until(60, lambda: world.rdvc("wait", name).status is not None, "the job's end")


def torture(trial):
    said = []
    for command, few in ((Pull, 5), (PullOutput, 3), (Recover, 4)):
        with trial.world() as world:
            if command is Recover and world.rdvc("recover", "--help").status != 0:
                continue
            said.append(command(trial, world).torture(trial.size(None, few)))
    return "killed between steps, then repeated: " + ", ".join(said)
