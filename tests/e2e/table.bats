# `rdvc table`: metrics of a sweep while it runs and afterwards, as text, CSV, JSON and plots.

bats_require_minimum_version 1.5.0
load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    # Each experiment writes one step, waits for ~/go, writes another, and fails if lr is 0.5.
    cat >train.py <<'PY'
import json, os, time
values = dict(line.strip().split(": ") for line in open("params.yaml"))
lr = float(values["lr"])
os.makedirs("plots", exist_ok=True)
plot = open("plots/loss.tsv", "w")
plot.write("step\tloss\n")
for step in range(2):
    plot.write(f"{step}\t{lr + 1 - step}\n")
    plot.flush()
    loss = lr + 1 - step
    open("metrics.json", "w").write(json.dumps({"train": {"loss": loss, "odd": float("nan")}, "step": step}))
    while step == 0 and not os.path.exists(os.path.expanduser("~/go")):
        time.sleep(0.1)
open("huge.yaml", "w").write("x: " + "9" * 150000)
open("broken.json", "w").write('{"a": 1, "b')
open("model.txt", "w").write("model\n")
assert lr != 0.5, "diverged"
PY
    cat >dvc.yaml <<'YAML'
stages:
  train:
    cmd: python3 train.py
    deps: [train.py]
    params: [lr]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
      - huge.yaml
      - broken.json
    plots: [plots]
YAML
    printf '/model.txt\n/plots\n/huge.yaml\n/broken.json\n' >.gitignore
    # What the baseline has is not a running experiment's.
    printf '{"train": {"loss": 77, "odd": 0}, "step": 99}\n' >metrics.json
    mkdir -p .rdvc
    printf '[job]\nlive_interval = 1\n' >>.rdvc/config.toml
    git add --all
    git commit --quiet --message=table
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

teardown() {
    note_failure
}

shows() { # WORDS
    [[ $(rdvc table three 2>/dev/null) == *$1* ]]
}

@test "a running sweep shows its live metrics, and none of the baseline" {
    run rdvc run -S lr=0.1,0.25,0.5 -n three
    [[ ${status} -eq 0 ]]
    wait_until 60 shows '0.25        1.25'
    run rdvc table three
    [[ ${status} -eq 0 && ${output} == *"TASK  EXPERIMENT    lr  train.loss  train.odd  step  STATE"* ]]
    [[ ${output} == *running* && ${output} != *77* ]]
    rdvc table three --json | python3 -c '
import json, sys
tasks = json.load(sys.stdin)["tasks"]
assert [t["params"]["lr"] for t in tasks] == [0.1, 0.25, 0.5], tasks
assert tasks[1]["metrics"]["step"] == 0 and tasks[1]["state"] == "running", tasks
assert tasks[1]["metrics"]["train.odd"] is None, tasks'
    has_all() { [[ $(rdvc status --metric loss) == *" LOSS "*" 1.1 to 1.5 "* ]]; }
    wait_until 30 has_all
    RDVC_STATUS_METRIC=train.loss rdvc status --json | python3 -c '
import json, sys
metrics = [t["metric"] for t in json.load(sys.stdin)[0]["tasks"]]
assert metrics[1] == {"name": "train.loss", "value": 1.25}, metrics'
    rdvc status --metric=train.odd --json | python3 -c '
import json, sys
submission = json.load(sys.stdin)[0]
assert "metric" not in submission, submission
assert submission["tasks"][1]["metric"] == {"name": "train.odd", "value": None}, submission'
    run rdvc status --metric train.los
    [[ ${status} -eq 0 && ${output} == *three* ]]
    [[ ${output} == *"no submission has the metric \`train.los\` yet, did you mean \`train.loss\`?"* ]]
    [[ $(rdvc status --offline --metric loss) != *LOSS* ]]
    # No half file is ever there: each is put in place by a rename.
    ls "${cluster_home}"/.rdvc/jobs/*/2/live/metrics
    grep -x 'rdvc-live 1 metrics 2 [0-9]*' "${cluster_home}"/.rdvc/jobs/*/2/live/metrics
}

