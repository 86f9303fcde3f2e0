# Calls sbatch so that a submission has one job in effect, whatever is interrupted. Variables:
# token, attempt, folder (the submission's). `claim.<attempt>` decides: the job that makes it runs;
# once it is revoked here, no job does. It is created under another name, with its content, and
# renamed, so that it never exists without content.

# If rdvc runs inside a job, the new job must not get that job's SLURM variables, except those that
# locate the cluster. SBATCH_* are the user's defaults, except for those that SLURM sets.
leave_job() {
    local name
    for name in "${!SLURM@}" "${!PMI@}" "${!SBATCH_CPU_BIND@}" "${!SBATCH_MEM_BIND@}" CUDA_VISIBLE_DEVICES \
        ROCR_VISIBLE_DEVICES GPU_DEVICE_ORDINAL ZE_AFFINITY_MASK; do
        [[ ${name} == SLURM_@(CONF*|CLUSTERS|JWT|SACK*) ]] || unset "${name}"
    done
}
[[ -z ${SLURM_JOB_ID:-} ]] || leave_job

# Revokes attempt $1 of the submission in `folder`, with the reason $2. False if it is already
# decided.
revoke_claim() {
    local new="${folder}/.claim.$1.${nonce}"
    mkdir "${new}" && printf '%s\n' "$2" >"${new}/revoked" && mv -T "${new}" "${folder}/claim.$1" 2>/dev/null && return
    rm -rf -- "${new}"
    return 1
}

# Tells the tasks of attempt $1 that have not begun not to begin, with the reason $2
# (job/lib/start.sh, end_if_all_stopped). Whoever needs to know which ones have begun looks at their
# claims after this.
stop_tasks() {
    printf '%s\n' "$2" >"${folder}/.stopped.$1.${nonce}" &&
        mv -f "${folder}/.stopped.$1.${nonce}" "${folder}/stopped.$1"
}

# The job that has taken attempt $1, or nothing.
claimed_by() {
    local id=
    [[ ! -r ${folder}/claim.$1/owner ]] || read -r id <"${folder}/claim.$1/owner"
    printf '%s' "${id}"
}

# True if sbatch was called for attempt $1; the files here may also belong to the previous one, if a
# retry was interrupted early.
has_begun() {
    local n
    [[ -r ${folder}/sbatch.began ]] || return 1
    read -r n <"${folder}/sbatch.began"
    [[ ${n:-1} == "$1" ]]
}

# Environment variables of the login node would override lines of the script. The submission's file
# `unset` names those that must not.
unset_contradictions() {
    local variable
    while read -r variable; do
        if [[ ${variable} =~ ^[A-Z_]+$ && -n ${!variable+set} ]]; then
            answer unset "${variable}=${!variable}"
            unset "${variable}"
        fi
    done <"${folder}/unset"
}

# Sets id to that in sbatch's output, which a site may extend; to nothing if it failed.
find_printed_id() {
    local line code=''
    id=''
    [[ ! -r ${folder}/sbatch.exit ]] || read -r code <"${folder}/sbatch.exit"
    [[ ${code} == 0 ]] || return 0
    while read -r line; do
        [[ ! ${line} =~ ^([0-9]+)(\;[^ ]*)?$ ]] || id=${BASH_REMATCH[1]} # the last one: a site's own lines may come first
    done <"${folder}/sbatch.out"
}

# Records the job, and makes the links by which users find scripts and logs by job id.
adopt_job() {
    local links=()
    ln -sfn "${token}/job.sh" "${rdvc_dir}/submissions/$1.sbatch.sh" &
    links+=("$!")
    if [[ ! -e ${folder}/tasks ]]; then # each task makes its own
        ln -sfn "../submissions/${token}/slurm-$1.out" "${rdvc_dir}/logs/slurm-$1.out" &
        links+=("$!")
    fi
    # A name that no earlier attempt uses, in case this is interrupted before the second step.
    printf '%s\n' "$1" >"${folder}/.jobid.${nonce}" && mv -f "${folder}/.jobid.${nonce}" "${folder}/jobid"
    wait "${links[@]}"
}

# Calls sbatch and records the outcome, in a process of its own.
run_sbatch() {
    local code id log='%j'
    [[ ! -e ${folder}/tasks ]] || log='%A_%a'
    trap '' HUP
    umask "${login_umask}" # which sbatch hands to the job
    submit_job --chdir="${HOME}" --output="${folder//%/%%}/slurm-${log}.out" \
        --open-mode=append "${options[@]+"${options[@]}"}" "${folder}/job.sh" "${attempt}" >"${folder}/sbatch.out" 2>"${folder}/sbatch.err"
    code=$?
    umask 077
    # This attempt was given up, and a later one has its files here. Its own job does nothing.
    find_attempt "${token}"
    ((newest == attempt)) || return 0
    printf '%s\n' "${code}" >"${folder}/sbatch.exit"
    find_printed_id
    if [[ -n ${id} && -e ${folder}/claim.${attempt}/revoked ]]; then
        cancel_jobs "${id}" # it was given up meanwhile, so the job would do nothing
    elif [[ -n ${id} ]]; then
        adopt_job "${id}"
    fi
}

# If the connection is lost, sbatch continues, and so does everything that follows from its answer.
# Its output is in files, for later requests. The array `options` has options for sbatch in addition
# to the script's.
call_sbatch() {
    local file
    for file in "${folder}"/sbatch.{out,err,exit} "${folder}/jobid"; do # of the attempt before, if there was one
        [[ ! -e ${file} ]] || rm -f "${file}"
    done
    unset_contradictions
    printf '%s\n' "${attempt}" >"${folder}/sbatch.began"
    run_sbatch </dev/null >/dev/null 2>&1 &
    wait "$!"
}

# sbatch does not say which limit an array exceeds.
tell_array_limit() {
    local limit
    limit=$(cluster_setting MaxArraySize)
    [[ ! ${limit} =~ ^[0-9]+$ ]] || answer err "the cluster's MaxArraySize is ${limit}: a sweep may have $((limit - 1)) tasks"
}

# Answers with the outcome of call_sbatch. sbatch may fail and still leave a job, and sites wrap it:
# then the queue tells.
answer_sbatch() {
    local code='' job_id
    [[ ! -e ${folder}/claim.${attempt}/revoked ]] || finish refused revoked "this submission was given up meanwhile"
    read -r code <"${folder}/sbatch.exit"
    find_job_id "${token}"
    job=${job_id}
    if [[ -z ${job} ]]; then
        if ! ask_queue; then
            answer_lines err <"${folder}/sbatch.err"
            finish unknown "sbatch gave no job id, and squeue does not answer"
        fi
        find_job "${token}"
        if [[ -z ${job} ]] || is_ended_state "${job_state}"; then
            answer_lines err <"${folder}/sbatch.err"
            [[ ! -e ${folder}/tasks ]] || ! grep -qi array "${folder}/sbatch.err" || tell_array_limit
            revoke_claim "${attempt}" "sbatch refused the job" || finish unknown "the attempt is already decided"
            ((attempt == 1)) || put_back "$((attempt - 1))" # of `rdvc retry`
            finish refused sbatch "${code}"
        fi
        adopt_job "${job}"
    fi
    answer_lines err <"${folder}/sbatch.err"
    finish submitted "${job}" "${rdvc_dir}"
}
