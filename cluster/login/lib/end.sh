# Whether the job of a submission has ended. That it has is believed only where squeue and scontrol agree: squeue's
# answer may come from a cache of the site's, or leave a job out, for whatever reason.

# SLURM answered, after the job of submission $1 was known here (or after this request began, for a job of
# rdvc's own), and has no job of it that waits or runs.
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

# For words TOKEN JOB of jobs that squeue does not show as alive: sets may_live[TOKEN], a sentence, where scontrol does not say
# the same. One scontrol is asked, of as many as it may take; what was gone once stays so (the file `gone`).
declare -A may_live
ask_scontrol() {
    local said id token gone our_cluster=''
    local -A token_of=()
    may_live=()
    for (( ; $# > 1; )); do
        token=$1 id=$2 gone=''
        shift 2
        [[ ! -r ${rdvc_dir}/jobs/${token}/${task}/gone ]] || read -r gone <"${rdvc_dir}/jobs/${token}/${task}/gone"
        [[ ${id} =~ ^[0-9]+$ && ${id} != "${gone}" ]] || continue
        may_live[${token}]="squeue does not show job ${id}, and scontrol was asked of others first"
        ((${#token_of[@]} >= 100)) || token_of[${id}]=${token}
    done
    ((${#token_of[@]} > 0)) || return 0
    said=$(show_jobs "${!token_of[@]}")
    hear_scontrol
    for id in "${!token_of[@]}"; do
        token=${token_of[${id}]}
        is_of_this_cluster "${token}" || continue
        [[ -n ${may_live[${token}]:-} || ! -d ${rdvc_dir}/jobs/${token}/${task} ]] ||
            printf '%s\n' "${id}" >"${rdvc_dir}/jobs/${token}/${task}/gone"
    done
}

# What it does not know it says without the id, so that they are counted; with any other word nothing is certain.
hear_scontrol() {
    local line state words lacking=0
    local -A silent=()
    for id in "${!token_of[@]}"; do
        silent[${id}]=${token_of[${id}]}
    done
    while IFS= read -r line; do
        if [[ ${line} =~ (^|\ )JobId=([0-9]+)\  && -n ${silent[${BASH_REMATCH[2]}]:-} ]]; then
            id=${BASH_REMATCH[2]}
            token=${silent[${id}]}
            unset "silent[${id}]" "may_live[${token}]"
            # Its id may be somebody else's by now.
            [[ ${line} == *" Comment=rdvc:${token}"* || ${line} == *"/submissions/${token}/job.sh"* ]] || continue
            state=${line#* JobState=}
            state=${state%% *}
            is_ended_state "${state}" ||
                may_live[${token}]="squeue does not show job ${id}, but scontrol says that it is ${state}"
        elif [[ ${line} =~ (^|\ )ClusterName\ *=\ *([^\ ]+) ]]; then
            our_cluster=${BASH_REMATCH[2]}
        elif [[ ${line} == *'Invalid job id'* ]]; then
            lacking=$((lacking + 1))
        fi
    done <<<"${said}"
    words=${said//$'\n'/ }
    for id in "${!silent[@]}"; do
        may_live[${silent[${id}]}]="squeue does not show job ${id}, and scontrol does not tell: ${words:0:200}"
        ((lacking != ${#silent[@]})) || unset "may_live[${silent[${id}]}]"
    done
}

# Clusters may share this folder, and none knows the others' jobs.
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

# The same of one: job $1 of submission $2. `other_word` says what speaks against its end.
may_still_live() {
    ask_scontrol "$2" "$1"
    other_word=${may_live[$2]:-}
    [[ -n ${other_word} ]]
}

# Submission $1 has its result, for good: after a preemption, say, the same job may go on; and a job that is
# stopped writes it before it has put away what there is.
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

# For a request that waits: looks now and then, by an answer of at most $2 seconds (poll), and says why a job has not
# started. True if it is gone.
next_look=2
look_pause=5
said_reason=
is_gone() {
    ((SECONDS >= next_look)) || return 1
    next_look=$((SECONDS + look_pause))
    look_pause=$((look_pause < poll ? look_pause * 2 : poll))
    look_at_queue "${2:-${poll}}"
    find_job "$1"
    if [[ -z ${queue_said} && ${job_state} == PENDING && ${job_reason} != "${said_reason}" &&
        ! -e ${rdvc_dir}/jobs/$1/${task}/job ]]; then # which it writes as it starts; SLURM's word may be old
        answer pending "${job_reason}"
        said_reason=${job_reason}
    fi
    is_gone_from_queue "$1" && { [[ -n ${job} ]] || ! may_still_live "$(job_of "$1")" "$1"; }
}
