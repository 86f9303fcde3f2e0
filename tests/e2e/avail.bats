# `rdvc avail`, what a run's preflight makes of it, and instances from a real sinfo.

bats_require_minimum_version 1.5.0
load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

@test "avail --start has SLURM's estimate, and submits nothing" {
    run -0 --separate-stderr rdvc avail --start --partition=general,short --time=1
    [[ ${output} == $'partition general  at once\npartition short    at once' ]]
    [[ ${stderr} == *"SLURM's own estimate"* ]]
    run -0 --separate-stderr rdvc avail --start --begin=now+3hours
    [[ ${output} == 'with these options  in '[23]' h' ]]
    run -6 --separate-stderr rdvc avail --start --partition=short --time=5
    [[ ${output} == *'Requested time limit is invalid'* ]]
    run -0 --separate-stderr rdvc avail
    grep -q '^your jobs  *none$' <<<"${output}"
}

@test "avail shows the real cluster, and a run that it rules out is not sent" {
    run -0 --separate-stderr rdvc avail
    grep -qE '^general\* +up +1 +0 +0 +1 +[0-9]+ of [0-9]+ +[0-9]+G +4 of 4 +none +all +t3.xlarge,' <<<"${output}"
    grep -qE '^short +up .* 00:02:00 ' <<<"${output}"
    grep -q '^your jobs  *none$' <<<"${output}"
    grep -q '^unknown  *sacctmgr does not answer: ' <<<"${output}"
    run -0 rdvc avail --json
    python3 -c 'import json, sys; a = json.load(sys.stdin); assert a["version"] == 1 and len(a["partitions"]) == 7' <<<"${output}"

    # What is refused here, SLURM refuses too; and what it takes is not refused.
    local option
    for option in '--time=9 --partition=short' --gpus=9 --gpus=a100:1 --constraint=g5.xlareg --mem=99T \
        --cpus-per-task=999 --partition=shrot '--partition=general,short --time=5'; do
        # shellcheck disable=SC2086 # several words
        run -3 --separate-stderr rdvc run --cmd ${option} -- true
        [[ ${stderr} == *'--no-preflight submits all the same'* ]]
        # shellcheck disable=SC2086
        run -6 --separate-stderr rdvc run --cmd --no-preflight ${option} -- true
    done
    for option in '--time=2 --partition=short' --gpus=4 '--constraint=g5.xlarge&t3.xlarge' --mem=0 \
        '--mem-per-cpu=1G --cpus-per-task=2' --account=none --ntasks=2; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr rdvc run --cmd --begin=now+1hour ${option} -- true
    done
    run -0 --separate-stderr rdvc avail
    grep -q '^your jobs  *7 pending$' <<<"${output}"
}

@test "instance add defines an instance from the nodes, and a run may use it" {
    run -0 --separate-stderr rdvc instance add g5.xlarge --yes
    run -0 --separate-stderr rdvc instance list
    grep -qE 'constraint = "g5.xlarge" ' <<<"${output}"
    run -0 --separate-stderr rdvc run --cmd --begin=now+1hour --instance=g5.xlarge -- true
}
