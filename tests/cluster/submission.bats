# Submissions when sbatch, squeue, the controller or the connection fails in the middle: never lost,
# and never run twice.

load submission

setup() {
    start_submission_test
}

teardown() {
    stop_submission_test
}

@test "sbatch fails after it has accepted the job: found by its token" {
    knob fail-sbatch-after-accept
    submit -n one -- sh -c "$(count_command)"
    [[ ${job} == 1 && $(<"${folder_of}/sbatch.exit") == 1 ]]
    [[ ${output} == *"submitted one as job 1"* && ${output} == *"Socket timed out on send/recv operation"* ]]
    rdvc wait one
    state_is one 'done'
    [[ $(jobs_with_token) -eq 1 && $(runs) -eq 1 ]]
}

@test "found by its token with the user's comment after it, and among other jobs" {
    other_job 'rdvc:0123456789abcdef0123456789abcdef'
    knob fail-sbatch-after-accept
    submit -n one --comment='mine | too' -- true
    no_knob fail-sbatch-after-accept
    other_job "see rdvc:${token}"
    [[ ${job} == 2 && $(job_field 2 comment) == "rdvc:${token} mine | too" ]]
    rdvc wait one
}

@test "a site's own lines around sbatch's answer" {
    knob banner-sbatch $'Welcome!\nYou have used 12 of 100 hours\n17'
    submit -n one -- true
    [[ ${job} == 1 ]]
    rdvc wait one
}

@test "an answer of the form id;cluster" {
    knob cluster-sbatch hpc
    submit -n one -- true
    [[ ${job} == 1 && $(<"${folder_of}/sbatch.out") == '1;hpc' ]]
    rdvc wait one
}

@test "sbatch refuses: its words, and the attempt is revoked" {
    knob fail-sbatch 'Batch job submission failed: Invalid account or account/partition combination specified'
    run_rdvc 6 run --cmd -n one -- true
    find_newest
    [[ ${output} == *"sbatch refused the job"*"Invalid account"* ]]
    [[ -d ${folder_of}/claim.1 && ! -e ${folder_of}/claim.1/owner && ! -e ${folder_of}/jobid ]]
    state_is one refused
    [[ $(jobs_with_token) -eq 0 ]]
}

@test "a job that nobody saw when the attempt was revoked ends without running" {
    knob no-start
    knob fail-sbatch-after-accept
    knob empty-squeue
    run_rdvc 6 run --cmd -n one -- sh -c "$(count_command)"
    find_newest
    [[ $(jobs_with_token) -eq 1 ]]
    no_knob empty-squeue
    no_knob no-start
    wait_for_state 1 COMPLETED
    grep 'was revoked; this job does not run it' "${folder_of}/slurm-1.out"
    [[ $(runs) -eq 0 && ! -e ${rdvc_dir}/jobs/${token}/0/result ]]
}

@test "a job that had started before the attempt could be revoked: the outcome is unknown, and then done" {
    knob fail-sbatch-after-accept
    knob empty-squeue
    # sbatch answers when the job has its claim.
    mkdir "${root}/bin"
    cat >"${root}/bin/sbatch" <<SH
#!/bin/bash
code=0
"${RDVC_SOURCE_FOLDER}/tests/support/slurm/bin/sbatch" "\$@" || code=\$?
for n in {1..100}; do
    compgen -G "${rdvc_dir}/submissions/*/claim.1/owner" >/dev/null && break
    sleep 0.1
done
exit "\${code}"
SH
    chmod +x "${root}/bin/sbatch"
    PATH="${root}/bin:${PATH}" run_rdvc 75 run --cmd -n one -- sh -c "$(count_command)"
    no_knob empty-squeue
    find_newest
    wait_for_state 1 COMPLETED
    state_is one 'done'
    [[ $(runs) -eq 1 && $(<"${folder_of}/claim.1/owner") == 1 ]]
}

