# --- A failed experiment: the results of its completed stages are not lost ------------------------

# The stages of a dvc.lock on standard input, each as one line without blanks and backslashes: where
# YAML folds a line depends on its depth.
locked_stages() {
    LC_ALL=C awk '
        function end_of_stage() { if (text != "") print text; text = "" }
        /^[^ ]/ { end_of_stage(); in_stages = /^stages:/; next }
        !in_stages { next }
        /^  [^ ]/ { end_of_stage(); next }
        { gsub(/[[:space:]\\]/, ""); text = text $0 }
        END { end_of_stage() }'
}

# Entries of the run-cache, one per line, that agree with a dvc.lock here about a stage: DVC writes
# the same text into both. All others belong to other projects, or to other runs of this one.
own_run_cache() {
    local lock entry text stages
    stages=$(git ls-files -z --cached --others -- ':(top,glob)**/dvc.lock' | while IFS= LC_ALL=C read -r -d '' lock; do
        locked_stages <"${lock}"
    done)
    find "${RDVC_JOB_CACHE_DIR}/runs" -type f -newer "${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/job.sh" 2>/dev/null |
        while IFS= LC_ALL=C read -r entry; do
            text=$(LC_ALL=C tr -d '\\[:space:]' <"${entry}")
            [[ -z ${text} ]] || ! grep -qxF -e "${text}" <<<"${stages}" || printf '%s\n' "${entry}"
        done
}

# Makes a cache with the shared one's objects, and only those entries of its run-cache that are on
# standard input.
make_cache_view() {
    local entry
    mkdir "$1" || return 1
    for entry in "${RDVC_JOB_CACHE_DIR}"/*; do
        [[ ${entry##*/} == runs ]] || ln -s "${entry}" "$1/" || return 1
    done
    while IFS= LC_ALL=C read -r entry; do
        entry=${entry#"${RDVC_JOB_CACHE_DIR}/"}
        mkdir -p "$1/${entry%/*}" && cp -p "${RDVC_JOB_CACHE_DIR}/${entry}" "$1/${entry}" || return 1
    done
}

# `dvc push --run-cache` pushes everything in the cache, and the remote may be open to other people
# than the cluster.
push_run_cache() {
    local entries view="${RDVC_OWN_WORKSPACE_DIR}/cache-view"
    has_dvc_remote && cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" || return 0
    entries=$(own_run_cache)
    [[ -n ${entries} ]] || return 0
    rdvc_say "the experiment failed; pushing the run-cache entries of its completed stages"
    if ! make_cache_view "${view}" <<<"${entries}" || ! (RDVC_JOB_CACHE_DIR=${view} write_dvc_config) || # ends this subshell alone
        ! dvc push --run-cache; then
        rdvc_say "dvc push --run-cache failed"
    fi
    (write_dvc_config) # ends this subshell alone
}
