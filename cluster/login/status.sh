# The state of this project's submissions. Assignments before this text: mirror, limit, `only` (a
# token, or nothing for all), ended (1: only submissions that have a result), and the array known
# (words TOKEN:DIGEST: what earlier answers have told the laptop). A submission that has not changed
# since is not sent again. One answer may have thousands of submissions, so no process is started
# for a single one.

most_digests=100 # only the newest submissions have a digest: longer lists are rare

# Sets tokens: the project's submissions, newest first.
find_tokens() {
    mapfile -t tokens < <(
        cd "${rdvc_dir}/submissions" && { [[ -z ${only} ]] && ls -t || printf '%s\n' "${only}"; } |
            LC_ALL=C awk -v wanted="mirror ${mirror}" -v ended="${ended}" -v task="${task}" -v limit="${limit}" '
            function is_there(path,    line, found) {
                found = (getline line <path) >= 0
                if (found) close(path)
                return found
            }
            function is_of_project(path,    line, found) {
                while (!found && (getline line <path) > 0) found = line == wanted
                close(path)
                return found
            }
            length($0) != 32 || /[^0-9a-f]/ || !is_of_project("./" $0 "/submission") { next }
            ended != 1 || is_there("../jobs/" $0 "/" task "/result") { print; if (++count == limit) exit }'
    )
}

