# Ends submissions. Assignment before this text: the array tokens. A job is ours only by its token, so SLURM is
# asked first which jobs there are; all of them go with one scancel. An attempt that no job has taken yet is
# revoked: should its job start all the same, it does nothing.

# One that SLURM may still start, or that has never got that far.
revoke() {
    local folder="${rdvc_dir}/submissions/$1" newest
    find_attempt "$1"
    revoke_claim "${newest}" "cancelled"
}

cancel() {
    open_rdvc_dir
    local token said words ids=() ours=() known=1
    ask_queue || known=0
    for token in "${tokens[@]}"; do
        if [[ ! -d ${rdvc_dir}/submissions/${token} ]]; then
            answer cancelled "${token}" absent
            continue
        fi
        find_job "${token}"
        if [[ ${known} == 1 && -n ${job} ]] && ! is_ended_state "${job_state}"; then
            ids+=("${job}")
            ours+=("${token} ${job}")
            revoke "${token}" || true # if the controller forgets what it was told
        elif revoke "${token}"; then
            answer cancelled "${token}" revoked
        elif [[ ${known} == 0 && ! -e $(result_of "${token}") ]]; then
            answer cancelled "${token}" unknown "${queue_said}"
        elif [[ -z ${job} && ! -e $(result_of "${token}") ]] && may_still_live "$(job_of "${token}")" "${token}"; then
            answer cancelled "${token}" unknown "${other_word}"
        else
            answer cancelled "${token}" ended
        fi
    done
    ((${#ids[@]} > 0)) || finish end
    said=$(timeout 60 scancel "${ids[@]}" 2>&1) && words=job || words='failed'
    said=${said//$'\n'/ }
    outdate_queue
    for token in "${ours[@]}"; do
        [[ ${words} != job ]] || now >"${rdvc_dir}/submissions/${token% *}/cancelled"
        answer cancelled "${token% *}" "${words}" "${token#* }" "${said}"
    done
    finish end
}

cancel
