# Packs: tasks of a sweep that follow each other in one job and one workspace.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    export project="${folder}/project"
    export signs="${shared}/signs" # by which tests and stages talk to each other
    mkdir "${signs}"
    cd "${project}"
    # Each leaves files behind, changes a tracked one, and says what it has found.
    cat >train.sh <<SH
lr=\$(sed -n 's/^lr: //p' params.yaml)
echo "found: \$(ls left kept 2>/dev/null | tr '\n' ' ')\$(cat tracked.txt)"
echo "\$lr" >left; echo "\$lr" >kept; echo changed >tracked.txt
while [ -e ${signs}/wait-\$lr ]; do touch ${signs}/runs-\$lr; sleep 0.2; done
[ ! -e ${signs}/fail-\$lr ] || exit 5
echo "model of \$lr" >model.txt
printf '{"lr_seen": "%s"}\n' "\$lr" >metrics.json
SH
    sed -i 's/outs: .*/outs:\n    - model.txt\n    - kept: {persist: true}/' dvc.yaml
    printf '/left\n/kept\n' >>.gitignore
    echo original >tracked.txt
    git add -A
    git commit --quiet -m 'Stages that leave something'
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force main
    rm -f "${signs}"/*
}

teardown() {
    note_failure
}

tasks_in() { # SWEEP STATE: numbers of its tasks in this state
    rdvc status "$1" --json | python3 -c 'import json, sys
print(*(task["task"] for task in json.load(sys.stdin)[0]["tasks"] if task["state"] == sys.argv[1]))' "$2"
}

@test "tasks share a job, and the failure of one does not concern the others; each finds the workspace as it was" {
    touch "${signs}/fail-2"
    run rdvc run --pack 3 -n five -S lr=1,2,3,4,5
    [[ ${status} -eq 0 && ${output} == *"5 tasks in 2 jobs x "* ]]
    run rdvc wait five
    [[ ${status} -ne 0 && ${output} == *"4 published  1 failed"* ]]
    [[ $(tasks_in five failed) == 2 ]]
    local number
    for number in 1 2 3 4 5; do
        run rdvc logs "five.${number}"
        [[ ${output} == *"=== rdvc experiment: dvc "*"-n five-${number} "* && ${output} != *"-n five-$((number % 5 + 1)) "* ]]
        [[ ${output} == *"found: original"* ]] # of another task there is nothing
    done
    run rdvc pull five
    [[ $(git for-each-ref 'refs/exps/*/*/five-*' | wc -l) -eq 4 ]]
    dvc exp apply five-4
    [[ $(cat model.txt) == "model of 4" && $(cat kept) == 4 ]]
}

@test "retry runs the task that failed, and none of those beside it" {
    rm -f "${signs}"/fail-*
    run rdvc retry five
    [[ ${status} -eq 0 && ${output} == *"submitted five (1 task: 2) again as job"* ]]
    rdvc wait five
    [[ $(tasks_in five published) == "1 2 3 4 5" ]]
    # One start each, but for the second one.
    local jobs starts
    jobs="${cluster_home}/.rdvc/jobs/$(fields_of five token)"
    starts=$(wc -l "${jobs}"/[1-5]/starts | awk '{ print $1 }' | head -n 5 | tr '\n' ' ')
    [[ ${starts} == "1 2 1 1 1 " ]]
    no_workspace_left
}

# bats test_tags=long
@test "cancel ends one task of a pack, running or not, and the others run" {
    touch "${signs}/wait-12"
    rdvc run --quiet --pack 4 -n some -S lr=11,12,13,14
    wait_until 60 test -e "${signs}/runs-12"
    run rdvc status some
    [[ ${output} == *"some-1 "*published*"some-2 "*running*"some-3 "*pending*"waits for its turn"* ]]
    run rdvc table some --csv
    [[ ${output} == *"1,some-1,published,"*"2,some-2,running,"*"3,some-3,pending,"* ]]
    run rdvc cancel some.2 some.4
    [[ ${status} -eq 0 && ${output} == *"cancelled some.2"*"cancelled some.4: it has not started"* ]]
    run rdvc wait some
    [[ ${status} -ne 0 ]]
    [[ $(tasks_in some published) == "1 3" && $(tasks_in some cancelled) == "2 4" ]]
    run rdvc status some
    [[ ${output} == *"some-2 "*"cancelled"*"it was cancelled"* ]]
}

