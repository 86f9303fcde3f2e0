# SLURM's word on this user's jobs. Whoever asks writes the answer to `queue/jobs` in rdvc's folder, and whoever
# comes soon after reads it there: two questions a minute, however many commands wait for jobs. Assignment
# before this text: poll (seconds from one question to the next; after a pause some may come at once).
# The lines are `id|state|reason|start|script|comment`, of jobs of rdvc's alone. Ids can be given out again: a
# job is known by the token in its comment, or in its script's path where a site changes comments.

queue_time=0  # when SLURM last answered, seconds since the epoch; 0: never
queue_lines='' # its answer
queue=''       # the folder that it is in
indexed=0      # 1: jobs_of tells of it
queue_said='' # its words where the last question failed; empty: it answered
queue_file='' # it as a file, open: its time is that of what was read, also if another has taken its place
at_once=8     # questions

now() {
    printf '%(%s)T' -1
}

request_time=$(now)

# Sets queue, the folder of the answers: clusters that share rdvc's folder have one each. Without their names, by the
# usual place of SLURM's settings, they have one together.
find_queue() {
    local key value
    [[ -z ${queue} ]] || return 0
    queue="${rdvc_dir}/queue"
    while IFS='= ' read -r key value _; do
        if [[ ${key,,} == clustername && ${value} =~ ^[A-Za-z0-9_-]+$ ]]; then
            queue+="/${value}"
            break
        fi
    done <"${SLURM_CONF:-/etc/slurm/slurm.conf}"
} 2>/dev/null

# What was asked last, by whomever.
read_queue() {
    local failed='' time
    find_queue
    queue_time=0 queue_lines='' indexed=0 queue_said=''
    open_queue "${queue}/jobs"
    if [[ -n ${queue_file} ]]; then
        queue_lines=$(<"/dev/fd/${queue_file}")
        time=${queue_lines%%$'\n'*}
        [[ ! ${time} =~ ^[0-9]+$ ]] || queue_time=${time}
        queue_lines=${queue_lines#*$'\n'}
        [[ ${queue_lines} != "${time}" ]] || queue_lines=''
    fi
    [[ ! -r ${queue}/failure ]] || failed=$(<"${queue}/failure")
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
    [[ ! -r ${queue}/paid ]] || read -r paid <"${queue}/paid"
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
    printf '%s\n' "$2" >"${queue}/$1.${nonce}" &&
        mv -f "${queue}/$1.${nonce}" "${queue}/$1"
}

# Asks now. False if SLURM does not answer, or what answers is not SLURM; that says nothing of any job.
ask_queue() {
    local said time began
    find_queue
    began="${queue}/began.${nonce}"
    mkdir -p "${queue}" && : >"${began}"
    time=$(now)
    if said=$(list_jobs '%A|%T|%r|%S|%o|%k' 2>&1); then
        queue_said=''
        if [[ -n ${said} ]] && ! grep -qE '^[0-9]+\|[A-Z]' <<<"${said}"; then
            queue_said="squeue printed something other than a list of jobs: ${said:0:200}"
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
    queue_time=${time} indexed=0
    queue_lines=$(grep -E '\|rdvc:|/submissions/' <<<"${said}")
    publish_queue "${time}" "${began}" # a job of later is not missed in it
    rm -f "${began}"
}

# Puts `queue_lines` in place for all, as SLURM's answer of the time $1 and of the file $2; half of it, on a full disk,
# would say of jobs that they are gone.
publish_queue() {
    local new="${queue}/jobs.${nonce}"
    if printf '%s\n%s\n' "$1" "${queue_lines}" >"${new}" && touch -r "$2" "${new}"; then
        open_queue "${new}"
        mv -f "${new}" "${queue}/jobs"
    fi
    rm -f "${new}"
}

# What was said is past by our own doing; a later question needs a new answer. Another's newer answer stays.
outdate_queue() {
    local time=
    read -r time <"${queue}/jobs"
    [[ ${time} != "${queue_time}" ]] || publish_queue "$((queue_time - 1))" "${queue}/jobs"
}

# Makes the answer at most $1 seconds old, if that may be asked for now. One asks, others wait for its answer. With 0
# one of this very second is too old as well: it may be of before what the caller has just seen.
look_at_queue() {
    local began lock
    began=$(now)
    read_queue
    (($1 == 0 || queue_time < began - $1)) || return 0
    local before=${queue_time}
    mkdir -p "${queue}"
    exec {lock}>"${queue}/lock"
    ! command -v flock >/dev/null || flock -w 30 "${lock}"
    read_queue
    if ((queue_time < began - $1 || ($1 == 0 && queue_time == before))) && may_ask; then
        ask_queue
    fi
    exec {lock}>&-
}

# Sets jobs_of[TOKEN] to the lines of the answer that name it, in the comment or in the script's path; of these tokens
# alone where some are given.
declare -A jobs_of
# shellcheck disable=SC2120 # not every request gives any
index_queue() {
    local token line
    indexed=1
    jobs_of=()
    while read -r token line; do
        jobs_of[${token}]+=${line}$'\n'
    done < <(LC_ALL=C awk '{ token = "" }
        match($0, /\|rdvc:[0-9a-z-]+/) { token = substr($0, RSTART + 6, RLENGTH - 6); print token, $0 }
        match($0, /\/submissions\/[0-9a-f]+\/job\.sh/) {
            script = substr($0, RSTART + 13, RLENGTH - 20)
            if (script != token) print script, $0
        }' < <(lines_of "$@"))
}

lines_of() {
    if (($# > 0)); then
        LC_ALL=C grep -aF -f <(printf '%s\n' "$@") <<<"${queue_lines}"
    else
        printf '%s\n' "${queue_lines}"
    fi
}

# Sets job, job_state and job_reason of submission $1's newest job in the answer, before all one that has not ended; empty:
# it has none there. Those of earlier attempts are past.
find_job() {
    local id state reason rank job_rank past=' ' now_id='' file="${rdvc_dir}/submissions/$1/jobid"
    job='' job_state='' job_reason=''
    # shellcheck disable=SC2119
    ((indexed)) || index_queue
    [[ -n ${jobs_of[$1]:-} ]] || return 0
    [[ ! -r ${file} ]] || read -r now_id <"${file}" # SLURM may have given it the id of an earlier one
    for file in "${rdvc_dir}/submissions/$1"/jobid.[0-9]*; do
        [[ ! -r ${file} ]] || { read -r id <"${file}" && past+="${id} "; }
    done
    while IFS='|' read -r id state reason _; do
        [[ -n ${id} && (${past} != *" ${id} "* || ${id} == "${now_id}") ]] || continue
        # One attempt may leave two jobs; the one that has not got the claim ends at once.
        rank=1
        ! is_ended_state "${state}" || rank=0
        if [[ -z ${job} ]] || ((rank > job_rank || (rank == job_rank && id > job))); then
            job=${id} job_state=${state} job_reason=${reason} job_rank=${rank}
        fi
    done <<<"${jobs_of[$1]}"
}

# The file $1 is older than SLURM's answer. In the same moment, which may be a second on a shared file system, it is not.
is_older_than_queue() {
    [[ -e $1 && -n ${queue_file} && /dev/fd/${queue_file} -nt $1 ]]
}

