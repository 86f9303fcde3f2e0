# Stopped jobs: whole scripts, as `rdvc run` makes them, without SLURM; the tests send the signals.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    root=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-ct-XXXXXX")
    export HOME="${root}/home" RDVC_DIR="${root}/rdvc" RDVC_CLUSTER_HOST=local TMPDIR="${root}"
    export GIT_CONFIG_GLOBAL="${root}/gitconfig" PATH="${root}/bin:${RDVC_BUILD_FOLDER}:${PATH}"
    mkdir -p "${HOME}" "${RDVC_DIR}/repos" "${root}/bin"
    printf '#!/bin/sh\nexit 1\n' >"${root}/bin/scontrol" # the controller does not answer
    chmod +x "${root}/bin/scontrol"
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git config --global init.defaultBranch main
    make_project
}

teardown() {
    if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
        printf '# kept: %s\n' "${root}" >&3
        return
    fi
    cd /
    remove_folder "${root}"
}

# One stage with a checkpoint that lasts, an output and a metric; what it does is in train.sh.
make_project() {
    mkdir -p "${root}/project/.rdvc"
    cd "${root}/project" || return 1
    git init --quiet
    dvc init --quiet
    cat >dvc.yaml <<'YAML'
stages:
  before:
    cmd: echo made > made.txt
    deps: [train.sh]
    outs: [made.txt]
  train:
    cmd: sh train.sh
    deps: [train.sh, made.txt]
    params: [lr]
    outs:
      - ckpt: {persist: true}
      - model.txt
    metrics:
      - metrics.json: {cache: false}
YAML
    printf '[job]\ngrace = 2\nsave_interval = 1\n[env]\nactivate = "true"\n' >.rdvc/config.toml
    printf 'lr: 0.5\n' >params.yaml
    printf '/ckpt\n/model.txt\n/made.txt\n/scratch\n' >.gitignore
}

# The training script, from standard input. Waiting in it must be short.
train() {
    cat >train.sh
    git add -A
    git commit --quiet -m 'A project'
}

# Makes the script of `rdvc run` with these words; sets `record` and `token`.
compose() {
    local mirror functions object script
    script=$(rdvc run --dry-run "$@" 2>"${root}/said") || { cat "${root}/said"; return 1; }
    printf '%s\n' "${script}" >"${root}/job.sh"
    token=$(sed -n 's/^export RDVC_JOB_TOKEN=//p' <<<"${script}")
    mirror="${RDVC_DIR}/repos/$(sed -n 's|^export RDVC_JOB_REPO_URL=.*/repos/||p' <<<"${script}")"
    functions=$(sed -n 's|^RDVC_JOB_FUNCTIONS="${RDVC_DIR}/\(.*\)"|\1|p' <<<"${script}")
    record="${RDVC_DIR}/jobs/${token}/0"
    submission="${RDVC_DIR}/submissions/${token}"
    log="${submission}/slurm-7.out"
    mkdir -p "${RDVC_DIR}/${functions}" "${submission}"
    cp "${root}/job.sh" "${submission}/job.sh" # where submit.sh puts it
    job_functions >"${RDVC_DIR}/${functions}/job.sh"
    [[ -d ${mirror} ]] || git clone --quiet --bare "${root}/project" "${mirror}"
    git push --quiet "${mirror}" "+HEAD:refs/heads/main"
    for object in SNAPSHOT EXTRAS; do
        object=$(sed -n "s/^export RDVC_JOB_${object}=\([0-9a-f]*\)$/\1/p" <<<"${script}")
        [[ -z ${object} ]] || git push --quiet "${mirror}" "${object}:refs/rdvc/${object}"
    done
    repos=${mirror}
}

# Runs the composed script as job 7, attempt 1, in the background: sets `job`, its process.
start() {
    SLURM_JOB_ID=7 setsid bash "${root}/job.sh" "${1:-1}" >>"${log}" 2>&1 3>&- &
    job=$!
}

# Waits for the job's end; sets `code`.
ended() {
    code=0
    wait "${job}" || code=$?
}

go() {
    start "$@"
    ended
    cat "${log}"
}

result() {
    sed -n "s/^$1 //p" "${record}/result"
}

