# --- Stopping: long-running programs have their own process group, so that signals work at once ---

# In functions that a trap calls, `return` needs a status: a bare one gives the status from before
# the trap. bash runs a trap only when its foreground child has ended. So the child runs in the
# background, and bash is in `wait`, which a trapped signal interrupts.
RDVC_OWN_GROUP=    # the process group that runs now
RDVC_OWN_LAST_GROUP=
RDVC_OWN_SIGNAL=   # the first signal that told this job to stop
RDVC_OWN_DEADLINE= # in SECONDS: processes that run longer are killed
RDVC_OWN_WOKEN=0
RDVC_OWN_PACK_RUNS=0 # 1: signals are for the task of a pack that runs (pack.sh)
RDVC_OWN_POSTPONED=0

# Runs these words in their own process group, and waits for the end; returns the exit code.
run_in_group() {
    local code
    set -m
    "$@" </dev/null &
    RDVC_OWN_GROUP=$!
    set +m
    while :; do
        RDVC_OWN_WOKEN=0 code=0
        wait "${RDVC_OWN_GROUP}" || code=$?
        [[ ${RDVC_OWN_WOKEN} == 1 ]] || break
        await_group
    done
    # SLURM signals all processes at once; this shell may notice only after the program has ended.
    ((code == 0)) || [[ -n ${RDVC_OWN_SIGNAL} ]] || sleep 0.3 || true
    await_group # processes that the first one left behind
    RDVC_OWN_LAST_GROUP=${RDVC_OWN_GROUP}
    RDVC_OWN_GROUP=
    return "${code}"
}

# Becomes a program of the project: bash with the setup command, dvc, or a command of the user's
# own. A project may replace this function, to run all of them in a container, for example.
run_program() {
    exec -- "$@"
}

# After a signal to stop: waits for the end of all processes in the group, and kills them when the
# time is over.
await_group() {
    [[ -n ${RDVC_OWN_SIGNAL} ]] || return 0
    while group_lives; do
        if ((SECONDS >= RDVC_OWN_DEADLINE)); then
            rdvc_say "not ended in time; SIGKILL"
            kill -KILL -- "-${RDVC_OWN_GROUP}" 2>/dev/null || true
            return 0
        fi
        sleep 0.1 || true
    done
}

# True if the group has a living process; a zombie counts as dead.
group_lives() {
    kill -0 -- "-${RDVC_OWN_GROUP}" 2>/dev/null || return 1
    ps -e -o pgid=,stat= 2>/dev/null | awk -v group="${RDVC_OWN_GROUP}" '
        { seen = 1 } $1 == group && $2 !~ /^Z/ { lives = 1 } END { exit seen && !lives }'
}

# Time limit, scancel, preemption, Ctrl-C on a run by hand: signals the whole group, because dvc
# alone would orphan its stage.
pass_signal() {
    if [[ ${RDVC_OWN_PACK_RUNS} == 1 ]]; then
        pass_to_task "$1"
        return 0
    fi
    RDVC_OWN_WOKEN=1
    if [[ $1 == USR[12] ]] && { postpone_warning "$1" || goes_on_publishing "$1"; }; then
        return 0
    fi
    local deadline=$((SECONDS + $(grace_after "$1")))
    if [[ -z ${RDVC_OWN_SIGNAL} ]]; then
        RDVC_OWN_SIGNAL=$1
        ask_why
    elif ((RDVC_OWN_DEADLINE < deadline)); then
        deadline=${RDVC_OWN_DEADLINE}
    fi
    RDVC_OWN_DEADLINE=${deadline}
    if [[ -n ${RDVC_OWN_GROUP} ]]; then
        rdvc_say "got SIG$1; the running program gets SIGTERM, and SIGKILL after $((deadline - SECONDS)) s"
        kill -TERM -- "-${RDVC_OWN_GROUP}" 2>/dev/null || true
    else
        rdvc_say "got SIG$1"
        rdvc_fail "$(stopped_sentence 'the job')" 143
    fi
}

# Seconds that a program gets to end: after a warning, most of the time that remains; otherwise less
# than SLURM's KillWait.
grace_after() {
    if [[ $1 == USR[12] ]] && ((RDVC_JOB_WARNING > 0)); then
        printf '%s' "$((RDVC_JOB_WARNING * 3 / 4))"
    else
        printf '%s' "${RDVC_JOB_GRACE}"
    fi
}

