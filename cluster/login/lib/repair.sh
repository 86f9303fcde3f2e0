# Adds to DVC's cache what an experiment has made and the cache lacks, from the work tree in the
# current folder. Only content with the right MD5 is added. RDVC_JOB_* are as in a job; `scratch` is
# a folder beside the objects.

# Lines `hash path`: what the new outputs need, and neither cache nor commit has. A folder's content
# is known once its own object exists.
lacking_hashes() {
    local hash path object entry
    new_outputs | while read -r hash path; do
        while [[ ${path} == ./* || ${path} == ../* ]]; do
            path=${path#*/}
        done
        if object=$(cached_object "${hash}"); then
            [[ ${hash} == *.dir ]] || continue
            for entry in $(directory_entries "${object}"); do
                cached_object "${entry}" >/dev/null || printf '%s %s\n' "${entry}" "${path}"
            done
        elif ! tracked_output "${hash}" "${path}"; then
            printf '%s %s\n' "${hash}" "${path}"
        fi
    done | LC_ALL=C sort -u
}

# A path as find's -path takes it literally.
as_pattern() {
    local pattern=${1//\\/\\\\}
    pattern=${pattern//\*/\\*}
    pattern=${pattern//\?/\\?}
    printf '%s' "${pattern//\[/\\[}"
}

# Lines of md5sum: the files that the output $1 may be or contain. A path in dvc.lock is relative to
# its stage's `wdir`, so all paths that end with it are candidates.
sums_of_output() {
    local pattern
    pattern=$(as_pattern "$1")
    find . \( -name .git -o -name .dvc \) -prune -o \
        -xtype f \( -path "*/${pattern}" -o -path "*/${pattern}/*" \) -print0 | xargs -0 -r md5sum --
}

# The folder $1 as DVC lists one (json.dumps in DVC 3). A name that JSON would escape makes another
# text, whose hash does not match.
listing_of() {
    (cd -- "$1" && find . -xtype f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 -r md5sum --) | awk '
        BEGIN { printf "[" }
        { printf "%s{\"md5\": \"%s\", \"relpath\": \"%s\"}", comma, substr($0, 1, 32), substr($0, 35); comma = ", " }
        END { printf "]" }'
}

# Copies the file $2 to the object $1, and compares the copy. False if its content differs, or if it
# cannot be written.
put_object() {
    local place="${RDVC_JOB_CACHE_DIR}/files/md5/${1:0:2}/${1:2}" new="${scratch}/object"
    if ! cp -- "$2" "${new}" 2>/dev/null || [[ $(md5sum <"${new}") != "${1%.dir} "* ]]; then
        rm -f -- "${new}"
        return 1
    fi
    chmod 0444 "${new}" && mkdir -p "${place%/*}" && mv -f -- "${new}" "${place}"
}

put_listing() {
    local hash=$1 folder
    while IFS= read -r -d '' folder; do
        listing_of "${folder}" >"${scratch}/listing"
        put_object "${hash}" "${scratch}/listing" && return
    done < <(find . \( -name .git -o -name .dvc \) -prune -o -type d -path "*/$(as_pattern "$2")" -print0)
    return 1
}

# One round over what is missing; adds to `put` the number of objects that were added.
put_lacking() {
    local hash path summed='' sums=''
    while read -r hash path; do
        if [[ ${hash} == *.dir ]]; then
            put_listing "${hash}" "${path}" && put=$((put + 1))
            continue
        fi
        if [[ ${path} != "${summed}" ]]; then
            sums=$'\n'$(sums_of_output "${path}")$'\n'
            summed=${path}
        fi
        [[ ${sums} == *$'\n'"${hash}  "* ]] || continue
        sums_file=${sums#*$'\n'"${hash}  "}
        put_object "${hash}" "${sums_file%%$'\n'*}" && put=$((put + 1))
    done
}

repair_cache() {
    local sums_file
    put=0
    scratch="${RDVC_JOB_CACHE_DIR}/rdvc-incoming/recover-${nonce}"
    mkdir -p "${scratch}" || finish refused disk "cannot write to ${RDVC_JOB_CACHE_DIR}"
    put_lacking < <(lacking_hashes | sort -k 2) # folders, and single files
    put_lacking < <(lacking_hashes | sort -k 2) # the files in those folders
    rm -rf -- "${scratch}"
}