@test "when all have ended, the final metrics of each are there, published or failed, without a pull" {
    touch "${cluster_home}/go"
    run rdvc table three --watch
    [[ ${status} -eq 0 ]]
    run rdvc table three
    [[ ${output} == *"metrics that are too large to be shown: huge.yaml of task 1 and 2 more"* ]]
    [[ ${output} == *"metrics that cannot be read: broken.json of task 1 and 2 more"* ]]
    [[ ${output} == *"   3  three-3      0.5         0.5        NaN     1  failed"* ]]
    [[ $(git for-each-ref refs/exps) == "" ]]
    rdvc table three --csv 2>/dev/null | python3 -c '
import csv, sys
rows = list(csv.DictReader(sys.stdin))
assert [r["state"] for r in rows] == ["published", "published", "failed"], rows
assert [r["step"] for r in rows] == ["1", "1", "1"], rows
assert [round(float(r["train.loss"]), 3) for r in rows] == [0.1, 0.25, 0.5], rows
assert all(float(r["seconds"]) > 0 and r["node"] for r in rows), rows
assert all(float(r["cpus"]) > 0 and "mem_kib" in r for r in rows), rows'
    run --separate-stderr rdvc table three --sort=-train.loss --best 1
    [[ ${#lines[@]} -eq 2 && ${lines[1]} == *three-3* ]]
    run --separate-stderr rdvc table three.2
    [[ ${#lines[@]} -eq 2 && ${lines[1]} == *three-2*published* ]]
    # From a laptop that did not submit it.
    run --separate-stderr env XDG_STATE_HOME="${folder}/other" rdvc table three --sort lr
    [[ ${#lines[@]} -eq 4 && ${lines[3]} == *three-3*0.5* ]]
}

@test "plots are drawn, and written as a picture" {
    run --separate-stderr env LC_ALL=C.UTF-8 rdvc table three --plot train.loss:lr
    [[ ${status} -eq 0 && ${output} == *train.loss*┤*└*lr* && ${output} == *[⠁-⣿]* ]]
    run --separate-stderr env LC_ALL=C rdvc table three --plot loss --best 2
    [[ ${status} -eq 0 && ${output} == *'a 1: lr=0.1'*'b 2: lr=0.25'* && ${output} != *[⠁-⣿]* ]]
    (umask 022 && rdvc table three --plot train.loss --svg curve.svg)
    [[ $(stat -c %a curve.svg) == 644 ]]
    python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("curve.svg")'
    rm curve.svg
}

@test "what is wrong is said" {
    run rdvc table three --sort los
    [[ ${status} -eq 2 && ${output} == *"did you mean \`train.loss\`?"*"metrics: train.loss, train.odd, step"*"parameters: lr"* ]]
    run rdvc table three --plot train.odd:lr
    [[ ${status} -eq 1 && ${output} == *"no finite value"* ]]
    run rdvc table three --plot nothing
    [[ ${status} -eq 2 && ${output} == *"no plot has a curve \`nothing\`"*"curves: loss"* ]]
    run rdvc table three --csv --json
    [[ ${status} -eq 2 && ${output} == *"exclude each other"* ]]
    run rdvc table three --best 0 --sort step
    [[ ${status} -eq 2 ]]
    run rdvc table three --plot loss --svg "${folder}/no/where.svg"
    [[ ${status} -eq 1 && ${output} == *"no/where.svg"* ]]
    run rdvc table four
    [[ ${status} -eq 2 && ${output} == *"no submission of this project is \`four\`"* ]]
}

# bats test_tags=long
@test "one experiment, and a hostile name of a file" {
    rm -f "${cluster_home}/go"
    touch "${cluster_home}/go"
    rdvc run -S lr=0.3 -n one
    rdvc wait one
    run --separate-stderr rdvc table one
    [[ ${status} -eq 0 && ${lines[0]} == "EXPERIMENT "*"lr  train.loss"* && ${lines[1]} == *"one "*"0.3"*published* ]]
    local live
    live=$(echo "${cluster_home}"/.rdvc/jobs/*/0/live/metrics)
    printf 'rdvc-live 1 metrics 0 38\nfile 10 a\x1b[2J.json\n{"a": 1.5}\nlarge 5 x\x1b' >"${live}"
    run rdvc table one
    [[ ${status} -eq 0 && ${output} == *1.5* && ${output} != *$'\e'* ]]
    head -c 5000 /dev/urandom >"${live}"
    run rdvc table one
    [[ ${status} -eq 0 && ${output} == *"is damaged"* ]]
}

@test "what the cluster no longer has is shown as far as the laptop knows it" {
    rm -rf "${cluster_home}"/.rdvc/{jobs,submissions}/*
    run rdvc table three
    [[ ${status} -eq 0 && ${output} == *"the cluster no longer has this submission's record"*"three-2 "*0.25* ]]
}

@test "a job says what it used of what it had asked for, and what would do" {
    # Long enough to be looked at, where no control group counts.
    rdvc run --cmd -n wasteful --mem=4G --time=1:00:00 -- sleep 7
    run rdvc wait wasteful
    [[ ${status} -eq 0 && ${output} == *'next time: --mem=256M would do: '* ]]
    run rdvc status wasteful
    [[ ${output} == *$'\nused         memory '*' of 4G ('*$'\nadvice       --mem=256M would do: '* ]]
    [[ ${output} == *' s of 60 min (less than 1%)'* ]]
}
