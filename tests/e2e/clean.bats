# What `rdvc clean` removes and what it must not, and what `rdvc doctor` finds.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    export project="${folder}/project"
    export remote="${cluster_home}/.rdvc"
    workspaces="${shared}/workspaces"
    export workspaces
    mkdir "${workspaces}"
    export RDVC_JOB_WORKSPACE="${workspaces}"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

teardown() {
    note_failure
    ssh sandbox scancel --me
}

# Makes everything that submissions have left so far a month old.
grow_old() {
    find "${remote}/submissions" "${remote}/jobs" "${remote}/functions" "${remote}/requests" -exec touch -h -d '30 days ago' {} +
}

token_of() {
    fields_of "$1" token
}

# The contents of rdvc's folder, without the cache.
listing() {
    (cd "${remote}" && find . -path ./cache -prune -o -print | sort)
}

is_there() {
    [[ -e ${remote}/submissions/$1/job.sh && -e ${remote}/submissions/$1/submission ]] || {
        printf 'submission %s is gone\n' "$1"
        return 1
    }
}

@test "a result that is not here stays; once pulled, it is removed, but the experiment is not" {
    rdvc run -n first
    rdvc run -n second -S lr=0.25
    rdvc wait first
    rdvc wait second
    rdvc pull second
    wait_until 20 queue_is_empty
    local first second mirror job before
    first=$(token_of first) second=$(token_of second) job=$(fields_of second job)
    mirror=$(echo "${remote}"/repos/*.git)
    run rdvc clean
    [[ ${status} -eq 0 && ${output} == *"total"*" 0 "* && ${output} == *"younger than --older"* ]]
    grow_old
    before=$(listing)
    run rdvc clean --dry-run
    [[ ${status} -eq 0 && ${output} == *"submission "*"${job} (second)"*"${second}"* ]]
    [[ ${output} == *"the result is not here"*"(first)"* && ${output} != *"submission "*"(first)"*"${first}"* ]]
    [[ $(listing) == "${before}" ]]
    local cached
    cached=$(find "${remote}/cache" -type f | sort)
    [[ -n ${cached} && -L ${remote}/submissions/${job}.sbatch.sh && -L ${remote}/logs/slurm-${job}.out ]]
    rdvc clean
    is_there "${first}"
    [[ ! -e ${remote}/submissions/${second} && ! -e ${remote}/jobs/${second} ]]
    [[ ! -L ${remote}/submissions/${job}.sbatch.sh && ! -L ${remote}/logs/slurm-${job}.out ]]
    [[ $(find "${remote}/cache" -type f | sort) == "${cached}" ]]
    ! git --git-dir="${mirror}" rev-parse --verify --quiet "refs/rdvc/${second}"
    git --git-dir="${mirror}" rev-parse --verify --quiet "refs/rdvc/${first}"
    git --git-dir="${mirror}" for-each-ref refs/exps | grep second
    rdvc pull first
    rdvc clean
    [[ ! -e ${remote}/submissions/${first} ]]
}

# A squeue of these lines of shell, for the next `rdvc` with RDVC_CLUSTER_PREPARE=${prepare}.
fake_squeue() {
    mkdir -p "${cluster_home}/fake"
    printf '#!/bin/bash\n%s\n' "$1" >"${cluster_home}/fake/squeue"
    chmod +x "${cluster_home}/fake/squeue"
    prepare='PATH=~/fake:$PATH'
}

@test "failed submissions are removed; unpublished, unconfirmed and live ones stay; without squeue everything stays" {
    echo 'exit 3' >train.sh
    rdvc run -n failing
    rdvc wait failing || true
    git checkout train.sh
    rdvc run -n held --hold
    local failing held unpublished=0123456789abcdef0123456789abcdef lost=1123456789abcdef0123456789abcdef
    failing=$(token_of failing) held=$(token_of held)
    # By hand: a result that could not be published, and a submission that sbatch has not answered to.
    cp -r "${remote}/submissions/${failing}" "${remote}/submissions/${unpublished}"
    cp -r "${remote}/jobs/${failing}" "${remote}/jobs/${unpublished}"
    mkdir "${remote}/jobs/${unpublished}/0/project"
    cp -r "${remote}/submissions/${failing}" "${remote}/submissions/${lost}"
    rm -r "${remote}/submissions/${lost}"/{jobid,sbatch.exit,claim.1}
    grow_old
    local prepare
    fake_squeue 'echo "no contact"; exit 1'
    RDVC_CLUSTER_PREPARE=${prepare} run rdvc clean
    [[ ${status} -eq 0 && ${output} == *"squeue does not answer"*"no contact"* ]]
    fake_squeue 'exit 1'
    RDVC_CLUSTER_PREPARE=${prepare} run rdvc clean --dry-run --json
    [[ ${status} -eq 0 && ${output} == *'"removed": []'* ]]
    is_there "${failing}"
    is_there "${held}"
    # Its job comes back (requeued by hand, say) between the first question and the second.
    fake_squeue "line() { echo \"\$1|PENDING|None|N/A|x|rdvc:\$2\"; }
        line 2 ${held}; [[ ! -e ~/asked ]] || line 1 ${failing}; : >~/asked"
    RDVC_CLUSTER_PREPARE=${prepare} run rdvc clean
    rm "${cluster_home}/asked"
    is_there "${failing}"
    rdvc clean
    [[ ! -e ${remote}/submissions/${failing} ]]
    is_there "${held}"
    is_there "${unpublished}"
    is_there "${lost}"
    [[ -d ${remote}/jobs/${unpublished}/0/project ]]
    run rdvc clean --json
    [[ ${output} == *'"reason": "live"'* && ${output} == *'"reason": "unpublished"'* && ${output} == *'"reason": "unconfirmed"'* ]]
    rm -r "${remote}"/{submissions,jobs}/*123456789abcdef0123456789abcdef
}

# bats test_tags=long
@test "the workspace of a running job stays, that of a killed one goes, by clean or by the next job" {
    echo 'touch started; sleep 600' >train.sh
    local killed running job path
    started_in() { compgen -G "${workspaces}/rdvc-$1-*/project/started"; }
    rdvc run -n killed
    job=$(fields_of killed job) killed=$(token_of killed)
    wait_until 20 started_in "${job}"
    grow_old
    rdvc clean
    path=$(echo "${workspaces}/rdvc-${job}"-*)
    is_there "${killed}"
    [[ -d ${path}/project ]]
    ssh sandbox "scancel --batch --signal=KILL ${job}"
    wait_until 20 queue_is_empty
    [[ -d ${path}/project ]]
    ln -s "${path}" "${workspaces}/rdvc-777777-abcdefgh"
    mkdir "${workspaces}/rdvc-888888-abcdefgh" # nobody of ours has made it
    cp -r "${path}" "${workspaces}/rdvc-999999-abcdefgh"
    chmod a-w "${workspaces}/rdvc-999999-abcdefgh/project"
    rdvc clean
    [[ ! -e ${path} && -d ${workspaces}/rdvc-999999-abcdefgh ]]
    mkdir "${path}" # by the next job: again one that was killed
    cp "${workspaces}/rdvc-999999-abcdefgh/rdvc-owner" "${path}"
    git checkout train.sh
    rdvc run -n next
    rdvc wait next
    wait_until 20 queue_is_empty
    rdvc logs next | grep "leftovers of killed jobs from .*:.* ${path##*/}.* rdvc-999999-abcdefgh"
    [[ ! -e ${path} && ! -e ${workspaces}/rdvc-999999-abcdefgh ]]
    [[ -L ${workspaces}/rdvc-777777-abcdefgh && -d ${workspaces}/rdvc-888888-abcdefgh ]]
    rm -r "${workspaces}"/rdvc-*
}

@test "a job leaves alone the workspaces of running jobs, and what holds a result" {
    echo 'touch started; until [ -e ~/go-on ]; do sleep 0.2; done; echo m > model.txt; echo "{}" > metrics.json' >train.sh
    rdvc run -n long
    started() { compgen -G "${workspaces}/rdvc-*/project/started"; }
    wait_until 20 started
    local held="${workspaces}/rdvc-999998-abcdefgh"
    mkdir "${held}"
    cp "${workspaces}"/rdvc-[0-9]*/rdvc-owner "${held}"
    touch "${held}/rdvc-keep"
    git checkout train.sh
    rdvc run -n beside
    rdvc wait beside
    touch "${cluster_home}/go-on"
    rdvc wait long
    [[ -d ${held} ]]
    rm -r "${held}"
    wait_until 20 queue_is_empty
}

# bats test_tags=long
@test "environments and functions that no job needs are removed, those of live jobs stay" {
    echo 'touch started; sleep 600' >train.sh
    rdvc run -n user
    started() { compgen -G "${workspaces}/rdvc-*/project/started"; }
    wait_until 20 started
    git checkout train.sh
    local build hash
    build=$(readlink -f "${remote}"/envs/*/*/current)
    sed -i 's/^made .*/made 1000000/' "${build}/info"
    mkdir "${remote}"/functions/{00000000,11111111,nothex}
    mkdir "${remote}/submissions/f0000000000000000000000000000000" # waits for sbatch's answer
    echo 'RDVC_JOB_FUNCTIONS="${RDVC_DIR}/functions/11111111"' >"${remote}/submissions/f0000000000000000000000000000000/job.sh"
    grow_old
    run rdvc clean --dry-run
    [[ ${output} == *functions/00000000* && ${output} != *functions/11111111* && ${output} != *"${build}"* ]]
    rdvc clean
    [[ -d ${build} && ! -e ${remote}/functions/00000000 && -d ${remote}/functions/11111111 && -d ${remote}/functions/nothex ]]
    rm -r "${remote}/functions/11111111" "${remote}/submissions/f0000000000000000000000000000000"
    hash=$(sed -n 's/.*functions\/\([0-9a-f]*\)"$/\1/p' "${remote}/submissions/$(token_of user)/job.sh")
    [[ -s ${remote}/functions/${hash}/job.sh ]]
    ssh sandbox scancel --me
    wait_until 20 queue_is_empty
    rdvc status >/dev/null
    local status_text
    status_text=$(grep -lx 'find_in_accounting() {' "${remote}"/requests/*)
    touch "${remote}/requests/deadbeef"
    grow_old
    run rdvc clean --dry-run
    [[ ${output} == *"environment "*"${build}"* && -d ${build} ]]
    rdvc clean
    [[ ! -e ${build} && -d ${remote}/functions/${hash} ]]
    # The requests' texts are gone, too, and are sent again.
    [[ ! -e ${remote}/requests/deadbeef && -n ${status_text} && ! -e ${status_text} ]]
    rdvc status >/dev/null
    [[ -s ${status_text} ]]
}

# bats test_tags=long
@test "runs by hand, plain commands, other projects and links stay if needed" {
    echo 'exit 3' >train.sh
    rdvc run -n template
    rdvc wait template || true
    git checkout train.sh
    local template hand=a0000000000000000000000000000000 output=b0000000000000000000000000000000
    local other=c0000000000000000000000000000000 kept=d0000000000000000000000000000000 token
    template=$(token_of template)
    for token in "${hand}" "${output}" "${other}" "${kept}"; do
        cp -r "${remote}/submissions/${template}" "${remote}/submissions/${token}"
        cp -r "${remote}/jobs/${template}" "${remote}/jobs/${token}"
    done
    ln -s "${template}" "${remote}/submissions/e0000000000000000000000000000000"
    mkdir "${remote}/jobs/${hand}/hand-1" "${remote}/jobs/${output}/0/output"
    sed -i 's/^mirror .*/mirror other-12345678.git/' "${remote}/submissions/${other}/submission"
    printf 'state published\ncommit %s\n' "${other}00000000" >"${remote}/jobs/${other}/0/result"
    mkdir -p "${remote}/submissions/not-a-token" "${remote}/repos/x.git.new-1" "${remote}/repos/x.git.new-2"
    grow_old
    touch -d '30 days ago' "${remote}/repos/x.git.new-1"
    touch "${remote}/jobs/${hand}/hand-1/phases"
    touch -h -d '3 days ago' "${remote}/jobs/${hand}"{,/*,/*/*}
    rdvc clean --all-projects --older=1d
    is_there "${hand}"
    is_there "${output}"
    is_there "${other}"
    [[ ! -e ${remote}/submissions/${template} && ! -e ${remote}/submissions/${kept} ]]
    [[ -L ${remote}/submissions/e0000000000000000000000000000000 && -d ${remote}/submissions/not-a-token ]]
    [[ ! -e ${remote}/repos/x.git.new-1 && -e ${remote}/repos/x.git.new-2 ]]
    printf 'state failed\n' >"${remote}/jobs/${other}/0/result"
    touch "${remote}/jobs/${output}/0/pulled"
    grow_old
    rdvc clean
    is_there "${other}"
    [[ ! -e ${remote}/submissions/${output} && ! -e ${remote}/submissions/${hand} ]]
    rdvc clean --all-projects
    [[ ! -e ${remote}/submissions/${other} ]]
    rm "${remote}/submissions/e0000000000000000000000000000000"
}

@test "an invalid age is refused" {
    local age
    for age in 7 -3d x 1y ''; do
        run rdvc clean "--older=${age}"
        [[ ${status} -eq 2 && ${output} == *"is not an age"* ]]
    done
    run rdvc clean --older=0d
    [[ ${status} -eq 2 && ${output} == *"is too short"* ]]
}

@test "doctor: nothing is wrong here; --deep checks a compute node" {
    run rdvc doctor --deep
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 ]]
    [[ ${output} == *"ok       connection"* && ${output} == *"ok       its folder      the same as on the login node"* ]]
    [[ ${output} == *"ok       its cache       the same"* && ${output} != *"error "* ]]
    [[ -z $(find "${remote}" -name '*doctor*') ]]
    cd /
    rdvc doctor
}

