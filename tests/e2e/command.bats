# Programs that are not DVC pipelines: `rdvc run --cmd`, and their outputs come back.

load support

setup_file() {
    start_world 1
    export project="${folder}/project"
    mkdir -p "${project}/part"
    cd "${project}"
    git init --quiet
    cat >part/work.sh <<'SH'
#!/bin/sh
printf '%s\n' "$@" >out/said.txt
exit "${1:-0}"
SH
    chmod +x part/work.sh
    mkdir part/out
    printf 'as committed\n' >part/out/kept.txt
    printf '*.bin\n' >.gitignore
    git add -A
    git commit --quiet -m 'No DVC here'
    git tag good
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git reset --quiet --hard good
    git clean --quiet --force -d -x
    cd part
}

teardown() {
    note_failure
}

# Runs `rdvc run --cmd` with the given words; sets `job` and `record`, its folder on the cluster.
run_command() {
    job=$(rdvc run --quiet --cmd "$@")
    local code=0
    rdvc wait "${job}" || code=$?
    record="${cluster_home}/.rdvc/jobs/$(fields_of "${job}" token)/0"
    return "${code}"
}

@test "a repository without DVC: edited and untracked files run, their outputs come back, once" {
    printf '#!/bin/sh\ncat new.txt >out/said.txt\nprintf x >out/ignored.bin\nmkdir out/deep\nln -s ../said.txt out/deep/link\npwd\nprintf "%%s" "$PYTHONUNBUFFERED"\n' >work.sh
    printf 'untracked\n' >new.txt
    run rdvc run --cmd --output out -n plain -- ./work.sh
    [[ ${status} -eq 0 && ${output} == *"back:  what is new or changed in part/out"*"submitted plain as job"* ]]
    rdvc wait plain
    [[ $(fields_of plain state) == done ]]
    rdvc status plain | grep 'output *3 files, not pulled yet: rdvc pull'
    rdvc status plain | grep -E '^ +command +[0-9.]+ s'
    run rdvc logs -f plain
    [[ ${output} == *"=== rdvc command: ./work.sh ("*"/project/part"*1* ]]
    rdvc show plain | grep -x 'RDVC_JOB_COMMAND=(./work.sh)'
    rdvc env list 2>&1 | grep 'no environment is kept'
    run rdvc pull
    [[ ${status} -eq 0 && ${output} == *"pulled the output of plain: 3 files"* ]]
    [[ $(<out/said.txt) == untracked && $(<out/ignored.bin) == x && $(readlink out/deep/link) == ../said.txt ]]
    [[ $(<out/kept.txt) == 'as committed' && ! -e ${project}/.git/rdvc/pull-$(fields_of plain token) ]]
    [[ -s ${cluster_home}/.rdvc/jobs/$(fields_of plain token)/0/pulled ]]
    run rdvc pull
    [[ ${status} -eq 0 && ${output} == "nothing new to pull" ]]
    run rdvc pull plain
    [[ ${output} == *"0 files, 3 more already here"* ]]
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *"this is not a DVC project"* ]]
}

@test "a command that fails: its exit code, and what it had written" {
    run run_command --output=out --output=never -- ./work.sh 3
    [[ ${status} -eq 7 && ${output} == *"failed in phase command"*"the command ended with exit code 3"* ]]
    job=$(rdvc status --json --limit=1 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["job"])')
    [[ $(fields_of "${job}" exit) == 3 && $(fields_of "${job}" detail) == *"has left no part/never"* ]]
    run rdvc pull
    [[ ${output} == "nothing new to pull" ]]
    run rdvc pull "${job}"
    [[ ${status} -eq 0 && ${output} == *"is failed; this is what it had written until then"* ]]
    [[ $(<out/said.txt) == 3 ]]
}

@test "arguments arrive exactly: blanks, quotes, line ends, dashes, nothing" {
    local words=(0 'a b' "it's" '"$HOME"' $'two\nlines\n' '*' -- -n '' $'\xff')
    run_command --output=out -- ./work.sh "${words[@]}"
    rdvc pull "${job}"
    printf '%s\n' "${words[@]}" | cmp - out/said.txt
}

