# --- 3. The common beginning of experiments and commands ------------------------------------------

# Begins the phase $1, in which these words will run, in the folder where the user stood.
begin_work() {
    local phase=$1 words
    shift
    printf -v words ' %q' "$@"
    begin_phase "${phase}" "${words# }"
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_SUBDIR}" || rdvc_fail "the commit has no folder ${RDVC_JOB_SUBDIR}"
    begin_saving
    begin_live
    begin_measured_work
    export PYTHONUNBUFFERED=1
    RDVC_OWN_OOM_KILLS=$(oom_kills)
}
