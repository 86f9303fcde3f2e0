# Another attempt of a submission whose last one is known to be gone. Assignments before this text:
# token, functions (the hash of the laptop's job functions), functions_size (of them on standard
# input; 0: none), warning (seconds from the new options' signal to the time limit, or nothing), and
# the arrays wanted (of a sweep, the tasks that are asked for; none: all), options (for sbatch, in
# addition to the script's), unset_variables (which would
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

# True if there are jobs that are alive and only have to end: the submission, or each of their tasks,
# has a result.
is_ending() {
    local line lines id state first last number alive=0 past=' ' again_file="${folder}/again.${attempt}"
    find_past_ids "${token}"
    split_lines "${jobs_of[${token}]:-}"
    for line in "${lines[@]+"${lines[@]}"}"; do
        id=${line%%|*} state=${line#*|}
        state=${state%%|*}
        ! is_ended_state "${state}" || continue
        [[ ${past} != *" ${id%%_*} "* ]] || continue
        alive=1
        [[ ${state} != COMPLETING ]] || continue
        [[ ${state} == RUNNING ]] || return
        first=0 last=0
        if ((task_count > 0)); then
            [[ ${id} =~ _([0-9]{1,7})$ ]] || return
            first=$(((BASH_REMATCH[1] - 1) * pack + 1)) last=$((BASH_REMATCH[1] * pack))
        fi
        for ((number = first; number <= last && number <= task_count; number++)); do
            # A job of a pack runs only those that were asked for.
            [[ ! -e ${again_file} ]] || grep -qx "${number}" "${again_file}" || continue
            [[ -e ${rdvc_dir}/jobs/${token}/${number}/result ]] || return
        done
    done
    ((alive))
}

# Asks SLURM for the job. Waits a little for the end of one that removes its workspace, or after which
# SLURM cleans up: `rdvc wait` has returned by then.
find_job_now() {
    local pause
    for pause in 1 1 2 3 4 4 0; do
        ask_queue || finish unknown "squeue does not answer: ${queue_said}"
        find_job "${token}"
        [[ -n ${job} && ${pause} != 0 ]] && is_ending || return 0
        answer alive
        sleep "${pause}"
        await_publisher
    done
}

# Ends the request if there is a result to keep.
refuse_with_result() {
    local key value state=''
    while read -r key value; do
        [[ ${key} != state ]] || state=${value}
    done < <(cat "$(result_of "${token}")" 2>/dev/null)
    case ${state} in
    published | 'done') finish kept "${state}" ;;
    unpublished) finish kept unpublished ;;
    esac
}

