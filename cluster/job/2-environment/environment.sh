# --- 2. Environment: setup runs once for what decides it; later jobs reuse what it left -----------

# Reusing an environment gives the same result as running setup afresh; otherwise setup runs afresh.
# The first job of a key runs setup in its own checkout as before, and copies the result to
# envs/PROJECT/KEY/ID. A later job gets a view: links to that copy, and files of its own if they
# must contain its own path.

set_up_environment() {
    begin_phase environment "${RDVC_JOB_ENV_SETUP:-nothing to set up}"
    [[ -n ${RDVC_JOB_ENV_SETUP} ]] || return 0
    local folder="${RDVC_OWN_WORKSPACE_DIR}/environment" here=${PWD} choice=afresh place='' build='' reason='' written='' outdated='' began now
    find_time
    began=${now}
    fill_in_values
    if can_reuse; then
        cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot enter ${RDVC_OWN_REPO_DIR}"
        find_environment_key "${folder}"
        choose_environment
        [[ ${choice} != reuse ]] || use_environment || choice=afresh
        [[ ${choice} != build ]] || begin_build
    fi
    cd "${here}" || rdvc_fail "cannot enter ${here}"
    case ${choice} in
    build)
        began=${SECONDS}
        run_setup_command
        keep_environment "$((SECONDS - began))"
        ;;
    afresh) run_setup_command ;;
    esac
}

# Sets values that a script of another version may lack.
fill_in_values() {
    : "${RDVC_JOB_PROJECT_ID:=}" "${RDVC_JOB_ENV_REUSE:=1}" "${RDVC_JOB_ENV_FRESH:=0}" "${RDVC_JOB_ENV_WHERE:=node}" "${RDVC_JOB_ONLY:=}"
    : "${RDVC_JOB_EXTRAS:=}" "${RDVC_JOB_ENV_ACTIVATE:=}"
    declare -p RDVC_JOB_ENV_OUTSIDE >/dev/null 2>&1 || RDVC_JOB_ENV_OUTSIDE=()
    RDVC_OWN_ENV_STORE="${RDVC_DIR}/envs/${RDVC_JOB_PROJECT_ID}"
    RDVC_OWN_ENV_REAL_DIR=$(cd "${RDVC_OWN_REPO_DIR}" && pwd -P)
    RDVC_OWN_ENV_LIST="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN:-}/environment.inputs"
}

# False if this job's checkout can neither have a view nor lend one.
can_reuse() {
    [[ -n ${RDVC_JOB_PROJECT_ID} && ${RDVC_JOB_ENV_REUSE} == 1 ]] || return 1
    if [[ ! -s ${RDVC_OWN_ENV_LIST} ]]; then
        rdvc_say "no environment is reused: ${RDVC_OWN_ENV_LIST} is missing, so it is not known what decides this one"
        return 1
    fi
    local path
    for path in "${RDVC_OWN_REPO_DIR}" "${RDVC_OWN_ENV_REAL_DIR}"; do
        # A longer path does not fit into the first line of a script.
        if [[ ${path} == *[!A-Za-z0-9_./-]* || ${#path} -gt 90 ]]; then
            rdvc_say "no environment is reused: the path ${path} is too long, or has characters that scripts do not take"
            return 1
        fi
    done
}

# Sets `choice`: reuse (with `build`, its folder), build (this job holds the lock; `reason` says
# why) or afresh.
choose_environment() {
    local key=${RDVC_OWN_ENV_KEY} id mark failed failed_before refused='' refused_mark=''
    local beat_seen='' beat_since=0 owner=0 waiting=0 pause=0.2
    follow_code "${key}"
    failed_before=$(cat "${place}.failed" 2>/dev/null || true)
    if [[ ${RDVC_JOB_ENV_FRESH} == 1 ]]; then
        refused=$(readlink "${place}/current" || true)
        refused_mark=$(cat "${place}/not-reusable" 2>/dev/null || true)
        reason='--fresh-env'
    fi
    while :; do
        follow_code "${key}"
        mark=$(cat "${place}/not-reusable" 2>/dev/null || true)
        id=$(readlink "${place}/current" || true)
        [[ -z ${outdated} ]] || refused=${id} reason=${outdated}
        if [[ -n ${mark} && ${mark} != "${refused_mark}" ]] && mark_counts "${mark}"; then
            release_environment_lock
            accept_not_reusable "${mark%%$'\n'*}"
            return
        fi
        if [[ -n ${id} && ${id} != "${refused}" && $(value_of place "${place}/${id}/info") == "${place}/${id}" ]]; then
            build="${place}/${id}"
            if ! state_of_outside "${build}/plan" | cmp -s - "${build}/plan/outside-state"; then
                refused=${id}
                reason="a file elsewhere that it links to has changed: $(state_of_outside "${build}/plan" |
                    LC_ALL=C grep -vxF -f - "${build}/plan/outside-state" | sed -n '1s/^[0-9]* [0-9]* //p')"
                continue
            fi
            release_environment_lock
            choice=reuse
            record_use "${id}" && return
            [[ ! -e ${build}/info ]] || { choice=afresh && return; }
            continue
        fi
        must_find_it
        # With the lock, too: the last owner may have failed since this job looked.
        failed=$(cat "${place}.failed" 2>/dev/null || true)
        if ((waiting)) && [[ -n ${failed} && ${failed} != "${failed_before}" ]]; then
            release_environment_lock
            rdvc_fail "this job waited for the environment of job ${failed%%$'\n'*}, where ${failed##*$'\n'}"
        fi
        if [[ ${RDVC_OWN_ENV_LOCK} == "${place}.lock" ]]; then
            choice=build
            return
        fi
        release_environment_lock
        (umask 077 && mkdir -p "${RDVC_OWN_ENV_STORE}") || rdvc_fail "cannot make ${RDVC_OWN_ENV_STORE}"
        take_lock "${place}.lock" && continue # and look again: someone may have been faster
        if ((!waiting && owner > 0)); then
            rdvc_say "waiting for the environment that job $(cat "${place}.lock/owner.${owner}/job" 2>/dev/null || true) makes"
            waiting=1
        fi
        sleep "${pause}"
        case ${pause} in 0.2) pause=0.5 ;; 0.5) pause=1 ;; *) pause=2 ;; esac
    done
}

