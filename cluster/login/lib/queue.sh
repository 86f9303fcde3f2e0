# SLURM's answers about this user's jobs. The request that asks writes the answer to `queue/jobs` in
# rdvc's folder, and later requests read it there: two queries a minute, however many commands wait
# for jobs. Assignment before this text: poll (seconds from one query to the next; after a pause a
# few may follow at once). The lines are `id|state|reason|start limit nodes|script|comment`, of all jobs of this
# user, with times in seconds since the epoch; the id of a task is JOB_INDEX, that of tasks that wait JOB_[INDICES]. Ids can be given out
# again: a job is recognised by the token in its comment, or in its script's path if a site changes
# comments.

queue_time=0  # when SLURM last answered, seconds since the epoch; 0: never
queue_lines='' # its answer
queue=''       # the folder that it is in
indexed=0      # 1: jobs_of is an index of the answer
queue_said='' # its message if the last query failed; empty: it answered
queue_file='' # the answer as an open file, whose time stays right even if another file replaces it
publisher=''   # the process that publishes an answer of ours
at_once=8     # queries that may follow each other

now() {
    printf '%(%s)T' -1
}

# Sets the variable $1 to the time now, without a process.
set_to_now() {
    printf -v "$1" '%(%s)T' -1
}

printf -v request_time '%(%s)T' -1

# Sets queue, the folder of the answers: clusters that share rdvc's folder have one each. If SLURM's
# configuration is not in its usual place and names none, they share one.
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

