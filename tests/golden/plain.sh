#!/bin/bash
#
# Made by rdvc. It can be read, changed and run by hand in an interactive allocation
# (salloc, then: srun --pty bash, then: bash THIS_FILE).
#
# shellcheck disable=SC2016 # the values below are data, not code
#
#SBATCH --job-name=rdvc-run:rdvc-demo-project:main
#SBATCH --wckey=rdvc-demo-project
#SBATCH --comment=rdvc:0123456789abcdef0123456789abcdef

# --- What to run -----------------------------------------------------------------

export RDVC_DIR="${RDVC_DIR:-${HOME}/.rdvc}"
export RDVC_JOB_TOKEN=0123456789abcdef0123456789abcdef
export RDVC_JOB_REPO_NAME=rdvc-demo-project
export RDVC_JOB_REPO_URL="${RDVC_DIR}"/repos/rdvc-demo-project-7f3a9c1d.git
export RDVC_JOB_REPO_BRANCH=main
export RDVC_JOB_REPO_REV=c0ffee0123456789c0ffee0123456789c0ffee01
export RDVC_JOB_CODE=ssh
export RDVC_JOB_ORIGIN_URL=''
export RDVC_JOB_PROJECT_DIR=''
export RDVC_JOB_SUBDIR=''
export RDVC_JOB_CACHE_DIR="${RDVC_DIR}/cache"
export RDVC_JOB_WORKSPACE_ROOT=''
export RDVC_JOB_MIN_FREE=1G
export RDVC_JOB_ENV_SETUP=''
export RDVC_JOB_ENV_ACTIVATE=''
export RDVC_JOB_EXP_NAME=exp-0123456789ab
export RDVC_JOB_EXP_FORCE=0
export RDVC_JOB_PULL=1
RDVC_JOB_EXP_RUN_OPTIONS=()

# --- Start: who runs this, where it is written down, the user's ~/.bashrc -------------------------

RDVC_JOB_UMASK=$(umask) # for the project's own programs, once the workspace is made
umask 077
set -uo pipefail

# Seconds since the epoch, with milliseconds where this bash has them.
rdvc_now() {
    if [[ -n ${EPOCHREALTIME:-} ]]; then
        printf '%s' "${EPOCHREALTIME/,/.}"
    else
        date +%s.%N
    fi
}

rdvc_say() {
    printf 'rdvc: %s\n' "$*"
}

# Says which phase begins and when, in the log and in the job's folder.
begin_phase() {
    RDVC_JOB_PHASE=$1
    printf '%s %s\n' "$(rdvc_now)" "$1" >>"${RDVC_JOB_RECORD_DIR}/phases" || true
    printf '\n=== rdvc %s: %s (%s)\n' "$1" "$2" "$(date '+%Y-%m-%d %H:%M:%S')"
}

# Ends the job as failed in the current phase; the reason goes to the log and to `rdvc status`.
rdvc_fail() {
    RDVC_JOB_MESSAGE=$1
    printf 'rdvc: error: %s\n' "$1" >&2
    exit "${2:-1}"
}

# The outcome, as lines of `key value`, put in place in one step.
write_result() {
    local state=$1 code=$2
    {
        printf 'state %s\n' "${state}"
        printf 'phase %s\n' "${RDVC_JOB_PHASE}"
        printf 'exit %s\n' "${code}"
        printf 'job %s\n' "${SLURM_JOB_ID:-none}"
        printf 'node %s\n' "$(uname -n)"
        printf 'name %s\n' "${RDVC_JOB_EXP_NAME}"
        [[ -z ${RDVC_JOB_EXP_REF:-} ]] || printf 'ref %s\n' "${RDVC_JOB_EXP_REF}"
        [[ -z ${RDVC_JOB_EXP_COMMIT:-} ]] || printf 'commit %s\n' "${RDVC_JOB_EXP_COMMIT}"
        [[ -z ${RDVC_JOB_KEPT_DIR:-} ]] || printf 'kept %s\n' "${RDVC_JOB_KEPT_DIR}"
        [[ -z ${RDVC_JOB_MESSAGE} ]] || printf 'message %s\n' "${RDVC_JOB_MESSAGE//$'\n'/ }"
    } >"${RDVC_JOB_RECORD_DIR}/result.new" &&
        mv "${RDVC_JOB_RECORD_DIR}/result.new" "${RDVC_JOB_RECORD_DIR}/result"
}

