#!/usr/bin/env bats
# Completion in the shells themselves: each gets the script that rdvc prints for it.

bats_require_minimum_version 1.5.0

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    PATH=${RDVC_BUILD_FOLDER}:${PATH}
    export HOME=${BATS_TEST_TMPDIR}/home XDG_CONFIG_HOME='' XDG_STATE_HOME=''
    cd "$(mktemp -d "${BATS_TEST_TMPDIR}/project-XXXX")"
    mkdir -p .dvc "${HOME}/.config/rdvc" .rdvc
    printf '[clusters.hpc]\nhost = "hpc"\n' >"${HOME}/.config/rdvc/config.toml"
    printf '[instances.big]\nmem = 1\n' >.rdvc/config.toml
    printf 'lr: 0.1\nmodel:\n  depth: 3\n' >params.yaml
}

# What bash would offer for a line. readline takes words apart at blanks, `=` and `:`.
in_bash() { # LINE
    local parts
    compopt() { :; }
    # shellcheck source=/dev/null
    source <(rdvc completion bash)
    read -ra parts < <(sed 's/\([=:]\)/ \1 /g' <<<"$1")
    [[ $1 != *' ' ]] || parts+=('')
    COMP_WORDS=("${parts[@]}") COMP_CWORD=$((${#parts[@]} - 1))
    _rdvc
    printf '%s' "${COMPREPLY[*]}"
}

@test "bash completes commands, options, values and parameters" {
    [[ $(in_bash 'rdvc stat') == status ]]
    [[ $(in_bash 'rdvc run --tim') == '--time= --time-min=' ]]
    [[ $(in_bash 'rdvc run --code=') == 'ssh origin' ]]
    [[ $(in_bash 'rdvc run --cluster ') == hpc ]]
    [[ $(in_bash 'rdvc run --instance=b') == big ]]
    [[ $(in_bash 'rdvc run -S model.') == 'model.depth=' ]]
    [[ $(in_bash 'rdvc config get run.co') == run.code ]]
    [[ -z $(in_bash 'rdvc run --params=par') ]] # left to bash, which knows files
}

@test "fish completes commands, options, values, parameters and files" {
    in_fish() { fish --no-config -c 'rdvc completion fish | source; complete -C $argv[1]' "$1" | cut -f 1; }
    [[ $(in_fish 'rdvc stat') == status ]]
    [[ $(in_fish 'rdvc run --code=') == $'--code=ssh\n--code=origin' ]]
    [[ $(in_fish 'rdvc run -S model.') == 'model.depth=' ]]
    [[ $(in_fish 'rdvc run --params=par') == '--params=params.yaml' ]]
    [[ $(in_fish 'rdvc run ./par') == './params.yaml' ]]
}

# Types a line into the terminal's shell and Tab, and waits for what it becomes.
becomes() { # LINE RESULT
    screen send-keys "$1" Tab
    shows "$2"
    screen send-keys C-c
    screen send-keys clear Enter
}

teardown() {
    end_screen
}

@test "zsh completes commands, options, values, parameters and files" {
    screen new-session -d -x 150 -y 30 "PS1='ready> ' zsh -f -i"
    shows 'ready>'
    screen send-keys 'autoload -Uz compinit; compinit -u -D; source <(rdvc completion zsh); clear; print loaded' Enter
    shows $'loaded\nready>'
    becomes 'rdvc stat' 'rdvc status'
    becomes 'rdvc run --code=o' '--code=origin'
    becomes 'rdvc run --cluster h' '--cluster hpc'
    becomes 'rdvc run -S mod' 'model.depth='
    becomes 'rdvc run --params=par' '--params=params.yaml'
    becomes 'rdvc run ./par' './params.yaml'
    becomes 'rdvc run --time' 'smallest acceptable time limit' # descriptions
}
