# Data without a DVC remote: inputs go with the submission, outputs come with `rdvc pull`; never a run on old
# data. Root has two nodes, which have no network but the cluster's own.

load support

setup_file() {
    start_world "$([[ ${EUID} -eq 0 ]] && echo 2 || echo 1)"
    make_project "${folder}/project"
    export project="${folder}/project" cache="${cluster_home}/.rdvc/cache"
    make_pipeline
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force main
    git clean --quiet --force -d
    rm -rf data .dvc/cache sub/clean.csv model log.txt scratch.bin
    cp -af "${folder}/pristine/." . # DVC's files may not be written to
}

teardown() {
    note_failure
}

# Tracked inputs of all kinds; a stage in a subfolder; outputs of all kinds.
make_pipeline() {
    mkdir -p data/images data/unused sub
    printf 'one\ntwo\n' >data/raw.csv
    printf 'picture\n' >data/images/a.txt
    mkdir data/images/more
    printf 'another\n' >'data/images/more/b é.txt'
    printf 'private\n' >data/unused/file
    printf 'elsewhere\n' >"${shared}/elsewhere.txt"
    dvc add --quiet data/raw.csv data/images data/unused
    dvc import-url --quiet "${shared}/elsewhere.txt" data/imported.txt
    cat >sub/dvc.yaml <<'YAML'
stages:
  prepare:
    cmd: tr a-z A-Z <../data/raw.csv >clean.csv
    deps: [../data/raw.csv]
    outs: [clean.csv]
YAML
    cat >dvc.yaml <<'YAML'
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh, sub/clean.csv, data/images, data/imported.txt]
    params: [lr]
    outs:
      - model
      - log.txt:
          persist: true
      - scratch.bin:
          push: false
    metrics:
      - metrics.json:
          cache: false
YAML
    cat >train.sh <<'SH'
set -e
lr=$(sed -n 's/^lr: //p' params.yaml)
mkdir -p model/parts
cat sub/clean.csv data/images/a.txt data/images/more/* data/imported.txt >model/all.txt
echo "part of $lr" >"model/parts/é.txt"
echo "lr $lr" >>log.txt
echo large >scratch.bin
printf '{"lr_seen": "%s"}\n' "$lr" >metrics.json
if command -v ip >/dev/null; then ip route show default >/dev/null; fi
SH
    printf '/.venv\n/model\n/log.txt\n/scratch.bin\n' >.gitignore
    printf '/clean.csv\n' >sub/.gitignore
    git add -A
    git commit --quiet -m 'A pipeline with data'
    mkdir -p "${folder}/pristine/.dvc"
    cp -a data "${folder}/pristine"
    cp -a .dvc/cache "${folder}/pristine/.dvc"
}

# Some of what an experiment names may be meant to be missing: `push: false`, or read by no stage.
apply() {
    dvc exp apply --quiet "$1" || true
    dvc checkout --quiet --allow-missing
}

# ssh executions of a command, without those that connect to nothing.
executions() {
    "$@" --verbose 2>&1 >/dev/null | grep -c '^+ .*ssh .*bash -s' || true
}

object() { # the object of a tracked file
    local hash
    hash=$(sed -n '/^outs:/,$s/.*md5: \([0-9a-f]\{32\}.*\)/\1/p' "$1" | head -n 1)
    printf 'files/md5/%s/%s' "${hash:0:2}" "${hash:2}"
}

run_and_wait() {
    rdvc run "$@"
    rdvc wait "${name}" || { rdvc logs "${name}" && false; }
}

# bats test_tags=nodes
@test "inputs go, outputs come; with an emptied cache everything is right" {
    name=first
    run_and_wait -n first
    [[ -e ${cache}/$(object data/raw.csv.dvc) && -e ${cache}/$(object data/imported.txt.dvc) ]]
    [[ ! -e ${cache}/$(object data/unused.dvc) ]] # no stage reads it
    [[ $(stat -c %a "${cache}/$(object data/raw.csv.dvc)") == 444 ]]
    rdvc pull first
    rm -rf .dvc/cache data/raw.csv data/images data/imported.txt
    rdvc pull first
    apply first
    [[ $(cat model/all.txt) == "$(printf 'ONE\nTWO\npicture\nanother\nelsewhere')" ]]
    [[ $(cat model/parts/é.txt) == 'part of 0.5' && $(cat log.txt) == 'lr 0.5' && $(cat sub/clean.csv) == ONE* ]]
    [[ $(cat metrics.json) == '{"lr_seen": "0.5"}' ]]
    [[ ! -e scratch.bin ]] # does not leave the machine that made it
    run dvc data status --json --granular
    [[ ${output} != *'"uncommitted"'*modified* ]]
    git checkout --quiet -b came
    git add -A
    git commit --quiet -m 'What came'
    cp -af .dvc/cache "${folder}/pristine/.dvc" # the next tests go on from here
}

@test "unchanged inputs send nothing and ask once" {
    name=again
    [[ $(executions rdvc run -n again -S lr=0.6) -eq 1 ]]
    rdvc wait again
}

# bats test_tags=nodes
@test "an unchanged stage is not run again: its output travels, its input does not" {
    git checkout --quiet came
    rm -rf "${cache}"
    dvc checkout --quiet --allow-missing || true
    name=second
    run_and_wait -n second -S lr=0.7
    [[ -e ${cache}/$(object data/images.dvc) && ! -e ${cache}/$(object data/raw.csv.dvc) ]]
    rdvc logs second | grep -F "Stage 'sub/dvc.yaml:prepare' didn't change, skipping"
    rdvc pull second
    apply second
    [[ $(cat log.txt) == "$(printf 'lr 0.5\nlr 0.7')" ]] # persist: it goes on where it was
}

@test "an output that exists nowhere is made again" {
    git checkout --quiet came
    rm -rf "${cache}"
    local clean
    clean=$(sed -n '/path: clean.csv/,$s/.*md5: \([0-9a-f]\{32\}\).*/\1/p' sub/dvc.lock)
    mv ".dvc/cache/files/md5/${clean:0:2}/${clean:2}" "${folder}/kept"
    rm -f sub/clean.csv
    name=third
    run_and_wait -n third -S lr=0.8
    [[ -e ${cache}/$(object data/raw.csv.dvc) ]]
    rdvc pull third
    cmp ".dvc/cache/files/md5/${clean:0:2}/${clean:2}" "${folder}/kept"
}

