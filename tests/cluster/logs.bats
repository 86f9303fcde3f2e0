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
