# --- The partial commit: what `dvc exp show` lists ------------------------------------------------

# The baseline with the current tracked files, parameters and metrics, and the baseline's dvc.lock:
# no stage counts as done. The workspace's disk may be full, so temporary files are in the record.
make_partial_commit() {
    local scratch=$1 base=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}} metric
    export GIT_INDEX_FILE="${scratch}/index" GIT_OBJECT_DIRECTORY="${scratch}/objects" \
        GIT_ALTERNATE_OBJECT_DIRECTORIES="${RDVC_OWN_REPO_DIR}/.git/objects"
    cp .git/index "${GIT_INDEX_FILE}" 2>/dev/null # recognises unchanged files by their time
    mkdir "${GIT_OBJECT_DIRECTORY}" && git read-tree --reset "${base}" || return 1
    git add -u -- ':(top)' ':(top,exclude,glob)**/dvc.lock' || return 1
    while IFS= read -r -d '' metric; do
        [[ -z ${metric} || ! -e ${metric} ]] || git add -- ":(top,literal)${metric}" 2>/dev/null # files of DVC are ignored
    done < <(shown_paths)
    git commit-tree -p "${RDVC_JOB_REPO_REV}" -m "Unfinished part of ${RDVC_JOB_EXP_NAME}" "$(git write-tree)"
}

push_partial() {
    local scratch=$1 lease=$2
    GIT_OBJECT_DIRECTORY="${scratch}/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="${RDVC_OWN_REPO_DIR}/.git/objects" \
        timeout 20 git -c core.hooksPath=/dev/null push --quiet "${lease}" -- "${RDVC_JOB_REPO_URL}" "$3:$4" </dev/null
}

publish_partial() {
    local scratch commit ref
    ref=$(ref_of_experiment "${RDVC_JOB_REPO_REV}" "${RDVC_JOB_EXP_NAME}-partial")
    [[ -z ${RDVC_OWN_PARTIAL_REF} ]] || ref=${RDVC_OWN_PARTIAL_REF}
    scratch=$(mktemp -d "${RDVC_OWN_RECORD_DIR}/.partial-XXXXXX") || return 0
    if commit=$(make_partial_commit "${scratch}") && [[ -n ${commit} ]] &&
        { push_partial "${scratch}" "--force-with-lease=${ref}:${RDVC_OWN_PARTIAL_COMMIT}" "${commit}" "${ref}" 2>/dev/null ||
            push_partial "${scratch}" --force "${commit}" "${ref%-partial*}-partial-${RDVC_JOB_TOKEN}"; }; then
        [[ $(remote_commit "${ref}") == "${commit}" ]] || ref="${ref%-partial*}-partial-${RDVC_JOB_TOKEN}"
        printf '%s %s\n' "${ref}" "${commit}" >"${RDVC_OWN_RECORD_DIR}/partial-ref" || true
        RDVC_OWN_PARTIAL_REF=${ref} RDVC_OWN_PARTIAL_COMMIT=${commit}
        rdvc_say "parameters and metrics so far: experiment ${ref##*/}"
    else
        rdvc_say "no commit of the unfinished result in ${RDVC_JOB_REPO_URL}"
    fi
    rm -rf -- "${scratch}"
}

# Removes partial results: the complete result is published.
remove_partial() {
    rm -rf -- "${RDVC_OWN_RECORD_DIR}/partial"
    note_partial
    [[ -n ${RDVC_OWN_PARTIAL_REF} ]] || return 0
    timeout 20 git -c core.hooksPath=/dev/null push --quiet "--force-with-lease=${RDVC_OWN_PARTIAL_REF}:${RDVC_OWN_PARTIAL_COMMIT}" -- \
        "${RDVC_JOB_REPO_URL}" ":${RDVC_OWN_PARTIAL_REF}" </dev/null || true
    rm -f "${RDVC_OWN_RECORD_DIR}/partial-ref"
    note_partial
}
