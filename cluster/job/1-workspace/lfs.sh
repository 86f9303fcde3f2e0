# --- Files in Git LFS: their content came with the submission -------------------------------------
# The cluster needs no git-lfs (if one is set up there, it finds the content where it looks):
# pointers become content at checkout, unchanged content becomes its pointer again, and new content
# is committed unchanged, so that nothing is lost. Source of the pointers' form:
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md

# In the repository of the current folder, from the commit $1 (or nothing).
restore_lfs() {
    local type blob oid file
    [[ -n $1 ]] && git rev-parse --verify --quiet "$1:lfs" >/dev/null || return 0
    while read -r _ type blob oid; do
        file=$(lfs_file "${oid}")
        mkdir -p "${file%/*}"
        git cat-file "${type}" "${blob}" >"${file}" || rdvc_fail "cannot restore the LFS content ${oid}"
    done < <(git ls-tree "$1:lfs")
    local filter
    for filter in smudge clean; do
        git config "filter.lfs.${filter}" \
            "bash -c 'source \"\$0\"; lfs_${filter}' $(printf '%q' "${RDVC_JOB_FUNCTIONS}/job.sh")"
    done
    git config filter.lfs.required true
}

# From origin, which needs git-lfs; no stage may read a pointer.
fetch_lfs() {
    git grep --quiet -F filter=lfs HEAD -- ':(top,glob)**/.gitattributes' || return 0
    command -v git-lfs >/dev/null ||
        rdvc_fail "the project has files in Git LFS, and $(uname -n) has no git-lfs; code = \"ssh\" does not need it"
    git lfs pull || rdvc_fail "git lfs pull failed"
}

# The file of the content with a SHA-256; git starts filters in the work tree's root.
lfs_file() {
    printf '.git/lfs/objects/%s/%s/%s' "${1:0:2}" "${1:2:2}" "$1"
}

# shellcheck disable=SC2317 # called by git
lfs_smudge() {
    cat "$(lfs_file "$(sed -n 's/^oid sha256://p')")"
}

# shellcheck disable=SC2317
lfs_clean() {
    local content oid
    content=$(mktemp .git/lfs/clean-XXXXXX) || return
    cat >"${content}"
    oid=$(sha256sum "${content}" | cut -d ' ' -f 1)
    if [[ -e $(lfs_file "${oid}") ]]; then
        printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' \
            "${oid}" "$(($(wc -c <"${content}")))"
    else
        cat "${content}"
    fi
    rm -f "${content}"
}
