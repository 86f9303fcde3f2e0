# `rdvc retry` of a sweep: which tasks, with what; and of one task.

load support

setup_file() {
    start_world 1
    make_command_project <<'SH'
#!/bin/sh
[ ! -e "$HOME/hold-$1" ] || exec sleep 1000
[ ! -e "$HOME/fail-$1" ] || exit 3
[ ! -e "$HOME/eat-$1" ] || [ "$SLURM_MEM_PER_NODE" -gt 100 ] || kill -9 $$
echo "memory $SLURM_MEM_PER_NODE"
SH
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git clean --quiet --force -d
    rm -f "${cluster_home}"/{hold,fail,eat}-*
}

teardown() {
    note_failure
    ssh sandbox scancel --me
}

submit() { # NAME [OPTIONS]: four tasks; sets `job`, `token`, `jobs` and `sent`
    job=$(rdvc run --quiet --cmd -S k=1,2,3,4 -n "$@" -- ./x.sh '{k}')
    token=$(fields_of "${job}" token)
    jobs="${remote}/jobs/${token}" sent="${remote}/submissions/${token}"
}

shows() { # SUBMISSION PATTERN
    local said
    said=$(rdvc status "$1")
    printf '%s\n' "${said}"
    # shellcheck disable=SC2053
    [[ ${said} == $2 ]]
}

starts() { # TASK
    wc -l <"${jobs}/$1/starts"
}

# Retries; SLURM may still show an ended job for a moment.
again() {
    wait_until 30 queue_is_empty
    run rdvc retry "$@"
    echo "${output}"
}

@test "--failed leaves what was cancelled, and one task can be named; each has one start an attempt" {
    touch "${cluster_home}"/{fail-1,hold-2}
    submit some --array-limit=1
    wait_until 30 shows some "*some-1*failed*some-2*running*some-3*pending*some-4*pending*"
    run rdvc retry some.1
    [[ ${status} -eq 1 && ${output} == *"has a job"* ]]
    rdvc cancel some
    run rdvc wait some
    echo "${output}"
    [[ ${status} -eq 7 && ${output} == *"3 cancelled  1 failed"* ]]
    again some --failed
    [[ ${status} -eq 0 && ${output} == *"1 of 4 tasks without a result"*"(1 task: 1) again as job"* ]]
    run rdvc wait some
    [[ ${status} -eq 7 ]]
    # Those that have never begun stay cancelled, and nothing starts them.
    shows some "*some-1*failed*some-2*cancelled*some-3*cancelled*some-4*cancelled*"
    rm "${cluster_home}"/{fail-1,hold-2}
    again some.3 --time=5
    [[ ${status} -eq 0 && ${output} == *"(1 task: 3) again as job"*"rdvc wait "*.3* ]]
    rdvc wait some.3
    shows some "*some-1*failed*some-2*cancelled*some-3*done*some-4*cancelled*"
    again some.3
    [[ ${status} -eq 1 && ${output} == *"some.3 has its result: done"* ]]
    again some --all
    [[ ${status} -eq 0 && ${output} == *"(3 tasks: 1-2,4) again"* ]]
    rdvc wait some
    [[ $(rdvc status) == *some*"4 done"* ]]
    [[ $(starts 1) -eq 3 && $(starts 2) -eq 2 && $(starts 3) -eq 1 && $(starts 4) -eq 1 ]]
    again some --failed
    [[ ${status} -eq 1 && ${output} == *"nothing of some has failed"* ]]
}

