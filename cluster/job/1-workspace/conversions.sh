# --- Git's conversions at checkout: as on the laptop ----------------------------------------------
# Git's own conversions follow the laptop's settings and attributes. The programs of filters (clean
# and smudge) are missing here: the laptop has sent the bytes that they made, and a filter of this
# file replaces each blob by them, and them by the blob. For the form of the commit see
# src/project/extras.hpp.

# In the repository of the current folder, from the commit $1 (or nothing).
restore_conversions() {
    local filter
    [[ -n $1 ]] && git rev-parse --verify --quiet "$1:conversions" >/dev/null || return 0
    mkdir -p .git/info
    git cat-file blob "$1:conversions/settings" >>.git/config 2>/dev/null || true
    git cat-file blob "$1:conversions/attributes" >.git/info/attributes 2>/dev/null || true
    if git cat-file blob "$1:conversions/user" >.git/info/user-attributes 2>/dev/null; then
        git config core.attributesFile "${PWD}/.git/info/user-attributes"
    fi
    set_filter rdvc conversion_smudge "$1" %f
    set_filter rdvc conversion_clean "$1" open
    set_filter rdvc-sealed conversion_smudge "$1" %f
    set_filter rdvc-sealed conversion_clean "$1" sealed
    while IFS= read -r filter; do
        set_filter "${filter}" conversion_smudge "$1" %f
        set_filter "${filter}" conversion_clean "$1" sealed
    done < <(git cat-file blob "$1:conversions/sealing" 2>/dev/null && echo)
}

# The filter $1 calls the function $2, which ends in the filter's kind, with the other words.
set_filter() {
    [[ -n $1 ]] || return 0
    git config "filter.$1.${2##*_}" "bash -c 'source \"\$0\"; \"\$@\"' $(printf '%q' "${RDVC_JOB_FUNCTIONS}/job.sh") $2 $3 $4"
    git config "filter.$1.required" true
}

# From the commit $1, the bytes of the file $2, if the input is its blob.
# shellcheck disable=SC2317 # called by git
conversion_smudge() {
    local came bytes
    came=$(mktemp .git/rdvc-smudge-XXXXXX) || return
    cat >"${came}"
    if bytes=$(git rev-parse --verify --quiet "$1:smudged/$2") &&
        [[ $(git rev-parse --verify --quiet "$1:cleaned/${bytes}") == $(git hash-object --no-filters "${came}") ]]; then
        git cat-file blob "${bytes}"
    else
        cat "${came}"
    fi
    rm -f "${came}"
}

# The blob whose bytes are the input. Other bytes were made by a stage: they are committed
# unchanged, unless a filter seals such files ($2) and Git has never seen the bytes.
# shellcheck disable=SC2317
conversion_clean() {
    local came hash blob status=0
    came=$(mktemp .git/rdvc-clean-XXXXXX) || return
    cat >"${came}"
    hash=$(git hash-object --no-filters "${came}")
    if blob=$(git rev-parse --verify --quiet "$1:cleaned/${hash}"); then
        git cat-file blob "${blob}"
    elif [[ $2 != sealed ]] || git cat-file -e "${hash}" 2>/dev/null; then
        cat "${came}"
    else
        printf 'rdvc: a file that a Git filter keeps encrypted was changed, and the job does not have the filter\n' >&2
        status=1
    fi
    rm -f "${came}"
    return "${status}"
}
