# --- Packs: tasks of a sweep that follow each other in one job, one workspace, one environment ----

# Each task runs in a copy of this shell, with a record and a log of its own, and ends as a job does:
# its failure does not concern the others. Before the next one the workspace is put back.
RDVC_OWN_TASK=       # the task that runs now
RDVC_OWN_TASK_SHELL= # its process

# Sets RDVC_OWN_PACK to this job's tasks, from the first one on that is to run. That one begins, so
# that the set-up is in its record.
begin_pack() {
    local index=${RDVC_OWN_INDEX:-0} task again
    again="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/again.${RDVC_OWN_ATTEMPT}" # of `rdvc retry`
    for ((task = (index - 1) * RDVC_JOB_PACK + 1; task <= index * RDVC_JOB_PACK && task <= RDVC_JOB_TASKS; task++)); do
        [[ ! -e ${again} ]] || grep -qx "${task}" "${again}" || continue
        ((${#RDVC_OWN_PACK[@]} > 0)) || begin_task "${task}" || continue
        RDVC_OWN_PACK+=("${task}")
    done
    ((${#RDVC_OWN_PACK[@]} > 0)) || exit 0
}

# Steps 3 and 4 of the job, which a shell leaves to its user.
run_tasks() {
    if [[ -n ${RDVC_JOB_SHELL:-} ]]; then
        return 0
    elif ((${#RDVC_OWN_PACK[@]} > 0)); then
        run_pack
    else
        run_and_publish
    fi
}

run_pack() {
    local code failed=0
    if [[ ${RDVC_JOB_KIND} != command ]]; then
        load_dvc
        check_dvc
    fi
    untracked_names >"${RDVC_OWN_WORKSPACE_DIR}/files.first"
    RDVC_OWN_PACK_RUNS=1
    for RDVC_OWN_TASK in "${RDVC_OWN_PACK[@]}"; do
        run_task "${RDVC_OWN_TASK}" & # ends this subshell alone
        RDVC_OWN_TASK_SHELL=$!
        [[ -z ${RDVC_OWN_SIGNAL} ]] || pass_to_task "${RDVC_OWN_SIGNAL}" # it came just before
        code=0
        await_task || code=$?
        RDVC_OWN_TASK_SHELL=
        ((code == 0)) || failed=1
        rdvc_say "task ${RDVC_OWN_TASK} ended with exit code ${code}"
        may_go_on "${code}" || break
    done
    return "${failed}"
}

# Returns the exit code of the task's shell.
await_task() {
    local code
    while :; do
        RDVC_OWN_WOKEN=0 code=0
        wait "${RDVC_OWN_TASK_SHELL}" || code=$?
        [[ ${RDVC_OWN_WOKEN} == 1 ]] || return "${code}"
    done
}

# False if the next task must not begin. $1: the exit code of the last one.
may_go_on() {
    local record="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}/${RDVC_OWN_TASK}" state
    [[ -z ${RDVC_OWN_SIGNAL} ]] || return 1
    state=$(value_of state "${record}/result")
    if [[ ${state} == unpublished ]]; then # its result is in the workspace, or was moved with it
        [[ ! -d ${RDVC_OWN_REPO_DIR} ]] || RDVC_JOB_KEEP=1
        RDVC_OWN_MESSAGE="not run, because the result of task ${RDVC_OWN_TASK}, before it in the same job, could not be published"
        return 1
    elif [[ -z ${state} && $1 != 0 ]]; then
        (RDVC_OWN_RECORD_DIR=${record} RDVC_OWN_MESSAGE="its shell ended with exit code $1" && write_result failed "$1")
    fi
    (($1 == 143)) && ! is_cancelled || return 0
    # It was stopped, and the others would be.
    RDVC_OWN_CAUSE=$(value_of cause "${record}/result")
    [[ -z ${RDVC_OWN_CAUSE} ]] || RDVC_OWN_MESSAGE="not run, because its job was stopped during task ${RDVC_OWN_TASK}"
    return 1
}

# True if `rdvc cancel` has ended this task alone.
is_cancelled() {
    [[ -n ${RDVC_OWN_TASK} && -e ${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/claim.${RDVC_OWN_ATTEMPT}.${RDVC_OWN_TASK}/cancelled ]]
}

# Handles a signal to the shell of the whole pack.
pass_to_task() {
    RDVC_OWN_WOKEN=1
    if [[ $1 == USR2 ]]; then # from `rdvc cancel` of some task
        ! is_cancelled || kill -TERM "${RDVC_OWN_TASK_SHELL}" 2>/dev/null || true
        return 0
    fi
    [[ $1 == USR1 && -n ${RDVC_OWN_TASK_SHELL} ]] || RDVC_OWN_SIGNAL=${RDVC_OWN_SIGNAL:-$1}
    [[ -z ${RDVC_OWN_TASK_SHELL} ]] || kill -s "$1" "${RDVC_OWN_TASK_SHELL}" 2>/dev/null || true
}

# Runs as the task's shell.
run_task() {
    local early=''
    trap - EXIT
    trap 'early=TERM' TERM USR1 INT HUP # until its record is open
    trap '' USR2
    RDVC_OWN_PACK_RUNS=0
    if [[ $1 != "${RDVC_OWN_PACK[0]}" ]]; then
        begin_task "$1" || exit 0 # ends this shell alone
    fi
    set_traps
    trap finish_task EXIT
    RDVC_OWN_LOG=$(slurm_log)
    RDVC_OWN_LOG="${RDVC_OWN_LOG%.out}.$1.out"
    exec >>"${RDVC_OWN_LOG}" 2>&1
    begin_usage
    [[ -z ${early} ]] || pass_signal "${early}"
    if [[ $1 != "${RDVC_OWN_PACK[0]}" ]]; then
        note_workspace
        put_workspace_back
    fi
    run_and_publish
}

# shellcheck disable=SC2317
finish_task() {
    local code=$? state
    trap - EXIT
    trap : TERM USR1 USR2 INT HUP # once is enough
    set +e
    end_work
    [[ ${state} == failed ]] && start_again && exit "${code}"
    write_result "${state}" "${code}" || code=$((code == 0 ? 1 : code))
    exit "${code}"
}

# The end of a job whose tasks ran. Those of it that did not begin get a result if this job knows
# why; else SLURM does.
finish_pack() {
    if [[ -n ${RDVC_OWN_TASK_SHELL} ]]; then
        kill -TERM "${RDVC_OWN_TASK_SHELL}" 2>/dev/null && wait "${RDVC_OWN_TASK_SHELL}"
    fi
    unload_dvc
    end_processes "${RDVC_OWN_WORKSPACE_DIR:-none}" "${SLURM_JOB_ID:-}" "$$"
    [[ -z ${RDVC_OWN_MESSAGE} ]] || fail_rest failed 1
    remove_workspace
}

# Gives the tasks of this pack that have not begun the result $1 with the exit code $2.
fail_rest() {
    local task
    for task in "${RDVC_OWN_PACK[@]+"${RDVC_OWN_PACK[@]}"}"; do
        ((task > ${RDVC_OWN_TASK:-${RDVC_OWN_PACK[0]}})) || continue
        (begin_task "${task}" && write_result "$1" "$2") # ends this subshell alone
    done
}

# Files that Git does not track, and folders without tracked files, ending each in NUL; without what
# DVC keeps for itself.
untracked_names() {
    git -C "${RDVC_OWN_REPO_DIR}" ls-files --others --directory -z --exclude='**/.dvc/tmp/'
}

# The workspace as it was before the first task: tracked files with the submitted content, and none
# that the tasks before have made. What they have changed inside a folder that was there and has no
# tracked files, as an environment, stays.
put_workspace_back() {
    local name now="${RDVC_OWN_WORKSPACE_DIR}/files.now" words=("${RDVC_JOB_SUBMODULES[@]+"${RDVC_JOB_SUBMODULES[@]}"}") i
    local -A first=()
    cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "the workspace is gone"
    # The locks are of a git that was killed with the task before.
    rm -f -- .git/{index,HEAD}.lock "${RDVC_OWN_WORKSPACE_DIR}"/{restored,rdvc-keep}
    put_tree "${RDVC_JOB_REPO_REV}" "${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}}" || rdvc_fail "cannot put the workspace back"
    for ((i = 0; i < ${#words[@]}; i += 4)); do
        (cd "${words[i]}" && put_tree "${words[i + 1]}" "${words[i + 1]}") || rdvc_fail "cannot put the submodule ${words[i]} back"
    done
    untracked_names >"${now}" || rdvc_fail "cannot list the files of the task before"
    while IFS= LC_ALL=C read -r -d '' name; do
        first[${name}]=1
    done <"${RDVC_OWN_WORKSPACE_DIR}/files.first"
    while IFS= LC_ALL=C read -r -d '' name; do
        [[ -n ${first[${name}]:-} ]] || printf '%s\0' "${name}"
    done <"${now}" | LC_ALL=C xargs -0 -r rm -rf -- || rdvc_fail "cannot remove the files of the task before"
    [[ ${RDVC_JOB_CODE} != ssh ]] || restore_copies
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" || rdvc_fail "the commit has no folder ${RDVC_JOB_PROJECT_DIR}"
}
