# --- 1. Workspace: the project at the submitted commit, in a folder of this job's own -------------

# The first of these folders that exists on this node and is writable; if one was configured, only
# that.
workspace_root() {
    local folder
    for folder in "${RDVC_JOB_WORKSPACE_ROOT/#\~\//${HOME}/}" "${SLURM_TMPDIR:-}" "${TMPDIR:-}" /tmp; do
        if [[ -n ${folder} && -d ${folder} && -w ${folder} ]]; then
            printf '%s' "${folder}"
            return 0
        fi
        [[ -z ${RDVC_JOB_WORKSPACE_ROOT} ]] || return 1
    done
    return 1
}

# Size such as 500M or 2G (units of 1,000) -> KiB.
kibibytes() {
    local number=${1%[KMGT]}
    case $1 in
    *K) number=$((number * 1000)) ;;
    *M) number=$((number * 1000000)) ;;
    *G) number=$((number * 1000000000)) ;;
    *T) number=$((number * 1000000000000)) ;;
    esac
    printf '%s' "$(((number + 1023) / 1024))"
}

create_workspace() {
    begin_phase workspace "clone ${RDVC_JOB_REPO_NAME} at ${RDVC_JOB_REPO_REV:0:10}${RDVC_JOB_SNAPSHOT:+, with uncommitted changes}"
    local root free needed
    root=$(workspace_root) || rdvc_fail "no folder on $(uname -n) can hold the workspace"
    remove_dead_workspaces "${root}"
    free=$(df -Pk "${root}" | awk 'NR == 2 { print $4 }')
    needed=$(kibibytes "${RDVC_JOB_MIN_FREE}")
    if ((${free:-0} < needed)); then
        rdvc_fail "only ${free} KiB are free in ${root} on $(uname -n); job.min_free is ${RDVC_JOB_MIN_FREE}"
    fi
    RDVC_OWN_WORKSPACE_DIR=$(mktemp -d "${root}/$(workspace_template)") ||
        rdvc_fail "cannot create a folder in ${root} on $(uname -n)"
    note_workspace
    RDVC_OWN_REPO_DIR="${RDVC_OWN_WORKSPACE_DIR}/${RDVC_JOB_REPO_NAME}"
    export RDVC_OWN_WORKSPACE_DIR RDVC_OWN_REPO_DIR
    begin_usage
    begin_watch
    umask "${RDVC_OWN_UMASK}" # the workspace itself has mode 0700
    rdvc_say "workspace ${RDVC_OWN_WORKSPACE_DIR} on $(uname -n)"
}

# A repository in folder $1 that borrows all objects from the mirror $2, so that nothing is copied.
borrow_from() {
    [[ -d $2/objects ]] || sleep 3 # a node may see new folders late
    [[ -d $2/objects ]] || rdvc_fail "the mirror $2 is missing; \`rdvc retry\` sends it again"
    git init --quiet "$1"
    printf '%s/objects\n' "$2" >"$1/.git/objects/info/alternates"
    # Where a history ends in the mirror it ends here.
    [[ ! -s $2/shallow ]] || cp "$2/shallow" "$1/.git/shallow"
    neutral_settings "$1"
}

# Git's settings of the user on the cluster must not decide how files and refs look: they may differ
# from the laptop's.
neutral_settings() {
    cat >>"$1/.git/config" <<'CONFIG'
[core]
    autocrlf = false
    eol = lf
    attributesFile = /dev/null
    hooksPath = .git/hooks
[submodule]
    recurse = false
CONFIG
}

clone_from_mirror() {
    borrow_from "${RDVC_OWN_REPO_DIR}" "${RDVC_JOB_REPO_URL}"
    cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot make ${RDVC_OWN_REPO_DIR}"
    # To the project, origin is the same as on the laptop.
    git remote add -- origin "${RDVC_JOB_ORIGIN_URL:-${RDVC_JOB_REPO_URL}}"
    restore_lfs "${RDVC_JOB_EXTRAS}"
    restore_conversions "${RDVC_JOB_EXTRAS}"
}

clone_from_origin() {
    local code=0
    run_in_group git clone --quiet --no-checkout -- "${RDVC_JOB_REPO_URL}" "${RDVC_OWN_REPO_DIR}" || code=$?
    end_if_stopped "the clone"
    ((code == 0)) || rdvc_fail "cannot clone ${RDVC_JOB_REPO_URL}"
    neutral_settings "${RDVC_OWN_REPO_DIR}"
    cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot make ${RDVC_OWN_REPO_DIR}"
}

