# SLURM's word on this user's jobs. Whoever asks writes the answer to `queue/jobs` in rdvc's folder, and whoever
# comes soon after reads it there: two questions a minute, however many commands wait for jobs. Assignment
# before this text: poll (seconds from one question to the next; after a pause some may come at once).
# The lines are `id|state|reason|start|script|comment`, of jobs of rdvc's alone. Ids can be given out again: a
# job is known by the token in its comment, or in its script's path where a site changes comments.

queue_time=0  # when SLURM last answered, seconds since the epoch; 0: never
queue_lines='' # its answer
queue_said='' # its words where the last question failed; empty: it answered
queue_file='' # it as a file, open: its time is that of what was read, also if another has taken its place
at_once=8     # questions

now() {
    printf '%(%s)T' -1
}

request_time=$(now)

# What was asked last, by whomever.
read_queue() {
    local failed='' time
    queue_time=0 queue_lines='' queue_said=''
    open_queue "${rdvc_dir}/queue/jobs"
    if [[ -n ${queue_file} ]]; then
        queue_lines=$(<"/dev/fd/${queue_file}")
        time=${queue_lines%%$'\n'*}
        [[ ! ${time} =~ ^[0-9]+$ ]] || queue_time=${time}
        queue_lines=${queue_lines#*$'\n'}
        [[ ${queue_lines} != "${time}" ]] || queue_lines=''
    fi
    [[ ! -r ${rdvc_dir}/queue/failure ]] || failed=$(<"${rdvc_dir}/queue/failure")
    if [[ ${failed%% *} =~ ^[0-9]+$ ]] && ((${failed%% *} >= queue_time)); then
        queue_said=${failed#* }
    fi
}

open_queue() {
    [[ -z ${queue_file} ]] || exec {queue_file}<&-
    queue_file=''
    [[ ! -r $1 ]] || exec {queue_file}<"$1"
}

# The time up to which questions are paid for, in `paid`: each moves it by `poll` seconds, and it may be ahead
# of the clock by as many as may come at once.
read_paid() {
    paid=0
    [[ ! -r ${rdvc_dir}/queue/paid ]] || read -r paid <"${rdvc_dir}/queue/paid"
    [[ ${paid} =~ ^[0-9]+$ ]] && ((paid > $1 && paid <= $1 + (at_once + 2) * poll)) || paid=$1
}

may_ask() {
    local time paid
    time=$(now)
    read_paid "${time}"
    ((paid <= time + (at_once - 1) * poll))
}

# $1: questions that were asked.
pay() {
    local time paid
    time=$(now)
    read_paid "${time}"
    paid=$((paid + $1 * poll))
    ((paid <= time + (at_once + 1) * poll)) || paid=$((time + (at_once + 1) * poll))
    write_queue_file paid "${paid}"
}

write_queue_file() {
    printf '%s\n' "$2" >"${rdvc_dir}/queue/$1.${nonce}" &&
        mv -f "${rdvc_dir}/queue/$1.${nonce}" "${rdvc_dir}/queue/$1"
}

# Asks now. False if SLURM does not answer, or what answers is not SLURM; that says nothing of any job.
ask_queue() {
    local said time began="${rdvc_dir}/queue/began.${nonce}"
    mkdir -p "${rdvc_dir}/queue" && : >"${began}"
    time=$(now)
    if said=$(timeout 20 squeue --noheader --states=all --user "$(id -un)" -o '%A|%T|%r|%S|%o|%k' 2>&1); then
        queue_said=''
        if [[ -n ${said} ]] && ! grep -qE '^[0-9]+\|[A-Z]' <<<"${said}"; then
            queue_said="squeue says what is no list of jobs: ${said:0:200}"
        fi
    else
        queue_said=${said:-squeue does not answer}
    fi
    queue_said=${queue_said//$'\n'/ }
    if [[ -n ${queue_said} ]]; then
        pay 2 # less often as long as it fails
        write_queue_file failure "${time} ${queue_said}"
        rm -f "${began}"
        return 1
    fi
    pay 1
    queue_time=${time}
    queue_lines=$(grep -E '\|rdvc:|/submissions/' <<<"${said}")
    publish_queue "${time}" "${began}" # a job of later is not missed in it
    rm -f "${began}"
}

# Puts `queue_lines` in place for all, as SLURM's answer of the time $1 and of the file $2; half of it, on a full disk,
# would say of jobs that they are gone.
publish_queue() {
    local new="${rdvc_dir}/queue/jobs.${nonce}"
    if printf '%s\n%s\n' "$1" "${queue_lines}" >"${new}" && touch -r "$2" "${new}"; then
        open_queue "${new}"
        mv -f "${new}" "${rdvc_dir}/queue/jobs"
    fi
    rm -f "${new}"
}

# What was said is past by our own doing; who asks now wants to know anew. Another's newer answer stays.
outdate_queue() {
    local time=
    read -r time <"${rdvc_dir}/queue/jobs"
    [[ ${time} != "${queue_time}" ]] || publish_queue "$((queue_time - 1))" "${rdvc_dir}/queue/jobs"
}

# Makes the answer at most $1 seconds old, if that may be asked for now. One asks, others wait for its answer. With 0
# one of this very second is too old as well: it may be of before what the caller has just seen.
look_at_queue() {
    local began lock
    began=$(now)
    read_queue
    (($1 == 0 || queue_time < began - $1)) || return 0
    local before=${queue_time}
    mkdir -p "${rdvc_dir}/queue"
    exec {lock}>"${rdvc_dir}/queue/lock"
    ! command -v flock >/dev/null || flock -w 30 "${lock}"
    read_queue
    if ((queue_time < began - $1 || ($1 == 0 && queue_time == before))) && may_ask; then
        ask_queue
    fi
    exec {lock}>&-
}

# Sets job, job_state and job_reason of submission $1's newest job in the answer, before all one that has not ended; empty:
# it has none there. Those of earlier attempts are past.
find_job() {
    local line file id state rank job_rank past=' ' now_id
    now_id=$(job_of "$1") # SLURM may have given it the id of an earlier one
    for file in "${rdvc_dir}/submissions/$1"/jobid.[0-9]*; do
        [[ ! -r ${file} ]] || { read -r id <"${file}" && past+="${id} "; }
    done
    job='' job_state='' job_reason=''
    while IFS= read -r line; do
        [[ ${line} == *"|rdvc:$1"* || ${line} == *"/submissions/$1/job.sh"* ]] || continue
        [[ ${past} != *" ${line%%|*} "* || ${line%%|*} == "${now_id}" ]] || continue
        id=${line%%|*}
        line=${line#*|}
        state=${line%%|*}
        line=${line#*|}
        # One attempt may leave two jobs; the one that has not got the claim ends at once.
        rank=1
        ! is_ended_state "${state}" || rank=0
        if [[ -z ${job} ]] || ((rank > job_rank || (rank == job_rank && id > job))); then
            job=${id} job_state=${state} job_reason=${line%%|*} job_rank=${rank}
        fi
    done <<<"${queue_lines}"
}

# False for an unknown word, so that nothing counts as ended by mistake.
is_ended_state() {
    case $1 in
    BOOT_FAIL | CANCELLED* | COMPLETED | DEADLINE | FAILED | NODE_FAIL | PREEMPTED | OUT_OF_MEMORY | TIMEOUT | \
        REVOKED) return 0 ;;
    esac
    return 1
}

# The file $1 is older than SLURM's answer. In the same moment, which may be a second on a shared file system, it is not.
is_older_than_queue() {
    [[ -e $1 && -n ${queue_file} && /dev/fd/${queue_file} -nt $1 ]]
}

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

# Another word of SLURM's on job $1, where squeue shows none for submission $2 and the job had begun: what squeue says may
# come from a cache of the site's, or from a controller that is not well. True if scontrol has it and not as ended, or
# does not know; `other_word` says so. Where users may not ask scontrol, squeue's word holds.
may_still_live() {
    local said state
    other_word=''
    [[ -n $1 ]] || return 1
    said=$(timeout 20 scontrol --oneliner show job "$1" 2>&1)
    case $?-${said} in
    0-*"JobId=$1 "*) ;;
    126-* | 127-* | *'Invalid job id'* | *[Pp]ermission\ denied*) return 1 ;;
    *)
        other_word="squeue does not show job $1, and scontrol does not tell: ${said:0:200}"
        other_word=${other_word//$'\n'/ }
        return 0
        ;;
    esac
    [[ ${said} == *" Comment=rdvc:$2"* || ${said} == *"/submissions/$2/job.sh"* ]] || return 1 # its id is somebody else's now
    state=${said#* JobState=}
    state=${state%% *}
    other_word="squeue does not show job $1, but scontrol says that it is ${state}"
    ! is_ended_state "${state}"
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
        phase=$(tail -n 1 "${rdvc_dir}/jobs/$1/0/phases" 2>/dev/null)
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
        ! -e ${rdvc_dir}/jobs/$1/0/job ]]; then # which it writes as it starts; SLURM's word may be old
        answer pending "${job_reason}"
        said_reason=${job_reason}
    fi
    is_gone_from_queue "$1" && { [[ -n ${job} ]] || ! may_still_live "$(job_of "$1")" "$1"; }
}
