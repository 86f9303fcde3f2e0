# A sweep: one submission, one job array, an experiment a task.

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
    git checkout --quiet --force main
    git clean --quiet --force -d
}

teardown() {
    note_failure
}

# The folder of the newest submission on the cluster.
newest() {
    local file
    file=$(ls -t "${cluster_home}"/.rdvc/submissions/????????????????????????????????/submission | head -n 1)
    printf '%s\n' "${file%/submission}"
}

metrics_of() { # EXPERIMENT
    git show "$(git for-each-ref --format='%(objectname)' "refs/exps/*/*/$1"):metrics.json"
}

@test "a sweep is one array; each task publishes its own experiment" {
    run rdvc run -S lr=0.1,0.01,0.001 -n three
    [[ ${status} -eq 0 && ${output} == *"three-1 to 3: lr (3 values)"*"3 tasks x "*"submitted three (3 tasks) as job"* ]]
    wait_until 60 queue_is_empty
    job=$(cat "$(newest)/jobid")
    [[ $(ls "$(newest)" | grep -c '^slurm-') -eq 3 ]]
    cat "$(newest)"/slurm-"${job}"_2.out
    git fetch --quiet "${cluster_home}"/.rdvc/repos/*.git 'refs/exps/*:refs/exps/*'
    [[ $(metrics_of three-1) == '{"lr_seen": "0.1"}' ]]
    [[ $(metrics_of three-2) == '{"lr_seen": "0.01"}' ]]
    [[ $(metrics_of three-3) == '{"lr_seen": "0.001"}' ]]
    no_workspace_left
}

@test "status folds it into a line and unfolds it; wait, logs, show and pull take it or one task" {
    run rdvc wait three
    [[ ${status} -eq 0 && ${output} == *"3 published"*"rdvc pull"* ]]
    job=$(cat "$(newest)/jobid")
    run rdvc status
    [[ ${output} == *three*"3 published"* ]]
    run rdvc status three
    [[ ${output} == *"three, 3 tasks"*"${job}.1 "*three-1*published*three-3*published* ]]
    run rdvc status three.2
    [[ ${output} == *"experiment   three-2"*"published"*"slurm-${job}_2.out"* ]]
    [[ $(rdvc logs "${job}_2") == *"exp run --allow-missing -n three-2 -S lr=0.01"* ]]
    [[ $(rdvc logs three-3) == *"-n three-3 -S lr=0.001"* ]]
    run rdvc logs three
    [[ ${status} -eq 2 && ${output} == *"sweep of 3 tasks"* ]]
    run rdvc logs three.4
    [[ ${status} -eq 2 && ${output} == *"has no task 4"* ]]
    [[ $(rdvc show three.2) == "dvc exp run -n three-2 -S lr=0.01" ]]
    rdvc show three | grep -x '#SBATCH --array=1-3'
    rdvc wait three.1
    # From a laptop that did not submit it.
    [[ $(XDG_STATE_HOME="${folder}/other" rdvc status three-2) == *"experiment   three-2"*published* ]]
    [[ $(XDG_STATE_HOME="${folder}/other" rdvc logs "${job}.2") == *"-n three-2 "* ]]
    git for-each-ref --format='%(refname)' refs/exps | xargs -n 1 git update-ref -d
    run rdvc pull three.2
    [[ ${status} -eq 0 && $(git for-each-ref 'refs/exps/*/*/three-*' | wc -l) -eq 1 ]]
    run rdvc pull three
    [[ ${status} -eq 0 && $(git for-each-ref 'refs/exps/*/*/three-*' | wc -l) -eq 3 ]]
    dvc exp apply three-3
    [[ $(cat model.txt) == 'model of 0.001' ]]
    rdvc status --json | python3 -c '
import json, sys
sweep = json.load(sys.stdin)[0]
assert sweep["state"] == "published" and [t["name"] for t in sweep["tasks"]] == ["three-1", "three-2", "three-3"], sweep'
}

