# --- 1. Workspace: what jobs left on this node that were killed ------------------------------------

# Whose jobs these are: a folder of workspaces may be shared by clusters, or by folders of rdvc's.
workspace_owner() {
    printf '%s %s' "${SLURM_CLUSTER_NAME:-}" "${RDVC_DIR}"
}

# For the next job on this node; and for `rdvc clean`, where the login node sees the workspace too.
note_workspace() {
    workspace_owner >"${RDVC_JOB_WORKSPACE_DIR}/rdvc-owner" || true
    printf 'node %s\npath %s\ncluster %s\n' "$(uname -n)" "${RDVC_JOB_WORKSPACE_DIR}" \
        "${SLURM_CLUSTER_NAME:-}" >"${RDVC_JOB_RECORD_DIR}/workspace" || true
}

# Not `rdvc clean`, nor the next job on this node, may take this workspace for one without use.
hold_workspace() {
    : >"${RDVC_JOB_WORKSPACE_DIR}/rdvc-keep" || true
}

# Removes the workspaces in the folder $1 whose job SLURM has no more. It is asked only where there are some;
# no answer, or one without this very job, says nothing.
remove_dead_workspaces() {
    local folder id queue removed=''
    local found=()
    for folder in "$1"/rdvc-[0-9]*-????????; do
        [[ ${folder##*/} =~ ^rdvc-([0-9]+)-[A-Za-z0-9]{8}$ && ${BASH_REMATCH[1]} != "${SLURM_JOB_ID:-}" ]] || continue
        [[ -d ${folder} && ! -L ${folder} && -O ${folder} && ! -e ${folder}/rdvc-keep ]] || continue
        [[ $(cat "${folder}/rdvc-owner" 2>/dev/null) == "$(workspace_owner)" ]] || continue
        found+=("${folder}")
    done
    [[ ${#found[@]} -gt 0 && -n ${SLURM_JOB_ID:-} ]] || return 0
    # Filters of the user's own (SQUEUE_STATES, ...) would hide jobs that run.
    queue=$(unset "${!SQUEUE_@}" && squeue --noheader --user "$(id -un)" -o '%A' 2>/dev/null) || return 0
    queue=$'\n'${queue}$'\n'
    [[ ${queue} == *$'\n'"${SLURM_JOB_ID}"$'\n'* ]] || return 0
    for folder in "${found[@]}"; do
        id=${folder##*/rdvc-}
        [[ ${queue} != *$'\n'"${id%-*}"$'\n'* ]] || continue
        end_processes "${folder}" "${id%-*}"
        ! remove_folder "${folder}" || removed+=" ${folder##*/}"
    done
    [[ -z ${removed} ]] || rdvc_say "removed from $1 on $(uname -n) what killed jobs had left:${removed}"
}
