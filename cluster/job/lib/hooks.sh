# --- Hooks: the project's own steps around those of the job, and functions of its own -------------

# A hook runs as a process of its own, a copy of this shell: it has the functions that ~/.bashrc
# defines (`module`), and whatever it does to its shell (`exit`, `cd`, `set -e`, traps) ends with it.
# Only its exported variables come back.

RDVC_OWN_HOOK_GROUPS=() # process groups of this step's hooks
RDVC_OWN_REPLACED=''    # functions of the job that are the project's own

# Runs the hooks of the point $1, in their order. If one fails, the job fails, unless the result is
# published already.
run_hooks() {
    local point=$1 i code words=("${RDVC_JOB_HOOKS[@]+"${RDVC_JOB_HOOKS[@]}"}")
    for ((i = 0; i < ${#words[@]}; i += 2)); do
        [[ ${words[i]} == "${point}" ]] || continue
        begin_phase "${point}" "${words[i + 1]}"
        ! may_hold_result "${point}" || hold_workspace
        rm -f -- "${RDVC_OWN_WORKSPACE_DIR}/hook.exports"
        set +e # below `||`, bash ignores a `set -e` in the hook
        run_in_group run_hook "${point}" "${words[i + 1]}"
        code=$?
        set -e
        RDVC_OWN_HOOK_GROUPS+=("${RDVC_OWN_LAST_GROUP}")
        after_hook "${point}" "${code}" "${words[i + 1]}"
    done
    [[ ${point} != after-* ]] || end_hooks
}

# What follows from the hook of the point $1 with the code $3, which ended with exit code $2.
after_hook() {
    local failure="the hook $1 failed with exit code $2: $3"
    if [[ $2 == 0 ]]; then
        take_exports "${RDVC_OWN_WORKSPACE_DIR}/hook.exports"
    elif [[ ${RDVC_OWN_PUBLISHED} == 1 ]]; then
        add_message "warning: ${failure}; the result is published"
    else
        end_if_stopped "the hook $1"
        rdvc_fail "${failure}" # exit codes above 1 are the experiment's or the command's own
    fi
}

# Runs as the hook's process. The names of its own variables are long, because the hook sees them.
run_hook() {
    local RDVC_OWN_HOOK_FILE="${RDVC_OWN_WORKSPACE_DIR}/hook.sh" RDVC_OWN_HOOK_CODE
    export RDVC_HOOK=$1 RDVC_HOOK_REF=${RDVC_OWN_EXP_REF:-} RDVC_HOOK_COMMIT=${RDVC_OWN_EXP_COMMIT:-}
    printf '%s\n' "$2" >"${RDVC_OWN_HOOK_FILE}"
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" || exit 1 # ends this subshell alone
    set --
    set +eu +o pipefail
    trap keep_exports EXIT
    # shellcheck source=/dev/null
    source "${RDVC_OWN_HOOK_FILE}"
    RDVC_OWN_HOOK_CODE=$?
    keep_exports # for a hook with a trap of its own
    exit "${RDVC_OWN_HOOK_CODE}" # ends this subshell alone
}

# Writes the exported variables to a file: records `NAME=VALUE`.
keep_exports() {
    local RDVC_OWN_NAME IFS=$'\n'
    for RDVC_OWN_NAME in $(compgen -e); do
        printf '%s=%s\0' "${RDVC_OWN_NAME}" "${!RDVC_OWN_NAME-}"
    done >"${RDVC_OWN_WORKSPACE_DIR}/hook.new" &&
        mv -- "${RDVC_OWN_WORKSPACE_DIR}/hook.new" "${RDVC_OWN_WORKSPACE_DIR}/hook.exports"
}

# Exports and unsets variables of this shell, so that they are those of the file $1.
take_exports() {
    local line name
    local -A there=()
    [[ -e $1 ]] || return 0 # the hook has become another program by `exec`
    while IFS= LC_ALL=C read -r -d '' line; do
        name=${line%%=*}
        there[${name}]=1
        is_own_variable "${name}" || declare -gx "${name}=${line#*=}" 2>/dev/null || true
    done <"$1"
    for name in $(compgen -e); do
        [[ -n ${there[${name}]:-} ]] || is_own_variable "${name}" || unset -v "${name}" 2>/dev/null || true
    done
}

# True for a variable that a hook does not change: the job or bash itself relies on it.
is_own_variable() {
    [[ $1 == @(RDVC_*|SLURM_JOB_ID|PWD|OLDPWD|SHLVL|_|IFS|BASHOPTS|SHELLOPTS|POSIXLY_CORRECT|CDPATH|GREP_OPTIONS) ||
        ! $1 =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]
}

# Ends what the hooks of this step have left running.
end_hooks() {
    ((${#RDVC_OWN_HOOK_GROUPS[@]} > 0)) || return 0
    end_listed hook_processes
    RDVC_OWN_HOOK_GROUPS=()
}

# Prints the processes in the hooks' groups, and those that have left them.
hook_processes() {
    {
        ps -e -o pid=,pgid=,stat= 2>/dev/null | awk -v groups=" ${RDVC_OWN_HOOK_GROUPS[*]} " \
            'index(groups, " " $2 " ") && $3 !~ /^Z/ { print $1 }'
        processes_of "${RDVC_OWN_WORKSPACE_DIR}" "${SLURM_JOB_ID:-}" | while IFS= read -r pid; do
            grep -zq '^RDVC_HOOK=' "/proc/${pid}/environ" 2>/dev/null && printf '%s\n' "${pid}"
        done
    } | sort -u
}

# Sources the project's own file after all functions of the job, so that a function of the same name
# replaces one of them.
use_own_functions() {
    [[ -n ${RDVC_JOB_LIBRARY:-} ]] || return 0
    local before code replaced
    begin_phase job.sh "source ${RDVC_JOB_LIBRARY}"
    before=$(list_functions)
    set +eu
    # shellcheck source=/dev/null
    source "./${RDVC_JOB_LIBRARY}" </dev/null
    code=$?
    after_sourcing
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" || rdvc_fail "${RDVC_JOB_LIBRARY} has removed the project's folder"
    ((code == 0)) || rdvc_fail "${RDVC_JOB_LIBRARY} failed with exit code ${code}"
    replaced=$(LC_ALL=C comm -13 <(printf '%s\n' "${before}") <(list_functions) | cut -d ' ' -f 1 |
        grep -xF -f <(cut -d ' ' -f 1 <<<"${before}") | paste -s -d ' ' || true)
    RDVC_OWN_REPLACED=${replaced}
    rdvc_say "${RDVC_JOB_LIBRARY} replaces ${replaced:-no function of the job}"
}

# Prints all functions, each with the line and file where it is defined.
list_functions() (
    shopt -s extdebug
    # shellcheck disable=SC2046 # names
    declare -F $(compgen -A function) | LC_ALL=C sort
)
