# `rdvc new`: each project passes its own checks as it was generated.

load support

setup_file() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-e2e-XXXXXX")
    export folder
    make_laptop "${folder}"
    mkdir "${folder}/bin"
    ln -s "${RDVC_SOURCE_FOLDER}"/.dev/tools/bin/{uv,copier} "${folder}/bin"
    export PATH="${folder}/bin:${PATH}"
    # What was downloaded once is enough for the laptop, CI and jobs.
    export UV_CACHE_DIR="${folder}/uv" PIP_CACHE_DIR="${folder}/pip" PRE_COMMIT_HOME="${folder}/pre-commit"
}

teardown_file() {
    remove_folder "${folder}"
}

setup() {
    cd "${folder}"
}

# Runs the steps of the CI file $1 in the current project, each in a shell of its own.
run_ci() {
    local steps step package
    for package in $(python3 "${BATS_TEST_DIRNAME}/ci_steps.py" --packages "$1"); do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "${package}") == installed ]]
    done
    mapfile -d '' steps < <(python3 "${BATS_TEST_DIRNAME}/ci_steps.py" "$1")
    ((${#steps[@]} > 0))
    for step in "${steps[@]}"; do
        printf '$ %s\n' "${step}"
        bash -e -o pipefail -c "${step}"
    done
}

# The commands of the CI file $1, without how each service starts a shell.
commands_of() {
    python3 "${BATS_TEST_DIRNAME}/ci_steps.py" "$1" | tr '\0' '\n' | sed 's/ && /\n/g' | grep -v '^source '
}

# What one service's CI does, the other's does.
both_ci_are_the_same() {
    diff <(commands_of .github/workflows/ci.yml) <(commands_of .gitlab-ci.yml)
    [[ $(commands_of .gitlab-ci.yml | wc -l) -ge 6 ]]
}

# Nothing but results is left to commit: .gitignore names the rest.
only_results_are_new() {
    local left
    left=$(git status --porcelain | grep -v 'dvc.lock$\|metrics/$') || true
    printf 'left: %s\n' "${left}"
    [[ -z ${left} ]]
}

@test "Copier renders rdvc's own templates to the same files as rdvc does" {
    local kind formatter
    for kind in python cpp; do
        rdvc new "${kind}-template" --as-template --template "${kind}"
        for formatter in black ruff; do
            [[ ${kind} == python || ${formatter} == black ]] || continue
            mkdir -p ours theirs
            (cd ours && rdvc new "my-${kind}-${formatter}" --template "${kind}" --no-lock \
                $([[ ${kind} == cpp ]] || echo --formatter "${formatter}"))
            copier copy --quiet --defaults --data "name=my-${kind}-${formatter}" --data author=Tester \
                --data "formatter=${formatter}" "${kind}-template" "theirs/my-${kind}-${formatter}"
        done
    done
    diff --recursive --exclude=.git --exclude=.rdvc ours theirs
}

@test "a template with Copier's settings is rendered by Copier, and never trusted" {
    mkdir team
    printf 'project_name:\n  type: str\nlab:\n  type: str\n' >team/copier.yml
    printf '{%% for i in [1, 2] %%}{{ project_name }} of {{ lab }}\n{%% endfor %%}' >team/a.txt.jinja
    run rdvc new first --from team
    [[ ${status} -eq 1 && ${output} == *'Question "lab" is required'*"--data QUESTION=VALUE"* ]]
    [[ ! -e first ]]
    rdvc new first --from team --data lab=C3
    [[ $(cat first/a.txt) == $'first of C3\nfirst of C3' ]]
    [[ $(git -C first status --porcelain) == '' && -e first/.dvc/config && -e first/.rdvc/config.toml ]]
    (git init --quiet plain && cd plain && dvc init --quiet)
    cmp plain/.dvc/.gitignore first/.dvc/.gitignore
    cmp plain/.dvc/config first/.dvc/config
    printf '_tasks:\n  - touch %s/ran\n' "${folder}" >>team/copier.yml
    run rdvc new second --from team --data lab=C3
    [[ ${status} -eq 1 && ${output} == *"hint: the template runs programs of its own"* ]]
    [[ ! -e second && ! -e ran ]]
}

# bats test_tags=long
@test "the project in C++ passes the whole of its CI, and its hooks" {
    rdvc new my-whole-fit --template cpp
    cd my-whole-fit
    both_ci_are_the_same
    run_ci .github/workflows/ci.yml
    only_results_are_new
    dvc metrics show | grep test_rmse
    source .venv/bin/activate
    pre-commit run --files src/model.cpp tests/model_test.cpp # CI has checked all
}

# bats test_tags=long
@test "the project in Python passes the whole of its CI, and its hooks" {
    rdvc new my-model
    cd my-model
    git ls-files --error-unmatch uv.lock
    both_ci_are_the_same
    run_ci .github/workflows/ci.yml
    only_results_are_new
    grep -q '"rmse"' metrics/metrics.json
    source .venv/bin/activate
    pre-commit run --all-files
}

# bats test_tags=long
@test "the same with Ruff as the formatter" {
    rdvc new my-ruff-model --formatter ruff
    cd my-ruff-model
    ! grep -ri black . --include=*.toml --include=*.y*ml
    both_ci_are_the_same
    run_ci .gitlab-ci.yml
    source .venv/bin/activate
    pre-commit run --all-files
}
