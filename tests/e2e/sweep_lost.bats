# Tasks that left no result and that SLURM's live view has forgotten: accounting says how they ended.

load support

setup_file() {
    start_world 1 --accounting
    make_command_project <<'SH'
#!/bin/sh
while [ -e "$HOME/hold-$1" ]; do sleep 0.2; done
SH
    mkdir "${shared}/workspaces" # which jobs that are killed leave behind
    export RDVC_JOB_WORKSPACE="${shared}/workspaces"
    set_slurm MinJobAge 2
}

teardown_file() {
    stop_world
}

teardown() {
    note_failure
}

# bats test_tags=root
@test "tasks that only accounting remembers are named by how they ended; one that nothing knows is lost" {
    cd "${project}"
    touch "${cluster_home}"/hold-{1,2,3}
    job=$(rdvc run --quiet --cmd -S k=1,2,3,4 -n gone -- ./x.sh '{k}')
    token=$(fields_of "${job}" token)
    jobs="${remote}/jobs/${token}"
    local task
    for task in 1 2 3; do
        wait_until 30 grep -q command "${jobs}/${task}/phases"
    done
    kill -9 "$(shell_of "${job}" 1)" "$(shell_of "${job}" 3)" # so that nothing writes their results
    rm "${cluster_home}"/hold-*
    # Nobody asks for the state meanwhile; SLURM forgets.
    wait_until 90 bash -c "! ssh sandbox squeue --all --states=all --noheader -j ${job} 2>/dev/null | grep ."
    [[ ! -e ${jobs}/1/result && ! -e ${jobs}/1/slurm ]]
    said=$(rdvc status gone)
    echo "${said}"
    [[ ${said} == *gone-1*failed*"ended without a result"*gone-2*done*gone-3*failed*gone-4*done* ]]
    [[ $(cat "${jobs}"/{1,3}/slurm) == $'FAILED\nFAILED' && ! -e ${jobs}/1/gone ]]
    # The same for tasks of which even accounting has nothing.
    rm "${jobs}"/1/slurm
    printf '99999\n' >"${remote}/submissions/${token}/jobid"
    touch -d '-10 sec' "${remote}/submissions/${token}/jobid"
    said=$(rdvc status gone)
    echo "${said}"
    [[ ${said} == *gone-1*lost*gone-2*done*gone-3*failed* ]]
    # Without an answer it says so.
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop slurmdbd
    said=$(rdvc status gone)
    echo "${said}"
    [[ ${said} == *gone-1*lost*"sacct does not answer"*gone-3*failed* ]]
}
