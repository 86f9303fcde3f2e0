# Shared by the tests of the cluster's side: a separate place for each test, a project, jobs without
# SLURM.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

# What the whole file needs: setuptools and pip, in ${tools}/build.
start_tools() {
    tools="${BATS_FILE_TMPDIR}/tools"
    export tools
    mkdir -p "${tools}/build" "${tools}/bin"
    python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
    export python
    # The very interpreter, since a version manager's wrapper takes its time.
    ln -s "${python}" "${tools}/bin/python3"
    export PATH="${tools}/bin:${TEST_PATH:+${TEST_PATH}:}/usr/bin:/bin:${PATH}"
    take_tools pip setuptools _distutils_hack
}

# Adds these of the packages that `./dev setup` has installed.
take_tools() {
    local name path made=("${RDVC_SOURCE_FOLDER}"/.dev/tools/lib/python3*/site-packages)
    for name in "$@"; do
        for path in "${made[0]}/${name}" "${made[0]}/${name}"-*.dist-info; do
            [[ ! -e ${path} ]] || ln -s "${path}" "${tools}/build/"
        done
    done
}

# A root folder, a store, and settings that a test adds to.
start_test() {
    export place=${place:-${TMPDIR:-/tmp}} # of all tests; TMPDIR is one test's own
    root=$(mktemp -d "${place}/rdvc-ct-XXXXXX")
    export TEST_ROOT="${root}" TEST_PROJECT="${root}/project"
    export GIT_CONFIG_GLOBAL="${root}/gitconfig" HOME="${root}/home" TMPDIR="${root}/tmp" # uv leaves locks there
    mkdir -p "${HOME}" "${TMPDIR}"
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git config --global init.defaultBranch main
    git config --global gc.auto 0
    unset VIRTUAL_ENV CONDA_PREFIX PYTHONPATH LOADEDMODULES
    store="${root}/rdvc/envs/project-01234567"
    job_number=0
    cat >"${root}/settings" <<SETTINGS
RDVC_DIR=${root}/rdvc
RDVC_JOB_PROJECT_ID=project-01234567
RDVC_JOB_PROJECT_DIR=
RDVC_JOB_ENV_SETUP=./init_env.sh
RDVC_JOB_ENV_ACTIVATE='source .venv/bin/activate'
SETTINGS
    git init --quiet "${TEST_PROJECT}"
    cd "${TEST_PROJECT}" || return 1
    printf '/.venv\n*.egg-info/\n__pycache__/\n/build/\n*.so\n' >.gitignore
}

stop_test() {
    if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
        printf '# kept: %s\n' "${root}" >&3
        return
    fi
    cd /
    remove_folder "${root}"
}

log_lacks() {
    ! grep -F -e "$1" "${root}/log" || return 1
}

set_value() {
    printf '%s\n' "$*" >>"${root}/settings"
}

# The setup script from standard input, below its first line; counts how often it is run.
setup_script() {
    {
        printf '#!/bin/bash\nset -e\necho run >>%q\n' "${root}/setups"
        cat
    } >init_env.sh
    chmod +x init_env.sh
}

setups() {
    wc -l <"${root}/setups"
}

commit() {
    git add -A
    git commit --quiet --allow-empty -m "${1:-A change}"
}

# A job that sets up, activates and then runs the given command; its log is in the file `log`, what the
# command says in `said`, with its workspace's path as WS.
job() {
    job_number=$((job_number + 1))
    job_status=0
    SLURM_JOB_ID=${job_number} bash "${RDVC_SOURCE_FOLDER}/tests/cluster/job.sh" "${root}/settings" "$@" \
        >"${root}/log" 2>&1 3>&- || job_status=$?
    cat "${root}/log"
    workspace=$(sed -n 's/^workspace: //p' "${root}/log")
    said=$(sed -n '/^--- probe$/,/^--- end of probe$/p' "${root}/log" | sed "s|${workspace:-none}|WS|g")
    return "${job_status}"
}

# A negated command never fails a test, so this one asks for the failure.
job_fails() {
    ! job "$@" || {
        printf 'the job did not fail\n'
        return 1
    }
}

# The same as if setup had been run: a job without a project's identity reuses nothing.
same_as_fresh() {
    job "$@"
    local reused=${said}
    cp "${root}/log" "${root}/log.reused"
    cp "${root}/settings" "${root}/settings.saved"
    set_value RDVC_JOB_PROJECT_ID=
    job "$@"
    cp "${root}/settings.saved" "${root}/settings"
    cp "${root}/log.reused" "${root}/log"
    printf 'reused: %s\nfresh: %s\n' "${reused}" "${said}"
    [[ ${reused} == "${said}" && -n ${said} ]]
}

log_has() {
    grep -qF -e "$1" "${root}/log" || {
        printf 'the log does not have: %s\n' "$1"
        return 1
    }
}

was_reused() {
    log_has 'reused in'
}

# A stand-in for a venv: a folder with programs that name it.
small_venv() {
    cat <<'SETUP'
mkdir -p .venv/bin .venv/lib
printf 'export VIRTUAL_ENV="%s"\nPATH="%s:$PATH"\n' "$PWD/.venv" "$PWD/.venv/bin" >.venv/bin/activate
printf 'home = /usr/bin\n' >.venv/pyvenv.cfg
SETUP
}

# Setup that makes a real venv and installs the project with pip's options $*.
pip_setup() {
    setup_script <<SETUP
"${python}" -m venv --without-pip .venv
PYTHONPATH=${tools}/build .venv/bin/python -m pip install --quiet --no-index --no-build-isolation --no-deps $*
SETUP
}

# `rdvc env` on a laptop that has this project; `local` is its cluster.
rdvc_env() {
    local laptop="${root}/laptop/project"
    if [[ ! -d ${laptop} ]]; then
        git init --quiet "${laptop}"
        mkdir "${laptop}/.rdvc"
        printf '[project]\nid = "0123456789abcdef0123456789abcdef"\n' >"${laptop}/.rdvc/config.toml"
    fi
    mkdir -p "${root}/rdvc/repos"
    (cd "${laptop}" && RDVC_CLUSTER_HOST=local RDVC_CLUSTER_DIR="${root}/rdvc" "${RDVC_BUILD_FOLDER}/rdvc" env "$@")
}
