# --- End, whatever happened -----------------------------------------------------------------------

# What the workspace holds goes to the shared folder. An environment can be made again; it stays.
keep_workspace() {
    RDVC_JOB_KEPT_DIR="${RDVC_JOB_RECORD_DIR}/${RDVC_JOB_REPO_NAME}"
    [[ ! -e ${RDVC_JOB_KEPT_DIR} ]] || RDVC_JOB_KEPT_DIR+="-${RANDOM}" # from before a requeue
    if [[ -n ${VIRTUAL_ENV:-} && ${VIRTUAL_ENV} == "${RDVC_JOB_REPO_DIR}"/* ]]; then
        rm -rf -- "${VIRTUAL_ENV}"
    fi
    if mv -- "${RDVC_JOB_REPO_DIR}" "${RDVC_JOB_KEPT_DIR}"; then
        rdvc_say "the result could not be published; the workspace is kept in ${RDVC_JOB_KEPT_DIR}"
    else
        RDVC_JOB_KEPT_DIR=${RDVC_JOB_REPO_DIR}
        RDVC_JOB_KEEP=1
        rdvc_say "the result could not be published; the workspace stays in ${RDVC_JOB_KEPT_DIR} on $(uname -n)"
    fi
}

# Results of the stages that did end are not lost with a failed experiment.
push_run_cache() {
    if has_dvc_remote; then
        rdvc_say "the experiment failed; pushing the run-cache"
        dvc push --run-cache || rdvc_say "dvc push --run-cache failed"
    fi
}

remove_workspace() {
    cd /
    [[ -n ${RDVC_JOB_WORKSPACE_DIR:-} ]] || return 0
    if [[ ${RDVC_JOB_KEEP:-0} == 1 ]]; then
        hold_workspace
        rdvc_say "the workspace is left in ${RDVC_JOB_WORKSPACE_DIR}"
    else
        rm -rf -- "${RDVC_JOB_WORKSPACE_DIR}"
    fi
}

# shellcheck disable=SC2317
finish_job() {
    local code=$? state=failed
    trap - EXIT
    trap : TERM USR1 INT HUP # once is enough
    set +e
    release_environment_lock # first: others wait for it
    # Only the last line of publish_experiment or run_command says so; an `exit 0` of something sourced does not.
    if [[ ${RDVC_JOB_PUBLISHED} == 1 ]]; then
        state=published
        [[ ${RDVC_JOB_KIND} != command ]] || state='done'
    elif ((code == 0)) && [[ ${RDVC_JOB_ONLY} == environment ]]; then
        state=built
    elif ((code == 0)); then
        code=1
        RDVC_JOB_MESSAGE="the shell was ended in phase ${RDVC_JOB_PHASE}"
    elif [[ -z ${RDVC_JOB_MESSAGE} ]]; then
        RDVC_JOB_MESSAGE="a command of the script failed with exit code ${code}; the log tells which"
    fi
    # After a signal SIGKILL is near: the word first, then what takes time.
    [[ -z ${RDVC_JOB_SIGNAL} ]] || write_result "${state}" "${code}"
    case ${state}-${RDVC_JOB_PHASE} in
    failed-experiment) [[ -n ${RDVC_JOB_SIGNAL} ]] || push_run_cache ;;
    failed-push | failed-publish | failed-output)
        state=unpublished
        keep_workspace
        ;;
    esac
    remove_workspace
    local last_phase=${RDVC_JOB_PHASE}
    begin_phase end "${state}, exit code ${code}"
    RDVC_JOB_PHASE=${last_phase}
    write_result "${state}" "${code}" # the last act: whoever waits for it finds all else done
    exit "${code}"
}

# Also after the user's own code was sourced, which may have set traps of its own.
set_traps() {
    trap finish_job EXIT
    local signal
    for signal in TERM USR1 INT HUP; do
        # shellcheck disable=SC2064 # the signal's name, now
        trap "pass_signal ${signal}" "${signal}"
    done
}
