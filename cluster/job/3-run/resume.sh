# --- Continuing from saved files ------------------------------------------------------------------

# Restores the previous part's files in the lasting paths (listed in the file $2) from the folder
# $1.
restore_from() {
    local from=$1 list="${RDVC_OWN_WORKSPACE_DIR}/files.restored" path
    [[ -d ${from} ]] || return 0
    while IFS= read -r -d '' path; do
        (cd "${from}" && find "./${path}" \( -type f -o -type l \) -print0 2>/dev/null)
    done <"$2" | LC_ALL=C sort -zu >"${list}"
    [[ -s ${list} ]] || return 0
    # Not through an existing file, which may be a link into DVC's cache.
    if ! (cd "${from}" && xargs -0 cp -d --preserve=mode,timestamps --parents --remove-destination -t "${RDVC_OWN_REPO_DIR}" -- <"${list}"); then
        rdvc_say "could not restore all files of the previous part"
        return 0
    fi
    rdvc_say "restored from the previous part: $(tr -dc '\0' <"${list}" | wc -c) files in $(tr '\0' ' ' <"$2")"
    cd -P "${RDVC_OWN_REPO_DIR}" && xargs -0 sh -c 'find "$@" -maxdepth 0 -printf "%i %s %C@ %n %m %p\0"' find <"${list}" \
        >>"${RDVC_OWN_WORKSPACE_DIR}/files.saved"
}

# Prints those lasting paths in the file $1 that no stage has completed in this run: files that DVC
# has put there are complete, and those that were saved during the run are older.
not_ended_paths() {
    local path out
    local -A whole=()
    while IFS= read -r -d '' out; do whole["${out}"]=1; done < <(ended_outputs)
    while IFS= read -r -d '' path; do
        [[ -n ${whole["${path}"]:-} ]] || printf '%s\0' "${path}"
    done <"$1"
}

# Called before the first stage's own command.
restore_for_stage() {
    local list="${RDVC_OWN_WORKSPACE_DIR}/lasting"
    cd -P "${RDVC_OWN_REPO_DIR}" && not_ended_paths "${list}" >"${list}.now" && restore_from "$1" "${list}.now"
}

restore_for_command() {
    [[ ${RDVC_OWN_RESTORE} == 1 ]] || return 0
    local here=${PWD} list="${RDVC_OWN_WORKSPACE_DIR}/lasting"
    lasting_paths >"${list}"
    restore_from "${RDVC_OWN_RECORD_DIR}/output" "${list}"
    restore_from "${RDVC_OWN_RECORD_DIR}/partial" "${list}"
    : >"${RDVC_OWN_WORKSPACE_DIR}/restored"
    cd "${here}" || rdvc_fail "cannot enter ${here}"
}

# dvc exp run first restores the work tree to what dvc.lock says, and so removes outputs that are
# not in it, even those with `persist: true`. Only a stage's own command starts late enough; DVC
# starts it with $SHELL.
run_dvc() {
    local how=run_program shell=${SHELL:-/bin/sh} folder="${RDVC_OWN_WORKSPACE_DIR}/shell" wrapper
    save_lasting || true # of the previous try
    cd "${RDVC_OWN_REPO_DIR}/${RDVC_JOB_SUBDIR}" || rdvc_fail "the commit has no folder ${RDVC_JOB_SUBDIR}"
    ! is_dvc_loaded || how=call_loaded_dvc
    if ! has_saved; then
        run_in_group "${how}" "$@"
        return
    fi
    RDVC_OWN_RESTORE=1
    rm -f "${RDVC_OWN_WORKSPACE_DIR}/restored"
    mkdir -p "${folder}"
    lasting_paths >"${RDVC_OWN_WORKSPACE_DIR}/lasting"
    wrapper="${folder}/${shell##*/}"
    {
        printf '#!/bin/bash\nexport SHELL=%q\n' "${shell}"
        printf 'done=%q record=%q\n' "${RDVC_OWN_WORKSPACE_DIR}/restored" "${RDVC_OWN_RECORD_DIR}/partial"
        printf '[[ -e ${done} ]] || { (source %q && restore_for_stage "${record}"); : >"${done}"; }\n' \
            "${RDVC_JOB_FUNCTIONS}/job.sh"
        printf 'exec %q "$@"\n' "${shell}"
    } >"${wrapper}"
    chmod 700 "${wrapper}"
    SHELL=${wrapper} run_in_group "${how}" "$@"
}
