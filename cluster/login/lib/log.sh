# The log of a submission's job. SLURM gives it its name; each attempt has its own.

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

# Prints the log of the newest job of the submission `token`, or of its task `task`. $1: 1, to leave
# out the log of a job in which the task has not begun yet.
find_log() {
    local folder="${rdvc_dir}/submissions/${token}" of_task=('slurm-*') index task_count pack found=''
    find_task_count "${token}"
    find_index "${token}"
    ((task == 0)) || find_own_logs
    # A task of a pack has its own log, once it has begun.
    # shellcheck disable=SC2012,SC2048,SC2086 # the names are SLURM's own, and the patterns are ours
    ((task == 0 || pack == 1)) || found=$(cd "${folder}" && ls -t -- ${of_task[*]/%/.${task}.out} 2>/dev/null | head -n 1)
    # shellcheck disable=SC2012,SC2048,SC2086
    [[ -n ${found} ]] || ((task > 0 && pack > 1 && $1 == 1)) ||
        found=$(cd "${folder}" && ls -t -- ${of_task[*]/%/.out} 2>/dev/null | head -n 1)
    [[ -z ${found} ]] || printf '%s\n' "${folder}/${found}"
}
