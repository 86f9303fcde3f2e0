#!/bin/bash
#
# Made by rdvc. It can be read, changed and run by hand in an interactive allocation
# (salloc, then: srun --pty bash, then: bash THIS_FILE).
#
# shellcheck disable=SC2016,SC2088 # the values below are data, not code
#
#SBATCH --job-name=rdvc-run:rdvc-demo-project:main
#SBATCH --wckey=rdvc-demo-project
#SBATCH --signal=B:USR1@120
#SBATCH --comment=rdvc:0123456789abcdef0123456789abcdef

# --- What to run -----------------------------------------------------------------

export RDVC_DIR="${RDVC_DIR:-${HOME}/.rdvc}"
export RDVC_JOB_TOKEN=0123456789abcdef0123456789abcdef
export RDVC_JOB_REPO_NAME=rdvc-demo-project
export RDVC_JOB_REPO_URL="${RDVC_DIR}"/repos/rdvc-demo-project-7f3a9c1d.git
export RDVC_JOB_REPO_BRANCH=main
export RDVC_JOB_REPO_REV=c0ffee0123456789c0ffee0123456789c0ffee01
export RDVC_JOB_SNAPSHOT=''
export RDVC_JOB_EXTRAS=''
RDVC_JOB_SUBMODULES=()
export RDVC_JOB_CODE=ssh
export RDVC_JOB_PROJECT_ID=rdvc-demo-project-7f3a9c1d
export RDVC_JOB_ORIGIN_URL=''
export RDVC_JOB_USER_NAME=''
export RDVC_JOB_USER_EMAIL=''
export RDVC_JOB_PROJECT_DIR=''
export RDVC_JOB_SUBDIR=''
export RDVC_JOB_CACHE_DIR="${RDVC_DIR}/cache"
export RDVC_JOB_CACHE_GROUP=0
export RDVC_JOB_DATA=ssh
RDVC_JOB_SKIPPED=()
export RDVC_JOB_WORKSPACE_ROOT=''
export RDVC_JOB_MIN_FREE=1G
export RDVC_JOB_GRACE=20
export RDVC_JOB_WARNING=120
export RDVC_JOB_WARNING_SHARE=5
export RDVC_JOB_SAVE_INTERVAL=300
export RDVC_JOB_LIVE_INTERVAL=5
export RDVC_JOB_MAX_RESTARTS=3
export RDVC_JOB_REQUEUE=0
export RDVC_JOB_ENV_SETUP=''
export RDVC_JOB_ENV_ACTIVATE=''
export RDVC_JOB_ENV_WHERE=node
export RDVC_JOB_ENV_REUSE=1
export RDVC_JOB_ENV_FRESH=0
RDVC_JOB_ENV_OUTSIDE=()
export RDVC_JOB_EXP_NAME=exp-0123456789ab
export RDVC_JOB_ONLY=''
export RDVC_JOB_KIND=experiment
export RDVC_JOB_EXP_FORCE=0
export RDVC_JOB_PULL=1
export RDVC_JOB_ALLOW_MISSING=1
RDVC_JOB_KEPT=()
RDVC_JOB_LEFT_OUT=()
RDVC_JOB_PERSIST=()
RDVC_JOB_METRICS=()
RDVC_JOB_PLOTS=()
RDVC_JOB_EXP_RUN_OPTIONS=()
RDVC_JOB_FUNCTIONS="${RDVC_DIR}/functions/HASH"

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
