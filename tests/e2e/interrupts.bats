# Ctrl-C and other signals in the middle of a command: what is known is said, the exit code is the
# signal's, no program stays. ssh is a program here that never answers.

load support

setup() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-e2e-XXXXXX")
    export folder
    make_laptop "${folder}"
    export RDVC_CLUSTER_HOST=hpc
    mkdir "${folder}/bin" "${folder}/project"
    cat >"${folder}/bin/ssh" <<'SH'
#!/bin/bash
[[ " $* " == *' -G '* ]] && exit 0
echo "$$" >"${folder}/ssh"
trap '' INT # the terminal sends it to all; here rdvc has to end it
cat >/dev/null
while :; do sleep 0.1; done
SH
    chmod +x "${folder}/bin/ssh"
    export PATH="${folder}/bin:${PATH}"
    cd "${folder}/project"
    git init --quiet
    echo x >x
    git add x
    git commit --quiet -m x
}

teardown() {
    end_screen
    remove_folder "${folder}"
}

ssh_has_ended() {
    ! kill -0 "$(<"${folder}/ssh")" 2>/dev/null
}

# Sends the signal $1 once rdvc, with the words that follow, is in its ssh conversation. Sets code;
# $folder/err is what it said.
interrupt() {
    rm -f "${folder}/ssh"
    env --default-signal=INT rdvc "${@:2}" 2>"${folder}/err" >"${folder}/out" 3>&- &
    wait_until 20 test -s "${folder}/ssh"
    kill "-$1" "$!"
    code=0
    wait "$!" || code=$?
    [[ ! -s ${folder}/out ]]
    ssh_has_ended
}

@test "a submission that is under way may or may not be there" {
    interrupt INT run --no-preflight --cmd -n name -- true
    [[ ${code} == 130 ]]
    cat "${folder}/err"
    token=$(sed -n 's/^  name (\(.*\)) may or may not have reached the cluster$/\1/p' "${folder}/err")
    [[ $(tail -n 4 "${folder}/err") == "error: interrupted
  name (${token}) may or may not have reached the cluster

hint: \`rdvc status\` tells" ]]
    [[ $(rdvc status --offline "${token}") == *"state        unknown"* ]] # the next command asks
    interrupt TERM run --no-preflight --cmd -n other -- true
    [[ ${code} == 143 ]]
    grep -qE '^  other \([0-9a-f]{8}\) may or may not have reached the cluster' "${folder}/err"
}

@test "before anything is sent, nothing was submitted" {
    printf '#!/bin/bash\n[[ " $* " != *" pack-objects "* ]] || . "%s/bin/ssh"\nexec %s "$@"\n' \
        "${folder}" "$(command -v git)" >"${folder}/bin/git"
    chmod +x "${folder}/bin/git"
    interrupt INT run --no-preflight --cmd -n name -- true
    [[ ${code} == 130 ]]
    cat "${folder}/err"
    [[ $(tail -n 2 "${folder}/err") == $'error: interrupted\n  nothing was submitted' ]]
    [[ ! -e ${HOME}/.local/state/rdvc/ledger.jsonl ]]
}

@test "other commands say what may be half done; one that only reads says nothing" {
    for words in 'cancel 12' 'wait 12' clean 'uninstall --remote --yes' status; do
        # shellcheck disable=SC2086
        interrupt INT ${words} || { cat "${folder}/err"; false; }
        [[ ${code} == 130 ]]
        echo "${words}: $(<"${folder}/err")"
    done >"${folder}/said"
    cat "${folder}/said"
    [[ $(<"${folder}/said") == "cancel 12: error: interrupted
  jobs may or may not have been cancelled

hint: \`rdvc status\` tells
wait 12: error: interrupted
  the same command waits again
clean: error: interrupted
  nothing was removed
uninstall --remote --yes: error: interrupted
  nothing was removed
status: " ]]
}

@test "Ctrl-C in a terminal; what nohup ignores stays ignored" {
    screen new-session -d -x 80 -y 24 "PS1='ready> ' bash --norc -i" 3>&-
    shows 'ready>'
    screen send-keys 'rdvc run --no-preflight --cmd -n name -- true; echo "ended with $?"' Enter
    wait_until 20 test -s "${folder}/ssh"
    screen send-keys C-c
    shows 'may or may not have reached the cluster'
    shows 'hint: `rdvc status` tells'
    screen send-keys 'echo "ended with $?"' Enter # Ctrl-C has ended the whole line
    shows 'ended with 130'
    ssh_has_ended
    rm "${folder}/ssh"
    (trap '' HUP && exec rdvc status >"${folder}/out" 2>&1 3>&-) &
    wait_until 20 test -s "${folder}/ssh"
    kill -HUP "$!"
    kill -TERM "$!"
    code=0
    wait "$!" || code=$?
    [[ ${code} == 143 ]]
}
