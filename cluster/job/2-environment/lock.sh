# --- 2. Environment: one builder at a time for a key ----------------------------------------------

# `flock` does not hold across the nodes of every cluster; mkdir does. The lock is a folder
# KEY.lock, its owners are the folders owner.1, owner.2, ... in it: the job that makes the next one
# owns it. An owner is alive as long as the contents of its file `beat` change, by the reader's own
# clock.
RDVC_OWN_ENV_LOCK=
RDVC_OWN_ENV_NEW= # a copy that is not in its place yet
RDVC_OWN_ENV_STALE=45

# Sets `owner` to the number of the newest owner of the lock $1, or 0.
find_owner() {
    local folder
    owner=0
    for folder in "$1"/owner.*; do
        folder=${folder##*.}
        [[ ${folder} != *[!0-9]* ]] && ((folder > owner)) && owner=${folder}
    done
    return 0
}

# Becomes owner number $2 of the lock $1, with a heartbeat that ends with this shell, however that
# ends.
own_lock() {
    mkdir -p "$1" 2>/dev/null || true
    mkdir "$1/owner.$2" 2>/dev/null || return 1
    RDVC_OWN_ENV_LOCK=$1
    RDVC_OWN_ENV_OWNER=$2
    RDVC_OWN_ENV_SELF="${SLURM_JOB_ID:-by hand} on $(uname -n), process $$"
    printf '%s\n' "${RDVC_OWN_ENV_SELF}" >"$1/owner.$2/job"
    printf '0\n' >"$1/owner.$2/beat"
    (
        trap '' INT HUP
        trap - EXIT TERM USR1
        exec </dev/null >/dev/null 2>&1 3>&- 4>&-
        n=0
        while kill -0 "$$" && [[ -d $1/owner.$2 ]]; do
            n=$((n + 1))
            printf '%s\n' "${n}" >"$1/owner.$2/beat" # in place: a renamed file may be seen late over NFS
            sleep 5
        done
    ) &
    RDVC_OWN_ENV_HEART=$!
}

# True if no other job has taken over the lock.
still_owner() {
    [[ -n ${RDVC_OWN_ENV_LOCK} && -d ${RDVC_OWN_ENV_LOCK}/owner.${RDVC_OWN_ENV_OWNER} ]] || return 1
    local owner
    find_owner "${RDVC_OWN_ENV_LOCK}"
    ((owner == RDVC_OWN_ENV_OWNER)) &&
        [[ $(cat "${RDVC_OWN_ENV_LOCK}/owner.${owner}/job" 2>/dev/null) == "${RDVC_OWN_ENV_SELF}" ]]
}

# `finish_job` calls this, too, whatever has happened. Without a lock it does nothing.
release_environment_lock() {
    [[ -n ${RDVC_OWN_ENV_LOCK} ]] || return 0
    [[ -z ${RDVC_OWN_ENV_NEW:-} ]] || remove_folder "${RDVC_OWN_ENV_NEW}" || true
    RDVC_OWN_ENV_NEW=
    local gone="${RDVC_OWN_ENV_LOCK}.gone-${SLURM_JOB_ID:-hand}-$$"
    # The heartbeat may be stopped by a signal; bash would report a SIGKILL in the log.
    { kill "${RDVC_OWN_ENV_HEART}" && kill -CONT "${RDVC_OWN_ENV_HEART}"; } 2>/dev/null || true
    if still_owner && mv -T "${RDVC_OWN_ENV_LOCK}" "${gone}" 2>/dev/null; then
        rm -rf -- "${gone}" || true
    fi
    RDVC_OWN_ENV_LOCK=
}

# Takes the lock $1 if it is free or its owner is dead; sets `owner`. The caller keeps the last seen
# heartbeat in `beat_seen` and `beat_since`.
take_lock() {
    local beat
    find_owner "$1"
    if ((owner > 0)); then
        beat="${owner} $(cat "$1/owner.${owner}/beat" 2>/dev/null || true)"
        if [[ ${beat} != "${beat_seen}" ]]; then
            beat_seen=${beat}
            beat_since=${SECONDS}
        fi
        ((SECONDS - beat_since >= RDVC_OWN_ENV_STALE)) || return 1
        rdvc_say "the job that was building the environment ($(cat "$1/owner.${owner}/job" 2>/dev/null || true)) shows no heartbeat; taking over"
    fi
    own_lock "$1" "$((owner + 1))"
}
