# `rdvc logs` on a fake SLURM: its end, and readers that leave.

load submission

setup() {
    start_submission_test
}

teardown() {
    stop_submission_test
}

# Nothing comes after the line, so rdvc must see by itself that `head` has gone.
@test "logs -f ends when its reader ends, and says nothing" {
    run_rdvc 0 run --cmd -n quiet -- sh -c 'echo there; sleep 300'
    wait_until 20 eval '[[ $(rdvc logs quiet) == *there* ]]'
    rdvc logs -f quiet 2>"${root}/said" | head -n 1
    [[ ${PIPESTATUS[0]} == 141 && ! -s ${root}/said ]]
    rdvc logs -f --tail=1 quiet 2>"${root}/said" | head -n 1 >"${root}/line"
    [[ $(<"${root}/line") == there && ! -s ${root}/said ]]
    rdvc cancel quiet
}

@test "logs -f waits for the start of a job that waits, and says why" {
    knob no-start
    run_rdvc 0 run --cmd -n late -- echo there
    rdvc logs -f late >"${root}/log" 2>"${root}/said" &
    wait_until 20 grep -q 'pending: is next; waits for free nodes' "${root}/said"
    no_knob no-start
    wait
    [[ $(<"${root}/log") == *there* ]]
}

@test "logs -f of another attempt waits for its own log; once that is there, logs prints it, whichever was written last" {
    submit -n one -- sh -c 'echo in job $SLURM_JOB_ID; [ $SLURM_JOB_ID = 2 ]'
    run_rdvc 7 wait one
    let_jobs_end
    knob no-start
    run_rdvc 0 retry one
    rdvc logs -f one >"${root}/log" 2>"${root}/said" &
    wait_until 20 grep -q 'pending: is next; waits for free nodes' "${root}/said"
    run_rdvc 0 logs one
    [[ ! -s ${root}/log && ${output} == *'in job 1'* && ${output} == *'an earlier attempt (slurm-1.out)'* ]]
    no_knob no-start
    wait
    [[ $(<"${root}/log") == *'in job 2'* && $(<"${root}/log") != *'in job 1'* ]]
    echo 'late words' >>"${folder_of}/slurm-1.out"
    run_rdvc 0 logs one
    [[ ${output} == *'in job 2'* && ${output} != *'earlier attempt'* ]]
}

@test "logs of a task in a pack whose next job failed before the task began: that job's" {
    cat >init_env.sh <<SH
#!/bin/sh
mkdir -p .venv/bin
echo '[ ! -e "${root}/broken" ] || { echo no network; return 7; }' >.venv/bin/activate
SH
    chmod +x init_env.sh
    submit --pack 2 -n grid -S k=1,2 -- sh -c 'echo this is task {k}; [ {k} = 1 ]'
    run_rdvc 7 wait grid
    let_jobs_end
    run_rdvc 0 logs grid.2
    [[ ${output} == *'this is task 2'* ]]
    touch "${root}/broken"
    run_rdvc 0 retry grid
    run_rdvc 7 wait grid
    run_rdvc 0 logs grid.2
    [[ ${output} == *'no network'* && ${output} != *'this is task'* && ${output} != *'earlier attempt'* ]]
    run_rdvc 0 logs grid.1 # which the new job did not have
    [[ ${output} == *'this is task 1'* && ${output} != *'no network'* ]]
    let_jobs_end
}
