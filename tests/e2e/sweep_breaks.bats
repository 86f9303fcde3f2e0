# What holds of a submission when things break holds of each task of a sweep.

load support

setup_file() {
    start_world 1
    set_slurm KillWait 30 # as it usually is: a job on a busy machine needs more than the sandbox's 5 s
    make_project "${folder}/project"
    cat >dvc.yaml <<'YAML'
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs:
      - ckpt: {persist: true}
      - model.txt
    metrics:
      - metrics.json: {cache: false}
YAML
    # Continues from its checkpoint; ends after step 3, or when `end` or `end-LR` exists.
    cat >train.sh <<'SH'
lr=$(sed -n 's/^lr: //p' params.yaml)
mkdir -p ckpt
n=$(cat ckpt/n 2>/dev/null || echo 0)
echo "begins at step $n"
n=$((n + 1))
echo "$n" >ckpt/n
echo "model of $lr" >model.txt
echo "{\"lr_seen\": $lr}" >metrics.json
while [ "$n" -lt 3 ] && [ ! -e "$RDVC_DIR/end" ] && [ ! -e "$RDVC_DIR/end-$lr" ]; do sleep 0.2; done
SH
    printf '/.venv\n/model.txt\n/ckpt\n' >.gitignore
    mkdir .rdvc
    printf '[job]\ngrace = 2\nsave_interval = 1\n' >.rdvc/config.toml
    git add -A
    git commit --quiet -m 'It stops'
    export project="${folder}/project" remote="${cluster_home}/.rdvc"
    sandbox="${RDVC_SOURCE_FOLDER}/tools/sandbox"
    export sandbox
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force main
    git clean --quiet --force -d
    rm -f "${remote}"/end*
}

teardown() {
    note_failure
    ssh sandbox scancel --me
}

submit() { # NAME [OPTIONS]: sets `job`, `token` and `jobs`
    job=$(rdvc run --quiet -n "$@")
    token=$(fields_of "${job}" token)
    jobs="${remote}/jobs/${token}"
}

shows() { # SUBMISSION PATTERN
    local said
    said=$(rdvc status "$1")
    printf '%s\n' "${said}"
    # shellcheck disable=SC2053
    [[ ${said} == $2 ]]
}

# True if the tasks $2... of the submission in `jobs` run their stage.
running() {
    local n
    for n in "$@"; do
        grep -q experiment "${jobs}/${n}/phases" 2>/dev/null && grep -q 'begins at' "${remote}/submissions/${token}/slurm-"*"_${n}.out" || return 1
    done
}

@test "rdvc is killed while sbatch answers late: one array, found by the same command" {
    "${sandbox}" slow slurmctld 20
    timeout -s KILL 4 rdvc run -S lr=1,2 -n late || true
    "${sandbox}" thaw slurmctld
    run rdvc run -S lr=1,2 -n late
    [[ ${output} == *"late (2 tasks) as job"* || ${status} -eq 75 ]]
    wait_until 60 bash -c 'rdvc status | grep -E "late .* (pending|running)"'
    touch "${remote}/end"
    rdvc wait late
    [[ $(ssh sandbox squeue --noheader --states=all -o %F | sort -u | wc -l) -eq 1 ]]
    [[ $(rdvc status) == *late*"2 published"* ]]
    # One environment for all: one task builds it, the other one takes it.
    [[ $(cat "${remote}/jobs"/*/[12]/environment | sort -u | wc -l) -eq 1 ]]
    [[ $(find "${remote}"/envs/project-*/ -name .venv | wc -l) -eq 1 ]]
}

