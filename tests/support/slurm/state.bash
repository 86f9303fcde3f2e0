# Shared by the fake SLURM's programs: its state, plain files below $FAKE_SLURM.
#   next-id        the last id that was given out
#   jobs/<id>/     one small file a field: state reason name comment command partition user workdir output
#                  open_mode script arguments submit begin start end limit warning restarts requeue code;
#                  `ending`: a word from scancel and others to the program that runs the job
#   forgotten/     jobs that the controller has lost; what runs goes on
#   spool/         the copies of scripts that jobs run
#   calls          one line a call: seconds since the epoch, program, words
#   lock           held while fields are changed
# Everything else are knobs; slurm.bash tells them.
set -u
shopt -s nullglob
fake_slurm=${FAKE_SLURM:?is the folder of the fake SLURM}
# shellcheck disable=SC2034 # for those who source this
node=node1 cluster_name=fake partitions=' general single-gpu multi-gpu short scavenge scavenge-cancel urgent attic ' hidden=attic

# Every program's first act.
begin_call() {
    local words=
    (($# == 0)) || printf -v words ' %q' "$@"
    printf '%s %s%s\n' "${EPOCHSECONDS}" "${0##*/}" "${words}" >>"${fake_slurm}/calls"
}

# True if there is a file of this name; REPLY is what is in it.
knob() {
    [[ -e ${fake_slurm}/$1 ]] || return 1
    get "${fake_slurm}" "$1"
}

# The controller is slow, or does not answer: $1 begins this program's message.
need_controller() {
    ! knob slow || sleep "${REPLY}"
    if knob down; then
        printf '%s: %s\n' "$1" 'Unable to contact slurm controller (connect failure)' >&2
        exit 1
    fi
}

# REPLY: the field $2 of the job in the folder $1; without its last line ends, as in $(...).
get() {
    REPLY=
    { IFS= read -r -d '' REPLY <"$1/$2"; } 2>/dev/null || :
    while [[ ${REPLY} == *$'\n' ]]; do
        REPLY=${REPLY%$'\n'}
    done
}

# Complete at any moment, and silent if the job's folder is gone.
put() {
    { printf '%s' "$3" >"$1/.$2.${BASHPID}" && mv -f "$1/.$2.${BASHPID}" "$1/$2"; } 2>/dev/null
}

with_lock() {
    local outcome=0
    exec {lock}>>"${fake_slurm}/lock"
    flock "${lock}"
    "$@" || outcome=$?
    exec {lock}>&-
    return "${outcome}"
}

# In SLURM's own form or the one that is asked for, of seconds since the epoch; nothing is N/A.
print_time() {
    if [[ -z $1 ]]; then
        REPLY=N/A
    elif [[ ${SLURM_TIME_FORMAT:-} == %s ]]; then
        REPLY=$1
    else
        printf -v REPLY '%(%Y-%m-%dT%H:%M:%S)T' "$1"
    fi
}

# False for a job that waits or runs.
has_ended() {
    case $1 in
    PENDING | RUNNING | COMPLETING | SUSPENDED | CONFIGURING) return 1 ;;
    esac
}

# The controller forgets a job some time after its end: MinJobAge.
is_shown() {
    local age=300 state
    get "$1" state
    state=${REPLY}
    [[ -n ${state} ]] || return 1
    has_ended "${state}" || return 0
    ! knob min-job-age || age=${REPLY}
    get "$1" end
    ((EPOCHSECONDS - ${REPLY:-0} < age))
}

# All ids, in order.
list_ids() {
    local folder
    for folder in "${fake_slurm}"/jobs/{?,??,???,????,?????,??????*}; do # of an array: ID_INDEX
        printf '%s\n' "${folder##*/}"
    done
}

# The jobs of an array that $1 stands for, or $1.
expand_id() {
    local folder
    printf '%s\n' "$1"
    for folder in "${fake_slurm}/jobs/$1"_*; do
        printf '%s\n' "${folder##*/}"
    done
}

# The processes of the job in the folder $1: those that have its mark in their environment.
job_processes() {
    get "$1" mark
    grep -lzxF -- "FAKE_SLURM_MARK=${REPLY}" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

signal_job() {
    local pids
    mapfile -t pids < <(job_processes "$1")
    ((${#pids[@]} == 0)) || kill -s "$2" "${pids[@]}" 2>/dev/null
}

# Starts the runner of the job in this folder, which stands in for slurmd as long as the job waits
# and runs. Without the caller's open files (bats waits for all of them).
start_runner() {
    (
        cd "$1" || exit
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        ! [[ ${lock:-} -gt 9 ]] || exec {lock}>&-
        exec setsid "${BASH_SOURCE[0]%/*}/run-job"
    ) </dev/null >/dev/null 2>&1 &
}

# Tells the program that runs the job in folder $1 to end it as $2; of a job that waits, this is the end.
end_job() {
    get "$1" state
    case ${REPLY} in
    PENDING)
        put "$1" start "${EPOCHSECONDS}"
        put "$1" end "${EPOCHSECONDS}"
        put "$1" state "$2"
        ;;
    RUNNING)
        put "$1" ending "$2"
        put "$1" state COMPLETING
        ;;
    esac
}
