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
