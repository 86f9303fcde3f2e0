# Ends submissions. Assignment before this text: the array tokens. Only its token makes a job ours,
# so SLURM is first asked which jobs there are; one scancel ends all of them. An attempt that no job
# has taken yet is revoked: if its job starts anyway, it does nothing.

# An attempt that SLURM may still start, or that never got that far.
revoke() {
    local folder="${rdvc_dir}/submissions/$1" newest
    find_attempt "$1"
    [[ ! -e ${folder}/claim.${newest} ]] && revoke_claim "${newest}" "cancelled"
}

# Jobs that neither squeue nor a record shows: scontrol may know them.
answer_others() {
    local token id words=()
    for token in "$@"; do
        id=$(job_of "${token}")
        words+=("${token}" "${id:--}")
    done
    ask_scontrol "${words[@]}"
    for token in "$@"; do
        if [[ -n ${may_live[${token}]:-} ]]; then
            answer cancelled "${token}" unknown "${may_live[${token}]}"
        else
            answer cancelled "${token}" ended
        fi
    done
}

cancel() {
    open_rdvc_dir
    local token said words ids=() ours=() others=() known=1
    ask_queue || known=0
    index_queue "${tokens[@]}"
    for token in "${tokens[@]}"; do
        if [[ ! -d ${rdvc_dir}/submissions/${token} ]]; then
            answer cancelled "${token}" absent
            continue
        fi
        find_job "${token}"
        if [[ ${known} == 1 && -n ${job} ]] && ! is_ended_state "${job_state}"; then
            ids+=("${job}")
            ours+=("${token} ${job}")
            revoke "${token}" || true # in case the controller forgets the request
        elif revoke "${token}"; then
            answer cancelled "${token}" revoked
        elif [[ ${known} == 0 && ! -e ${rdvc_dir}/jobs/${token}/${task}/result ]]; then
            answer cancelled "${token}" unknown "${queue_said}"
        elif [[ -z ${job} && ! -e ${rdvc_dir}/jobs/${token}/${task}/result ]]; then
            others+=("${token}")
        else
            answer cancelled "${token}" ended
        fi
    done
    ((${#others[@]} == 0)) || answer_others "${others[@]}"
    ((${#ids[@]} > 0)) || finish end
    said=$(cancel_jobs "${ids[@]}" 2>&1) && words=job || words='failed'
    said=${said//$'\n'/ }
    outdate_queue
    for token in "${ours[@]}"; do
        [[ ${words} != job ]] || now >"${rdvc_dir}/submissions/${token% *}/cancelled"
        answer cancelled "${token% *}" "${words}" "${token#* }" "${said}"
    done
    finish end
}

cancel
