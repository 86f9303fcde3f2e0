# Another attempt of a submission, when the last one is known to be gone. Assignments before this text: token, and
# the array options (for sbatch, in addition to the script's).

# What stands against another attempt; the record tells what an attempt has come to.
refuse_unless_gone() {
    local attempt=$1 key value state='' owner
    while read -r key value; do
        [[ ${key} != state ]] || state=${value}
    done < <(cat "$(result_of "${token}")" 2>/dev/null)
    case ${state} in
    published | 'done') finish kept "${state}" ;;
    unpublished) finish kept unpublished ;;
    esac
    ask_queue || finish unknown "squeue does not answer: ${queue_said}"
    find_job "${token}"
    if [[ -n ${job} ]] && ! is_ended_state "${job_state}"; then
        finish kept live "${job} ${job_state}"
    fi
    [[ ! -e ${folder}/claim.${attempt}/revoked ]] || return 0
    owner=$(claimed_by "${attempt}")
    if [[ -n ${owner} ]]; then
        is_older_than_queue "${folder}/claim.${attempt}" || finish unknown "job ${owner} has only just begun"
        ! may_still_live "${owner}" "${token}" || finish unknown "${other_word}"
    elif ! revoke_claim "${attempt}" "another attempt follows"; then
        finish unknown "attempt ${attempt} was decided in this moment"
    fi
}

# The last attempt's answers stay beside those of the new one.
put_aside() {
    local file
    for file in sbatch.out sbatch.err sbatch.exit sbatch.began jobid cancelled; do
        [[ ! -e ${folder}/${file} ]] || mv -f "${folder}/${file}" "${folder}/${file}.$1"
    done
    rm -f "${rdvc_dir}/jobs/${token}/0/gone"
    for file in result slurm; do
        file="${rdvc_dir}/jobs/${token}/0/${file}"
        [[ ! -e ${file} ]] || mv -f "${file}" "${file}.$1"
    done
}

retry() {
    open_rdvc_dir
    local folder="${rdvc_dir}/submissions/${token}" newest attempt
    [[ -s ${folder}/job.sh ]] || finish absent
    find_attempt "${token}"
    attempt=${newest}
    refuse_unless_gone "${attempt}"
    # Of two that come at once one sends it.
    (set -o noclobber && : >"${folder}/attempt.$((attempt + 1))") 2>/dev/null ||
        finish unknown "another \`rdvc retry\` is at work"
    put_aside "${attempt}"
    attempt=$((attempt + 1))
    answer attempt "${attempt}"
    call_sbatch
    answer_sbatch
}

retry
