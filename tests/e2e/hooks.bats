# Hooks and functions of a project's own, in real jobs.

load support

setup_file() {
    start_world 1
    export project="${folder}/project"
    make_project "${project}"
    git tag good
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git reset --quiet --hard good
    git clean --quiet --force -d -x
    mkdir -p .rdvc/hooks
}

teardown() {
    note_failure
}

@test "hooks run around the steps of a job, and what they export reaches the stages" {
    printf '#!/bin/bash -e\n[[ -x .venv/bin/dvc ]]\nexport FLAVOUR="salt and pepper"\ncd /\nexit 0\n' \
        >.rdvc/hooks/after-environment
    printf '#!/usr/bin/env python3\nimport os\nprint("python says", os.environ["RDVC_HOOK"], os.environ["RDVC_HOOK_COMMIT"])\n' \
        >.rdvc/hooks/after-publish
    printf '[hooks]\nbefore-environment = "export SETUP_SEES=this"\n' >.rdvc/config.toml
    printf 'run_program() {\n    [[ " $* " != *" exp run "* ]] || rdvc_say "the project itself starts $1"\n    exec "$@"\n}\n' >.rdvc/job.sh
    sed -i '2i echo "setup sees $SETUP_SEES"' init_env.sh
    printf 'echo "the stage tastes $FLAVOUR"\n' >>train.sh
    run rdvc run -n tasty
    [[ ${status} -eq 0 && ${output} == *"hook: before-environment: export SETUP_SEES=this  ("*"config.toml:2)"* ]]
    [[ ${output} == *"hook: after-environment: set -e; source .rdvc/hooks/after-environment  ("* ]]
    rdvc wait tasty || { rdvc logs tasty; false; }
    rdvc logs tasty >"${folder}/log"
    grep -F '=== rdvc after-environment: set -e; source .rdvc/hooks/after-environment (' "${folder}/log"
    grep -x 'rdvc: .rdvc/job.sh replaces run_program' "${folder}/log"
    grep -x 'setup sees this' "${folder}/log"
    grep -x 'rdvc: the project itself starts dvc' "${folder}/log"
    grep -x 'the stage tastes salt and pepper' "${folder}/log"
    rdvc pull tasty
    [[ $(git rev-parse "$(git for-each-ref --format='%(refname)' refs/exps | grep '/tasty$')") == $(sed -n 's/^python says after-publish //p' "${folder}/log") ]]
    run rdvc status tasty
    [[ ${output} == *after-environment* ]]
}

@test "a hook that fails after the experiment keeps the result; rdvc recover publishes it" {
    printf 'false\n' >.rdvc/hooks/before-publish
    rdvc run --quiet -n held
    run rdvc wait held
    [[ ${status} -eq 7 && ${output} == *'the hook before-publish failed with exit code 1'* ]]
    [[ $(fields_of held state) == unpublished && $(fields_of held phase) == before-publish ]]
    rdvc recover held
    [[ $(fields_of held state) == published ]]
    rdvc pull held
}
