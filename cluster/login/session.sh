# Prepares a session in a job's allocation, which node/session.sh describes: waits until the job is
# ready for it, and writes its file. Assignments before this text: action (`open`; `signal`: the
# command of the session gets one; `end`: its job is cancelled), token, task, hold (1: the job is
# there for this session alone, and ends if the laptop goes away meanwhile), on_login (1: there is no
# job), terminal, quiet, session_script, signal, group (of the processes that get it), and the array words.

session_job=''

# Cancels the job; false if that failed. One that has not begun leaves nothing.
end_job() {
    if ! cancel_jobs "${session_job}" >/dev/null 2>&1; then
        look_at_queue 0
        is_gone_from_queue "${token}" || return 1
    fi
    [[ -e ${folder}/claim.1 ]] || rm -rf -- "${folder}" "${rdvc_dir}/submissions/${session_job}.sbatch.sh" \
        "${rdvc_dir}/logs/slurm-${session_job}.out"
}

give_up() {
    end_job || true
    exit 1
}

# The new part of the log, in lines of the answer.
tell_log() {
    local log="${folder}/slurm-${session_job}.out" line
    [[ -r ${log} ]] || return 0
    [[ -n ${log_file} ]] || exec {log_file}<"${log}"
    while IFS= LC_ALL=C read -r line <&"${log_file}"; do
        [[ -z ${line} ]] || answer log "${line}" || give_up
    done
}

# A job that is there for this session: it prepares what any job does.
await_ready() {
    local log_file='' gone=0
    trap give_up PIPE HUP TERM INT
    until [[ -e ${record}/ready ]]; do
        if has_ended "${token}" || is_gone "${token}"; then
            sleep 1 # its record may arrive late on a shared file system
            gone=1
        fi
        tell_log
        ((gone == 0)) || [[ -e ${record}/ready ]] || finish gone "$(value_of message "${record}/result")"
        answer alive || give_up
        ls "${record}" >/dev/null 2>&1 # so that a network file system looks again
        sleep 0.3
    done
    tell_log
    answer failed "$(<"${record}/ready")"
}

# A job of its own business: it must have begun, and not ended.
require_running() {
    ! has_ended "${token}" || finish ended
    look_at_queue 5
    find_job "${token}"
    if [[ ${job_state} == PENDING ]]; then # that may be an old answer
        look_at_queue 0
        find_job "${token}"
        [[ ${job_state} != PENDING ]] || finish waits "${job_reason}"
    fi
    ! is_gone_from_queue "${token}" || finish ended
}

# $1: the workspace, $2: the job, $3: its node.
write_session() {
    local file="${folder}/session-${nonce}" name
    : >"${file}.alive" || finish refused disk "cannot write ${file}.alive"
    {
        for name in folder record task terminal hold quiet prepare; do
            printf '%s=%q\n' "${name}" "${!name}"
        done
        printf 'session=%q\nplace=%q\njob=%q\nnode=%q\nlimit=%q\nwords=(' "${nonce}" "$1" "$2" "$3" "$(end_of_job "$2")"
        ((${#words[@]} == 0)) || printf ' %q' "${words[@]}"
        printf ' )\n%s' "${session_script}"
    } >"${file}" || finish refused disk "cannot write ${file}"
    finish ready "${file}"
}

# Signals the command, which is in a group of its own (run_words in node/session.sh), on the node.
# True signals of SLURM would end its step.
signal_session() {
    local kill=(kill -s "${signal}" -- "-${group}")
    if [[ ${group} =~ ^[1-9][0-9]*$ ]]; then
        if [[ ${on_login} == 1 ]]; then
            "${kill[@]}"
        else
            find_place
            (run_step "${job_id}" "${node}" "${kill[@]}" </dev/null)
        fi
    fi >/dev/null 2>&1
    finish end
}

# Sets place to the job's workspace; job_id to its number, which srun takes for a task of an array, too,
# and which is in the name of the workspace; and node to its first node.
find_place() {
    local workspace_job words_of_start=()
    place=$(value_of path "${record}/workspace")
    is_workspace_name "${place}" || finish waits
    job_id=${workspace_job}
    read -ra words_of_start < <(tail -n 1 "${record}/starts")
    node=${words_of_start[5]:-}
}

open_session() {
    local folder="${rdvc_dir}/submissions/${token}" record="${rdvc_dir}/jobs/${token}/${task}" job_id node place
    [[ -d ${folder} ]] || finish absent submission
    find_job_id "${token}"
    [[ ${action} != signal ]] || signal_session
    [[ ${on_login} != 1 ]] || write_session '' '' ''
    command -v srun >/dev/null || finish refused program "the login node has no srun, with which a shell gets into a job"
    require_task "${token}"
    [[ -n ${job_id} ]] || finish absent job
    session_job=${job_id}
    if [[ ${action} == end ]]; then
        end_job || finish end "${session_job}"
        finish end
    fi
    if [[ ${hold} == 1 ]]; then
        await_ready
    else
        require_running
    fi
    find_place
    write_session "${place}" "${job_id}" "${node}"
}

session() {
    open_rdvc_dir
    open_session
}

session
