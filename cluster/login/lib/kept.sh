# The kept workspace of a submission's job: finding it, bringing it from its node, removing it.
# `record` is the job's folder; `repository`, `kind` and `experiment_ref` are the submission's.

# A repository in a job's workspace, by its name.
is_in_workspace() {
    local folder=${1%/*}
    [[ $1 == /*/*/* && ${1##*/} == "${repository}" ]] && is_workspace_name "${folder}"
}

# Sets `candidates`, where the workspace may be, and `away`, its place on a node whose files we do
# not see.
find_candidates() {
    local path told noted
    candidates=() away=
    told=$(value_of kept "${record}/result")
    noted=$(value_of path "${record}/workspace")
    for path in "${record}/${told##*/}" "${record}/${repository}" "${record}/${repository}"-*; do
        add_candidate "${path}"
    done
    for path in "${told}" "${noted:+${noted}/${repository}}"; do
        is_in_workspace "${path}" || continue
        if is_own_folder "${path%/*}"; then
            add_candidate "${path}"
        elif [[ -z ${told} || ${path} == "${told}" ]]; then # otherwise it was moved
            away=${path}
        fi
    done
}

add_candidate() {
    local known
    is_own_folder "$1" && is_own_folder "$1/.git" || return 0
    for known in "${candidates[@]+"${candidates[@]}"}"; do
        [[ ${known} != "$1" ]] || return 0
    done
    candidates+=("$1")
}

# An interrupted copy may have the ref but not its objects; the baseline is needed too, to tell what
# the experiment made.
has_experiment() {
    local commit objects
    commit=$(git -C "$1" rev-parse --verify --quiet "${experiment_ref}^{commit}" 2>/dev/null) || return 1
    objects=$(git -C "$1" rev-list --objects --no-walk "${commit}" "${RDVC_JOB_REPO_REV}" 2>/dev/null) || return 1
    ! cut -d ' ' -f 1 <<<"${objects}" | git -C "$1" cat-file --batch-check 2>/dev/null | grep -q ' missing$' || return 1
    RDVC_OWN_EXP_COMMIT=${commit}
}

# Sets `kept`: the first candidate that has the experiment, or else the first. False if none has it.
choose_kept() {
    local path
    kept=${candidates[0]:-}
    RDVC_OWN_EXP_COMMIT=
    [[ ${kind} != command ]] || { [[ -n ${kept} ]] && return; }
    for path in "${candidates[@]+"${candidates[@]}"}"; do
        if has_experiment "${path}"; then
            kept=${path}
            return 0
        fi
    done
    return 1
}

# The options that say where the submission's own job could run; those of its last attempt come last
# and win.
options_of_job() {
    { sed '/^[^#]/,$d' "${rdvc_dir}/submissions/${token}/job.sh" && cat "${rdvc_dir}/submissions/${token}/options"; } 2>/dev/null |
        grep -E '^#SBATCH --(account|partition|qos|reservation)='
}

# A node's own name may be longer than SLURM's name for it.
send_bringer() {
    local node=$1 said tried
    rm -f -- "${record}/bring.end"
    printf '#!/bin/bash\n%s\n%s' "$(options_of_job)" "${bring_script}" >"${record}/bring.sh" ||
        finish refused disk "cannot write to ${record}"
    for tried in "${node}" "${node%%.*}"; do
        if said=$(submit_job --nodelist="${tried}" --job-name=rdvc-recover --comment="rdvc:${bringer}" \
            --time=10 --ntasks=1 --chdir="${HOME}" --output="${record//%/%%}/bring.out" "${record}/bring.sh" \
            "${away}" "${record}" 2>&1); then
            request_time=$(now) # SLURM's earlier answers do not include this job
            answer sent "${said##*$'\n'}"
            return
        fi
    done
    answer failed "sbatch refused the job that would bring the workspace from ${node}: ${said//$'\n'/ }"
    finish end
}

# With a job on the node, which may be one that an earlier request has sent.
bring_from_node() {
    local node deadline=$((SECONDS + patience)) end='' bringer="recover-${token}"
    ((task == 0)) || bringer+="-${task}"
    local task=0 # that job is no array's
    node=$(value_of node "${record}/workspace")
    [[ -n ${node} ]] || node=$(value_of node "${record}/result")
    [[ ${node} =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || return 0
    answer away "${node} ${away}"
    find_job "${bringer}"
    if [[ -z ${job} ]] || is_ended_state "${job_state}"; then
        send_bringer "${node}"
    fi
    while [[ ! -e ${record}/bring.end ]]; do
        show_life
        if is_gone "${bringer}" 5; then
            sleep 2 # its outcome may arrive late on a shared file system
            break
        elif ((SECONDS >= deadline)); then
            answer late "${job_state:-PENDING} ${job_reason:-}"
            finish end
        fi
        ls "${record}" >/dev/null # so that a network file system looks again
        sleep 0.5
    done
    [[ ! -r ${record}/bring.end ]] || IFS= read -r end <"${record}/bring.end"
    if [[ ${end} != moved\ * ]]; then
        answer failed "the workspace could not be brought from ${node}: ${end:-$(tail -n 1 "${record}/bring.out" 2>/dev/null)}"
        finish end
    fi
    find_candidates
}

# Explains what is left if the experiment is missing.
require_kept() {
    find_candidates
    choose_kept && return
    require_unpublished # another recovery, which continues without its laptop, may have completed by now
    if [[ -n ${away} ]]; then
        bring_from_node
        choose_kept && return
    fi
    if [[ -z ${kept} ]]; then
        answer failed "nothing is left of its workspace"
        finish end
    fi
    answer kept "${kept}"
    if git -C "${kept}" rev-parse --verify --quiet "${experiment_ref}" >/dev/null 2>&1; then
        answer unreadable "${mirror_name}"
    else
        answer bare "${name}"
    fi
    [[ ${action} == here ]] || finish end
}

# Removes the workspace; follows no links. Renames it first, so that the rest is not mistaken for a
# workspace.
remove_kept() {
    local path ref commit
    find_candidates
    for path in "${candidates[@]+"${candidates[@]}"}"; do
        if is_in_workspace "${path}"; then
            rm -f -- "${path%/*}/rdvc-keep"
            mv -T -- "${path}" "${path%/*}/.gone-${nonce}" 2>/dev/null && remove_folder "${path%/*}"
        else
            mv -T -- "${path}" "${record}/.gone-${nonce}" 2>/dev/null && remove_folder "${record}/.gone-${nonce}"
        fi
    done
    if [[ -s ${record}/partial-ref ]] && read -r ref commit <"${record}/partial-ref"; then # the complete result is published
        git --git-dir="${rdvc_dir}/repos/${mirror_name}" update-ref -d "${ref}" "${commit}" 2>/dev/null
        rm -f -- "${record}/partial-ref"
    fi
    is_own_folder "${record}/partial" && mv -T -- "${record}/partial" "${record}/.gone-${nonce}-partial" 2>/dev/null
    for path in "${record}"/.gone-* "${record}"/.coming-* "${record}"/.here* "${record}"/.recover-*; do
        ! is_own_folder "${path}" || remove_folder "${path}"
    done
    rm -f -- "${record}"/bring.* "${record}"/result.*
}