@test "what is wrong with a sweep is said before anything is sent" {
    local before
    before=$(ls "${cluster_home}/.rdvc/submissions")
    run rdvc run -S 'lr=range(1,3' -n wrong
    [[ ${status} -eq 2 && ${output} == *"column"* ]]
    run rdvc run -S 'lr=range(101)' -n large </dev/null
    [[ ${status} -eq 2 && ${output} == *"nothing was submitted"*"run.ask_above is 100"* ]]
    run rdvc run -S 'lr=range(20000)' -n huge --yes
    [[ ${status} -eq 2 && ${output} == *"at most 10000"* ]]
    run rdvc run --cmd -S lr=1,2 -- true
    [[ ${status} -eq 2 ]]
    run rdvc run --array=1-3
    [[ ${status} -eq 2 && ${output} == *"rdvc makes one for a sweep"* ]]
    run rdvc run -S lr=1,2 --dry-run -n dry
    [[ ${status} -eq 0 && ${output} == *"#SBATCH --array=1-2"*"task dry-1: -S lr=1"*"task dry-2: -S lr=2"* ]]
    [[ $(ls "${cluster_home}/.rdvc/submissions") == "${before}" ]]
}

@test "names that are taken are refused before anything is sent" {
    run rdvc run -S lr=0.5,0.6 -n three
    [[ ${status} -eq 2 && ${output} == *"this commit already has an experiment \`three-1\`"* ]]
    git for-each-ref --format='%(refname)' refs/exps | xargs -n 1 git update-ref -d
    run rdvc run -S lr=0.5,0.6 -n three
    [[ ${status} -eq 2 && ${output} == *"the cluster already has an experiment \`three-1\`"* ]]
    rdvc run -S lr=0.5,0.6 -n three -f --hold
    rdvc cancel three
}

# bats test_tags=long
@test "experiments are called by their values on request" {
    run rdvc run --name-by=values -n by -S lr=0.3,0.4
    [[ ${status} -eq 0 && ${output} == *"sweep: by-lr=0.3 and so on: lr (2 values)"* ]]
    rdvc wait by
    run rdvc status by
    [[ ${output} == *".1 "*"by-lr=0.3 "*published*".2 "*"by-lr=0.4 "*published* ]]
    rdvc pull by
    [[ $(metrics_of by-lr=0.4) == '{"lr_seen": "0.4"}' ]]
    dvc exp show --json | grep -q '"by-lr=0.3"'
    run rdvc run --name-by=values -n by -S lr=0.4,0.5
    [[ ${status} -eq 2 && ${output} == *"already has an experiment \`by-lr=0.4\`"* ]]
    # The cluster knows it even if this laptop no longer does.
    git for-each-ref --format='delete %(refname)' 'refs/exps/*/*/by-*' | git update-ref --stdin
    run rdvc run --name-by=values -n by -S lr=0.4,0.5
    [[ ${status} -ne 0 && ${output} == *"by-lr=0.4"* ]]
    run rdvc run --name-by=short -S lr=1,2
    [[ ${status} -eq 2 && ${output} == *"it can be numbers or values"* ]]
}

