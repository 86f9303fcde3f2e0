# Ends when a submission's job has ended. Assignments before this text: token. Looks at the job's
# own record often, and asks SLURM rarely.

wait_for_end() {
    open_rdvc_dir
    [[ -d ${rdvc_dir}/submissions/${token} ]] || finish absent submission
    [[ -n $(job_of "${token}") ]] || finish absent job
    local phase previous=
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
