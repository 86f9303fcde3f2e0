"""The nearest rival, SlurmDeck (Python, PyPI), set up against the same cluster and the same slow network."""

import os
import subprocess
import sys

from lab import REPOSITORY, Failed

VERSION = "0.4.0"
VENV = REPOSITORY / ".dev" / "peers" / f"slurmdeck-{VERSION}"


def install():
    program = VENV / "bin" / "slurmdeck"
    if not program.exists():
        print(f"installing SlurmDeck {VERSION} from PyPI into {VENV}", file=sys.stderr)
        pip = [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
            subprocess.run([*pip, f"slurmdeck=={VERSION}"], check=True)
        except subprocess.CalledProcessError as error:
            raise Failed(f"cannot install SlurmDeck {VERSION}: {error}") from error
    return str(program)


class SlurmDeck:
    """A project of its own with the same content, a registered cluster and an open connection."""

    def __init__(self, lab):
        self.lab = lab
        self.program = install()
        self.project = lab.folder / "slurmdeck-project"
        # It takes no `ssh -F`, so a wrapper of three lines (1 ms) gives it; rsync finds the same one.
        self.environment = dict(lab.environment, PATH=f"{lab.wrapper}{os.pathsep}{os.environ['PATH']}")
        lab.write_project(self.project)
        self.run("remote", "add", "bench", "--ssh-alias", "sandbox", "--base", "$HOME/slurmdeck", "--use")
        self.run("init", "--remote", "bench")
        self.connect()

    def argv(self, *words):
        return [self.program, *words]

    def run(self, *words):
        return self.lab.run(self.argv(*words), self.project, env=self.environment)

    def connect(self):
        self.run("remote", "connect", "bench")

    def submission(self):
        return self.argv("submit", "--time", "00:10:00", "--", "python", "train.py")

    def edit(self):
        self.lab.edit(self.project)
