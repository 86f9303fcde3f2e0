# Hooks, and functions of a project's own: whole scripts, as `rdvc run` makes them, without SLURM.

load whole

setup() {
    start_whole_test
    printf 'echo "the command has ${FLAVOUR-no flavour}"\necho made >made.txt\n' >work.sh
    git add -A
    git commit --quiet -m 'A project'
    mkdir -p .rdvc/hooks
}

teardown() {
    stop_test
}

hook() { # NAME: its code is on standard input
    cat >".rdvc/hooks/$1"
}

work() {
    run_whole_job --cmd -n one --output made.txt "$@" -- sh work.sh
}

@test "hooks run at their points, in order, in the project's folder, with what a job has to say" {
    local point
    for point in after-workspace {before,after}-{environment,experiment,publish}; do
        [[ ${point} == before-workspace ]] ||
            hook "${point}" <<<'echo "at ${RDVC_HOOK} of ${RDVC_JOB_EXP_NAME} in ${PWD##*/}"'
    done
    printf '[hooks]\nafter-publish = """\necho first\necho second"""\n' >.rdvc/config.toml
    work
    [[ $(result state) == done && $(result phase) == after-publish && $(cat "${record}/output/made.txt") == made ]]
    grep -E '^at |^the command|^=== rdvc (command|output)|^first|^second' "${root}/log" | sed 's/^\(=== [^:]*\): .*/\1/' >"${root}/order"
    diff - "${root}/order" <<'ORDER'
at after-workspace of one in project
at before-environment of one in project
at after-environment of one in project
at before-experiment of one in project
=== rdvc command
the command has no flavour
at after-experiment of one in project
at before-publish of one in project
=== rdvc output
first
second
at after-publish of one in project
ORDER
    [[ $(awk '{ print $2 }' "${record}/phases" | tr '\n' ' ') == "bashrc workspace after-workspace before-environment environment after-environment before-experiment command after-experiment before-publish output after-publish after-publish end " ]]
}

@test "a failed command and an environment of its own have only the hooks of the steps that they reach" {
    local point
    for point in after-workspace {before,after}-{environment,experiment,publish}; do
        [[ ${point} == before-workspace ]] || hook "${point}" <<<true
    done
    printf 'exit 3\n' >work.sh
    run work
    [[ ${status} -eq 3 && $(result state) == failed && $(result phase) == command ]]
    [[ $(awk '{ print $2 }' "${record}/phases" | tr '\n' ' ') == "bashrc workspace after-workspace before-environment environment after-environment before-experiment command output end " ]]
    printf '#!/bin/sh\nmkdir .venv\n' >init_env.sh
    chmod +x init_env.sh
    printf '[env]\nactivate = "true"\n' >.rdvc/config.toml
    rdvc env build --dry-run >"${root}/job.sh" 2>/dev/null
    local log
    deliver
    SLURM_JOB_ID=7 bash "${root}/job.sh" 1 >"${log}" 2>&1 3>&-
    [[ $(result state) == built ]]
    [[ $(awk '{ print $2 }' "${record}/phases" | tr '\n' ' ') == "bashrc workspace after-workspace before-environment environment end " ]]
}

@test "a project in a subfolder has its own hooks, and they run there" {
    mkdir -p sub/.dvc sub/.rdvc/hooks
    printf 'echo "in ${PWD#"${RDVC_OWN_REPO_DIR}/"}"\n' >sub/.rdvc/hooks/before-experiment
    printf 'rdvc_say "functions in ${PWD#"${RDVC_OWN_REPO_DIR}/"}"\n' >sub/.rdvc/job.sh
    hook before-experiment <<<'echo "of the whole"'
    touch sub/.dvc/config
    cp work.sh sub/
    cd sub
    work
    log_has 'functions in sub'
    log_has 'in sub'
    log_lacks 'of the whole'
}

@test "only exported variables come back from a hook, whatever it does to its shell" {
    hook before-environment <<'HOOK'
export FLAVOUR=$'two\nlines, é' GONE_AGAIN=1 RDVC_JOB_OUTPUTS=/ RDVC_DIR=/ IFS=x name=theirs
unset INHERITED
not_exported=1
cd /
umask 000
set -euo pipefail
trap 'echo own trap' EXIT
PATH="${PATH}:/opt/none"
HOOK
    hook after-environment <<'HOOK'
[[ ${FLAVOUR} == $'two\nlines, é' && -z ${INHERITED-} && -z ${not_exported-} && ${name} == theirs ]] || exit 1
[[ ${PATH} == *:/opt/none && ${PWD} == "${RDVC_OWN_REPO_DIR}" && $(umask) != 0000 ]] || exit 2
unset GONE_AGAIN
exit 0
HOOK
    printf '[ -z "${GONE_AGAIN+x}" ] && echo "got ${FLAVOUR}" && echo made >made.txt\n' >work.sh
    INHERITED=1 work
    [[ $(result state) == done ]]
    log_has $'got two\nlines, é'
    log_has 'own trap'
}