# The author of the experiment's commit is the person who submitted it; DVC refuses to run without
# one.
set_identity() {
    local name=${RDVC_JOB_USER_NAME} email=${RDVC_JOB_USER_EMAIL}
    if [[ -z ${name} ]] && git config user.name >/dev/null && git config user.email >/dev/null; then
        return 0
    fi
    git config user.name "${name:-$(id -un)}"
    git config user.email "${email:-$(id -un)@$(uname -n)}"
}

# HEAD is the submitted commit, even if the branch has moved on; index and files are the snapshot.
# So the changes are staged, and DVC sees them as on the laptop.
check_out() {
    local tree=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}}
    put_tree "${RDVC_JOB_REPO_REV}" "${tree}" && return 0
    if [[ ${RDVC_JOB_CODE} == ssh ]] && ! is_readable "${tree}"; then
        sleep 3 # a node may see new files late
        put_tree "${RDVC_JOB_REPO_REV}" "${tree}" && return 0
        tell_of_damage "${tree}" "${RDVC_JOB_REPO_URL}"
    fi
    rdvc_fail "cannot check out ${tree}"
}

# $1: the commit for HEAD, $2: the commit for index and files.
put_tree() {
    git update-ref --no-deref HEAD "$1" && git read-tree --reset -u "$2"
}

# If objects of the commit $1 cannot be read: marks the mirror $2, so that the next submission
# repairs it.
tell_of_damage() {
    is_readable "$1" && return 0
    : >"$2/rdvc-damaged" || true
    rdvc_fail "the mirror $2 is damaged; the next \`rdvc run\` repairs it"
}

# True if all objects of a commit's tree can be read.
is_readable() {
    git rev-list --objects --no-walk "$1" 2>/dev/null | cut -d ' ' -f 1 |
        git cat-file --batch >/dev/null 2>&1
}

clone_project() {
    case ${RDVC_JOB_CODE} in
    ssh) clone_from_mirror ;;
    origin) clone_from_origin ;;
    esac
    set_identity
    check_out
    case ${RDVC_JOB_CODE} in
    ssh)
        restore_tags
        restore_submodules
        restore_copies
        ;;
    origin)
        [[ ! -e .gitmodules ]] || git submodule --quiet update --init --recursive ||
            rdvc_fail "cannot fetch the submodules"
        fetch_lfs
        ;;
    esac
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" ||
        rdvc_fail "the commit has no folder ${RDVC_JOB_PROJECT_DIR}"
}

