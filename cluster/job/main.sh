# --- Main -----------------------------------------------------------------------------------------

# Where ~/.bashrc exports its shell's options, this shell starts with them, and with that its children.
export -n SHELLOPTS BASHOPTS
set +fk +o posix
# shellcheck source=/dev/null
source "${RDVC_JOB_FUNCTIONS}/job.sh" || exit 1

main() {
    set_traps

    # 1. Clone the project at the submitted commit, with the changes that were not committed
    create_workspace
    clone_project
    write_dvc_config

    # 2. Set up its environment, or take one that is there
    set_up_environment
    [[ ${RDVC_JOB_ONLY} != environment ]] || return 0
    activate_environment

    # 3. Run the experiment and 4. push its results; or run the command and keep its outputs
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        run_command
    else
        check_dvc
        run_experiment
        publish_experiment
    fi
}

start_job "$@"

# Here and not in a function: what `declare` makes inside of one would be gone after it.
before_bashrc
# shellcheck source=/dev/null
[[ ! -r ${HOME}/.bashrc ]] || source "${HOME}/.bashrc"
after_bashrc

main