# Sets `place`, the key and `written` for the version and the modules of this job's code.
follow_code() {
    follow_version "$1"
    [[ -n ${outdated} ]] || follow_modules "${RDVC_OWN_ENV_KEY}"
}

accept_not_reusable() {
    if [[ ${RDVC_JOB_ENV_WHERE} == login ]]; then
        rdvc_fail "env.where is login, but this project's environment cannot be reused: $1"
    fi
    rdvc_say "setup runs in each job, since the environment cannot be reused: $1"
    choice=afresh
    [[ ${RDVC_JOB_ONLY} != environment ]] || choice=none
}

# With env.where=login only the login node makes environments.
must_find_it() {
    [[ ${RDVC_JOB_ENV_WHERE} == login && ${RDVC_JOB_ONLY} != environment ]] || return 0
    release_environment_lock
    rdvc_fail "the environment is not built, and env.where is login ($(why_not_there)); on the laptop: rdvc env build"
}

# Prints why there is no environment of this key.
why_not_there() {
    local newest=''
    if [[ -n ${reason} ]]; then
        printf '%s' "${reason}"
    elif [[ -e ${place}/inputs ]]; then
        printf 'it was cleared, or could not be kept'
    else
        # shellcheck disable=SC2012 # the names are ours
        newest=$(ls -t "${RDVC_OWN_ENV_STORE}"/*/inputs 2>/dev/null | head -n 1 || true)
        if [[ -z ${newest} ]]; then
            printf 'the first one of this project'
        else
            differing_inputs "${newest}" "${folder}/inputs"
        fi
    fi
}

begin_build() {
    rdvc_say "environment ${RDVC_OWN_ENV_KEY} is made: $(why_not_there)"
    note_checkout "${folder}"
}

# Makes the view of `build`. False if that fails: then setup must run, and the log says why.
use_environment() {
    local said=''
    if [[ ${RDVC_JOB_ONLY} == environment ]]; then
        rdvc_say "environment ${RDVC_OWN_ENV_KEY} exists already: $(describe_build)"
        return
    fi
    if view_collides "${build}"; then
        rdvc_say "environment ${RDVC_OWN_ENV_KEY} is not used: the checkout has files in its place"
        return 1
    fi
    if ! make_view "${build}" || ! write_version "${build}" || [[ ! -e ${build}/info ]]; then
        remove_view "${build}"
        rdvc_say "environment ${RDVC_OWN_ENV_KEY} could not be put into the checkout"
        return 1
    fi
    if [[ ! -e ${build}/verified ]]; then
        said=$(look_at_activation "$(value_of made_in "${build}/info")")
        if [[ -n ${said} && ${said} != 'activation failed' ]]; then
            remove_view "${build}"
            mark_not_reusable "${said}" "${folder}"
            return 1
        fi
        [[ -n ${said} ]] || : >"${build}/verified" || true
    fi
    find_time
    rdvc_say "environment ${RDVC_OWN_ENV_KEY} $(describe_build); reused in $(awk -v a="${began}" -v b="${now}" 'BEGIN { printf "%.2f", b - a }') s"
}

describe_build() {
    printf 'made by job %s on %s, %s' "$(value_of job "${build}/info")" "$(value_of node "${build}/info")" \
        "$(date -d "@$(value_of made "${build}/info")" '+%Y-%m-%d %H:%M')"
}

run_setup_command() {
    local code=0
    run_in_group run_program bash -c "${RDVC_JOB_ENV_SETUP}" || code=$?
    end_if_stopped "the setup command"
    case ${code} in
    0) ;;
    126 | 127) setup_failed "the setup command cannot be run: ${RDVC_JOB_ENV_SETUP}" "${code}" ;;
    *) setup_failed "the setup command failed with exit code ${code}: ${RDVC_JOB_ENV_SETUP}" "${code}" ;;
    esac
}

# Records the failure, so that jobs that wait for this environment do not try the same one after the
# other.
setup_failed() {
    if still_owner; then
        printf '%s\n%s %s\n%s\n' "${SLURM_JOB_ID:-by hand}" "$(date +%s)" "$$" "$1" >"${RDVC_OWN_ENV_LOCK%.lock}.failed" || true
    fi
    release_environment_lock
    rdvc_fail "$1" "$2"
}

# After setup, which took $1 seconds: keeps its result for later jobs, or the reason why not.
keep_environment() {
    local said here=${PWD}
    cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot enter ${RDVC_OWN_REPO_DIR}"
    said=$(examine_environment "${folder}")
    [[ -n ${said} ]] || said=$(look_at_activation '')
    if [[ -z ${said} ]]; then
        publish_environment "${folder}" "$1"
    elif [[ ${said} == 'activation failed' ]]; then
        rdvc_say "activation failed, so the environment is not kept"
    else
        mark_not_reusable "${said}" "${folder}"
        if [[ ${RDVC_JOB_ENV_WHERE} == login ]]; then
            release_environment_lock
            rdvc_fail "env.where is login, but this project's environment cannot be reused: ${said}"
        fi
    fi
    cd "${here}" || rdvc_fail "cannot enter ${here}"
    release_environment_lock
}

# Sources the code from a file, as if the user had typed it. Activation scripts are not written for
# `set -eu`.
activate_environment() {
    [[ -n ${RDVC_JOB_ENV_ACTIVATE} ]] || return 0
    local file="${RDVC_OWN_WORKSPACE_DIR}/activate.sh" code=0
    printf '%s\n' "${RDVC_JOB_ENV_ACTIVATE}" >"${file}"
    set +eu
    # shellcheck source=/dev/null
    source "${file}"
    code=$?
    set -eu
    set_traps
    ((code == 0)) ||
        rdvc_fail "activation failed with exit code ${code}: ${RDVC_JOB_ENV_ACTIVATE}$(advice_for_tool)"
}

# Prints the version of the dvc on PATH: from the files beside it if they show it, because starting
# dvc is slow. It may also be where only `run_program` finds it.
dvc_version() {
    local program info real
    program=$(command -v dvc) || { (run_program dvc --version 2>/dev/null) && return; }
    [[ -n ${program} ]] || return 1
    real=$(readlink -f -- "${program}")
    for info in {"${program%/*}","${real%/*}"}/../lib/python3*/site-packages/dvc-[0-9]*.dist-info; do
        if [[ -d ${info} ]]; then
            info=${info##*/dvc-}
            printf '%s' "${info%.dist-info}"
            return
        fi
    done
    (run_program dvc --version)
}

# `--allow-missing` came with DVC 3.0, so an older one cannot run the job's command.
check_dvc() {
    local version
    [[ -z ${RDVC_OWN_DVC_VERSION:-} ]] || return 0 # another task of this job has asked
    version=$(dvc_version) || ! command -v dvc >/dev/null || rdvc_fail "\`dvc --version\` failed"
    [[ -n ${version} ]] ||
        rdvc_fail "no \`dvc\` on PATH after activation; the setup command must install it (${RDVC_JOB_ENV_SETUP:-there is none: add ./init_env.sh or env.setup})"
    case ${version} in
    [0-2].*) rdvc_fail "dvc ${version} is too old; 3.0 or newer is needed" ;;
    esac
    RDVC_OWN_DVC_VERSION=${version}
    rdvc_say "dvc ${version} at $(command -v dvc || printf 'a place of run_program')"
}
