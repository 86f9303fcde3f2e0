# A sweep that needs several arrays: which jobs they have, and that all of them run or none. On a fake
# SLURM whose arrays have at most two jobs.

load submission

setup() {
    start_submission_test
    knob max-array 3
}

teardown() {
    stop_submission_test
}

# A sweep of $2 tasks with the name $1; each leaves a line in `runs`.
sweep() {
    run_rdvc "${expected:-0}" run --cmd -n "$1" -S "k=range(1,$(($2 + 1)))" "${@:3}" -- sh -c "echo {k} >>${root}/runs"
    find_newest
}

# Prints the arrays for jobs, in a process that bats does not trace.
plan() {
    bash -c 'source "$1"; plan_arrays "${@:2}"; printf "%s|" "${plan[@]}"' - "${RDVC_SOURCE_FOLDER}/cluster/login/lib/arrays.sh" "$@"
}

ran() {
    sort -n "${root}/runs" | tr '\n' ' '
}

ended() {
    [[ -z $(squeue --noheader --states=PENDING,RUNNING,COMPLETING) ]]
}

@test "how jobs are divided into arrays" {
    [[ $(plan 1000 {1..7}) == '0 1-7|' ]]
    [[ $(plan 1000) == '|' ]]
    [[ $(plan 5 {1..12}) == '0 1-5|5 1-5|10 1-2|' ]]
    [[ $(plan 5 {1..10}) == '0 1-5|5 1-5|' ]]
    [[ $(plan 1 1 2) == '0 1|1 1|' ]]
    # Of a retry: what fits keeps its index; a job of a pack may be named several times.
    [[ $(plan 5 2 4 4 5) == '0 2,4-5|' ]]
    [[ $(plan 5 2 7 8 8 12) == '0 2|6 1-2|11 1|' ]]
    [[ $(plan 1000 1500) == '1499 1|' ]]
    # SLURM takes at most 4,096 characters.
    local planned array
    IFS='|' read -ra planned <<<"$(plan 30000 {10001..11400..2})"
    ((${#planned[@]} == 3))
    for array in "${planned[@]}"; do
        ((${#array} < 4000))
    done
}

@test "indices of an array in the numbering of the whole sweep" {
    source "${RDVC_SOURCE_FOLDER}/cluster/login/lib/arrays.sh"
    local row
    for row in '3 1003' '[1-4] [1001-1004]' '[2,5-9:2%3] [1002,1005-1009:2%3]' 'N/A N/A'; do
        shift_indices "${row% *}" 1000
        [[ ${shifted} == "${row#* }" ]]
    done
    shift_indices '' 1000
    [[ -z ${shifted} ]]
}

@test "five tasks are three arrays, each task runs once, and one fits where one fits" {
    sweep five 5
    [[ $(cat "${folder_of}/arrays.1") == $'1 0\n2 2\n3 4' && ${job} == 1 ]]
    [[ $(cat "${folder_of}/claim.1/owner") == $'1\n2\n3' ]]
    rdvc wait five
    [[ $(ran) == '1 2 3 4 5 ' ]]
    state_is five 'done'
    [[ $(cat "${rdvc_dir}/jobs/${token}/4/job") == 2_2 ]]
    [[ $(rdvc status five) == *"job          1, 2, 3"* ]]
    [[ $(rdvc status five.4) == *"job          2_2"*"slurm-2_2.out"* ]]
    [[ $(rdvc status 3_1) == *"five-5"* && $(rdvc status 2.3) == *"five-3"* && $(rdvc status 1_2) == *"five-2"* ]]
    [[ $(rdvc logs five.3) == *'echo\ 3'* && $(rdvc logs 2_1) == *'echo\ 3'* ]]
    [[ -e ${rdvc_dir}/submissions/3.sbatch.sh ]]
    (($(calls_of sbatch) == 4)) # the first one was refused
    sweep two 2
    [[ ! -e ${folder_of}/arrays.1 ]]
    (($(calls_of sbatch) == 5))
}

@test "at most K at once: each array waits for the one before" {
    knob no-start
    sweep some 5 --array-limit=2 --dependency=singleton
    local dependencies
    dependencies=$(grep -o ' sbatch .*' "${FAKE_SLURM}/calls" | grep -o 'array=[^ ]*\( --dependency=[^ ]*\)\?')
    [[ ${dependencies} == $'array=1-2%2\narray=1-2%2 --dependency=singleton\\,afterany:1\narray=1%2 --dependency=singleton\\,afterany:2' ]]
}

@test "sbatch refuses a later array: nothing runs, and what fits is named" {
    knob max-submit 3
    expected=6 sweep many 5
    [[ ${output} == *"QOS policy"*"you may have 3 jobs that wait or run, and have 0: --pack=2 makes 3 jobs of the 5 tasks"* ]]
    state_is many refused
    wait_until 10 ended
    [[ ! -e ${root}/runs && -e ${folder_of}/claim.1/revoked && ! -e ${folder_of}/jobid ]]
    knob max-submit 20
    sweep packed 5 --pack=2
    rdvc wait packed
    [[ $(ran) == '1 2 3 4 5 ' && $(cut -d ' ' -f 2 "${folder_of}/arrays.1" | tr '\n' ' ') == '0 2 ' ]]
}

# sbatch, which fails for the array with the offset $1 although SLURM has accepted it.
lose_answer() {
    mkdir -p "${root}/bin"
    cat >"${root}/bin/sbatch" <<SH
#!/bin/bash
"${RDVC_SOURCE_FOLDER}/tests/support/slurm/bin/sbatch" "\$@" || exit
[[ \${*: -1} != $1 || \$# -lt 4 ]] || { echo "Socket timed out on send/recv operation" >&2; exit 1; }
SH
    chmod +x "${root}/bin/sbatch"
    PATH="${root}/bin:${PATH}"
}

@test "the answer to the first, second or last sbatch is lost: none runs, and the same command runs all once" {
    local offset
    for offset in 0 2 4; do
        lose_answer "${offset}"
        expected=6 sweep lost 5
        PATH=${PATH#"${root}"/bin:}
        wait_until 10 ended
        [[ ! -e ${root}/runs ]]
        state_is lost refused
        sweep lost 5
        rdvc wait lost
        [[ $(ran) == '1 2 3 4 5 ' ]]
        rm "${root}/runs"
    done
}

# As if the login node had crashed when SLURM had accepted $1 arrays.
crash_after() {
    mkdir -p "${root}/bin"
    cat >"${root}/bin/sbatch" <<SH
#!/bin/bash
"${RDVC_SOURCE_FOLDER}/tests/support/slurm/bin/sbatch" "\$@" || exit
printf x >>"${root}/accepted"
((\$(stat -c %s "${root}/accepted") < $1)) || kill -KILL "\${PPID}"
SH
    chmod +x "${root}/bin/sbatch"
    PATH="${root}/bin:${PATH}"
}

@test "the login node dies between two arrays: jobs wait, the next command revokes all, and none runs" {
    crash_after 2
    run rdvc run --cmd -n crash -S 'k=range(1,6)' -- sh -c "echo {k} >>${root}/runs"
    PATH=${PATH#"${root}"/bin:}
    find_newest
    [[ $(cat "${folder_of}/arrays.1") == '1 0' && ! -e ${folder_of}/claim.1 ]]
    run rdvc status
    [[ ${output} == *unconfirmed* || ${output} == *pending* || ${output} == *running* ]]
    touch -d '-200 sec' "${folder_of}/sbatch.began"
    run rdvc status
    echo "${output}"
    wait_until 10 ended
    [[ ! -e ${root}/runs && $(cat "${folder_of}/claim.1/revoked") == 'not all of its arrays were submitted' ]]
    sweep crash 5
    rdvc wait crash
    [[ $(ran) == '1 2 3 4 5 ' ]]
}

@test "a login node that hangs between two arrays, and goes on when there is another attempt, does not touch that one" {
    mkdir "${root}/bin"
    cat >"${root}/bin/sbatch" <<SH
#!/bin/bash
"${RDVC_SOURCE_FOLDER}/tests/support/slurm/bin/sbatch" "\$@" || exit
[[ "\${*: -2}" != '1 2' ]] || until [[ -e ${root}/go ]]; do sleep 0.1; done
SH
    chmod +x "${root}/bin/sbatch"
    PATH="${root}/bin:${PATH}" rdvc run --cmd -n late -S 'k=range(1,6)' -- sh -c "echo {k} >>${root}/runs" 3>&- & local laptop=$!
    wait_until 20 eval 'grep -qx "1 0" "${rdvc_dir}"/submissions/*/arrays.1'
    kill -s KILL "${laptop}"
    wait "${laptop}" || true
    find_newest
    [[ $(cat "${folder_of}/arrays.1") == '1 0' ]]
    touch -d '-200 sec' "${folder_of}/sbatch.began"
    run_rdvc 0 status
    [[ -e ${folder_of}/claim.1/revoked ]]
    wait_until 10 ended
    knob no-start
    run_rdvc 0 retry late
    local arrays
    arrays=$(cat "${folder_of}/arrays.2")
    touch "${root}/go"
    wait_until 10 bash -c "! pgrep -f '${root}/[b]in/sbatch'"
    sleep 1
    [[ $(cat "${folder_of}/arrays.2") == "${arrays}" && $(cat "${folder_of}/jobid") == "${arrays%% *}" ]]
    no_knob no-start
    rdvc wait late
    [[ $(ran) == '1 2 3 4 5 ' ]]
}

@test "cancel of tasks in several arrays, retry of exactly these, which SLURM knows by other indices" {
    knob no-start
    sweep held 5
    rdvc cancel held.2 held.3 held.5
    no_knob no-start
    rdvc wait held || true
    [[ $(ran) == '1 4 ' ]]
    wait_until 10 ended
    run_rdvc 0 retry held
    [[ ${output} == *"(3 tasks: 2-3,5) again"* ]]
    [[ $(cut -d ' ' -f 2 "${folder_of}/arrays.2" | tr '\n' ' ') == '0 2 4 ' ]]
    rdvc wait held
    [[ $(ran) == '1 2 3 4 5 ' ]]
    [[ $(rdvc logs held.3) == *'echo\ 3'* && $(rdvc logs held.1) == *'echo\ 1'* ]]
    [[ $(rdvc status held.3) == *"slurm-5_1.out"* ]]
}

@test "cancel of the whole ends all arrays; what waits for it, waits for all" {
    knob no-start
    sweep whole 5
    run_rdvc 0 run --cmd -n next --after=any:whole -- true
    grep -q 'dependency=afterany:1:2:3' "${rdvc_dir}"/submissions/*/job.sh
    run_rdvc 0 cancel whole
    wait_for_state 1_1 CANCELLED
    wait_for_state 3_1 CANCELLED
    state_is whole cancelled
}
