# --- 2. Environment: the project's own setup command, then its activation -------------------------

set_up_environment() {
    begin_phase environment "${RDVC_JOB_ENV_SETUP:-nothing to set up}"
    [[ -n ${RDVC_JOB_ENV_SETUP} ]] || return 0
    local code=0
    bash -c "${RDVC_JOB_ENV_SETUP}" </dev/null || code=$?
    case ${code} in
    0) ;;
    126 | 127) rdvc_fail "the setup command cannot be run: ${RDVC_JOB_ENV_SETUP}" "${code}" ;;
    *) rdvc_fail "the setup command failed with exit code ${code}: ${RDVC_JOB_ENV_SETUP}" "${code}" ;;
    esac
}

# Sourced from a file, as the user would type it; activation scripts are not written for `set -eu`.
activate_environment() {
    [[ -n ${RDVC_JOB_ENV_ACTIVATE} ]] || return 0
    local file="${RDVC_JOB_WORKSPACE_DIR}/activate.sh" code=0
    printf '%s\n' "${RDVC_JOB_ENV_ACTIVATE}" >"${file}"
    set +eu
    # shellcheck source=/dev/null
    source "${file}"
    code=$?
    set -eu
    set_traps
    ((code == 0)) || rdvc_fail "activation failed with exit code ${code}: ${RDVC_JOB_ENV_ACTIVATE}"
}

# The version of the dvc on PATH: from the files beside it where they tell, since starting it is slow.
dvc_version() {
    local program info
    program=$(command -v dvc) || return 1
    for info in "${program%/*}"/../lib/python3*/site-packages/dvc-[0-9]*.dist-info; do
        if [[ -d ${info} ]]; then
            info=${info##*/dvc-}
            printf '%s' "${info%.dist-info}"
            return
        fi
    done
    dvc --version
}

# `--allow-missing` came with DVC 3.0, so an older one cannot run the job's command.
check_dvc() {
    local version
    command -v dvc >/dev/null ||
        rdvc_fail "no \`dvc\` on PATH after activation; the setup command must install it (${RDVC_JOB_ENV_SETUP:-there is none: add ./init_env.sh or env.setup})"
    version=$(dvc_version) || rdvc_fail "\`dvc --version\` failed"
    case ${version} in
    [0-2].*) rdvc_fail "dvc ${version} is too old; 3.0 or newer is needed" ;;
    esac
    rdvc_say "dvc ${version} at $(command -v dvc)"
}