# Reads the last answer, whichever request asked.
read_queue() {
    local failed='' time
    find_queue
    queue_time=0 queue_lines='' indexed=0 queue_said=''
    open_queue "${queue}/jobs"
    if [[ -n ${queue_file} ]]; then
        IFS= LC_ALL=C read -r -d '' queue_lines <"/dev/fd/${queue_file}"
        time=${queue_lines%%$'\n'*}
        [[ ! ${time} =~ ^[0-9]+$ ]] || queue_time=${time}
        queue_lines=${queue_lines#*$'\n'}
        queue_lines=${queue_lines%$'\n'}
    fi
    [[ ! -r ${queue}/failure ]] || read -r failed <"${queue}/failure"
    if [[ ${failed%% *} =~ ^[0-9]+$ ]] && ((${failed%% *} >= queue_time)); then
        queue_said=${failed#* }
    fi
}

open_queue() {
    [[ -z ${queue_file} ]] || exec {queue_file}<&-
    queue_file=''
    [[ ! -r $1 ]] || exec {queue_file}<"$1"
}

# Sets paid, the time up to which queries are paid for: each moves it by `poll` seconds, and it may
# be ahead of the clock by as many queries as may come at once.
read_paid() {
    paid=0
    [[ ! -r ${queue}/paid ]] || read -r paid <"${queue}/paid"
    [[ ${paid} =~ ^[0-9]+$ ]] && ((paid > $1 && paid <= $1 + (at_once + 2) * poll)) || paid=$1
}

may_ask() {
    local time paid
    set_to_now time
    read_paid "${time}"
    ((paid <= time + (at_once - 1) * poll))
}

# $1: the number of queries.
pay() {
    local time paid
    set_to_now time
    read_paid "${time}"
    paid=$((paid + $1 * poll))
    ((paid <= time + (at_once + 1) * poll)) || paid=$((time + (at_once + 1) * poll))
    printf '%s\n' "${paid}" >"${queue}/paid" # whoever finds half of it may ask once more
}

# Asks now. False if SLURM does not answer, or something else answers; that says nothing about any
# job.
ask_queue() {
    local said time began
    find_queue
    began="${queue}/began.${nonce}"
    [[ -d ${queue} ]] || mkdir -p "${queue}"
    : >"${began}"
    set_to_now time
    if said=$(list_jobs '%i|%T|%r|%S %l %N|%o|%k' 2>&1); then
        queue_said=''
        if [[ -n ${said} && ! $'\n'${said} =~ $'\n'[0-9]+(_[^|]*)?\|[A-Z] ]]; then
            queue_said="squeue printed something other than a list of jobs: ${said:0:200}"
        fi
    else
        queue_said=${said:-squeue does not answer}
    fi
    queue_said=${queue_said//$'\n'/ }
    if [[ -n ${queue_said} ]]; then
        pay 2 # less often as long as it fails
        printf '%s\n' "${time} ${queue_said}" >"${queue}/failure.${nonce}" && mv -f "${queue}/failure.${nonce}" "${queue}/failure"
        rm -f "${began}"
        return 1
    fi
    pay 1
    queue_time=${time} queue_lines=${said} indexed=0
    open_queue "${began}"
    publish_queue "${time}" "${began}" </dev/null >/dev/null 2>&1 & # while this request goes on
    publisher=$!
}

# Publishes `queue_lines` as SLURM's answer with the time $1 and that of the file $2, because a job
# that comes later may not be in it; removes that file. Half an answer, on a full disk, would make
# jobs look gone.
publish_queue() {
    local new="${queue}/jobs.${nonce}"
    if ! printf '%s\n%s\n' "$1" "${queue_lines}" >"${new}" || ! touch -r "$2" "${new}" ||
        ! mv -f "${new}" "${queue}/jobs"; then
        rm -f "${new}"
    fi
    if [[ $2 != "${queue}/jobs" ]]; then # SLURM has answered
        rm -f "$2" "${queue}/failure"
    fi
}

# Marks the answer as outdated by our own action, so that a later query needs a new one. Another
# request's newer answer stays.
outdate_queue() {
    local time=
    await_publisher
    read -r time <"${queue}/jobs"
    [[ ${time} != "${queue_time}" || ${queue}/jobs -nt /dev/fd/${queue_file} ]] || publish_queue "$((queue_time - 1))" "${queue}/jobs"
}

await_publisher() {
    [[ -z ${publisher} ]] || wait "${publisher}"
    publisher=''
}

# Refreshes the answer if it is older than $1 seconds and the rate allows it. One request asks,
# others wait for its answer. With 0 even an answer of this second is too old: it may be from before
# what the caller has just seen.
look_at_queue() {
    local began lock
    set_to_now began
    read_queue
    (($1 == 0 || queue_time < began - $1)) || return 0
    local before=${queue_time}
    [[ -d ${queue} ]] || mkdir -p "${queue}"
    exec {lock}>"${queue}/lock"
    ! command -v flock >/dev/null || flock -w 30 "${lock}"
    read_queue
    if ((queue_time < began - $1 || ($1 == 0 && queue_time == before))) && may_ask; then
        ask_queue
    fi
    exec {lock}>&-
}

# Sets jobs_of[TOKEN] to the lines of the answer that name it, in the comment or in the script's
# path; only for these tokens, if any are given.
declare -A jobs_of
# shellcheck disable=SC2120 # not every request gives any
index_queue() {
    local line lines wanted
    indexed=1
    jobs_of=()
    printf -v wanted '%s\n' "$@"
    split_lines "$(LC_ALL=C awk '
        naming { if (NF) wanted[$0] = some = 1; next }
        function tell(token) { if (!some || token in wanted) print token, $0 }
        { token = "" }
        match($0, /\|rdvc:[0-9a-z-]+/) { token = substr($0, RSTART + 6, RLENGTH - 6); tell(token) }
        match($0, /\/submissions\/[0-9a-f]+\/job\.sh/) {
            script = substr($0, RSTART + 13, RLENGTH - 20)
            if (script != token) tell(script)
        }' naming=1 /dev/fd/3 naming=0 - 3<<<"${wanted}" <<<"${queue_lines}")"
    for line in "${lines[@]+"${lines[@]}"}"; do
        jobs_of[${line%% *}]+=${line#* }$'\n'
    done
    for line in "${!jobs_of[@]}"; do
        number_through "${line}"
    done
}

# Adds to `past` the ids of the jobs of submission $1's earlier attempts.
find_past_ids() {
    local id file newest
    find_attempt "$1"
    for file in "${rdvc_dir}/submissions/$1"/{jobid,arrays}.[0-9]*; do
        [[ -r ${file} && ${file##*/} != "arrays.${newest}" ]] || continue
        while read -r id _; do
            past+="${id} "
        done <"${file}"
    done
}

# Sets job, job_state and job_reason of submission $1's newest job in the answer, preferably one
# that has not ended; all are empty if it has no job. Jobs of earlier attempts do not count. Of a
# sweep this is the job of the task `task`, as JOB_INDEX; with `task` 0 the array's, which is alive
# as long as one of its tasks is.
find_job() {
    local id indices index state reason rank job_rank past=' ' now_id='' file="${rdvc_dir}/submissions/$1/jobid"
    job='' job_state='' job_reason=''
    # shellcheck disable=SC2119
    ((indexed)) || index_queue
    [[ -n ${jobs_of[$1]:-} ]] || return 0
    [[ ! -r ${file} ]] || read -r now_id <"${file}" # SLURM may have given it the id of an earlier one
    find_past_ids "$1"
    find_index "$1"
    while IFS='|' read -r id state reason _; do
        [[ ${id} == *_* ]] && indices=${id#*_} || indices=''
        ((task == 0)) || has_index "${index}" "${indices}" || continue
        id=${id%%_*}
        [[ -n ${id} && (${past} != *" ${id} "* || ${id} == "${now_id}") ]] || continue
        # One attempt may leave two jobs; the one without the claim ends at once.
        rank=1
        ! is_ended_state "${state}" || rank=0
        if [[ -z ${job} ]] || ((rank > job_rank || (rank == job_rank && id > job))); then
            job=${id} job_state=${state} job_reason=${reason} job_rank=${rank}
        fi
    done <<<"${jobs_of[$1]}"
    ((task == 0)) || [[ -z ${job} ]] || job+="_${index}"
}

# True if the file $1 is older than SLURM's answer; not if both have the same time, which may mean a
# second on a shared file system.
is_older_than_queue() {
    [[ -e $1 && -n ${queue_file} && /dev/fd/${queue_file} -nt $1 ]]
}