@test "a sweep of two keys, few at once; one that fails does not touch the others; retry runs only that one" {
    cat >train.sh <<'SH'
lr=$(sed -n 's/^lr: //p' params.yaml)
[ "$lr" != 0.2 ] || [ -e ~/may-pass ] || { echo "diverged" >&2; exit 1; }
echo "model of $lr" > model.txt
printf '{"lr_seen": "%s"}\n' "$lr" > metrics.json
SH
    rdvc run -S lr=0.1,0.2,0.3 --array-limit=2 -n some
    job=$(cat "$(newest)/jobid")
    grep -x '#SBATCH --array=1-3%2' "$(newest)/job.sh"
    run rdvc wait some
    [[ ${status} -eq 7 && ${output} == *"2 published  1 failed"*"rdvc retry ${job}"* ]]
    [[ $(rdvc status) == *some*"2 published  1 failed"* ]]
    run rdvc status some.2
    [[ ${output} == *"state        failed: "* ]]
    run rdvc pull some
    [[ ${status} -eq 0 && ${output} == *"2 of 3 tasks of some have a result"* ]]
    run rdvc pull some.2
    [[ ${status} -eq 1 && ${output} == *"${job}.2 has no result to pull: failed"* ]]
    touch "${cluster_home}/may-pass"
    rdvc retry some
    [[ $(cat "$(newest)/options") == *"--array=2%2"* ]]
    rdvc wait some
    [[ $(rdvc status) == *some*"3 published"* ]]
    run rdvc retry some
    [[ ${status} -eq 1 && ${output} == *"has its result"* ]]
    [[ $(ls "${cluster_home}/.rdvc/jobs/$(basename "$(newest)")"/2/starts | wc -l) -eq 1 ]]
    [[ $(wc -l <"${cluster_home}/.rdvc/jobs/$(basename "$(newest)")/1/starts") -eq 1 ]]
    [[ $(wc -l <"${cluster_home}/.rdvc/jobs/$(basename "$(newest)")/2/starts") -eq 2 ]]
}

# bats test_tags=long
@test "cancel ends one task, or all; what had not begun never begins, and retry runs it" {
    cat >train.sh <<'SH'
lr=$(sed -n 's/^lr: //p' params.yaml)
[ -e ~/may-end ] || sleep 1000
echo "model of $lr" > model.txt
printf '{"lr_seen": "%s"}\n' "$lr" > metrics.json
SH
    rdvc run -S lr=0.11,0.22,0.33,0.44 --array-limit=1 -n held
    job=$(cat "$(newest)/jobid")
    wait_until 30 grep -q experiment "${cluster_home}/.rdvc/jobs/$(basename "$(newest)")/1/phases"
    wait_until 10 bash -c '[[ $(rdvc status held) == *held-1*running*held-2*pending*held-4*pending* ]]'
    [[ $(rdvc status) == *held*"1 running  3 pending"* ]]
    run rdvc cancel held.3
    [[ ${status} -eq 0 && ${output} == *"cancelled held.3"* ]]
    wait_until 10 bash -c '[[ $(rdvc status held) == *held-3*cancelled*held-4*pending* ]]'
    run rdvc retry held
    [[ ${status} -eq 1 && ${output} == *"has a job"* ]]
    rdvc cancel "${job}_1"
    wait_until 30 bash -c '[[ $(rdvc status held) == *held-1*cancelled*held-2*running* ]]'
    rdvc cancel held
    run rdvc wait held
    [[ ${status} -eq 7 && ${output} == *"4 cancelled"* ]]
    [[ $(rdvc status) == *held*"4 cancelled"* ]]
    touch "${cluster_home}/may-end"
    rdvc retry held
    rdvc wait held
    [[ $(rdvc status) == *held*"4 published"* ]]
    no_workspace_left
}

# bats test_tags=long
@test "a stage that all tasks share, and run at once" {
    cat >dvc.yaml <<'YAML'
stages:
  prepare:
    cmd: sleep 1; date +%N >data.txt
    outs: [data.txt]
  train:
    cmd: sh train.sh
    deps: [train.sh, data.txt]
    params: [lr]
    outs: [model.txt]
    metrics:
      - metrics.json:
          cache: false
YAML
    echo /data.txt >>.gitignore
    git add -A
    git commit --quiet -m 'A stage that no parameter reaches'
    rdvc run -S 'lr=range(0.1,0.9,0.1)' -n shared --no-warmup
    rdvc wait shared
    rdvc pull shared.8
    [[ $(metrics_of shared-8) == '{"lr_seen": "0.8"}' ]]
}

# bats test_tags=long
@test "an experiment for each row of a file" {
    printf 'lr\n0.71\n0.72\n' >rows.csv
    rdvc run --params=rows.csv -n row
    rdvc wait row
    rdvc pull row
    [[ $(metrics_of row-1) == '{"lr_seen": "0.71"}' && $(metrics_of row-2) == '{"lr_seen": "0.72"}' ]]
}
