# --- Start: which job runs this, where its record is, the user's ~/.bashrc ------------------------

# Runs if ~/.bashrc ends the shell, with whatever exit code ($1, or that of the last command).
# shellcheck disable=SC2317
bashrc_ended() {
    local code=${1:-$?}
    [[ -n ${RDVC_OWN_MESSAGE} ]] || RDVC_OWN_MESSAGE="${HOME}/.bashrc ended the job with exit code ${code}"
    printf 'rdvc: error: %s\n' "${RDVC_OWN_MESSAGE}" >&2
    ((code != 0)) || code=1
    write_result failed "${code}"
    trap - EXIT
    exit "${code}"
}

# Handles scancel, the time limit or preemption while ~/.bashrc is loaded, or while bashrc_ended
# runs, because the signal has ended a program of ~/.bashrc first: then no other EXIT trap follows.
# shellcheck disable=SC2317
stopped_in_bashrc() {
    trap '' TERM USR1 USR2 INT HUP # for programs called here, too: SLURM may signal all of them twice
    trap - EXIT
    set +e
    RDVC_OWN_SIGNAL=$1
    RDVC_OWN_MESSAGE="stopped by SIG$1 while ~/.bashrc was loaded"
    ask_why
    if [[ -z ${RDVC_OWN_CAUSE} && -n ${SLURM_JOB_ID:-} ]]; then
        local asked=$!
        write_result failed 143 # SIGKILL is near: first the result, then SLURM's answer
        wait "${asked}"
    fi
    find_stop_cause
    bashrc_ended 143
}

# ssh passes on the laptop's locale. If it is missing here, all programs use C, and each shell
# complains.
drop_absent_locale() {
    [[ $(BASH_ENV='' bash -c : 2>&1) == *setlocale:* ]] || return 0
    unset "${!LC_@}"
}

# sbatch passes the attempt's number as first argument; the job that makes its claim runs it, all
# others end. If the attempt has several arrays, the second argument is how many jobs of the sweep are
# before this array's first. The same job continues when SLURM starts it again (requeue; or a controller that
# crashed before it had saved the start, which does not even count as a restart). Without a number:
# a run by hand.
start_job() {
    RDVC_OWN_UMASK=$(umask) # for the project's own programs, once the workspace exists
    umask 077
    set -uo pipefail
    drop_absent_locale
    RDVC_OWN_MESSAGE=
    RDVC_OWN_PUBLISHED=0
    # A job may be submitted from within another one, whose values must not be used.
    unset_git_variables
    unset RDVC_OWN_WORKSPACE_DIR RDVC_OWN_REPO_DIR RDVC_OWN_KEPT_DIR RDVC_OWN_EXP_REF RDVC_OWN_EXP_COMMIT \
        RDVC_OWN_OUTPUT_FILES RDVC_OWN_CAUSE RDVC_OWN_SAID RDVC_OWN_STOP_TOLD RDVC_OWN_RESTARTS "${!RDVC_OWN_PARTIAL_@}"
    RDVC_OWN_PHASE=start RDVC_OWN_DVC_VERSION=''
    RDVC_OWN_NODE=$(uname -n)
    RDVC_OWN_PACK=() # tasks of this job that follow each other
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
    local jobs="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"
    if [[ ${1:-} == environment ]]; then # on the login node, before the job
        RDVC_JOB_ONLY=environment
        RDVC_OWN_RECORD_DIR="${jobs}/environment"
        mkdir -p "${RDVC_OWN_RECORD_DIR}" || exit 1
        return
    fi
    export RDVC_TASK=1
    if [[ -z ${1:-} ]]; then
        local n=1
        [[ -z ${RDVC_JOB_TASKS:-} ]] || take_task "${submission}" "${RDVC_JOB_TASK:-}"
        mkdir -p "${jobs}" || exit 1
        until mkdir "${jobs}/hand-${n}" 2>/dev/null; do
            n=$((n + 1))
            ((n < 1000)) || exit 1
        done
        RDVC_JOB_EXP_NAME="${RDVC_JOB_EXP_NAME}-hand-${n}"
        RDVC_OWN_RECORD_DIR="${jobs}/hand-${n}"
        if [[ -n ${RDVC_JOB_SHELL:-} ]]; then
            return
        elif [[ ${RDVC_JOB_KIND} == command ]]; then
            rdvc_say "run by hand; its outputs: ${RDVC_OWN_RECORD_DIR}/output"
        else
            rdvc_say "run by hand; on the laptop: dvc exp pull rdvc ${RDVC_JOB_EXP_NAME}"
        fi
        return
    fi
    if [[ ! -d ${submission} ]]; then
        printf 'rdvc: error: %s does not exist on %s: is the folder shared with the login node?\n' \
            "${submission}" "$(uname -n)" >&2
        exit 1
    fi
    RDVC_OWN_ATTEMPT=$1
    RDVC_OWN_INDEX=${SLURM_ARRAY_TASK_ID:-}
    if [[ -n ${2:-} ]]; then
        RDVC_OWN_INDEX=$((RDVC_OWN_INDEX + $2))
        await_claim "$1"
    fi
    take_claim "$1" "${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:-none}}" || exit 0
    # If `rdvc retry` gave it another time limit.
    [[ ! -r ${submission}/warning.$1 ]] || read -r RDVC_JOB_WARNING <"${submission}/warning.$1"
    if [[ -z ${RDVC_JOB_TASKS:-} ]]; then
        open_record 0 || exit 0
    elif ((${RDVC_JOB_PACK:-1} == 1)); then
        begin_task "${RDVC_OWN_INDEX}" || exit 0
    else
        begin_pack
    fi
}