@test "a local file with different content stays, unless --force" {
    run_command --output=out -- sh -c 'echo new >out/a.txt; echo theirs >out/kept.txt'
    echo mine >out/kept.txt
    run rdvc pull "${job}"
    [[ ${status} -eq 1 && ${output} == *"nothing was changed"*part/out/kept.txt*"--force"* ]]
    [[ $(<out/kept.txt) == mine && ! -e out/a.txt ]]
    rdvc pull --force "${job}"
    [[ $(<out/kept.txt) == theirs && $(<out/a.txt) == new ]]
}

# bats test_tags=long
@test "a pull that was interrupted goes on; without rsync it is tar" {
    run_command --output=out -- sh -c 'head -c 20000000 /dev/urandom >out/large.bin; sha256sum out/large.bin >out/sum'
    mkdir -p "${folder}/slow"
    printf '#!/bin/sh\nexec timeout 10 %s --bwlimit=1000 "$@"\n' "$(command -v rsync)" >"${folder}/slow/rsync"
    chmod +x "${folder}/slow/rsync"
    PATH="${folder}/slow:${PATH}" run rdvc pull "${job}"
    [[ ${status} -eq 1 && ${output} == *"rsync could not bring the output"*"rdvc pull ${job}"* ]]
    local place part
    place="${project}/.git/rdvc/pull-$(fields_of "${job}" token)"
    part=$(stat -c %s "${place}/part/out/large.bin")
    ((part > 0 && part < 20000000))
    [[ ! -e out/large.bin && ! -e ${record}/pulled ]]
    printf '#!/bin/sh\nexec %s --stats "$@" >%s\n' "$(command -v rsync)" "${folder}/stats" >"${folder}/slow/rsync"
    PATH="${folder}/slow:${PATH}" rdvc pull "${job}"
    sha256sum -c out/sum
    (($(sed -n 's/^Matched data: \([0-9,]*\) bytes/\1/p' "${folder}/stats" | tr -d ,) > part / 2))
    [[ ! -e ${place} ]]
    rm -r out
    printf '#!/bin/sh\nexit 127\n' >"${folder}/slow/rsync"
    PATH="${folder}/slow:${PATH}" rdvc pull "${job}"
    sha256sum -c out/sum
    [[ ! -e ${place} && ! -e ${place}.tar ]]
}

@test "in a DVC project: its environment is reused, outputs are configured, the code is of origin" {
    make_project "${folder}/with-dvc"
    mkdir -p .rdvc
    printf '[run]\noutput = ["results"]\n' >.rdvc/config.toml
    git add -A
    git commit --quiet -m 'Configure outputs'
    git init --quiet --bare "${shared}/origin.git"
    git remote add origin "${shared}/origin.git"
    git push --quiet -u origin main
    rdvc run -n experiment
    rdvc wait experiment
    job=$(rdvc run --quiet --cmd --code=origin -- sh -c 'mkdir results; dvc --version >results/version; dvc config cache.dir >results/cache')
    rdvc wait "${job}"
    rdvc logs "${job}" | grep 'reused in'
    run rdvc pull
    [[ ${status} -eq 0 && ${output} == *"pulled the output of exp-"*"2 files"*"pulled experiment ("* ]]
    [[ $(<results/version) == "$(dvc --version)" && $(<results/cache) == "${cluster_home}/.rdvc/cache" ]]
    [[ $(fields_of "${job}" kind) == command && $(fields_of experiment kind) == experiment ]]
}

# bats test_tags=long
@test "stopped by a signal it still stores what it has; by hand it has a folder of its own" {
    job=$(rdvc run --quiet --cmd --output=out -- sh -c 'echo begun >out/part.txt; : >~/begun; sleep 600')
    local token
    token=$(fields_of "${job}" token)
    wait_until 20 test -e "${cluster_home}/begun"
    ssh sandbox "scancel ${job}"
    run rdvc wait "${job}"
    [[ ${status} -eq 7 && ${output} == *"stopped by SIGTERM"* ]]
    wait_until 20 test -e "${cluster_home}/.rdvc/jobs/${token}/0/output/part/out/part.txt"
    wait_until 20 grep -q end "${cluster_home}/.rdvc/jobs/${token}/0/phases"
    rdvc pull "${job}"
    [[ $(<out/part.txt) == begun ]]
    run_command --output=out -n by-hand -- sh -c 'echo hand >out/h.txt'
    ssh sandbox "cd; salloc --quiet srun bash .rdvc/submissions/${job}.sbatch.sh"
    [[ $(<"${record}/../hand-1/output/part/out/h.txt") == hand ]]
}
