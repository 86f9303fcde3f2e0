# `rdvc sandbox`, for whoever has only the program: no checkout, no configuration, an empty home.

bats_require_minimum_version 1.5.0
load support

setup_file() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-e2e-XXXXXX")
    export folder
    local dvc
    dvc=$(command -v dvc)
    mkdir "${folder}/bin"
    cp "$(command -v rdvc)" "${folder}/bin"
    ln -s "${dvc}" "${folder}/bin/dvc"
    unset RDVC_SANDBOX_DIR "${!RDVC_CLUSTER@}"
    make_laptop "${folder}"
    export PATH="${folder}/bin:/usr/bin:/bin"
    slurm="${HOME}/.local/state/rdvc/sandbox/slurm"
    export slurm
}

teardown_file() {
    ssh -F "${slurm}/ssh_config" -O exit -o ControlPath="${XDG_RUNTIME_DIR}/rdvc/%C" sandbox 2>/dev/null || true
    rdvc sandbox down --purge --force >/dev/null 2>&1 || true
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" down --dir "${folder}/own" >/dev/null 2>&1 || true
    if [[ -e ${folder}/failed ]]; then
        printf '# kept: %s\n' "${folder}" >&3
    else
        remove_folder "${folder}"
    fi
}

teardown() {
    note_failure
}

has_ended() { # PID
    [[ $(ps -o stat= -p "$1") == @(|Z*) ]]
}

# A project whose environment is empty: the job has the laptop's DVC.
make_hello() {
    mkdir "${folder}/hello"
    cd "${folder}/hello"
    git init --quiet
    dvc init --quiet
    printf 'stages:\n  train:\n    cmd: echo $((6 * 7)) >answer\n    outs: [answer]\n' >dvc.yaml
    printf '#!/bin/sh\nmkdir -p .venv/bin && : >.venv/bin/activate\n' >init_env.sh
    chmod +x init_env.sh
    printf '/.venv\n/answer\n' >.gitignore
    git add -A
    git commit --quiet -m 'Start hello'
}

@test "up, an experiment, status, down, up again: with the program alone" {
    cd "${HOME}"
    run -3 rdvc sandbox status
    [[ ${output} == *"there is no sandbox"*"rdvc sandbox up"* ]]
    run -0 rdvc sandbox up
    [[ ${output} == *"find this machine's dvc"* ]]
    [[ ${output} == *$'next:\n  rdvc new hello\n  cd hello\n  rdvc run --cluster sandbox' ]]
    run -0 rdvc sandbox up
    [[ ${output} == *"is up already"* ]]
    run -0 rdvc cluster list
    [[ ${output} == *"rdvc sandbox"* ]]

    make_hello
    run -0 rdvc run --cluster sandbox -n first
    run -0 rdvc wait # no other cluster is configured
    run -0 rdvc pull
    run -0 dvc exp apply first
    [[ $(cat answer) == 42 ]]
    (
        eval "$(rdvc sandbox env)"
        [[ $(sinfo --noheader --format=%N --partition=general) == node1 ]]
        [[ $(ssh sandbox 'echo "${HOME}"') == "${slurm}/cluster/home" ]]
    )

    run -0 rdvc sandbox status
    [[ ${output} == *slurmctld*pid*'jobs       none'*general* ]]
    controller=$(sed -n 's/^slurmctld \([0-9]*\) .*/\1/p' "${slurm}/pids")
    kill -KILL "${controller}"
    wait_until 10 has_ended "${controller}"
    run -3 rdvc sandbox status
    [[ ${output} == *"slurmctld  not running"* ]]
    run -0 rdvc sandbox up
    [[ ${output} == *"was not ended properly"* ]]

    run -0 rdvc sandbox down
    [[ -z $(pgrep -f "${slurm}") ]]
    run -5 rdvc status
    [[ ${output} == *first*"the sandbox is down"* || ${output} == *"the sandbox is down"*first* ]]
    run -5 rdvc run
    [[ ${output} == *"hint: rdvc sandbox up" ]]
    run -0 rdvc sandbox up
    run -0 rdvc run -n second
    run -0 rdvc wait second
    [[ $(fields_of second job) -gt 1 ]]
    run -0 rdvc status
    [[ ${output} == *second*first* ]]
    run -1 rdvc sandbox down --purge
    [[ ${output} == *first*--force* ]]
    run -0 rdvc sandbox down --purge --force
    [[ ! -e ${slurm%/slurm} && -z $(pgrep -f "${slurm}") ]]
}

# bats test_tags=long
@test "two that start at once are one; a [clusters.sandbox] of the user's wins; what is refused" {
    cd "${HOME}"
    rdvc sandbox up >"${folder}/one" 2>&1 &
    run -0 rdvc sandbox up
    wait $!
    [[ $(cat "${folder}/one")${output} == *"is up already"* ]]
    [[ $(grep -c '^slurmctld' "${slurm}/pids") == 1 ]]
    run -1 rdvc sandbox up --cpus=7
    [[ ${output} == *"hint: rdvc sandbox down" ]]
    mkdir -p .config/rdvc
    printf '[clusters.sandbox]\nhost = "elsewhere"\n' >.config/rdvc/config.toml
    run -0 rdvc sandbox up
    [[ ${output} == *"warning:"*"config.toml:2 defines [clusters.sandbox]"* ]]
    rm .config/rdvc/config.toml
    run -0 rdvc sandbox down --purge
    run -3 env PATH="${folder}/bin" rdvc sandbox up
    [[ ${output} == *"rdvc installs nothing"*"apt-get install --no-install-recommends slurm-client openssh-client git"* ]]
    chmod a-w .local/state/rdvc
    if [[ ! -w .local/state/rdvc ]]; then
        run -3 rdvc sandbox up
        [[ ${output} == *XDG_STATE_HOME* ]]
    fi
    chmod u+w .local/state/rdvc
}

# bats test_tags=long
@test "a SLURM that this machine has already and the sandbox do not see each other" {
    local own="${folder}/own"
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" up --dir "${own}" >/dev/null
    export SLURM_CONF="${own}/etc/slurm.conf" # as /etc/slurm/slurm.conf
    sbatch --hold --output=/dev/null --wrap 'exit 0'
    run -0 rdvc sandbox up
    [[ -z $(eval "$(rdvc sandbox env)" && squeue --noheader) ]]
    [[ -d ${folder}/hello ]] || (make_hello)
    cd "${folder}/hello"
    run -0 rdvc run --cluster sandbox -n beside
    [[ $(squeue --noheader --format=%r) == JobHeldUser ]]
    run -0 rdvc wait beside
    run -0 rdvc sandbox down --purge --force
    [[ $(squeue --noheader --format=%r) == JobHeldUser ]]
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" down --dir "${own}" >/dev/null
}
