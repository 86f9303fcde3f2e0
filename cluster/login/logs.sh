# A submission's log (or its script), as blocks of bytes. Assignments before this text: token, task,
# file (`log` or a name in the submission's folder), follow (0 or 1), offset (bytes that the laptop
# already has), tail (an option of tail(1), which says where to begin instead; or `since SECONDS`: since
# the epoch, or below 0, before now; or nothing).

# The file whose bytes are sent, if it is there. A follower waits for the log of the newest attempt,
# and for the own one of a task in a pack.
find_file() {
    local path="${rdvc_dir}/submissions/${token}/${file}" own=0
    ((follow == 0 || last == 1)) || own=1
    if [[ ${file} == log ]]; then
        find_log "${own}"
    elif [[ -e ${path} ]]; then
        printf '%s\n' "${path}"
    fi
}

# Says that the log $1 is an earlier attempt's, if the newest one has none.
tell_earlier() {
    local own index name=${1##*/}
    find_index "${token}"
    find_newest_name
    [[ ${name%%.*} == "${own}" ]] || has_ended "${token}" || answer earlier "${name}"
}

# Sets `path` to the file, if it is there.
find_path() {
    path=$(find_file)
    [[ ${file} != log || -z ${path} ]] || tell_earlier "${path}"
}

# Sets `offset` to the last mark of rdvc's own in the log $1 that is not later than $2, because other
# lines have no time; to the log's end if nothing has been written since. The first mark may be
# later: then all of it is.
find_since() {
    local since=$2 now at line time last
    printf -v now '%(%s)T' -1
    ((since > 0)) || since=$((now + since))
    offset=0
    if (($(stat -c %Y -- "$1") < since)); then
        offset=$(wc -c <"$1")
        return
    fi
    printf -v last '%(%Y-%m-%d %H:%M:%S)T' "${since}"
    while IFS=: read -r at line; do
        time=${line##*\(}
        [[ ${time%%\)*} > ${last} ]] || offset=${at}
    done < <(LC_ALL=C grep -abE '^=== rdvc .*\([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\)( ===)?$' -- "$1")
}

# Sets `offset` to where the part of the file $1 that `tail` names begins, and tells it.
find_tail() {
    local size='' bytes try
    if [[ ${tail} == since\ * ]]; then
        find_since "$1" "${tail#since }"
        tail=''
        answer offset "${offset}"
        return
    fi
    for try in 1 2 3; do # it may grow meanwhile
        size=$(wc -c <"$1")
        bytes=$(tail "${tail}" -- "$1" | wc -c)
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
    find_path
    [[ -n ${path} || ${follow} == 1 ]] || refuse_without_log
    while :; do
        if has_ended "${token}" || is_gone "${token}"; then
            last=1
        fi
        [[ -n ${path} ]] || find_path
        [[ -z ${path} ]] || send_rest "${path}"
        if [[ ${follow} != 1 || ${last} == 1 ]]; then
            finish end
        fi
        show_life
        sleep 0.5
    done
}

logs
