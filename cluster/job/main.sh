# --- Main -----------------------------------------------------------------------------------------

# If ~/.bashrc exports its shell's options, this shell and its children start with them.
export -n SHELLOPTS BASHOPTS
set +fk +o posix
# Without the functions nothing can write a complete record.
end_without_functions() {
    RDVC_OWN_MESSAGE="${RDVC_JOB_FUNCTIONS}/job.sh is missing on $(uname -n); rdvc retry sends it again"
    printf 'rdvc: error: %s\n' "${RDVC_OWN_MESSAGE}" >&2
    umask 077
    if [[ -n ${1:-} && -d ${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN} ]] && cd "${RDVC_DIR}/jobs" &&
        mkdir -p "${RDVC_JOB_TOKEN}/0" && cd "${RDVC_JOB_TOKEN}/0" && [[ ! -e result ]]; then
        printf 'state failed\nphase start\nexit 1\njob %s\nname %s\nmessage %s\n' "${SLURM_JOB_ID:-none}" \
            "${RDVC_JOB_EXP_NAME}" "${RDVC_OWN_MESSAGE}" >result.new && mv result.new result
    fi
    exit 1
}

# shellcheck source=/dev/null
source "${RDVC_JOB_FUNCTIONS}/job.sh" || end_without_functions "$@"

main() {
    set_traps

    # 1. Clone the project at the submitted commit, with the uncommitted changes
    create_workspace
    clone_project
    write_dvc_config

    # 2. Set up its environment, or reuse one
    set_up_environment
    [[ ${RDVC_JOB_ONLY} != environment ]] || return 0
    activate_environment

    # 3. Run the experiment and 4. push its results; or run the command and store its outputs
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        run_command
    else
        check_dvc
        run_experiment
        publish_experiment
    fi
}

start_job "$@"

# Here and not in a function: variables that `declare` makes in a function are local to it.
before_bashrc
# shellcheck source=/dev/null
[[ ! -r ${HOME}/.bashrc ]] || source "${HOME}/.bashrc"
after_bashrc

main
