# Keeps tests independent of the machine, and removes what they leave.

# Git uses only the test's settings: with git-lfs installed, for example, the system's settings have
# a required filter.
export GIT_CONFIG_NOSYSTEM=1

# After each command DVC starts a process that outlives it, and that makes folders in HOME.
export DVC_NO_ANALYTICS=1

# `remove_folder`, as the product removes: an ordinary user's read-only folders too.
source "${RDVC_SOURCE_FOLDER}/cluster/both/folders.sh"

# `wait_until SECONDS COMMAND...`: polls; when the time is over, shows what the command said last. The time is that of a machine with
# nothing else to do: one that is shared has four times as much.
wait_until() {
    local deadline=$((SECONDS + 4 * $1)) said
    shift
    until said=$("$@" 2>&1); do
        if ((SECONDS >= deadline)); then
            printf 'not reached: %s\nlast state: %s\n' "$*" "${said}"
            return 1
        fi
        sleep 0.2
    done
}

# The functions that job scripts call, as the program puts them together.
job_functions() {
    cat "${RDVC_SOURCE_FOLDER}"/cluster/both/*.sh "${RDVC_SOURCE_FOLDER}"/cluster/job/*/*.sh
}

# The text of the request $1, likewise, and its call.
request_text() {
    local cluster="${RDVC_SOURCE_FOLDER}/cluster" file
    cat "${cluster}/login/lib/first.sh" "${cluster}"/both/*.sh
    for file in "${cluster}"/login/lib/*.sh; do
        [[ ${file##*/} == @(first|last|load).sh ]] || cat "${file}"
    done
    [[ $1 != recover ]] || cat "${cluster}"/job/{3-run/command,4-publish/publish}.sh
    head -n -1 "${cluster}/login/$1.sh"
    cat "${cluster}/login/lib/last.sh"
    tail -n 1 "${cluster}/login/$1.sh"
}

# A terminal of the test's own (tmux); end_screen ends it. The next one has another socket: the server
# of the first may not have ended yet.
screen() { tmux -S "${BATS_TEST_TMPDIR}/t${terminals:-}" -f /dev/null "$@"; }

end_screen() {
    screen kill-server 2>/dev/null || true
    terminals=$((${terminals:-0} + 1))
}

# The terminal shows the text in time.
shows() { # TEXT
    local deadline=$((SECONDS + 60))
    until [[ $(screen capture-pane -p) == *"$1"* ]]; do
        ((SECONDS < deadline)) || { screen capture-pane -p; return 1; }
        sleep 0.1
    done
}
