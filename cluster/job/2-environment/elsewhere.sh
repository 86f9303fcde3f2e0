# --- 2. Environment: what setup and activation use outside of the checkout ------------------------

# True for a folder or file outside of the checkout that jobs may share.
is_outside_allowed() {
    local folder
    for folder in /usr /bin /sbin /lib /lib64 /etc "${RDVC_JOB_ENV_OUTSIDE[@]+"${RDVC_JOB_ENV_OUTSIDE[@]}"}"; do
        folder=${folder/#\~\//${HOME}/}
        [[ $1/ != "${folder%/}"/* ]] || return 0
    done
    return 1
}

# Activates in a subshell and prints `activation failed`, or the first thing that is then outside.
# The path $1, if given, must not occur in any variable either.
look_at_activation() {
    local file="${RDVC_OWN_WORKSPACE_DIR}/activation" line entry
    printf '%s\n' "${RDVC_JOB_ENV_ACTIVATE}" >"${file}.sh"
    (
        trap - EXIT TERM USR1 INT HUP
        old_path=":${PATH}:"
        unset VIRTUAL_ENV CONDA_PREFIX
        cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" || exit 1 # ends this subshell alone
        set +eu
        # shellcheck source=/dev/null
        source "${file}.sh" >/dev/null 2>&1 </dev/null || exit 1 # ends this subshell alone
        [[ -z ${VIRTUAL_ENV} ]] || printf 'VIRTUAL_ENV %s\n' "${VIRTUAL_ENV}"
        [[ -z ${CONDA_PREFIX} ]] || printf 'CONDA_PREFIX %s\n' "${CONDA_PREFIX}"
        IFS=:
        for entry in ${PATH}; do
            [[ ${old_path} == *":${entry}:"* || -z ${entry} ]] || printf 'PATH %s\n' "${entry}"
        done
        [[ -z $1 ]] || env | LC_ALL=C grep -aF -e "$1" -e /rdvc-no-checkout/ | sed -n '1s/=.*//; 1s/^/stale /p'
    ) >"${file}" || {
        printf 'activation failed\n'
        return
    }
    while read -r line entry; do
        if [[ ${line} == stale ]]; then
            printf '%s\n' "after activation ${entry} names the checkout in which the environment was made"
            return
        elif [[ ${entry} == /* ]] && ! is_inside "${entry}" && ! is_outside_allowed "${entry}"; then
            printf '%s\n' "activation sets ${line} to ${entry}, which is not in env.outside"
            return
        fi
    done <"${file}"
}

# Looks where a Python outside of the checkout finds its packages: what setup has installed there is
# not in the copy. Every installation adds a name or changes a file or a package's metadata; a folder
# also changes when somebody imports its package for the first time, which makes bytecode.
reasons_of_elsewhere() {
    local program site
    for program in python3 python; do
        command -v "${program}" >/dev/null || continue
        "${program}" -c 'import site, sysconfig
print(*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_path("purelib"), sep="\n")' 2>/dev/null </dev/null || true
    done | sort -u | while IFS= read -r site; do
        if [[ -d ${site} ]] && ! is_inside "${site}" &&
            [[ -n $(find "${site}/." -maxdepth 1 -newercc "$1/time" \( -name . -o -type f -o -name '*-info' \) -print -quit 2>/dev/null) ]]; then
            # Somebody else may have installed it.
            printf 'until %s\n' "$(($(date +%s) + 86400))" >"$1/evidence"
            printf '%s\n' "setup installs into ${site}, which is not in the checkout"
        fi
    done
}

# If the setup tool does not keep its environment in the checkout by itself, prints how to make it
# do so, in brackets.
advice_for_tool() {
    local tool variable
    tool=$(environment_says setup-tool)
    case ${tool} in
    Poetry) variable=POETRY_VIRTUALENVS_IN_PROJECT ;;
    PDM) variable=PDM_VENV_IN_PROJECT ;;
    Pipenv) variable=PIPENV_VENV_IN_PROJECT ;;
    *) return 0 ;;
    esac
    printf ' (%s keeps its environment in a folder of its own, where each job leaves one; set %s=1 in the setup command)' "${tool}" "${variable}"
}
