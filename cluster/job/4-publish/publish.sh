# --- 4. Publish: data first, then the ref, then check that both are there -------------------------

# Output hashes of a dvc.lock on standard input, as lines of `hash path`. DVC writes this file
# itself, with a fixed indentation; the text of commands is indented deeper than the keys. YAML may
# quote a path; doubled quotes in it stay, which can only make an output look missing.
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

# The place of an object in the cache, in the layout of DVC 3 or DVC 2; false if missing.
cached_object() {
    local object
    for object in "${RDVC_JOB_CACHE_DIR}/files/md5/${1:0:2}/${1:2}" "${RDVC_JOB_CACHE_DIR}/${1:0:2}/${1:2}"; do
        if [[ -f ${object} ]]; then
            printf '%s' "${object}"
            return 0
        fi
    done
    return 1
}

# True if the cache has the object of hash $1 and, for a folder, everything that it lists.
is_cached() {
    local object entry
    object=$(cached_object "$1") || return 1
    [[ $1 == *.dir ]] || return 0
    for entry in $(directory_entries "${object}"); do
        cached_object "${entry}" >/dev/null || return 1
    done
}

# True if the experiment's commit has this output, which is so with `cache: false`. A path in
# dvc.lock is relative to the stage's `wdir`, so any file with this content whose path ends with it
# counts.
tracked_output() {
    local hash=$1 path=$2 tracked
    while [[ ${path} == ./* || ${path} == ../* ]]; do
        path=${path#*/}
    done
    while IFS= LC_ALL=C read -r -d '' tracked; do
        [[ /${tracked} == *"/${path}" ]] || continue
        [[ ${hash} == *.dir ]] && return 0
        [[ $(git cat-file blob "${RDVC_OWN_EXP_COMMIT}:${tracked}" | md5sum) == "${hash} "* ]] && return 0
    done < <(git ls-tree -r -t --full-tree --name-only -z "${RDVC_OWN_EXP_COMMIT}")
    return 1
}

# Outputs that this experiment made (the submitted dvc.lock lacks their hashes), as `hash path`.
new_outputs() {
    local lock base=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}}
    git diff --name-only -z "${base}" "${RDVC_OWN_EXP_COMMIT}" -- ':(top,glob)**/dvc.lock' |
        while IFS= LC_ALL=C read -r -d '' lock; do
            comm -13 \
                <(git show "${base}:${lock}" 2>/dev/null | locked_outputs | sort -u) \
                <(git show "${RDVC_OWN_EXP_COMMIT}:${lock}" 2>/dev/null | locked_outputs | sort -u)
        done
}

