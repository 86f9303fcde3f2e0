# --- End, whatever happened -----------------------------------------------------------------------

# Moves the workspace's repository to the shared folder, but not the environment, because a job can
# build that again.
keep_workspace() {
    RDVC_OWN_KEPT_DIR="${RDVC_OWN_RECORD_DIR}/${RDVC_JOB_REPO_NAME}"
    # It may be there from before a requeue; and these are no workspaces to `rdvc clean`.
    [[ ! -e ${RDVC_OWN_KEPT_DIR} && ${RDVC_JOB_REPO_NAME} != @(output|partial|live) ]] || RDVC_OWN_KEPT_DIR+="-${RANDOM}"
    if [[ -n ${VIRTUAL_ENV:-} && ${VIRTUAL_ENV} == "${RDVC_OWN_REPO_DIR}"/* ]]; then
        remove_folder "${VIRTUAL_ENV}"
    fi
    open_folders "${RDVC_OWN_REPO_DIR}" # otherwise mv could not remove what it has copied
    if mv -- "${RDVC_OWN_REPO_DIR}" "${RDVC_OWN_KEPT_DIR}"; then
        rdvc_say "the result could not be published; the workspace is kept in ${RDVC_OWN_KEPT_DIR}"
    else
        RDVC_OWN_KEPT_DIR=${RDVC_OWN_REPO_DIR}
        RDVC_JOB_KEEP=1
        rdvc_say "the result could not be published; the workspace stays in ${RDVC_OWN_KEPT_DIR} on $(uname -n)"
    fi
}

remove_workspace() {
    cd /
    [[ -n ${RDVC_OWN_WORKSPACE_DIR:-} ]] || return 0
    if [[ ${RDVC_JOB_KEEP:-0} == 1 ]]; then
        hold_workspace
        rdvc_say "the workspace is left in ${RDVC_OWN_WORKSPACE_DIR}"
    else
        remove_folder "${RDVC_OWN_WORKSPACE_DIR}" ||
            rdvc_say "not all of ${RDVC_OWN_WORKSPACE_DIR} on $(uname -n) could be removed"
    fi
}

# Only the last line of publish_experiment or run_command says that the result is published; an
# `exit 0` in sourced code does not. Sets `state` and `code`.
name_outcome() {
    state=failed
    if [[ ${RDVC_OWN_PUBLISHED} == 1 ]]; then
        state=published
        [[ ${RDVC_JOB_KIND} != command && -z ${RDVC_JOB_SHELL:-} ]] || state='done'
        return 0
    elif ((code == 0)) && [[ ${RDVC_JOB_ONLY} == environment ]]; then
        state=built
        return 0
    elif ((code == 0)); then
        code=1
        RDVC_OWN_MESSAGE="the shell was ended in phase ${RDVC_OWN_PHASE}"
    elif [[ -z ${RDVC_OWN_MESSAGE} ]]; then
        RDVC_OWN_MESSAGE="a command of the script failed with exit code ${code}; the log says which"
    fi
    ! may_hold_result "${RDVC_OWN_PHASE}" || state=unpublished
    [[ -n ${RDVC_OWN_SIGNAL} || -z $(cause_in_log) ]] || RDVC_OWN_SIGNAL=TERM # every process but this shell got it
    if [[ -n ${RDVC_OWN_SIGNAL} ]]; then
        find_stop_cause
    else
        find_cause
    fi
}

# Handles a signal while the job ends or removes its workspace: SIGKILL is near, and no result is
# written yet.
# shellcheck disable=SC2317
hurry() {
    RDVC_OWN_SIGNAL=${RDVC_OWN_SIGNAL:-TERM}
    write_result "${state}" "${code}"
}

# Does the remaining work for a failed job.
keep_what_is_left() {
    case ${state}-${RDVC_OWN_PHASE} in
    failed-experiment)
        keep_partial
        [[ -n ${RDVC_OWN_SIGNAL} ]] || push_run_cache
        ;;
    unpublished-*) keep_workspace ;;
    esac
}

# Requeues the job if it can continue from what is saved. True if SLURM will start it again: then
# there is no result yet.
start_again() {
    trap : TERM # the requeue itself sends it, and there must be no result
    if will_be_started; then
        rdvc_say "SLURM starts this job again"
        rm -f "${RDVC_OWN_RECORD_DIR}/result"
        return 0
    fi
    [[ ${RDVC_OWN_CAUSE:-} == time_limit && ${RDVC_JOB_REQUEUE} == 1 && ${RDVC_OWN_PHASE} == @(experiment|command) ]] &&
        has_saved || return 1
    if ((RDVC_OWN_RESTARTS >= RDVC_JOB_MAX_RESTARTS)); then
        add_message "not started again: job.max_restarts is ${RDVC_JOB_MAX_RESTARTS}"
        return 1
    fi
    rdvc_say "out of time; the job starts again, and continues from what is saved"
    rm -f "${RDVC_OWN_RECORD_DIR}/result"
    requeue_job "$(own_job)" && return 0
    add_message "not started again: scontrol requeue failed"
    return 1
}

# What the end of a job and that of a pack's task have in common. Sets `state` and `code`.
end_work() {
    stop_saving
    name_outcome
    [[ ${state} != unpublished ]] || RDVC_OWN_KEPT_DIR=${RDVC_OWN_REPO_DIR} # until it is elsewhere
    # After a signal SIGKILL is near: first the result, then what takes longer.
    [[ -z ${RDVC_OWN_SIGNAL} || ${RDVC_OWN_PUBLISHED} == 1 || ${RDVC_OWN_CAUSE} == requeued ]] || write_result "${state}" "${code}"
    trap hurry TERM
    end_warm_up
    end_processes "${RDVC_OWN_WORKSPACE_DIR:-none}" "${SLURM_JOB_ID:-}" "${BASHPID}"
    end_live
    [[ ${RDVC_OWN_PUBLISHED} == 1 || ${RDVC_JOB_ONLY} == environment ]] || keep_what_is_left
    local last_phase=${RDVC_OWN_PHASE}
    begin_phase end "${state}, exit code ${code}"
    RDVC_OWN_PHASE=${last_phase}
}

# shellcheck disable=SC2317
finish_job() {
    local code=$? state
    trap - EXIT
    trap : TERM USR1 USR2 INT HUP # once is enough
    set +e
    release_environment_lock # first, because others wait for it
    [[ -z ${RDVC_JOB_SHELL:-} ]] || hold_allocation "${code}"
    end_watch
    if [[ ${RDVC_OWN_PACK_RUNS} == 1 ]]; then
        finish_pack
        exit "${code}"
    fi
    end_work
    if [[ ${RDVC_OWN_PUBLISHED} == 1 ]]; then
        # Nobody has to wait until an environment of many files is removed.
        write_result "${state}" "${code}" || code=1
        remove_workspace
        [[ -z ${RDVC_JOB_SHELL:-} ]] || forget_shell
        exit "${code}"
    fi
    remove_workspace
    [[ ${state} == failed ]] && start_again && exit "${code}"
    # The last act: a process that waits for the result finds everything else done.
    write_result "${state}" "${code}" || code=$((code == 0 ? 1 : code))
    fail_rest "${state}" "${code}"
    exit "${code}"
}

# Called again after sourcing the user's own code, which may set traps.
set_traps() {
    trap finish_job EXIT
    local signal
    for signal in TERM USR1 USR2 INT HUP; do
        # shellcheck disable=SC2064 # the signal's name, now
        trap "pass_signal ${signal}" "${signal}"
    done
}