# Ends the request if something prevents another attempt; the record says how the last one ended.
refuse_unless_gone() {
    local attempt=$1 owner
    refuse_with_result
    find_job_now
    refuse_with_result # once more: it may have come meanwhile
    if [[ -n ${job} ]] && ! is_ended_state "${job_state}"; then
        find_true_jobs "${token}" "${job}"
        finish kept live "${true_jobs[0]} ${job_state}"
    fi
    [[ ! -e ${folder}/claim.${attempt}/revoked ]] || return 0
    owner=$(claimed_by "${attempt}")
    if [[ -n ${owner} ]]; then
        is_older_than_queue "${folder}/claim.${attempt}" || finish unknown "job ${owner} has only just begun"
        ! may_still_live "${owner}" "${token}" || finish unknown "${other_word}"
        [[ ! -e ${folder}/tasks ]] || stop_tasks "${attempt}" "another attempt follows" ||
            finish refused disk "cannot write to ${folder}"
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

# Sets `again` to the tasks of the sweep that are asked for and have no result to keep. Ends the
# request without any.
find_tasks_again() {
    local number key value kept='' unpublished=0 asked_for=("${wanted[@]+"${wanted[@]}"}")
    again=()
    for ((number = 1; ${#wanted[@]} == 0 && number <= task_count; number++)); do
        asked_for+=("${number}")
    done
    for number in "${asked_for[@]}"; do
        if [[ ! ${number} =~ ^[1-9][0-9]{0,6}$ ]] || ((number > task_count)); then
            finish absent task "${task_count}"
        fi
        value=''
        if [[ -e ${rdvc_dir}/jobs/${token}/${number}/result ]]; then
            read -r key value <"${rdvc_dir}/jobs/${token}/${number}/result"
        fi
        case ${value} in
        published | 'done') kept=${value} ;;
        unpublished) unpublished=1 ;;
        *) again+=("${number}") ;;
        esac
    done
    ((${#again[@]} == 0)) || return 0
    ((unpublished == 0)) || finish kept unpublished
    finish kept "${kept}"
}

# Sets jobs_again to the numbers of the jobs of the tasks in `again`.
find_jobs_again() {
    local number
    for number in "${again[@]}"; do
        jobs_again+=("$(((number - 1) / pack + 1))")
    done
}

# Sets `left` to the tasks that are not in `again` and were cancelled before they began: nothing but
# the claims of attempt $1 says so. `stopped_by` is why its tasks were told not to begin.
find_left_cancelled() {
    local number reason
    local -A is_again=()
    left=()
    for number in "${again[@]}"; do
        is_again[${number}]=1
    done
    for ((number = 1; number <= task_count; number++)); do
        [[ -z ${is_again[${number}]:-} && ! -e ${rdvc_dir}/jobs/${token}/${number}/result ]] || continue
        reason=''
        if [[ -r ${folder}/claim.$1.${number}/revoked ]]; then
            read -r reason <"${folder}/claim.$1.${number}/revoked"
        elif [[ -r ${folder}/claim.$1/revoked ]]; then
            read -r reason <"${folder}/claim.$1/revoked"
        elif [[ ! -e ${folder}/claim.$1.${number} ]]; then
            reason=${stopped_by}
        fi
        [[ ${reason} != cancelled ]] || left+=("${number}")
    done
}

# These stay cancelled in attempt $1, which does not have them. It has no job yet, so nobody else
# makes these claims.
keep_cancelled() {
    local claim claims=("${left[@]/#/${folder}/claim.$1.}")
    ((${#left[@]} > 0)) || return 0
    mkdir -p -- "${claims[@]}" || finish refused disk "cannot write to ${folder}"
    for claim in "${claims[@]}"; do
        printf 'cancelled\n' >"${claim}/revoked"
    done
}

# Puts aside what the last attempt has left of these tasks, so that it is not taken for the new one's.
# One process removes all.
put_tasks_aside() {
    local number name file content files=()
    for number in "${again[@]}"; do
        for name in result slurm gone; do
            file="${rdvc_dir}/jobs/${token}/${number}/${name}"
            [[ -e ${file} ]] || continue
            files+=("${file}")
            [[ ${name} != gone ]] || continue
            IFS= read -r -d '' content <"${file}"
            printf '%s' "${content}" >"${file}.$1" || finish refused disk "cannot write to ${file%/*}"
        done
    done
    ((${#files[@]} == 0)) || printf '%s\0' "${files[@]}" | xargs -0 rm -f --
}

# Attempt $1 + 1 was refused and is revoked, so what attempt $1 has left holds again.
put_back() {
    local number name file content numbers=("${again[@]+"${again[@]}"}")
    [[ ! -e ${folder}/jobid.$1 || -e ${folder}/jobid ]] || cp -p -- "${folder}/jobid.$1" "${folder}/jobid"
    rm -f -- "${folder}/arrays.$(($1 + 1))"
    [[ ! -e ${folder}/arrays.$1 ]] || cp -p -- "${folder}/arrays.$1" "${folder}/arrays.$(($1 + 1))"
    ((task_count > 0)) || numbers=(0)
    for number in "${numbers[@]}"; do
        for name in result slurm; do
            file="${rdvc_dir}/jobs/${token}/${number}/${name}"
            [[ -r ${file}.$1 && ! -e ${file} ]] || continue
            IFS= read -r -d '' content <"${file}.$1"
            printf '%s' "${content}" >"${file}"
        done
    done
}

retry() {
    open_rdvc_dir
    local task_count pack again=() left=() jobs_again=() stopped_by=''
    find_task_count "${token}"
    local folder="${rdvc_dir}/submissions/${token}" newest attempt
    [[ -s ${folder}/job.sh ]] || finish absent
    find_attempt "${token}"
    attempt=${newest}
    [[ ! -r ${folder}/stopped.${attempt} ]] || read -r stopped_by <"${folder}/stopped.${attempt}"
    ((task_count == 0)) || find_tasks_again
    refuse_unless_gone "${attempt}"
    if ((task_count > 0)); then
        # Once more: a task may have ended just before SLURM was asked.
        find_tasks_again
        find_left_cancelled "${attempt}"
        find_jobs_again
        # With the limit of the script.
        options+=("--array=$(ranges_of "${jobs_again[@]}")$(sed -n '/^#SBATCH --array=/{s/[^%]*//;p;q;}' "${folder}/job.sh")")
    fi
    require_code
    # Of two at once only one sends it.
    (set -o noclobber && : >"${folder}/attempt.$((attempt + 1))") 2>/dev/null ||
        finish unknown "another \`rdvc retry\` is running"
    put_aside "${attempt}"
    ((task_count == 0)) || put_tasks_aside "${attempt}"
    attempt=$((attempt + 1))
    # A job of a pack has other tasks, too.
    ((pack == 1)) || printf '%s\n' "${again[@]}" >"${folder}/again.${attempt}" || finish refused disk "cannot write to ${folder}"
    keep_cancelled "${attempt}"
    answer attempt "${attempt}" "$(ranges_of "${again[@]+"${again[@]}"}")"
    note_options "${attempt}"
    call_sbatch
    answer_sbatch
}

retry
