# Calls sbatch so that a submission has one job in effect, whatever is interrupted. Variables:
# token, attempt, folder (the submission's). `claim.<attempt>` decides: the job that makes it runs;
# once it is revoked here, no job does. It is created under another name, with its content, and
# renamed, so that it never exists without content. If a sweep needs several arrays, its jobs do not
# make the claim: it is made here when SLURM has all of them, so that there is all or nothing.

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

jobs_again=() # of `rdvc retry`: the numbers of the jobs that this attempt is to have; else all

# Makes the claim of attempt $1 of the submission in `folder`, with the file $2 of the lines $3... in
# it. False if it is already decided.
make_claim() {
    local new="${folder}/.claim.$1.${nonce}"
    mkdir "${new}" && printf '%s\n' "${@:3}" >"${new}/$2" && mv -T "${new}" "${folder}/claim.$1" 2>/dev/null && return
    rm -rf -- "${new}"
    return 1
}

# The same to revoke it, with the reason $2.
revoke_claim() {
    make_claim "$1" revoked "$2"
}

# Tells the tasks of attempt $1 that have not begun not to begin, with the reason $2
# (job/lib/start.sh, end_if_all_stopped). Whoever needs to know which ones have begun looks at their
# claims after this.
stop_tasks() {
    printf '%s\n' "$2" >"${folder}/.stopped.$1.${nonce}" &&
        mv -f "${folder}/.stopped.$1.${nonce}" "${folder}/stopped.$1"
}

# The job that has taken attempt $1, or the first of several arrays, or nothing.
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
    local code=''
    id=''
    [[ ! -r ${folder}/sbatch.exit ]] || read -r code <"${folder}/sbatch.exit"
    [[ ${code} != 0 ]] || read_printed_id
}

read_printed_id() {
    local line
    id=''
    while read -r line; do
        [[ ! ${line} =~ ^([0-9]+)(\;[^ ]*)?$ ]] || id=${BASH_REMATCH[1]} # the last one: a site's own lines may come first
    done <"${folder}/sbatch.out"
}

# Records the job, and makes the links by which users find scripts and logs by job id.
adopt_job() {
    local links=() id array_ids array_offsets
    find_arrays "${token}"
    for id in "$1" "${array_ids[@]+"${array_ids[@]:1}"}"; do
        ln -sfn "${token}/job.sh" "${rdvc_dir}/submissions/${id}.sbatch.sh" &
        links+=("$!")
    done
    if [[ ! -e ${folder}/tasks ]]; then # each task makes its own
        ln -sfn "../submissions/${token}/slurm-$1.out" "${rdvc_dir}/logs/slurm-$1.out" &
        links+=("$!")
    fi
    # A name that no earlier attempt uses, in case this is interrupted before the second step.
    printf '%s\n' "$1" >"${folder}/.jobid.${nonce}" && mv -f "${folder}/.jobid.${nonce}" "${folder}/jobid"
    wait "${links[@]}"
}

# Calls sbatch with these options, and for one of several arrays its offset $1. Returns its exit code.
submit_once() {
    local code log='%j'
    [[ ! -e ${folder}/tasks ]] || log='%A_%a'
    umask "${login_umask}" # which sbatch hands to the job
    submit_job --chdir="${HOME}" --output="${folder//%/%%}/slurm-${log}.out" --open-mode=append \
        "${options[@]+"${options[@]}"}" "${@:2}" "${folder}/job.sh" "${attempt}" ${1:+"$1"} >"${folder}/sbatch.out" 2>"${folder}/sbatch.err"
    code=$?
    umask 077
    return "${code}"
}

