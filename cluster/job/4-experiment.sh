# --- 3. Experiment: dvc exp run, in a process group of its own ------------------------------------

# Stages without dependencies and parameters that are not in dvc.lock yet. With --allow-missing DVC would
# take them for unchanged and skip them, and exit 0 with nothing run.
stages_that_must_run() {
    local file
    git ls-files -z ':(top,glob)**/dvc.yaml' | while IFS= LC_ALL=C read -r -d '' file; do
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

# A folder that only uncommitted files are in goes and comes with DVC's stash; who stands in it must not.
keep_folder() {
    [[ -n ${RDVC_JOB_SUBDIR} ]] && ! git rev-parse --verify --quiet "HEAD:${RDVC_JOB_SUBDIR}" >/dev/null ||
        return 0
    printf '/%s/.rdvc-stays\n' "${RDVC_JOB_SUBDIR}" >>"${RDVC_JOB_REPO_DIR}/.git/info/exclude"
    : >.rdvc-stays
}

# Jobs that end a stage at the same moment can meet in the shared cache, and one fails although its stage has
# ended well. With the same inputs: in the run-cache, where DVC takes the other's half-written entry for damaged
# and removes it (StageCache._load in DVC 3). With an output of the same content: DVC takes the other's object for
# absent, and will not put a link in the file's place. The log tells; nothing else does.
met_in_cache() {
    tail -n 40 "$(job_log)" 2>/dev/null |
        awk -v runs="${RDVC_JOB_CACHE_DIR}/runs/" '
            /^rdvc: .* dvc exp run once more/ { met = 0 } # that was the last try
            /No such file or directory: / && index($0, runs) { met = 1 }
            /^ERROR: failed to reproduce .*: unable to remove .* without a confirmation/ { met = 1 }
            END { exit !met }'
}

run_experiment() {
    local code=0 command=(dvc)
    # Since DVC 3.61; without it a stage that calls dvc itself would fail after 3 s.
    [[ ${RDVC_JOB_DVC_VERSION} =~ ^3\.([0-9]|[1-5][0-9]|60)\. ]] || command+=(--wait-for-lock)
    command+=(exp run)
    if [[ ${RDVC_JOB_PULL} == 1 ]] && has_dvc_remote; then
        command+=(--pull)
    fi
    # Where an output is nowhere DVC has to make it again.
    if [[ ${RDVC_JOB_ALLOW_MISSING} == 1 && -z $(stages_that_must_run) ]]; then
        command+=(--allow-missing)
    fi
    command+=(-n "${RDVC_JOB_EXP_NAME}")
    command+=("${RDVC_JOB_EXP_RUN_OPTIONS[@]+"${RDVC_JOB_EXP_RUN_OPTIONS[@]}"}")
    begin_phase experiment "$(printf '%q ' "${command[@]}" | sed 's/ $//')"
    cd "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_SUBDIR}" || rdvc_fail "the commit has no folder ${RDVC_JOB_SUBDIR}"
    keep_folder
    begin_saving
    export PYTHONUNBUFFERED=1
    RDVC_JOB_OOM_KILLS=$(oom_kills)
    run_dvc "${command[@]}" || code=$?
    local tries=3 # with many jobs it may meet a third one
    while ((code != 0 && tries-- > 0)) && [[ -z ${RDVC_JOB_SIGNAL} ]] && met_in_cache; do
        rdvc_say "another job ended a stage at the same moment, and DVC stumbled over it; dvc exp run once more"
        code=0
        run_dvc "${command[@]}" || code=$?
    done
    ((code == 0)) || end_if_stopped "the experiment"
    ((code == 0)) || rdvc_fail "the experiment failed: dvc exp run ended with exit code ${code}" "${code}"
    stop_saving
}