# bats test_tags=long
@test "cancel of the whole sweep ends a pack; retry completes it" {
    touch "${signs}/wait-22"
    rdvc run --quiet --pack 2 --array-limit 1 -n whole -S lr=21,22,23,24
    wait_until 60 test -e "${signs}/runs-22"
    rdvc cancel whole
    run rdvc wait whole
    [[ $(tasks_in whole published) == 1 && $(tasks_in whole cancelled) == "2 3 4" ]]
    rm "${signs}"/wait-*
    rdvc retry whole
    rdvc wait whole
    [[ $(tasks_in whole published) == "1 2 3 4" ]]
    no_workspace_left
}

# bats test_tags=long
@test "if the set-up fails, each task of the pack says so" {
    printf '#!/bin/sh\necho no network; exit 7\n' >init_env.sh
    rdvc run --quiet --pack 3 -n setup -S lr=31,32,33
    run rdvc wait setup
    [[ ${status} -ne 0 && ${output} == *"3 failed"* ]]
    run rdvc status setup
    [[ $(grep -c 'the setup command failed with exit code 7' <<<"${output}") -eq 3 ]]
}

# bats test_tags=long
@test "if the time is over, the task that ran and those that have not begun are timeouts" {
    touch "${signs}/wait-42"
    rdvc run --quiet --time 1 --pack 3 -n late -S lr=41,42,43
    run rdvc wait late
    [[ $(tasks_in late published) == 1 && $(tasks_in late timeout) == "2 3" ]]
    run rdvc status late
    [[ ${output} == *"late-3 "*"its job was stopped during task 2"* ]]
    rm "${signs}"/wait-*
    rdvc retry late --time=10
    rdvc wait late
    [[ $(tasks_in late published) == "1 2 3" ]]
}

# bats test_tags=long
@test "if a result cannot be published, the workspace is kept, the next tasks do not run, and recover brings it" {
    touch "${signs}/wait-52"
    rdvc run --quiet --pack 3 -n stuck -S lr=51,52,53
    wait_until 60 test -e "${signs}/runs-52"
    local mirror=("${cluster_home}"/.rdvc/repos/*.git)
    mv "${mirror[0]}/refs" "${mirror[0]}/refs-away"
    rm "${signs}/wait-52"
    wait_until 60 test -e "${cluster_home}/.rdvc/jobs/$(fields_of stuck token)/2/result"
    mv "${mirror[0]}/refs-away" "${mirror[0]}/refs"
    run rdvc wait stuck
    run rdvc status stuck
    [[ ${output} == *"stuck-1 "*published*"stuck-2 "*unpublished*"stuck-3 "*failed*"could not be published"* ]]
    rdvc recover stuck.2
    rdvc pull stuck.2
    [[ -n $(git for-each-ref 'refs/exps/*/*/stuck-2') ]]
    rdvc retry stuck
    rdvc wait stuck || true
    [[ $(tasks_in stuck published) == *3 ]]
}

# bats test_tags=long
@test "if the process that has DVC loaded is killed, the task fails, and the next one runs without it" {
    touch "${signs}/wait-62"
    rdvc run --quiet --pack 3 -n loaded -S lr=61,62,63
    wait_until 60 test -e "${signs}/runs-62"
    local pid killed=0
    for pid in $(pgrep -f "loaded/program.py"); do # not its copy, which runs task 62
        grep -qsF "${folder}" "/proc/${pid}/environ" && pgrep -P "${pid}" -f "loaded/program.py" >/dev/null || continue
        kill -KILL "${pid}" && killed=1
    done
    ((killed == 1))
    rm "${signs}/wait-62"
    run rdvc wait loaded
    [[ $(tasks_in loaded published) == "1 3" && $(tasks_in loaded failed) == 2 ]]
    run rdvc logs loaded.2
    [[ ${output} == *"has DVC loaded was killed"* ]]
    no_workspace_left
}

@test "a pack without a sweep is refused" {
    run rdvc run --pack 3 -n one
    [[ ${status} -eq 2 && ${output} == *"\`--pack\` is for sweeps"* ]]
    run rdvc run --pack 0 -n one -S lr=1,2
    [[ ${status} -eq 2 && ${output} == *"--pack"* ]]
}
