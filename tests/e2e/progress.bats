# Progress of a slow upload: on a terminal one line, elsewhere nothing.

load support

setup_file() {
    start_world 1
    export project="${folder}/project"
    make_project "${project}"
    head -c 6M /dev/urandom >data.bin
    dvc add --quiet data.bin
    sed -i 's/deps: \[/&data.bin, /' dvc.yaml
    git add --all
    git commit --quiet -m 'Data'
    slow_ssh
    export PATH="${folder}/bin:${PATH}"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

teardown() {
    end_screen
    note_failure
}

# An ssh with a standard input so slow that somebody can look.
slow_ssh() {
    mkdir "${folder}/bin"
    cat >"${folder}/bin/slowly" <<'PY'
import os, time
while block := os.read(0, 60000):
    os.write(1, block)
    time.sleep(0.05)
PY
    cat >"${folder}/bin/ssh" <<SH
#!/bin/bash
for word; do [[ \${word} != -G ]] || exec $(command -v ssh) "\$@"; done
python3 ${folder}/bin/slowly | exec $(command -v ssh) "\$@"
SH
    chmod +x "${folder}/bin/ssh"
}

# Looks at the terminal: `most` is the most lines of progress that it has had at once, `seen` has all
# that were different. True once the command has ended.
look() {
    local shown line count=0
    shown=$(screen capture-pane -p)
    while read -r line; do
        [[ ${line} != *'sending data'*' %'* ]] || { count=$((count + 1)) && seen[${line}]=1; }
    done <<<"${shown}"
    ((count <= most)) || most=${count}
    [[ ${shown} == *'ended with'* ]]
}

@test "in a terminal it is one line, which is drawn again and removed at the end" {
    screen new-session -d -x 80 -y 24 "PS1='ready> ' bash --norc -i" 3>&-
    shows 'ready>'
    screen send-keys 'rdvc run -n seen; printf "ended %s %s\n" with $?' Enter
    declare -A seen=()
    most=0
    until look; do
        ((SECONDS < 300))
        sleep 0.1
    done
    screen capture-pane -p
    printf '%s\n' "${!seen[@]}"
    ((most == 1 && ${#seen[@]} > 2))
    shows 'ended with 0'
    [[ $(screen capture-pane -p) != *'sending data:'* ]]
}

@test "a pipe gets none" {
    head -c 2M /dev/urandom >data.bin
    dvc add --quiet data.bin
    rdvc run -n piped >"${folder}/out" 2>&1
    cat "${folder}/out"
    [[ $(<"${folder}/out") == *'submitted piped'* && $(<"${folder}/out") != *%* && $(<"${folder}/out") != *$'\r'* ]]
}
