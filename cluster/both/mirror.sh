# --- The mirror's refs: one that leads nowhere keeps git from fetching and pushing all others -----

# Repairs the refs of the mirror $1 if git fails at one: unreadable ones go to `rdvc-unreadable`.
# The history of the commit $2 is not checked again for each ref. Repeating it is harmless, and it
# respects git's own locks. False if a `git gc` is running, which may be all that is wrong.
mend_refs() {
    local aside="$1/rdvc-unreadable" object ref apart=()
    mkdir -p "${aside}" || return 1
    mend_packed_refs "$1"
    put_torn_refs_aside "$1"
    ! git --git-dir="$1" rev-list --objects --all >/dev/null 2>&1 || return 0
    lock_gc "$1" || return 1
    ! git --git-dir="$1" rev-list --objects "$2" >/dev/null 2>&1 || apart=(--not "$2")
    git --git-dir="$1" for-each-ref --format='%(objectname) %(refname)' | while read -r object ref; do
        is_unreadable "$1" "${object}" "${apart[@]+"${apart[@]}"}" || continue
        sleep 1 # another repack than that of `git gc`
        is_unreadable "$1" "${object}" "${apart[@]+"${apart[@]}"}" || continue
        printf '%s %s\n' "${object}" "${ref}" >>"${aside}/refs"
        git --git-dir="$1" update-ref -d "${ref}" "${object}" 2>/dev/null
    done
    rm -f -- "$1/gc.pid"
}

# Keeps `git gc` out of the mirror $1 by git's own lock: while it runs, git may not find sound objects
# for a moment. False if one is running.
lock_gc() {
    find "$1/gc.pid.lock" -mmin +10 -delete 2>/dev/null # of one that was killed: it is held for a moment
    (set -o noclobber && : >"$1/gc.pid.lock") 2>/dev/null || return 1
    if ! runs_gc "$1" && printf '%s %s rdvc\n' "$$" "$(uname -n)" >"$1/gc.pid.lock" && mv -f -- "$1/gc.pid.lock" "$1/gc.pid"; then
        return 0
    fi 2>/dev/null
    rm -f -- "$1/gc.pid.lock"
    return 1
}

# True if gc.pid in the mirror $1, a process and its machine, is younger than git's twelve hours (an
# hour if it is ours: a job may have died on its node) and not what a dead process has left.
runs_gc() {
    local pid host owner age=720
    { read -r pid host owner <"$1/gc.pid"; } 2>/dev/null || return 1
    [[ ${owner} != rdvc ]] || age=60
    [[ -n $(find "$1/gc.pid" -mmin "-${age}" 2>/dev/null) ]] &&
        { [[ ${host} != "$(uname -n)" ]] || kill -0 "${pid}" 2>/dev/null; }
}

# True if the mirror $1 lacks part of the object $2, or if it is damaged; the other words are
# rev-list's. A lack of memory, for example, is not damage.
is_unreadable() {
    local mirror=$1 said
    shift
    ! said=$(git --git-dir="${mirror}" rev-list --objects "$@" 2>&1 >/dev/null) &&
        [[ ${said} =~ [Bb]ad\ object|[Mm]issing|corrupt|unable\ to\ (read|parse|unpack)|[Cc]ould\ not\ read|[Ff]ailed\ to\ traverse ]]
}

# Removes malformed lines from packed-refs, because a single one makes every git command fail.
mend_packed_refs() {
    local file="$1/packed-refs" sound='^(# pack-refs|[0-9a-f]{40,64} refs/|\^[0-9a-f]{40,64}$)'
    LC_ALL=C grep -aqvE "${sound}" "${file}" 2>/dev/null && (set -o noclobber && : >"${file}.lock") 2>/dev/null || return 0
    cp -- "${file}" "$1/rdvc-unreadable/packed-refs"
    local code=0 # 2: not all of it could be read or written
    LC_ALL=C grep -aE "${sound}" "${file}" >|"${file}.lock" || code=$?
    if ((code < 2)); then
        mv -f -- "${file}.lock" "${file}"
    else
        rm -f -- "${file}.lock"
    fi
}

# Moves torn ref files aside. A full disk may leave some, for example.
put_torn_refs_aside() {
    local file
    find "$1/refs" -type f ! -name '*.lock' -print0 2>/dev/null | while IFS= read -r -d '' file; do
        is_torn_ref "${file}" && is_torn_ref "${file}" && mv -f -- "${file}" "$1/rdvc-unreadable/${file##*/}"
    done
}

# True if the file $1 exists and has no valid ref. Another process may move it into packed-refs at
# any time.
is_torn_ref() {
    local word=
    [[ -e $1 ]] && { read -r word <"$1" || [[ -e $1 ]]; } 2>/dev/null &&
        [[ ${word} != 'ref: '* && ! ${word} =~ ^[0-9a-f]{40,64}$ ]]
}
