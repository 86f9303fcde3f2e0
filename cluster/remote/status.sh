# The state of this project's submissions. Assignments before this text: mirror, limit, and `only` (a token, or
# nothing for all).

# Lines of a small file, each as `TOKEN FILE LINE`; no process is started for it.
answer_file() {
    [[ ! -r $3 ]] || answer_lines file "$1" "$2" <"$3"
}

answer_submission() {
    local token=$1 folder="${rdvc_dir}/submissions/$1" job="${rdvc_dir}/jobs/$1/0" newest
    find_attempt "${token}"
    answer submission "${token}"
    answer_file "${token}" submission "${folder}/submission"
    answer_file "${token}" jobid "${folder}/jobid"
    [[ ! -e ${folder}/jobid ]] || is_older_than_queue "${folder}/jobid" || answer file "${token}" new 1
    answer_file "${token}" sbatch.exit "${folder}/sbatch.exit"
    answer_file "${token}" sbatch.err "${folder}/sbatch.err"
    answer_file "${token}" claim "${folder}/claim.${newest}/owner"
    answer_file "${token}" revoked "${folder}/claim.${newest}/revoked"
    ((newest == 1)) || answer file "${token}" attempt "${newest}"
    answer_file "${token}" cancelled "${folder}/cancelled"
    answer_file "${token}" phases "${job}/phases"
    answer_file "${token}" result "${job}/result"
    answer_file "${token}" pulled "${job}/pulled"
    answer_file "${token}" slurm "${job}/slurm"
}

belongs_to_project() {
    local key value
    [[ -r ${rdvc_dir}/submissions/$1/submission ]] || return 1
    while read -r key value; do
        [[ ${key} != mirror ]] || { [[ ${value} == "${mirror}" ]] && return 0; }
    done <"${rdvc_dir}/submissions/$1/submission"
    return 1
}

# How SLURM says that a job has ended which has no result of its own: kept in `slurm`, since SLURM forgets it.
note_end() {
    local record="${rdvc_dir}/jobs/$1/0"
    mkdir -p "${record}" && printf '%s\n' "$2" >"${record}/slurm.${nonce}" &&
        mv -f "${record}/slurm.${nonce}" "${record}/slurm"
}

# Of the submissions that are answered: jobs that have ended without a result, by SLURM's live view, or by
# accounting where the live view has forgotten them. Source of the options: sacct(1).
find_ends() {
    local token id state submitted comment lines
    local -A forgotten=()
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        id=$(job_of "${token}")
        [[ -n ${id} && ! -e $(result_of "${token}") && ! -e ${rdvc_dir}/jobs/${token}/0/slurm ]] || continue
        is_gone_from_queue "${token}" || continue
        if [[ ${job} == "${id}" ]]; then
            note_end "${token}" "${job_state}"
        else
            forgotten[${id}]=${token}
        fi
    done
    ((${#forgotten[@]} > 0)) && command -v sacct >/dev/null || return 0
    lines=$(
        IFS=,
        SLURM_TIME_FORMAT=%s timeout 20 sacct --noheader --parsable2 --allocations --duplicates \
            --starttime=now-60days --jobs="${!forgotten[*]}" --format=JobIDRaw,State,Submit,Comment 2>&1
    ) || {
        answer accounting "${lines//$'\n'/ }"
        return
    }
    while IFS='|' read -r id state submitted comment; do
        [[ ${id} =~ ^[0-9]+$ && -n ${forgotten[${id}]:-} ]] || continue
        token=${forgotten[${id}]}
        [[ ${comment} == "rdvc:${token}"* ]] || is_of_then "${token}" "${submitted}" "${comment}" || continue
        ! is_ended_state "${state}" || note_end "${token}" "${state}"
    done <<<"${lines}"
}

# Ids can be given out again. Where accounting keeps no comments, the time tells the job of submission $1.
is_of_then() {
    local time
    time=$(stat -c %Y "${rdvc_dir}/submissions/$1/jobid" 2>/dev/null) || return 1
    [[ -z $3 && $2 =~ ^[0-9]+$ ]] && (($2 > time - 150 && $2 < time + 5))
}

status() {
    open_rdvc_dir
    answer dir "${rdvc_dir}"
    answer time "$(now)"
    ! command -v rsync >/dev/null || answer rsync there
    local token tokens=()
    # Before the folders are read: a job that ends meanwhile has its result by then.
    look_at_queue 0
    [[ -z ${queue_lines} ]] || answer_lines job <<<"${queue_lines}"
    if [[ -n ${queue_said} ]]; then
        answer squeue "${queue_said}"
    else
        answer squeue ok
    fi
    answer queue_time "${queue_time}"
    while read -r token; do
        [[ ${#token} -eq 32 ]] || continue
        [[ -z ${only} || ${token} == "${only}" ]] || continue
        belongs_to_project "${token}" || continue
        tokens+=("${token}")
        ((${#tokens[@]} < limit)) || break
    done < <(ls -t "${rdvc_dir}/submissions")
    find_ends
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        answer_submission "${token}"
    done
    finish end
}

status