@test "a cancelled task keeps what it had made; retry continues it, and only it" {
    submit some -S lr=1,2
    wait_until 60 running 1 2
    rdvc cancel some.2
    wait_until 30 shows some "*some-1*running*some-2*cancelled*"
    wait_until 20 grep -q '^partial ' "${jobs}/2/result"
    run rdvc pull --partial some.2
    [[ ${status} -eq 0 && $(cat .rdvc/partial/some-2/ckpt/n) == 1 ]]
    run rdvc pull --partial some
    [[ ${status} -eq 1 && ${output} == *"one task at a time"* ]]
    touch "${remote}/end"
    run rdvc wait some
    [[ ${status} -eq 7 && ${output} == *"1 published  1 cancelled"* ]]
    rdvc retry some
    rdvc wait some
    grep -q 'begins at step 1' "${remote}/submissions/${token}/slurm-"*_2.out
    [[ $(wc -l <"${jobs}/1/starts") -eq 1 && $(wc -l <"${jobs}/2/starts") -eq 2 ]]
}

# bats test_tags=long
@test "a task's shell is killed: that task has no result and is named; the others go on" {
    submit shot -S lr=1,2,3
    wait_until 60 running 1 2 3
    kill -9 "$(shell_of "${job}" 2)"
    wait_until 60 shows shot "*shot-1*running*shot-2*failed*shot-3*running*"
    touch "${remote}/end"
    run rdvc wait shot
    [[ ${status} -eq 7 && ${output} == *"2 published  1 failed"* ]]
    rdvc retry shot
    rdvc wait shot
    [[ $(wc -l <"${jobs}/1/starts") -eq 1 && $(wc -l <"${jobs}/2/starts") -eq 2 ]]
    no_workspace_left
}

# bats test_tags=long
@test "the controller dies in the middle and comes back" {
    submit dead -S lr=1,2,3 --array-limit=2
    wait_until 60 running 1 2
    sleep 6 # it saves its state every five seconds
    "${sandbox}" stop slurmctld
    wait_until 30 shows dead "*dead-1*unknown*squeue does not answer*"
    touch "${remote}/end"
    "${sandbox}" start slurmctld
    rdvc wait dead
    rdvc pull dead
    [[ $(git for-each-ref 'refs/exps/*/*/dead-*' | wc -l) -eq 3 ]]
    git --git-dir="$(echo "${remote}"/repos/*.git)" fsck
}

# bats test_tags=long
@test "a task that could not publish: named, not retried, recovered, and then pulled with the others" {
    submit kept -S lr=1,2
    wait_until 60 running 1 2
    touch "${remote}/end-1"
    rdvc wait kept.1
    git -C "${remote}"/repos/project-*.git config transfer.hideRefs refs/exps
    touch "${remote}/end"
    run rdvc wait kept
    git -C "${remote}"/repos/project-*.git config --unset transfer.hideRefs
    [[ ${status} -eq 7 && ${output} == *"1 published  1 unpublished"* ]]
    run rdvc retry kept
    [[ ${status} -eq 1 && ${output} == *"not published yet"* ]]
    run rdvc recover kept
    [[ ${status} -eq 2 && ${output} == *"sweep of 2 tasks"* ]]
    run rdvc recover
    [[ ${status} -eq 0 && ${output} == *"recovered kept-2 ("* ]]
    [[ $(rdvc status) == *kept*"2 published"* ]]
    rdvc pull kept
    dvc exp apply --quiet kept-2
    grep -x 'model of 2' model.txt
}

# bats test_tags=long
@test "clean keeps a sweep as long as one result is only there" {
    touch "${remote}/end"
    submit old -S lr=1,2
    rdvc wait old
    rdvc pull old.1
    find "${remote}/submissions" "${remote}/jobs" -exec touch -h -d '30 days ago' {} +
    run rdvc clean
    [[ ${status} -eq 0 && -d ${jobs} && ${output} == *"the result is not here"*old* ]]
    rdvc pull old
    rdvc clean
    [[ ! -e ${jobs} && ! -e ${remote}/submissions/${token} ]]
}

# bats test_tags=long
@test "clean keeps a sweep that runs" {
    submit alive -S lr=1,2
    wait_until 60 running 1 2
    touch "${remote}/end-1"
    rdvc wait alive.1
    rdvc pull alive.1
    find "${remote}/submissions" "${remote}/jobs" -exec touch -h -d '30 days ago' {} +
    rdvc clean
    [[ -d ${jobs} && -e ${remote}/submissions/${token}/tasks ]]
    touch "${remote}/end"
    rdvc wait alive
}
