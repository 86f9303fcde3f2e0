# --- Processes beside the job: they end when the job's shell is gone, whatever ended it -----------

RDVC_OWN_WATCH=

# Sleeps $1 seconds, in a loop that runs beside the job. False as soon as the job's shell is gone.
sleep_beside() {
    local end=$((SECONDS + $1))
    while kill -0 "$$" 2>/dev/null; do
        ((SECONDS < end)) || return 0
        sleep "$((end - SECONDS < 2 ? end - SECONDS : 2))"
    done
    return 1
}

# A SIGKILL to the shell alone (by the kernel for lack of memory, or by a person) leaves its child
# processes running, and not every SLURM tracks processes that have left their shell.
# shellcheck disable=SC2317
watch_job() {
    trap - EXIT
    trap '' TERM USR1 USR2 INT HUP # the sender of a signal to the whole job may kill the shell next
    set +e
    export -n RDVC_OWN_WORKSPACE_DIR # so that no task of a pack takes this for a leftover
    watch_usage
    end_processes "${RDVC_OWN_WORKSPACE_DIR}" "${SLURM_JOB_ID:-}"
}

# Not a child of this shell, so that a bare `wait` in the project's own code does not wait for it.
begin_watch() {
    { RDVC_OWN_WATCH=$(
        set -m
        watch_job </dev/null >&3 2>&1 3>&- &
        printf '%s' "$!"
    ); } 3>&1
}

end_watch() {
    [[ -z ${RDVC_OWN_WATCH} ]] || kill -KILL -- "-${RDVC_OWN_WATCH}" 2>/dev/null || true
    RDVC_OWN_WATCH=
}
