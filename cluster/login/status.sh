# The state of this project's submissions. Assignments before this text: mirror (nothing for all
# projects), limit, `only` (tokens, one a line, or nothing for all), ended (1: only submissions that
# have a result), and the array known (words TOKEN:DIGEST: what earlier answers have told the
# laptop). A submission that has not changed since is not sent again. About one submission, extra is
# what else is told: `tasks` (its tasks), or `job N` or `times N` (about the job of its task N);
# about several, `metrics` (what their jobs have copied of them). For `rdvc table` also: table
# (`all`, or a task), and the array plots_of (tasks whose plots it needs, or `all`). One answer may
# have thousands of submissions, and a sweep thousands of tasks, so no process is started for a
# single one.

most_digests=100 # only the newest submissions have a digest: longer lists are rare

# Prints the project's submissions; those that were submitted, or submitted again, last come first.
# By the time of files that are written once: the folders change when jobs start and end. Replaces
# its shell: call it in `<(...)`.
list_tokens() {
    cd "${rdvc_dir}/submissions" && LC_ALL=C exec awk -v wanted="mirror ${mirror}" -v ended="${ended}" -v task="${task}" -v limit="${limit}" '
        function is_there(path,    line, found) {
            found = (getline line <path) >= 0
            if (found) close(path)
            return found
        }
        function is_of_project(path,    line, found) {
            while (!found && (getline line <path) > 0) found = line == wanted || wanted == "mirror "
            close(path)
            return found
        }
        { sub(/.* /, ""); sub("/.*", "") }
        seen[$0]++ || length($0) != 32 || /[^0-9a-f]/ || !is_of_project("./" $0 "/submission") { next }
        ended != 1 || is_there("../jobs/" $0 "/" task "/result") || is_there("./" $0 "/tasks") { print; if (++count == limit) exit }
    ' < <(if [[ -n ${only} ]]; then printf '%s\n' "${only}"; else
        printf '%s\0' */submission */attempt.[0-9]* | xargs -0 stat -c '%.9Y %n' -- 2>/dev/null | LC_ALL=C sort -rn
    fi)
}

# Answers with the records of each submission: small files, line by line. Leaves out submissions of
# which the laptop already knows everything, by a checksum of each file for the newest ones. A
# sweep's tasks follow in lines `row NUMBER`, with `FILE LINE` after a byte 1 each: only what decides
# their state, if more than one submission is asked for.
answer_kept() {
    local token folder record file words files=()
    for token in "${tokens[@]:0:most_digests}"; do
        folder="./submissions/${token}" record="./jobs/${token}/${task}"
        files+=("${folder}"/{submission,jobid,sbatch.exit,sbatch.err,cancelled} "${folder}"/attempt.* "${folder}"/claim.*/{owner,revoked}
            "${record}"/{phases,result,pulled,slurm,idle})
    done
    printf -v words '%s\n' "${known[@]+"${known[@]}"}"
    for token in "${tokens[@]}"; do
        file="${rdvc_dir}/submissions/${token}/jobid"
        [[ ! -e ${file} ]] || is_older_than_queue "${file}" || token+=' new'
        words+="${token}"$'\n'
    done
    cksum -- "${files[@]}" 2>/dev/null | tell_kept 3<<<"${words}"
}

