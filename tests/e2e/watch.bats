# `rdvc status --watch` in real terminals.

load support

setup_file() {
    start_world 1
    export project="${folder}/project"
    make_project "${project}"
    cat >train.sh <<'SH'
lr=$(sed -n 's/^lr: //p' params.yaml)
for i in 1 2 3; do echo "line $i of $lr"; done
echo "model of $lr" > model.txt
printf '{"lr_seen": "%s"}\n' "$lr" > metrics.json
SH
    git commit --quiet --all -m 'Print lines'
    cd "${project}"
    rdvc run -n alone -S lr=7
    rdvc run -n grid -S lr=1,2,3
    rdvc wait alone grid
}

teardown_file() {
    stop_world
}

teardown() {
    end_screen
    note_failure
}

# Starts it in a terminal of $1 columns and $2 lines.
watch() {
    cd "${project}"
    screen new-session -d -x "$1" -y "$2" "PS1='ready> ' bash --norc -i"
    shows 'ready>'
    screen send-keys 'rdvc status --watch; echo "ended with $?"; stty -a | grep -o " icanon"' Enter
    shows 'q: quit'
}

@test "keys lead from a sweep to its tasks, to a log, and back" {
    watch 80 24
    shows 'grid'
    screen send-keys Right # the newest is selected
    shows 'project: grid'
    shows 'grid-3'
    screen send-keys Down Down Enter
    shows 'project: grid-3'
    shows 'published, exit code 0'
    screen send-keys Up Up Up
    shows 'rdvc experiment: dvc'
    screen send-keys G
    shows 'published, exit code 0'
    screen send-keys Left
    shows 'grid-1'
    screen send-keys Left
    shows 'alone'
    screen send-keys j l
    shows 'project: alone'
    shows 'published, exit code 0'
    screen send-keys q
    shows 'ended with 0'
    shows $'\n icanon' # the terminal's mode is what it was
}

@test "it follows the terminal's size, from 20 columns to 200" {
    watch 200 50
    shows 'right: tasks or log'
    screen resize-window -x 20 -y 6
    wait_until 10 fits 20 6
    screen resize-window -x 80 -y 24
    shows 'alone'
    screen send-keys q
    shows 'ended with 0'
}

# Nothing that is shown is longer than $1, and the last line of $2 tells of the keys.
fits() {
    local text
    text=$(screen capture-pane -p)
    [[ $(wc -l <<<"${text}") -le $2 && $(tail -n 1 <<<"${text}") == up,\ down* ]] && ! grep -qE ".{$(($1 + 1))}" <<<"${text}"
}

@test "Ctrl-C and Ctrl-\\ give the terminal back; a cluster that is gone is named, and what was shown stays" {
    watch 80 24
    screen send-keys C-c
    shows 'ready>'
    screen send-keys 'stty -a | grep -o " icanon"' Enter
    shows $'\n icanon'
    end_screen
    watch 80 24
    screen send-keys 'C-\'
    shows 'ended with 131'
    shows $'\n icanon'
    end_screen
    watch 80 24
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" stop sshd
    ssh -O exit -o ControlPath="${XDG_RUNTIME_DIR}/rdvc/%C" sandbox || true
    shows 'cannot connect to'
    shows 'alone'
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" start sshd
    shows 'q: quit'
    screen send-keys q
    shows 'ended with 0'
}

@test "without a terminal it says so" {
    cd "${project}"
    run rdvc status --watch
    [[ ${status} -eq 2 && ${output} == *'`--watch` needs a terminal'* ]]
}
