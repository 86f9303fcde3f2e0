# Jobs that a real SLURM stops: the cause is named, existing files are kept, nothing stays on the
# node.

load support

setup_file() {
    start_world 1
    set_slurm KillWait 30 # as it usually is: a job on a busy machine needs more than the sandbox's 5 s
    make_project "${folder}/project"
    cat >dvc.yaml <<'YAML'
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs:
      - ckpt: {persist: true}
      - model.txt
    metrics:
      - metrics.json: {cache: false}
YAML
    # Continues from its checkpoint; ends after step 3, or when `end` exists.
    cat >train.sh <<'SH'
mkdir -p ckpt
n=$(cat ckpt/n 2>/dev/null || echo 0)
echo "begins at step $n"
n=$((n + 1))
echo "$n" >ckpt/n
echo "half of a model" >model.txt
echo "{\"step\": $n}" >metrics.json
echo "step $n"
[ "$n" -ge 3 ] || [ -e "$RDVC_DIR/end" ] || sleep 300
SH
    printf '/.venv\n/model.txt\n/ckpt\n' >.gitignore
    mkdir .rdvc
    printf '[job]\ngrace = 2\nsave_interval = 1\n' >.rdvc/config.toml
    git add -A
    git commit --quiet -m 'It stops'
    git tag good
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet -B main good
    rm -f "${cluster_home}/.rdvc/end"
}

teardown() {
    note_failure
}

submit() { # NAME [OPTIONS]: sets `job` and `record`
    job=$(rdvc run --quiet -n "$@")
    record="${cluster_home}/.rdvc/jobs/$(fields_of "${job}" token)/0"
    log="${cluster_home}/.rdvc/submissions/$(fields_of "${job}" token)/slurm-${job}.out"
}

result() {
    sed -n "s/^$1 //p" "${record}/result"
}

in_slurm() {
    ssh sandbox "$@"
}

has_state() { # JOB STATES: as squeue has them
    [[ " $2 " == *" $(in_slurm squeue --noheader --states=all -j "$1" -o %T) "* ]]
}

nothing_on_the_node() {
    local workspace
    for workspace in $(sed -n 's/^rdvc: workspace \(.*\) on .*/\1/p' "${log}"); do
        [[ ! -e ${workspace} && -z $(grep -zlxF "RDVC_OWN_WORKSPACE_DIR=${workspace}" /proc/[0-9]*/environ 2>/dev/null) ]] ||
            return 1
    done
    [[ -n ${workspace} ]]
}

expect() { # KEY VALUE
    [[ $(result "$1") == "$2" ]] || {
        printf 'expected %s %s, got:\n' "$1" "$2"
        cat "${record}/result" "${log}"
        return 1
    }
}

@test "scancel while it trains: cancelled, the unfinished result kept; the same parameters train again" {
    submit cancelled
    wait_until 30 grep -x 'step 1' "${log}"
    in_slurm scancel "${job}"
    wait_until 20 has_state "${job}" CANCELLED
    expect state failed
    expect cause cancelled
    expect message 'the experiment was stopped by SIGTERM: it was cancelled'
    [[ $(<"${record}/partial/ckpt/n") == 1 && $(<"${record}/partial/model.txt") == half* ]]
    nothing_on_the_node
    git fetch --quiet rdvc 'refs/exps/*:refs/exps/*' 2>/dev/null || git fetch --quiet "${cluster_home}"/.rdvc/repos/project-*.git 'refs/exps/*:refs/exps/*'
    dvc exp show --no-pager --csv | grep -q 'cancelled-partial'
    mkdir -p "${cluster_home}/.rdvc" && touch "${cluster_home}/.rdvc/end"
    submit fresh
    rdvc wait "${job}"
    grep -q 'begins at step 0' "${log}"
    grep -q "Running stage 'train'" "${log}"
    expect state published
    [[ ! -e ${record}/partial ]]
}

@test "scancel while the setup command runs: at once, with all its processes" {
    printf '#!/bin/sh\necho setting up; setsid sleep 301 & sleep 300\n' >init_env.sh
    git commit --quiet -a -m 'A long setup'
    submit in-setup
    wait_until 30 grep -x 'setting up' "${log}"
    in_slurm scancel "${job}"
    wait_until 10 has_state "${job}" CANCELLED
    expect state failed
    expect phase environment
    expect cause cancelled
    nothing_on_the_node
}