# Standard input has lines `CRC SIZE FILE`, file descriptor 3 words TOKEN:DIGEST, then lines `TOKEN`
# or `TOKEN new`. Replaces its shell: call it at the end of a pipe.
tell_kept() {
    LC_ALL=C exec awk -v mark="@rdvc:${nonce} " -v task="${task}" -v full="$([[ -z ${only} && ${ended} != 1 ]] || echo 1)" -v table="${table}" '
        function tell(file, path,    line) {
            while ((getline line <path) > 0) print mark "file " token " " file " " line
            close(path)
        }
        function is_there(path,    line, found) {
            found = (getline line <path) >= 0
            if (found) close(path)
            return found
        }
        function task_count(    line, count) {
            if (!is_there(folder "tasks")) return 0
            is_command = is_named = 0
            while ((getline line <(folder "submission")) > 0) {
                if (line ~ /^tasks [0-9]+$/) count = substr(line, 7)
                if (line == "kind command") is_command = 1
                if (line == "names values") is_named = 1
            }
            close(folder "submission")
            return count + 0
        }
        function add(file, line) { row = row "\001" file " " line }
        function add_first(file, path,    line) {
            if ((getline line <path) <= 0) return
            add(file, line)
            close(path)
        }
        function add_last(file, path,    line, last) {
            while ((getline line <path) > 0) last = line
            if (last == "") return
            add(file, last)
            close(path)
        }
        function add_result(path,    line, found) {
            while ((getline line <path) > 0) {
                found = 1
                if (line == "cause node_failure") by_node = 1
                if (full && !table || line ~ /^(state|phase|cause|output) / || table && line ~ /^(name|node|used) /) add("result", line)
            }
            if (found) close(path)
            return found
        }
        function add_phases(path,    line, first, before, last) {
            while ((getline line <path) > 0) {
                if (full && !table) add("phases", line)
                if (table && line ~ / restart$/) { first = before = last = ""; continue }
                if (first == "") first = line
                before = last; last = line
            }
            if (last == "") return
            close(path)
            if (full && !table) return
            if (table && first != before && first != last) add("phases", first)
            if (before != "") add("phases", before)
            add("phases", last)
        }
        function tell_task(number,    record, found) {
            row = ""; by_node = 0
            if (is_named && full && (getline name <(folder "tasks")) > 0) add("name", substr(name, 1, index(name " ", " ") - 1))
            record = "./jobs/" token "/" number "/"
            found = add_result(record "result")
            if (found && is_command) add_first("pulled", record "pulled")
            if (full && (!found || by_node)) add_last("starts", record "starts")
            if (!found || full) add_phases(record "phases")
            if (!found) {
                add_first("claim", folder "claim." attempt "." number "/owner")
                add_first("revoked", folder "claim." attempt "." number "/revoked")
                add_first("slurm", record "slurm")
                add_first("idle", record "idle")
            }
            if (row != "") print mark "row " number row
        }
        !NF { next }
        NF == 3 {
            parts = split($3, part, "/")
            place = index("submission jobid sbatch.exit sbatch.err cancelled owner revoked phases result pulled slurm idle", part[parts])
            digest[part[3]] = (digest[part[3]] * 65599 + $1 + $2 * 3 + place) % 4294967291
            next
        }
        /:/ { is_known[$0] = 1; next }
        {
            token = $1; folder = "./submissions/" token "/"; record = "./jobs/" token "/" task "/"; attempt = 1
            count = task_count()
            sum = token in digest && !count ? sprintf("%.0f", digest[token]) : "-"
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
            tell("slurm", record "slurm"); tell("idle", record "idle")
            if (full && !count) { row = ""; add_last("starts", record "starts"); if (row != "") print mark "file " token " " substr(row, 2) }
            if (!count) next
            tell("stopped", folder "stopped." attempt)
            tell("arrays", folder "arrays." attempt)
            for (number = 1; number <= count; number++) tell_task(number)
            close(folder "tasks")
        }' - /dev/fd/3
}

