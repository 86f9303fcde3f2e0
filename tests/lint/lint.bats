# Checks of the source text alone.

setup() {
    cd "${RDVC_SOURCE_FOLDER}"
}

# src/CMakeLists.txt says which rooms a room may include; a header of another room is an error.
@test "includes follow the arrows that CMake declares" {
    local room depends file header bad=0
    declare -A allowed
    while read -r room depends; do
        allowed[${room}]=" ${room} ${depends} "
    done < <(tools/rooms --arrows)
    [[ ${#allowed[@]} -eq $(find src -mindepth 1 -maxdepth 1 -type d | wc -l) ]]
    while IFS=: read -r file header; do
        room=${file#src/}
        room=${room%%/*}
        header=${header#*\"}
        header=${header%%/*}
        if [[ ${room} != main.cpp && -d src/${header} && ${allowed[${room}]} != *" ${header} "* ]]; then
            printf '%s includes %s, which CMake does not allow\n' "${file}" "${header}"
            bad=1
        fi
    done < <(grep -rE '^#include "[a-z]+/' src)
    ((bad == 0))
    # `send` and `bring` do not know each other, and only main includes commands.
    [[ ${allowed[send]} != *" bring "* && ${allowed[bring]} != *" send "* ]]
    for room in "${!allowed[@]}"; do
        [[ ${room} == commands || ${allowed[${room}]} != *" commands "* ]]
    done
}

@test "each third-party header is included by the one file that wraps it" {
    [[ $(grep -rlE '#include <CLI/' src) == src/cli/options.cpp ]]
    [[ $(grep -rlE '#include <toml\+\+/' src) == src/config/toml.cpp ]]
    [[ $(grep -rlE '#include <nlohmann/' src | wc -l) -le 20 ]]
}

@test "sources are formatted" {
    git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
}

@test "bash files pass shellcheck" {
    shellcheck --external-sources --check-sourced dev .ci/run sandbox/sandbox tools/demo tests/left tests/root/as-root tests/install/* packaging/*.sh examples/*/*.sh
    shellcheck --shell=bash cluster/node/look.sh completions/rdvc.bash
    cat cluster/{both/names,both/folders,node/bring}.sh | shellcheck --shell=bash --exclude=SC2317,SC2034 - # not all of it is called
    { # what the request `session` assigns, and the job's functions
        printf '%s=\n' session folder record task place job node terminal hold limit quiet prepare
        printf 'words=()\n'
        cat cluster/{both/names,both/slurm,node/session}.sh
    } | shellcheck --shell=bash --exclude=SC2317,SC2034,SC2154 -
    shellcheck -x -P SCRIPTDIR tests/support/slurm/{run-job,bin/*}
    shellcheck -x --shell=bash tests/support/slurm/*.bash
}

# What the laptop says to a request: the variables of its description.
said_to_requests() {
    printf '#!/bin/bash\n'
    printf '%s=\n' nonce rdvc_dir text_hash sent_text prepare token attempt mirror experiment_ref force everything \
        on_login with_job notes script_size tasks tasks_size named_by_values environment environment_size tags_size functions functions_length functions_size limit only task file follow \
        offset action project older cache deep job_script data_size cache_group laptop transfer batch list_size poll \
        any tail folder project_dir bring_script patience warning ended kind repository mirror_name table extra \
        hold terminal quiet session_script signal group
    printf '%s=()\n' mirrors tips pack_sizes haves boundaries tag_objects unset_variables removals tokens options open known plots_of partitions words parts
}

check_requests() { shellcheck --exclude=SC2034,SC2317,SC2119,SC2120 -; }

# All of them as one text, which takes a tenth of the time.
@test "requests pass shellcheck" {
    {
        printf '#!/bin/bash\n%s=\n' nonce rdvc_dir text_hash
        cat cluster/login/lib/load.sh
    } | shellcheck -
    source tests/support/surroundings.bash
    {
        said_to_requests
        request_text recover | head -n -1
        cat cluster/login/*.sh
    } | check_requests
}

# A request is one text; its variables are those that its description has.
# bats test_tags=long
@test "each request passes shellcheck by itself" {
    local file
    source tests/support/surroundings.bash
    for file in cluster/login/*.sh; do
        { said_to_requests && request_text "$(basename "${file}" .sh)"; } | check_requests
    done
}

# The files that a request, or a job, is made of, with what ends it; and that such a call is found.
@test "what ends a request or a job is not called in a subshell" {
    local file both=(cluster/both/*.sh) bad=0
    for file in cluster/login/*.sh; do
        tests/lint/subshells.py finish,refuse,exit "${both[@]}" cluster/login/lib/*.sh "${file}" || bad=1
    done
    tests/lint/subshells.py finish,refuse,exit cluster/job/{3-run/command,4-publish/publish}.sh cluster/login/recover.sh || bad=1
    tests/lint/subshells.py rdvc_fail,exit "${both[@]}" cluster/job/*/*.sh cluster/job/main.sh || bad=1
    tests/lint/subshells.py exit cluster/both/{names,folders}.sh cluster/node/*.sh || bad=1
    ((bad == 0))
    printf '%s\n' 'finish() { exit 0; }' 'require() {' '    [[ -d $1 ]] || finish absent' '}' 'find() {' '    require "$1"' '}' \
        'find "$1"' 'words=$(find "$1")' '(finish end)' 'find "$1" | sort' 'mapfile -t lines < <(finish end)' \
        'while read -r line; do' '    find "${line}"' 'done <"$1" | sort' 'find "$1" &' \
        'if [[ -n "${a:-$(find a)}" ]]; then' '    case $1 in' '    a | b) list+=("$(find "$1")") ;;' '    esac' 'fi' \
        "printf '%s' '\$(find)' # \$(find)" '(exit 1) # ends this subshell alone' >"${BATS_TEST_TMPDIR}/wrong.sh"
    run tests/lint/subshells.py exit "${BATS_TEST_TMPDIR}/wrong.sh"
    [[ $(cut -d : -f 2 <<<"${output}" | sort -n | paste -sd ' ') == '9 10 11 12 14 16 17 19' ]]
}

# What runs together has one function of each name, so that the order of files never decides.
@test "no function is defined twice in what runs together" {
    local file text
    source tests/support/surroundings.bash
    for file in cluster/login/*.sh; do
        text=$(request_text "$(basename "${file}" .sh)")
        [[ -z $(grep -oE '^[a-z_]+\(\)' <<<"${text}" | sort | uniq -d) ]]
    done
    [[ -z $(job_functions | grep -oE '^[a-z_]+\(\)' | sort | uniq -d) ]]
}

@test "what only Linux or only macOS has is in one file" {
    local only='__linux__|__APPLE__|st_[mac]tim(espec)?\b|\b(epoll|signalfd|eventfd|timerfd|inotify|pidfd|memfd)_[a-z]+'
    only+='|\b(pipe2|accept4|dup3|renameat2|copy_file_range|sendfile|splice|prctl|ppoll|fdatasync|syncfs|execvpe|getrandom'
    only+='|posix_fallocate|fallocate|sched_getaffinity|SOCK_CLOEXEC|SOCK_NONBLOCK|MSG_NOSIGNAL|O_TMPFILE|O_PATH)\b'
    only+='|"/(proc|sys)/|<linux/|<sys/(epoll|signalfd|prctl|sendfile|syscall|random)\.h>'
    ! grep -rnE "${only}" src | grep -v '^src/base/platform\.cpp:'
    grep -qE "${only}" src/base/platform.cpp
}

@test "SLURM's programs are called in one file" {
    # `rdvc doctor` looks at the programs themselves.
    ! grep -rnE '(^|[;&|({]|\$\()[[:space:]]*(exec )?(timeout [0-9"$]+ )?(squeue|scontrol|sacct|sbatch|scancel|sinfo)[[:space:]]' cluster |
        grep -vE '^cluster/(both/slurm|login/doctor)\.sh:|--version|#.*(sbatch|squeue)' || return 1
    ! grep -rnE '(refs/exps/\$|BOOT_FAIL|unset.* GIT_DIR)' cluster | grep -v '^cluster/both/'
}

# RDVC_JOB_* are a job's inputs: what the laptop writes into its script, and RDVC_JOB_KEEP, which a person who runs it by hand may set.
# What the job keeps for itself is RDVC_OWN_*.
@test "each RDVC_JOB_ name is an input that the laptop writes" {
    diff <(printf 'RDVC_JOB_KEEP\nRDVC_JOB_TASK\n') \
        <(comm -23 <(grep -rhoE 'RDVC_JOB_[A-Z_]+' cluster tests/golden | sort -u) \
            <(grep -oE 'RDVC_JOB_[A-Z_]+' src/script/render.cpp | sort -u))
    ! grep -rn 'RDVC_OWN_' src
}

@test "golden scripts pass shellcheck" {
    source tests/support/surroundings.bash
    # Data, functions and main as one text: nothing is used that is not set, nothing set and not used.
    {
        sed '/^source "/,$d' tests/golden/plain.sh
        job_functions
        sed '1,/^source "/d' tests/golden/plain.sh
    } | shellcheck --exclude=SC2030,SC2031,SC2317 - # what requests call is not called there
    shellcheck --exclude=SC2034 tests/golden/*.head.sh # what uses the data is in plain.sh
}

@test "nothing on the cluster's side is evaluated as code" {
    ! grep -rnE '(^|[^[:alnum:]_-])eval[[:space:]]' cluster
    ! grep -rnE 'StrictHostKeyChecking' src cluster
    ! grep -rnE '\b(system|popen)\(' src
}

@test "man pages are as troff expects them" {
    local page warnings
    for page in "${RDVC_BUILD_FOLDER}"/man/*.1; do
        warnings=$(groff -ww -man -Tutf8 -z "${page}" 2>&1) && [[ -z ${warnings} ]] || {
            printf '%s: %s\n' "${page}" "${warnings}"
            return 1
        }
    done
}
