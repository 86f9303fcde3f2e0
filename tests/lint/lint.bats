# What can be seen in the text alone.

setup() {
    cd "${RDVC_SOURCE_FOLDER}"
}

# src/CMakeLists.txt says which stages a stage may include; a header of another stage is an error.
@test "includes follow the arrows that CMake declares" {
    local stage depends file header bad=0
    declare -A allowed
    while read -r stage depends; do
        allowed[${stage}]=" ${stage} ${depends} "
    done < <(tr '\n' ' ' <src/CMakeLists.txt | grep -o 'rdvc_stage([a-z]* [^)]*)' |
        sed -E 's/rdvc_stage\(//; s/ SOURCES.*//; s/ +/ /g; s/ DEPENDS / /')
    [[ ${#allowed[@]} -eq $(find src -mindepth 1 -maxdepth 1 -type d | wc -l) ]]
    while IFS=: read -r file header; do
        stage=${file#src/}
        stage=${stage%%/*}
        header=${header#*\"}
        header=${header%%/*}
        if [[ ${stage} != main.cpp && -d src/${header} && ${allowed[${stage}]} != *" ${header} "* ]]; then
            printf '%s includes %s, which CMake does not allow\n' "${file}" "${header}"
            bad=1
        fi
    done < <(grep -rE '^#include "[a-z]+/' src)
    ((bad == 0))
}

@test "each third-party header is included by the one file that wraps it" {
    [[ $(grep -rlE '#include <CLI/' src) == src/cli/options.cpp ]]
    [[ $(grep -rlE '#include <toml\+\+/' src) == src/config/toml.cpp ]]
    [[ $(grep -rlE '#include <nlohmann/' src | wc -l) -le 9 ]]
}

@test "sources are formatted" {
    git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
}

@test "bash files pass shellcheck" {
    local request
    shellcheck --external-sources --check-sourced dev .ci/run tools/sandbox tools/demo
    shellcheck --shell=bash cluster/node/*.sh
    shellcheck -x -P SCRIPTDIR tests/support/slurm/{run-job,bin/*}
    shellcheck -x --shell=bash tests/support/slurm/*.bash
    for request in submit status logs wait probe environments output clean doctor objects cancel retry recover; do
        {
            printf '#!/bin/bash\n'
            printf '%s=\n' nonce rdvc_dir prepare token attempt mirror experiment_ref force everything \
                on_login with_job notes script_size tags_size functions functions_length functions_size limit only file follow \
                offset make_folders action all_projects dry_run older cache deep job_script data_size cache_group laptop list_size poll \
                folder project_dir bring_script patience
            printf '%s=()\n' mirrors tips pack_sizes haves boundaries tag_objects unset_variables keys here tokens options open
            cat cluster/remote/common.sh
            cat cluster/remote/{queue,end,sbatch,settle}.sh
            case ${request} in environments | clean) cat cluster/remote/store.sh ;; objects) cat cluster/remote/cache.sh ;;
                submit) cat cluster/remote/cache.sh cluster/job/5-mirror.sh ;;
                recover) cat cluster/remote/{store,cache}.sh cluster/job/{4-command,5-mirror,5-publish}.sh cluster/remote/{repair,kept}.sh ;; esac
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
