# Whether the job of a submission has ended. It counts as ended only if squeue and scontrol agree:
# squeue's answer may come from a site's cache, or lack a job for whatever reason.

# True if SLURM answered after the job of submission $1 was known here (or, for a job of rdvc
# itself, after this request began), and has no waiting or running job for it.
is_gone_from_queue() {
    local id="${rdvc_dir}/submissions/$1/jobid"
    [[ -z ${queue_said} && ${queue_time} -gt 0 ]] || return 1
    find_job "$1"
    if [[ -n ${job} ]]; then
        is_ended_state "${job_state}"
        return
    fi
    if [[ -e ${id} ]]; then
        is_older_than_queue "${id}"
    else
        ((queue_time > request_time))
    fi
}

# For words TOKEN JOB of jobs that squeue does not show as alive: sets may_live[TOKEN], a sentence,
# if scontrol does not agree. One scontrol is asked about as many as it can take; a job that was
# gone once stays gone (the file `gone`).
# Of a sweep these are about the task `task`; with `task` 0 about any of its tasks, and live_tasks
# has the indices of those that scontrol shows as alive. JOB may be the first of several arrays.
declare -A may_live live_tasks
not_asked="and scontrol was asked about others first"
ask_scontrol() {
    local said id token gone our_cluster='' index i true_jobs array_ids array_offsets asked=()
    local -A token_of=() offset_of=()
    may_live=() live_tasks=()
    for (( ; $# > 1; )); do
        token=$1 id=$2 gone=''
        shift 2
        [[ ! -r ${rdvc_dir}/jobs/${token}/${task}/gone ]] || read -r gone <"${rdvc_dir}/jobs/${token}/${task}/gone"
        [[ ${id} =~ ^[0-9]+$ && ${id} != "${gone}" ]] || continue
        may_live[${token}]="squeue does not show job ${id}, ${not_asked}"
        find_index "${token}"
        ((task == 0)) || id+="_${index}"
        find_true_jobs "${token}" "${id}"
        ((${#token_of[@]} == 0 || ${#token_of[@]} + ${#true_jobs[@]} <= 100)) || continue
        asked+=("${token} ${id%_*}")
        for id in "${true_jobs[@]%_*}"; do
            token_of[${id}]=${token}
        done
        find_arrays "${token}"
        for i in "${!array_ids[@]}"; do
            offset_of[${array_ids[i]}]=${array_offsets[i]}
        done
    done
    ((${#token_of[@]} > 0)) || return 0
    said=$(show_jobs "${!token_of[@]}")
    read_scontrol
    for i in "${asked[@]}"; do
        token=${i% *} id=${i#* }
        is_of_this_cluster "${token}" || continue
        [[ -n ${may_live[${token}]:-} || ! -d ${rdvc_dir}/jobs/${token}/${task} ]] ||
            printf '%s\n' "${id}" >"${rdvc_dir}/jobs/${token}/${task}/gone"
    done
}

# For unknown jobs it prints an error without the id, so these are counted; after any other message
# nothing is certain.
read_scontrol() {
    local line state words indices shifted index lacking=0
    local -A silent=()
    for id in "${!token_of[@]}"; do
        silent[${id}]=${token_of[${id}]}
    done
    while IFS= read -r line; do
        id='' indices=''
        if [[ ${line} =~ \ ArrayJobId=([0-9]+)\ ArrayTaskId=([^\ ]+)\  ]]; then # a line for each task that has started
            id=${BASH_REMATCH[1]} indices=${BASH_REMATCH[2]}
        elif [[ ${line} =~ (^|\ )JobId=([0-9]+)\  ]]; then
            id=${BASH_REMATCH[2]}
        fi
        if [[ -n ${id} && -n ${token_of[${id}]:-} ]]; then
            token=${token_of[${id}]}
            [[ -z ${silent[${id}]:-} ]] || { unset "silent[${id}]" && forget_not_asked "${token}"; }
            # The id may now be somebody else's.
            [[ ${line} == *" Comment=rdvc:${token}"* || ${line} == *"/submissions/${token}/job.sh"* ]] || continue
            shift_indices "${indices}" "${offset_of[${id}]:-0}"
            indices=${shifted}
            find_index "${token}"
            ((task == 0)) || has_index "${index}" "${indices}" || continue
            state=${line#* JobState=}
            state=${state%% *}
            is_ended_state "${state}" && continue
            may_live[${token}]="squeue does not show job ${id}, but scontrol says that it is ${state}"
            [[ -z ${indices} ]] || live_tasks[${token}]+="${indices} "
        elif [[ ${line} =~ (^|\ )ClusterName\ *=\ *([^\ ]+) ]]; then
            our_cluster=${BASH_REMATCH[2]}
        elif [[ ${line} == *'Invalid job id'* ]]; then
            lacking=$((lacking + 1))
        fi
    done <<<"${said}"
    words=${said//$'\n'/ }
    for id in "${!silent[@]}"; do
        if ((lacking == ${#silent[@]})); then
            forget_not_asked "${silent[${id}]}"
        else
            may_live[${silent[${id}]}]="squeue does not show job ${id}, and scontrol does not say: ${words:0:200}"
        fi
    done
}

# Scontrol has answered about a job of submission $1; another one of it may live.
forget_not_asked() {
    [[ ${may_live[$1]:-} != *"${not_asked}" ]] || unset "may_live[$1]"
}

# Several clusters may share this folder, and none knows the others' jobs.
is_of_this_cluster() {
    local key value
    [[ -n ${our_cluster} && -r ${rdvc_dir}/jobs/$1/${task}/workspace ]] || return 0
    while read -r key value; do
        if [[ ${key} == cluster && -n ${value} && ${value} != "${our_cluster}" ]]; then
            may_live[$1]="its job is in the cluster ${value}, and this is ${our_cluster}"
            return 1
        fi
    done <"${rdvc_dir}/jobs/$1/${task}/workspace"
}

# The same for one: job $1 of submission $2. Sets `other_word`, the reason to believe that it is
# alive.
may_still_live() {
    ask_scontrol "$2" "${1%%_*}"
    other_word=${may_live[$2]:-}
    [[ -n ${other_word} ]]
}

# True if submission $1 has its final result: after a preemption, for example, the same job may
# continue; and a job that is stopped writes its result before it saves its files.
has_ended() {
    local key value phase
    [[ -e $(result_of "$1") ]] || return 1
    read -r key value <"$(result_of "$1")"
    [[ ${key}-${value} == state-failed ]] || return 0
    look_at_queue 5
    find_job "$1"
    case ${job_state} in
    PENDING | REQUEUE*) return 1 ;;
    RUNNING | COMPLETING)
        phase=$(tail -n 1 "${rdvc_dir}/jobs/$1/${task}/phases" 2>/dev/null)
        [[ ${phase#* } == end ]] || return 1
        ;;
    esac
    [[ -e $(result_of "$1") ]] # it may have started again meanwhile
}

# True if the job of submission $1 that find_job has found, or another one of its attempt, has started:
# SLURM's answer may be older than that.
has_started() {
    local id='' past=' ' file="${rdvc_dir}/jobs/$1/${task}/job" # which the job writes
    [[ ! -r ${file} ]] || read -r id <"${file}"
    find_past_ids "$1"
    [[ -n ${id} && (${id} == "${job}" || ${past} != *" ${id%%_*} "*) ]]
}

# For a request that waits: looks now and then at an answer of SLURM that is at most $2 (poll)
# seconds old, and says why a job has not started. True if it is gone.
next_look=2
look_pause=5
said_reason=
is_gone() {
    ((SECONDS >= next_look)) || return 1
    next_look=$((SECONDS + look_pause))
    look_pause=$((look_pause < poll ? look_pause * 2 : poll))
    look_at_queue "${2:-${poll}}"
    find_job "$1"
    if [[ -z ${queue_said} && ${job_state} == PENDING && ${job_reason} != "${said_reason}" ]] && ! has_started "$1"; then
        answer pending "${job_reason}"
        said_reason=${job_reason}
    fi
    is_gone_from_queue "$1" || return 1
    find_job_id "$1"
    [[ -n ${job} ]] || ! may_still_live "${job_id}" "$1"
}
