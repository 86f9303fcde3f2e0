# What `rdvc clean` must keep although it was to go when the laptop decided: tests the laptop's
# decision and the cluster's own last check, on a fake SLURM. tests/e2e/clean.bats tests on a real
# SLURM what it removes.

load submission

setup() {
    start_submission_test
    rdvc=${rdvc_dir}
    mkdir "${root}/bin"
}

teardown() {
    stop_submission_test
}

# Makes a submission NAME whose job has failed; sets `token`.
failed() {
    local job
    rdvc run --cmd -n "$1" -- false
    token=$(basename "$(dirname "$(grep -lx "name $1" "${rdvc}"/submissions/*/submission)")")
    job=$(cat "${rdvc}/submissions/${token}/jobid")
    wait_for_state "${job}" FAILED
}

grow_old() {
    find "${rdvc}"/{submissions,jobs,functions,requests,repos,envs} -exec touch -h -d '30 days ago' {} +
}

# Runs the shell code $1 between the laptop's decision and the removal: when the cluster measures
# sizes.
meanwhile() {
    {
        printf '#!/bin/bash\n'
        declare -p rdvc token
        printf '%s\nexec /usr/bin/du "$@"\n' "$1"
    } >"${root}/bin/du"
    chmod +x "${root}/bin/du"
    PATH="${root}/bin:${PATH}"
}

is_whole() {
    [[ -s ${rdvc}/submissions/${token}/job.sh && -d ${rdvc}/jobs/${token}/0 ]]
    ! compgen -G "${rdvc}/*/.gone-*"
}

@test "removes a failed submission with its links and refs; a dry run shows the same and changes nothing" {
    failed one
    local job before
    job=$(cat "${rdvc}/submissions/${token}/jobid")
    grow_old
    before=$(find "${rdvc}" | LC_ALL=C sort)
    run rdvc clean --dry-run
    [[ ${status} -eq 0 && ${output} == *"submission  ${job} (one)  "*" KB  ${rdvc}/submissions/${token}"* ]]
    [[ $(find "${rdvc}" | LC_ALL=C sort | grep -v "/queue\|/requests") == "$(grep -v "/queue\|/requests" <<<"${before}")" ]]
    run rdvc clean --json
    [[ ${status} -eq 0 && ${output} == *"\"title\": \"${job} (one)\""* ]]
    [[ ! -e ${rdvc}/submissions/${token} && ! -e ${rdvc}/jobs/${token} && ! -L ${rdvc}/submissions/${job}.sbatch.sh ]]
    [[ -z $(git --git-dir="$(echo "${rdvc}"/repos/*.git)" for-each-ref refs/rdvc) ]]
}

@test "keeps a submission if a start, a result, a kept workspace, another attempt or a run by hand comes in between" {
    local change
    failed one
    for change in 'date +%s >>"${rdvc}/jobs/${token}/0/starts"' \
        'printf "state unpublished\n" >"${rdvc}/jobs/${token}/0/result"; sleep 1' \
        'mkdir "${rdvc}/jobs/${token}/0/project"; rmdir "${rdvc}/jobs/${token}/0/project"' \
        'mkdir "${rdvc}/submissions/${token}/attempt.2"' \
        'mkdir "${rdvc}/jobs/${token}/hand-1"; rmdir "${rdvc}/jobs/${token}/hand-1"'; do
        printf 'state failed\n' >"${rdvc}/jobs/${token}/0/result"
        rm -rf "${rdvc}/submissions/${token}/attempt.2"
        grow_old
        meanwhile "${change}"
        run rdvc clean
        printf '%s: %s\n' "${change}" "${output}"
        [[ ${status} -eq 0 && ${output} == *"submission  1         younger than --older"* && ${output} != *"submissions  "* ]]
        is_whole
    done
}

@test "keeps everything that a job may need if a job is queued again in between, or if squeue no longer answers" {
    failed one
    local build="${rdvc}/envs/p-1/key/b1"
    mkdir -p "${build}"
    printf 'made 1\nkib 1\n' >"${build}/info"
    grow_old
    meanwhile 'echo other; FAKE_SLURM='"${FAKE_SLURM@Q}"' sbatch --hold --parsable --comment="rdvc:${token}" --job-name=x --output=/dev/null '"${root}/again.sh"' >&2
        printf "p-1/key/b1\n" >"${rdvc}/jobs/${token}/0/environment"'
    printf '#!/bin/bash\nsleep 60\n' >"${root}/again.sh"
    run rdvc clean --all-projects
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 && ${output} == *"submission   1         a job waits or runs"* ]]
    is_whole
    [[ -e ${build}/info ]]
    rm "${rdvc}/jobs/${token}/0/environment"
    scancel "$(squeue --noheader -o %A | head -n 1)"
    grow_old
    meanwhile "printf 'no contact' >${FAKE_SLURM@Q}/fail-squeue"
    run rdvc clean --all-projects
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 && ${output} == *"squeue does not answer"*"no contact"* ]]
    is_whole
    [[ -e ${build}/info ]]
    no_knob fail-squeue
    rm "${root}/bin/du"
    rdvc clean --all-projects
    [[ ! -e ${rdvc}/submissions/${token} && ! -e ${build} ]]
}