# Begins the task $1 of this attempt. False if it is not this job's to run.
begin_task() {
    take_task "${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}" "$1"
    take_claim "${RDVC_OWN_ATTEMPT}.$1" "$(own_job)" && ! are_stopped "$1" && open_record "$1"
}

# Opens the record of the task $1, or of the only one, 0. False if its result is there already.
open_record() {
    RDVC_OWN_RECORD_DIR="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}/$1"
    mkdir -p "${RDVC_OWN_RECORD_DIR}" || exit 1
    note_start "${RDVC_OWN_ATTEMPT}"
}

# Reads the name and the arguments of the task $2 of the submission in the folder $1, a line of its
# file `tasks` (C++: submission::tasks_file). No word of it is ever code.
take_task() {
    local lines=() words=() word
    if [[ ! $2 =~ ^[1-9][0-9]{0,6}$ ]] || (($2 > RDVC_JOB_TASKS)); then
        printf 'rdvc: error: this is a sweep of %s tasks; to run one by hand: RDVC_JOB_TASK=NUMBER bash %s\n' \
            "${RDVC_JOB_TASKS}" "$0" >&2
        exit 1
    fi
    mapfile -t -s "$(($2 - 1))" -n 1 lines <"$1/tasks" && read -ra words <<<"${lines[0]:-}"
    if ((${#words[@]} == 0)); then
        printf 'rdvc: error: task %s is not in %s on %s\n' "$2" "$1/tasks" "$(uname -n)" >&2
        exit 1
    fi
    printf -v RDVC_JOB_EXP_NAME '%b' "${words[0]}"
    RDVC_JOB_EXP_RUN_OPTIONS=()
    for word in "${words[@]:1}"; do
        [[ ${word} != '\0' ]] || word=''
        printf -v word '%b' "${word}"
        RDVC_JOB_EXP_RUN_OPTIONS+=("${word}")
    done
    RDVC_JOB_COMMAND=("${RDVC_JOB_EXP_RUN_OPTIONS[@]+"${RDVC_JOB_EXP_RUN_OPTIONS[@]}"}")
    RDVC_TASK=$2
}

# For tasks that have not started there is one mark, `stopped.<attempt>`, instead of a claim each:
# whoever leaves it looks for claims afterwards, and a task looks for it after it has its claim, so
# that at least one sees the other. True if the task $1 must not begin.
are_stopped() {
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}" attempt=${RDVC_OWN_ATTEMPT}
    [[ -e ${submission}/stopped.${attempt} ]] || return 1
    cp -- "${submission}/stopped.${attempt}" "${submission}/claim.${attempt}.$1/revoked"
    rdvc_say "attempt ${attempt} of this submission was ended before task $1 began"
}

# Of an attempt with several arrays the login node makes the claim, in the name of all, once SLURM has
# the last one (login/lib/sbatch.sh). Waits for it as long as sbatch is called again and again; if
# nobody does, the attempt is revoked.
await_claim() {
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}" new began last='' waited=0
    until [[ -e ${submission}/claim.$1 ]]; do
        began=$(stat -c %Y "${submission}/sbatch.began" 2>/dev/null) || began=
        [[ ${began} == "${last}" ]] || waited=0
        last=${began}
        if ((waited++ > 300)) && new=$(mktemp -d "${submission}/.claim.$1.XXXXXX") &&
            printf 'not all arrays were submitted\n' >"${new}/revoked"; then
            mv -T "${new}" "${submission}/claim.$1" 2>/dev/null || rm -rf -- "${new}"
        fi
        sleep 1
        ls "${submission}" >/dev/null # so that a network file system looks again
    done
}

# A claim appears complete or not at all: it is created under another name, with its content, and
# renamed. $1: the attempt, and for a task `.TASK`; $2: whose it is. False if it is not ours.
take_claim() {
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}" new owners=()
    local claim="${submission}/claim.$1"
    if [[ ! -e ${claim} ]] && new=$(mktemp -d "${submission}/.claim.$1.XXXXXX") &&
        printf '%s\n' "$2" >"${new}/owner"; then
        mv -T "${new}" "${claim}" 2>/dev/null || rm -rf -- "${new}"
    fi
    if [[ -e ${claim}/revoked ]]; then
        rdvc_say "attempt $1 of this submission was revoked; this job does not run it"
        return 1
    elif [[ ! -e ${claim} ]]; then
        printf 'rdvc: error: cannot write to %s on %s\n' "${submission}" "$(uname -n)" >&2
        exit 1
    fi
    mapfile -t owners 2>/dev/null <"${claim}/owner" || owners=()
    if [[ " ${owners[*]-} " != *" $2 "* ]]; then
        rdvc_say "attempt $1 of this submission was taken by another job; this one does not run it"
        return 1
    fi
}

