# Failures: a clear message, and nothing is lost.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    git tag good
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet -B main good
    rm -f "${cluster_home}/.bashrc"
}

teardown() {
    note_failure
}

commit_all() {
    git add -A
    git commit --quiet -m "${BATS_TEST_DESCRIPTION}"
}

# Lets a submission that was sent with --hold start.
release() { # NAME
    ssh sandbox scontrol release "$(fields_of "$1" job)"
}

# Submits as NAME and expects `rdvc wait` to end with 7 and these words.
run_and_fail() {
    local name=$1 words=$2
    shift 2
    rdvc run -n "${name}" "$@"
    run rdvc wait "${name}"
    [[ ${status} -eq 7 ]]
    if [[ ${output} != *"${words}"* ]]; then
        printf 'expected: %s\ngot: %s\n' "${words}" "${output}"
        return 1
    fi
}

rdvc_phase_is() {
    [[ $(fields_of "$1" phase) == "$2" ]]
}

@test "a noisy .bashrc does no harm" {
    cat >"${cluster_home}/.bashrc" <<'SH'
printf 'Welcome to the cluster! '
echo '@rdvc: submitted 99' >&2
now() { echo broken; }
fail() { echo broken; }
alias git='echo broken'
set -o noclobber
IFS=:
SH
    rdvc run -n noisy
    rdvc wait noisy
}

# bats test_tags=long
@test "a .bashrc that exits is phase bashrc" {
    rdvc run --hold -n exits
    echo 'exit 3' >"${cluster_home}/.bashrc"
    sed -i '1i [[ -n ${SLURM_JOB_ID:-} ]] || return' "${cluster_home}/.bashrc"
    release exits
    run rdvc wait exits
    [[ ${status} -eq 7 && ${output} == *"in phase bashrc"*".bashrc ended the job with exit code 3"* ]]
}

@test "sbatch refuses an unknown partition: exit 6, its own words, no job" {
    run rdvc run --partition=nowhere
    [[ ${status} -eq 6 ]]
    [[ ${output} == *"error: sbatch refused the job"*"invalid partition specified: nowhere"* ]]
    run rdvc status
    [[ ${output} == *refused*"Invalid partition name specified"* ]]
}

@test "the setup command fails" {
    printf '#!/bin/sh\necho no luck; exit 5\n' >init_env.sh
    commit_all
    run_and_fail setup-fails "the setup command failed with exit code 5: ./init_env.sh"
    rdvc logs setup-fails | grep -x 'no luck'
}

@test "the setup command is not executable" {
    chmod -x init_env.sh
    commit_all
    run_and_fail setup-x "the setup command cannot be run: ./init_env.sh"
}

@test "no dvc after activation" {
    printf '#!/bin/sh\nmkdir -p .venv/bin\necho "PATH=/usr/bin:/bin" > .venv/bin/activate\n' >init_env.sh
    commit_all
    run_and_fail no-dvc 'no `dvc` on PATH after activation'
}

@test "a dvc that is too old" {
    cat >init_env.sh <<'SH'
#!/bin/sh
mkdir -p .venv/bin
printf '#!/bin/sh\necho 2.58.2\n' > .venv/bin/dvc
chmod +x .venv/bin/dvc
echo 'PATH=$PWD/.venv/bin:$PATH' > .venv/bin/activate
SH
    commit_all
    run_and_fail old-dvc "dvc 2.58.2 is too old; 3.0 or newer is needed"
}

@test "a failing stage: exit 7, log kept, run-cache pushed if there is a remote" {
    mkdir -p "${shared}/store" # a path counts where the cluster has it
    dvc remote add --quiet -d store "${shared}/store"
    cat >>dvc.yaml <<'YAML'
  late:
    cmd: sh -c 'echo it broke; exit 9'
    deps: [model.txt]
YAML
    commit_all
    # With a value of its own: the entries of earlier jobs are not this one's to push.
    run_and_fail stage-fails "failed to reproduce 'late': failed to run: sh -c 'echo it broke; exit 9', exited with 9" -S lr=0.31
    rdvc logs stage-fails 2>"${folder}/said" | grep -x 'it broke'
    grep "^the job failed: failed to reproduce 'late'" "${folder}/said"
    [[ $(rdvc logs stage-fails) != *'could be removed'* ]]
    [[ $(rdvc status) == *"failed to reproduce 'late'"* ]]
    [[ -d ${shared}/store/runs ]]
    run rdvc pull stage-fails
    [[ ${status} -eq 1 && ${output} == *"has no result to pull: failed"* ]]
}

