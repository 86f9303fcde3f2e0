# The relay that git and rsync call instead of ssh: the real programs, over a login that prints,
# lingers or fails.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    root=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-ct-XXXXXX")
    cd "${root}" || return 1
    # An ssh that runs the words after the host here, through a login shell's ~/.bashrc.
    cat >ssh <<'SSH'
#!/bin/bash
printf '%s\n' "$@" >"${0%/*}/words"
while [[ $1 != -- ]]; do shift; done
shift 2
cd "${0%/*}" || exit 255
. ./bashrc
"$@"
code=$?
wait # as sshd does for all that has its streams
exit "${code}"
SSH
    chmod +x ssh
    printf 'echo "welcome to the cluster"; printf "quota: 93 %%%%"\n' >bashrc
    words=("${RDVC_BUILD_FOLDER}/rdvc" internal-ssh "${root}/ssh" -T -- host bash -s --then)
    export GIT_CONFIG_GLOBAL="${root}/gitconfig" GIT_SSH_COMMAND="${words[*]}" GIT_SSH_VARIANT=ssh
    git config --global user.name Tester
    git config --global user.email tester@example.org
}

teardown() {
    cd /
    remove_folder "${root}"
}

make_repository() {
    git init --quiet there
    head -c 3000000 /dev/urandom >there/large
    git -C there add -A
    git -C there commit --quiet -m one
}

@test "git fetch and rsync, both ways, over a login that prints" {
    make_repository
    git clone --quiet "ssh://host${root}/there" here
    cmp there/large here/large
    mkdir up
    rsync -e "${words[*]}" -L there/large host:"${root}/up/"
    rsync -e "${words[*]}" host:"${root}/up/large" "${root}/down"
    cmp there/large down
    grep -qx 'SendEnv=GIT_PROTOCOL' words || git -C here -c protocol.version=2 fetch --quiet
}

@test "a process that ~/.bashrc has started does not hold it up" {
    make_repository
    printf 'sleep 300.%s &\n' "$$" >>bashrc
    git clone --quiet "ssh://host${root}/there" here
    rsync -e "${words[*]}" host:"${root}/there/large" "${root}/down"
    cmp there/large down
    pkill -fx "sleep 300\.$$" # they run still
}

@test "the exit code is the program's, or ssh's; its errors come through" {
    run "${words[@]}" -l somebody host 'echo out; echo err >&2; exit 7' 2>err </dev/null
    [[ ${status} == 7 && ${output} == *out* && ${output} != *welcome* ]]
    grep -qx somebody words
    printf 'echo "ssh: connect to host"  >&2; exit 255\n' >bashrc
    run "${words[@]}" host true
    [[ ${status} == 255 && ${output} == *'ssh: connect to host'* ]]
    run "${RDVC_BUILD_FOLDER}/rdvc" internal-ssh "${root}/none" -- host bash -s --then host true
    [[ ${status} == 255 && ${output} == *'cannot start ssh'* ]]
}
