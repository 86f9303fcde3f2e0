# What a person sees in a real terminal besides `--watch`: the wizards.

load support

setup() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-e2e-XXXXXX")
    mkdir "${folder}/home" "${folder}/project"
    export HOME="${folder}/home" XDG_CONFIG_HOME='' XDG_STATE_HOME=''
    cd "${folder}/project"
    git init --quiet
}

teardown() {
    end_screen
    remove_folder "${folder}"
}

# A shell in a terminal of $1 columns and $2 lines, and a command in it.
start() {
    screen new-session -d -x "$1" -y "$2" "PS1='ready> ' bash --norc -i"
    shows 'ready>'
    screen send-keys "$3; echo \"ended with \$?\"" Enter
}

@test "a wizard asks, offers defaults, and writes what was typed" {
    start 80 24 'rdvc init global'
    shows 'login node (as in `ssh HOST`):'
    screen send-keys 'hpc' Enter
    shows 'User name'
    screen send-keys Enter
    shows 'mail'
    screen send-keys 'alice@example.org' Enter
    shows 'ended with 0'
    grep -q '^host = "hpc"' "${HOME}/.config/rdvc/config.toml"
    grep -q 'alice@example.org' "${HOME}/.config/rdvc/config.toml"
}

@test "Ctrl-C in a wizard writes nothing; 20 columns are wide enough" {
    start 20 10 'rdvc init global'
    shows 'login node'
    screen send-keys C-c
    shows 'ready>'
    [[ ! -e ${HOME}/.config/rdvc/config.toml ]]
}