# bats test_tags=long
@test "a stage whose dependency nobody has: it fails as in DVC, and before any stage there is nothing but the baseline" {
    printf '  needy:\n    cmd: cat absent.txt\n    deps: [absent.txt]\n' >>dvc.yaml
    commit_all
    run_and_fail no-source "failed to reproduce 'needy': dependency 'absent.txt' does not exist" -S lr=0.7 needy
    [[ $(rdvc logs no-source 2>&1) != *-partial* ]]
}

@test "objects missing at publish: nothing is published, the workspace is kept" {
    cat >>dvc.yaml <<'YAML'
  late:
    cmd: sh -c 'chmod -R u+w ${RDVC_DIR}/cache; find ${RDVC_DIR}/cache/files -type f -delete; date +%N > late.txt'
    deps: [model.txt]
    outs: [late.txt]
YAML
    sed -i 's/echo "model of/date +%N > nonce; echo "$(cat nonce) model of/' train.sh
    sed -i 's/\${RDVC_DIR}/$RDVC_DIR/g' dvc.yaml
    echo /late.txt >>.gitignore
    commit_all
    run_and_fail missing "unpublished in phase publish"
    [[ ${output} == *"neither in the cache nor in Git"*model.txt* ]]
    run rdvc status missing
    [[ ${output} == *"next: rdvc recover "* ]]
    [[ -f $(fields_of missing kept)/late.txt ]]
    [[ -z $(fields_of missing ref) ]]
}

@test "a name that is taken at publish becomes NAME-TOKEN, and this is reported" {
    rdvc run --hold -n clash -S lr=0.1
    rdvc run -n clash2 -S lr=0.2
    rdvc wait clash2
    local mirror ref
    mirror=$(ls -d "${cluster_home}"/.rdvc/repos/project-*.git)
    ref=$(git -C "${mirror}" for-each-ref --format='%(refname)' | grep '/clash2$')
    git -C "${mirror}" update-ref "${ref%2}" "${ref}"
    release clash
    run rdvc wait clash
    [[ ${status} -eq 0 && ${output} == *"clash-"*"is published"* ]]
    [[ $(fields_of "$(rdvc status --json | grep -o 'clash-[0-9a-f]*' | head -n 1)" state) == published ]]
}

# bats test_tags=long
@test "a name that the laptop or the cluster has is refused, unless -f" {
    rdvc run -n taken
    rdvc wait taken
    run rdvc run -n taken
    [[ ${status} -eq 2 && ${output} == *'the cluster already has an experiment `taken`'* ]]
    rdvc pull taken
    run rdvc run -n taken
    [[ ${status} -eq 2 && ${output} == *'this commit already has an experiment `taken`'* ]]
    rdvc run -f -n taken -S lr=0.9
    rdvc wait taken
    run rdvc pull taken
    [[ ${status} -eq 1 && ${output} == *'rdvc pull --force'* ]]
    rdvc pull --force taken
}

@test "a deleted mirror is made again by the next submission" {
    rdvc run -n before
    rdvc wait before
    rm -rf "${cluster_home}"/.rdvc/repos/project-*.git
    run rdvc run -n after
    [[ ${status} -eq 0 && ${output} == *"lacks earlier commits; sending everything"* ]]
    rdvc wait after
}

# bats test_tags=long
@test "the log does not exist yet" {
    rdvc run --hold -n held
    run rdvc logs held
    [[ ${status} -eq 1 && ${output} == *"there is no log yet"* ]]
    run rdvc status
    [[ ${output} == *held*pending*"scontrol release"* ]]
    ssh sandbox scancel --name "rdvc-run:project:main"
    run rdvc wait held
    [[ ${status} -eq 7 && ${output} == *"the job ended: cancelled"* ]]
}