no_process_left() {
    ! pgrep -f "bash ${root}/job.sh" && [[ -z $(grep -zlF "RDVC_OWN_WORKSPACE_DIR=${root}/" /proc/[0-9]*/environ 2>/dev/null) ]]
}

# Nothing on the node is left of the jobs of this test.
nothing_left() {
    no_process_left && [[ -z $(ls -d "${root}"/rdvc-7-* 2>/dev/null) ]]
}

@test "a stopped experiment: stops at once, names the cause, keeps its unfinished result; then the same parameters train again" {
    train <<'SH'
mkdir -p ckpt scratch
echo one >ckpt/a
echo half >model.txt
echo '{"acc": 0.5}' >metrics.json
echo temporary >scratch/t
printf 'lr: 0.25\n' >params.yaml
: >ready
[ -n "$RDVC_GO_ON" ] || exec sleep 600
SH
    compose -n stopped
    start
    wait_until 20 sh -c "ls ${root}/rdvc-7-*/project/ready"
    kill -TERM "${job}"
    ended
    cat "${log}"
    [[ ${code} -eq 143 && $(result state) == failed && $(result phase) == experiment && $(result cause) == signal ]]
    [[ $(result message) == "the experiment was stopped by SIGTERM: SLURM does not say why" ]]
    [[ $(cd "${record}/partial" && find . -type f | sort | tr '\n' ' ') == './ckpt/a ./metrics.json ./model.txt ./params.yaml ./ready ./scratch/t ' ]]
    [[ $(result partial) == 6 && $(<"${record}/partial/model.txt") == half ]]
    # The commit: parameters and metrics so far, no stage that counts as done.
    local commit
    commit=$(result partial_commit)
    [[ $(result partial_ref) == refs/exps/*/stopped-partial ]]
    [[ $(git -C "${repos}" rev-parse "$(result partial_ref)") == "${commit}" ]]
    [[ $(git -C "${repos}" show "${commit}:params.yaml") == 'lr: 0.25' && $(git -C "${repos}" show "${commit}:metrics.json") == *0.5* ]]
    ! git -C "${repos}" cat-file -e "${commit}:dvc.lock" 2>/dev/null
    nothing_left
    ls "${record}"
    [[ ! -e ${record}/slurm-said && -z $(ls -A "${record}" | grep '^\.partial') ]]
    # The same parameters, a fresh job, the same cache: it trains.
    compose -n again
    export RDVC_GO_ON=1
    go
    [[ ${code} -eq 0 ]]
    grep -q "Running stage 'train'" "${log}"
    grep -q "Stage 'before' is cached" "${log}"
    [[ $(result state) == published && ! -e ${record}/partial ]]
}

@test "a copy that the job's end interrupts leaves no incomplete file" {
    train <<'SH'
mkdir -p ckpt; echo one >ckpt/a; sleep 600
SH
    compose -n broken-off
    # The first copy during the run takes longer than the job.
    cat >"${root}/bin/cp" <<SH
#!/bin/sh
/bin/cp "\$@"
[ -e "${root}/copying" ] || { : >"${root}/copying"; exec sleep 600; }
SH
    chmod +x "${root}/bin/cp"
    start
    wait_until 20 test -e "${root}/copying"
    kill -TERM "${job}"
    ended
    [[ ${code} -eq 143 && $(result partial) == 1 && $(<"${record}/partial/ckpt/a") == one ]]
    [[ $(cd "${record}" && find partial) == $'partial\npartial/ckpt\npartial/ckpt/a' ]]
}

@test "the same job again: it continues from its checkpoint, in one log, and ends as one experiment" {
    train <<'SH'
mkdir -p ckpt
n=$(cat ckpt/n 2>/dev/null || echo 0)
echo "begins at $n"
ls made.txt
n=$((n + 1))
echo "$n" >ckpt/n.new && mv ckpt/n.new ckpt/n
echo "$SHELL" >model.txt
[ "$n" -ge 3 ] || exec sleep 600
SH
    compose -n resumed
    local part
    for part in 1 2; do
        start
        wait_until 20 grep -q "^${part}$" "${record}/partial/ckpt/n" # saved while it runs
        [[ ${part} -eq 1 ]] || pkill -KILL -s "${job}" # the whole node dies; then SLURM tells
        kill -TERM "${job}" 2>/dev/null || true
        ended
        sleep 0.2
    done
    go
    [[ ${code} -eq 0 ]]
    grep -A 1 'begins at' "${log}"
    [[ $(grep -c 'begins at 0' "${log}") -eq 1 && $(grep -c 'begins at 1' "${log}") -eq 1 && $(grep -c 'begins at 2' "${log}") -eq 1 ]]
    grep -q '^=== rdvc restart 2 of job 7: on ' "${log}"
    grep -q 'restored from the previous part: 1 files in ckpt' "${log}"
    [[ $(wc -l <"${record}/starts") -eq 3 && $(grep -c ' restart$' "${record}/phases") -eq 2 ]]
    [[ $(result state) == published && $(result restarts) == 2 && $(result name) == resumed ]]
    [[ ! -e ${record}/partial && -z $(git -C "${repos}" for-each-ref 'refs/exps/*/*/resumed-partial') ]]
    git -C "${repos}" for-each-ref 'refs/exps/*/*/resumed' | grep -q .
    # And once more: it is done.
    local before
    before=$(cat "${record}/result")
    go
    [[ ${code} -eq 0 && $(cat "${record}/result") == "${before}" ]]
}

# bats test_tags=long
@test "a job that started again after its push takes its own name, not a second one" {
    train <<<'mkdir -p ckpt; date +%N >ckpt/a; touch model.txt metrics.json'
    compose -n twice
    go
    [[ ${code} -eq 0 && $(result name) == twice ]]
    rm "${record}/result" # its node died before it was written
    rm -rf "${RDVC_DIR}/cache"
    go
    [[ ${code} -eq 0 && $(result state) == published && $(result name) == twice && -z $(result message) ]]
    [[ $(git -C "${repos}" for-each-ref --format='%(objectname)' 'refs/exps/*/*/*') == "$(result commit)" ]]
    # Somebody else's is not replaced.
    git -C "${repos}" update-ref "$(result ref)" HEAD
    rm "${record}/result"
    go
    [[ $(result name) == "twice-${token}" ]]
    grep -q "^$(result ref) $(result commit) " "${record}/publishing"
}

# bats test_tags=long
@test "with a DVC remote and its run-cache, an unfinished stage does not count either" {
    dvc remote add --quiet -d store "${root}/store"
    # What other projects' jobs have left before, and leave meanwhile.
    mkdir -p "${RDVC_DIR}/cache/runs/aa/aaaa"
    echo 'cmd: ./train --password=older' >"${RDVC_DIR}/cache/runs/aa/aaaa/entry"
    train <<'SH'
mkdir -p ckpt
mkdir -p "$RDVC_DIR/cache/runs/bb/bbbb" && echo 'cmd: ./train --password=meanwhile' >"$RDVC_DIR/cache/runs/bb/bbbb/entry"
echo "seen $(cat ckpt/a 2>/dev/null)"
echo "half" >model.txt
echo '{}' >metrics.json
echo one >ckpt/a
[ -n "$RDVC_GO_ON" ] || exit 3
echo whole >model.txt
SH
    compose -n fails
    go
    [[ ${code} -ne 0 && $(result cause) == stage && $(<"${record}/partial/model.txt") == half && -d ${root}/store/runs ]]
    [[ $(find "${root}/store/runs" -type f | wc -l) == 1 ]]
    grep -rqx 'cmd: echo made > made.txt' "${root}/store/runs"
    export RDVC_GO_ON=1
    rm -rf "${RDVC_DIR}/cache"
    compose -n whole
    go
    [[ ${code} -eq 0 && $(result state) == published ]]
    grep -q "Stage 'before' is cached - skipping run" "${log}"
    grep -q "Running stage 'train'" "${log}"
    grep -qx 'seen ' "${log}"
    git -C "${repos}" show "$(result commit):dvc.lock" | grep -q "$(echo whole | md5sum | cut -d ' ' -f 1)"
}

# bats test_tags=long
@test "shell options that ~/.bashrc sets are reset, and a missing locale causes no messages" {
    train <<'SH'
mkdir ckpt; touch model.txt metrics.json
env >"$RDVC_DIR/environment"
SH
    cat >"${HOME}/.bashrc" <<'BASHRC'
set -o noglob -o posix -o noclobber -k
export POSIXLY_CORRECT=1 CDPATH=/tmp SHELLOPTS BASHOPTS GREP_OPTIONS=-v
export LC_ALL=xx_XX.UTF-8 LC_CTYPE=UTF-8
shopt -s expand_aliases failglob nocasematch
alias rm='rm -i' git='echo git'
cd() { echo "cd $*"; }
BASHRC
    compose -n options
    POSIXLY_CORRECT=1 LC_ALL=xx_XX.UTF-8 go
    [[ ${code} -eq 0 && $(result state) == published ]]
    ! grep setlocale "${log}"
    ! grep -E '^(SHELLOPTS|BASHOPTS|POSIXLY_CORRECT|CDPATH|GREP_OPTIONS|LC_ALL)=' "${RDVC_DIR}/environment"
}

@test "a published result is told before the workspace is removed, which may take minutes" {
    train <<<'mkdir ckpt; touch model.txt metrics.json'
    # Removes the workspace only when it may.
    cat >"${root}/bin/rm" <<RM
#!/bin/bash
[[ \$* != *"${root}/rdvc-7-"* ]] || until [[ -e ${root}/may-remove ]]; do sleep 0.1; done
exec $(command -v rm) "\$@"
RM
    chmod +x "${root}/bin/rm"
    compose -n slow-to-remove
    start
    wait_until 30 test -e "${record}/result"
    [[ $(result state) == published ]]
    compgen -G "${root}/rdvc-7-*/project"
    kill -TERM "${job}" # as the time limit does
    touch "${root}/may-remove"
    ended
    cat "${log}"
    [[ ${code} -eq 0 && $(result state) == published && $(result exit) == 0 && -z $(result cause) ]]
    nothing_left
    unlink "${root}/bin/rm"
    hash -r
}

@test "a job that is stopped while ~/.bashrc is loaded says so" {
    train <<<'mkdir ckpt; touch model.txt metrics.json'
    printf 'echo >"$RDVC_DIR/loads"\nsleep 60\n' >"${HOME}/.bashrc"
    compose -n bashrc
    start
    wait_until 20 test -e "${RDVC_DIR}/loads"
    kill -TERM -- "-${job}" # all of its processes, as SLURM does
    ended
    cat "${log}"
    [[ ${code} -eq 143 && $(result state) == failed && $(result message) == 'stopped by SIGTERM while ~/.bashrc was loaded'* ]]
}

@test "a job that is stopped just after its ~/.bashrc has failed says so too" {
    train <<<'mkdir ckpt; touch model.txt metrics.json'
    # SLURM has said why; the signal comes while the end of the shell is handled, by a trap that calls printf.
    cat >"${HOME}/.bashrc" <<'BASHRC'
echo "slurmstepd-node1: error: *** JOB ${SLURM_JOB_ID} ON node1 CANCELLED AT 2026-03-01T12:00:00 ***" >&2
printf() { unset -f printf; kill -TERM $$; printf "$@"; }
exit 1
BASHRC
    compose -n bashrc-end
    start
    ended
    cat "${log}"
    [[ ${code} -eq 143 && $(result state) == failed && $(result cause) == cancelled && $(result message) == 'stopped by SIGTERM while ~/.bashrc was loaded'* ]]
}

@test "a job that is stopped just after ~/.bashrc has been loaded says so too" {
    train <<<'mkdir ckpt; touch model.txt metrics.json'
    # The signal comes while the job undoes what the file has done to the shell.
    cat >"${HOME}/.bashrc" <<'BASHRC'
echo "slurmstepd-node1: error: *** JOB ${SLURM_JOB_ID} ON node1 CANCELLED AT 2026-03-01T12:00:00 ***" >&2
unset() { builtin unset -f unset; kill -TERM $$; builtin unset "$@"; }
BASHRC
    compose -n after-bashrc
    start
    ended
    cat "${log}"
    [[ ${code} -eq 143 && $(result state) == failed && $(result cause) == cancelled && $(result message) == 'the job was stopped by SIGTERM'* ]]
}

@test "a claim: if it is revoked or another job's, the job ends with one line; otherwise it names its owner at once" {
    train <<<'mkdir ckpt; touch model.txt metrics.json'
    compose -n claimed
    mkdir "${submission}/claim.1"
    echo 'by rdvc cancel' >"${submission}/claim.1/revoked"
    go
    [[ ${code} -eq 0 && $(wc -l <"${log}") -eq 1 && $(<"${log}") == *'attempt 1 of this submission was revoked'* && ! -e ${record} ]]
    mkdir "${submission}/claim.2"
    echo 6 >"${submission}/claim.2/owner"
    go 2
    [[ ${code} -eq 0 && $(wc -l <"${log}") -eq 2 && $(<"${log}") == *'was taken by another job'* && ! -e ${record} ]]
    # Of two jobs at once one runs.
    local other
    start 3
    other=${job}
    SLURM_JOB_ID=8 setsid bash "${root}/job.sh" 3 >"${submission}/slurm-8.out" 2>&1 3>&- &
    job=$!
    ended
    wait "${other}"
    [[ $(cat "${submission}/claim.3/"*) == @(7|8) && $(wc -l <"${record}/starts") -eq 1 ]]
    [[ $(result state) == published && -z $(find "${submission}" -name '.claim*') ]]
}

# bats test_tags=long
@test "a job that starts again and again finally fails, and keeps what it has" {
    train <<'SH'
mkdir -p ckpt; echo x >ckpt/a; touch ready; sleep 600
SH
    sed -i 's/^grace.*/&\nmax_restarts = 1/' .rdvc/config.toml
    compose -n again-and-again
    local part
    for part in 1 2; do
        start
        wait_until 20 test -e "${record}/partial/ckpt/a"
        [[ ${part} -eq 1 ]] || wait_until 20 grep -q 'restored' "${log}"
        kill -KILL -- "-${job}"
        ended
    done
    go
    [[ ${code} -eq 1 && $(result state) == failed && $(result cause) == restarts && $(result restarts) == 2 && $(result partial) -ge 1 ]]
    [[ $(result message) == 'the job was started again 2 times; job.max_restarts is 1' ]]
}

@test "no process stays: neither one that left its group, nor one that ignores signals" {
    train <<'SH'
setsid sh -c 'trap "" TERM; echo $$ >"$RDVC_DIR/left"; sleep 61; sleep 62' &
sh -c 'trap "" TERM; echo $$ >"$RDVC_DIR/deaf"; sleep 63; sleep 64' &
mkdir ckpt; touch model.txt metrics.json
[ -n "$RDVC_GO_ON" ] || wait
SH
    compose -n deaf
    start
    wait_until 20 test -s "${RDVC_DIR}/deaf"
    kill -USR2 "${job}"
    wait_until 20 grep -q 'got SIGUSR2' "${log}"
    kill -TERM "${job}"
    ended
    cat "${log}"
    [[ ${code} -eq 143 && $(result cause) == time_limit ]]
    nothing_left
    # At a good end the same.
    export RDVC_GO_ON=1
    compose -n good
    go
    [[ ${code} -eq 0 && $(result state) == published ]]
    grep -q 'killed leftover processes on' "${log}"
    nothing_left
}

@test "a job whose shell is killed leaves no process, neither of its own nor of the project's" {
    train <<'SH'
setsid sh -c 'trap "" TERM; sleep 61; sleep 62' &
mkdir -p ckpt; echo x >ckpt/n; sleep 63
SH
    compose -n killed
    start
    wait_until 20 test -e "${record}/partial/ckpt/n"
    [[ $(pgrep -fc "bash ${root}/job.sh") -ge 3 ]] # its shell, what watches that, what saves
    kill -KILL "${job}"
    wait_until 10 no_process_left
    grep -q 'killed leftover processes on' "${log}"
}

# bats test_tags=root
@test "a full disk: recognised by the log or the disk; a full shared disk does not lose the result" {
    train <<<'mkdir ckpt; echo "cannot write: No space left on device" >&2; exit 3'
    compose -n words
    go
    [[ $(result cause) == disk_full && $(result message) == *'a disk of '*' was full, or a quota exceeded: the log says which' ]]
    [[ $(id -u) -eq 0 ]] || skip "only root can mount a small file system"
    mount -t tmpfs -o size=6M none "${RDVC_DIR}" 2>/dev/null || skip "no file system can be mounted here"
    train <<<'mkdir ckpt; head -c 20M /dev/zero >"$RDVC_DIR/all" || exit 3'
    compose -n shared
    go >/dev/null
    result cause
    result message
    local cause message state
    cause=$(result cause) message=$(result message) state=$(result state)
    umount -l "${RDVC_DIR}"
    [[ ${state} == failed && ${cause} == disk_full && ${message} == *"the disk is full: ${RDVC_DIR} on "* ]]
}

# bats test_tags=long
@test "a stage that is killed for lack of memory is distinguished from one that fails" {
    train <<<'mkdir ckpt; printf "oom 3\noom_kill 1\n" >"$RDVC_DIR/memory.events"; kill -9 $$'
    compose -n killed
    mkdir -p "${root}/cgroup"
    local path
    path="${root}/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)"
    mkdir -p "${path}"
    printf 'oom 0\noom_kill 0\n' >"${RDVC_DIR}/memory.events"
    ln -sf "${RDVC_DIR}/memory.events" "${path}/memory.events"
    export RDVC_OWN_CGROUP_ROOT="${root}/cgroup"
    go
    [[ $(result cause) == out_of_memory && $(result message) == *'a process on '*' was killed for lack of memory'* ]]
    compose -n only-killed
    go
    [[ $(result cause) == signal && $(result message) == *'was ended by SIGKILL from outside'* ]]
}

# bats test_tags=long
@test "what is kept: not what DVC tracks or the cache holds, nor links that lead out; names of all kinds" {
    mkdir data
    echo input >data/in
    dvc add --quiet data
    train <<'SH'
cat data/in
mkdir -p ckpt 'a  dir' __pycache__
echo x >"a  dir/ with
line "
echo x >'*'
echo x >-n
echo x >__pycache__/c
ln -s /etc away
ln -s '*' inside
ls -la data made.txt
exit 4
SH
    compose -n kinds
    mkdir -p "${RDVC_DIR}/cache"
    cp -r .dvc/cache/files "${RDVC_DIR}/cache/"
    go
    [[ ${code} -ne 0 && $(result cause) == stage ]]
    (cd "${record}/partial" && find . \( -type f -o -type l \) -print0 | sort -z | tr '\0\n' ',_') | tee "${root}/kept"
    [[ $(<"${root}/kept") == './*,./-n,./a  dir/ with_line ,./inside,' ]]
}

@test "a command continues from its outputs, whatever ended its last part" {
    train <<<true
    cat >work.sh <<'SH'
mkdir -p out
n=$(cat out/n 2>/dev/null || echo 0)
echo "begins at $n"
echo $((n + 1)) >out/n
[ "$n" -ge 2 ] || sleep 600
SH
    compose -n worker --cmd --output=out -- sh work.sh
    start
    wait_until 20 grep -q 1 "${record}/partial/out/n"
    kill -KILL -- "-${job}"
    ended
    start
    wait_until 20 grep -q 'begins at 1' "${log}"
    wait_until 20 grep -q 2 "${record}/partial/out/n"
    kill -TERM "${job}"
    ended
    [[ $(result state) == failed && $(result cause) == signal && $(<"${record}/output/out/n") == 2 && ! -e ${record}/partial ]]
    go
    [[ ${code} -eq 0 && $(result state) == done && $(<"${record}/output/out/n") == 3 && $(result restarts) == 2 ]]
}

@test "a completed stage's outputs are not overwritten by files that were saved while it ran" {
    train </dev/null
    printf '%s\n' 'stages:' '  train:' '    outs:' '    - path: ckpt' '      md5: d41d8cd98f00b204e9800998ecf8427e.dir' >dvc.lock
    printf '%s\0' ckpt other >"${root}/lasting"
    job_functions >"${root}/job.sh"
    run bash -c 'source "$1/job.sh"
        RDVC_JOB_SNAPSHOT='' RDVC_JOB_REPO_REV=$(git rev-parse HEAD)
        not_ended_paths "$1/lasting" | tr "\0" " "' test "${root}"
    [[ ${output} == 'other ' ]]
}

# bats test_tags=long
@test "a stage that something on the node has killed: the result says that neither SLURM nor rdvc did" {
    local how
    for how in 'kill -TERM $$' 'sh -c "kill -TERM \$\$"; exit 143' 'kill -TERM $PPID; sleep 5'; do
        printf '%s\n' "${how}" | train
        compose -n "killed"
        go
        [[ ${code} -ne 0 ]]
        grep -q '^cause signal' "${RDVC_DIR}"/jobs/*/0/result
        grep -q '^message .*ended by SIGTERM from outside: SLURM did not cancel the job' "${RDVC_DIR}"/jobs/*/0/result
        rm -rf "${RDVC_DIR}"/jobs/*
    done
    printf 'kill -SEGV $$\n' | train # its own doing
    compose -n crashed
    go
    ! grep -q 'from outside' "${RDVC_DIR}"/jobs/*/0/result
}

@test "mirror or functions removed before the job starts: its result says what is missing" {
    train <<<true
    compose -n nomirror
    rm -rf "${repos}"
    go
    [[ ${code} -ne 0 ]]
    grep -q "^message the mirror ${repos} is missing" "${record}/result"
    compose -n nofunctions
    rm -rf "${RDVC_DIR}/functions"
    mkdir -p "${RDVC_DIR}/jobs"
    go
    [[ ${code} -ne 0 ]]
    grep -q '^state failed' "${record}/result"
    grep -q '^message .*/job.sh is missing' "${record}/result"
}

@test "the next job removes what a killed job has left, and continues" {
    train <<'SH'
mkdir -p ckpt
echo whole | tee model.txt >ckpt/n
echo '{}' >metrics.json
SH
    compose -n next
    printf '#!/bin/sh\nprintf "7|RUNNING\\n8|RUNNING\\n11|COMPLETED\\n"\n' >"${root}/bin/squeue"
    chmod +x "${root}/bin/squeue"
    mkdir -p "${root}/rdvc-6-abcdefgh/closed/in"
    chmod a-w "${root}/rdvc-6-abcdefgh/closed"
    cat >"${root}/bin/scontrol" <<SH
#!/bin/sh
case "\$*" in
*" 9") echo "JobId=9 JobName=x UserId=u(${EUID}) JobState=RUNNING Comment=x" ;;
*" 10") echo "slurm_load_jobs error: Socket timed out on send/recv operation"; exit 1 ;;
*" 11") echo "JobId=11 JobName=x UserId=u(${EUID}) JobState=PENDING Comment=x" ;;
*" 12") echo "JobId=12 JobName=x UserId=other(99${EUID}) JobState=RUNNING Comment=x" ;;
*) echo "slurm_load_jobs error: Invalid job id specified"; exit 1 ;;
esac
SH
    local id
    for id in 6 8 9 10 11 12; do
        mkdir -p "${root}/rdvc-${id}-abcdefgh"
        printf ' %s' "${RDVC_DIR}" >"${root}/rdvc-${id}-abcdefgh/rdvc-owner"
    done
    go
    [[ ${code} -eq 0 ]]
    # Neither what squeue shows, nor what it leaves out and scontrol shows, nor what scontrol does not tell of, nor what it tells
    # to start again; but what nobody knows, and what is somebody else's id now.
    [[ $(cd "${root}" && echo rdvc-*-abcdefgh) == 'rdvc-10-abcdefgh rdvc-11-abcdefgh rdvc-8-abcdefgh rdvc-9-abcdefgh' ]]
    grep -q 'leftovers of killed jobs from .*:.* rdvc-6-abcdefgh' "${log}"
    mkdir "${root}/rdvc-6-abcdefgh"
    printf ' %s' "${RDVC_DIR}" >"${root}/rdvc-6-abcdefgh/rdvc-owner"
    printf '#!/bin/sh\necho "8|RUNNING"\n' >"${root}/bin/squeue" # not even of the job that asks
    compose -n after
    go
    [[ ${code} -eq 0 && -e ${root}/rdvc-6-abcdefgh ]]
}

@test "a workspace of a job that was killed before it could note whose it is goes later, if it is empty" {
    train <<'SH'
echo '{}' >metrics.json
echo whole >model.txt
SH
    compose -n next
    mkdir -p "${root}"/rdvc-{6,8,9}-abcdefgh "${root}/rdvc-8-abcdefgh/repository"
    touch --date='1 hour ago' "${root}"/rdvc-{6,8}-abcdefgh
    go
    [[ ${code} -eq 0 ]]
    # Neither somebody's files, nor what a job that is just beginning has made.
    [[ $(cd "${root}" && echo rdvc-*-abcdefgh) == 'rdvc-8-abcdefgh rdvc-9-abcdefgh' ]]
}
