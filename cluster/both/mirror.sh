# --- The mirror's refs: one that leads nowhere keeps git from taking in and giving out all others --------------

# Mends the refs of the mirror $1, where git stumbles over one: what cannot be read goes to `rdvc-unreadable`. The history of
# the commit $2 is not looked at for each again. Doing it twice is harmless, and git's own locks are honoured.
mend_refs() {
    local aside="$1/rdvc-unreadable" object ref said apart=()
    mkdir -p "${aside}" || return 1
    mend_packed_refs "$1"
    put_torn_refs_aside "$1"
    ! git --git-dir="$1" rev-list --objects --all >/dev/null 2>&1 || return 0
    ! git --git-dir="$1" rev-list --objects "$2" >/dev/null 2>&1 || apart=(--not "$2")
    git --git-dir="$1" for-each-ref --format='%(objectname) %(refname)' | while read -r object ref; do
        said=$(git --git-dir="$1" rev-list --objects "${object}" "${apart[@]+"${apart[@]}"}" 2>&1 >/dev/null) && continue
        # Want of memory, say, is no damage.
        [[ ${said} =~ [Bb]ad\ object|[Mm]issing|corrupt|unable\ to\ (read|parse|unpack)|[Cc]ould\ not\ read|[Ff]ailed\ to\ traverse ]] || continue
        printf '%s %s\n' "${object}" "${ref}" >>"${aside}/refs"
        git --git-dir="$1" update-ref -d "${ref}" "${object}" 2>/dev/null
    done
}

# One malformed line makes every git command fail.
mend_packed_refs() {
    local file="$1/packed-refs" sound='^(# pack-refs|[0-9a-f]{40,64} refs/|\^[0-9a-f]{40,64}$)'
    LC_ALL=C grep -aqvE "${sound}" "${file}" 2>/dev/null && (set -o noclobber && : >"${file}.lock") 2>/dev/null || return 0
    cp -- "${file}" "$1/rdvc-unreadable/packed-refs"
    if LC_ALL=C grep -aE "${sound}" "${file}" >|"${file}.lock" || [[ ! -s ${file}.lock ]]; then
        mv -f -- "${file}.lock" "${file}"
    else
        rm -f -- "${file}.lock"
    fi
}

# Files of refs that were written while a disk was full, say.
put_torn_refs_aside() {
    local file word
    find "$1/refs" -type f ! -name '*.lock' -print0 2>/dev/null | while IFS= read -r -d '' file; do
        word=
        read -r word <"${file}" 2>/dev/null || true
        [[ ${word} == 'ref: '* || ${word} =~ ^[0-9a-f]{40,64}$ ]] || mv -f -- "${file}" "$1/rdvc-unreadable/${file##*/}"
    done
}