@test "scancel ends the experiment and its stage, and is reported" {
    sed -i '1i sleep 3137' train.sh
    commit_all
    rdvc run -n stopped
    wait_until 20 pgrep -f 'sleep 313[7]'
    ssh sandbox scancel --name "rdvc-run:project:main"
    run rdvc wait stopped
    [[ ${status} -eq 7 && ${output} == *"stopped by SIGTERM"* ]]
    wait_until 20 sh -c 'rdvc status stopped | grep "cancelled: the experiment was stopped"' # COMPLETING before
    wait_until 10 sh -c '! pgrep -f "sleep 313[7]"'
    no_workspace_left
}

@test "logs -f follows to the end" {
    sed -i '1i for i in 1 2 3; do echo "line $i"; sleep 0.3; done' train.sh
    commit_all
    rdvc run -n followed
    rdvc logs -f followed >"${folder}/followed.log"
    rdvc logs followed | cmp - "${folder}/followed.log"
    grep -x 'line 3' "${folder}/followed.log"
    grep -q 'rdvc end: published' "${folder}/followed.log"
}

# bats test_tags=long
@test "a variable of the login node does not override an option, and is named" {
    echo 'export SBATCH_PARTITION=nowhere' >"${cluster_home}/.bashrc"
    run rdvc run --partition=general -n overridden
    [[ ${status} -eq 0 && ${output} == *"the login node sets SBATCH_PARTITION=nowhere; it is ignored"* ]]
    rm "${cluster_home}/.bashrc"
    rdvc wait overridden
}

@test "unreachable host: exit 5" {
    run env RDVC_CLUSTER_HOST=127.0.0.1 RDVC_CLUSTER_SSH_OPTIONS="-F /dev/null -p 1" rdvc run
    [[ ${status} -eq 5 && ${output} == *'error: cannot connect to `127.0.0.1`'*"Connection refused"* ]]
}

@test "changed host key: exit 5, nothing is sent" {
    local hosts="${folder}/other_hosts" port key
    port=$(awk '$1 == "Port" { print $2 }' "${RDVC_SANDBOX_DIR}/ssh_config")
    ssh-keygen -q -t ed25519 -N '' -f "${folder}/other_key"
    key=$(cut -d' ' -f1,2 "${folder}/other_key.pub")
    printf '[127.0.0.1]:%s %s\n' "${port}" "${key}" >"${hosts}"
    sed "s#UserKnownHostsFile .*#UserKnownHostsFile ${hosts}#" "${RDVC_SANDBOX_DIR}/ssh_config" >"${folder}/other_config"
    run env RDVC_CLUSTER_MULTIPLEX=false RDVC_CLUSTER_SSH_OPTIONS="-F ${folder}/other_config" rdvc run
    [[ ${status} -eq 5 && ${output} == *"Host key verification failed"*"the host key is unknown or has changed"* ]]
}

@test "sbatch missing: exit 3; cluster.prepare or a login shell brings it" {
    ln -sf "$(command -v bash)" "${folder}/bash"
    cat >"${cluster_home}/.bashrc" <<'SH'
mkdir -p ~/few && for p in bash git cat ls mkdir head tail wc mv rm ln grep awk sed id date chmod uname sleep; do ln -sf /usr/bin/$p ~/few/$p; done
[ -n "$SLURM_JOB_ID" ] || export PATH=$HOME/few
SH
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *'has no `sbatch`'*"module load slurm"* ]]
    RDVC_CLUSTER_PREPARE='export PATH=/usr/bin:/bin' rdvc run --hold
    echo 'export PATH=/usr/bin:/bin' >"${cluster_home}/.profile"
    run rdvc init remote --yes
    [[ ${status} -eq 0 && ${output} == *"cluster.login_shell = true"* ]]
    rdvc run --hold
    rm -f "${cluster_home}/.profile" ~/.config/rdvc/config.toml
    ssh sandbox 'PATH=/usr/bin:/bin; scancel --me'
}

