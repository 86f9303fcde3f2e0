# A sweep of more jobs than one array of this cluster may have: several arrays, and everything else as
# with one.
# bats file_tags=nodes

load support

setup_file() {
    start_world 1
    make_command_project <<'SH'
#!/bin/sh
[ ! -e "$HOME/fail-$1" ] || exit 3
while [ -e "$HOME/hold-$1" ]; do sleep 0.2; done
mkdir -p out
echo "$1 $RDVC_TASK" >out/result
SH
    sed -i '/^MinJobAge/i MaxArraySize=5' "${RDVC_SANDBOX_DIR}"/etc/{,login/}slurm.conf
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop slurmctld
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start slurmctld
    ssh sandbox scontrol show config | grep -q 'MaxArraySize *= 5$'
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    rm -f "${cluster_home}"/{hold,fail}-*
}

teardown() {
    note_failure
    ssh sandbox scancel --me
}

submit() { # NAME TASKS [OPTIONS]; sets `job`, `token`, `jobs` and `sent`
    job=$(rdvc run --quiet --cmd --output=out -S "k=range(1,$(($2 + 1)))" -n "$1" "${@:3}" -- ./x.sh '{k}')
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

starts() {
    cat "${jobs}"/*/starts | wc -l
}

@test "ten tasks in three arrays: status, cancel, logs, wait, retry, pull, table" {
    touch "${cluster_home}"/hold-{2,6,9,10} "${cluster_home}/fail-7"
    submit ten 10
    mapfile -t ids < <(cut -d ' ' -f 1 "${sent}/arrays.1")
    [[ ${#ids[@]} -eq 3 && ${ids[0]} == "${job}" && $(cat "${sent}/claim.1/owner") == "$(printf '%s\n' "${ids[@]}")" ]]
    wait_until 60 shows ten "*ten-1 *done*ten-2 *running*ten-5 *done*ten-6 *running*ten-7 *failed*ten-8 *done*ten-9 *running*ten-10 *running*"
    run rdvc retry ten
    [[ ${status} -eq 1 && ${output} == *"has a job"* ]]
    run rdvc cancel ten.6 ten.10
    [[ ${status} -eq 0 && ${output} == *"cancelled ten.10 (job ${ids[2]}_2)"*"cancelled ten.6 (job ${ids[1]}_2)"* ]]
    wait_until 30 shows ten "*ten-2 *running*ten-6 *cancelled*ten-9 *running*ten-10 *cancelled*"
    rm "${cluster_home}"/{hold,fail}-*
    run rdvc wait ten
    [[ ${status} -eq 7 && ${output} == *"7 done  2 cancelled  1 failed"* ]]
    [[ $(rdvc logs ten.9) == *"./x.sh 9"* && $(rdvc logs "${ids[2]}_1") == *"./x.sh 9"* ]]
    wait_until 30 queue_is_empty
    run rdvc retry ten
    [[ ${status} -eq 0 && ${output} == *"(3 tasks: 6-7,10) again"* ]]
    rdvc wait ten
    [[ $(starts) -eq 13 ]]
    rdvc pull ten
    [[ $(cat .rdvc/outputs/ten-{1,4,5,8,10}/out/result) == $'1 1\n4 4\n5 5\n8 8\n10 10' ]]
    [[ $(rdvc table ten --csv) == *"10,ten-10,done"* ]]
    [[ $(rdvc logs ten.10) == *"./x.sh 10"* ]]
}

# bats test_tags=nodes,long
@test "packs in two arrays, --after waits for all of them, cancel ends all" {
    touch "${cluster_home}"/hold-1{0,1}
    submit packs 12 --pack=2
    [[ $(cut -d ' ' -f 2 "${sent}/arrays.1") == $'0\n4' ]]
    rdvc run --quiet --cmd -n next --after=packs -- true
    wait_until 60 shows packs "*packs-9 *done*packs-10 *running*packs-11 *running*packs-12 *pending*"
    run rdvc cancel packs.11
    [[ ${status} -eq 0 ]]
    wait_until 30 shows packs "*packs-10 *running*packs-11 *cancelled*packs-12 *done*"
    [[ $(fields_of next state) == pending ]]
    rm "${cluster_home}"/hold-10
    run rdvc wait packs
    [[ ${status} -eq 7 && ${output} == *"11 done  1 cancelled"* ]]
    rdvc wait next || true
    rm "${cluster_home}"/hold-11
    rdvc retry packs
    rdvc wait packs
    [[ $(starts) -eq 13 ]]
    [[ $(rdvc logs packs.11) == *"./x.sh 11"* ]]
    touch "${cluster_home}"/hold-{1..12}
    submit whole 12
    rdvc cancel whole
    run rdvc wait whole
    [[ ${output} == *"12 cancelled"* ]]
    [[ -z $(ssh sandbox squeue --noheader --states=PENDING) ]]
}

# bats test_tags=nodes,long
@test "--array-limit holds through all arrays" {
    submit few 10 --array-limit=1
    wait_until 20 bash -c "ssh sandbox scontrol show job ${job} | grep -q '%1 ' && ssh sandbox squeue --noheader --format=%r | grep Dependency"
    rdvc wait few
    # One after another: no task began before the one before it had ended.
    for n in 1 2 3 4 5 6 7 8 9 10; do
        sed -n 's/ bashrc$//p; s/ end$//p' "${jobs}/${n}/phases" | tr '\n' ' '
        echo
    done | sort -n | awk 'NR > 1 && $1 < last { bad = 1 } { last = $2 } END { exit bad }'
}

# bats test_tags=nodes,long
@test "clean removes one that has ended, and keeps one of whose arrays a job runs" {
    local old
    submit old 10
    old=${jobs}
    rdvc wait old
    rdvc pull old
    find "${remote}/submissions" "${remote}/jobs" -exec touch -h -d '30 days ago' {} +
    touch "${cluster_home}"/hold-9
    submit alive 10
    wait_until 60 shows alive "*alive-9 *running*alive-10 *done*"
    rdvc pull alive || true
    find "${remote}/submissions" "${remote}/jobs" -exec touch -h -d '30 days ago' {} +
    rdvc clean
    [[ -d ${jobs} && ! -e ${old} ]]
    rm "${cluster_home}"/hold-9
    rdvc wait alive
}
