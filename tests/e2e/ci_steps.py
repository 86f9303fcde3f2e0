"""Prints the commands of a project's CI, as it would run them: one shell script a step, each followed by a NUL.
Usage: ci_steps.py .github/workflows/ci.yml | .gitlab-ci.yml. What installs Debian packages is left out; their names
are printed instead with --packages."""

import re
import sys
from pathlib import Path

from ruamel.yaml import YAML


def steps_of(file):
    """The scripts, in order. GitLab runs the lines of a job in one shell."""
    jobs = YAML(typ="safe").load(file)
    if "jobs" in jobs:
        return [step["run"] for job in jobs["jobs"].values() for step in job["steps"] if "run" in step]
    parts = ("before_script", "script")
    return ["\n".join(line for part in parts for line in job.get(part, [])) for job in jobs.values() if "script" in job]


def main():
    steps = steps_of(Path(sys.argv[-1]))
    install = re.compile(r"^.*apt-get (?:update|install --yes (.*))$", re.MULTILINE)
    if "--packages" in sys.argv:
        print(*{name for step in steps for found in install.finditer(step) for name in (found[1] or "").split()})
        return
    for step in steps:
        if script := install.sub("", step).strip():
            sys.stdout.write(script + "\0")


main()