@test "neither sbatch nor squeue answers: unknown, nothing is revoked; the resulting job counts" {
    knob fail-sbatch-after-accept
    knob fail-squeue
    run_rdvc 75 run --cmd -n one -- sh -c "$(count_command)"
    find_newest
    wait_for_state 1 COMPLETED
    no_knob fail-squeue
    state_is one 'done'
    [[ $(runs) -eq 1 && $(jobs_with_token) -eq 1 ]]
}

@test "the controller is down: unknown, nothing is revoked" {
    knob down
    run_rdvc 75 run --cmd -n one -- true
    find_newest
    [[ ! -e ${folder_of}/claim.1 && ! -e ${folder_of}/jobid ]]
    [[ ${output} == *"Unable to contact slurm controller"* ]]
}

@test "squeue does not answer: running jobs are unknown, ended ones are done" {
    submit -n ended -- true
    rdvc wait ended
    submit -n waits --hold -- true
    knob fail-squeue
    run rdvc status
    [[ ${output} == *"squeue does not answer: slurm_load_jobs error: Socket timed out on send/recv operation"* ]]
    state_is ended 'done'
    state_is waits unknown
    no_knob fail-squeue
    state_is waits pending
}

@test "the controller loses a job that has not started: lost, also when its id is given to somebody else" {
    knob no-start
    submit -n one -- true
    forget_job "${job}"
    state_is one lost
    knob reuse-id "${job}"
    [[ $(other_job "somebody's") == "${job}" ]]
    no_knob no-start
    wait_for_state "${job}" RUNNING
    state_is one lost
    [[ $(fields_of one detail) == *"it never started"* ]]
    run_rdvc 7 wait one
}

@test "a job whose record is past MinJobAge has its result on disk" {
    submit -n one -- true
    rdvc wait one
    wait_for_state "${job}" COMPLETED
    outdate_job "${job}"
    state_is one 'done'
}

@test "a node fails under a job: SLURM's word" {
    submit -n one -- sleep 60
    wait_for_state "${job}" RUNNING
    wait_until 10 grep -q command "${rdvc_dir}/jobs/${token}/0/phases"
    end_as "${job}" NODE_FAIL
    state_is one node_fail
}

@test "the connection breaks before all has arrived: unknown, and there is no job" {
    through_ssh
    knob ssh-cut-input 20000
    run_rdvc 75 run --cmd -n one -- sh -c "$(count_command)"
    no_knob ssh-cut-input
    [[ -z $(ls "${FAKE_SLURM}/jobs") ]]
}

@test "the connection breaks after the request has arrived: unknown, and the job runs, once" {
    through_ssh
    knob ssh-cut-after ' received$'
    run_rdvc 75 run --cmd -n one -- sh -c "$(count_command)"
    no_knob ssh-cut-after
    wait_for_state 1 COMPLETED
    find_newest
    state_is one 'done'
    [[ $(jobs_with_token) -eq 1 && $(runs) -eq 1 ]]
}

@test "no connection: nothing was submitted, and nothing stays open" {
    through_ssh
    knob ssh-fail
    run_rdvc 5 run --cmd -n one -- true
    [[ ${output} == *"Connection refused"* && ! -e ${rdvc_dir} ]]
}

@test "from inside a job: the new job does not get its SLURM variables" {
    export SLURM_JOB_ID=99 SLURM_JOBID=99 SLURM_MEM_PER_CPU=100 SLURM_ARRAY_JOB_ID=77 SLURM_CPU_BIND=quiet SLURM_NTASKS=7 \
        PMI_RANK=0 PMIX_RANK=0 CUDA_VISIBLE_DEVICES=3 SBATCH_MEM_BIND=x \
        SLURM_CONF=/etc/slurm.conf SBATCH_ACCOUNT=mine
    submit -n one -- sh -c "env >${root}/environment"
    rdvc wait one
    wait_for_state "${job}" COMPLETED # the result is there before its process has ended
    ! grep -E '^(SLURM_(MEM_PER_CPU|ARRAY_JOB_ID|CPU_BIND|NTASKS)|PMI|CUDA_|SBATCH_MEM)|=99$' "${root}/environment"
    grep -qx SLURM_CONF=/etc/slurm.conf "${root}/environment"
    grep -qx SBATCH_ACCOUNT=mine "${root}/environment"
}
