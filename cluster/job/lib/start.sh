# --- Start: which job runs this, where its record is, the user's ~/.bashrc ------------------------

# Runs if ~/.bashrc ends the shell, with whatever exit code.
# shellcheck disable=SC2317
bashrc_ended() {
    local code=$?
    [[ -n ${RDVC_OWN_MESSAGE} ]] || RDVC_OWN_MESSAGE="${HOME}/.bashrc ended the job with exit code ${code}"
    printf 'rdvc: error: %s\n' "${RDVC_OWN_MESSAGE}" >&2
    ((code != 0)) || code=1
    write_result failed "${code}"
    trap - EXIT
    exit "${code}"
}

# Handles scancel, the time limit or preemption while ~/.bashrc is loaded.
# shellcheck disable=SC2317
stopped_in_bashrc() {
    trap : TERM USR1 USR2 INT HUP # once is enough
    RDVC_OWN_SIGNAL=$1
    RDVC_OWN_MESSAGE="stopped by SIG$1 while ~/.bashrc was loaded"
    ask_why
    if [[ -z ${RDVC_OWN_CAUSE} && -n ${SLURM_JOB_ID:-} ]]; then
        local asked=$!
        write_result failed 143 # SIGKILL is near: first the result, then SLURM's answer
        wait "${asked}"
    fi
    find_stop_cause
    exit 143
}

# ssh passes on the laptop's locale. If it is missing here, all programs use C, and each shell
# complains.
drop_absent_locale() {
    [[ $(BASH_ENV='' bash -c : 2>&1) == *setlocale:* ]] || return 0
    unset "${!LC_@}"
}

# sbatch passes the attempt's number as first argument; the job that makes its claim runs it, all
# others end. The same job continues when SLURM starts it again (requeue; or a controller that
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
    RDVC_OWN_PHASE=start
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
    local jobs="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"
    if [[ ${1:-} == environment ]]; then # on the login node, before the job
        RDVC_JOB_ONLY=environment
        RDVC_OWN_RECORD_DIR="${jobs}/environment"
        mkdir -p "${RDVC_OWN_RECORD_DIR}" || exit 1
        return
    fi
    if [[ -z ${1:-} ]]; then
        local n=1
        mkdir -p "${jobs}" || exit 1
        until mkdir "${jobs}/hand-${n}" 2>/dev/null; do
            n=$((n + 1))
            ((n < 1000)) || exit 1
        done
        RDVC_JOB_EXP_NAME="${RDVC_JOB_EXP_NAME}-hand-${n}"
        RDVC_OWN_RECORD_DIR="${jobs}/hand-${n}"
        if [[ ${RDVC_JOB_KIND} == command ]]; then
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
    take_claim "${submission}" "$1"
    local task=0 # one a submission today
    RDVC_OWN_RECORD_DIR="${jobs}/${task}"
    mkdir -p "${RDVC_OWN_RECORD_DIR}" || exit 1
    # If `rdvc retry` gave it another time limit.
    [[ ! -r ${submission}/warning.$1 ]] || read -r RDVC_JOB_WARNING <"${submission}/warning.$1"
    note_start "$1"
}

# A claim appears complete or not at all: it is created under another name, with its content, and
# renamed.
take_claim() {
    local claim="$1/claim.$2" new
    if [[ ! -e ${claim} ]] && new=$(mktemp -d "$1/.claim.$2.XXXXXX") &&
        printf '%s\n' "${SLURM_JOB_ID:-none}" >"${new}/owner"; then
        mv -T "${new}" "${claim}" 2>/dev/null || rm -rf -- "${new}"
    fi
    if [[ -e ${claim}/revoked ]]; then
        rdvc_say "attempt $2 of this submission was revoked; this job ends"
        exit 0
    elif [[ ! -e ${claim} ]]; then
        printf 'rdvc: error: cannot write to %s on %s\n' "$1" "$(uname -n)" >&2
        exit 1
    elif [[ $(head -n 1 "${claim}/owner" 2>/dev/null) != "${SLURM_JOB_ID:-none}" ]]; then
        rdvc_say "attempt $2 of this submission was taken by another job; this one ends"
        exit 0
    fi
}

# Records that attempt $1 starts, and how often this job has started before. SLURM's own count
# misses starts that a controller had not saved when it crashed.
note_start() {
    local id=${SLURM_JOB_ID:-none} starts="${RDVC_OWN_RECORD_DIR}/starts" before
    before=$(awk -v id="${id}" -v attempt="$1" '$2 == id && $4 == attempt { n++ } END { print n + 0 }' "${starts}" 2>/dev/null) ||
        before=0
    RDVC_OWN_RESTARTS=${before}
    if grep -qxE 'state (published|done)' "${RDVC_OWN_RECORD_DIR}/result" 2>/dev/null; then
        rdvc_say "the result already exists, from an earlier start; this one ends"
        exit 0
    fi
    printf '%s %s %s %s %s\n' "$(rdvc_now)" "${id}" "${SLURM_RESTART_COUNT:-0}" "$1" "$(uname -n)" >>"${starts}" || true
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
    rm -f "${RDVC_OWN_RECORD_DIR}"/{slurm,gone} # how SLURM ended the previous run
    ((before > 0)) || [[ -s ${RDVC_OWN_RECORD_DIR}/phases ]] || return 0
    (umask 077 && printf '%s restart\n' "$(rdvc_now)" >>"${RDVC_OWN_RECORD_DIR}/phases") || true
    if ((before > 0)); then
        printf '\n=== rdvc restart %s of job %s: on %s, attempt %s (%s) ===\n' "${before}" "${id}" "$(uname -n)" "$1" \
            "$(date '+%Y-%m-%d %H:%M:%S')"
    else
        printf '=== rdvc attempt %s, job %s: on %s (%s) ===\n' "$1" "${id}" "$(uname -n)" "$(date '+%Y-%m-%d %H:%M:%S')"
    fi
    rm -f "${RDVC_OWN_RECORD_DIR}/result" # of the previous run
}

# Undoes what the user's ~/.bashrc may have done to this shell.
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

after_bashrc() {
    trap - EXIT ERR DEBUG RETURN TERM USR1 USR2 INT HUP
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
