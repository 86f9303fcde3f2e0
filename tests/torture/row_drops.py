"""The network ends again and again under `rdvc logs -f`: what it prints must be the log, byte for byte."""

import subprocess

from world import Failed, wait_until

# Writes a log of lines that all differ: half at once, the rest bit by bit.
WRITER = """\
awk -v kb="$1" 'BEGIN {
    for (i = 0; i < kb * 13; i++) {
        printf "%08d a line of the log, %s\\n", i, substr(rand() rand() rand() rand() rand() rand(), 1, 76)
        if (i > kb * 6 && i % int(kb / 2) == 0) { fflush(); system("sleep 0.5") }
    }
}'
"""


def torture(trial):
    drops, size = trial.size((20, 10_000), (6, 3_000))
    with trial.world() as world:
        (world.project / "write.sh").write_text(WRITER)
        world.run(["git", "add", "write.sh"], world.project)
        submitted = world.rdvc("run", "--cmd", "-n", "long", "--", "sh", "write.sh", str(size))
        if submitted.status != 0:
            raise Failed(submitted.err)
        world.disconnect()
        most = size * 1000 // drops  # so that the last drop comes before the end
        world.proxy.allow(trial.random.randrange(most // 4, most) for _ in range(drops))
        printed = world.folder / "printed"
        with open(printed, "wb") as out, open(world.folder / "printed.err", "wb") as err:
            follower = subprocess.Popen(["rdvc", "logs", "-f", "long"], cwd=world.project, env=world.environment,
                                        stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            try:
                status = follower.wait(trial.size(300, 120))
            except subprocess.TimeoutExpired:
                follower.kill()
                follower.wait()
                status = None
        wait_until(30, lambda: list(world.rdvc_dir.glob("jobs/*/0/result")), "the job's result")
        log = next(world.rdvc_dir.glob("submissions/*/slurm-*.out")).read_bytes()
        seen = printed.read_bytes()
        trial.check(status == 0, f"rdvc logs -f ended with {status}\n{(world.folder / 'printed.err').read_text()}")
        # What the job writes after its result is `rdvc logs` too late for.
        trial.check(seen == log, f"printed {len(seen)} bytes, the log has {len(log)}; same start: {log.startswith(seen)}")
        trial.check(world.proxy.cuts == drops, f"the connection was dropped {world.proxy.cuts} times, not {drops}")
        return f"dropped {world.proxy.cuts} times under {len(log) / 1e6:.1f} MB: {len(seen)} of {len(log)} bytes, equal"