@test "a hook that fails ends the job in a phase of its name, with its last words" {
    hook before-environment <<<$'#!/bin/bash -e\necho "no such flavour" >&2\nfalse\necho "not reached"'
    run work
    [[ ${status} -eq 1 && $(result state) == failed && $(result phase) == before-environment && $(result cause) == hook ]]
    [[ $(result message) == 'the hook before-environment failed with exit code 1: set -e; source .rdvc/hooks/before-environment' ]]
    [[ $(result said) == $'no such flavour\t' ]]
    log_lacks 'not reached'
    hook before-environment <<<$'set -e\ncd /not/there\necho "not reached"'
    run work
    [[ ${status} -eq 1 && $(result phase) == before-environment ]]
    log_lacks 'not reached'
    hook before-environment <<<'exit 41'
    run work
    [[ ${status} -eq 1 && $(result message) == *'exit code 41: '* ]]
    hook before-environment <<<'if then'
    run work
    [[ ${status} -eq 1 && $(result phase) == before-environment ]]
    [[ -z $(ls -d "${root}"/rdvc-7-* 2>/dev/null) ]]
}

@test "a hook that fails once there is a result keeps it; after publishing it only warns" {
    hook after-experiment <<<'exit 3'
    run work
    [[ ${status} -eq 1 && $(result state) == unpublished && $(result phase) == after-experiment ]]
    [[ $(cat "$(result kept)/made.txt") == made ]]
    rm .rdvc/hooks/after-experiment
    hook after-publish <<<'exit 3'
    work
    [[ $(result state) == done && $(result exit) == 0 && $(cat "${record}/output/made.txt") == made ]]
    [[ $(result message) == 'warning: the hook after-publish failed with exit code 3: source .rdvc/hooks/after-publish; the result is published' ]]
}