# bats test_tags=long
@test "an edited input is refused by name, also at the same size; committed, it is what the run sees" {
    printf 'ONE\nTWO\n' >data/raw.csv
    chmod u+w data/images/a.txt
    printf 'Picture\n' >data/images/a.txt
    run rdvc run -n edited
    [[ ${status} -eq 3 && ${output} == *"data/images  (data/images.dvc)"* && ${output} == *"data/raw.csv  (data/raw.csv.dvc)"* ]]
    [[ ${output} == *"dvc commit data/images.dvc data/raw.csv.dvc"* ]]
    ! rdvc status | grep -q edited || false
    dvc commit --quiet --force data/raw.csv.dvc data/images.dvc
    name=edited
    run_and_wait -n edited
    rdvc pull edited
    git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/edited'):data/raw.csv.dvc" | cmp - data/raw.csv.dvc
    apply edited
    [[ $(cat model/all.txt) == *Picture* ]]
}

@test "objects that the cluster has lost or damaged are sent again; damaged ones here are named, and stay here" {
    local raw here
    raw=$(object data/raw.csv.dvc)
    rm -f "${cache}/$(object data/imported.txt.dvc)"
    chmod u+w "${cache}/${raw}"
    printf 'one' >"${cache}/${raw}" # of another size
    name=healed
    run_and_wait -n healed -S lr=0.9 -f
    cmp "${cache}/${raw}" data/raw.csv
    rm -f "${cache}/${raw}"
    here=.dvc/cache/${raw}
    rm -f data/raw.csv
    chmod u+w "${here}"
    printf 'two\none\n' >"${here}"
    run rdvc run -n damaged -f
    [[ ${status} -eq 3 && ${output} == *"data/raw.csv"*"${raw}"* ]]
    [[ ! -e ${cache}/${raw} ]]
    rm -f "${here}"
    run rdvc run -n damaged -f
    [[ ${status} -eq 3 && ${output} == *"neither here nor on the cluster"*data/raw.csv* ]]
    printf 'one\ntwo\n' >data/raw.csv
    dvc commit --quiet data/raw.csv.dvc
}