@test "keeps functions that a script names by now, and a workspace that must stay by now" {
    failed one
    local workspace="${root}/rdvc-999-abcdefgh"
    mkdir -p "${rdvc}/functions/00000000" "${workspace}"
    printf 'node n\npath %s\ncluster fake\n' "${workspace}" >"${rdvc}/jobs/${token}/0/workspace"
    grow_old
    meanwhile 'mkdir "${rdvc}/submissions/f0000000000000000000000000000000"
        echo "RDVC_JOB_FUNCTIONS=\"x/functions/00000000\"" >"${rdvc}/submissions/f0000000000000000000000000000000/job.sh"
        touch '"${workspace}/rdvc-keep"
    run rdvc clean
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 && -d ${rdvc}/functions/00000000 && -d ${workspace} ]]
    rm -r "${rdvc}/submissions/f0000000000000000000000000000000" "${workspace}/rdvc-keep" "${root}/bin/du"
    mkdir -p "${rdvc}/submissions/${token}" "${rdvc}/jobs/${token}/0"
    printf 'mirror %s\n' "$(basename "${rdvc}"/repos/*.git)" >"${rdvc}/submissions/${token}/submission"
    printf 'path %s\ncluster fake\n' "${workspace}" >"${rdvc}/jobs/${token}/0/workspace"
    printf 'state failed\n' >"${rdvc}/jobs/${token}/0/result"
    rdvc clean
    [[ ! -e ${rdvc}/functions/00000000 && ! -e ${workspace} ]]
}

@test "after a clean that was killed in the middle, the next one completes it, or puts back a live submission" {
    failed one
    local live
    rdvc run --cmd -n two --hold -- true
    live=$(basename "$(dirname "$(grep -lx "name two" "${rdvc}"/submissions/*/submission)")")
    mv "${rdvc}/submissions/${token}" "${rdvc}/submissions/.gone-${token}"
    mv "${rdvc}/submissions/${live}" "${rdvc}/submissions/.gone-${live}"
    run rdvc clean --dry-run
    [[ ${output} == *"leftover "*".gone-${token}"* && ${output} != *"${live}"* ]]
    rdvc clean
    [[ ! -e ${rdvc}/submissions/.gone-${token} && -s ${rdvc}/submissions/${live}/job.sh ]]
}

@test "removes the text that decided an environment with the last submission that needs it" {
    printf '#!/bin/bash\n' >init_env.sh
    chmod +x init_env.sh
    printf '[env]\nactivate = "true"\n' >rdvc.toml
    mkdir .rdvc
    mv rdvc.toml .rdvc/config.toml
    git add -A
    git commit --quiet -m environment
    failed one
    local first=${token} text
    text=$(echo "${rdvc}"/envs/.known/*)
    [[ -s ${text} && ${text} -ef ${rdvc}/submissions/${first}/environment.inputs ]]
    failed two
    grow_old
    touch "${rdvc}/submissions/${token}"
    rdvc clean
    [[ ! -e ${rdvc}/submissions/${first} && -s ${text} ]]
    grow_old
    rdvc clean
    [[ ! -e ${rdvc}/submissions/${token} && ! -e ${text} ]]
    failed three # the laptop sends the text again, although it believed that the cluster had it
    [[ -s ${text} ]]
}

# An unreadable folder, or a `find` that was killed, must not look like an empty folder.
@test "keeps a submission if the cluster did not list all of it, or if a name in it is unusual" {
    failed one
    printf '#!/bin/bash\n/usr/bin/find "$@" | sed -z -E "s#/3d[0-9.]+ 0(/.*)?\$##"\n' >"${root}/bin/find"
    chmod +x "${root}/bin/find"
    mkdir "${rdvc}/jobs/${token}/0/project"
    grow_old
    PATH="${root}/bin:${PATH}" run rdvc clean
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 && ${output} == *"submission  1 "*"younger than --older"* ]]
    is_whole
    rm "${root}/bin/find"
    rmdir "${rdvc}/jobs/${token}/0/project"
    mkdir "${rdvc}/jobs/${token}/0/a"$'\n'"@rdvc: b"
    mkdir "${rdvc}"/{submissions,jobs}/$'no\ntoken'
    grow_old
    run rdvc clean
    [[ ${status} -eq 0 && ${output} == *"it has a result that is nowhere else"*"(one)"* ]]
    is_whole
    rmdir "${rdvc}/jobs/${token}/0/a"*
    grow_old
    rdvc clean
    [[ ! -e ${rdvc}/submissions/${token} && -d ${rdvc}/submissions/$'no\ntoken' ]]
}
