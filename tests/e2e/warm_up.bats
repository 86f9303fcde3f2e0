# A sweep begins with one job, until the stages that all of its tasks share are done.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    export project="${folder}/project"
    export signs="${shared}/signs" # by which tests and stages talk to each other
    mkdir "${signs}"
    cd "${project}"
    cat >dvc.yaml <<YAML
stages:
  featurise:
    cmd: sh featurise.sh
    deps: [featurise.sh, raw.txt]
    outs: [features.txt]
  train:
    cmd: sh train.sh
    deps: [train.sh, features.txt]
    params: [lr]
    outs: [model.txt]
    metrics:
      - metrics.json:
          cache: false
YAML
    cat >featurise.sh <<SH
echo featurise >>${signs}/count
[ ! -e ${signs}/fail ] || exit 5
sort raw.txt >features.txt
SH
    sed -i "1i while [ -e ${signs}/wait ]; do sleep 0.2; done" train.sh
    echo b >raw.txt
    echo /features.txt >>.gitignore
    git add -A
    git commit --quiet -m 'Two stages'
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

runs() {
    wc -l <"${signs}/count"
}

run_at_once() { # NUMBER
    [[ $(ssh sandbox squeue --noheader --states=running | wc -l) -ge $1 ]]
}

@test "a stage that no swept parameter reaches runs once, and then all tasks run at once" {
    touch "${signs}/wait"
    run rdvc run -n warm -S lr=1,2,3
    [[ ${status} -eq 0 && ${output} == *"warm-up: "*"the stages that all tasks share are done: featurise"* ]]
    wait_until 60 run_at_once 3
    rm "${signs}/wait"
    rdvc wait warm
    [[ $(runs) -eq 1 ]]
    run rdvc logs warm.3
    [[ ${output} == *"'featurise' is cached"* ]]
    run rdvc run -n cold -S lr=4,5 --no-warmup --dry-run
    [[ ${output} == *"--array=1-2"$'\n'* && ${output} != *"warm-up: "* ]]
    run rdvc run -n limited -S lr=4,5 --warmup --array-limit 1 --dry-run
    [[ ${output} == *"--array=1-2%1"$'\n'* && ${output} != *"warm-up: "* ]]
}

# bats test_tags=long
@test "if the shared stage fails, the other jobs begin as well; retry warms up again" {
    echo c >>raw.txt
    touch "${signs}/fail"
    rdvc run --quiet -n broken -S lr=1,2,3
    run rdvc wait broken
    [[ ${status} -ne 0 && ${output} == *"3 failed"* && $(runs) -eq 3 ]]
    rm "${signs}"/*
    rdvc retry broken
    rdvc wait broken
    [[ $(runs) -eq 1 ]]
}

# bats test_tags=long
@test "with packs, and with a limit of jobs, the shared stage runs once, too" {
    echo d >>raw.txt
    rdvc run --quiet -n packed --pack 2 --array-limit 2 -S lr=1,2,3,4,5,6
    rdvc wait packed
    [[ $(runs) -eq 1 ]]
    run ssh sandbox scontrol show job "$(fields_of packed job)"
    [[ ${output} == *"ArrayTaskThrottle=2"* ]]
}