# Answers with SLURM's lines about these submissions. Only the token replaces the script's path and
# the comment.
answer_jobs() {
    local token line lines jobs=()
    for token in "${tokens[@]}"; do
        split_lines "${jobs_of[${token}]:-}"
        for line in "${lines[@]+"${lines[@]}"}"; do
            [[ ! ${line} =~ ^([^|]*\|){4} ]] || jobs+=("${BASH_REMATCH[0]}|rdvc:${token}")
        done
    done
    ((${#jobs[@]} == 0)) || printf "@rdvc:${nonce} job %s\n" "${jobs[@]}"
}

# Answers with what jobs have copied of their metrics and plots (`3-run/live.sh`), one file after
# another, and first with the sweep's tasks, if the laptop does not have them.
answer_table() {
    local task_count number first=1 last
    find_task_count "${only}"
    cd "${rdvc_dir}/jobs/${only}" 2>/dev/null || return 0
    last=${task_count}
    [[ ${table} == all && ${task_count} != 0 ]] || first=${table/all/0} last=${table/all/0}
    {
        [[ ${extra} != tasks || ! -r ../../submissions/${only}/tasks ]] || {
            printf 'rdvc-live 1 tasks 0 %s\n' "$(wc -c <"../../submissions/${only}/tasks")"
            cat "../../submissions/${only}/tasks"
        }
        {
            seq -f '%.0f/live/metrics' "${first}" "${last}"
            for number in "${plots_of[@]+"${plots_of[@]}"}"; do
                if [[ ${number} == all ]]; then
                    seq -f '%.0f/live/plots' "${first}" "${last}"
                else
                    printf '%s/live/plots\n' "${number}"
                fi
            done
        } | LC_ALL=C xargs grep -ahs '' -- # as cat, but for small files three times as fast
    } | answer_stream "${rdvc_dir}/jobs/${only}/.table.${nonce}"
    cd "${rdvc_dir}" || return 0
}

# Answers with what jobs have copied of their metrics, those of each submission after a record with
# its token.
answer_metrics() {
    local token task_count pack
    cd "${rdvc_dir}/jobs" 2>/dev/null || return 0
    mkdir -p "${rdvc_dir}/requests" 2>/dev/null
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        find_task_count "${token}"
        printf '%s %s\n' "${token}" "${task_count}"
    done | LC_ALL=C awk '
        function tell(path,    line, found) {
            while ((getline line <path) > 0) { found = 1; print line }
            if (found) close(path)
        }
        {
            printf "rdvc-live 1 submission 0 %d\n%s", length($1), $1
            if ($2 == 0) tell("./" $1 "/0/live/metrics")
            for (number = 1; number <= $2; number++) tell("./" $1 "/" number "/live/metrics")
        }' | answer_stream "${rdvc_dir}/requests/${nonce}.metrics"
    cd "${rdvc_dir}" || return 0
}

# Records in `slurm` how SLURM says that a job without a result has ended, because SLURM forgets it.
note_end() {
    local record="${rdvc_dir}/jobs/$1/${task}"
    mkdir -p "${record}" && printf '%s\n' "$2" >"${record}/slurm.${nonce}" &&
        mv -f "${record}/slurm.${nonce}" "${record}/slurm"
}

# Among the submissions that are answered, finds jobs that have ended without a result, by SLURM's
# live view, or by accounting if the live view has forgotten them: one sacct is asked about all of
# them, and then one scontrol about those that sacct does not show as ended.
find_ends() {
    local token id words=()
    local -A forgotten=()
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        if [[ -e ${rdvc_dir}/submissions/${token}/tasks ]]; then
            find_task_ends "${token}"
            continue
        fi
        [[ -r ${rdvc_dir}/submissions/${token}/jobid && ! -e ${rdvc_dir}/jobs/${token}/${task}/result &&
            ! -e ${rdvc_dir}/jobs/${token}/${task}/slurm ]] || continue
        id=''
        read -r id <"${rdvc_dir}/submissions/${token}/jobid"
        [[ -n ${id} && ! ${jobs_of[${token}]:-} =~ ^${id}\|(PENDING|RUNNING)\| ]] || continue # the usual case, quickly
        is_gone_from_queue "${token}" || continue
        if [[ ${job} == "${id}" ]]; then
            [[ ${job_reason} != DependencyNeverSatisfied ]] || job_state+=" ${job_reason}"
            note_end "${token}" "${job_state}"
        else
            forgotten[${id}]=${token}
        fi
    done
    ((${#forgotten[@]} + ${#lost_tasks[@]} == 0)) || find_in_accounting
    for token in "${!silent_tasks[@]}"; do
        words+=("${token}" "${array_of[${token}]}")
    done
    for id in "${!forgotten[@]}"; do
        words+=("${forgotten[${id}]}" "${id}")
    done
    ((${#words[@]} > 0)) || return 0
    ask_scontrol "${words[@]}"
    note_gone_tasks
}

# The same for the tasks of the sweep $1, whose array is array_of[TOKEN]: lost_tasks[TOKEN] are those
# that SLURM's live view lacks, and silent_tasks[TOKEN] those of them about which scontrol has not
# been asked.
declare -A lost_tasks=() silent_tasks=() array_of=()
find_task_ends() {
    local task_count pack id line lines state number record indices gone lost='' silent='' folders=() ends=() shown=()
    find_task_count "$1"
    find_job_id "$1"
    id=${job_id}
    [[ -n ${id} && -z ${queue_said} && ${queue_time} -gt 0 ]] && is_older_than_queue "${rdvc_dir}/submissions/$1/jobid" || return 0
    split_lines "${jobs_of[$1]:-}"
    for line in "${lines[@]+"${lines[@]}"}"; do
        [[ ${line} =~ ^${id}_([^|]+)\|([^|]+)\|([^|]*) ]] || continue
        state=${BASH_REMATCH[2]}
        [[ ${BASH_REMATCH[3]} != DependencyNeverSatisfied ]] || state+=" ${BASH_REMATCH[3]}"
        expand_indices "${BASH_REMATCH[1]}"
        for number in "${indices[@]+"${indices[@]}"}"; do
            shown[number]=${state}
        done
    done
    cd "${rdvc_dir}/jobs/$1" 2>/dev/null || cd "${rdvc_dir}" || return 0 # no job has begun
    for ((number = 1; number <= task_count; number++)); do
        [[ ! -e ${number}/result ]] || continue # quickly, because most have one
        state=${shown[(number - 1) / pack + 1]:-}
        [[ -z ${state} ]] || is_ended_state "${state}" || continue
        record="${rdvc_dir}/jobs/$1/${number}"
        [[ ! -e ${record}/slurm ]] || continue
        if [[ -n ${state} ]]; then
            folders+=("${record}") ends+=("${state}")
        else
            lost+=" ${number}"
            gone=''
            [[ ! -r ${record}/gone ]] || read -r gone <"${record}/gone"
            [[ ${gone} == "${id}" ]] || silent+=" ${number}"
        fi
    done
    cd "${rdvc_dir}" || return 0
    if ((${#folders[@]} > 0)); then
        mkdir -p "${folders[@]}"
        for number in "${!folders[@]}"; do
            printf '%s\n' "${ends[number]}" >"${folders[number]}/slurm"
        done
    fi
    [[ -z ${lost} ]] || { lost_tasks[$1]=${lost} && array_of[$1]=${id}; }
    [[ -z ${silent} ]] || silent_tasks[$1]=${silent}
}

# Sets may_live[TOKEN.NUMBER] for these tasks, as scontrol has answered about their arrays; records
# the others in their files `gone`.
note_gone_tasks() {
    local token number why record folders
    for token in "${!silent_tasks[@]}"; do
        why=${may_live[${token}]:-}
        unset "may_live[${token}]"
        folders=()
        for number in ${silent_tasks[${token}]}; do
            if [[ -n ${why} ]] && { [[ -z ${live_tasks[${token}]:-} ]] || is_live_task "${token}" "${number}"; }; then
                may_live[${token}.${number}]=${why}
            else
                folders+=("${rdvc_dir}/jobs/${token}/${number}")
            fi
        done
        ((${#folders[@]} == 0)) || mkdir -p "${folders[@]}"
        find_job_id "${token}"
        for record in "${folders[@]+"${folders[@]}"}"; do
            printf '%s\n' "${job_id}" >"${record}/gone"
        done
    done
}

# True if scontrol shows the job of the task $2 of the sweep $1 as alive.
is_live_task() {
    local indices index task=$2
    find_index "$1"
    for indices in ${live_tasks[$1]}; do
        ! has_index "${index}" "${indices}" || return 0
    done
    return 1
}

# Removes from `forgotten` and `silent_tasks` what accounting shows as ended. Source of the options:
# sacct(1).
find_in_accounting() {
    local token id name state submitted comment lines number indices i array_ids array_offsets
    local -A token_of=() ended=() offset_of=()
    command -v sacct >/dev/null || return 0
    for id in "${!forgotten[@]}"; do
        token_of[${id}]=${forgotten[${id}]}
    done
    for token in "${!lost_tasks[@]}"; do
        token_of[${array_of[${token}]}]=${token}
        find_arrays "${token}"
        for i in "${!array_ids[@]}"; do
            token_of[${array_ids[i]}]=${token} offset_of[${array_ids[i]}]=${array_offsets[i]}
        done
    done
    lines=$(
        IFS=,
        list_accounting --duplicates --starttime=now-60days --jobs="${!token_of[*]}" --format=JobID,State,Submit,Comment 2>&1
    ) || {
        answer accounting "${lines//$'\n'/ }"
        return
    }
    while IFS='|' read -r name state submitted comment; do
        id=${name%%_*} # of a task, its array's
        [[ ${id} =~ ^[0-9]+$ && -n ${token_of[${id}]:-} ]] || continue
        token=${token_of[${id}]}
        [[ ${comment} == "rdvc:${token}"* ]] || is_of_then "${token}" "${submitted}" "${comment}" || continue
        if [[ -z ${forgotten[${id}]:-} ]]; then
            [[ ${name} == *_* ]] || continue
            expand_indices "${name#*_}"
            for number in "${indices[@]+"${indices[@]}"}"; do
                ended[${token}.$((number + ${offset_of[${id}]:-0}))]=${state} # the last word of several: it may have started again
            done
        elif is_ended_state "${state}"; then
            note_end "${token}" "${state}"
            unset "forgotten[${id}]"
        fi
    done <<<"${lines}"
    for token in "${!lost_tasks[@]}"; do
        note_task_ends "${token}"
    done
}

# Records in `slurm` how accounting says in `ended` that tasks of the sweep $1 have ended; the others
# of silent_tasks stay there.
note_task_ends() {
    local task_count pack number state still='' records=() ends=()
    find_task_count "$1"
    for number in ${lost_tasks[$1]}; do
        state=${ended[$1.$(((number - 1) / pack + 1))]:-}
        if is_ended_state "${state}"; then
            records+=("${rdvc_dir}/jobs/$1/${number}") ends+=("${state}")
        elif [[ " ${silent_tasks[$1]:-} " == *" ${number} "* ]]; then
            still+=" ${number}"
        fi
    done
    silent_tasks[$1]=${still}
    [[ -n ${still} ]] || unset "silent_tasks[$1]"
    ((${#records[@]} > 0)) || return 0
    mkdir -p "${records[@]}"
    for number in "${!records[@]}"; do
        printf '%s\n' "${ends[number]}" >"${records[number]}/slurm"
    done
}

# Ids can be given out again. If accounting keeps no comments, the time shows whether it is the job
# of submission $1.
declare -A time_of=()
is_of_then() {
    local time
    [[ -z $3 && $2 =~ ^[0-9]+$ ]] || return 1
    [[ -n ${time_of[$1]:-} ]] || time_of[$1]=$(stat -c %Y "${rdvc_dir}/submissions/$1/jobid" 2>/dev/null)
    time=${time_of[$1]}
    [[ -n ${time} ]] && (($2 > time - 150 && $2 < time + 5))
}

# Answers with what `extra` asks for about the job of the submission `only`.
answer_extra() {
    local what number token=${only} job_id task_count pack index
    read -r what number <<<"${extra}"
    [[ ${number} =~ ^[0-9]{1,7}$ && -d ${rdvc_dir}/submissions/${token} ]] || return 0
    local task=${number}
    find_job_id "${token}"
    find_task_count "${token}"
    find_index "${token}"
    case ${what} in
    job)
        [[ -z ${job_id} ]] || answer_job
        ((task_count > 0 && task == 0)) || answer_log
        ;;
    times)
        answer_marks
        ((task_count > 0 && task == 0)) || answer_accounting
        ;;
    esac
}

# How scontrol describes the job, and if it waits, how many jobs of a higher priority, how many of
# them of this user, and how many altogether wait in its partition.
answer_job() {
    local said true_jobs partition priority
    find_true_jobs "${token}" "${job_id}$( ((task == 0)) || printf '_%s' "${index}")"
    said=$(show_job "${true_jobs[0]}" 20 %s)
    said=${said%%$'\n'*}
    [[ ${said} == JobId=* && (${said} == *" Comment=rdvc:${token}"* || ${said} == *"/submissions/${token}/job.sh"*) ]] || return 0
    answer described "${said}"
    [[ ${said} =~ \ JobState=PENDING\  && ${said} =~ \ Priority=([0-9]+)\  ]] || return 0
    priority=${BASH_REMATCH[1]}
    [[ ${said} =~ \ Partition=([^\ ]+)\  ]] || return 0
    partition=${BASH_REMATCH[1]}
    said=$(list_waiting "${partition}" 2>/dev/null) || return 0
    answer line "$(LC_ALL=C awk -v than="${priority}" -v me="$(id -un)" '
        $1 > than { higher++; if ($2 == me) own++ }
        END { print higher + 0, own + 0, NR }' <<<"${said}")"
}

# When its log has last changed, its size, and its end.
answer_log() {
    local path size most=65536
    path=$(find_log 0)
    [[ -n ${path} ]] || return 0
    size=$(wc -c <"${path}")
    answer log "$(stat -c %Y "${path}") ${size}"
    ((size < most)) || size=${most}
    answer data "${size}"
    tail -c "${size}" "${path}" | head -c "${size}" # it may grow meanwhile
}

# When the files of a submission and of the job's record were written, and when the job started.
answer_marks() {
    local record="${rdvc_dir}/jobs/${token}/${task}"
    answer_lines mark < <(
        cd "${rdvc_dir}/submissions/${token}" &&
            stat -c '%.3Y %n' -- job.sh jobid{,.[0-9]*} attempt.[0-9]* cancelled claim.[0-9]/revoked claim.[0-9]."${task}"/revoked
        cd "${record}" && exec stat -c '%.3Y %n' -- result pulled
    ) 2>/dev/null
    [[ ! -r ${record}/starts ]] || answer_lines start <"${record}/starts"
}

# What accounting says of the jobs of all attempts, if there is accounting. Source of the options:
# sacct(1).
answer_accounting() {
    local file id offset lines ids=()
    command -v sacct >/dev/null || return 0
    for file in "${rdvc_dir}/submissions/${token}"/jobid{,.[0-9]*}; do
        id=''
        [[ ! -r ${file} ]] || read -r id <"${file}"
        [[ ${id} =~ ^[0-9]+$ ]] || continue
        ((task == 0)) || id+=_${index}
        ids+=("${id}")
    done
    for file in "${rdvc_dir}/submissions/${token}"/arrays.[0-9]*; do
        [[ -r ${file} ]] || continue
        while read -r id offset; do
            ((task == 0 || offset >= index)) || ids+=("${id}_$((index - offset))")
        done <"${file}"
    done
    ((${#ids[@]} > 0)) || return 0
    lines=$(
        IFS=,
        list_accounting --duplicates --starttime=now-60days --jobs="${ids[*]}" \
            --format=JobID,State,Submit,Eligible,Start,End,NodeList,Comment 2>&1
    ) || {
        answer accounting "${lines//$'\n'/ }"
        return
    }
    answer_lines ran <<<"${lines}"
}

status() {
    open_rdvc_dir
    answer dir "${rdvc_dir}"
    answer time "${request_time}"
    ! command -v rsync >/dev/null || answer rsync there
    local token list tokens=()
    exec {list}< <(list_tokens)
    # Before the records are read: a job that ends meanwhile has written its result by then.
    look_at_queue 0
    mapfile -t -u "${list}" tokens
    exec {list}<&-
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
    ((${#tokens[@]} == 0)) || answer_kept
    for token in "${!may_live[@]}"; do
        answer unsure "${token}" "${may_live[${token}]}"
    done
    [[ -z ${table} ]] || answer_table
    [[ ${extra} != metrics ]] || answer_metrics
    [[ ${extra} != *' '* ]] || answer_extra
    finish end
}

status
