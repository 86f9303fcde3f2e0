# Finds out what became of submissions whose answer never arrived: with each request the laptop
# names its open ones. Assignment before this text: the array open (four words each: token, mirror,
# name, time of the record). It asks the submission's own folder, then SLURM, then accounting. If
# none knows a job, and sbatch has had enough time, the attempt is revoked: from then on it is
# certain that nothing runs.

sbatch_patience=150 # seconds; sbatch tries for up to 120

# A job of this submission in accounting: found by the token, if comments are kept; else by name and
# time, if it belongs to no other submission. Source of the options: sacct(1).
ask_accounting() {
    local lines id submitted name comment line began wanted=
    command -v sacct >/dev/null || return 0
    while IFS= read -r line; do
        [[ ${line} != '#SBATCH --job-name='* ]] || wanted=${line#*=}
        [[ ${line} == '#'* ]] || break
    done <"${folder}/job.sh"
    wanted=${wanted#\"}
    wanted=${wanted%\"}
    began=$(stat -c %Y "${folder}/sbatch.began")
    lines=$(list_accounting --starttime="$(date -d "@$((began - 1))" +%Y-%m-%dT%H:%M:%S)" \
        --format=JobIDRaw,Submit,Comment,JobName 2>/dev/null) || return 0
    while IFS='|' read -r id submitted comment name; do
        [[ ${id} =~ ^[0-9]+$ ]] || continue
        if [[ ${comment} == "rdvc:${token}"* ]]; then
            printf '%s' "${id}"
            return
        fi
        [[ -z ${comment} && ${name} == "${wanted}" && ! -e ${rdvc_dir}/submissions/${id}.sbatch.sh ]] || continue
        [[ ${submitted} =~ ^[0-9]+$ ]] || continue
        ((submitted >= began - 1 && submitted <= began + sbatch_patience)) || continue
        printf '%s' "${id}"
        return
    done <<<"${lines}"
}

# Sets id, the job of the newest attempt, from its folder or SLURM's live view, and code, sbatch's
# exit code.
find_id() {
    code=''
    id=$(claimed_by "${attempt}")
    # An attempt that was given up does nothing, whatever sbatch says.
    has_begun "${attempt}" && [[ ! -e ${folder}/claim.${attempt}/revoked ]] || return 0
    # Before SLURM is asked: once sbatch has ended, its job is in the queue.
    [[ ! -r ${folder}/sbatch.exit ]] || read -r code <"${folder}/sbatch.exit"
    [[ -n ${id} ]] || { find_job_id "${token}"; id=${job_id}; }
    [[ -n ${id} ]] || find_printed_id
    [[ -z ${id} && ! -e ${folder}/arrays.${attempt} ]] || return 0
    look_at_queue 0
    find_job "${token}"
    id=${job}
}

# True if sbatch may still be trying.
is_patient() {
    (($(now) < $(stat -c %Y "${folder}/sbatch.began") + sbatch_patience))
}

# Answers `outcome TOKEN submitted JOB`, `outcome TOKEN refused WHY` or `outcome TOKEN unknown WHY`.
settle_submission() {
    local token=$1 folder="${rdvc_dir}/submissions/$1" newest attempt id job_id code why
    if mkdir "${folder}" 2>/dev/null; then # not even begun, and never will be
        printf 'token %s\nname %s\nmirror %s\ntime %s\n' "$1" "$3" "$2" "$4" >"${folder}/submission"
    fi
    find_attempt "${token}"
    attempt=${newest}
    find_id
    if [[ -z ${id} && -e ${folder}/claim.${attempt}/revoked ]]; then
        why=$(<"${folder}/claim.${attempt}/revoked")
        answer outcome "${token}" refused "${why//$'\n'/ }"
        return
    elif [[ -z ${id} && -e ${folder}/arrays.${attempt} ]]; then
        # No job of several arrays runs before the claim is made: SLURM need not be asked.
        if [[ -z ${code} ]] && is_patient; then
            answer outcome "${token}" unknown "sbatch has not answered yet"
            return
        fi
    elif [[ -z ${id} ]] && has_begun "${attempt}"; then
        if [[ -n ${queue_said} ]] || ! is_older_than_queue "${folder}/sbatch.began"; then
            answer outcome "${token}" unknown "squeue does not answer: ${queue_said:-it was asked a moment ago}"
            return
        elif [[ -z ${code} ]] && is_patient; then
            answer outcome "${token}" unknown "sbatch has not answered yet"
            return
        fi
        id=$(ask_accounting)
    fi
    if [[ -n ${id} ]]; then
        find_job_id "${token}"
        [[ ${job_id} == "${id}" ]] || adopt_job "${id}"
        answer outcome "${token}" submitted "${id}"
        return
    fi
    why="sbatch was not called"
    ! has_begun "${attempt}" || why="sbatch left no job"
    [[ ! -e ${folder}/arrays.${attempt} ]] || why="not all of its arrays were submitted"
    if revoke_claim "${attempt}" "${why}"; then
        [[ ! -e ${folder}/arrays.${attempt} ]] || cancel_arrays >/dev/null 2>&1
        answer outcome "${token}" refused "${why}"
    else
        settle_again "$@"
    fi
}

# Another request or job has decided meanwhile.
settle_again() {
    [[ -z ${settled_again:-} ]] || return 0
    local settled_again=1
    settle_submission "$@"
}

settle_open() {
    local i
    for ((i = 0; i + 3 < ${#open[@]}; i += 4)); do
        [[ ! ${open[i]} =~ ^[0-9a-f]{32}$ ]] || settle_submission "${open[@]:i:4}"
    done
}
