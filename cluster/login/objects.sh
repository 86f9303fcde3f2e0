# Objects of DVC's cache that travel without a DVC remote. Assignments before this text, besides
# those of cache.sh: action, laptop (names the folder of its unfinished objects), batch (the number
# of objects for one md5sum), list_size (the size of the list of objects on standard input, lines
# "NAME SIZE"). To the cluster: `ask` says what is missing, and so does `begin`, the first of a
# transfer, which also takes what an interrupted one has left; `receive` gets a tar stream, `append`
# the rest of the object NAME. To the laptop: `pack` sends a tar stream, `rest` the object NAME from
# its byte SIZE on. Each may be repeated.

# How a line begins with an object's name.
object_pattern='^(files/md5/)?[0-9a-f]{2}/[0-9a-f]{30}(\.dir)?'

# Free space according to df, in bytes.
free_space() {
    df -Pk "$1" 2>/dev/null | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'
}

# Answers with the listed objects that are missing.
ask_objects() {
    answer cache "${cache}"
    answer free "$(free_space "${cache}")"
    receive "${list_size}" | lacking_objects | sed "s/^/@rdvc:${nonce} lacks /" # thousands
}

# Takes the objects that came whole before a transfer was interrupted; sums of that time say nothing.
# Answers with the large incomplete ones, which are kept for a week. No other transfer of this laptop
# is alive.
take_what_was_left() {
    local place name
    mkdir -p "${incoming}" 2>/dev/null || finish refused dir "cannot make ${incoming}"
    find "${incoming}" -maxdepth 1 -type f -mtime +7 -exec rm -f -- {} +
    for place in "${incoming}"/*/; do
        cd "${place}" 2>/dev/null || continue
        : >"${place%/}.sums"
        take_objects "${place%/}"
        while IFS= read -r name; do
            [[ -z $(find "${name}" -size +1000k) ]] || mv -f -- "${name}" "${incoming}/${name//\//-}"
        done <"${place%/}.damaged"
        drop_place "${place%/}"
    done
    find "${incoming}" -maxdepth 1 -type f -name '*-*' -printf '%f %s\n' | tr - / |
        sed "s/^/@rdvc:${nonce} partial /"
}

# Computes the checksums of the files that arrived. md5sum takes the most time, so several processes
# run.
sums_of() {
    local workers=4 n
    [[ -s $1 ]] || return 0
    for ((n = 0; n < workers; n++)); do
        awk -v n="${n}" -v workers="${workers}" 'NR % workers == n' "$1" | xargs -r md5sum -- >"$1.${n}" &
    done
    wait
    cat "$1".[0-9]
}

# Reads lines of md5sum, and prints the names that match their content.
right_names() {
    awk '{
        hash = $2
        sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash)
        if (hash == $1) print $2
    }'
}

# Prints the lines of standard input that are not in the file $1.
lines_beside() {
    awk 'is_known { known[$0]; next } !($0 in known)' is_known=1 "$1" is_known=0 -
}

# DVC 2 named text files by their content with LF in place of CR LF.
is_text_of_dvc2() {
    local hash=${1/\//}
    [[ $1 != files/md5/* && $(sed 's/\r$//' "$1" | md5sum) == "${hash%.dir} "* ]]
}

# Passes on the names that tar prints once their files are whole: tar prints a name before it writes
# the file. With many small files, computing a checksum twice costs less than this.
whole_files() {
    local name latest=
    if ((batch >= 50)); then
        cat
        return
    fi
    while IFS= read -r name; do
        [[ -z ${latest} ]] || printf '%s\n' "${latest}"
        latest=${name}
    done
    [[ -z ${latest} ]] || printf '%s\n' "${latest}"
}

# Computes checksums while the next objects arrive, in a folder of this stream's own. The last
# objects of a batch may be incomplete or missing: then their checksum is wrong, and take_objects
# computes it again. The stream makes objects read-only.
receive_objects() {
    local place="${incoming}/${nonce}" code
    open_place "${place}"
    TAR_OPTIONS='' tar -x -v -m -p --no-same-owner -b 128 -f - 2>"${place}.err" | whole_files |
        xargs -r -n "${batch}" md5sum -- >"${place}.sums" 2>/dev/null
    code=${PIPESTATUS[0]}
    take_objects "${place}"
    ((code == 0)) || refuse_incomplete "${place}"
    close_place "${place}"
}

# Adds the rest of an incomplete object, from standard input, and takes it. SIZE is that of the whole
# object.
append_object() {
    local name size file place="${incoming}/${nonce}"
    read -r name size < <(receive "${list_size}")
    file="${incoming}/${name//\//-}"
    open_place "${place}"
    if ! chmod u+w "${file}" || ! cat >>"${file}" || (($(stat -c %s "${file}") < size)); then
        refuse_incomplete "${place}"
    fi 2>"${place}.err"
    mkdir -p "${name%/*}" && mv -f -- "${file}" "${name}"
    take_objects "${place}"
    close_place "${place}"
}

# A folder for arriving objects, and files beside it that begin with its name.
open_place() {
    if ! mkdir -p "$1" || ! : >"$1.sums" || ! cd "$1"; then
        finish refused disk "cannot make $1"
    fi
}

close_place() {
    sed "s/^/@rdvc:${nonce} damaged /" "$1.damaged"
    drop_place "$1"
}

drop_place() {
    cd "${cache}" && rm -rf -- "$1" "$1".*
}

# What is incomplete stays, for take_what_was_left.
refuse_incomplete() {
    [[ ! -e $1.right ]] || xargs -r rm -f -- <"$1.right"
    ! grep -qi 'no space left\|quota' "$1.err" || answer full
    finish refused disk "cannot write to ${incoming}: $(tail -n 1 "$1.err")"
}

# Puts the sound objects of this folder, $1, into the cache, read-only like DVC's own, and lists the
# others in $1.damaged. $1.sums has checksums of some.
take_objects() {
    local name
    find . -type f -printf '%P\n' | grep -E "${object_pattern}\$" >"$1.names"
    right_names <"$1.sums" >"$1.right"
    lines_beside "$1.right" <"$1.names" >"$1.rest"
    sums_of "$1.rest" | right_names >>"$1.right"
    lines_beside "$1.right" <"$1.rest" >"$1.wrong"
    while IFS= read -r name; do
        ! is_text_of_dvc2 "${name}" || printf '%s\n' "${name}" >>"$1.right"
    done <"$1.wrong"
    lines_beside "$1.right" <"$1.wrong" >"$1.damaged"
    put_objects "$1.right" || finish refused disk "cannot write to ${cache}"
}

# Puts objects into the cache as hard links, with one process; moves them if hard links fail. A
# process of an interrupted transfer may do the same.
put_objects() {
    local name
    find . -type f ! -perm 0444 -exec chmod 0444 -- {} + 2>/dev/null
    awk '{ sub(/\/[^\/]*$/, "") } !seen[$0]++' "$1" | (cd "${cache}" && xargs -r mkdir -p --) || return
    xargs -r cp -lf --parents -t "${cache}" -- <"$1" 2>/dev/null && return
    while IFS= read -r name; do
        [[ ! -e ${name} ]] || mv -f -- "${name}" "${cache}/${name}" || return
    done <"$1"
}

# Sends those of the listed objects that exist as one tar stream. Its size is known in advance: a
# header and a number of blocks for each object, and whole records. If an object cannot be read, zeros
# take the place of what is missing.
pack_objects() {
    local there size said
    there=$(receive "${list_size}" | grep -E "${object_pattern} " | objects_there)
    answer cache "${cache}"
    [[ -n ${there} ]] || return
    answer size "$(awk '{ sum += $2 } END { printf "%.0f", sum }' <<<"${there}")"
    size=$(awk -v block=512 -v record="$((128 * 512))" '
        { blocks += 1 + int(($2 + block - 1) / block) }
        END { printf "%.0f", int(((blocks + 2) * block + record - 1) / record) * record }' <<<"${there}")
    answer data "${size}"
    exec 3>&1
    said=$(cut -d ' ' -f 1 <<<"${there}" | TAR_OPTIONS='' tar -c -h --hard-dereference --format=gnu \
        --totals -b 128 -f - -C "${cache}" --no-recursion -T - 2>&1 >&3) && return
    head -c "$((size - $(sed -n 's/^Total bytes written: \([0-9]*\) .*/\1/p' <<<"${said}")))" /dev/zero
    finish refused objects "objects could not be read: ${said%%$'\n'*}"
}

# Sends an object from its byte SIZE on.
send_rest() {
    local name from size
    read -r name from < <(receive "${list_size}")
    size=$(stat -L -c %s -- "${cache}/${name}" 2>/dev/null) || return
    ((size > from)) || return
    answer data "$((size - from))"
    tail -c "+$((from + 1))" -- "${cache}/${name}"
}

objects() {
    export LC_ALL=C # names are ASCII, and tar's words are read
    open_rdvc_dir
    open_cache
    incoming="${cache}/rdvc-incoming/${laptop}"
    case ${action} in
    ask) ask_objects ;;
    begin)
        take_what_was_left </dev/null
        ask_objects
        ;;
    receive) receive_objects ;;
    append) append_object ;;
    pack) pack_objects ;;
    rest) send_rest ;;
    esac
    finish end
}

objects
