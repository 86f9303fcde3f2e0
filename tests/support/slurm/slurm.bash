# A fake SLURM and a fake ssh for tests: small bash programs on PATH that keep their state in one
# folder. They do what rdvc relies on (tests/contract checks that on them and on the real ones), and
# what real ones do rarely.
#
#   source "${RDVC_SOURCE_FOLDER}/tests/support/slurm/slurm.bash"
#   setup()    { start_fake_slurm "${BATS_TEST_TMPDIR}/slurm"; }
#   teardown() { stop_fake_slurm; }
#   @test "..." {
#       knob fail-sbatch-after-accept
#       run rdvc run --cmd -- true      # with cluster.host = local; or `sandbox`, through the fake ssh
#       no_knob fail-sbatch-after-accept
#       wait_for_state 1 COMPLETED
#       (($(calls_of squeue) <= 2))
#   }
#
# A job starts at once, runs for real in the background with sbatch's environment, gets SIGTERM from scancel.
#
# Knobs (`knob NAME [VALUE]`; each stays until `no_knob NAME`, except for reuse-id):
#   down                      the controller does not answer: every program fails with its words
#   slow SECONDS              every program takes that long
#   fail-sbatch [WORDS]       sbatch fails, there is no job
#   fail-sbatch-after-accept [WORDS]   sbatch fails, and there is a job: `Socket timed out on send/recv operation`
#   banner-sbatch LINES       printed before sbatch's answer
#   cluster-sbatch NAME       the answer is `id;NAME`
#   max-array N               MaxArraySize (1001)
#   max-submit N              sbatch refuses more jobs than that, ended ones too; sacctmgr knows (without, there is
#                             no accounting)
#   reuse-id ID               the next job gets this id; a job that had it is forgotten
#   fail-squeue [WORDS]       squeue fails
#   empty-squeue              squeue says nothing, and exits 0
#   fail-scontrol [WORDS]     scontrol fails
#   garbage-squeue [LINES]    squeue says this instead, and exits 0
#   fail-scancel [WORDS]      scancel fails, nothing is cancelled
#   no-start                  jobs wait: PENDING, Resources
#   requeue-delay SECONDS     how long a requeued job waits (120)
#   kill-wait SECONDS         from SIGTERM to SIGKILL (5)
#   min-job-age SECONDS       for how long squeue shows a job that has ended (300)
#   accounting                sacct answers (else: `Slurm accounting storage is disabled`)
#   ssh-banner LINES          printed on standard output before the command runs
#   ssh-fail [WORDS]          ssh fails with 255 before anything runs: `ssh: connect to host ...: Connection refused`
#   ssh-cut-input BYTES       the connection breaks after so many bytes to the cluster; nothing comes back
#   ssh-cut-output BYTES      the connection breaks after so many bytes from the cluster
#   ssh-cut-after PATTERN     ... after the first line from the cluster that has it: `hello`, `received`
#   ssh-shell PROGRAM         the login shell (/bin/sh)

# Starts an empty one in the folder $1 and puts its programs first on PATH. Sets FAKE_SLURM; the
# home of ssh logins is $FAKE_SLURM/home.
start_fake_slurm() {
    export FAKE_SLURM=$1
    mkdir -p "${FAKE_SLURM}/jobs" "${FAKE_SLURM}/home"
    : >"${FAKE_SLURM}/calls"
    PATH="${RDVC_SOURCE_FOLDER}/tests/support/slurm/bin:${PATH}"
    unset "${!SLURM_@}" "${!SBATCH_@}" "${!SQUEUE_@}" "${!SCONTROL_@}"
    export SLURM_CONF="${FAKE_SLURM}/slurm.conf" # which is not there
}

# Ends all that runs in it: what waits for jobs, and the jobs.
stop_fake_slurm() {
    local pids tries
    for tries in 1 2 3 4 5; do
        mapfile -t pids < <(fake_slurm_processes)
        ((${#pids[@]} > 0)) || return 0
        kill -s KILL "${pids[@]}" 2>/dev/null || true
        sleep "0.0${tries}"
    done
}

# Waits, for half a minute at most, until no job runs: one removes its workspace after its result.
let_jobs_end() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        [[ -n $(fake_slurm_processes) ]] || return 0
        sleep 0.1
    done
    return 1
}

# Runners stand in a job's folder, jobs have a mark in their environment.
fake_slurm_processes() {
    find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "${FAKE_SLURM}/jobs/*" -o -lname "${FAKE_SLURM}/forgotten/*" \) \
        2>/dev/null | cut -d/ -f3
    grep -lz -- "^FAKE_SLURM_MARK=${FAKE_SLURM}#" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

knob() {
    printf '%s' "${2:-}" >"${FAKE_SLURM}/$1"
}

no_knob() {
    rm -f "${FAKE_SLURM}/$1"
}

# How often PROGRAM was called; with a second word, only calls that have it.
calls_of() {
    grep -c -- "^[0-9]* $1 .*${2:-}" "${FAKE_SLURM}/calls" || true
}

forget_calls() {
    : >"${FAKE_SLURM}/calls"
}

# One field of a job: state reason comment command name restarts start end code output ...
job_field() {
    cat "${FAKE_SLURM}/jobs/$1/$2" 2>/dev/null || true
}

# Waits until job ID is in STATE; otherwise prints its state.
wait_for_state() {
    local end=$((SECONDS + 60))
    until [[ $(job_field "$1" state) == "$2" ]]; do
        if ((SECONDS >= end)); then
            printf 'job %s is not %s but %s\n' "$1" "$2" "$(job_field "$1" state)"
            return 1
        fi
        sleep 0.05
    done
}

# A job of the same user that rdvc knows nothing of: `other_job [COMMENT] [SCRIPT TEXT]`; prints its id.
other_job() {
    local script="${FAKE_SLURM}/other.sh"
    printf '#!/bin/bash\n%s\n' "${2:-sleep 60}" >"${script}"
    sbatch --parsable --output=/dev/null --job-name=other --comment="${1:-}" "${script}"
}

# Ends a job as SLURM would: `end_as ID NODE_FAIL` (or OUT_OF_MEMORY: at once; TIMEOUT, PREEMPTED: SIGTERM first).
end_as() {
    printf '%s' "$2" >"${FAKE_SLURM}/jobs/$1/.ending" # whoever runs the job takes an empty word for scancel's
    mv "${FAKE_SLURM}/jobs/$1/.ending" "${FAKE_SLURM}/jobs/$1/ending"
    wait_for_state "$1" "$2"
}

# The controller loses a job, as in a crash before it had saved. If it runs, it continues; if it
# waits, it never starts. Its id is free: see the knob reuse-id.
forget_job() {
    mkdir -p "${FAKE_SLURM}/forgotten"
    [[ $(job_field "$1" state) != PENDING ]] || printf 'LOST' >"${FAKE_SLURM}/jobs/$1/state"
    mv "${FAKE_SLURM}/jobs/$1" "${FAKE_SLURM}/forgotten/$1.${RANDOM}"
}

# MinJobAge has passed since the job's end: squeue and scontrol no longer know it, sacct does.
outdate_job() {
    printf '1' >"${FAKE_SLURM}/jobs/$1/end"
}
