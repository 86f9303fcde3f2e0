# --- End, whatever happened -----------------------------------------------------------------------

# What the workspace holds goes to the shared folder. An environment can be made again; it stays.
keep_workspace() {
    RDVC_JOB_KEPT_DIR="${RDVC_JOB_RECORD_DIR}/${RDVC_JOB_REPO_NAME}"
    if [[ -n ${VIRTUAL_ENV:-} && ${VIRTUAL_ENV} == "${RDVC_JOB_REPO_DIR}"/* ]]; then
        rm -rf -- "${VIRTUAL_ENV}"
    fi
    if mv -- "${RDVC_JOB_REPO_DIR}" "${RDVC_JOB_KEPT_DIR}"; then
        say "the result could not be published; the workspace is kept in ${RDVC_JOB_KEPT_DIR}"
    else
        RDVC_JOB_KEPT_DIR=${RDVC_JOB_REPO_DIR}
        RDVC_JOB_KEEP=1
        say "the result could not be published; the workspace stays in ${RDVC_JOB_KEPT_DIR} on $(uname -n)"
    fi
}

# Results of the stages that did end are not lost with a failed experiment.
push_run_cache() {
    if has_dvc_remote; then
        say "the experiment failed; pushing the run-cache"
        dvc push --run-cache || say "dvc push --run-cache failed"
    fi
}

remove_workspace() {
    cd /
    [[ -n ${RDVC_JOB_WORKSPACE_DIR:-} ]] || return 0
    if [[ ${RDVC_JOB_KEEP:-0} == 1 ]]; then
        say "the workspace is left in ${RDVC_JOB_WORKSPACE_DIR}"
    else
        rm -rf -- "${RDVC_JOB_WORKSPACE_DIR}"
    fi
}

# shellcheck disable=SC2317
finish() {
    local code=$? state=published
    trap - EXIT TERM USR1
    set +e
    if ((code != 0)); then
        state=failed
        case ${RDVC_JOB_PHASE} in
        experiment) push_run_cache ;;
        publish)
            state=unpublished
            keep_workspace
            ;;
        esac
    fi
    remove_workspace
    local last_phase=${RDVC_JOB_PHASE}
    begin_phase end "${state}, exit code ${code}"
    RDVC_JOB_PHASE=${last_phase}
    write_result "${state}" "${code}" # the last act: whoever waits for it finds all else done
    exit "${code}"
}