@test "doctor names the keys of config.local, and never their values" {
    printf "['remote \"storage\"']\n    password = secret42\n[cache]\n    dir = /nowhere/cache\n" >.dvc/config.local
    run rdvc doctor
    rm .dvc/config.local
    [[ ${output} == *"warning  config.local    a job does not have remote.storage.password, cache.dir"* ]]
    [[ ${output} != *secret42* ]]
}

# bats test_tags=long
@test "doctor: an impossible folder, a job that sbatch refuses, a cluster that does not answer" {
    RDVC_CLUSTER_DIR=/proc/rdvc run rdvc doctor
    [[ ${status} -eq 3 && ${output} == *"error    rdvc's folder   cannot write to /proc/rdvc"* ]]
    RDVC_RUN_PARTITION=nowhere run rdvc doctor --deep
    [[ ${status} -eq 3 && ${output} == *"sbatch refused it"*"nowhere"* ]]
    RDVC_CLUSTER_HOST=127.0.0.2 RDVC_CLUSTER_MULTIPLEX=false RDVC_CLUSTER_SSH_OPTIONS="-p 9" run rdvc doctor
    [[ ${status} -eq 3 && ${output} == *"ok       git"*"error    connection"*"cannot connect"* ]]
    RDVC_CLUSTER_HOST= run rdvc doctor
    [[ ${status} -eq 0 && ${output} == *"no cluster is configured"* ]]
}
