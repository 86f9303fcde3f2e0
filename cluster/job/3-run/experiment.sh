# --- 3. Experiment: dvc exp run, in its own process group -----------------------------------------

# Recorded outputs that the result will name although this run did not make them, as `hash path`.
kept_outputs() {
    if [[ ${RDVC_JOB_KEPT[*]-} == all ]]; then # too many for the script
        git ls-files -z -- ':(top,glob)**/dvc.lock' | xargs -0 -r cat -- | locked_outputs
    else
        printf '%s\n' "${RDVC_JOB_KEPT[@]+"${RDVC_JOB_KEPT[@]}"}"
    fi
}

# True if the cache or the DVC remote has them. With --allow-missing, DVC would not look for them.
has_kept_outputs() {
    local hash path code=0 folders=() paths=() file
    while read -r hash path; do
        if [[ -n ${hash} ]] && ! is_cached "${hash}"; then
            paths+=("${RDVC_OWN_REPO_DIR}/${path}")
            [[ ${hash} != *.dir ]] || folders+=("${hash}")
        fi
    done < <(kept_outputs)
    ((${#paths[@]} > 0)) || return 0
    [[ ${RDVC_JOB_KEPT[*]} != all ]] || paths=() folders=()
    file="${RDVC_OWN_WORKSPACE_DIR}/kept.said"
    rdvc_say "the cache lacks recorded outputs of stages that need not run; asking the DVC remote for them"
    run_in_group run_program dvc status --cloud --json -- "${paths[@]+"${paths[@]}"}" >"${file}" 2>&1 || code=$?
    ((code == 0)) || end_if_stopped "dvc status"
    ((code == 0)) || cat "${file}"
    for hash in "${folders[@]+"${folders[@]}"}"; do # this fetches the lists of their files
        cached_object "${hash}" >/dev/null || code=1
    done
    ((code == 0)) && ! grep -q -e '": *"missing"' -e 'neither locally nor on remote' "${file}" && return 0
    rdvc_say "it does not have all of them, so their stages run again"
    return 1
}

# If some of them exist nowhere, `dvc exp run --pull` would fail, so everything that exists is
# fetched first.
fetch_what_there_is() {
    run_in_group run_program dvc fetch || end_if_stopped "dvc fetch"
}

# DVC's stash removes and recreates a folder with only uncommitted files; the current folder must
# not be one of these.
keep_folder() {
    [[ -n ${RDVC_JOB_SUBDIR} ]] && ! git rev-parse --verify --quiet "HEAD:${RDVC_JOB_SUBDIR}" >/dev/null ||
        return 0
    printf '/%s/.rdvc-stays\n' "${RDVC_JOB_SUBDIR}" >>"${RDVC_OWN_REPO_DIR}/.git/info/exclude"
    : >.rdvc-stays
}

# Jobs that finish a stage at the same moment can collide in the shared cache, and one fails
# although its stage succeeded. With the same inputs: in the run-cache, where DVC considers the
# other's half-written entry damaged and removes it (StageCache._load in DVC 3). With an output of
# the same content: DVC considers the other's object missing, and refuses to replace the file by a
# link. Only the log shows this.
met_in_cache() {
    tail -n 40 "$(job_log)" 2>/dev/null |
        awk -v runs="${RDVC_JOB_CACHE_DIR}/runs/" '
            /^rdvc: .* dvc exp run once more/ { met = 0 } # that was the previous try
            /No such file or directory: / && index($0, runs) { met = 1 }
            /^ERROR: failed to reproduce .*: unable to remove .* without a confirmation/ { met = 1 }
            END { exit !met }'
}

# Explains a stage that nevertheless misses its input.
tell_skipped() {
    local names
    printf -v names ', %s' "${RDVC_JOB_SKIPPED[@]+"${RDVC_JOB_SKIPPED[@]#* }"}"
    [[ ${names} == ', ' ]] || rdvc_say "not sent, because no stage that reads them has to run: ${names#, }"
}

# An experiment that ran no stage names existing results.
tell_if_nothing_ran() {
    local base=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}} tree same=
    git diff --quiet "${base}" "${RDVC_OWN_EXP_COMMIT}" -- ':(top,glob)**/dvc.lock' || return 0
    awk '/^=== rdvc experiment: / { ran = 0 } /^Running stage / { ran = 1 } END { exit ran }' "$(job_log)" 2>/dev/null ||
        return 0
    tree=$(git rev-parse "${RDVC_OWN_EXP_COMMIT}^{tree}")
    [[ ${RDVC_JOB_CODE} != ssh ]] || same=$(
        git --git-dir="${RDVC_JOB_REPO_URL}" for-each-ref --format='%(tree) %(refname)' "${RDVC_OWN_EXP_REF%/*}/" 2>/dev/null |
            awk -v tree="${tree}" -v own="${RDVC_OWN_EXP_REF}" '$1 == tree && $2 != own { sub(".*/", ""); print; exit }'
    ) || same=
    RDVC_OWN_MESSAGE+="${RDVC_OWN_MESSAGE:+; }nothing to do: all stages were up to date${same:+, as in the experiment ${same}}"
    rdvc_say "nothing to do: all stages were up to date${same:+, as in the experiment ${same}}"
}

run_experiment() {
    local code=0 command=(dvc)
    tell_skipped
    # Since DVC 3.61; without it a stage that calls dvc itself would fail after 3 s.
    [[ ${RDVC_OWN_DVC_VERSION} =~ ^3\.([0-9]|[1-5][0-9]|60)\. ]] || command+=(--wait-for-lock)
    command+=(exp run)
    # If an output exists nowhere, DVC has to make it again.
    if has_kept_outputs; then
        [[ ${RDVC_JOB_PULL} != 1 ]] || ! has_dvc_remote || command+=(--pull)
        [[ ${RDVC_JOB_ALLOW_MISSING} != 1 ]] || command+=(--allow-missing)
    elif [[ ${RDVC_JOB_PULL} == 1 ]] && has_dvc_remote; then
        fetch_what_there_is
    fi
    command+=(-n "${RDVC_JOB_EXP_NAME}")
    command+=("${RDVC_JOB_EXP_RUN_OPTIONS[@]+"${RDVC_JOB_EXP_RUN_OPTIONS[@]}"}")
    begin_work experiment "${command[@]}"
    begin_warm_up
    keep_folder
    run_dvc "${command[@]}" || code=$?
    local tries=3 # with many jobs it may collide with a third one
    while ((code != 0 && tries-- > 0)) && [[ -z ${RDVC_OWN_SIGNAL} ]] && met_in_cache; do
        rdvc_say "another job finished a stage at the same moment, and DVC failed because of it; dvc exp run once more"
        code=0
        run_dvc "${command[@]}" || code=$?
    done
    ((code == 0)) || end_if_stopped "the experiment"
    ((code == 0)) || rdvc_fail "the experiment failed: dvc exp run ended with exit code ${code}" "${code}"
    stop_saving
    end_warm_up
    end_live all
}