@test "a folder that contains everything is refused as rdvc's folder" {
    RDVC_CLUSTER_DIR='~' run rdvc run
    [[ ${status} -eq 3 && ${output} == *"it must be a folder of rdvc's own"* ]]
    RDVC_CLUSTER_DIR=/ run rdvc run
    [[ ${status} -eq 3 && ${output} == *"it must be a folder of rdvc's own"* ]]
    mkdir "${cluster_home}/group"
    : >"${cluster_home}/group/thesis.tex"
    RDVC_CLUSTER_DIR='~/group' run rdvc run
    [[ ${status} -eq 3 && ${output} == *"which holds other files (thesis.tex); it must be a folder of rdvc's own"* ]]
    [[ $(ls "${cluster_home}/group") == thesis.tex ]]
}

@test "hostile arguments arrive in dvc unchanged, through real sbatch" {
    cat >init_env.sh <<'SH'
#!/bin/sh
mkdir -p .venv/bin
cat > .venv/bin/dvc <<'DVC'
#!/bin/bash
case $1 in --version) echo 3.67.1 ;; --wait-for-lock) printf '%s\0' "$@" > ~/arguments; exit 42 ;; esac
DVC
chmod +x .venv/bin/dvc
echo 'PATH=$PWD/.venv/bin:$PATH' > .venv/bin/activate
SH
    commit_all
    local -a hostile=(
        'a b' "it's" 'say "x"' '$(touch /tmp/owned)' '`id`' $'two\nlines' $'cr\rhere' '*' '?[a-z]'
        'äöü→' $'\xff\xfe' '' '\' '!x' '~' '#SBATCH --wrap=x' $'tab\there' '${HOME}' '%j' '-' $'\x01\x7f'
    )
    local -a words=()
    local word
    for word in "${hostile[@]}"; do
        words+=(-m "${word}")
    done
    touch -- --target "a'b" $'t\n' # what does not exist is refused before
    printf '/--target\n/a?b\n/t?\n' >>.git/info/exclude
    rdvc run -n hostile "${words[@]}" -- --target "a'b" $'t\n'
    run rdvc wait hostile
    [[ ${status} -eq 7 ]]
    printf '%s\0' --wait-for-lock exp run --allow-missing -n hostile "${words[@]}" -- --target "a'b" $'t\n' >"${folder}/expected"
    cmp "${folder}/expected" "${cluster_home}/arguments"
}

@test "hostile sbatch values arrive in SLURM unchanged" {
    local value='it'"'"'s "x" $(id) `id` \ # ; | ä'
    rdvc run --hold -n quoted --comment="${value}" --job-name="${value}"
    local job
    job=$(fields_of quoted job)
    [[ $(ssh sandbox "squeue --noheader -j ${job} -o %j") == "${value}" ]]
    [[ $(ssh sandbox "squeue --noheader -j ${job} -o %k") == rdvc:*" ${value}" ]]
    ssh sandbox "scancel ${job}"
}

# What DVC calls done although it is not.

# bats test_tags=long
@test "missing objects are found for every spelling of a path" {
    mkdir -p sub
    git mv dvc.yaml train.sh params.yaml sub/
    sed -i 's/model.txt/mödel file.txt/; s/outs: \[/outs: ["/; s/file.txt\]/file.txt"]/' sub/dvc.yaml
    sed -i 's/model.txt/"mödel file.txt"/; s/echo "model/date +%N; echo "model/' sub/train.sh
    echo 'chmod -R u+w "$RDVC_DIR/cache"; (sleep 1.5; while kill -0 $PPID 2>/dev/null; do find "$RDVC_DIR/cache/files" -type f -delete; sleep 0.02; done) >/dev/null 2>&1 &' >>sub/train.sh
    printf '/.venv\n/sub/m*.txt\n' >.gitignore
    commit_all
    (cd sub && rdvc run -n spelled)
    run rdvc wait spelled
    if [[ ${status} -eq 0 ]]; then # DVC itself may have been quicker; then the object is there
        [[ -n $(find "${cluster_home}/.rdvc/cache/files" -type f) ]]
    else
        [[ ${output} == *"unpublished in phase publish"*"file.txt"* ]]
    fi
}