@test "scancel while the result is pushed: unpublished, and kept" {
    cat >>init_env.sh <<SH
printf '#!/bin/sh\\ncase "\$*" in *" push "*) echo >"%s/pushing"; sleep 300 ;; esac\\nexec $(command -v git) "\$@"\\n' "${folder}" >.venv/bin/git
chmod +x .venv/bin/git
SH
    git commit --quiet -a -m 'A slow way to the mirror'
    mkdir -p "${cluster_home}/.rdvc" && touch "${cluster_home}/.rdvc/end"
    submit in-push
    wait_until 30 test -e "${folder}/pushing"
    in_slurm scancel "${job}"
    wait_until 20 has_state "${job}" CANCELLED
    expect state unpublished
    expect phase publish
    expect cause cancelled
    [[ -s $(result kept)/model.txt ]]
    nothing_on_the_node
}

# Waits until the log has the line $1, of a job that SLURM would start again after a pause. Repeats
# the request to start now, because SLURM forgets one that it gets while the job still completes.
starts_now() {
    sleep 2 # a node refuses what starts within the second of the requeue: "Job credential revoked"
    in_slurm scontrol update "JobId=${job}" StartTime=now 2>/dev/null || true
    grep -x "$1" "${log}"
}

@test "the time limit: warned before, and with --requeue the job continues from its checkpoint" {
    submit limited --requeue
    wait_until 30 grep -x 'step 1' "${log}"
    in_slurm scancel --signal=USR1 --batch "${job}" # as SLURM does before the limit
    wait_until 30 has_state "${job}" PENDING
    [[ ! -e ${record}/result && $(<"${record}/partial/ckpt/n") == 1 ]]
    grep -q 'out of time; the job starts again' "${log}"
    nothing_on_the_node
    wait_until 150 starts_now 'step 2'
    # Now with a requeue by hand, as a preempting job or a failing node would.
    in_slurm scontrol requeue "${job}"
    wait_until 20 has_state "${job}" PENDING
    [[ ! -e ${record}/result ]]
    wait_until 150 starts_now 'begins at step 2'
    rdvc wait "${job}" || { cat "${log}"; false; }
    [[ $(grep 'begins at step' "${log}" | tr '\n' ' ') == 'begins at step 0 begins at step 1 begins at step 2 ' ]]
    [[ $(grep -c "^=== rdvc restart [12] of job ${job}: on " "${log}") -eq 2 ]]
    expect state published
    expect restarts 2
    expect name limited
    rdvc pull limited
}

# bats test_tags=long
@test "a real time limit, without requeue: the cause is the time limit" {
    submit minute --time=0:10 # SLURM looks every half a minute
    wait_until 100 has_state "${job}" 'TIMEOUT COMPLETED FAILED'
    expect state failed
    expect cause time_limit
    [[ $(result message) == 'the experiment was stopped by SIGUSR1: it reached its time limit, or nearly did' && $(result partial) -ge 3 ]]
    nothing_on_the_node
}

# bats test_tags=root
@test "a full disk of the node: named, and what fits is kept" {
    [[ $(id -u) -eq 0 ]] || skip "only root can mount a small file system"
    mkdir -p "${folder}/small"
    mount -t tmpfs -o size=4M none "${folder}/small" 2>/dev/null || skip "no file system can be mounted here"
    printf 'head -c 8M /dev/zero >ckpt/big\n' >>train.sh
    sed -i '/^\[ /d; s/^echo "step.*/&; set -e/' train.sh
    printf 'workspace = "%s"\nmin_free = "1M"\n' "${folder}/small" >>.rdvc/config.toml
    git commit --quiet -a -m 'Too much'
    submit full
    wait_until 40 test -e "${record}/result"
    wait_until 10 has_state "${job}" FAILED
    rdvc logs "${job}" | tail -n 20
    umount -l "${folder}/small"
    expect cause disk_full
    [[ $(result message) == *"the disk is full: ${folder}/small on "* ]]
    [[ $(<"${record}/partial/ckpt/n") == 1 ]]
}
