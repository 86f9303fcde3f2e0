# --- 3. Command: the user's own program, in its own process group, and its outputs ----------------

# Files and links below the declared folders, one record each: inode, size, time of the last change
# (of its name or mode too), path from the repository's root. Without Git's and DVC's own files.
list_outputs() {
    local folder
    cd -P "${RDVC_OWN_REPO_DIR}" || return 1
    for folder in "${RDVC_JOB_OUTPUTS[@]+"${RDVC_JOB_OUTPUTS[@]}"}"; do
        [[ -e ./${folder} || -L ./${folder} ]] || continue
        find "./${folder}" \( -name .git -o -name .dvc \) -prune -o \
            \( -type f -o -type l \) -printf '%i %s %C@ %p\0' || return 1
    done | LC_ALL=C sort -zu
}

# True for a link that leads out of the repository: its target exists only here.
leads_outside() {
    local target
    target=$(readlink -- "$1") || return 0
    [[ ${target} != /* && $(realpath -ms -- "${1%/*}/${target}") == "${PWD}"/* ]] || return 0
    return 1
}

# Prints those paths of standard input that can be brought back; writes the number of the others,
# and the first of them, to the file $1.
without_links_outside() {
    local path first='' left=0
    while IFS= LC_ALL=C read -r -d '' path; do
        if [[ -L ${path} ]] && leads_outside "${path}"; then
            [[ -n ${first} ]] || first=${path#./}
            left=$((left + 1))
        else
            printf '%s\0' "${path}"
        fi
    done
    ((left == 0)) || printf '%s of them, such as %s' "${left}" "${first}" >"$1"
}

# Adds a sentence to what `rdvc status` says.
add_message() {
    rdvc_say "$1"
    RDVC_OWN_MESSAGE+="${RDVC_OWN_MESSAGE:+; }$1"
}

# Copies files that are new or changed since the list $1 into the job's folder, in one step; $2 is
# the exit code if that fails.
keep_outputs() {
    local before=$1 list="${RDVC_OWN_WORKSPACE_DIR}/outputs" place="${RDVC_OWN_RECORD_DIR}/output" folder
    ((${#RDVC_JOB_OUTPUTS[@]} > 0)) || return 0
    begin_phase output "what is new or changed in ${RDVC_JOB_OUTPUTS[*]}"
    cd -P "${RDVC_OWN_REPO_DIR}" || rdvc_fail "the command has removed ${RDVC_OWN_REPO_DIR}"
    for folder in "${RDVC_JOB_OUTPUTS[@]}"; do
        [[ -e ./${folder} || -L ./${folder} ]] || add_message "warning: the command has left no ${folder}"
    done
    (list_outputs) >"${list}.after" || rdvc_fail "the command's outputs cannot be listed" "$2"
    cat "${before}" "${before}" "${list}.after" | LC_ALL=C sort -z | uniq -zu |
        LC_ALL=C sed -z 's/^[0-9]* [0-9]* [0-9.]* //' | LC_ALL=C sort -z | without_links_outside "${list}.outside" >"${list}"
    [[ ! -s ${list}.outside ]] ||
        add_message "warning: links that lead out of the repository are left out: $(<"${list}.outside")"
    rm -rf -- "${place}.new" # from before a requeue
    RDVC_OWN_OUTPUT_FILES=$(tr -dc '\0' <"${list}" | wc -c)
    if ((RDVC_OWN_OUTPUT_FILES == 0)); then
        rdvc_say "nothing is new or changed"
        rm -rf -- "${place}" "${RDVC_OWN_RECORD_DIR}/pulled" "${RDVC_OWN_RECORD_DIR}/partial"
        return 0
    fi
    if ! mkdir "${place}.new" ||
        ! copy_files "${list}" "${place}.new" ||
        ! chmod -R u+rwX "${place}.new" || ! rm -rf -- "${place}" || ! mv -T "${place}.new" "${place}"; then
        rm -rf -- "${place}.new"
        RDVC_OWN_OUTPUT_FILES=
        rdvc_fail "the command's outputs could not be copied to ${place}" "$2"
    fi
    rm -rf -- "${RDVC_OWN_RECORD_DIR}/pulled" "${RDVC_OWN_RECORD_DIR}/partial" # everything is here
    note_partial
    rdvc_say "${RDVC_OWN_OUTPUT_FILES} new or changed files are in ${place}"
}

run_command() {
    local code=0 failure='' before="${RDVC_OWN_WORKSPACE_DIR}/outputs.before"
    (list_outputs) >"${before}" || rdvc_fail "the folders of outputs cannot be listed"
    begin_work command "${RDVC_JOB_COMMAND[@]}"
    restore_for_command
    run_in_group run_program "${RDVC_JOB_COMMAND[@]}" || code=$?
    stop_saving
    if ((code != 0)) && [[ -n ${RDVC_OWN_SIGNAL} ]]; then
        code=143
        failure=$(stopped_sentence 'the command')
        RDVC_OWN_MESSAGE=${failure}
        find_stop_cause
        failure=${RDVC_OWN_MESSAGE}
        write_result failed "${code}" # SIGKILL is near: first the result, then what takes longer
    elif ((code == 126 || code == 127)); then
        failure="the command could not be run, or ended with exit code ${code}: ${RDVC_JOB_COMMAND[0]}"
    elif ((code != 0)); then
        failure="the command ended with exit code ${code}"
    fi
    RDVC_OWN_MESSAGE=${failure}
    ((${#RDVC_JOB_OUTPUTS[@]} == 0)) || hold_workspace # until they are copied, they exist only here
    if ((code != 0)); then
        keep_outputs "${before}" "${code}"
        RDVC_OWN_PHASE='command'
        rdvc_fail "${RDVC_OWN_MESSAGE}" "${code}"
    fi
}

# Stores what the command has left.
publish_outputs() {
    keep_outputs "${RDVC_OWN_WORKSPACE_DIR}/outputs.before" 1
    RDVC_OWN_PUBLISHED=1
}
