# --- Why it ended: one word for programs, a sentence for people -----------------------------------

# The log of this job, to which SLURM writes as well; each task of a pack has one of its own.
slurm_log() {
    printf '%s/submissions/%s/slurm-%s.out' "${RDVC_DIR}" "${RDVC_JOB_TOKEN}" "$(own_job)"
}

job_log() {
    printf '%s' "${RDVC_OWN_LOG:-$(slurm_log)}"
}

# Prints the end of the log (or of the file $1), only of this start of the job.
end_of_log() {
    tail -c 65536 "${1:-$(job_log)}" 2>/dev/null | awk '/^=== rdvc restart / { n = 0 } { line[n++] = $0 }
        END { for (i = 0; i < n; i++) print line[i] }'
}

# When a signal has arrived: looks for SLURM's own message in the log, or asks the controller, once,
# while the running program ends.
ask_why() {
    if [[ ${RDVC_OWN_SIGNAL} == USR[12] ]]; then
        RDVC_OWN_CAUSE=time_limit
        return 0
    fi
    if is_cancelled; then
        RDVC_OWN_CAUSE=cancelled
        return 0
    fi
    RDVC_OWN_CAUSE=$(cause_in_log)
    [[ -z ${RDVC_OWN_CAUSE} && -n ${SLURM_JOB_ID:-} ]] || return 0
    show_job "$(own_job)" 5 >"${RDVC_OWN_RECORD_DIR}/slurm-said" &
}

# Prints the message of SLURM's daemon on the node when it ends a job.
cause_in_log() {
    end_of_log "$(slurm_log)" | sed -n "s/^slurmstepd.*error: \*\*\* JOB ${SLURM_JOB_ID:-none} ON [^ ]* CANCELLED AT [^ ]*\(.*\) \*\*\*.*/=\1/p" |
        tail -n 1 | awk '
        / DUE TO TIME LIMIT/ { print "time_limit"; next }
        / DUE TO PREEMPTION/ { print "preempted"; next }
        / DUE TO NODE FAIL/ { print "node_failure"; next }
        / DUE TO JOB REQUEUE/ { print "requeued"; next }
        /^=$/ { print "cancelled" }'
}

# Prints the controller's answer.
cause_told() {
    awk '
        / Reason=TimeLimit / || / JobState=TIMEOUT / { print "time_limit"; exit }
        / PreemptTime=[0-9]/ || / JobState=PREEMPTED / { print "preempted"; exit }
        / JobState=NODE_FAIL / { print "node_failure"; exit }
        / JobState=(COMPLETING|PENDING) / && / EndTime=Unknown / { print "requeued"; exit }
        / JobState=(COMPLETING|CANCELLED) / { print "cancelled"; exit }
    ' "${RDVC_OWN_RECORD_DIR}/slurm-said" 2>/dev/null
}

# True if SLURM starts this job again by itself: it was requeued, or preempted with a requeue.
will_be_started() {
    [[ ${RDVC_OWN_CAUSE:-} != requeued ]] || return 0
    [[ ${RDVC_OWN_CAUSE:-} == preempted && -n ${SLURM_JOB_ID:-} ]] || return 1
    show_job "$(own_job)" 5 |
        grep -E ' JobState=(COMPLETING|PENDING|REQUEUED) ' | grep -q ' EndTime=Unknown '
}

# Prints how often the kernel has killed a process in this job's control group for lack of memory;
# cgroup v2, v1.
oom_kills() {
    local root=${RDVC_OWN_CGROUP_ROOT:-/sys/fs/cgroup} line file files=() key value count=''
    while IFS= read -r line; do
        [[ ${line} != 0::* ]] || files=("${root}${line#0::}/memory.events" "${files[@]+"${files[@]}"}")
        [[ ${line} != *([0-9]):memory:* ]] || files+=("${root}/memory${line#*:memory:}/memory.oom_control")
    done </proc/self/cgroup
    for file in "${files[@]+"${files[@]}"}"; do
        [[ -z ${count} && -r ${file} ]] || continue
        while read -r key value; do
            [[ ${key} != oom_kill ]] || count=${value}
        done <"${file}"
    done 2>/dev/null
    printf '%s' "${count:-0}"
}

