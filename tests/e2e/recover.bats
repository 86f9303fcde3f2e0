# A result that could not be published is not lost: rdvc recover.

load support

setup_file() {
    start_world "$([[ ${EUID} -eq 0 ]] && echo 2 || echo 1)" # with two each node has a /tmp of its own
    make_project "${folder}/project"
    # dvc as the environment provides it, except for what a test makes happen: `dvc push` hangs; the
    # cache loses what `dvc exp run` has put there.
    cat >"${shared}/dvc-of-test" <<SH
#!/bin/bash
if [[ \$1 == push && -e ${shared}/at_push ]]; then
    sleep 300 & echo \$! >${shared}/pushing; wait
fi
${job_dvc} "\$@" || exit
if [[ " \$* " == *" exp run "* && -e ${shared}/at_end ]]; then
    cp -L model.txt model.copy && mv model.copy model.txt
    rm -rf "\${RDVC_DIR}/cache/files"
fi
SH
    chmod +x "${shared}/dvc-of-test"
    sed -i "s#${job_dvc}#${shared}/dvc-of-test#" init_env.sh
    git commit --quiet -a -m 'A dvc that can be held up'
    git tag good
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force -B main good
    git clean --quiet --force -d
    mirrors="${cluster_home}/.rdvc/repos"
}

teardown() {
    note_failure
}

commit_all() {
    git add -A
    git commit --quiet -m "${BATS_TEST_DESCRIPTION}"
}

record_of() {
    printf '%s/.rdvc/jobs/%s/0' "${cluster_home}" "$(fields_of "$1" token)"
}

# The experiment is here, with its data.
has_it_whole() {
    dvc exp show --csv --no-pager | grep "$1"
    dvc exp apply --quiet "$1"
    grep 'model of' model.txt
    git checkout --quiet -f good
}

# bats test_tags=long,nodes
@test "a mirror that accepts no experiment: recovered, pulled, complete; the workspace is gone" {
    rdvc run -n first
    rdvc wait first
    git -C "${mirrors}"/project-*.git config transfer.hideRefs refs/exps
    rdvc run -n refused -S lr=0.7
    run rdvc wait refused
    git -C "${mirrors}"/project-*.git config --unset transfer.hideRefs
    [[ ${status} -eq 7 && ${output} == *"unpublished in phase publish"* ]]
    run rdvc status refused
    [[ ${output} == *"next: rdvc recover "* ]]
    run rdvc recover
    [[ ${status} -eq 0 && ${output} == *"recovered refused ("*"next:  rdvc pull "* ]]
    rdvc pull refused
    has_it_whole refused
    [[ ! -e $(record_of refused)/project ]]
    run rdvc recover
    [[ ${status} -eq 0 && ${output} == *"this project has nothing to recover"* ]]
}

@test "a DVC remote that cannot be reached: the data comes over SSH" {
    mkdir -p "${shared}/store" # a path counts where the cluster has it
    dvc remote add --quiet -d store "${shared}/store"
    commit_all
    : >"${shared}/store/files"
    rdvc run -n no-remote -S lr=0.8 --no-pull
    run rdvc wait no-remote
    [[ ${status} -eq 7 && ${output} == *"unpublished in phase push"* ]]
    run rdvc pull no-remote
    [[ ${status} -eq 1 && ${output} == *"hint: rdvc recover "* ]]
    run rdvc recover no-remote
    [[ ${status} -eq 0 && ${output} == *"recovered no-remote ("*"the DVC remote still lacks it"*"dvc push"* ]]
    run rdvc pull no-remote
    [[ ${status} -eq 0 && ${output} == *"pulled no-remote"* ]]
    dvc exp apply --quiet no-remote
    grep 'model of 0.8' model.txt
    git checkout --quiet -f good
    rm -rf "${shared}/store"
}

# The job of a batch script that is killed leaves its workspace on the node, whose /tmp is its own.
# bats test_tags=nodes
@test "killed while it published, the workspace on its node: brought by a job there" {
    mkdir -p "${shared}/store" # a path counts where the cluster has it
    dvc remote add --quiet -d store "${shared}/store"
    commit_all
    touch "${shared}/at_push"
    rdvc run -n killed -S lr=0.9 --no-pull
    wait_until 40 test -s "${shared}/pushing"
    local record
    record=$(record_of killed)
    kill -9 "$(ps -o ppid= -p "$(ps -o ppid= -p "$(<"${shared}/pushing")" | tr -d ' ')" | tr -d ' ')"
    run rdvc wait killed
    [[ ${status} -eq 7 ]]
    rm "${shared}/at_push"
    [[ ! -e ${record}/result ]]
    run rdvc recover killed
    [[ ${status} -eq 0 && ${output} == *"recovered killed ("* ]]
    [[ ${EUID} -ne 0 || ${output} == *"the workspace is on its node"* ]]
    rdvc pull killed
    dvc exp apply --quiet killed
    grep 'model of 0.9' model.txt
    git checkout --quiet -f good
    [[ -z $(ls -d "${record}"/project* 2>/dev/null) ]]
}

