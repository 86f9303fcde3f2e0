#!/usr/bin/env python3
"""usage: walk.py [--write] FILE.md

Types the commands of FILE's console blocks, one after the other, and compares what they print with what the document
shows. A command goes on in lines that begin with `> `. A line `...` stands for any lines, and `...` within a line for any
text. Numbers, hashes, times, the width of columns and the points of plots may differ. Of a block that shows no output
only the exit codes are compared. A block after a line `<!-- not typed: REASON -->` is left out. --write puts what was
printed into the document instead, where it has no
`...`. Exit code 1 if something differs or fails.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

PLOT = re.compile("[\u2800-\u28ff]|^ *[0-9.]* *[┤│└]|^ +[ab] ")


def blocks(text):
    """The console blocks: (start, end) of their lines."""
    start = None
    for number, line in enumerate(text):
        if line == "```console" and not text[number - 1].startswith("<!-- not typed: "):
            start = number + 1
        elif line == "```" and start is not None:
            yield start, number
            start = None


def commands(lines):
    """(command, shown output) of a block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        else:
            found[-1][1].append(line)
    return found


def normal(line):
    """Without what differs from run to run."""
    if PLOT.search(line):
        return "(plot)"
    line = re.sub(r"/rdvc-[0-9]+-[A-Za-z0-9]+", "/WORKSPACE", line)
    line = re.sub(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{4,40}\b", "HASH", line)
    line = re.sub(r"\b([0-9]{7,40}|[a-f]{7,40})\b", "HASH", line)
    line = re.sub(r"[0-9]+(\.[0-9]+)?(e-?[0-9]+)?", "N", line)
    line = re.sub(r"\bN (B|KB|MB|GB|s|min|h|ms)\b", "SIZE", line)
    line = re.sub("[─━]+", "─", line)
    # Without control groups memory is first looked at after 5 s, so a quick task has none.
    return re.sub(r"\bMEM (?=CPU\b)|(?<=SIZE )N[KMG] (?=N\b)", "", " ".join(line.split()))


def differs(shown, printed):
    """Why it is not what the document shows, or nothing."""
    pattern = []
    for line in shown:
        if line == "...":
            pattern.append("(?:.*\n)*?")
        else:
            pattern.append(".*".join(re.escape(normal(part)) for part in line.split("...")).replace(r"\ ", " ?") + " *\n")
    text = "".join(normal(line) + "\n" for line in printed)
    joined = re.sub(r"(\(plot\)\n)+", "(plot)\n", text)
    wanted = re.sub(r"(\\\(plot\\\) \*\n)+", r"\\(plot\\) *\n", "".join(pattern))
    return None if re.fullmatch(wanted, joined) else f"pattern:\n{wanted}\nprinted:\n{joined}"


def main(write, path):
    folder, text, failed = os.getcwd(), path.read_text().splitlines(), []
    new, after = [], 0
    for start, end in blocks(text):
        new += text[after:start]
        after = end
        typed = commands(text[start:end])
        shows_nothing = not any(shown for _, shown in typed)
        for command, shown in typed:
            print(f"$ {command}", flush=True)
            script = f"cd '{folder}' || exit\n{command}\nstatus=$?\npwd >'{os.environ['TMPDIR']}/walk.pwd'\nexit $status"
            run = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, check=False)
            folder = Path(os.environ["TMPDIR"], "walk.pwd").read_text().strip()
            printed = [line.rstrip() for line in run.stdout.splitlines()]
            print(run.stdout, end="", flush=True)
            has_gaps = shows_nothing or any("..." in line for line in shown)
            reason = f"exit code {run.returncode}" if run.returncode else None
            if not shows_nothing and (not write or has_gaps):
                reason = reason or differs(shown, printed)
            if reason:
                failed.append(f"--- `{command}` differs: {reason}")
                print(failed[-1], flush=True)
            new += [*f"$ {command}".replace("\n", "\n> ").split("\n"), *(shown if has_gaps or run.returncode else printed)]
    if write:
        path.write_text("\n".join(new + text[after:]) + "\n")
    if failed:
        print("\nIn short:", *failed, sep="\n", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] in (["--help"], []):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1] == "--write", Path(sys.argv[-1])))
