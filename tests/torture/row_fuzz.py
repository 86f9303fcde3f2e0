"""Every parser of foreign text: a million inputs each with `./dev fuzz`; in short, what was once found, in the tests' lane."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from world import REPOSITORY, Failed


def million(trial):
    said = subprocess.run([str(REPOSITORY / "dev"), "fuzz"], capture_output=True, text=True)
    rows = re.findall(r"^(\S+) +(\d+|\?) +(\d+)  (.*)$", said.stdout, re.MULTILINE)
    if not rows:
        raise Failed(f"./dev fuzz: {said.returncode}\n{said.stderr[-2000:]}")
    for name, runs, _, findings in rows:
        trial.check(findings == "0", f"{name}: {findings}")
        trial.check(runs.isdigit() and int(runs) >= 1_000_000, f"{name}: {runs} runs only")
    return f"{len(rows)} parsers, {sum(int(runs) for _, runs, _, _ in rows if runs.isdigit()):,} runs: " \
           f"{sum(findings != '0' for *_, findings in rows)} with findings"


def replay(trial):
    build = os.environ.get("RDVC_BUILD_FOLDER") or Path(shutil.which("rdvc")).parent
    said = subprocess.run(["ctest", "--test-dir", str(build), "--no-tests=error", "-L", "^fuzz$"], capture_output=True, text=True)
    trial.check(said.returncode == 0, said.stdout[-2000:] + said.stderr)
    count = re.search(r"tests passed, \d+ tests failed out of (\d+)", said.stdout)
    return f"{count[1] if count else 0} parsers: the corpus in the repository, 0 findings"


def torture(trial):
    return replay(trial) if trial.short else million(trial)