# bats test_tags=long
@test "objects that are nowhere: --here brings experiment and files; once found, they are added to the cache" {
    touch "${shared}/at_end"
    rdvc run -n nowhere -S lr=0.6
    run rdvc wait nowhere
    rm "${shared}/at_end"
    [[ ${status} -eq 7 && ${output} == *"unpublished in phase publish"* ]]
    local kept
    kept=$(fields_of nowhere kept)
    mv "${kept}/model.txt" "${folder}/model.txt"
    run rdvc recover nowhere
    [[ ${status} -eq 1 && ${output} == *"cannot be published"*model.txt*"rdvc recover --here"* ]]
    rdvc recover nowhere --here
    grep 0.6 .rdvc/recovered/nowhere/metrics.json
    [[ -z $(git status --porcelain) ]]
    dvc exp show --csv --no-pager | grep nowhere
    rdvc recover nowhere --here --into "${folder}/elsewhere"
    [[ -s ${folder}/elsewhere/metrics.json ]]
    run rdvc recover nowhere --here --into "${folder}/elsewhere"
    [[ ${status} -eq 2 ]]
    git for-each-ref --format='delete %(refname)' 'refs/exps/*/*/nowhere' | git update-ref --stdin
    mv "${folder}/model.txt" "${kept}"
    timeout -s KILL 0.4 rdvc recover nowhere || true
    run rdvc recover nowhere
    [[ ${status} -eq 0 && ${output} == *"recovered nowhere ("* ]]
    rdvc pull nowhere
    has_it_whole nowhere
}

@test "unfinished results come with pull --partial, repeatedly" {
    echo 'exit 3' >>train.sh
    commit_all
    rdvc run -n broken
    run rdvc wait broken
    [[ ${status} -eq 7 ]]
    run rdvc pull --partial broken
    if [[ ! -d $(record_of broken)/partial ]]; then
        [[ ${status} -eq 1 && ${output} == *"has no partial result: failed"* ]]
    fi
    local record
    record=$(record_of broken)
    rm -rf "${record}/partial"
    mkdir -p "${record}/partial/part"
    echo '{"loss": 1}' >"${record}/partial/metrics.json"
    echo 'stages: {bad: {cmd: x, outs: [y]}}' >"${record}/partial/part/dvc.yaml"
    ln -s /etc/passwd "${record}/partial/outside"
    echo x >"${record}/partial/.rdvc-new-1"
    run rdvc pull --partial broken
    [[ ${status} -eq 0 && ${output} == *"pulled the partial result of broken: 2 files in .rdvc/partial/broken"* ]]
    [[ $(find .rdvc/partial/broken ! -type d | sort | tr '\n' ' ') == ".rdvc/partial/broken/metrics.json .rdvc/partial/broken/part/dvc.yaml " ]]
    [[ -z $(git status --porcelain) ]]
    dvc status >/dev/null
    rm "${record}/partial/part/dvc.yaml"
    echo '{"loss": 2}' >"${record}/partial/metrics.json"
    rdvc pull --partial
    [[ $(<.rdvc/partial/broken/metrics.json) == '{"loss": 2}' && ! -e .rdvc/partial/broken/part/dvc.yaml ]]
}

@test "a command whose outputs could not be stored" {
    printf '#!/bin/sh\n[ ! -e %s ] || exit 1\nexec /bin/cp "$@"\n' "${shared}/no_cp" >cp.sh
    echo 'install cp.sh .venv/bin/cp' >>init_env.sh
    commit_all
    rdvc run --cmd --output res -n outputs -- sh -c "mkdir res; echo made >res/file; touch ${shared}/no_cp"
    run rdvc wait outputs
    rm "${shared}/no_cp"
    [[ ${status} -eq 7 && ${output} == *"unpublished in phase output"* ]]
    run rdvc recover outputs
    [[ ${status} -eq 0 && ${output} == *"recovered outputs: 1 file(s) of output"* ]]
    rdvc pull outputs
    [[ $(<res/file) == made ]]
    rm -r res
}
