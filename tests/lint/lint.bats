# What can be seen in the text alone.

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
    # What comes back knows nothing of what goes up, nor the other way round; commands are for main alone.
    [[ ${allowed[send]} != *" bring "* && ${allowed[bring]} != *" send "* ]]
    for room in "${!allowed[@]}"; do
        [[ ${room} == commands || ${allowed[${room}]} != *" commands "* ]]
    done
}

@test "each third-party header is included by the one file that wraps it" {
    [[ $(grep -rlE '#include <CLI/' src) == src/cli/options.cpp ]]
    [[ $(grep -rlE '#include <toml\+\+/' src) == src/config/toml.cpp ]]
    [[ $(grep -rlE '#include <nlohmann/' src | wc -l) -le 10 ]]
}

@test "sources are formatted" {
    git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
}

@test "bash files pass shellcheck" {
    local request
    shellcheck --external-sources --check-sourced dev .ci/run tools/sandbox tools/demo tests/left tests/root/as-root
    shellcheck --shell=bash cluster/node/look.sh
    cat cluster/{job/1-folders,node/bring}.sh | shellcheck --shell=bash --exclude=SC2317 - # not all of it is called
    shellcheck -x -P SCRIPTDIR tests/support/slurm/{run-job,bin/*}
    shellcheck -x --shell=bash tests/support/slurm/*.bash
    for request in submit status logs wait probe folder environments output clean doctor objects cancel retry recover; do
        {
            printf '#!/bin/bash\n'
            printf '%s=\n' nonce rdvc_dir prepare token attempt mirror experiment_ref force everything \
                on_login with_job notes script_size tags_size functions functions_length functions_size limit only file follow \
                offset make_folders action all_projects dry_run older cache deep job_script data_size cache_group laptop list_size poll \
                folder project_dir bring_script patience warning ended
            printf '%s=()\n' mirrors tips pack_sizes haves boundaries tag_objects unset_variables keys here tokens options open
            cat cluster/remote/common.sh
            cat cluster/remote/{queue,end,sbatch,settle}.sh
            case ${request} in environments | clean) cat cluster/remote/store.sh cluster/job/1-folders.sh ;; objects) cat cluster/remote/cache.sh ;;
                submit) cat cluster/remote/cache.sh cluster/job/5-mirror.sh ;; retry) cat cluster/job/5-mirror.sh ;;
                recover) cat cluster/remote/{store,cache}.sh cluster/job/{1-folders,4-command,5-mirror,5-publish}.sh cluster/remote/{repair,kept}.sh ;; esac
            cat "cluster/remote/${request}.sh"
        } | shellcheck --exclude=SC2034,SC2317 -
    done
}

@test "golden scripts pass shellcheck" {
    # Data, functions and main as one text: nothing is used that is not set, nothing set and not used.
    {
        sed '/^source "/,$d' tests/golden/plain.sh
        cat cluster/job/[1-9]*.sh
        sed '1,/^source "/d' tests/golden/plain.sh
    } | shellcheck -
    shellcheck --exclude=SC2034 tests/golden/*.head.sh # what uses the data is in plain.sh
}

@test "nothing on the cluster's side is evaluated as code" {
    ! grep -rnE '(^|[^[:alnum:]_-])eval[[:space:]]' cluster
    ! grep -rnE 'StrictHostKeyChecking' src cluster
    ! grep -rnE '\b(system|popen)\(' src
}