# bats test_tags=long
@test "a result's data that is gone or damaged on the cluster is named; the experiment is still pulled" {
    name=gone
    run_and_wait -n gone -S lr=0.11
    local exp lock model listing
    git fetch --quiet "${cluster_home}/.rdvc/repos/"*.git 'refs/exps/*:refs/gone/*'
    exp=$(git for-each-ref --format='%(objectname)' 'refs/gone/*/*/gone')
    lock=$(git show "${exp}:dvc.lock")
    model=$(sed -n '/path: model$/,$s/.*md5: \([0-9a-f]\{32\}\).dir/\1/p' <<<"${lock}" | head -n 1)
    listing="${cache}/files/md5/${model:0:2}/${model:2}.dir"
    part=$(grep -o '"md5": "[0-9a-f]*", "relpath": "parts' "${listing}" | grep -o '[0-9a-f]\{32\}')
    chmod u+w "${cache}/files/md5/${part:0:2}/${part:2}"
    printf 'part of 0.12\n' >"${cache}/files/md5/${part:0:2}/${part:2}"
    run rdvc pull gone
    [[ ${status} -eq 1 && ${output} == *"damaged in the cluster's cache"*"model/parts/é.txt"* ]]
    [[ ! -e .dvc/cache/files/md5/${part:0:2}/${part:2} ]]
    git for-each-ref | grep -q 'refs/exps/.*/gone'
    rm -f "${cache}/files/md5/${part:0:2}/${part:2}"
    run rdvc pull gone
    [[ ${status} -eq 1 && ${output} == *"no longer has model/parts/é.txt of gone"* ]]
}

@test "the experiment first, its data later" {
    name=later
    run_and_wait -n later -S lr=0.12
    run rdvc pull --no-data later
    [[ ${status} -eq 0 && ${output} == *"pulled later"* ]]
    local exp hash
    exp=$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/later')
    hash=$(git show "${exp}:dvc.lock" | sed -n '/path: model$/,$s/.*md5: \([0-9a-f]\{32\}\).dir/\1/p' | head -n 1)
    [[ ! -e .dvc/cache/files/md5/${hash:0:2}/${hash:2}.dir ]]
    rdvc pull later
    [[ -e .dvc/cache/files/md5/${hash:0:2}/${hash:2}.dir ]]
    [[ -z $(git for-each-ref refs/rdvc/pull) ]]
}

# bats test_tags=long
@test "an interrupted transfer continues where it stopped, in both directions" {
    head -c 60000000 /dev/urandom >data/raw.csv
    dvc commit --quiet --force data/raw.csv.dvc
    sed -i 's/^    cmd: tr.*/    cmd: cp ..\/data\/raw.csv clean.csv/' sub/dvc.yaml
    setsid rdvc run -n large >"${folder}/log.large" 2>&1 3>&- &
    local run=$! incoming="${cache}/rdvc-incoming"
    until [[ $(du -sk "${incoming}" 2>/dev/null | cut -f 1) -gt 4000 ]] || ! kill -0 "${run}" 2>/dev/null; do sleep 0.01; done
    kill -KILL -- "-${run}" 2>/dev/null || true
    wait "${run}" || true
    ! rdvc status | grep -q large || false
    run rdvc run -n large
    [[ ${status} -eq 0 && ${output} == *"of it is already there"* ]]
    rdvc wait large
    rm -f sub/clean.csv
    setsid rdvc pull large >"${folder}/log.large" 2>&1 3>&- &
    run=$!
    rm -rf .dvc/cache/files/md5
    until [[ $(du -sk .dvc/cache/rdvc-incoming 2>/dev/null | cut -f 1) -gt 4000 ]] || ! kill -0 "${run}" 2>/dev/null; do sleep 0.01; done
    kill -KILL -- "-${run}" 2>/dev/null || true
    wait "${run}" || true
    rdvc pull large
    apply large
    cmp sub/clean.csv data/raw.csv
}

# bats test_tags=nodes
@test "two runs that need the same objects at once" {
    rm -rf "${cache}"
    rdvc run -n left -S lr=0.21 3>&- &
    local left=$!
    rdvc run -n right -S lr=0.22 3>&-
    wait "${left}"
    rdvc wait left
    rdvc wait right
}

