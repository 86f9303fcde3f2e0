# Ends when a submission's job has ended, or all jobs of a sweep; or those of several submissions.
# Assignments before this text: the array tokens (words TOKEN or, for a task, TOKEN.N), and any
# (nothing: there is one word, about which everything is told; 0 or 1: of several words it is told
# which have ended, of all of them or until the first has). Looks at the jobs' own records often, and
# asks SLURM rarely.

# Sets token and task to those of the word $1.
name_target() {
    token=${1%.*} task=0
    [[ $1 != *.* ]] || task=${1#*.}
}

# How many tasks of each kind there are, if that has changed.
tell_progress() {
    local now="${done_tasks} ${#failed_tasks[@]} ${#open_tasks[@]} ${task_count}"
    [[ ${now} == "${progress:-}" ]] || answer progress "${now}"
    progress=${now}
}

# Moves the tasks that have a result from `open_tasks` to the others; starts no process for a task.
look_at_results() {
    local number key value still=()
    for number in "${open_tasks[@]+"${open_tasks[@]}"}"; do
        key='' value=''
        if [[ -e ${rdvc_dir}/jobs/${token}/${number}/result ]]; then
            read -r key value <"${rdvc_dir}/jobs/${token}/${number}/result"
        fi 2>/dev/null
        case ${value} in
        published | 'done') done_tasks=$((done_tasks + 1)) ;;
        '') still+=("${number}") ;;
        *) failed_tasks+=("${number}") ;;
        esac
    done
    open_tasks=("${still[@]+"${still[@]}"}")
}

begin_sweep() {
    local number
    done_tasks=0 failed_tasks=() open_tasks=()
    for ((number = 1; number <= task_count; number++)); do
        open_tasks+=("${number}")
    done
}

# True if none of the failed tasks starts again, as one that is preempted after it has written its
# result does. What SLURM says of published ones does not matter: a controller that has crashed may
# show a task as running long after its end.
failed_have_ended() {
    local task=0
    ((${#failed_tasks[@]} > 0)) || return 0
    look_at_queue 5
    find_job "${token}"
    [[ ${job_state} == @(PENDING|REQUEUE*|RUNNING|COMPLETING) ]] || return 0
    for task in "${failed_tasks[@]}"; do
        has_ended "${token}" || return 1
    done
}

# True if SLURM has no task that could still write its result.
open_are_gone() {
    local task=0 all_look=${next_look} all_pause=${look_pause}
    is_gone "${token}" && return 0
    ((next_look != all_look)) || return 1 # it is not yet time to look
    for task in "${open_tasks[@]}"; do
        next_look=0 look_pause=${all_pause}
        is_gone "${token}" || return 1
    done
}

# The laptop then asks for the state of each task.
wait_for_sweep() {
    local progress='' done_tasks failed_tasks open_tasks
    begin_sweep
    while :; do
        look_at_results
        tell_progress
        if ((${#open_tasks[@]} == 0)); then
            ! failed_have_ended || finish end
            begin_sweep
        elif open_are_gone; then
            finish gone
        fi
        show_life
        if ((${#open_tasks[@]} > 200)); then sleep 2; else sleep 0.5; fi
    done
}

# True if the target has ended, or never had a job. Of a sweep, open_of[TARGET] has the tasks that had
# no result before, and failed_of[TARGET] those that failed.
declare -A open_of=() failed_of=()
is_over() {
    local job_id task_count open_tasks=() failed_tasks=() done_tasks=0
    find_job_id "${token}"
    [[ -n ${job_id} ]] || return 0
    find_task_count "${token}"
    if ((task_count == 0 || task != 0)); then
        has_ended "${token}" || is_gone "${token}"
        return
    fi
    if [[ -n ${open_of[$1]+set} ]]; then
        read -ra open_tasks <<<"${open_of[$1]}"
        read -ra failed_tasks <<<"${failed_of[$1]}"
    else
        begin_sweep
    fi
    look_at_results
    if ((${#open_tasks[@]} > 0)); then
        ! open_are_gone || return 0
    else
        ! failed_have_ended || return 0
        begin_sweep
    fi
    open_of[$1]="${open_tasks[*]-}" failed_of[$1]="${failed_tasks[*]-}"
    return 1
}

# Each look at SLURM's answer is for all of them.
wait_for_several() {
    local word token task all_look all_pause left=() still=("${tokens[@]}")
    while :; do
        left=() all_look=${next_look} all_pause=${look_pause}
        for word in "${still[@]}"; do
            name_target "${word}"
            next_look=${all_look} look_pause=${all_pause}
            if is_over "${word}"; then
                answer ended "${word}"
            else
                left+=("${word}")
            fi
        done
        if ((${#left[@]} == 0 || (any == 1 && ${#left[@]} < ${#still[@]}))); then
            finish end
        fi
        still=("${left[@]}")
        show_life
        if ((${#still[@]} > 50)); then sleep 2; else sleep 0.5; fi
    done
}

wait_for_end() {
    open_rdvc_dir
    [[ -z ${any} ]] || wait_for_several
    local token task
    name_target "${tokens[0]}"
    [[ -d ${rdvc_dir}/submissions/${token} ]] || finish absent submission
    local phase previous='' job_id
    find_job_id "${token}"
    [[ -n ${job_id} ]] || finish absent job
    local task_count
    find_task_count "${token}"
    ((task_count == 0 || task != 0)) || wait_for_sweep
    require_task "${token}"
    until has_ended "${token}"; do
        phase=$(tail -n 1 "${rdvc_dir}/jobs/${token}/${task}/phases" 2>/dev/null)
        [[ ${phase#* } != end ]] || phase= # of an earlier attempt, or the result is just being written
        if [[ ${phase} != "${previous}" ]]; then
            answer phase "${phase#* }"
            previous=${phase}
        fi
        if is_gone "${token}"; then
            sleep 1 # its record may arrive late on a shared file system
            [[ -e $(result_of "${token}") ]] || finish gone
        fi
        show_life
        sleep 0.5
    done
    answer_lines result <"$(result_of "${token}")"
    finish end
}

wait_for_end