# Runs if ~/.bashrc ends the shell, with whatever exit code.
# shellcheck disable=SC2317
bashrc_ended() {
    local code=$?
    RDVC_JOB_MESSAGE="${HOME}/.bashrc ended the job with exit code ${code}"
    printf 'rdvc: error: %s\n' "${RDVC_JOB_MESSAGE}" >&2
    ((code != 0)) || code=1
    write_result failed "${code}"
    trap - EXIT
    exit "${code}"
}

# sbatch gives the attempt's number as first argument; whoever makes its claim runs it, all others
# end. The same job goes on when SLURM starts it again (requeue; or a controller that crashed before it
# had saved the start, which does not even count as a restart). Without a number: a run by hand.
start_job() {
    local submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
    local jobs="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"
    if [[ -z ${1:-} ]]; then
        local n=1
        mkdir -p "${jobs}" || exit 1
        until mkdir "${jobs}/hand-${n}" 2>/dev/null; do
            n=$((n + 1))
            ((n < 1000)) || exit 1
        done
        RDVC_JOB_EXP_NAME="${RDVC_JOB_EXP_NAME}-hand-${n}"
        RDVC_JOB_RECORD_DIR="${jobs}/hand-${n}"
        rdvc_say "run by hand; on the laptop: dvc exp pull rdvc ${RDVC_JOB_EXP_NAME}"
        return
    fi
    if [[ ! -d ${submission} ]]; then
        printf 'rdvc: error: %s does not exist on %s: is the folder shared with the login node?\n' \
            "${submission}" "$(uname -n)" >&2
        exit 1
    fi
    local claim="${submission}/claim.$1"
    if mkdir "${claim}" 2>/dev/null; then
        printf '%s\n' "${SLURM_JOB_ID:-none}" >"${claim}/owner"
    elif [[ $(cat "${claim}/owner" 2>/dev/null) != "${SLURM_JOB_ID:-none}" ]]; then
        rdvc_say "attempt $1 of this submission was taken by another job; this one ends"
        exit 0
    fi
    RDVC_JOB_RECORD_DIR="${jobs}/0"
    mkdir -p "${RDVC_JOB_RECORD_DIR}" || exit 1
    rm -f "${RDVC_JOB_RECORD_DIR}/result" # of the time before a requeue
    printf '%s\n' "${SLURM_JOB_ID:-none}" >"${RDVC_JOB_RECORD_DIR}/job"
}

RDVC_JOB_MESSAGE=
RDVC_JOB_PUBLISHED=0
# A job may be submitted from within another one, whose values are none of ours.
unset RDVC_JOB_WORKSPACE_DIR RDVC_JOB_REPO_DIR RDVC_JOB_KEPT_DIR RDVC_JOB_EXP_REF RDVC_JOB_EXP_COMMIT
start_job "$@"

# At top level: what `declare` makes inside a function would be gone after it.
begin_phase bashrc "load ~/.bashrc"
set +u
trap bashrc_ended EXIT
if [[ -r ${HOME}/.bashrc ]]; then
    # shellcheck source=/dev/null
    source "${HOME}/.bashrc"
fi
trap - EXIT ERR DEBUG RETURN
unalias -a
unset -f cd rm mv git mkdir cat printf
shopt -u failglob nullglob
set -euo pipefail
set +mC
IFS=$' \t\n'

# --- 1. Workspace: the project at the submitted commit, in a folder of this job's own --------------