# bats test_tags=long
@test "what is wrong is refused, and an attempt that sbatch refuses changes nothing" {
    touch "${cluster_home}/fail-2"
    submit wrong
    rdvc wait wrong || true
    again wrong --mem=x2
    [[ ${status} -eq 1 && ${output} == *"nothing of wrong ran out of memory"*"without a result: failed"* ]]
    again wrong.2 --mem=x2
    [[ ${status} -eq 2 && ${output} == *"asked for no memory"*"--mem=64G"* ]]
    again wrong --mem=x1
    [[ ${status} -eq 2 && ${output} == *"\`--mem=x1\` is no factor"* ]]
    again wrong --exclude-nodes
    [[ ${status} -eq 1 && ${output} == *"nothing of wrong failed by its node"* ]]
    again wrong --exclude-nodes=node1
    [[ ${status} -eq 2 && ${output} == *"takes no value"*"--exclude=NODES"* ]]
    again wrong --failed --all
    [[ ${status} -eq 2 && ${output} == *"contradict"* ]]
    again --failed
    [[ ${status} -eq 2 && ${output} == *"needs a submission"* ]]
    again wrong --faild
    [[ ${status} -eq 2 && ${output} == *"did you mean \`--failed\`?"* ]]
    again wrong.1 wrong.2
    [[ ${status} -eq 2 && ${output} == *"one submission or task: \`wrong.2\` is one too many"* ]]
    again wrong.5
    [[ ${status} -eq 2 && ${output} == *"has no task 5"* ]]
    again wrong --mem=lots
    [[ ${status} -eq 6 && ${output} == *"Invalid --mem"* ]]
    [[ ${output} != *MaxArraySize* ]]
    shows wrong "*wrong-1*done*wrong-2*failed*exit code 3*wrong-3*done*"
    [[ $(rdvc logs wrong.2) == *"exit code 3"* ]]
    rm "${cluster_home}/fail-2"
    again wrong
    [[ ${status} -eq 0 && ${output} == *"(1 task: 2)"* ]]
    rdvc wait wrong
}

# The result says that it ran out of memory: the sandbox cannot enforce a limit for an ordinary user.
# bats test_tags=long
@test "--mem=x2 is for the tasks that ran out of memory, and doubles what they last had" {
    touch "${cluster_home}"/{fail-1,eat-2}
    submit hungry --mem=50
    rdvc wait hungry || true
    sed -i 's/^cause .*/cause out_of_memory/' "${jobs}/2/result"
    grep -q '^cause' "${jobs}/2/result" || echo 'cause out_of_memory' >>"${jobs}/2/result"
    shows hungry "*hungry-1*failed*hungry-2*out_of_memory*"
    again hungry --mem=x2
    [[ ${status} -eq 0 && ${output} == *"memory: --mem=100"*"1 of 2 tasks"*"(1 task: 2)"* ]]
    rdvc wait hungry || true
    again hungry.2 --mem=x3
    [[ ${status} -eq 0 && ${output} == *"memory: --mem=300"* ]]
    rdvc wait hungry.2
    [[ $(rdvc logs hungry.2) == *"memory 300" || $(rdvc logs hungry.2) == *"memory 300"* ]]
    shows hungry "*hungry-1*failed*hungry-2*done*"
}

# bats test_tags=long
@test "a node fails: --exclude-nodes avoids it, in addition to those that are excluded" {
    touch "${cluster_home}"/hold-{1,2,3,4}
    submit down --no-requeue --array-limit=1
    wait_until 30 shows down "*down-1*running*"
    node=$(ssh sandbox squeue --noheader -o %N -t R)
    ssh sandbox scontrol update NodeName="${node}" State=DOWN Reason=dead
    wait_until 30 shows down "*down-1*node_fail*"
    ssh sandbox scontrol update NodeName="${node}" State=RESUME || true # it may have come back by itself
    rdvc cancel down
    run rdvc wait down
    rm "${cluster_home}"/hold-*
    # It may be the only node: then sbatch refuses, and nothing has changed.
    again down --failed --exclude-nodes
    [[ ${output} == *"not on: ${node}"* ]]
    grep -x "#SBATCH --exclude=${node}" "${sent}/options"
    if [[ ${status} -eq 0 ]]; then
        rdvc wait down.1
        [[ $(tail -n 1 "${jobs}/1/starts") != *" ${node}" ]]
    else
        shows down "*down-1*node_fail*"
    fi
}
