# Ends when a submission's job has ended. Assignments before this text: token.
# The job's own record is looked at often, SLURM is asked rarely.

# Its result is there, and SLURM does not start it again: after a preemption, say, it goes on as the same job.
has_ended() {
    local key value
    [[ -e $(result_of "${token}") ]] || return 1
    read -r key value <"$(result_of "${token}")"
    [[ ${key}-${value} == state-failed ]] || return 0
    look_at_queue 0
    find_job "${token}"
    case ${job_state} in
    PENDING | REQUEUE*) return 1 ;;
    esac
    [[ -e $(result_of "${token}") ]] # it may have started again meanwhile
}

wait_for_end() {
    open_rdvc_dir
    [[ -d ${rdvc_dir}/submissions/${token} ]] || finish absent submission
    [[ -n $(job_of "${token}") ]] || finish absent job
    local phase previous=
    until has_ended; do
        phase=$(tail -n 1 "${rdvc_dir}/jobs/${token}/0/phases" 2>/dev/null)
        if [[ ${phase} != "${previous}" ]]; then
            answer phase "${phase#* }"
            previous=${phase}
        fi
        if is_gone "${token}"; then
            sleep 1 # its record may be a moment behind on a shared file system
            [[ -e $(result_of "${token}") ]] || finish gone
        fi
        show_life
        sleep 0.5
    done
    answer_lines result <"$(result_of "${token}")"
    finish end
}

wait_for_end