# The first of these folders that this node has and lets us write to; one that was asked for must be it.
workspace_root() {
    local folder
    for folder in "${RDVC_JOB_WORKSPACE_ROOT/#\~\//${HOME}/}" "${SLURM_TMPDIR:-}" "${TMPDIR:-}" /tmp; do
        if [[ -n ${folder} && -d ${folder} && -w ${folder} ]]; then
            printf '%s' "${folder}"
            return
        fi
        [[ -z ${RDVC_JOB_WORKSPACE_ROOT} ]] || return 1
    done
    return 1
}

# Size such as 500M or 2G -> KiB.
kibibytes() {
    local number=${1%[KMGT]} unit=${1: -1}
    case ${unit} in
    M) number=$((number * 1024)) ;;
    G) number=$((number * 1024 * 1024)) ;;
    T) number=$((number * 1024 * 1024 * 1024)) ;;
    esac
    printf '%s' "${number}"
}

create_workspace() {
    begin_phase workspace "clone ${RDVC_JOB_REPO_NAME} at ${RDVC_JOB_REPO_REV:0:10}"
    local root free needed
    root=$(workspace_root) || rdvc_fail "no folder on $(uname -n) can hold the workspace"
    free=$(df -Pk "${root}" | awk 'NR == 2 { print $4 }')
    needed=$(kibibytes "${RDVC_JOB_MIN_FREE}")
    if ((${free:-0} < needed)); then
        rdvc_fail "only ${free} KiB are free in ${root} on $(uname -n); job.min_free is ${RDVC_JOB_MIN_FREE}"
    fi
    RDVC_JOB_WORKSPACE_DIR=$(mktemp -d "${root}/rdvc-${SLURM_JOB_ID:-hand}-XXXXXXXX") ||
        rdvc_fail "cannot make a folder in ${root} on $(uname -n)"
    RDVC_JOB_REPO_DIR="${RDVC_JOB_WORKSPACE_DIR}/${RDVC_JOB_REPO_NAME}"
    export RDVC_JOB_WORKSPACE_DIR RDVC_JOB_REPO_DIR
    umask "${RDVC_JOB_UMASK}" # the workspace itself has mode 0700
    rdvc_say "workspace ${RDVC_JOB_WORKSPACE_DIR} on $(uname -n)"
}

# The project's mirror on this cluster lends its objects, so nothing is copied.
clone_from_mirror() {
    git init --quiet "${RDVC_JOB_REPO_DIR}"
    cd "${RDVC_JOB_REPO_DIR}"
    printf '%s/objects\n' "${RDVC_JOB_REPO_URL}" >.git/objects/info/alternates
    # To the project, origin is what it is on the laptop.
    git remote add origin "${RDVC_JOB_ORIGIN_URL:-${RDVC_JOB_REPO_URL}}"
}

clone_from_origin() {
    git clone --quiet --no-checkout -- "${RDVC_JOB_REPO_URL}" "${RDVC_JOB_REPO_DIR}" ||
        rdvc_fail "cannot clone ${RDVC_JOB_REPO_URL}"
    cd "${RDVC_JOB_REPO_DIR}"
}

# The same commit as was submitted, even if the branch has moved on in the meantime.
clone_project() {
    case ${RDVC_JOB_CODE} in
    ssh) clone_from_mirror ;;
    origin) clone_from_origin ;;
    esac
    git -c advice.detachedHead=false checkout --quiet --detach "${RDVC_JOB_REPO_REV}" ||
        rdvc_fail "cannot check out ${RDVC_JOB_REPO_REV}"
    [[ ${RDVC_JOB_CODE} != ssh ]] || restore_tags
    cd "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" ||
        rdvc_fail "the commit has no folder ${RDVC_JOB_PROJECT_DIR}"
}

# Versions are made from tags, so the tags that the laptop has on this history are made here too.
restore_tags() {
    local tags="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/tags" object name
    [[ -s ${tags} ]] || return 0
    while read -r object name; do
        printf 'create refs/tags/%s %s\n' "${name}" "${object}"
    done <"${tags}" | git update-ref --stdin || rdvc_fail "cannot restore the project's tags"
}

