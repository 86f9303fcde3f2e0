# The README's first command, in a folder of its own: the whole story with the real project.

# bats file_tags=long

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup_file() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-demo-XXXXXX")
    export folder
}

teardown_file() {
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" down --dir "${folder}/demo/sandbox" >/dev/null 2>&1 || true
    remove_folder "${folder}"
}

@test "the demo trains the model of 100 epochs to a test RMSE below 1.4, and lists it" {
    run "${RDVC_SOURCE_FOLDER}/tools/demo" "${folder}"
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 ]]
    grep -E '\[exp-[0-9a-f]{12}\].* 1\.[0-3][0-9]+ .* 100 ' <<<"${output}"
}

@test "its learning curve exists: one row per epoch, in DVC's own layout" {
    cd "${folder}/demo/esol"
    local experiment curve
    experiment=$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/exp-*')
    git show "${experiment}:metrics/train/metrics.json" | grep -q '"step": *99'
    curve=$(git ls-tree -r --name-only "${experiment}" metrics/train/plots/metrics | grep 'rmse' | head -n 1)
    git show "${experiment}:${curve}" | head -n 1 | grep -qP '^step\t'
    [[ $(git show "${experiment}:${curve}" | wc -l) -eq 101 ]]
}

@test "the same project runs without any cluster, and selects a GPU with a warning" {
    cd "${folder}/demo/esol"
    PATH="${RDVC_BUILD_FOLDER}/tests/esol-programs:${PATH}"
    dvc exp run --quiet -S fabric=gpu -S model.config.trainer.max_epochs=2 2>"${folder}/said"
    grep 'warning: .*GPU' "${folder}/said"
    dvc metrics show | grep -q rmse
}
