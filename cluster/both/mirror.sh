# --- The mirror's refs: one that leads nowhere keeps git from taking in and giving out all others --------------

# Mends the refs of the mirror $1, where git stumbles over one: what cannot be read goes to `rdvc-unreadable`. The history of
# the commit $2 is not looked at for each again. Doing it twice is harmless, and git's own locks are honoured.
mend_refs() {
    local aside="$1/rdvc-unreadable" object ref apart=()
    mkdir -p "${aside}" || return 1
    mend_packed_refs "$1"
    put_torn_refs_aside "$1"
    ! git --git-dir="$1" rev-list --objects --all >/dev/null 2>&1 || return 0
    ! git --git-dir="$1" rev-list --objects "$2" >/dev/null 2>&1 || apart=(--not "$2")
    git --git-dir="$1" for-each-ref --format='%(objectname) %(refname)' | while read -r object ref; do
        is_unreadable "$1" "${object}" "${apart[@]+"${apart[@]}"}" || continue
        # While somebody repacks, what is sound may not be found for a moment.
        sleep 1
        [[ ! -e $1/gc.pid ]] || continue
        is_unreadable "$1" "${object}" "${apart[@]+"${apart[@]}"}" || continue
        printf '%s %s\n' "${object}" "${ref}" >>"${aside}/refs"
        git --git-dir="$1" update-ref -d "${ref}" "${object}" 2>/dev/null
    done
}

# The mirror $1 lacks something of the object $2, or it is damaged; the other words are rev-list's. Want of memory, say, is no
# damage.
is_unreadable() {
    local mirror=$1 said
    shift
    ! said=$(git --git-dir="${mirror}" rev-list --objects "$@" 2>&1 >/dev/null) &&
        [[ ${said} =~ [Bb]ad\ object|[Mm]issing|corrupt|unable\ to\ (read|parse|unpack)|[Cc]ould\ not\ read|[Ff]ailed\ to\ traverse ]]
}

# One malformed line makes every git command fail.
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

# Files of refs that were written while a disk was full, say.
put_torn_refs_aside() {
    local file
    find "$1/refs" -type f ! -name '*.lock' -print0 2>/dev/null | while IFS= read -r -d '' file; do
        is_torn_ref "${file}" && is_torn_ref "${file}" && mv -f -- "${file}" "$1/rdvc-unreadable/${file##*/}"
    done
}

# The file $1 is there and has no ref. Another process may pack it into packed-refs at any time.
is_torn_ref() {
    local word=
    [[ -e $1 ]] && { read -r word <"$1" || [[ -e $1 ]]; } 2>/dev/null &&
        [[ ${word} != 'ref: '* && ! ${word} =~ ^[0-9a-f]{40,64}$ ]]
}
