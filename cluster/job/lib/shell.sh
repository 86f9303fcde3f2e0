# --- Shells: the job of `rdvc shell` and `rdvc exec` holds its allocation while somebody is in it ---

# The record's file `ready` says that a session may begin (node/session.sh, which explains what a
# session is), and why the job would have failed by now, if it would. Each session has a file in the
# workspace with the name of its process; in it are its terminal, and the file that its login node
# touches.

RDVC_OWN_SHELL_WAIT=120 # seconds for the first session to begin; looks at a login node that does nothing

# True while a session runs; sets `came` if one has begun. One whose login node no longer touches its
# file has nobody in it, although srun's processes are still here. Looks count, not seconds: a file
# system that does not answer stops the login node, too.
has_session() {
    local file pid terminal beat time
    for file in "${RDVC_OWN_WORKSPACE_DIR}"/sessions/[0-9]*; do
        [[ -e ${file} ]] || continue
        came=1
        pid=${file##*/}
        kill -0 "${pid}" 2>/dev/null || continue
        { read -r terminal && read -r beat; } <"${file}" || return 0 # it is just beginning
        time=$(stat -c %y - 2>/dev/null <"${beat}") # opened, so that a network file system looks again
        if [[ ${time} != "${times[${pid}]:-none}" ]]; then
            times[pid]=${time}
            looks[pid]=0
        fi
        ((looks[pid]++ >= RDVC_OWN_SHELL_WAIT)) || return 0
    done
    return 1
}

# Writes a line to the terminals of all sessions.
tell_sessions() {
    local file terminal
    rdvc_say "$1"
    for file in "${RDVC_OWN_WORKSPACE_DIR}"/sessions/[0-9]*; do
        terminal=''
        [[ ! -r ${file} ]] || read -r terminal <"${file}"
        [[ ${terminal} != /dev/* || ! -w ${terminal} ]] || printf '\r\nrdvc: %s\r\n' "$1" >"${terminal}"
    done 2>/dev/null
    return 0
}

warn_sessions() {
    local limit left
    read -r limit left < <(time_left) || true
    tell_sessions "the allocation ends in ${left:-a few} s of its ${limit:-} s"
}

# What the job has exported by now, for sessions, which start from a login's environment: records
# NAME=VALUE.
keep_shell_variables() {
    local name
    for name in $(compgen -e); do
        is_own_variable "${name}" || [[ ${name} == @(SLURM*|SSH*|TERM|TMPDIR|COLUMNS|LINES) ]] || printf '%s=%s\0' "${name}" "${!name-}"
    done >"${RDVC_OWN_WORKSPACE_DIR}/session.exports"
}

# On the login node the one session is a child of this shell, with the streams of its user as file
# descriptors 3 and 4, and its exit code is ours; in an allocation sessions come by themselves.
await_sessions() {
    local waited=0 child times=() looks=()
    if [[ -n ${RDVC_OWN_SESSION:-} && -t 3 ]]; then
        came=1
        bash "${RDVC_OWN_SESSION}" inside <&3 >&4 2>&5
        code=$?
        return 0
    elif [[ -n ${RDVC_OWN_SESSION:-} ]]; then
        came=1
        bash "${RDVC_OWN_SESSION}" inside <&3 >&4 2>&5 3<&- 4>&- 5>&- &
        child=$!
        until wait "${child}" || ! kill -0 "${child}" 2>/dev/null || [[ -n ${RDVC_OWN_SIGNAL} ]]; do :; done
        return 0
    fi
    while [[ -z ${RDVC_OWN_SIGNAL} ]]; do
        if ! has_session && ((came == 1 || waited++ >= RDVC_OWN_SHELL_WAIT)); then
            return 0
        fi
        sleep 1 &
        wait "$!" # which a signal interrupts
    done
}

# Called when the job has prepared everything, or has failed at it ($1: the exit code): a person may
# look why, as long as there is a workspace. Returns at the end of the last session, or at a signal;
# sets `code`.
hold_allocation() {
    local came=0
    [[ -z ${RDVC_OWN_SIGNAL} && -d ${RDVC_OWN_REPO_DIR:-} && ${RDVC_JOB_ONLY} != environment ]] || return 0
    trap warn_sessions USR1 USR2
    trap 'RDVC_OWN_SIGNAL=TERM' TERM INT HUP
    [[ -n ${RDVC_OWN_MESSAGE} ]] || (($1 == 0)) || RDVC_OWN_MESSAGE="a command failed with exit code $1; the log says which"
    begin_phase shell "until the last session in it has ended"
    mkdir -p "${RDVC_OWN_WORKSPACE_DIR}/sessions"
    keep_shell_variables
    code=0
    [[ -z ${RDVC_OWN_MESSAGE} ]] || printf '%s\n' "${RDVC_OWN_MESSAGE}" >"${RDVC_OWN_WORKSPACE_DIR}/session.failure"
    printf '%s\n' "${RDVC_OWN_MESSAGE}" >"${RDVC_OWN_RECORD_DIR}/ready.new" &&
        mv -f "${RDVC_OWN_RECORD_DIR}/ready.new" "${RDVC_OWN_RECORD_DIR}/ready"
    await_sessions
    trap : TERM USR1 USR2 INT HUP
    if ((came == 1)); then
        [[ -z ${RDVC_OWN_SIGNAL} ]] || tell_sessions "the allocation ends: its time is over, or it was cancelled"
        RDVC_OWN_PUBLISHED=1
    else
        RDVC_OWN_MESSAGE="nobody began a session"
        code=1
    fi
}

# A shell leaves nothing but what was published from it, by hand.
forget_shell() {
    local job link
    job=$(own_job)
    for link in "${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"/hand-*/publishing; do
        [[ ! -e ${link} ]] || return 0
    done
    rm -rf -- "${RDVC_DIR:?}/jobs/${RDVC_JOB_TOKEN:?}" "${RDVC_DIR:?}/submissions/${RDVC_JOB_TOKEN:?}"
    [[ -z ${job} ]] || rm -f -- "${RDVC_DIR}/submissions/${job}.sbatch.sh" "${RDVC_DIR}/logs/slurm-${job}.out"
}
