# Ends submissions, or tasks of sweeps. Assignment before this text: the array tokens, of words TOKEN
# or TOKEN.TASK. Only its token makes a job ours, so SLURM is first asked which jobs there are; one
# scancel ends all of them. An attempt that no job has taken yet is revoked: if its job starts
# anyway, it does nothing.

# An attempt that SLURM may still start, or that never got that far. Of a sweep whose first tasks
# have begun, the others are told not to.
revoke() {
    local folder="${rdvc_dir}/submissions/$1" newest
    find_attempt "$1"
    if ((task > 0)); then
        [[ ! -e ${folder}/claim.${newest}.${task} ]] && revoke_claim "${newest}.${task}" "cancelled"
    elif [[ ! -e ${folder}/claim.${newest} ]]; then
        revoke_claim "${newest}" "cancelled"
    else
        [[ ! -e ${folder}/tasks ]] || stop_tasks "${newest}" "cancelled"
        return 1
    fi
}

# Sets token and task to those of the word $1.
read_word() {
    token=${1%%.*} task=0
    [[ ${token} == "$1" ]] || task=${1#*.}
}

# Ends one task of a pack: its job runs others as well. Variables of cancel() and find_job.
cancel_packed() {
    local folder="${rdvc_dir}/submissions/${token}" newest alive=0
    [[ -z ${job} ]] || is_ended_state "${job_state}" || alive=1
    if revoke "${token}"; then
        answer cancelled "$1" revoked
    elif [[ -e ${rdvc_dir}/jobs/${token}/${task}/result || (${known} == 1 && ${alive} == 0) ]]; then
        answer cancelled "$1" ended
    elif find_true_jobs "${token}" "${job}" && find_attempt "${token}" && : >"${folder}/claim.${newest}.${task}/cancelled" &&
        said=$(signal_job "${true_jobs[0]}" USR2 2>&1); then
        answer cancelled "$1" job "${true_jobs[0]}"
    else
        answer cancelled "$1" failed "${true_jobs[0]}" "${said:-}"
    fi
}

# Jobs that neither squeue nor a record shows: scontrol may know them.
answer_others() {
    local word token job_id words=()
    for word in "$@"; do
        read_word "${word}"
        find_job_id "${token}"
        ((task > 0)) || words+=("${token}" "${job_id:--}")
    done
    task=0
    ((${#words[@]} == 0)) || ask_scontrol "${words[@]}"
    for word in "$@"; do
        [[ ${word} == *.* ]] || answer_other "${word}"
    done
    for word in "$@"; do
        [[ ${word} == *.* ]] || continue
        read_word "${word}"
        find_job_id "${token}"
        ask_scontrol "${token}" "${job_id:--}"
        answer_other "${word}"
    done
}

# $1: a word of `tokens`, about which scontrol was asked.
answer_other() {
    local why=${may_live[${1%%.*}]:-}
    if [[ -n ${why} ]]; then
        answer cancelled "$1" unknown "${why}"
    else
        answer cancelled "$1" ended
    fi
}

cancel() {
    open_rdvc_dir
    local word token task_count pack said words true_jobs ids=() ours=() others=() known=1
    ask_queue || known=0
    index_queue "${tokens[@]%%.*}"
    for word in "${tokens[@]}"; do
        read_word "${word}"
        find_task_count "${token}"
        if [[ ! -d ${rdvc_dir}/submissions/${token} ]] || ((task > task_count)); then
            answer cancelled "${word}" absent
            continue
        fi
        find_job "${token}"
        if ((pack > 1 && task > 0)); then
            cancel_packed "${word}"
        elif [[ ${known} == 1 && -n ${job} ]] && ! is_ended_state "${job_state}"; then
            find_true_jobs "${token}" "${job}"
            ids+=("${true_jobs[@]}")
            ours+=("${word} ${true_jobs[0]}")
            revoke "${token}" || true # in case the controller forgets the request
        elif revoke "${token}"; then
            answer cancelled "${word}" revoked
        elif [[ ${known} == 0 && ! -e ${rdvc_dir}/jobs/${token}/${task}/result ]]; then
            answer cancelled "${word}" unknown "${queue_said}"
        elif [[ -z ${job} && ! -e ${rdvc_dir}/jobs/${token}/${task}/result ]]; then
            others+=("${word}")
        else
            answer cancelled "${word}" ended
        fi
    done
    ((${#others[@]} == 0)) || answer_others "${others[@]}"
    ((${#ids[@]} > 0)) || finish end
    said=$(cancel_jobs "${ids[@]}" 2>&1) && words=job || words='failed'
    said=${said//$'\n'/ }
    outdate_queue
    for word in "${ours[@]}"; do
        [[ ${words} != job || ${word% *} == *.* ]] || now >"${rdvc_dir}/submissions/${word% *}/cancelled"
        answer cancelled "${word% *}" "${words}" "${word#* }" "${said}"
    done
    finish end
}

cancel