# Ends the job if it got a signal to stop. $1: what was stopped.
end_if_stopped() {
    [[ -z ${RDVC_OWN_SIGNAL} ]] || rdvc_fail "$(stopped_sentence "$1")" 143
}

stopped_sentence() {
    printf '%s was stopped by SIG%s' "$1" "${RDVC_OWN_SIGNAL}"
}

# A warning leaves enough time to publish a finished result.
goes_on_publishing() {
    may_hold_result "${RDVC_OWN_PHASE}" || return 1
    rdvc_say "got SIG$1; the result is being published, which continues"
}

# If a partition's own limit is short, the default warning arrives as soon as the job starts. The
# job repeats it when the share of the time is left that the laptop leaves if `--time` is short.
postpone_warning() {
    local limit left last
    [[ ${RDVC_OWN_POSTPONED} == 0 && -z ${RDVC_OWN_SIGNAL} && -n ${SLURM_JOB_ID:-} ]] && ((RDVC_JOB_WARNING > 0)) ||
        return 1
    RDVC_OWN_POSTPONED=1
    read -r limit left < <(time_left)
    # This early it was not SLURM's warning, but somebody's request.
    last=$((${limit:-0} / RDVC_JOB_WARNING_SHARE))
    ((${limit:-0} > 0 && last < RDVC_JOB_WARNING && left <= RDVC_JOB_WARNING + 90 && left > last + 5)) ||
        return 1
    rdvc_say "got SIG$1; ${left} s of ${limit} s are left, so the job continues for $((left - last)) s"
    RDVC_JOB_WARNING=${last}
    (
        trap - EXIT TERM USR1 USR2 INT HUP
        sleep_beside "$((left - last))" && kill -s "$1" "$$"
    ) </dev/null >/dev/null 2>&1 &
}

# The job's time limit and the remaining time, in seconds; nothing if SLURM does not say.
time_left() {
    show_job "$(own_job)" 5 | tr ' ' '\n' | awk -F '[=:]' '
        function seconds(h, m, s,    days) {
            if (h ~ /-/) { days = h; sub(/-.*/, "", days); sub(/.*-/, "", h) }
            return ((days * 24 + h) * 60 + m) * 60 + s
        }
        ($1 == "TimeLimit" || $1 == "RunTime") && NF == 4 { time[$1] = seconds($2, $3, $4) }
        END { if (time["TimeLimit"] > 0) print time["TimeLimit"], time["TimeLimit"] - time["RunTime"] }'
}

# Processes with the workspace $1 in their environment, and SLURM's job id $2 (jobs that were
# submitted from within have another one); with $3 also all descendants of that process. This also
# finds processes that have left their group.
processes_of() {
    {
        # A job that was ended meanwhile no longer has this file.
        grep -zlxF -e "RDVC_OWN_WORKSPACE_DIR=$1" /proc/[0-9]*/environ 2>/dev/null | while IFS= read -r file; do
            [[ -z $2 ]] || grep -zqxF -e "SLURM_JOB_ID=$2" "${file}" 2>/dev/null || continue
            printf '%s\n' "${file//[!0-9]/}"
        done
        [[ -z ${3:-} ]] || ps -e -o pid=,ppid= 2>/dev/null | awk -v top="$3" '
            { parent[$1] = $2 }
            END {
                for (pid in parent) {
                    steps = 0
                    for (p = pid; p != top && p in parent && steps++ < 99;) p = parent[p]
                    if (p == top && pid != top) print pid
                }
            }'
    } | awk -v self="$$" '$1 != self && !seen[$1]++'
}

# Ends these processes.
end_processes() {
    end_listed processes_of "$@"
}

# Ends the processes that these words list; says so if SIGTERM is not enough.
end_listed() {
    local pids pid left='' signal
    for signal in TERM KILL; do
        pids=$("$@") || true
        left=''
        for pid in ${pids}; do # the processes of this search itself are gone by now
            kill -s "${signal}" "${pid}" 2>/dev/null && left+=" ${pid}"
        done
        [[ -n ${left} ]] || return 0
        [[ ${signal} == KILL ]] || sleep 0.3
    done
    rdvc_say "killed leftover processes on $(uname -n):${left}"
}
