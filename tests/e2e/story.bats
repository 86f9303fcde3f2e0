# The whole user story; for root on two nodes, each with its own /tmp, what differs there.

load support

setup_file() {
    start_world "$([[ ${EUID} -eq 0 ]] && echo 2 || echo 1)"
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

# bats test_tags=nodes
@test "without any init: run, wait, logs, status, pull" {
    run rdvc run -S lr=0.1 -n first
    [[ ${status} -eq 0 ]]
    [[ ${output} == *"submitted first as job"* && ${output} == *"next:"* ]]
    rdvc wait first
    run rdvc logs first
    [[ ${output} == *"dvc --wait-for-lock exp run --allow-missing -n first -S lr=0.1"* ]]
    run rdvc status
    [[ ${output} == *first*published* ]]
    run rdvc status first
    [[ ${output} == *"experiment "*" s"* && ${output} == *"environment "* ]]
    rdvc pull first
    git show-ref | grep -q "refs/exps/.*/first"
    [[ $(git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/first'):metrics.json") == '{"lr_seen": "0.1"}' ]]
    [[ -z $(git status --porcelain) ]]
}

@test "the three wizards, non-interactive; running them again changes nothing" {
    rdvc init project --yes
    [[ $(rdvc status) == *first*published* ]] # it is the same project still
    rdvc init global --host=sandbox --email=me@example.org --yes
    rdvc init remote --yes
    cp .rdvc/config.toml "${folder}/once"
    cp ~/.config/rdvc/config.toml "${folder}/once-global"
    rdvc init project --yes
    rdvc init global --yes
    rdvc init remote --yes
    cmp .rdvc/config.toml "${folder}/once"
    cmp ~/.config/rdvc/config.toml "${folder}/once-global"
    [[ $(git remote get-url rdvc) == "ssh://sandbox${cluster_home}/.rdvc/repos/project-"*.git ]]
    # Until it is committed, it affects nobody.
    rdvc run --dry-run >/dev/null
    git add .rdvc
    git commit --quiet -m 'Configure rdvc'
}

@test "the wizards ask, with the present values as defaults" {
    printf '\n\nnew@example.org\n' | rdvc init global
    grep -q 'mail-user = "new@example.org"' ~/.config/rdvc/config.toml
    printf 'g5.xlarge\n\n\n\n\n' | rdvc init project
    grep -q 'instance = "g5.xlarge"' .rdvc/config.toml
    grep -q '^\[instances."g5.xlarge"\]' .rdvc/config.toml
    git commit --quiet -am 'A default instance'
    rdvc run --dry-run | grep -x '#SBATCH --constraint=g5.xlarge'
    git reset --quiet --hard HEAD~1
}

@test "plain dvc exp pull rdvc brings the result" {
    rdvc run -S lr=0.2 -n second
    rdvc wait second
    dvc exp pull rdvc second
    git show-ref | grep -q "refs/exps/.*/second"
}

@test "with a DVC remote the data comes with rdvc pull" {
    mkdir -p "${shared}/store" # a path counts where the cluster has it
    dvc remote add --quiet -d store "${shared}/store"
    git commit --quiet -am 'Add a DVC remote'
    rdvc run -S lr=0.3 -n third
    rdvc wait third
    rdvc pull third
    dvc exp apply third
    [[ $(cat model.txt) == 'model of 0.3' ]]
}

# bats test_tags=long
@test "unpushed commits and a detached HEAD travel" {
    git checkout --quiet --detach
    echo 'echo detached >> model.txt' >>train.sh
    git commit --quiet -am 'On a detached HEAD'
    rdvc run --dry-run 2>/dev/null | grep -xE '#SBATCH --job-name=rdvc-run:project:[0-9a-f]{10}'
    rdvc run -n detached
    rdvc wait detached
    rdvc pull detached
}

@test "code = origin, word for word as with the original: gpu instance, dvc exp pull origin" {
    git init --quiet --bare "${shared}/origin.git"
    git remote add origin "${shared}/origin.git"
    run rdvc run --code=origin
    [[ ${status} -eq 3 && ${output} == *"not in origin"*"git push"* ]]
    git push --quiet -u origin main
    rdvc run --code=origin --partition=single-gpu --constraint=g5.xlarge --gpus=1 --exclusive -S lr=0.4 -n on-gpu
    rdvc wait on-gpu
    dvc exp pull origin on-gpu
    git show-ref | grep -q "refs/exps/.*/on-gpu"
}

# bats test_tags=root
@test "jobs run on both nodes, each with a /tmp of its own" {
    [[ ${EUID} -eq 0 ]] || skip "several nodes need root"
    # Not the same inputs: DVC itself fails where two jobs write one entry of the run-cache at once.
    rdvc run --nodelist=node1 -n at-one -S lr=0.11
    rdvc run --nodelist=node2 -n at-two -S lr=0.12
    rdvc wait at-one
    rdvc wait at-two
    [[ $(fields_of at-one node) == node1 && $(fields_of at-two node) == node2 ]]
    no_workspace_left
}

# bats test_tags=root
@test "edited, new and deleted files reach another node, with the environment that the first one built" {
    [[ ${EUID} -eq 0 ]] || skip "several nodes need root"
    printf 'x\n' >doomed.txt
    git add doomed.txt
    git commit --quiet -m 'One more file'
    rdvc run --fresh-env --nodelist=node1 -n makes-it
    rdvc wait makes-it
    rdvc logs makes-it | grep 'environment [0-9a-f]* is made: --fresh-env'
    sed -i 's/model of/MODEL of/' train.sh
    printf 'new\n' >new.txt
    rm doomed.txt
    git status --porcelain >"${folder}/before"
    rdvc run --nodelist=node2 -n edited -S lr=0.7
    rdvc wait edited
    rdvc logs edited | grep 'environment [0-9a-f]* made by job [0-9]* on node1, .*; reused in'
    rdvc pull edited
    git status --porcelain | cmp - "${folder}/before"
    [[ $(git diff --name-status HEAD "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/edited')") == "D	doomed.txt
A	dvc.lock
A	metrics.json
A	new.txt
M	params.yaml
M	train.sh" ]]
    rdvc env list | grep node1
    rdvc env clear --all
    rdvc env list 2>&1 | grep 'no environment is kept'
}

# bats test_tags=root
@test "the demo project on nodes without network: the login node builds its environment, and again for changed C++" {
    [[ ${EUID} -eq 0 ]] || skip "several nodes need root"
    cp -r "${RDVC_SOURCE_FOLDER}/examples/esol" "${folder}/esol"
    cd "${folder}/esol"
    rm -rf .venv .dvc data/esol.csv
    ./get_data.sh
    sed -i "s/CMAKE_BUILD_TYPE=Release/CMAKE_BUILD_TYPE=Debug/" init_env.sh # it is built twice here
    git init --quiet
    dvc init --quiet
    mkdir -p "${shared}/esol-store" # a path counts where the cluster has it
    dvc remote add --quiet -d store "${shared}/esol-store"
    dvc add --quiet data/esol.csv
    mkdir -p .rdvc
    printf '[project]\nid = "0123456789abcdef0123456789abcdef"\n[env]\nwhere = "login"\n' >.rdvc/config.toml
    git add -A
    git commit --quiet -m 'Predict solubility'
    dvc push --quiet
    local metrics='metrics/train/metrics.json' line='live.log_summary("test/rmse", scores.rmse);'
    rdvc run --nodelist=node1 -S model.config.trainer.max_epochs=2 -n first-code
    rdvc wait first-code
    grep -F "${line}" src/train/main.cpp
    sed -i 's/live.log_summary("test\/rmse", scores.rmse);/& live.log_summary("test\/edition", 2);/' src/train/main.cpp
    run rdvc run --nodelist=node2 -S model.config.trainer.max_epochs=2 -n second-code
    [[ ${status} -eq 0 && ${output} == *"is made: src/train/main.cpp changed"* ]]
    rdvc wait second-code
    rdvc pull --no-data
    ! git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/first-code'):${metrics}" | grep edition
    git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/second-code'):${metrics}" | grep '"edition": *2'
    # A change in a file that is not compiled needs no new environment.
    printf '\nMore.\n' >>README.md
    rdvc run -S model.config.trainer.max_epochs=3 -n same-code
    rdvc wait same-code
    rdvc logs same-code | grep 'reused in'
}

# bats test_tags=nodes
@test "the kept script runs by hand in an interactive allocation" {
    rdvc run -S lr=0.6 -n base
    rdvc wait base
    local job
    job=$(fields_of base job)
    ssh sandbox "cd; salloc --quiet srun bash .rdvc/submissions/${job}.sbatch.sh"
    git fetch --quiet "${cluster_home}"/.rdvc/repos/project-*.git 'refs/exps/*:refs/exps/*'
    git show-ref | grep -q "refs/exps/.*/base-hand-1"
}

@test "another laptop finds the same submissions" {
    git clone --quiet "${shared}/origin.git" "${folder}/elsewhere"
    cd "${folder}/elsewhere"
    XDG_STATE_HOME="${folder}/state-elsewhere" run rdvc status
    [[ ${output} == *second*published* ]]
    XDG_STATE_HOME="${folder}/state-elsewhere" rdvc pull second
    XDG_STATE_HOME="${folder}/state-elsewhere" rdvc show second | grep -q 'RDVC_JOB_EXP_NAME=second'
}

@test "tags travel, and origin is the same as on the laptop" {
    git tag v1 HEAD~1
    git tag -a -m two v2
    cat >>train.sh <<'SH'
git describe --tags > described.txt
git remote get-url origin >> described.txt
cp described.txt model.txt
SH
    git commit --quiet -am 'Describe the version'
    rdvc run -n tagged
    rdvc wait tagged
    rdvc pull tagged
    dvc exp apply tagged
    [[ $(sed -n 1p model.txt) == v2-1-g* ]]
    [[ $(sed -n 2p model.txt) == "${shared}/origin.git" ]]
}

# bats test_tags=long
@test "rdvc works in a subfolder, and for a project in a subfolder" {
    mkdir -p sub
    echo x >sub/file
    git add sub
    git commit --quiet -m 'A subfolder'
    (cd sub && rdvc run -n from-sub ../dvc.yaml && rdvc wait from-sub)
    mkdir "${folder}/mono"
    cd "${folder}/mono"
    git init --quiet
    mkdir part
    cp "${project}"/{train.sh,params.yaml,init_env.sh,dvc.yaml} part/
    cd part
    dvc init --quiet --subdir
    sed -i '/describ/d;/get-url/d' train.sh # of another case
    printf '/.venv\n/model.txt\n' >.gitignore
    git add -A
    git commit --quiet -m 'A project in a subfolder'
    rdvc run -n in-part
    rdvc wait in-part
    rdvc pull in-part
}
