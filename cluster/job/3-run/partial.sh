# --- Partial results: files of an unfinished experiment or command --------------------------------

# They are in the record's folder `partial`, at paths from the repository's root. DVC never sees
# them: as outputs of a stage they would count as the real ones. A file is identified by its record:
# inode, size, time of the last change, number of links, mode, path.
RDVC_OWN_SAVER=
RDVC_OWN_RESTORE=0 # 1: saved files must be restored first

# Records of files and links below the given paths, without those of Git, DVC and the environment.
find_records() {
    local skip=() folder
    for folder in "${VIRTUAL_ENV:-}" "${CONDA_PREFIX:-}"; do
        [[ ${folder} != "${PWD}"/* ]] || skip+=(-o -path "$(find_pattern "./${folder#"${PWD}"/}")")
    done
    while IFS= read -r -d '' folder; do
        skip+=(-o -path "$(find_pattern "./${folder}")")
    done < <([[ $1 != . ]] || tracked_data)
    find "$@" \( -name .git -o -name .dvc -o -name __pycache__ -o -name '.rdvc-*' "${skip[@]+"${skip[@]}"}" \) -prune -o \
        \( -type f -o -type l \) -printf '%i %s %C@ %n %m %p\0' 2>/dev/null
}

find_pattern() {
    printf '%s' "$1" | sed 's/[][*?\\]/\\&/g'
}

# Paths that `.dvc` files track, from here; only the first hundreds, because `find` compares each.
tracked_data() {
    local file
    git ls-files -z -- '*.dvc' | LC_ALL=C grep -z -m 300 . | while IFS= read -r -d '' file; do
        [[ -f ${file} ]] || continue
        sed -n "/^outs:/,/^[a-z]/ s|^[- ] path: *[\"']\\{0,1\\}\\(.*[^\"']\\)[\"']\\{0,1\\} *\$|\\1|p" "${file}" |
            while IFS= read -r path; do
                [[ ${file} != */* ]] || path="${file%/*}/${path}"
                printf '%s\0' "${path}"
            done
    done
}

# Paths whose files are saved during the run: they are restored (persist), or shown (metrics).
lasting_paths() {
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        printf '%s\0' "${RDVC_JOB_OUTPUTS[@]+"${RDVC_JOB_OUTPUTS[@]}"}"
    else
        printf '%s\0' "${RDVC_JOB_PERSIST[@]+"${RDVC_JOB_PERSIST[@]}"}"
    fi
}

shown_paths() {
    printf '%s\0' "${RDVC_JOB_METRICS[@]+"${RDVC_JOB_METRICS[@]}"}" "${RDVC_JOB_PLOTS[@]+"${RDVC_JOB_PLOTS[@]}"}"
}

saved_paths() {
    lasting_paths
    [[ ${RDVC_JOB_KIND} == command ]] || shown_paths
}

# False if there are no such paths.
has_saved_paths() {
    local path
    while IFS= read -r -d '' path; do
        [[ -z ${path} ]] || return 0
    done < <(saved_paths)
    return 1
}

# Prints those records of standard input that are new or changed since the start and not yet saved.
unsaved_records() {
    local known="${RDVC_OWN_WORKSPACE_DIR}/files"
    { cat "${known}.before" "${known}.before" "${known}.saved" "${known}.saved"; cat; } |
        LC_ALL=C sort -z | uniq -zu
}

# True if the previous part of this task left something to continue from.
has_saved() {
    local path
    while IFS= read -r -d '' path; do
        [[ -n ${path} ]] || continue
        [[ -z $(cd "${RDVC_OWN_RECORD_DIR}/partial" 2>/dev/null && find "./${path}" \( -type f -o -type l \) -print -quit 2>/dev/null) ]] ||
            return 0
        [[ ${RDVC_JOB_KIND} != command || ! -e ${RDVC_OWN_RECORD_DIR}/output/${path} ]] || return 0
    done < <(lasting_paths)
    return 1
}