# Prints a checksum of each file that answer_kept sends, for the newest submissions: lines `CRC SIZE
# FILE`.
sum_up() {
    local token folder record files=()
    for token in "${tokens[@]:0:most_digests}"; do
        folder="./submissions/${token}" record="./jobs/${token}/${task}"
        files+=("${folder}"/{submission,jobid,sbatch.exit,sbatch.err,cancelled} "${folder}"/attempt.* "${folder}"/claim.*/{owner,revoked}
            "${record}"/{phases,result,pulled,slurm})
    done
    ((${#files[@]} == 0)) || cksum -- "${files[@]}" 2>/dev/null
}

# Answers with the records of each submission: small files, line by line. Leaves out submissions of
# which the laptop already knows everything. Standard input has the lines of sum_up, then words
# TOKEN:DIGEST, then lines `TOKEN` or `TOKEN new`.
answer_kept() {
    LC_ALL=C awk -v mark="@rdvc:${nonce} " -v task="${task}" '
        function tell(file, path,    line) {
            while ((getline line <path) > 0) print mark "file " token " " file " " line
            close(path)
        }
        function is_there(path,    line, found) {
            found = (getline line <path) >= 0
            if (found) close(path)
            return found
        }
        NF == 3 {
            parts = split($3, part, "/")
            place = index("submission jobid sbatch.exit sbatch.err cancelled owner revoked phases result pulled slurm", part[parts])
            digest[part[3]] = (digest[part[3]] * 65599 + $1 + $2 * 3 + place) % 4294967291
            next
        }
        /:/ { is_known[$0] = 1; next }
        {
            token = $1; folder = "./submissions/" token "/"; record = "./jobs/" token "/" task "/"; attempt = 1
            sum = token in digest ? sprintf("%.0f", digest[token]) : "-"
            same = (token ":" sum) in is_known
            print mark "submission " token " " sum (same ? " same" : "")
            if ($2 == "new") print mark "file " token " new 1"
            if (same) next
            while (is_there(folder "attempt." (attempt + 1))) attempt++
            tell("submission", folder "submission"); tell("jobid", folder "jobid")
            tell("sbatch.exit", folder "sbatch.exit"); tell("sbatch.err", folder "sbatch.err")
            tell("claim", folder "claim." attempt "/owner"); tell("revoked", folder "claim." attempt "/revoked")
            if (attempt > 1) print mark "file " token " attempt " attempt
            tell("cancelled", folder "cancelled")
            tell("phases", record "phases"); tell("result", record "result"); tell("pulled", record "pulled")
            tell("slurm", record "slurm")
        }'
}

# Answers with SLURM's lines about these submissions. Only the token replaces the script's path and
# the comment.
answer_jobs() {
    local token line
    for token in "${tokens[@]}"; do
        while IFS= read -r line; do
            [[ ! ${line} =~ ^([^|]*\|){4} ]] || answer job "${BASH_REMATCH[0]}|rdvc:${token}"
        done <<<"${jobs_of[${token}]:-}"
    done
}

# Records in `slurm` how SLURM says that a job without a result has ended, because SLURM forgets it.
note_end() {
    local record="${rdvc_dir}/jobs/$1/${task}"
    mkdir -p "${record}" && printf '%s\n' "$2" >"${record}/slurm.${nonce}" &&
        mv -f "${record}/slurm.${nonce}" "${record}/slurm"
}

# Among the submissions that are answered, finds jobs that have ended without a result, by SLURM's
# live view, or by accounting if the live view has forgotten them.
find_ends() {
    local token id
    local -A forgotten=()
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        [[ -r ${rdvc_dir}/submissions/${token}/jobid && ! -e ${rdvc_dir}/jobs/${token}/${task}/result &&
            ! -e ${rdvc_dir}/jobs/${token}/${task}/slurm ]] || continue
        id=''
        read -r id <"${rdvc_dir}/submissions/${token}/jobid"
        [[ -n ${id} && ! ${jobs_of[${token}]:-} =~ ^${id}\|(PENDING|RUNNING)\| ]] || continue # the usual case, quickly
        is_gone_from_queue "${token}" || continue
        if [[ ${job} == "${id}" ]]; then
            note_end "${token}" "${job_state}"
        else
            forgotten[${id}]=${token}
        fi
    done
    ((${#forgotten[@]} > 0)) || return 0
    find_in_accounting
    local words=()
    for id in "${!forgotten[@]}"; do
        words+=("${forgotten[${id}]}" "${id}")
    done
    ask_scontrol "${words[@]}"
}

# Removes from `forgotten` jobs that accounting shows as ended. Source of the options: sacct(1).
find_in_accounting() {
    local token id state submitted comment lines
    command -v sacct >/dev/null || return 0
    lines=$(
        IFS=,
        list_accounting --duplicates --starttime=now-60days --jobs="${!forgotten[*]}" --format=JobIDRaw,State,Submit,Comment 2>&1
    ) || {
        answer accounting "${lines//$'\n'/ }"
        return
    }
    while IFS='|' read -r id state submitted comment; do
        [[ ${id} =~ ^[0-9]+$ && -n ${forgotten[${id}]:-} ]] || continue
        token=${forgotten[${id}]}
        [[ ${comment} == "rdvc:${token}"* ]] || is_of_then "${token}" "${submitted}" "${comment}" || continue
        is_ended_state "${state}" || continue
        note_end "${token}" "${state}"
        unset "forgotten[${id}]"
    done <<<"${lines}"
}

# Ids can be given out again. If accounting keeps no comments, the time shows whether it is the job
# of submission $1.
is_of_then() {
    local time
    time=$(stat -c %Y "${rdvc_dir}/submissions/$1/jobid" 2>/dev/null) || return 1
    [[ -z $3 && $2 =~ ^[0-9]+$ ]] && (($2 > time - 150 && $2 < time + 5))
}

status() {
    open_rdvc_dir
    answer dir "${rdvc_dir}"
    answer time "${request_time}"
    ! command -v rsync >/dev/null || answer rsync there
    local token file tokens=()
    # Before the folders are read: a job that ends meanwhile has written its result by then.
    look_at_queue 0
    find_tokens
    if ((${#tokens[@]} > 0)); then
        index_queue "${tokens[@]}"
        answer_jobs
    fi
    if [[ -n ${queue_said} ]]; then
        answer squeue "${queue_said}"
    else
        answer squeue ok
    fi
    answer queue_time "${queue_time}"
    find_ends
    {
        sum_up
        printf '%s\n' "${known[@]+"${known[@]}"}"
        for token in "${tokens[@]+"${tokens[@]}"}"; do
            file="${rdvc_dir}/submissions/${token}/jobid"
            [[ ! -e ${file} ]] || is_older_than_queue "${file}" || token+=' new'
            printf '%s\n' "${token}"
        done
    } | answer_kept
    for token in "${!may_live[@]}"; do
        answer unsure "${token}" "${may_live[${token}]}"
    done
    finish end
}

status
