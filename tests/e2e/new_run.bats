# `rdvc new`, and then at once `rdvc run`: the experiment is there, and the next one reuses its environment.
# bats file_tags=long

load support

setup_file() {
    start_world 1
}

teardown_file() {
    wait_until 20 queue_is_empty || true # the last job may still remove a large workspace
    stop_world
}

teardown() {
    note_failure
}

# Runs the new project in the current folder twice, the second time with the option $1.
run_twice() {
    local name started wanted=${1#*.}
    for name in first second; do
        started=${SECONDS}
        rdvc run -n "${name}" $([[ ${name} == first ]] || printf '%s\n' -S "$1" -S dataset=small)
        rdvc wait "${name}"
        printf '# %s run: %s s\n' "${name}" "$((SECONDS - started))" >&3
    done
    rdvc logs second | grep 'rdvc: environment .* reused in'
    rdvc pull
    [[ $(git show "$(git for-each-ref --format='%(objectname)' 'refs/exps/*/*/second'):params.yaml") == *"${wanted/=/: }"* ]]
    dvc exp show --csv --no-pager | cut -d, -f 1-12 | grep -c -E '(first|second),' | grep -x 2
}

@test "a new project in Python" {
    cd "${folder}"
    ln -s "${RDVC_SOURCE_FOLDER}/.dev/tools/bin/uv" "${HOME}/uv"
    PATH="${HOME}:${PATH}" rdvc new my-model
    cd my-model
    git ls-files --error-unmatch uv.lock
    run_twice model.hidden_units=8
}

@test "a new project in C++" {
    cd "${folder}"
    rdvc new my-fit --template cpp
    cd my-fit
    run_twice model.degree=5
}