# Records that attempt $1 starts, and how often this job has started before. SLURM's own count
# misses starts that a controller had not saved when it crashed. False if the result is there
# already.
note_start() {
    local id starts="${RDVC_OWN_RECORD_DIR}/starts" before=0 words now
    id=$(own_job)
    id=${id:-none}
    [[ ! -r ${starts} ]] || while read -ra words; do
        [[ ${words[1]:-} != "${id}" || ${words[3]:-} != "$1" ]] || before=$((before + 1))
    done <"${starts}"
    RDVC_OWN_RESTARTS=${before}
    if [[ $(value_of state "${RDVC_OWN_RECORD_DIR}/result") == @(published|done) ]]; then
        rdvc_say "the result already exists, from an earlier start; this one does not run it"
        return 1
    fi
    find_time
    printf '%s %s %s %s %s %s\n' "${now}" "${id}" "${SLURM_RESTART_COUNT:-0}" "$1" "${RDVC_OWN_NODE}" "${SLURMD_NODENAME:-}" >>"${starts}" || true
    printf '%s\n' "${id}" >"${RDVC_OWN_RECORD_DIR}/job"
    reserve_space
    note_partial
    if ((before > RDVC_JOB_MAX_RESTARTS)); then
        RDVC_OWN_CAUSE=restarts
        RDVC_OWN_MESSAGE="the job was started again ${before} times; job.max_restarts is ${RDVC_JOB_MAX_RESTARTS}"
        printf 'rdvc: error: %s\n' "${RDVC_OWN_MESSAGE}" >&2
        write_result failed 1
        exit 1
    fi
    local old
    for old in slurm gone live idle; do # how SLURM ended the previous run, and what it did
        [[ ! -e ${RDVC_OWN_RECORD_DIR}/${old} ]] || rm -rf -- "${RDVC_OWN_RECORD_DIR:?}/${old}"
    done
    ((before > 0)) || [[ -s ${RDVC_OWN_RECORD_DIR}/phases ]] || return 0
    (umask 077 && printf '%s restart\n' "${now}" >>"${RDVC_OWN_RECORD_DIR}/phases") || true
    if ((before > 0)); then
        printf '\n=== rdvc restart %s of job %s: on %s, attempt %s (%s) ===\n' "${before}" "${id}" "$(uname -n)" "$1" \
            "$(date '+%Y-%m-%d %H:%M:%S')"
    else
        printf '=== rdvc attempt %s, job %s: on %s (%s) ===\n' "$1" "${id}" "$(uname -n)" "$(date '+%Y-%m-%d %H:%M:%S')"
    fi
    rm -f "${RDVC_OWN_RECORD_DIR}/result" # of the previous run
}

before_bashrc() {
    begin_phase bashrc "load ~/.bashrc"
    set +u
    trap bashrc_ended EXIT
    local signal
    for signal in TERM USR1 USR2 INT HUP; do
        # shellcheck disable=SC2064 # the signal's name, now
        trap "stopped_in_bashrc ${signal}" "${signal}"
    done
}

# Undoes what sourced code may have done to this shell, and sets the job's traps. No signal may ever
# find the default action between the traps of before and those: the job would end without a result.
after_sourcing() {
    trap - ERR DEBUG RETURN
    set_traps
    unalias -a
    unset -f cd rm mv git mkdir cat printf
    shopt -u failglob nullglob nocasematch nocaseglob
    set -euo pipefail
    set +fkmC +o posix
    shopt -u inherit_errexit 2>/dev/null || true # which `set -o posix` leaves on
    unset CDPATH GREP_OPTIONS
    export -n SHELLOPTS BASHOPTS
    drop_absent_locale
    IFS=$' \t\n'
}
