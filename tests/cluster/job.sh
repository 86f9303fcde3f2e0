#!/bin/bash
# A job without SLURM, up to the activated environment: `job.sh SETTINGS PROBE...` makes a workspace from the
# project's repository as the job does (a clone without tracked history of its own, uncommitted changes
# staged), sets the environment up, activates it and runs the probe there. SETTINGS is a file of assignments.
set -euo pipefail
cluster="${RDVC_SOURCE_FOLDER}/cluster"
settings=$1
shift
TEST_ENV_INPUTS=() TEST_ENV_IGNORE=() # of the configuration, for the laptop
# shellcheck source=/dev/null
source "${settings}"

find_time() { now="${EPOCHREALTIME/,/.}"; }
rdvc_say() { printf 'rdvc: %s\n' "$*"; }
begin_phase() { printf '=== %s: %s\n' "$1" "$2"; }
rdvc_fail() {
    printf 'rdvc: error: %s\n' "$1" >&2
    exit "${2:-1}"
}
set_traps() { trap release_environment_lock EXIT; }
for file in "${cluster}"/both/*.sh "${cluster}"/job/lib/stop.sh "${cluster}"/job/2-environment/*.sh; do
    # shellcheck source=/dev/null
    source "${file}"
done
set_traps
# shellcheck disable=SC2034 # read by the job
RDVC_OWN_ENV_STALE=${TEST_STALE:-45}

mkdir -p "${TEST_ROOT}/ws"
RDVC_OWN_WORKSPACE_DIR=$(mktemp -d "${TEST_ROOT}/ws/XXXXXX")
RDVC_OWN_REPO_DIR="${RDVC_OWN_WORKSPACE_DIR}/${RDVC_JOB_REPO_NAME:-project}"
RDVC_OWN_RECORD_DIR="${RDVC_OWN_RECORD_DIR:-${RDVC_OWN_WORKSPACE_DIR}/record}"
export RDVC_OWN_WORKSPACE_DIR RDVC_OWN_REPO_DIR
mkdir -p "${RDVC_OWN_RECORD_DIR}" "${RDVC_OWN_REPO_DIR}"
cd "${RDVC_OWN_REPO_DIR}"
git init --quiet
printf '%s/.git/objects\n' "${TEST_PROJECT}" >.git/objects/info/alternates
git -c advice.detachedHead=false checkout --quiet --detach "$(git -C "${TEST_PROJECT}" rev-parse HEAD)"
git -C "${TEST_PROJECT}" for-each-ref --format='create %(refname) %(objectname)' refs/tags | git update-ref --stdin
# The user's uncommitted changes are in the index and on disk.
tree=$(cd "${TEST_PROJECT}" && GIT_INDEX_FILE="${RDVC_OWN_WORKSPACE_DIR}/index" bash -c 'git read-tree HEAD && git add -A && git write-tree')
git read-tree -m -u HEAD "${tree}"
# What the laptop says of it comes from the laptop's own code.
RDVC_JOB_TOKEN=$(printf '%032x' "$$")
mkdir -p "${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
{
    printf 'project %s\nproject_dir %s\nsetup %s\nactivate %s\n' \
        "${RDVC_JOB_PROJECT_ID:-}" "${RDVC_JOB_PROJECT_DIR:-}" "${RDVC_JOB_ENV_SETUP}" "${RDVC_JOB_ENV_ACTIVATE}"
    ((${#TEST_ENV_INPUTS[@]} == 0)) || printf 'inputs %s\n' "${TEST_ENV_INPUTS[@]}"
    ((${#TEST_ENV_IGNORE[@]} == 0)) || printf 'ignore %s\n' "${TEST_ENV_IGNORE[@]}"
    [[ -z ${RDVC_JOB_ENV_OUTSIDE+x} ]] || ((${#RDVC_JOB_ENV_OUTSIDE[@]} == 0)) || printf 'outside %s\n' "${RDVC_JOB_ENV_OUTSIDE[@]}"
} | "${RDVC_BUILD_FOLDER}/tests/describe_environment" "${TEST_PROJECT}" "${tree}" \
    >"${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/environment.inputs"
mkdir -p "${RDVC_JOB_PROJECT_DIR:-.}/.dvc"
printf '[core]\n    analytics = false\n' >"${RDVC_JOB_PROJECT_DIR:-.}/.dvc/config.local"
bash -c "${TEST_COPIES:-:}" # files that Git ignores
cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR:-}"

set_up_environment
if [[ ${RDVC_JOB_ONLY:-} == environment ]]; then
    exit
fi
activate_environment
[[ ${TEST_CHECK_DVC:-0} == 0 ]] || check_dvc
printf 'workspace: %s\n' "${RDVC_OWN_WORKSPACE_DIR}"
printf -- '--- probe\n'
trap - EXIT
"$@"
printf -- '--- end of probe\n'
[[ ${TEST_KEEP:-0} == 1 ]] || { cd / && remove_folder "${RDVC_OWN_WORKSPACE_DIR}"; }
