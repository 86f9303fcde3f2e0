# What a command's job stores: whole scripts, as `rdvc run --cmd` makes them, without SLURM.

load whole

setup() {
    start_whole_test
    mkdir -p part/out
    printf 'as committed\n' >part/out/kept.txt
    printf '*.bin\n' >.gitignore
    git add -A
    git commit --quiet -m 'No DVC here'
    cd part || return 1
}

teardown() {
    stop_test
}

run_job() {
    run_whole_job --cmd "$@"
}

kept() {
    (cd "${record}/output" && find . -type f -o -type l | LC_ALL=C sort | tr '\n' ' ')
}

@test "new and changed files are stored, and nothing else: not what was copied, a repository's .git, DVC's own" {
    printf 'large\n' >out/copied.bin
    run_job --output=out --output=out/deep --output=./single -C out/copied.bin -- bash -c '
        echo x >out/new; echo x >out/ignored.bin; mkdir -p out/deep/.dvc out/tool; echo x >out/deep/.dvc/config
        git init --quiet out/tool; echo x >out/tool/file; ln -s new out/link; ln -s /etc out/away; ln -s ../../.. out/up
        ln -s ../../part out/all; printf "%s" x >"out/a  \"b\"
c"; echo x >single; echo x >elsewhere; touch -d 2020-01-01 out/new; chmod +x out/new; chmod a-w out/deep'
    [[ $(result state) == done && $(result exit) == 0 && $(result phase) == output ]]
    [[ $(kept) == './part/out/a  "b" ./part/out/all ./part/out/ignored.bin ./part/out/link ./part/out/new ./part/out/tool/file ./part/single c ' ]]
    [[ $(result output) == 7 && -x ${record}/output/part/out/new ]]
    [[ $(stat -c %y "${record}/output/part/out/new") == 2020-01-01* ]]
    [[ $(result message) == "warning: links that lead out of the repository are left out: 2 of them, such as part/out/away" ]]
    [[ -z $(ls -d "${root}"/rdvc-7-* 2>/dev/null) ]]
}

@test "files in read-only folders are stored, and saved during the run, and the workspace is removed" {
    run_job --output=out -- bash -c '
        mkdir -p out/deep/er; for file in out/deep/{a,b} out/deep/er/{c,d}; do echo x >"${file}"; done
        chmod a-w out/deep/er out/deep; mkdir -p closed/in; chmod 000 closed/in closed; exit 3' || true
    [[ $(kept) == './part/out/deep/a ./part/out/deep/b ./part/out/deep/er/c ./part/out/deep/er/d ' && $(result output) == 4 ]]
    [[ -z $(ls -d "${root}"/rdvc-7-* 2>/dev/null) ]]
    log_lacks 'annot remove'
    mkdir -p ../.rdvc
    printf '[job]\nsave_interval = 1\n' >../.rdvc/config.toml
    run_job --output=out -- bash -c '
        mkdir out/deep; echo x >out/deep/a; echo x >out/deep/b; chmod a-w out/deep
        until [[ -e $0/part/out/deep/a && -e $0/part/out/deep/b ]]; do sleep 0.2; done' "${root}/record/partial"
}

@test "a changed file is stored, even with the same size and time, whether tracked or copied" {
    printf 'large\n' >out/copied.bin
    run_job --output=out -C out/copied.bin -- bash -c '
        touch -r out/kept.txt time; echo "is tracked !" >out/kept.txt; touch -r time out/kept.txt; echo LARGE >out/copied.bin'
    [[ $(kept) == './part/out/copied.bin ./part/out/kept.txt ' ]]
}

@test "the exit code is the command's; the environment is not kept" {
    printf '#!/bin/sh\nmkdir -p .venv/bin\ntouch .venv/bin/tool\necho "PATH=$PWD/.venv/bin:\\$PATH" >.venv/bin/activate\n' >../init_env.sh
    chmod +x ../init_env.sh
    printf '/.venv\n' >>../.gitignore
    cd ..
    run run_job --output=.venv --output=never -- sh -c 'echo x >.venv/new; exit 41'
    [[ ${status} -eq 41 ]]
    [[ $(result state) == failed && $(result phase) == command && $(result exit) == 41 ]]
    [[ $(result message) == "the command ended with exit code 41; warning: the command has left no never" ]]
    [[ $(kept) == './.venv/new ' ]]
    status=0
    run_job -- ./not-there || status=$?
    [[ ${status} -eq 127 && $(result message) == "the command could not be run, or ended with exit code 127: ./not-there" ]]
    [[ ! -e ${record}/output && -z $(result output) ]]
    run run_job -- sh -c 'kill -9 $$'
    [[ ${status} -eq 137 && $(result state) == failed ]]
}

# bats test_tags=long
@test "the last output of a failed program goes into the result, only from its own phase and limited" {
    run run_job -- sh -c 'seq 100; printf "50%%\rERROR: no\tway\n  detail\n\n"; seq 100; exit 3'
    [[ $(result said) == $'98\t99\t100\tERROR: no    way\t  detail\t\t1\t2\t' ]]
    run run_job -- sh -c 'printf "fatal: \0%0500d\n" 1 >&2; exit 3'
    [[ $(result said) == $'fatal: 000'*$'0\t' && $(result said | wc -c) -eq 302 ]]
    [[ $(result cause) == stage ]]
    run run_job -- true
    [[ -z $(result said) ]]
}

@test "without outputs there is no folder of outputs, which would wait for a pull for ever" {
    run_job --output=never -- true
    [[ $(result state) == done && $(result output) == 0 && ! -e ${record}/output ]]
}

# bats test_tags=long
@test "a disk that is full while copying keeps the workspace" {
    mkdir "${root}/bin"
    printf '#!/bin/sh\n/bin/cp "$@"\necho "cp: No space left on device" >&2\nexit 1\n' >"${root}/bin/cp"
    chmod +x "${root}/bin/cp"
    printf '[run]\noutput = ["part/out"]\n[env]\nactivate = "PATH=%s:$PATH"\n' "${root}/bin" >"${root}/toml"
    mkdir ../.rdvc
    mv "${root}/toml" ../.rdvc/config.toml
    run run_job -- sh -c 'echo x >out/new'
    [[ ${status} -eq 1 && $(result state) == unpublished && $(result phase) == output ]]
    [[ $(<"$(result kept)/part/out/new") == x ]]
    [[ ! -e ${record}/output && ! -e ${record}/output.new ]]
    run run_job -- sh -c 'echo x >out/new; exit 5'
    [[ ${status} -eq 5 && $(result state) == unpublished && $(result exit) == 5 ]]
}

@test "a restarted job stores what it makes then" {
    run_job --output=out -- sh -c 'echo "$SLURM_RESTART_COUNT" >out/"$SLURM_RESTART_COUNT"' || true
    touch "${record}/pulled"
    SLURM_JOB_ID=7 SLURM_RESTART_COUNT=1 bash "${root}/job.sh" 1
    [[ $(kept) == './part/out/1 ' && ! -e ${record}/pulled && ! -e ${record}/output.new ]]
}
