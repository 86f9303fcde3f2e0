# Another attempt of a submission whose last one is known to be gone. Assignments before this text:
# token, functions (the hash of the laptop's job functions), functions_size (of them on standard
# input; 0: none), warning (seconds from the new options' signal to the time limit, or nothing), and
# the arrays options (for sbatch, in addition to the script's), unset_variables (which would
# contradict them), mirrors and tips (the Git objects that the job needs, as far as the laptop
# knows).

# If something is missing since the submission, answers `lacks functions HASH` and
# `lacks mirror NAME` and ends: the laptop sends it.
require_code() {
    local library i lacking=0
    library=$(sed -n 's/^RDVC_JOB_FUNCTIONS=.*functions\/\([0-9a-f]*\)"$/\1/p' "${folder}/job.sh" | head -n 1)
    if [[ ${functions_size} -gt 0 && ${library} == "${functions}" ]]; then
        library="${rdvc_dir}/functions/${functions}"
        if ! mkdir -p "${library}" || ! receive "${functions_size}" >"${library}/job.sh.${nonce}" ||
            [[ $(wc -c <"${library}/job.sh.${nonce}") -ne ${functions_size} ]] ||
            ! mv "${library}/job.sh.${nonce}" "${library}/job.sh"; then
            finish refused disk "cannot write to ${library}"
        fi
    elif [[ -n ${library} && ! -s ${rdvc_dir}/functions/${library}/job.sh ]]; then
        answer lacks functions "${library}"
        lacking=1
    fi
    for i in "${!mirrors[@]}"; do
        open_mirror "${mirrors[i]}"
        ! has_dead_refs "${mirror}" || mend_refs "${mirror}" "${tips[i]}"
        mirror_git rev-list --quiet --objects --no-walk "${tips[i]}" >/dev/null 2>&1 && continue
        answer lacks mirror "${mirrors[i]}"
        lacking=1
    done
    ((lacking == 0)) || finish lacking "${rdvc_dir}"
}

# Records the new options for the next rdvc job of this submission, and for the job itself.
note_options() {
    printf '%s\n' "${unset_variables[@]+"${unset_variables[@]}"}" >>"${folder}/unset"
    printf '#SBATCH %s\n' "${options[@]+"${options[@]}"}" >"${folder}/options"
    [[ -z ${warning} ]] || printf '%s\n' "${warning}" >"${folder}/warning.$1"
}

# Ends the request if something prevents another attempt; the record says how the last one ended.
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
        finish unknown "attempt ${attempt} was decided at this moment"
    fi
}

# Keeps the last attempt's answers beside those of the new one.
put_aside() {
    local file
    for file in sbatch.out sbatch.err sbatch.exit sbatch.began jobid cancelled; do
        [[ ! -e ${folder}/${file} ]] || mv -f "${folder}/${file}" "${folder}/${file}.$1"
    done
    rm -f "${rdvc_dir}/jobs/${token}/${task}/gone"
    for file in result slurm; do
        file="${rdvc_dir}/jobs/${token}/${task}/${file}"
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
    require_code
    # Of two at once only one sends it.
    (set -o noclobber && : >"${folder}/attempt.$((attempt + 1))") 2>/dev/null ||
        finish unknown "another \`rdvc retry\` is running"
    put_aside "${attempt}"
    attempt=$((attempt + 1))
    answer attempt "${attempt}"
    note_options "${attempt}"
    call_sbatch
    answer_sbatch
}

retry
