# --- The job's own record: phases, result ---------------------------------------------------------

# Sets `now` to the seconds since the epoch, with a fraction.
find_time() {
    now=${EPOCHREALTIME:-}
    now=${now/,/.}
    [[ -n ${now} ]] || now=$(date +%s.%N) # before bash 5
}

rdvc_say() {
    printf 'rdvc: %s\n' "$*"
}

# Says which phase begins and when, in the log and in the job's folder.
begin_phase() {
    local now
    RDVC_OWN_PHASE=$1
    find_time
    (umask 077 && printf '%s %s\n' "${now}" "$1" >>"${RDVC_OWN_RECORD_DIR}/phases") || true
    printf '\n=== rdvc %s: %s (%(%Y-%m-%d %H:%M:%S)T)\n' "$1" "$2" -1
}

# Ends the job as failed in the current phase; the reason goes to the log and to `rdvc status`.
rdvc_fail() {
    RDVC_OWN_MESSAGE=$1
    printf 'rdvc: error: %s\n' "$1" >&2
    exit "${2:-1}"
}

# Reserves room on a disk that others may fill, so that this job can always record how it ended.
reserve_space() {
    [[ -s ${RDVC_OWN_RECORD_DIR}/reserve ]] ||
        head -c 16384 /dev/urandom >"${RDVC_OWN_RECORD_DIR}/reserve" 2>/dev/null || true
}

# Prints the outcome as lines of `key value`.
describe_result() {
    printf 'state %s\nphase %s\nexit %s\n' "$1" "${RDVC_OWN_PHASE}" "$2"
    local id
    id=$(own_job)
    printf 'job %s\nnode %s\nname %s\n' "${id:-none}" "${RDVC_OWN_NODE:-$(uname -n)}" "${RDVC_JOB_EXP_NAME}"
    local key variable
    while read -r key variable; do
        [[ -z ${!variable:-} ]] || printf '%s %s\n' "${key}" "${!variable//$'\n'/ }"
    done < <(printf '%s\n' 'ref RDVC_OWN_EXP_REF' 'commit RDVC_OWN_EXP_COMMIT' 'output RDVC_OWN_OUTPUT_FILES' \
        'kept RDVC_OWN_KEPT_DIR' 'cause RDVC_OWN_CAUSE' 'restarts RDVC_OWN_RESTARTS' 'partial RDVC_OWN_PARTIAL_FILES' \
        'partial_ref RDVC_OWN_PARTIAL_REF' 'partial_commit RDVC_OWN_PARTIAL_COMMIT' 'message RDVC_OWN_MESSAGE' \
        'said RDVC_OWN_SAID')
    describe_usage
}

# Puts the outcome in place in one step. Reads it back, because a full disk may show late.
write_result() {
    local text pause file="${RDVC_OWN_RECORD_DIR}/result"
    text=$(describe_result "$@")
    rm -f "${RDVC_OWN_RECORD_DIR}/reserve"
    for pause in 1 2 ''; do
        (umask 077 && printf '%s\n' "${text}" >"${file}.new") 2>/dev/null &&
            [[ $(<"${file}.new") == "${text}" ]] && mv "${file}.new" "${file}" && return 0
        [[ -z ${pause} ]] || sleep "${pause}"
    done
    rm -f "${file}.new"
    printf 'rdvc: error: the result cannot be written to %s (is the disk full?):\n%s\n' \
        "${RDVC_OWN_RECORD_DIR}" "${text}" >&2
    return 1
}
