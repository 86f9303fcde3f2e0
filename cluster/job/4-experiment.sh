# --- 3. Experiment: dvc exp run, in a process group of its own ------------------------------------

RDVC_JOB_EXPERIMENT_PID=
RDVC_JOB_SIGNAL=

# Time limit, scancel, preemption: the whole group is told, since dvc alone would orphan its stage.
pass_signal() {
    RDVC_JOB_SIGNAL=$1
    say "got SIG$1"
    if [[ -n ${RDVC_JOB_EXPERIMENT_PID} ]]; then
        kill -TERM -- "-${RDVC_JOB_EXPERIMENT_PID}" 2>/dev/null || true
    else
        fail "stopped by SIG$1" 143
    fi
}

run_experiment() {
    local command=(dvc exp run)
    if [[ ${RDVC_JOB_PULL} == 1 ]] && has_dvc_remote; then
        command+=(--pull)
    fi
    command+=(--allow-missing -n "${RDVC_JOB_EXP_NAME}")
    command+=("${RDVC_JOB_EXP_RUN_OPTIONS[@]+"${RDVC_JOB_EXP_RUN_OPTIONS[@]}"}")
    begin_phase experiment "$(printf '%q ' "${command[@]}")"
    cd "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_SUBDIR}" || fail "the commit has no folder ${RDVC_JOB_SUBDIR}"
    local code
    export PYTHONUNBUFFERED=1
    set -m
    "${command[@]}" </dev/null &
    RDVC_JOB_EXPERIMENT_PID=$!
    set +m
    while :; do # a trapped signal interrupts wait
        code=0
        wait "${RDVC_JOB_EXPERIMENT_PID}" || code=$?
        kill -0 "${RDVC_JOB_EXPERIMENT_PID}" 2>/dev/null || break
    done
    RDVC_JOB_EXPERIMENT_PID=
    if [[ -n ${RDVC_JOB_SIGNAL} ]]; then
        fail "the experiment was stopped by SIG${RDVC_JOB_SIGNAL}" 143
    fi
    if ((code != 0)); then
        fail "the experiment failed: dvc exp run ended with exit code ${code}" "${code}"
    fi
}