# bats test_tags=long
@test "a stage without dependencies that was never run is run" {
    cat >dvc.yaml <<'YAML'
stages:
  get:
    cmd: echo fetched > raw.txt
    outs: [raw.txt]
YAML
    echo /raw.txt >>.gitignore
    commit_all
    rdvc run -n fetched
    rdvc wait fetched
    rdvc logs fetched | grep "Running stage 'get'"
    rdvc pull fetched
    git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/fetched'):dvc.lock" | grep -q raw.txt
}

# bats test_tags=long
@test "dvc exp run waits for a lock of DVC's" {
    mkdir .rdvc
    printf '[env]\nactivate = "%s"\n' \
        'source .venv/bin/activate; mkdir -p .dvc/tmp; (flock .dvc/tmp/lock sleep 5 </dev/null >/dev/null 2>&1 &)' >.rdvc/config.toml
    rdvc run -n locked
    rdvc wait locked
    rm -rf .rdvc
}

@test "an activation that ends the shell publishes nothing" {
    sed -i 's/activate$/activate; echo "exit 0" >> .venv\/bin\/activate/' init_env.sh
    commit_all
    run_and_fail ends "the shell was ended in phase environment"
}

# bats test_tags=long
@test "an activation that sets a trap does not keep the result from being written" {
    sed -i "s#activate\$#activate; echo \"trap 'echo theirs' EXIT\" >> .venv/bin/activate#" init_env.sh
    commit_all
    rdvc run -n trapped
    rdvc wait trapped
}

# bats test_tags=long
@test "a submission whose answer was lost is found again" {
    local token
    rdvc run -n lost-answer
    token=$(rdvc status lost-answer --json | sed -n 's/.*"token": "\(.*\)".*/\1/p' | head -n 1)
    sed -i "/${token}/{/\"submitted\"/d}" ~/.local/state/rdvc/ledger.jsonl
    run rdvc wait lost-answer
    [[ ${status} -eq 0 && ${output} == *"lost-answer of "*" was submitted, as job "* ]]
    grep "${token}" ~/.local/state/rdvc/ledger.jsonl | grep -q '"submitted"'
    run rdvc status lost-answer
    [[ ${output} != *" was submitted"* ]] # it is said once
}

# bats test_tags=long
@test "wait and logs -f survive a lost connection" {
    sed -i '1i echo one; sleep 4; echo two' train.sh
    commit_all
    rdvc run -n patient
    rdvc wait patient 2>"${folder}/wait.err" &
    local waiting=$!
    rdvc logs -f patient >"${folder}/patient.log" 2>"${folder}/logs.err" &
    local following=$!
    wait_until 20 grep -x one "${folder}/patient.log"
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop sshd
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start sshd
    wait "${waiting}"
    wait "${following}"
    rdvc logs patient | cmp - "${folder}/patient.log"
}

@test "a folder without dvc.yaml is refused before sending" {
    mkdir sub
    echo x >sub/file
    commit_all
    cd sub
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *"there is no dvc.yaml here"* ]]
    rdvc run --dry-run -P >/dev/null
}

# bats test_tags=long
@test "slurmctld that does not answer: the outcome is unknown, with sbatch's own words" {
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop slurmctld
    run rdvc run -n unknown-outcome
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start slurmctld
    [[ ${status} -eq 75 && ${output} == *"it is not known whether the job was submitted"*"Unable to contact slurm controller"* ]]
    wait_until 20 ssh sandbox squeue
    run rdvc status
    [[ ${output} == *"unknown-outcome of "*" was not submitted, and will not be: sbatch left no job"* ]]
    [[ ${output} == *unknown-outcome*"not submitted"*"rdvc retry"* ]]
    rdvc retry unknown-outcome
    rdvc wait unknown-outcome
}
