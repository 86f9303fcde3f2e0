# --- 1. Workspace: leftovers of killed jobs on this node ------------------------------------------

# Whose jobs these are: several clusters, or several folders of rdvc, may share a folder of
# workspaces.
workspace_owner() {
    printf '%s %s' "${SLURM_CLUSTER_NAME:-}" "${RDVC_DIR}"
}

# For the next job on this node; and for `rdvc clean`, if the login node sees the workspace too.
note_workspace() {
    workspace_owner >"${RDVC_OWN_WORKSPACE_DIR}/rdvc-owner" || true
    printf 'node %s\npath %s\ncluster %s\n' "${RDVC_OWN_NODE:-$(uname -n)}" "${RDVC_OWN_WORKSPACE_DIR}" \
        "${SLURM_CLUSTER_NAME:-}" >"${RDVC_OWN_RECORD_DIR}/workspace" || true
}

# Keeps `rdvc clean` and the next job on this node from removing this workspace.
hold_workspace() {
    : >"${RDVC_OWN_WORKSPACE_DIR}/rdvc-keep" || true
}

# Sets `listed`, the states by job, from squeue's answer. False without an answer, or if it lacks
# this job itself: then it may lack others too.
find_listed() {
    local id state answer
    answer=$(list_jobs '%A|%T' 2>/dev/null) || return 1
    while IFS='|' read -r id state; do
        [[ -z ${id} ]] || listed[${id}]=${state}
    done <<<"${answer}"
    [[ -n ${listed[${SLURM_JOB_ID}]:-} ]] && ! is_ended_state "${listed[${SLURM_JOB_ID}]}"
}

# True if squeue has no job $1 that waits or runs, and scontrol agrees: the id is unknown, has
# ended, or was given to somebody else's job. A missing or any other answer says nothing.
is_dead() {
    local words state
    [[ -z ${listed[$1]:-} ]] || is_ended_state "${listed[$1]}" || return 1
    words=$(show_job "$1" 20)
    case $?-${words} in
    0-*"JobId=$1 "*)
        [[ ${words} == *" UserId="*"(${EUID})"* ]] || return 0
        words=$'\n'${words}
        state=${words##*$'\n'"JobId=$1 "} # if it has an array's id, scontrol shows all of its tasks
        state=${state#* JobState=}
        is_ended_state "${state%% *}"
        ;;
    [!0]*-*'Invalid job id'*) ;;
    *) return 1 ;;
    esac
}

# Removes the workspace $1 if its job was killed before it could note whose it is: it is empty, and
# old.
remove_abandoned() {
    [[ -e $1/rdvc-owner ]] || find "$1" -maxdepth 0 -empty -mmin +10 -delete || true
}

# Removes the workspaces in the folder $1 whose job is dead. Asks SLURM only if there are any.
remove_dead_workspaces() {
    local folder workspace_job removed='' found=()
    local -A listed=()
    for folder in "$1"/rdvc-[0-9]*-????????; do
        is_workspace_name "${folder}" || continue
        [[ ${workspace_job} != "${SLURM_JOB_ID:-}" ]] || continue
        [[ -d ${folder} && ! -L ${folder} && -O ${folder} && ! -e ${folder}/rdvc-keep ]] || continue
        remove_abandoned "${folder}"
        [[ $(cat "${folder}/rdvc-owner" 2>/dev/null) == "$(workspace_owner)" ]] || continue
        ((${#found[@]} >= 20)) || found+=("${folder}") # the next job continues
    done
    [[ ${#found[@]} -gt 0 && -n ${SLURM_JOB_ID:-} ]] && find_listed || return 0
    for folder in "${found[@]}"; do
        is_workspace_name "${folder}" # which sets its job
        is_dead "${workspace_job}" || continue
        end_processes "${folder}" "${workspace_job}"
        ! remove_folder "${folder}" || removed+=" ${folder##*/}"
    done
    [[ -z ${removed} ]] || rdvc_say "removed leftovers of killed jobs from $1 on $(uname -n):${removed}"
}
