# rdvc shell and rdvc exec: a person's own shell or command where a job would run.

load support

setup_file() {
    start_world 1
    export project="${folder}/project" remote="${cluster_home}/.rdvc"
    make_project "${project}"
    git tag good
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git reset --quiet --hard good
    git clean --quiet --force -d
    rm -rf "${remote}"/{submissions,jobs,logs}/* # of the case before
}

teardown() {
    note_failure
    end_screen
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" login 'scancel --me' || true
}

# True if nothing of a session is left: no job, no workspace, no record.
nothing_left() {
    [[ -z $(ssh sandbox squeue --noheader) && -z $(ls "${remote}/submissions" "${remote}/jobs" "${remote}/logs" | grep -v ':$') ]] &&
        no_workspace_now
}

# A terminal with a shell of ours in it, which ends with the test.
screen() { tmux -S "${BATS_TEST_TMPDIR}/t" "$@"; }

shows() { screen capture-pane -p -J | grep -qE -- "$1"; }

# Starts these words in it; says `ended CODE` at their end.
start_screen() {
    ((EUID == 0)) || grep -q ' devpts .*gid=' /proc/self/mounts || skip "/dev/pts is mounted without gid=: a terminal needs root"
    screen -f /dev/null new-session -d -x 140 -y 40 "$(printf '%q ' "$@"); echo ended \$?; sleep 600" 3>&-
}

type_line() { screen send-keys -l "$1" && screen send-keys Enter; }

end_screen() { screen kill-server 2>/dev/null || true; }

@test "exec: the code as it stands, bytes in and out, the command's exit code; nothing is left" {
    echo 'not committed' >new.txt
    head -c 300000 /dev/urandom >bytes
    rdvc exec --quiet --time=5 -- sh -c 'cat; cat new.txt >&2; test -x .venv/bin/dvc && command -v dvc | grep -q "$PWD/.venv" || exit 1; exit 9' \
        <bytes >"${BATS_TEST_TMPDIR}/out" 2>"${BATS_TEST_TMPDIR}/err" || [[ $? == 9 ]]
    cmp bytes "${BATS_TEST_TMPDIR}/out"
    [[ $(<"${BATS_TEST_TMPDIR}/err") == 'not committed' ]]
    wait_until 20 nothing_left
    [[ -z $(rdvc status --quiet 2>/dev/null) ]]
}

@test "exec --local runs on the login node, without a job" {
    before=$(ssh sandbox 'scontrol show config' | grep NEXT_JOB_ID)
    [[ $(echo word | rdvc exec --local --quiet -- sh -c 'cat; echo "${SLURM_JOB_ID:-no job}"; command -v dvc >&2' 2>"${BATS_TEST_TMPDIR}/err") == $'word\nno job' ]]
    [[ $(<"${BATS_TEST_TMPDIR}/err") == */.venv/bin/dvc ]]
    [[ $(ssh sandbox 'scontrol show config' | grep NEXT_JOB_ID) == "${before}" ]]
    wait_until 20 nothing_left
}

@test "exec: a signal reaches the command; a killed rdvc ends it" {
    rdvc exec --quiet -- sh -c 'trap "echo got TERM; exit 7" TERM; echo begun; while :; do sleep 0.1; done' >"${BATS_TEST_TMPDIR}/out" 3>&- &
    wait_until 20 grep -q begun "${BATS_TEST_TMPDIR}/out"
    kill -TERM "$!"
    code=0
    wait "$!" || code=$?
    [[ ${code} == 7 && $(tail -n 1 "${BATS_TEST_TMPDIR}/out") == 'got TERM' ]]
    rdvc exec --quiet -- sh -c 'echo begun; exec sleep 1000' >"${BATS_TEST_TMPDIR}/out2" 3>&- &
    wait_until 20 grep -q begun "${BATS_TEST_TMPDIR}/out2"
    kill -KILL "$!"
    wait_until 30 nothing_left
}