# Before the experiment or command: records what exists, and starts saving new files in the
# background.
begin_saving() {
    local here=${PWD} path paths=(.)
    cd -P "${RDVC_OWN_REPO_DIR}" || rdvc_fail "cannot enter ${RDVC_OWN_REPO_DIR}"
    if [[ ${RDVC_JOB_KIND} == command ]]; then
        paths=()
        for path in "${RDVC_JOB_OUTPUTS[@]+"${RDVC_JOB_OUTPUTS[@]}"}"; do paths+=("./${path}"); done
    fi
    : >"${RDVC_OWN_WORKSPACE_DIR}/files.saved"
    { ((${#paths[@]} == 0)) || find_records "${paths[@]}" || true; } >"${RDVC_OWN_WORKSPACE_DIR}/files.before"
    remove_half_copies
    ! has_saved || RDVC_OWN_RESTORE=1
    cd "${here}" || rdvc_fail "cannot enter ${here}"
    ((RDVC_JOB_SAVE_INTERVAL > 0)) && has_saved_paths || return 0
    set -m
    save_again_and_again </dev/null 2>/dev/null &
    RDVC_OWN_SAVER=$!
    set +m
}

save_again_and_again() {
    trap - EXIT TERM USR1 USR2 INT HUP
    set +e
    local failed=0
    while sleep_beside "${RDVC_JOB_SAVE_INTERVAL}"; do
        save_lasting && continue
        ((failed)) || rdvc_say "cannot save the unfinished outputs to ${RDVC_OWN_RECORD_DIR}/partial"
        failed=1
    done
}

remove_half_copies() {
    [[ ! -d ${RDVC_OWN_RECORD_DIR}/partial ]] || rm -rf -- "${RDVC_OWN_RECORD_DIR}"/partial/.rdvc-new-*
}

# The job's end must not wait for a copy; an incomplete copy has a name of its own.
stop_saving() {
    [[ -n ${RDVC_OWN_SAVER} ]] || return 0
    kill -KILL -- "-${RDVC_OWN_SAVER}" 2>/dev/null || true
    wait "${RDVC_OWN_SAVER}" 2>/dev/null || true
    RDVC_OWN_SAVER=
}

# Files that are not restored yet would be overwritten by those in their place now.
is_restored() {
    [[ ${RDVC_OWN_RESTORE} == 0 || -e ${RDVC_OWN_WORKSPACE_DIR}/restored ]]
}

# Saves new files in the lasting paths. Files that are changing right now are tried again.
save_lasting() {
    is_restored || return 0
    local path try status=0 copied torn
    cd -P "${RDVC_OWN_REPO_DIR}" || return 1
    while IFS= read -r -d '' path; do
        [[ -n ${path} && (-e ./${path} || -L ./${path}) ]] || continue
        for try in 1 2 3; do
            put_records < <(find_records "./${path}" | unsaved_records) || status=1
            ((copied == 0 || torn > 0)) || drop_vanished "${path}"
            ((torn > 0 && try < 3)) || break
            sleep 0.5
        done
    done < <(saved_paths)
    return "${status}"
}

# If newer files were saved, removes saved ones that the program has removed since (older
# checkpoints).
drop_vanished() {
    local place="${RDVC_OWN_RECORD_DIR}/partial" file
    [[ -d ./$1 && -d ${place}/$1 ]] || return 0
    while IFS= read -r -d '' file; do
        [[ -e ${file} || -L ${file} ]] || rm -f -- "${place}/${file}"
    done < <(cd "${place}" && find "./$1" \( -type f -o -type l \) -print0)
}

# Copies the files of these records, in small groups. Sets `copied`, and `torn`: those that changed
# meanwhile.
put_records() {
    local record bytes=0 chunk=() status=0
    copied=0 torn=0
    while IFS= read -r -d '' record; do
        [[ ${record} =~ ^[0-9]+\ ([0-9]+)\ [0-9.]+\ ([0-9]+)\ ([0-7]+)\  ]] || continue
        # A link into DVC's cache: one that leads out, or a read-only file with several names.
        ((BASH_REMATCH[2] == 1 || (8#${BASH_REMATCH[3]} & 8#222) != 0)) || continue
        bytes=$((bytes + BASH_REMATCH[1]))
        [[ ! -L ${record#* * * * * } ]] || ! leads_outside "${record#* * * * * }" || continue
        chunk+=("${record}")
        ((bytes >= 67108864 || ${#chunk[@]} >= 100)) || continue
        put_chunk || status=1
        chunk=() bytes=0
    done
    put_chunk || status=1
    return "${status}"
}

# A file appears in its place only when it is complete: the source is unchanged, and all of it was
# copied.
put_chunk() {
    ((${#chunk[@]} > 0)) || return 0
    kill -0 "$$" 2>/dev/null || return 1 # the job is gone, and its restart may save to the same place
    local place="${RDVC_OWN_RECORD_DIR}/partial" new record path line
    local -A seen=()
    new=$(umask 077 && mkdir -p "${place}" && mktemp -d "${place}/.rdvc-new-XXXXXX") || return 1
    local paths=("${chunk[@]#* * * * * }")
    { printf '%s\0' "${paths[@]}" >"${new}/.rdvc-list" && copy_files "${new}/.rdvc-list" "${new}"; } 2>/dev/null || true
    chmod -R u+rwX "${new}" 2>/dev/null || true
    while IFS= read -r -d '' line; do
        seen["${line}"]=1
    done < <(
        find "${paths[@]}" -maxdepth 0 -printf '%i %s %C@ %n %m %p\0' 2>/dev/null
        cd "${new}" && find . -printf '%s %p\0'
    )
    for record in "${chunk[@]}"; do
        path=${record#* * * * * }
        if [[ -z ${seen["${record}"]:-} ]]; then
            torn=$((torn + 1))
        elif line=${record#* } && [[ -n ${seen["${line%% *} ${path}"]:-} ]] && put_one "${new}" "${path}"; then
            copied=$((copied + 1))
            printf '%s\0' "${record}" >>"${RDVC_OWN_WORKSPACE_DIR}/files.saved" || true
        else
            line=failed
        fi 2>/dev/null
        [[ ${line} != failed ]] || break
    done
    rm -rf -- "${new}"
    [[ ${line} != failed ]]
}

put_one() {
    local to="${place}/$2"
    [[ ! -d ${to} || -L ${to} ]] || rm -rf -- "${to}"
    (umask 077 && mkdir -p "${to%/*}") && mv -fT "$1/$2" "${to}"
}

# --- At a failing end -----------------------------------------------------------------------------

# Outputs of stages that this run completed: dvc.lock has them, and the cache has their files.
ended_outputs() {
    local base=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}} lock hash path
    git ls-files -z --cached --others --exclude-standard -- ':(top,glob)**/dvc.lock' | while IFS= read -r -d '' lock; do
        comm -13 <(git show "${base}:${lock}" 2>/dev/null | locked_outputs | sort -u) \
            <(locked_outputs <"${lock}" | sort -u) | while read -r hash path; do
            [[ ${lock} != */* || ! -e ${lock%/*}/${path} ]] || path="${lock%/*}/${path}"
            printf '%s\0' "${path#./}"
        done
    done
}

# Prints those paths of standard input that are unchanged tracked files: DVC stashes and restores
# these.
unchanged_files() {
    local base=${RDVC_JOB_SNAPSHOT:-${RDVC_JOB_REPO_REV}}
    {
        {
            git ls-tree -r -z --full-tree --name-only "${base}"
            git diff -z --name-only "${base}"
            git diff -z --name-only "${base}"
        } | LC_ALL=C sort -z | uniq -zu
        LC_ALL=C sort -zu
    } | LC_ALL=C sort -z | uniq -zd
}

# Prints those records of standard input that belong to an unfinished result: no outputs of
# completed stages, none of DVC's own files, no unchanged files.
records_not_ended() {
    local record path out records=() ended=()
    local -A unchanged=()
    while IFS= read -r -d '' record; do records+=("${record}"); done
    ((${#records[@]} > 0)) || return 0
    while IFS= read -r -d '' out; do ended+=("${out}"); done < <(ended_outputs)
    while IFS= read -r -d '' path; do
        unchanged["${path}"]=1
    done < <(printf '%s\0' "${records[@]#* * * * * ./}" | unchanged_files)
    for record in "${records[@]}"; do
        path=${record#* * * * * ./}
        [[ /${path} != */dvc.lock && -z ${unchanged["${path}"]:-} ]] || continue
        for out in "${ended[@]+"${ended[@]}"}"; do
            [[ ${path} != "${out}" && ${path} != "${out}"/* ]] || continue 2
        done
        printf '%s\0' "${record}"
    done
}

# Saves the files of an experiment that did not succeed. Small ones first, because SIGKILL may be
# near.
keep_partial() {
    local copied torn
    [[ -e ${RDVC_OWN_WORKSPACE_DIR:-}/files.before ]] && cd -P "${RDVC_OWN_REPO_DIR}" || return 0
    if ! is_restored; then
        rdvc_say "the files of an earlier part stay unchanged"
        return 0
    fi
    save_lasting || rdvc_say "not all of the unfinished outputs could be saved"
    put_records < <(find_records . | unsaved_records | records_not_ended | LC_ALL=C sort -z -n -k 2,2) ||
        rdvc_say "not all new files could be saved"
    remove_half_copies
    note_partial
    [[ -z ${RDVC_OWN_PARTIAL_FILES} ]] ||
        rdvc_say "the unfinished result (files: ${RDVC_OWN_PARTIAL_FILES}) is kept in ${RDVC_OWN_RECORD_DIR}/partial"
    ! has_begun || publish_partial
}

# True if a stage has begun, as far as known; before that there is only the baseline.
has_begun() {
    [[ ! -r $(job_log) ]] || grep -qm 1 "^Running stage '" "$(job_log)"
}

# Counts the files, for the result.
note_partial() {
    local place="${RDVC_OWN_RECORD_DIR}/partial"
    RDVC_OWN_PARTIAL_FILES=
    [[ ! -d ${place} ]] ||
        RDVC_OWN_PARTIAL_FILES=$(find "${place}" -name '.rdvc-new-*' -prune -o \( -type f -o -type l \) -printf . | wc -c)
    [[ ${RDVC_OWN_PARTIAL_FILES} != 0 ]] || RDVC_OWN_PARTIAL_FILES=
    RDVC_OWN_PARTIAL_REF='' RDVC_OWN_PARTIAL_COMMIT=''
    [[ ! -s ${RDVC_OWN_RECORD_DIR}/partial-ref ]] ||
        read -r RDVC_OWN_PARTIAL_REF RDVC_OWN_PARTIAL_COMMIT <"${RDVC_OWN_RECORD_DIR}/partial-ref"
}
