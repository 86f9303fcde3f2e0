# --- Start: who runs this, where it is written down, the user's ~/.bashrc -------------------------

# Seconds since the epoch, with milliseconds where this bash has them.
rdvc_now() {
    if [[ -n ${EPOCHREALTIME:-} ]]; then
        printf '%s' "${EPOCHREALTIME/,/.}"
    else
        date +%s.%N
    fi
}

rdvc_say() {
    printf 'rdvc: %s\n' "$*"
}

# Says which phase begins and when, in the log and in the job's folder.
begin_phase() {
    RDVC_JOB_PHASE=$1
    printf '%s %s\n' "$(rdvc_now)" "$1" >>"${RDVC_JOB_RECORD_DIR}/phases" || true
    printf '\n=== rdvc %s: %s (%s)\n' "$1" "$2" "$(date '+%Y-%m-%d %H:%M:%S')"
}

# Ends the job as failed in the current phase; the reason goes to the log and to `rdvc status`.
rdvc_fail() {
    RDVC_JOB_MESSAGE=$1
    printf 'rdvc: error: %s\n' "$1" >&2
    exit "${2:-1}"
}

# The outcome, as lines of `key value`, put in place in one step.
write_result() {
    local state=$1 code=$2
    {
        printf 'state %s\n' "${state}"
        printf 'phase %s\n' "${RDVC_JOB_PHASE}"
        printf 'exit %s\n' "${code}"
        printf 'job %s\n' "${SLURM_JOB_ID:-none}"
        printf 'node %s\n' "$(uname -n)"
        printf 'name %s\n' "${RDVC_JOB_EXP_NAME}"
        [[ -z ${RDVC_JOB_EXP_REF:-} ]] || printf 'ref %s\n' "${RDVC_JOB_EXP_REF}"
        [[ -z ${RDVC_JOB_EXP_COMMIT:-} ]] || printf 'commit %s\n' "${RDVC_JOB_EXP_COMMIT}"
        [[ -z ${RDVC_JOB_OUTPUT_FILES:-} ]] || printf 'output %s\n' "${RDVC_JOB_OUTPUT_FILES}"
        [[ -z ${RDVC_JOB_KEPT_DIR:-} ]] || printf 'kept %s\n' "${RDVC_JOB_KEPT_DIR}"
        [[ -z ${RDVC_JOB_MESSAGE} ]] || printf 'message %s\n' "${RDVC_JOB_MESSAGE//$'\n'/ }"
    } >"${RDVC_JOB_RECORD_DIR}/result.new" &&
        mv "${RDVC_JOB_RECORD_DIR}/result.new" "${RDVC_JOB_RECORD_DIR}/result"
}

# Runs if ~/.bashrc ends the shell, with whatever exit code.
# shellcheck disable=SC2317
bashrc_ended() {
    local code=$?
    RDVC_JOB_MESSAGE="${HOME}/.bashrc ended the job with exit code ${code}"
    printf 'rdvc: error: %s\n' "${RDVC_JOB_MESSAGE}" >&2
    ((code != 0)) || code=1
    write_result failed "${code}"
    trap - EXIT
    exit "${code}"
}

# sbatch gives the attempt's number as first argument; whoever makes its claim runs it, all others
# end. The same job goes on when SLURM starts it again (requeue; or a controller that crashed before it
# had saved the start, which does not even count as a restart). Without a number: a run by hand.
start_job() {
    RDVC_JOB_UMASK=$(umask) # for the project's own programs, once the workspace is made
    umask 077
    set -uo pipefail
    RDVC_JOB_MESSAGE=
    RDVC_JOB_PUBLISHED=0
    # A job may be submitted from within another one, whose values are none of ours.
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX GIT_OBJECT_DIRECTORY \
        GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH
    unset RDVC_JOB_WORKSPACE_DIR RDVC_JOB_REPO_DIR RDVC_JOB_KEPT_DIR RDVC_JOB_EXP_REF RDVC_JOB_EXP_COMMIT \
        RDVC_JOB_OUTPUT_FILES
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
    local jobs="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"
    if [[ ${1:-} == environment ]]; then # on the login node, before the job
        RDVC_JOB_ONLY=environment
        RDVC_JOB_RECORD_DIR="${jobs}/environment"
        mkdir -p "${RDVC_JOB_RECORD_DIR}" || exit 1
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
        RDVC_JOB_RECORD_DIR="${jobs}/hand-${n}"
        if [[ ${RDVC_JOB_KIND} == command ]]; then
            rdvc_say "run by hand; its outputs: ${RDVC_JOB_RECORD_DIR}/output"
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
    local claim="${submission}/claim.$1"
    if mkdir "${claim}" 2>/dev/null; then
        printf '%s\n' "${SLURM_JOB_ID:-none}" >"${claim}/owner"
    elif [[ $(cat "${claim}/owner" 2>/dev/null) != "${SLURM_JOB_ID:-none}" ]]; then
        rdvc_say "attempt $1 of this submission was taken by another job; this one ends"
        exit 0
    fi
    RDVC_JOB_RECORD_DIR="${jobs}/0"
    mkdir -p "${RDVC_JOB_RECORD_DIR}" || exit 1
    rm -f "${RDVC_JOB_RECORD_DIR}/result" # of the time before a requeue
    printf '%s\n' "${SLURM_JOB_ID:-none}" >"${RDVC_JOB_RECORD_DIR}/job"
}

# What the user's ~/.bashrc may do to this shell is undone after it.
before_bashrc() {
    begin_phase bashrc "load ~/.bashrc"
    set +u
    trap bashrc_ended EXIT
}

after_bashrc() {
    trap - EXIT ERR DEBUG RETURN
    unalias -a
    unset -f cd rm mv git mkdir cat printf
    shopt -u failglob nullglob
    set -euo pipefail
    set +mC
    IFS=$' \t\n'
}