# Sets `jobs` to the numbers of the jobs that this attempt is to have.
find_jobs() {
    local task_count pack number
    jobs=("${jobs_again[@]+"${jobs_again[@]}"}")
    find_task_count "${token}"
    for ((number = 1; ${#jobs_again[@]} == 0 && number <= (task_count + pack - 1) / pack; number++)); do
        jobs+=("${number}")
    done
}

# The value of the option $1 in `options`, or in the script, or nothing.
option_of_job() {
    local option value=''
    for option in "${options[@]+"${options[@]}"}"; do
        [[ ${option} != "--$1="* ]] || value=${option#*=}
    done
    [[ -n ${value} ]] || value=$(sed -n "/^[^#]/q; s/^#SBATCH --$1=//p" "${folder}/job.sh" | tail -n 1)
    value=${value#\"}
    printf '%s' "${value%\"}"
}

# Submits the jobs as several arrays. SLURM limits how many jobs of one array run at once, not of
# several, so that with --array-limit each one waits for the end of the one before. If sbatch refuses
# one of them, or the attempt was given up meanwhile, none runs. Returns sbatch's exit code.
submit_several() {
    local size jobs plan array throttle own id='' more ids=() code=0 chained=0
    size=$(cluster_setting MaxArraySize)
    [[ ${size} =~ ^[0-9]{1,7}$ ]] || size=1001 # SLURM's default
    find_jobs
    plan_arrays "$((size - 1))" "${jobs[@]}"
    ((size > 1 && (${#plan[@]} > 1 || ${plan[0]%% *} > 0))) || return 1 # that was not the reason
    throttle=$(option_of_job array)
    if [[ ${throttle} == *%* ]]; then throttle=%${throttle#*%}; else throttle=''; fi
    # Without a limit of the user's own this is a warm-up, which ends for all at once.
    [[ -z ${throttle} ]] || grep -qxE "export RDVC_JOB_ARRAY_LIMIT='?0'?" "${folder}/job.sh" || chained=1
    own=$(option_of_job dependency)
    : >"${folder}/arrays.${attempt}"
    for array in "${plan[@]}"; do
        [[ ! -e ${folder}/claim.${attempt} ]] || break
        touch "${folder}/sbatch.began" # it has as much time again
        more=("--array=${array#* }${throttle}")
        [[ ${chained} == 0 || -z ${id} ]] || more+=("--dependency=${own:+${own},}afterany:${id}")
        submit_once "${array%% *}" "${more[@]}" || code=$?
        read_printed_id
        [[ ! -e ${folder}/claim.${attempt} ]] || break # the files may be a later attempt's by now
        [[ ${code} != 0 || -n ${id} ]] || code=1
        ((code == 0)) || break
        printf '%s %s\n' "${id}" "${array%% *}" >>"${folder}/arrays.${attempt}" || { code=1 && break; }
        ids+=("${id}")
    done
    if ((${#ids[@]} == ${#plan[@]})) && make_claim "${attempt}" owner "${ids[@]}"; then
        adopt_job "${ids[0]}"
        return 0
    fi
    revoke_claim "${attempt}" "sbatch refused one of its ${#plan[@]} arrays"
    cancel_arrays
    return "${code}"
}

# Cancels what SLURM has of this attempt, which is revoked, so that its jobs would do nothing.
cancel_arrays() {
    local line lines=() id past=' ' newest ids=()
    ! ask_queue || split_lines "${queue_lines}"
    find_attempt "${token}"
    find_past_ids "${token}"
    while read -r id _; do
        ids+=("${id}")
    done <"${folder}/arrays.${attempt}"
    ((newest == attempt)) || lines=() # they may be of a later one
    for line in "${lines[@]+"${lines[@]}"}"; do
        id=${line%%[_|]*}
        [[ ${line} != *"|rdvc:${token}"* || ${past} == *" ${id} "* || " ${ids[*]-} " == *" ${id} "* ]] || ids+=("${id}")
    done
    ((${#ids[@]} == 0)) || cancel_jobs "${ids[@]}"
}

# Calls sbatch and records the outcome, in a process of its own.
run_sbatch() {
    local code=0 id plan
    trap '' HUP
    plan_arrays 9999999 "${jobs_again[@]+"${jobs_again[@]}"}"
    if ((${#plan[@]} > 1)); then
        submit_several || code=$?
    else
        submit_once '' || code=$?
        # It does not say which limit an array exceeds.
        if ((code != 0)) && [[ -e ${folder}/tasks ]] && grep -qi array "${folder}/sbatch.err"; then
            submit_several
            code=$?
        fi
    fi
    # This attempt was given up, and a later one has its files here. Its own job does nothing.
    find_attempt "${token}"
    ((newest == attempt)) || return 0
    printf '%s\n' "${code}" >"${folder}/sbatch.exit"
    [[ ! -e ${folder}/arrays.${attempt} ]] || return 0
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

# Sets `live` to the number of this user's jobs that wait or run, without those of this submission,
# which may just have been cancelled.
count_live() {
    local line lines state indices
    live=0
    split_lines "${queue_lines}"
    for line in "${lines[@]+"${lines[@]}"}"; do
        state=${line#*|}
        ! is_ended_state "${state%%|*}" || continue
        [[ ${line} != *"|rdvc:${token}"* ]] || continue
        line=${line%%|*} indices=(1)
        [[ ${line} != *_* ]] || expand_indices "${line#*_}"
        live=$((live + ${#indices[@]}))
    done
}

# SLURM does not say which number it has refused.
tell_limits() {
    local jobs limit live fit size
    [[ -e ${folder}/tasks ]] || return 0
    find_jobs
    if grep -q 'QOS policy' "${folder}/sbatch.err"; then
        limit=$(submit_limit "$(grep -om 1 'QOS[A-Z][A-Za-z]*Limit' "${folder}/sbatch.err")")
        [[ -n ${limit} && ${#jobs[@]} -gt 1 ]] && ask_queue || return 0
        count_live
        fit=$((limit - live))
        if ((fit < 1)); then
            answer err "you may have ${limit} jobs that wait or run, and have ${live}: none fits now"
        elif ((fit < ${#jobs[@]} && ${#jobs_again[@]} > 0)); then
            answer err "you may have ${limit} jobs that wait or run, and have ${live}: ${fit} of these ${#jobs[@]} fit now"
        elif ((fit < ${#jobs[@]})); then
            find_task_count "${token}"
            answer err "you may have ${limit} jobs that wait or run, and have ${live}: --pack=$(((task_count + fit - 1) / fit)) makes $(((task_count + (task_count + fit - 1) / fit - 1) / ((task_count + fit - 1) / fit))) jobs of the ${task_count} tasks"
        fi
    elif grep -qi array "${folder}/sbatch.err"; then
        size=$(cluster_setting MaxArraySize)
        [[ ! ${size} =~ ^[0-9]+$ ]] || answer err "the cluster's MaxArraySize is ${size}"
    fi
}

# The attempt is revoked.
refuse_sbatch() {
    answer_lines err <"${folder}/sbatch.err"
    tell_limits
    ((attempt == 1)) || put_back "$((attempt - 1))" # of `rdvc retry`
    finish refused sbatch "${code}"
}

# Answers with the outcome of call_sbatch. sbatch may fail and still leave a job, and sites wrap it:
# then the queue tells.
answer_sbatch() {
    local code='' job_id
    [[ ! -e ${folder}/sbatch.exit ]] || read -r code <"${folder}/sbatch.exit"
    if [[ -e ${folder}/arrays.${attempt} && ${code} != 0 ]]; then
        [[ -n ${code} ]] || finish unknown "sbatch was interrupted"
        refuse_sbatch
    fi
    [[ ! -e ${folder}/claim.${attempt}/revoked ]] || finish refused revoked "this submission was given up meanwhile"
    find_job_id "${token}"
    job=${job_id}
    if [[ -z ${job} ]]; then
        if ! ask_queue; then
            answer_lines err <"${folder}/sbatch.err"
            finish unknown "sbatch gave no job id, and squeue does not answer"
        fi
        find_job "${token}"
        if [[ -z ${job} ]] || is_ended_state "${job_state}"; then
            revoke_claim "${attempt}" "sbatch refused the job" || finish unknown "the attempt is already decided"
            refuse_sbatch
        fi
        adopt_job "${job}"
    fi
    answer_lines err <"${folder}/sbatch.err"
    finish submitted "${job}" "${rdvc_dir}"
}