# Prints the folder of the first full file system among those that a job writes to, or nothing.
full_disk() {
    local folder
    for folder in "${RDVC_OWN_WORKSPACE_DIR:-}" "${RDVC_DIR}"; do
        [[ -n ${folder} ]] || continue
        if timeout 5 df -Pk "${folder}" 2>/dev/null | awk 'NR == 2 { exit $4 !~ /^[0-9]+$/ || $4 >= 1024 }' ||
            timeout 5 df -Pi "${folder}" 2>/dev/null | awk 'NR == 2 { exit $2 == 0 || $4 !~ /^[0-9]+$/ || $4 > 8 }'; then
            printf '%s' "${folder}"
            return 0
        fi
    done
}

# Sets the cause of a failure that no signal has caused. Must run while the workspace exists.
find_cause() {
    local folder
    [[ -z ${RDVC_OWN_CAUSE:-} ]] || return 0
    # shellcheck disable=SC2034 # read by describe_result
    RDVC_OWN_SAID=$(last_words)
    case ${RDVC_OWN_PHASE} in
    environment) RDVC_OWN_CAUSE=setup ;;
    experiment | command) RDVC_OWN_CAUSE=stage ;;
    esac
    ! may_hold_result "${RDVC_OWN_PHASE}" || RDVC_OWN_CAUSE=push
    [[ ${RDVC_OWN_PHASE} != @(before-*|after-*) ]] || RDVC_OWN_CAUSE=hook
    if (($(oom_kills) > ${RDVC_OWN_OOM_KILLS:-0})); then
        RDVC_OWN_CAUSE=out_of_memory
        RDVC_OWN_MESSAGE+="; a process on $(uname -n) was killed for lack of memory"
        return 0
    fi
    folder=$(full_disk)
    if [[ -n ${folder} ]]; then
        RDVC_OWN_CAUSE=disk_full
        RDVC_OWN_MESSAGE+="; the disk is full: $(timeout 5 df -Pk "${folder}" | awk 'NR == 2 { print $6 }') on $(uname -n), where ${folder} is"
    elif end_of_log | tail -n 40 | grep -E 'No space left on device|Disk quota exceeded' >/dev/null; then # -q would end tail
        RDVC_OWN_CAUSE=disk_full
        RDVC_OWN_MESSAGE+="; a disk of $(uname -n) was full, or a quota exceeded: the log says which"
    else
        tell_foreign_signal
    fi
}

# Explains a program that a signal ended although this shell, which SLURM would have signalled too,
# got none.
tell_foreign_signal() {
    local number=0 text
    text=$(end_of_log | tail -n 40)
    if ((code > 128 && code < 160)); then
        number=$((code - 128))
    elif [[ ${text} =~ exited\ with\ -([0-9]+) || ${text} =~ exited\ with\ 1(29|30|37|43)[^0-9] ]]; then
        number=${BASH_REMATCH[1]}
        [[ ${BASH_REMATCH[0]} == *-* ]] || number=$((100 + number - 128))
    fi
    case ${number} in # others are the program's own
    1 | 2 | 9 | 15) ;;
    *) return 0 ;;
    esac
    RDVC_OWN_CAUSE=signal
    RDVC_OWN_MESSAGE+="; it was ended by SIG$(kill -l "${number}") from outside: SLURM did not cancel the job, and no signal reached its shell. Something else on $(uname -n) did it: a clean-up of the node, another job or login of yours$([[ ${number} != 9 ]] || printf ', the kernel for lack of memory')"
}

# The same for a job that was told to stop.
find_stop_cause() {
    [[ -z ${RDVC_OWN_STOP_TOLD:-} ]] || return 0
    RDVC_OWN_STOP_TOLD=1
    [[ -n ${RDVC_OWN_CAUSE:-} ]] || RDVC_OWN_CAUSE=$(cause_in_log)
    [[ -n ${RDVC_OWN_CAUSE} ]] || RDVC_OWN_CAUSE=$(cause_told)
    rm -f "${RDVC_OWN_RECORD_DIR}/slurm-said"
    : "${RDVC_OWN_CAUSE:=signal}"
    local -A why=([time_limit]='it reached its time limit, or nearly did' [cancelled]='it was cancelled'
        [preempted]='SLURM needed its place for another job' [node_failure]='its node failed'
        [requeued]='it is to start again' [signal]='SLURM does not say why')
    RDVC_OWN_MESSAGE+=": ${why[${RDVC_OWN_CAUSE}]:-${RDVC_OWN_CAUSE}}"
}
