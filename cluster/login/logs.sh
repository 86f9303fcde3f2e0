# A submission's log (or its script), as blocks of bytes. Assignments before this text: token, task,
# file (`log` or a name in the submission's folder), follow (0 or 1), offset (bytes that the laptop
# already has), tail (an option of tail(1), which says where to begin instead; or nothing).

# Sets of_task to the beginnings of the names of the logs of the job with the number `index`, one for
# each attempt: in all attempts that have one array the job has the same index.
find_own_logs() {
    local id offset own file several=' '
    of_task=()
    for file in "${folder}"/arrays.[0-9]*; do
        [[ -r ${file} ]] || continue
        own=''
        while read -r id offset; do
            several+="${id} "
            ((offset >= index)) || own="slurm-${id}_$((index - offset))"
        done <"${file}"
        [[ -z ${own} ]] || of_task+=("${own}")
    done
    if [[ ${several} == ' ' ]]; then
        of_task=("slurm-*_${index}")
        return
    fi
    for file in "${folder}"/{jobid,jobid.[0-9]*}; do
        id=''
        [[ ! -r ${file} ]] || read -r id <"${file}"
        [[ -z ${id} || ${several} == *" ${id} "* ]] || of_task+=("slurm-${id}_${index}")
    done
}

# The log of the newest job of this submission.
find_file() {
    local folder="${rdvc_dir}/submissions/${token}"
    if [[ ${file} == log ]]; then
        local of_task=('slurm-*') index task_count pack found=''
        find_task_count "${token}"
        find_index "${token}"
        ((task == 0)) || find_own_logs
        # A task of a pack has its own log, once it has begun.
        # shellcheck disable=SC2012,SC2048,SC2086 # the names are SLURM's own, and the patterns are ours
        ((task == 0 || pack == 1)) || found=$(cd "${folder}" && ls -t -- ${of_task[*]/%/.${task}.out} 2>/dev/null | head -n 1)
        # shellcheck disable=SC2012,SC2048,SC2086
        [[ -n ${found} ]] || ((task > 0 && pack > 1 && follow == 1 && last == 0)) ||
            found=$(cd "${folder}" && ls -t -- ${of_task[*]/%/.out} 2>/dev/null | head -n 1)
        [[ -z ${found} ]] || found="${folder}/${found}"
        [[ -z ${found} ]] || printf '%s\n' "${found}"
    elif [[ -e ${folder}/${file} ]]; then
        printf '%s\n' "${folder}/${file}"
    fi
}

# Sets `offset` to where the part of the file $1 that `tail` names begins, and tells it.
find_tail() {
    local size='' bytes try
    for try in 1 2 3; do # it may grow meanwhile
        size=$(wc -c <"$1") && bytes=$(tail "${tail}" -- "$1" | wc -c) || return 0
        [[ $(wc -c <"$1") != "${size}" ]] || break
    done
    offset=$((bytes < size ? size - bytes : 0)) tail=''
    answer offset "${offset}"
}

# The bytes from `offset` to the file's current end.
send_rest() {
    local path=$1 size
    [[ -z ${tail} ]] || find_tail "${path}"
    size=$(wc -c <"${path}") || return 0
    ((size > offset)) || return 0
    answer data "$((size - offset))"
    tail -c "+$((offset + 1))" "${path}" | head -c "$((size - offset))"
    offset=${size}
}

# Ends the request of a job that has not started: with SLURM's reason, if it waits.
refuse_without_log() {
    next_look=0
    if has_ended "${token}" || is_gone "${token}" 0; then
        finish absent file gone
    fi
    finish absent file
}

logs() {
    open_rdvc_dir
    [[ -d ${rdvc_dir}/submissions/${token} ]] || finish absent submission
    [[ ${file} != log ]] || require_task "${token}"
    local path last=0 job_id
    find_job_id "${token}"
    [[ ${file} != log || -n ${job_id} ]] || finish absent job
    path=$(find_file)
    [[ -n ${path} || ${follow} == 1 ]] || refuse_without_log
    while :; do
        if has_ended "${token}" || is_gone "${token}"; then
            last=1
        fi
        [[ -n ${path} ]] || path=$(find_file)
        [[ -z ${path} ]] || send_rest "${path}"
        if [[ ${follow} != 1 || ${last} == 1 ]]; then
            finish end
        fi
        show_life
        sleep 0.5
    done
}

logs