# bats test_tags=long
@test "data needs no rsync on the cluster" {
    mkdir -p "${shared}/bin"
    local program
    for program in /usr/bin/* /bin/*; do
        [[ ${program##*/} == rsync || ! -f ${program} || -e ${shared}/bin/${program##*/} ]] || ln -s "${program}" "${shared}/bin/"
    done
    rm -rf "${cache}" .dvc/cache/files/md5/*.dir
    export RDVC_CLUSTER_PREPARE="PATH=${shared}/bin"
    name=tar
    run_and_wait -n tar -S lr=0.31
    rm -rf .dvc/cache
    rdvc pull tar
    apply tar
    [[ $(cat model/parts/é.txt) == 'part of 0.31' ]]
}

# bats test_tags=root
@test "no space: refused before anything is sent, or named; no incomplete object is in a cache" {
    ((EUID == 0)) || skip 'only root can mount a small file system'
    # 50 GB that take no room here: a hard link to a read-only object is what DVC has recorded.
    local hash=0123456789abcdef0123456789abcdef
    mkdir -p .dvc/cache/files/md5/01
    truncate -s 50G ".dvc/cache/files/md5/01/${hash:2}"
    chmod 0444 ".dvc/cache/files/md5/01/${hash:2}"
    ln ".dvc/cache/files/md5/01/${hash:2}" data/huge.bin
    printf 'outs:\n- md5: %s\n  size: 53687091200\n  hash: md5\n  path: huge.bin\n' "${hash}" >data/huge.bin.dvc
    printf '/huge.bin\n' >>data/.gitignore
    sed -i 's|deps: \[train.sh,|deps: [train.sh, data/huge.bin,|' dvc.yaml
    mkdir -p "${shared}/small"
    mount -t tmpfs -o size=30m tmpfs "${shared}/small"
    export RDVC_CLUSTER_CACHE="${shared}/small/cache"
    run rdvc run -n huge
    [[ ${status} -eq 3 && ${output} == *"54 GB of data must be sent, but only 31 MB are free"* ]]
    git checkout --quiet --force main
    rm -f data/huge.bin*
    unset RDVC_CLUSTER_CACHE
    umount "${shared}/small"
    sed -i 's|echo large >scratch.bin|&; head -c 60000000 /dev/urandom >model/large|' train.sh
    name=roomy
    run_and_wait -n roomy
    rm -rf .dvc/cache
    mkdir -p .dvc/cache
    mount -t tmpfs -o size=30m tmpfs .dvc/cache
    run rdvc pull roomy
    umount .dvc/cache
    [[ ${status} -eq 1 && ${output} == *"no space left while bringing data"* ]]
    rdvc pull roomy
    apply roomy
    [[ $(stat -c %s model/large) -eq 60000000 ]]
}

# bats test_tags=long
@test "with a DVC remote: inputs and outputs travel through it" {
    make_project "${folder}/remote-project"
    dvc remote add --quiet -d storage "${shared}/storage"
    printf 'in\n' >input.txt
    dvc add --quiet input.txt
    sed -i 's/deps: \[train.sh\]/deps: [train.sh, input.txt]/' dvc.yaml
    git add -A
    git commit --quiet -m 'With a remote'
    dvc push --quiet
    local count
    count=$(find "${cache}" -type f 2>/dev/null | wc -l)
    rdvc run -n remote
    rdvc wait remote || { rdvc logs remote && false; }
    rm -rf .dvc/cache input.txt
    rdvc pull remote
    dvc exp apply --quiet remote
    dvc checkout --quiet
    [[ $(cat model.txt) == 'model of 0.5' ]]
    dvc pull --quiet
    [[ $(cat input.txt) == in ]]
    git add -A
    [[ $(dvc data status) != *'not in cache'* && $(dvc data status) != *'uncommitted'* ]]
    printf 'IN\n' >input.txt # edited, not recorded
    run rdvc run -n old
    [[ ${status} -eq 3 && ${output} == *"dvc commit input.txt.dvc"* ]]
}

# bats test_tags=long
@test "with a DVC remote: recorded outputs that are nowhere are made again; then there is nothing to do" {
    cd "${folder}/remote-project"
    printf 'in\n' >input.txt
    git commit --quiet --all -m 'Recorded'
    find "${shared}/storage" "${cache}" -mindepth 1 -delete
    dvc push --quiet input.txt.dvc
    name=nowhere
    run_and_wait -n nowhere
    rdvc logs nowhere | grep -F 'their stages run again'
    rdvc logs nowhere | grep -F "Running stage 'train'"
    rm -rf .dvc/cache model.txt
    rdvc pull nowhere
    dvc pull --quiet
    [[ $(cat model.txt) == 'model of 0.5' ]]
    rdvc run -n idle
    run rdvc wait idle
    [[ ${status} -eq 0 && ${output} == *'nothing to do: all stages were up to date, as in the experiment nowhere'* ]]
}

@test "outputs of a dvc.lock that is not committed travel" {
    git checkout --quiet came
    sed -i 's/^lr: .*/lr: 0.77/' params.yaml
    dvc repro --quiet
    local model
    model=$(sed -n '/path: model$/,$s/.*md5: \([0-9a-f]\{32\}\).dir/\1/p' dvc.lock | head -n 1)
    name=uncommitted
    run_and_wait -n uncommitted -S lr=0.77
    [[ -e ${cache}/files/md5/${model:0:2}/${model:2}.dir ]]
    [[ $(rdvc status uncommitted) == *published* ]]
}