# The DVC configuration names a default remote.
has_dvc_remote() {
    local file line section
    for file in "${HOME}/.config/dvc/config" "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}/.dvc/config"; do
        section=
        [[ -r ${file} ]] || continue
        while IFS= read -r line || [[ -n ${line} ]]; do
            if [[ ${line} =~ ^[[:blank:]]*\[(.*)\] ]]; then
                section=${BASH_REMATCH[1]}
            elif [[ ${section} == core && ${line} =~ ^[[:blank:]]*remote[[:blank:]]*= ]]; then
                return 0
            fi
        done <"${file}"
    done
    return 1
}

# DVC's settings for this job, written as the file that `dvc config --local` would write.
write_dvc_config() {
    [[ -d .dvc ]] || rdvc_fail "the commit has no DVC project in ${RDVC_JOB_PROJECT_DIR:-its root folder}"
    mkdir -p "${RDVC_JOB_CACHE_DIR}"
    cat >.dvc/config.local <<CONFIG
[core]
    analytics = false
    check_update = false
[cache]
    dir = "${RDVC_JOB_CACHE_DIR}"
    type = "hardlink,symlink,copy"
[exp]
    auto_push = false
CONFIG
    # Locks and databases of DVC's own stay on the node.
    export DVC_SITE_CACHE_DIR="${RDVC_JOB_WORKSPACE_DIR}/dvc-site-cache"
}

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

# --- 3. Experiment: dvc exp run, in a process group of its own ------------------------------------

RDVC_JOB_EXPERIMENT_PID=
RDVC_JOB_SIGNAL=

# Time limit, scancel, preemption, Ctrl-C on a run by hand: the whole group is told, since dvc alone would orphan its stage.
pass_signal() {
    RDVC_JOB_SIGNAL=$1
    rdvc_say "got SIG$1"
    if [[ -n ${RDVC_JOB_EXPERIMENT_PID} ]]; then
        kill -TERM -- "-${RDVC_JOB_EXPERIMENT_PID}" 2>/dev/null || true
    else
        rdvc_fail "stopped by SIG$1" 143
    fi
}

