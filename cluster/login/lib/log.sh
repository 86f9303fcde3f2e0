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

# Sets `own` to the beginning of the log's name of the newest attempt's job, or of that one of its
# jobs that has the number `index`.
find_newest_name() {
    local i job_id array_ids array_offsets
    find_job_id "${token}"
    find_arrays "${token}"
    own="slurm-${job_id}"
    ((task > 0)) || return 0
    own+="_${index}"
    for i in "${!array_ids[@]}"; do
        ((array_offsets[i] >= index)) || own="slurm-${array_ids[i]}_$((index - array_offsets[i]))"
    done
}

# Prints the log of the newest job of the submission `token`, or of its task `task`, that has one. $1:
# 1, to leave out the logs of earlier attempts, and that of a job in which the task has not begun yet.
find_log() {
    local folder="${rdvc_dir}/submissions/${token}" of_task=('slurm-*') ending=.out own index task_count pack found=''
    find_task_count "${token}"
    find_index "${token}"
    find_newest_name
    ((task == 0)) || find_own_logs
    ((task == 0 || pack == 1)) || ending=".${task}.out" # a task of a pack has its own log, once it has begun
    if [[ -e ${folder}/${own}${ending} ]]; then
        found=${own}${ending}
    elif [[ -e ${folder}/${own}.out && slurm-$(value_of job "$(result_of "${token}")") == "${own}" ]]; then
        found=${own}.out # the job failed before the task began
    elif (($1 == 0)); then
        for ending in "${ending}" .out; do
            # shellcheck disable=SC2012,SC2048,SC2086 # the names are SLURM's own, and the patterns are ours
            [[ -n ${found} ]] || found=$(cd "${folder}" && ls -t -- ${of_task[*]/%/${ending}} 2>/dev/null | head -n 1)
        done
    fi
    [[ -z ${found} ]] || printf '%s\n' "${folder}/${found}"
}
