# --- Main -----------------------------------------------------------------------------------------

# If ~/.bashrc exports its shell's options, this shell and its children start with them.
export -n SHELLOPTS BASHOPTS
set +fk +o posix
# Without the functions nothing can write a complete record.
end_without_functions() {
    RDVC_OWN_MESSAGE="${RDVC_JOB_FUNCTIONS}/job.sh is missing on $(uname -n); rdvc retry sends it again"
    printf 'rdvc: error: %s\n' "${RDVC_OWN_MESSAGE}" >&2
    umask 077
    local record="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}/$((${SLURM_ARRAY_TASK_ID:-0} + ${2:-0}))"
    if [[ -n ${1:-} && -z ${RDVC_JOB_PACK:-} && -d ${RDVC_DIR}/jobs ]] && mkdir -p "${record}" && cd "${record}" && [[ ! -e result ]]; then
        printf 'state failed\nphase start\nexit 1\njob %s\nname %s\nmessage %s\n' "${SLURM_JOB_ID:-none}" \
            "${RDVC_JOB_EXP_NAME}" "${RDVC_OWN_MESSAGE}" >result.new && mv result.new result
    fi
    exit 1
}

# shellcheck source=/dev/null
source "${RDVC_JOB_FUNCTIONS}/job.sh" || end_without_functions "$@"

run_and_publish() {
    # 3. Run the experiment, or the user's own command
    run_hooks before-experiment
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        run_command
    else
        check_dvc
        run_experiment
    fi
    run_hooks after-experiment

    # 4. Push its results, or store its outputs
    run_hooks before-publish
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        publish_outputs
    else
        publish_experiment
    fi
    run_hooks after-publish
}

main() {
    # 1. Clone the project at the submitted commit, with the uncommitted changes
    create_workspace
    clone_project
    write_dvc_config
    use_own_functions
    run_hooks after-workspace

    # 2. Set up its environment, or reuse one
    run_hooks before-environment
    set_up_environment
    [[ ${RDVC_JOB_ONLY} != environment ]] || return 0
    activate_environment
    run_hooks after-environment

    run_tasks # 3 and 4, for each task of a pack
}

start_job "$@"

# Here and not in a function: variables that `declare` makes in a function are local to it.
before_bashrc
# shellcheck source=/dev/null
[[ ! -r ${HOME}/.bashrc ]] || source "${HOME}/.bashrc"
after_sourcing

main