# A dvc whose first `exp run` fails with the words $1.
fail_once() {
    cat >init_env.sh <<SH
#!/bin/sh
mkdir -p .venv/bin
cat >.venv/bin/dvc <<'WRAPPER'
#!/bin/bash
if [[ \$* == *"exp run"* && ! -e \$RDVC_OWN_RECORD_DIR/once ]]; then
    touch "\$RDVC_OWN_RECORD_DIR/once"
    echo "ERROR: failed to reproduce 'train': $1" >&2
    exit 255
fi
exec ${job_dvc} "\$@"
WRAPPER
chmod +x .venv/bin/dvc
echo "export PATH=\$PWD/.venv/bin:\\\$PATH RDVC_OWN_RECORD_DIR" > .venv/bin/activate
SH
}

# bats test_tags=long
@test "a job that meets another one in the run-cache, or at the same output, runs dvc once more" {
    fail_once "[Errno 2] No such file or directory: '\$RDVC_JOB_CACHE_DIR/runs/ab/abc/.tmp'"
    name=met
    run_and_wait -n met -S lr=0.41
    rdvc logs met | grep -F 'dvc exp run once more'
    fail_once "unable to remove '/tmp/x/scratch.bin' without a confirmation."
    name=same
    run_and_wait -n same -S lr=0.42
    rdvc logs same | grep -F 'dvc exp run once more'
}

# An ssh that is called with this text before the sandbox's configuration; the port of its sshd is one that is taken.
use_ssh_config() {
    local port
    port=$(sed -n 's/^ *Port //p' "${RDVC_SANDBOX_DIR}/ssh_config" | head -n 1)
    mkdir -p "${folder}/bin"
    { sed "s/TAKEN/${port}/"; cat "${RDVC_SANDBOX_DIR}/ssh_config"; } >"${folder}/ssh_config"
    printf '#!/bin/sh\nexec /usr/bin/ssh -F %s "$@"\n' "${folder}/ssh_config" >"${folder}/bin/ssh"
    chmod +x "${folder}/bin/ssh"
    export PATH="${folder}/bin:${PATH}"
}

# bats test_tags=long
@test "ssh and ~/.bashrc as people have them: data travels both ways, nothing waits" {
    use_ssh_config <<'CONFIG'
Host sandbox
  RequestTTY yes
  RemoteCommand tmux new -A -s main
  LocalForward 127.0.0.1:TAKEN localhost:80
  ExitOnForwardFailure yes
  PermitLocalCommand yes
  LocalCommand echo "connected to %h"
CONFIG
    cat >"${cluster_home}/.bashrc" <<'BASHRC'
echo "welcome to the cluster"
printf 'quota: 93 %%'
sleep 300.25 &
set -o noglob -o posix
export POSIXLY_CORRECT=1 CDPATH=/tmp LC_ALL=xx_XX.UTF-8 SHELLOPTS
shopt -s expand_aliases
alias rm='rm -i' git='echo git'
BASHRC
    export XDG_RUNTIME_DIR="${folder}/it's a %h run" TMPDIR="${folder}/t \"m'p %h"
    mkdir -p "${TMPDIR}"
    mkdir -m 700 "${XDG_RUNTIME_DIR}"
    rdvc run --data=ssh -n noisy -S lr=0.7531
    pgrep -fx 'sleep 300[.]25' # which has not been waited for
    rdvc wait noisy
    rdvc pull noisy
    apply noisy
    [[ -s log.txt && -d model ]]
    run rdvc doctor
    [[ ${output} == *'print `welcome to the cluster`'* ]]
    rm "${cluster_home}/.bashrc"
    ssh -O exit -o ControlPath="/tmp/rdvc-ssh-${UID}/%C" sandbox || true
}

@test "~/.bashrc replaces bash by another shell: named, at login and in the job" {
    printf 'exec dash\n' >"${cluster_home}/.bashrc"
    run rdvc run -n elsewhere
    [[ ${status} -eq 3 && ${output} == *'logins on `sandbox` run `dash` instead of bash'* ]]
    printf '[ -z "$SLURM_JOB_ID" ] || exec dash\n' >"${cluster_home}/.bashrc"
    rdvc run --data=ssh -n elsewhere
    run rdvc wait elsewhere
    [[ ${status} -ne 0 && ${output} == *'~/.bashrc was loaded'*'`exec`'* ]]
    rm "${cluster_home}/.bashrc"
}