@test "shell: a terminal in the workspace, the job's steps by hand; exit removes everything" {
    start_screen rdvc shell --time=5
    wait_until 30 shows 'steps, to type: .*run_experiment'
    type_line 'command -v dvc; stty size'
    wait_until 10 shows '/project/.venv/bin/dvc'
    wait_until 10 shows '^40 140'
    screen resize-window -x 100 -y 30
    has_new_size() { type_line 'stty size' && sleep 1 && shows '^30 100'; } # which takes another way than the keys
    wait_until 10 has_new_size
    type_line 'run_experiment -f; publish_experiment; echo published $?'
    wait_until 60 shows '^published 0'
    name=$(screen capture-pane -p -J | grep -oE 'dvc exp pull rdvc shell-[0-9a-f]+-hand-1' | tail -n 1)
    [[ $(git ls-remote "${remote}"/repos/*.git) == *"/${name##* }"* ]]
    type_line 'sleep 1000'
    screen send-keys C-c
    type_line 'exit'
    wait_until 10 shows '^ended 0'
    no_workspace_left
    end_screen
    rm -rf "${remote}"/{submissions,jobs,logs}/* # of what was published
}

@test "exec: Ctrl-C reaches the command, whose output is a file" {
    start_screen bash -c 'rdvc exec --quiet -- sh -c "trap \"echo got INT; exit 7\" INT; echo begun; while :; do sleep 0.1; done" >"$0"; echo code $?' \
        "${BATS_TEST_TMPDIR}/out"
    wait_until 20 grep -q begun "${BATS_TEST_TMPDIR}/out"
    screen send-keys C-c
    wait_until 20 shows 'code 7'
    [[ $(tail -n 1 "${BATS_TEST_TMPDIR}/out") == 'got INT' ]]
    end_screen
    wait_until 20 nothing_left
}

@test "shell: if setup fails, one can look, and try again" {
    sed -i '2i test -e mended || exit 3' init_env.sh
    run rdvc exec --quiet -- true
    [[ ${status} == 255 && ${output} == *'the setup command failed with exit code 3: ./init_env.sh'* ]]
    start_screen rdvc shell --quiet
    wait_until 30 shows 'the job would have failed here: the setup command failed with exit code 3'
    type_line 'touch mended; set_up_environment && activate_environment; command -v dvc'
    wait_until 20 shows '/project/.venv/bin/dvc'
    screen kill-session # the connection breaks
    end_screen
    no_workspace_left
    rm -rf "${remote}"/{submissions,jobs,logs}/*
}

@test "shell: says what it waits for; Ctrl-C gives up, and leaves no job" {
    ssh sandbox 'sbatch --exclusive --wrap "sleep 1000"'
    start_screen rdvc shell
    wait_until 30 shows 'pending: '
    screen send-keys C-c
    wait_until 30 shows 'given up; the job is cancelled'
    wait_until 10 shows '^ended 130'
    end_screen
    one_job() { [[ $(ssh sandbox squeue --noheader | wc -l) == 1 ]]; }
    wait_until 10 one_job
    ssh sandbox 'scancel --me'
    wait_until 20 nothing_left
}

@test "in the allocation of a job that runs: its workspace, its environment, also of a task" {
    local n others=()
    for n in {1..30}; do
        env SLURM_JOB_ID="${n}" SLURM_ARRAY_TASK_ID=7 SLURM_CONF=/of/another/cluster sleep 1000 3>&- &
        others+=("$!")
    done
    job=$(rdvc run --quiet --cmd -S n=1,2 -- sh -c 'echo {n} >which; exec sleep 1000')
    wait_until 20 grep -qs command "${remote}/jobs/$(fields_of "${job}" token)/2/phases"
    run rdvc exec "${job}.2" -- sh -c 'until test -s which; do sleep 0.1; done; cat which; echo ${SLURM_JOB_ID} ${RDVC_TASK} ${SLURM_ARRAY_TASK_ID} ${SLURM_STEP_ID:-none}; command -v dvc'
    kill "${others[@]}"
    [[ ${output} == $'2\n'[0-9]*$' 2 2 none\n'*/.venv/bin/dvc ]] || { echo "${output}" && return 1; }
    run rdvc exec "${job}" -- true
    [[ ${status} == 255 && ${output} == *'this is a sweep of 2 tasks'* ]]
    [[ $(ssh sandbox squeue --noheader --array | wc -l) == 2 ]] # they go on
    rdvc cancel "${job}"
    no_workspace_left
    says_ended() { [[ $(rdvc exec "${job}.2" -- true 2>&1) == *'its job has ended'* ]]; }
    wait_until 20 says_ended
}

# bats test_tags=long
@test "shell: the time limit is announced, and ends everything" {
    start_screen rdvc shell --quiet --partition=short --time=1
    wait_until 30 shows 'exit removes'
    wait_until 60 shows 'the allocation ends in [0-9]+ s'
    wait_until 120 shows 'the shell was ended from outside'
    end_screen
    no_workspace_left
}

# bats test_tags=long
@test "exec: if the login node goes down, the allocation ends" {
    rdvc exec --quiet -- sh -c 'echo begun; exec sleep 1000' >"${BATS_TEST_TMPDIR}/out" 3>&- &
    wait_until 20 grep -q begun "${BATS_TEST_TMPDIR}/out"
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop sshd # and what its logins run
    code=0
    wait "$!" || code=$?
    [[ ${code} == 255 ]]
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start sshd
    wait_until 60 nothing_left
}

@test "a second session holds the allocation when the first has ended" {
    rdvc exec --quiet --time=5 -- sh -c 'echo "$SLURM_JOB_ID"; exec sleep 1000' >"${BATS_TEST_TMPDIR}/first" 3>&- &
    first=$!
    wait_until 30 test -s "${BATS_TEST_TMPDIR}/first"
    job=$(<"${BATS_TEST_TMPDIR}/first")
    rdvc exec "${job}" -- sh -c 'echo "$SLURM_JOB_ID"; until test -e end; do sleep 0.1; done; echo end of it' >"${BATS_TEST_TMPDIR}/second" 3>&- &
    second=$!
    wait_until 30 grep -qx "${job}" "${BATS_TEST_TMPDIR}/second"
    kill -HUP "${first}"
    code=0
    wait "${first}" || code=$?
    [[ ${code} == 130 ]]
    sleep 3 # the job looks every second
    [[ $(ssh sandbox squeue --noheader -o %i) == "${job}" ]]
    rdvc exec "${job}" -- touch end
    wait "${second}"
    [[ $(tail -n 1 "${BATS_TEST_TMPDIR}/second") == 'end of it' ]]
    wait_until 20 nothing_left
}

@test "exec in a terminal: SIGTERM to rdvc ends it" {
    start_screen rdvc exec --quiet -- sh -c 'echo begun in $(tty); exec sleep 1000'
    wait_until 30 shows '^begun in /dev/'
    kill -TERM "$(pgrep -P "$(screen display-message -p '#{pane_pid}')")"
    wait_until 20 shows '^error: given up'
    wait_until 10 shows '^ended 130'
    wait_until 30 nothing_left
}

@test "if the job cannot be cancelled, giving up says so" {
    mkdir -p "${cluster_home}/bin"
    printf '#!/bin/sh\necho "scancel: error: no" >&2\nexit 1\n' >"${cluster_home}/bin/scancel"
    chmod +x "${cluster_home}/bin/scancel"
    echo 'PATH="$HOME/bin:$PATH"' >>"${cluster_home}/.bashrc"
    ssh sandbox 'command sbatch --exclusive --wrap "sleep 1000"'
    start_screen rdvc shell
    wait_until 30 shows 'pending: '
    screen send-keys C-c
    wait_until 30 shows 'given up, but job [0-9]+ could not be cancelled'
    wait_until 10 shows '^hint: rdvc cancel [0-9]+'
    wait_until 10 shows '^ended 130'
    rm -r "${cluster_home}/bin"
    rdvc cancel "$(screen capture-pane -p | sed -n 's/^hint: rdvc cancel //p')"
    ssh sandbox 'scancel --me'
    wait_until 20 queue_is_empty
    rm -rf "${remote}"/{submissions,jobs,logs}/*
}

# bats test_tags=long
@test "shell: if the login node goes down, the allocation ends" {
    start_screen rdvc shell --quiet
    wait_until 30 shows 'exit removes'
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop sshd
    wait_until 30 shows '^error: the shell was ended from outside'
    wait_until 10 shows 'the connection broke'
    wait_until 10 shows '^ended 1$'
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start sshd
    wait_until 60 nothing_left
}