# True for an output with `cache: false` that Git ignores: DVC leaves it in the work tree and
# continues.
is_left_out() {
    local path=$1 known
    while [[ ${path} == ./* || ${path} == ../* ]]; do
        path=${path#*/}
    done
    for known in "${RDVC_JOB_LEFT_OUT[@]+"${RDVC_JOB_LEFT_OUT[@]}"}"; do
        [[ /${known} != *"/${path}" ]] || return 0
    done
    return 1
}

# Paths of new outputs with an object that is neither in the cluster's cache nor in the commit.
missing_outputs() {
    local hash path
    new_outputs | while read -r hash path; do
        is_cached "${hash}" || tracked_output "${hash}" "${path}" || is_left_out "${path}" || printf '%s\n' "${path}"
    done | sort -u
}

check_objects() {
    local missing
    missing=$(missing_outputs)
    [[ -z ${missing} ]] || rdvc_fail "the result is not complete; outputs that are neither in the cache nor in Git: ${missing//$'\n'/, }"
}

# True if the experiment goes to the project's mirror in rdvc's folder, not to origin.
is_mirror() {
    [[ ${RDVC_JOB_REPO_URL} == */repos/*.git && -d ${RDVC_JOB_REPO_URL} ]]
}

remote_commit() {
    if is_mirror; then
        git --git-dir="${RDVC_JOB_REPO_URL}" rev-parse --verify --quiet "$1" || true
        return
    fi
    git ls-remote -- "${RDVC_JOB_REPO_URL}" "$1" | cut -f 1
}

# Sets `said`.
push_to_repository() {
    local code=0 file="${RDVC_OWN_WORKSPACE_DIR}/push.said"
    run_in_group git -c core.hooksPath=/dev/null push --quiet "$1" -- "${RDVC_JOB_REPO_URL}" "$2" >"${file}" 2>&1 || code=$?
    said=$(<"${file}")
    ((code == 0)) || end_if_stopped "git push"
    return "${code}"
}

# Sets `said`. Three tries: a `git gc` there removes empty object folders, even one that this push
# has just made. False at once if another experiment has the name.
try_to_push() {
    local lease=$1 ref=$2 pause
    for pause in 1 2 ''; do
        push_to_repository "${lease}" "${RDVC_OWN_EXP_COMMIT}:${ref}" && return 0
        [[ -n ${pause} && -z $(remote_commit "${ref}") ]] || return 1
        ! is_mirror ||
            mend_refs "${RDVC_JOB_REPO_URL}" "${RDVC_JOB_REPO_REV}" || true
        sleep "${pause}"
    done
}

# Before the push: if the job dies before it records the push, the ref shows that it happened.
note_publishing() {
    (umask 077 && printf '%s %s %s\n' "$1" "${RDVC_OWN_EXP_COMMIT}" "${RDVC_JOB_REPO_URL}" >>"${RDVC_OWN_RECORD_DIR}/publishing") || true
}

# The commit at ref $1 if an earlier start of this job put it there, and ended before its result was
# written.
published_before() {
    local commit ref known
    [[ -r ${RDVC_OWN_RECORD_DIR}/publishing ]] || return 0
    commit=$(remote_commit "$1")
    [[ -n ${commit} ]] || return 0
    while read -r ref known _; do
        [[ ${ref} != "$1" || ${known} != "${commit}" ]] || { printf '%s' "${commit}" && return; }
    done <"${RDVC_OWN_RECORD_DIR}/publishing"
}

# Pushes the experiment's ref. `dvc exp push` would exit 0 if another experiment has the name. Here
# the ref must not exist yet, except from this job itself (or, with -f, is replaced); otherwise the
# result gets another name.
push_ref() {
    local ref
    ref=$(ref_of_experiment "${RDVC_JOB_REPO_REV}" "${RDVC_JOB_EXP_NAME}")
    RDVC_OWN_EXP_COMMIT=$(git rev-parse --verify --quiet "${ref}^{commit}") ||
        rdvc_fail "dvc exp run succeeded but made no experiment ${RDVC_JOB_EXP_NAME}"
    check_objects
    RDVC_OWN_EXP_REF=${ref}
    local lease
    lease="--force-with-lease=${ref}:$(published_before "${ref}")"
    [[ ${RDVC_JOB_EXP_FORCE} != 1 ]] || lease=--force
    note_publishing "${ref}"
    local said
    if ! try_to_push "${lease}" "${ref}" &&
        [[ $(remote_commit "${ref}") != "${RDVC_OWN_EXP_COMMIT}" ]]; then
        if [[ -z $(remote_commit "${ref}") ]]; then
            printf '%s\n' "${said}" >&2
            rdvc_fail "cannot push the experiment to ${RDVC_JOB_REPO_URL}"
        fi
        RDVC_OWN_MESSAGE="another experiment is called ${RDVC_JOB_EXP_NAME}, so this one is ${RDVC_JOB_EXP_NAME}-${RDVC_JOB_TOKEN}"
        rdvc_say "${RDVC_OWN_MESSAGE}"
        RDVC_JOB_EXP_NAME="${RDVC_JOB_EXP_NAME}-${RDVC_JOB_TOKEN}"
        RDVC_OWN_EXP_REF="${ref}-${RDVC_JOB_TOKEN}"
        note_publishing "${RDVC_OWN_EXP_REF}"
        push_to_repository --force "${RDVC_OWN_EXP_COMMIT}:${RDVC_OWN_EXP_REF}" ||
            rdvc_fail "cannot push the experiment to ${RDVC_JOB_REPO_URL}"
    fi
    [[ $(remote_commit "${RDVC_OWN_EXP_REF}") == "${RDVC_OWN_EXP_COMMIT}" ]] ||
        rdvc_fail "the experiment is not in ${RDVC_JOB_REPO_URL} after the push"
}

# Pushes the experiment's data to the project's DVC remote.
push_data() {
    run_in_group run_program dvc push
}

publish_experiment() {
    hold_workspace # from here on it has content that exists nowhere else
    if has_dvc_remote; then
        begin_phase push "dvc push"
        push_data || { end_if_stopped "dvc push"; rdvc_fail "dvc push failed"; }
        begin_phase publish "the experiment ${RDVC_JOB_EXP_NAME}"
    else
        begin_phase publish "the experiment ${RDVC_JOB_EXP_NAME}"
        rdvc_say "outputs are in ${RDVC_JOB_CACHE_DIR}, until rdvc pull brings them"
    fi
    push_ref
    tell_if_nothing_ran
    RDVC_OWN_PUBLISHED=1
    remove_partial
    rdvc_say "published ${RDVC_JOB_EXP_NAME} (${RDVC_OWN_EXP_COMMIT:0:10})"
}