@test "a hook in another language runs by its interpreter, whatever its mode" {
    hook before-experiment <<<$'#!/usr/bin/env python3\nimport os, sys\nprint("python in", os.path.basename(os.getcwd()), sys.argv[1:])'
    hook after-experiment <<<$'#!/bin/sh\nexport SHELL_HOOK=1'
    chmod 644 .rdvc/hooks/*
    work
    log_has 'python in project []'
    grep -F "/usr/bin/env python3 .rdvc/hooks/before-experiment" "${root}/job.sh"
    grep -xF "    after-experiment 'source .rdvc/hooks/after-experiment'" "${root}/job.sh"
}

@test "what a hook leaves running ends with its step, also if it has left the hook's group" {
    hook before-experiment <<HOOK
sleep 1000 & echo \$! >"${root}/in-group"
setsid sleep 1000 & echo \$! >"${root}/out-of-group"
(trap '' TERM; while :; do sleep 1; done) & echo \$! >"${root}/stubborn"
HOOK
    hook before-publish <<HOOK
for file in in-group out-of-group stubborn; do
    [[ \$(ps -o stat= -p "\$(cat "${root}/\${file}")") != [!Z]* ]] || { echo "\${file} still runs"; exit 1; }
done
HOOK
    printf 'kill -0 "$(cat "%s/in-group")" && kill -0 "$(cat "%s/out-of-group")" && echo "beside the command" >made.txt\n' "${root}" "${root}" >work.sh
    work
    [[ $(result state) == done && $(cat "${record}/output/made.txt") == 'beside the command' ]]
}

@test "a job that is told to stop during a hook ends it" {
    hook before-experiment <<<'echo waiting >&2; sleep 1000; echo "not reached"'
    rdvc run --dry-run --cmd -n one -- true >"${root}/job.sh" 2>"${root}/said"
    local log code=0
    deliver
    mkdir "${root}/bin"
    printf '#!/bin/sh\nexit 1\n' >"${root}/bin/scontrol"
    chmod +x "${root}/bin/scontrol"
    SLURM_JOB_ID=7 PATH="${root}/bin:${PATH}" setsid bash "${root}/job.sh" 1 >"${log}" 2>&1 3>&- &
    local job=$!
    wait_until 20 grep -qx waiting "${log}"
    kill -TERM "${job}"
    wait "${job}" || code=$?
    [[ ${code} -eq 143 && $(result state) == failed && $(result phase) == before-experiment ]]
    [[ $(result message) == 'the hook before-experiment was stopped by SIGTERM'* ]]
    log_lacks 'not reached'
}

@test "names that are no hooks are refused before anything is sent" {
    refuses() { # WHAT
        run rdvc run --dry-run --cmd -- true
        [[ ${status} -eq 4 && ${output} == *"$1"* ]] || { echo "${output}"; return 1; }
        rm -r .rdvc/hooks
        mkdir .rdvc/hooks
    }
    hook before-experiement <<<true
    refuses 'error: .rdvc/hooks/before-experiement: unknown hook, did you mean `before-experiment`?'
    hook after-publish.sh <<<true
    refuses '.rdvc/hooks/after-publish.sh: unknown hook, did you mean `after-publish`?'
    hook before-workspace <<<true
    refuses 'the project'"'"'s files are in no workspace yet'
    mkdir .rdvc/hooks/after-publish
    hook after-publish/x <<<true
    refuses '.rdvc/hooks/after-publish: a hook must be a file'
    printf '[hooks]\nafter-publsh = "true"\n' >.rdvc/config.toml
    refuses 'config.toml:2: unknown key `after-publsh`, did you mean `after-publish`?'
}

@test "only the submitted code counts: ignored files and changes that stay here are named" {
    printf '/.rdvc/hooks/before-publish\n' >.gitignore
    hook before-publish <<<true
    hook after-publish <<<'echo "with a hook"'
    work
    log_has 'with a hook'
    grep -xF 'warning: `.rdvc/hooks/before-publish` is not in the submitted code, so the job does not use it' "${root}/said"
    work --only-committed
    log_lacks 'with a hook'
    grep -F '`.rdvc/hooks/after-publish` is not in the submitted code' "${root}/said"
    git add -A
    git commit --quiet -m 'A hook'
    rm .rdvc/hooks/after-publish
    work --only-committed
    log_has 'with a hook'
    work
    log_lacks 'with a hook'
}

@test "a function of .rdvc/job.sh replaces one of the job's, and the log says which" {
    cat >.rdvc/job.sh <<'LIBRARY'
shopt -s nullglob
IFS=x
helper() { printf 'with %s: ' "$1"; }
run_program() {
    helper wrapper
    exec env FLAVOUR=vanilla "$@"
}
cd /
LIBRARY
    work
    log_has '=== rdvc job.sh: source .rdvc/job.sh ('
    grep -x 'rdvc: .rdvc/job.sh replaces run_program' "${root}/log"
    log_has 'with wrapper: the command has vanilla'
    grep -x 'RDVC_JOB_LIBRARY=.rdvc/job.sh' "${root}/job.sh"
    grep -x '.rdvc/job.sh is sourced after the job.s functions' "${root}/said"
    printf 'source .rdvc/more.sh\n' >.rdvc/job.sh
    printf 'add_message() { :; }\nhelper() { :; }\ncheck_dvc() { :; }\n' >.rdvc/more.sh
    work
    grep -x 'rdvc: .rdvc/job.sh replaces add_message check_dvc' "${root}/log"
}

@test "a .rdvc/job.sh that fails or exits fails the job, and says so" {
    printf 'false\n' >.rdvc/job.sh
    run work
    [[ ${status} -eq 1 && $(result phase) == job.sh && $(result message) == '.rdvc/job.sh failed with exit code 1' ]]
    printf 'exit 0\n' >.rdvc/job.sh
    run work
    [[ ${status} -eq 1 && $(result state) == failed && $(result message) == 'the shell was ended in phase job.sh' ]]
    printf 'if then\n' >.rdvc/job.sh
    run work
    [[ ${status} -ne 0 && $(result phase) == job.sh ]]
}

@test "nothing of a project's hooks runs where the job is made" {
    local point
    printf '[hooks]\n' >.rdvc/config.toml
    for point in after-workspace {before,after}-{environment,experiment,publish}; do
        [[ ${point} == before-workspace ]] || {
            printf '#!/usr/bin/touch %s/ran\n' "${root}" | hook "${point}"
            printf '%s = "touch %s/ran"\n' "${point}" "${root}" >>.rdvc/config.toml
        }
    done
    printf 'touch %s/ran\n' "${root}" >.rdvc/job.sh
    chmod +x .rdvc/hooks/* .rdvc/job.sh
    rdvc run --dry-run --cmd -- true >"${root}/job.sh"
    rdvc doctor >/dev/null || true
    [[ ! -e ${root}/ran ]]
}