# Each at its commit, from a mirror of its own; outer ones come before inner ones.
restore_submodules() {
    local words=("${RDVC_JOB_SUBMODULES[@]+"${RDVC_JOB_SUBMODULES[@]}"}") i path commit mirror
    ((${#words[@]} > 0)) || return 0
    for ((i = 0; i < ${#words[@]}; i += 4)); do
        path="${RDVC_OWN_REPO_DIR}/${words[i]}" commit=${words[i + 1]} mirror="${RDVC_DIR}/repos/${words[i + 2]}"
        borrow_from "${path}" "${mirror}"
        cd "${path}" || rdvc_fail "cannot create the folder of the submodule ${words[i]}"
        restore_lfs "${words[i + 3]}"
        restore_conversions "${words[i + 3]}"
        if ! put_tree "${commit}" "${commit}"; then
            tell_of_damage "${commit}" "${mirror}"
            rdvc_fail "cannot check out the submodule ${words[i]} at ${commit}"
        fi
    done
    cd "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot enter ${RDVC_OWN_REPO_DIR}"
    git submodule --quiet init
}

# Files that Git ignores and the user named: added to the checkout, in no commit; byte for byte,
# whatever .gitattributes says.
restore_copies() {
    [[ -n ${RDVC_JOB_EXTRAS} ]] && git rev-parse --verify --quiet "${RDVC_JOB_EXTRAS}:copies" >/dev/null ||
        return 0
    local scratch="${RDVC_OWN_WORKSPACE_DIR}/copies.git"
    git init --quiet --bare "${scratch}"
    printf '%s/objects\n' "${RDVC_JOB_REPO_URL}" >"${scratch}/objects/info/alternates"
    printf '* -export-ignore -export-subst -text -eol -ident -filter -working-tree-encoding\n' \
        >"${scratch}/info/attributes"
    git --git-dir="${scratch}" archive "${RDVC_JOB_EXTRAS}:copies" | tar -x ||
        rdvc_fail "cannot restore the copied files"
    rm -rf "${scratch}"
}

# Versions are made from tags, so the laptop's tags on this history are created here too.
restore_tags() {
    local tags="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/tags" object name
    [[ -s ${tags} ]] || return 0
    while LC_ALL=C read -r object name; do # in other locales half a character swallows its line end
        printf 'create refs/tags/%s %s\n' "${name}" "${object}"
    done <"${tags}" | git update-ref --stdin || rdvc_fail "cannot restore the project's tags"
}

# True if data comes from and goes to a DVC remote: the DVC configuration names a default one, and
# data does not travel over SSH.
has_dvc_remote() {
    local file line section
    [[ ${RDVC_JOB_DATA} == remote ]] || return 1
    for file in "${HOME}/.config/dvc/config" "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}/.dvc/config"; do
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

make_cache() {
    [[ ! -d ${RDVC_JOB_CACHE_DIR} ]] || return 0
    local mask=077 # whatever the project's own programs use
    [[ ${RDVC_JOB_CACHE_GROUP} != 1 ]] || mask=007
    (umask "${mask}" && mkdir -p "${RDVC_JOB_CACHE_DIR}") || rdvc_fail "cannot create ${RDVC_JOB_CACHE_DIR} on $(uname -n)"
    [[ ${RDVC_JOB_CACHE_GROUP} != 1 ]] || chmod g+rwxs "${RDVC_JOB_CACHE_DIR}" || true
}

# An input of a stage that will not run may be missing in the cache. With symbolic links DVC then
# makes a dangling one, and fails at it; with hard links and copies it skips the file, as it should.
link_types() {
    if lacks_skipped && ! can_hardlink; then
        rdvc_say "inputs of stages that need not run are not in the cache, so data is copied, not linked" >&2
        printf 'hardlink,copy'
    else
        printf 'hardlink,symlink,copy'
    fi
}

lacks_skipped() {
    local name entry layout
    for name in "${RDVC_JOB_SKIPPED[@]+"${RDVC_JOB_SKIPPED[@]%% *}"}"; do
        if [[ ${name} != *.dir ]]; then
            [[ -e ${RDVC_JOB_CACHE_DIR}/${name} ]] || return 0
        elif [[ -e ${RDVC_JOB_CACHE_DIR}/${name} ]]; then
            layout=${name%??/*}
            for entry in $(directory_entries "${RDVC_JOB_CACHE_DIR}/${name}"); do
                [[ -e ${RDVC_JOB_CACHE_DIR}/${layout}${entry:0:2}/${entry:2} ]] || return 0
            done
        fi
    done
    return 1
}

can_hardlink() {
    local from="${RDVC_JOB_CACHE_DIR}/.rdvc-link-${SLURM_JOB_ID:-hand}-$$" status=0
    : >"${from}" && ln "${from}" "${RDVC_OWN_WORKSPACE_DIR}/.link" 2>/dev/null || status=1
    rm -f "${from}" "${RDVC_OWN_WORKSPACE_DIR}/.link"
    return "${status}"
}

# Writes DVC's settings for this job into the file that `dvc config --local` would write. Only an
# experiment needs a DVC project.
write_dvc_config() {
    local shared=
    [[ ${RDVC_JOB_CACHE_GROUP} != 1 ]] || shared=$'\n    shared = group'
    [[ -d .dvc || ${RDVC_JOB_KIND} == command || ${RDVC_JOB_ONLY} == environment ]] ||
        rdvc_fail "the commit has no DVC project in ${RDVC_JOB_PROJECT_DIR:-its root folder}"
    [[ -d .dvc ]] || return 0
    make_cache
    cat >.dvc/config.local <<CONFIG
[core]
    analytics = false
    check_update = false
[cache]
    dir = "${RDVC_JOB_CACHE_DIR}"
    type = "$(link_types)"${shared}
[exp]
    auto_push = false
CONFIG
    # DVC's own locks and databases stay on the node.
    export DVC_SITE_CACHE_DIR="${RDVC_OWN_WORKSPACE_DIR}/dvc-site-cache"
}