# Stages without dependencies and parameters that are not in dvc.lock yet. With --allow-missing DVC would
# take them for unchanged and skip them, and exit 0 with nothing run.
stages_that_must_run() {
    local file
    git ls-files -z ':(top,glob)**/dvc.yaml' | while IFS= read -r -d '' file; do
        { cat "${file%yaml}lock" 2>/dev/null || true; printf '\n---\n'; cat "${file}"; } | awk '
            function name(line) { gsub(/^ *["\047]?|["\047]?:.*$/, "", line); return line }
            function end_of_stage() { if (stage != "" && !depends && !(stage in locked)) print stage; stage = "" }
            !yaml && /^---$/ { yaml = 1; next }
            !yaml && /^  [^ #].*:/ { key = name($0); locked[key]; sub(/@.*/, "", key); locked[key]; next }
            !yaml || /^ *(#|$)/ { next }
            /^[^ ]/ { end_of_stage(); in_stages = /^stages:/; width = 0; next }
            !in_stages { next }
            { match($0, /^ */); indent = RLENGTH }
            width == 0 { width = indent }
            indent == width { end_of_stage(); stage = name($0); depends = 0; next }
            /^ *(deps|params):/ { depends = 1 }
            END { end_of_stage() }
        '
    done
}

run_experiment() {
    local command=(dvc exp run)
    if [[ ${RDVC_JOB_PULL} == 1 ]] && has_dvc_remote; then
        command+=(--pull)
    fi
    [[ -n $(stages_that_must_run) ]] || command+=(--allow-missing)
    command+=(-n "${RDVC_JOB_EXP_NAME}")
    command+=("${RDVC_JOB_EXP_RUN_OPTIONS[@]+"${RDVC_JOB_EXP_RUN_OPTIONS[@]}"}")
    begin_phase experiment "$(printf '%q ' "${command[@]}" | sed 's/ $//')"
    cd "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_SUBDIR}" || rdvc_fail "the commit has no folder ${RDVC_JOB_SUBDIR}"
    local code
    export PYTHONUNBUFFERED=1
    set -m
    "${command[@]}" </dev/null &
    RDVC_JOB_EXPERIMENT_PID=$!
    set +m
    while :; do # a trapped signal interrupts wait
        code=0
        wait "${RDVC_JOB_EXPERIMENT_PID}" || code=$?
        kill -0 "${RDVC_JOB_EXPERIMENT_PID}" 2>/dev/null || break
    done
    RDVC_JOB_EXPERIMENT_PID=
    if ((code != 0)) && [[ -n ${RDVC_JOB_SIGNAL} ]]; then
        rdvc_fail "the experiment was stopped by SIG${RDVC_JOB_SIGNAL} (scancel, time limit, preemption)" 143
    elif ((code != 0)); then
        rdvc_fail "the experiment failed: dvc exp run ended with exit code ${code}" "${code}"
    fi
}

# --- 4. Publish: data first, then the ref, then look whether both are there -----------------------

# Output hashes of a dvc.lock on standard input, as lines of `hash path`. DVC writes this file itself,
# with a fixed indentation; text of commands is indented deeper than the keys looked for. YAML may quote
# a path; doubled quotes in it stay, which can only make an output look missing.
locked_outputs() {
    awk '
        function value(line) { sub(/^[^:]*: */, "", line); gsub(/^["\047]|["\047]$/, "", line); return line }
        /^    [a-z]+:/ { outs = ($1 == "outs:") }
        outs && /^    - path:/ { path = value($0) }
        outs && /^      md5:/ { print value($0), path }
    '
}

# The hashes that a directory object lists.
directory_entries() {
    grep -o '"md5": *"[0-9a-f]*"' "$1" | grep -o '[0-9a-f]\{32\}' || true
}

# Where the cache holds an object: DVC 3 layout, or that of DVC 2.
cached_object() {
    local object
    for object in "${RDVC_JOB_CACHE_DIR}/files/md5/${1:0:2}/${1:2}" "${RDVC_JOB_CACHE_DIR}/${1:0:2}/${1:2}"; do
        if [[ -f ${object} ]]; then
            printf '%s' "${object}"
            return
        fi
    done
    return 1
}

# True if the experiment's commit has this output, as it has those with `cache: false`. A path in dvc.lock
# is relative to the stage's `wdir`, so any file that ends so and has this content will do.
tracked_output() {
    local hash=$1 path=$2 tracked
    while [[ ${path} == ./* || ${path} == ../* ]]; do
        path=${path#*/}
    done
    while IFS= read -r -d '' tracked; do
        [[ /${tracked} == *"/${path}" ]] || continue
        [[ ${hash} == *.dir ]] && return 0
        [[ $(git cat-file blob "${RDVC_JOB_EXP_COMMIT}:${tracked}" | md5sum) == "${hash} "* ]] && return 0
    done < <(git ls-tree -r -t --full-tree --name-only -z "${RDVC_JOB_EXP_COMMIT}")
    return 1
}

# Outputs that this experiment made (their hashes are not in the baseline's dvc.lock), as `hash path`.
new_outputs() {
    local lock
    git diff --name-only -z "${RDVC_JOB_REPO_REV}" "${RDVC_JOB_EXP_COMMIT}" -- ':(top,glob)**/dvc.lock' |
        while IFS= read -r -d '' lock; do
            comm -13 \
                <(git show "${RDVC_JOB_REPO_REV}:${lock}" 2>/dev/null | locked_outputs | sort -u) \
                <(git show "${RDVC_JOB_EXP_COMMIT}:${lock}" 2>/dev/null | locked_outputs | sort -u)
        done
}

# Paths of new outputs of which an object is neither in the cluster's cache nor in the commit.
missing_outputs() {
    local hash path entry object
    new_outputs | while read -r hash path; do
        if object=$(cached_object "${hash}"); then
            [[ ${hash} == *.dir ]] || continue
            for entry in $(directory_entries "${object}"); do
                cached_object "${entry}" >/dev/null || printf '%s\n' "${path}"
            done
        elif ! tracked_output "${hash}" "${path}"; then
            printf '%s\n' "${path}"
        fi
    done | sort -u
}

check_objects() {
    local missing
    missing=$(missing_outputs)
    [[ -z ${missing} ]] || rdvc_fail "the result is not complete; outputs that are neither in the cache nor in Git (ignored by Git, with \`cache: false\`?): ${missing//$'\n'/, }"
}

remote_commit() {
    git ls-remote -- "${RDVC_JOB_REPO_URL}" "$1" | cut -f 1
}

# Pushes the experiment's ref. `dvc exp push` would exit 0 where another experiment has the name; here
# the ref must not be there yet (or be replaced, with -f), else the result gets a name of its own.
push_ref() {
    local ref="refs/exps/${RDVC_JOB_REPO_REV:0:2}/${RDVC_JOB_REPO_REV:2}/${RDVC_JOB_EXP_NAME}"
    RDVC_JOB_EXP_COMMIT=$(git rev-parse --verify --quiet "${ref}^{commit}") ||
        rdvc_fail "dvc exp run ended well but made no experiment ${RDVC_JOB_EXP_NAME}"
    check_objects
    RDVC_JOB_EXP_REF=${ref}
    local lease="--force-with-lease=${ref}:"
    [[ ${RDVC_JOB_EXP_FORCE} != 1 ]] || lease=--force
    local said
    if ! said=$(git push --quiet "${lease}" -- "${RDVC_JOB_REPO_URL}" "${RDVC_JOB_EXP_COMMIT}:${ref}" 2>&1) &&
        [[ $(remote_commit "${ref}") != "${RDVC_JOB_EXP_COMMIT}" ]]; then
        if [[ -z $(remote_commit "${ref}") ]]; then
            printf '%s\n' "${said}" >&2
            rdvc_fail "cannot push the experiment to ${RDVC_JOB_REPO_URL}"
        fi
        RDVC_JOB_MESSAGE="another experiment is called ${RDVC_JOB_EXP_NAME}, so this one is ${RDVC_JOB_EXP_NAME}-${RDVC_JOB_TOKEN}"
        rdvc_say "${RDVC_JOB_MESSAGE}"
        RDVC_JOB_EXP_NAME="${RDVC_JOB_EXP_NAME}-${RDVC_JOB_TOKEN}"
        RDVC_JOB_EXP_REF="${ref}-${RDVC_JOB_TOKEN}"
        git push --quiet --force -- "${RDVC_JOB_REPO_URL}" "${RDVC_JOB_EXP_COMMIT}:${RDVC_JOB_EXP_REF}" ||
            rdvc_fail "cannot push the experiment to ${RDVC_JOB_REPO_URL}"
    fi
    [[ $(remote_commit "${RDVC_JOB_EXP_REF}") == "${RDVC_JOB_EXP_COMMIT}" ]] ||
        rdvc_fail "the experiment is not in ${RDVC_JOB_REPO_URL} after the push"
}

publish_experiment() {
    begin_phase publish "push data and the experiment ${RDVC_JOB_EXP_NAME}"
    if has_dvc_remote; then
        dvc push || rdvc_fail "dvc push failed"
    else
        rdvc_say "the project has no DVC remote: outputs stay in ${RDVC_JOB_CACHE_DIR}"
    fi
    push_ref
    RDVC_JOB_PUBLISHED=1
    rdvc_say "published ${RDVC_JOB_EXP_NAME} (${RDVC_JOB_EXP_COMMIT:0:10})"
}

# --- End, whatever happened -----------------------------------------------------------------------

# What the workspace holds goes to the shared folder. An environment can be made again; it stays.
keep_workspace() {
    RDVC_JOB_KEPT_DIR="${RDVC_JOB_RECORD_DIR}/${RDVC_JOB_REPO_NAME}"
    [[ ! -e ${RDVC_JOB_KEPT_DIR} ]] || RDVC_JOB_KEPT_DIR+="-${RANDOM}" # from before a requeue
    if [[ -n ${VIRTUAL_ENV:-} && ${VIRTUAL_ENV} == "${RDVC_JOB_REPO_DIR}"/* ]]; then
        rm -rf -- "${VIRTUAL_ENV}"
    fi
    if mv -- "${RDVC_JOB_REPO_DIR}" "${RDVC_JOB_KEPT_DIR}"; then
        rdvc_say "the result could not be published; the workspace is kept in ${RDVC_JOB_KEPT_DIR}"
    else
        RDVC_JOB_KEPT_DIR=${RDVC_JOB_REPO_DIR}
        RDVC_JOB_KEEP=1
        rdvc_say "the result could not be published; the workspace stays in ${RDVC_JOB_KEPT_DIR} on $(uname -n)"
    fi
}

# Results of the stages that did end are not lost with a failed experiment.
push_run_cache() {
    if has_dvc_remote; then
        rdvc_say "the experiment failed; pushing the run-cache"
        dvc push --run-cache || rdvc_say "dvc push --run-cache failed"
    fi
}

remove_workspace() {
    cd /
    [[ -n ${RDVC_JOB_WORKSPACE_DIR:-} ]] || return 0
    if [[ ${RDVC_JOB_KEEP:-0} == 1 ]]; then
        rdvc_say "the workspace is left in ${RDVC_JOB_WORKSPACE_DIR}"
    else
        rm -rf -- "${RDVC_JOB_WORKSPACE_DIR}"
    fi
}

# shellcheck disable=SC2317
finish_job() {
    local code=$? state=failed
    trap - EXIT
    trap : TERM USR1 INT HUP # once is enough
    set +e
    # Only the last line of publish_experiment says so; an `exit 0` of something sourced does not.
    if [[ ${RDVC_JOB_PUBLISHED} == 1 ]]; then
        state=published
    elif ((code == 0)); then
        code=1
        RDVC_JOB_MESSAGE="the shell was ended in phase ${RDVC_JOB_PHASE}"
    elif [[ -z ${RDVC_JOB_MESSAGE} ]]; then
        RDVC_JOB_MESSAGE="a command of the script failed with exit code ${code}; the log tells which"
    fi
    # After a signal SIGKILL is near: the word first, then what takes time.
    [[ -z ${RDVC_JOB_SIGNAL} ]] || write_result "${state}" "${code}"
    case ${state}-${RDVC_JOB_PHASE} in
    failed-experiment) [[ -n ${RDVC_JOB_SIGNAL} ]] || push_run_cache ;;
    failed-publish)
        state=unpublished
        keep_workspace
        ;;
    esac
    remove_workspace
    local last_phase=${RDVC_JOB_PHASE}
    begin_phase end "${state}, exit code ${code}"
    RDVC_JOB_PHASE=${last_phase}
    write_result "${state}" "${code}" # the last act: whoever waits for it finds all else done
    exit "${code}"
}

# Also after the user's own code was sourced, which may have set traps of its own.
set_traps() {
    trap finish_job EXIT
    local signal
    for signal in TERM USR1 INT HUP; do
        # shellcheck disable=SC2064 # the signal's name, now
        trap "pass_signal ${signal}" "${signal}"
    done
}

# --- Main -----------------------------------------------------------------------------------------

main() {
    set_traps

    # 1. Clone the project at the submitted commit
    create_workspace
    clone_project
    write_dvc_config

    # 2. Set up its environment
    set_up_environment
    activate_environment
    check_dvc

    # 3. Run the experiment
    run_experiment

    # 4. Push its results
    publish_experiment
}

main
