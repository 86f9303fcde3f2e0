# `--after`: a submission starts when another one has ended.

load support

setup_file() {
    start_world 1
    make_command_project <<'SH'
#!/bin/sh
while [ -e "$HOME/hold-$1" ]; do sleep 0.2; done
[ ! -e "$HOME/fail-$1" ] || exit 3
date +%s.%N
SH
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

submit() { # NAME [OPTIONS] -- ARGUMENTS; prints the job's id
    rdvc run --quiet --cmd -n "$1" "${@:2}"
}

dependency_of() { # JOB
    sed -n 's/^#SBATCH --dependency=//p' "${remote}/submissions/$1.sbatch.sh"
}

@test "one starts after another one, and a sweep after both" {
    touch "${cluster_home}/hold-first"
    first=$(submit first -- ./x.sh first)
    second=$(submit second --after first -- ./x.sh)
    sweep=$(submit sweep --after="ok:${second},any:first" -S k=1,2 --dependency=singleton -- ./x.sh '{k}')
    [[ $(dependency_of "${second}") == "afterok:${first}" ]]
    [[ $(dependency_of "${sweep}") == "singleton,afterok:${second},afterany:${first}" ]]
    last=$(submit last --after=sweep.2,sweep -- ./x.sh)
    [[ $(dependency_of "${last}") == "afterok:${sweep}_2,afterok:${sweep}" ]]
    wait_until 20 bash -c '[[ $(rdvc status second) == *"pending: waits for a job that it depends on"* ]]'
    [[ $(rdvc status second) == *"after        ok:"* ]]
    rm "${cluster_home}/hold-first"
    rdvc wait last
    [[ $(rdvc status) == *last*done*sweep*"2 done"*second*done* ]]
    # What has ended well is not waited for.
    run rdvc run --cmd --after first,sweep.1 -n later -- ./x.sh
    [[ ${status} -eq 0 && ${output} == *"first has ended: it is not waited for"*"sweep.1 has ended"* ]]
    rdvc wait later
}

# bats test_tags=long
@test "what it waits for fails: it is cancelled and says why; both can be tried again, in this order" {
    touch "${cluster_home}"/{hold,fail}-bad
    submit bad -- ./x.sh bad
    submit next --after bad -- ./x.sh
    submit pair --after ok:bad -S k=1,2 -- ./x.sh '{k}'
    submit anyway --after any:bad -- ./x.sh
    rm "${cluster_home}/hold-bad"
    rdvc wait anyway
    run rdvc wait next
    [[ ${status} -eq 7 && ${output} == *"cancelled"*"a job that it depends on failed"* ]]
    wait_until 20 bash -c '[[ $(rdvc status pair) == *pair-1*cancelled*"depends on failed"*pair-2*cancelled* ]]'
    run rdvc run --cmd --after bad -n more -- ./x.sh
    [[ ${status} -eq 3 && ${output} == *"\`--after bad\`: it has not ended well: failed"*"exit code 3"*"--after any:bad"* ]]
    run rdvc retry next
    [[ ${status} -eq 3 && ${output} == *"has not ended well"* ]]
    rm "${cluster_home}/fail-bad"
    touch "${cluster_home}/hold-bad"
    wait_until 20 rdvc retry bad
    rdvc retry next
    rdvc retry pair
    wait_until 20 bash -c '[[ $(rdvc status next) == *"waits for a job that it depends on"* ]]'
    rm "${cluster_home}/hold-bad"
    rdvc wait pair
    rdvc wait next
}

@test "what is wrong is said before anything is sent" {
    local before
    submit there -- ./x.sh
    before=$(ls "${remote}/submissions")
    run rdvc run --cmd --after ther -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"no submission of this project is \`ther\`, did you mean \`there\`?"* ]]
    run rdvc run --cmd --after afterok:there -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"neither \`ok\` nor \`any\`"* ]]
    run rdvc run --cmd --after= -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"names no submission"* ]]
    run rdvc run --cmd --after there.2 -- ./x.sh
    [[ ${status} -eq 2 ]]
    touch "${cluster_home}/hold-here"
    submit here -- ./x.sh here
    before=$(ls "${remote}/submissions")
    run rdvc run --cmd --after here '--dependency=afterok:1?afterok:2' -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"are alternatives"* ]]
    run rdvc env build --after here
    [[ ${status} -eq 2 ]]
    run rdvc retry there --after here
    [[ ${status} -eq 2 && ${output} == *"\`--after\` cannot be given"* ]]
    rm -rf "${folder}/other"
    git clone --quiet "${project}" "${folder}/other"
    cd "${folder}/other"
    git commit --quiet --allow-empty -m Another
    git remote set-url origin https://example.org/other.git
    run rdvc run --cmd --after here -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"one of another project is"* ]]
    [[ $(ls "${remote}/submissions") == "${before}" ]]
    rm "${cluster_home}/hold-here"
}
