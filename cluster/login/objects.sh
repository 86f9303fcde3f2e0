# Objects of DVC's cache that travel without a DVC remote. Assignments before this text, besides
# those of cache.sh: action (`ask`; `receive` and then `take`; `pack`), laptop (names the folder of
# its unfinished objects), transfer (names the checksums that `receive` leaves for `take`), batch
# (the number of objects for one md5sum), list_size (the size of the list of objects on standard
# input, lines "NAME SIZE"). `receive` gets a tar stream.

# Free space according to df, in bytes.
free_space() {
    df -Pk "$1" 2>/dev/null | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'
}

# Answers with the listed objects that are missing, and the folder that takes them.
ask_objects() {
    local list there partial
    list=$(receive "${list_size}")
    mkdir -p "${incoming}" 2>/dev/null || finish refused dir "cannot make ${incoming}"
    answer cache "${cache}"
    answer incoming "${incoming}"
    answer free "$(free_space "${cache}")"
    partial=$(find "${incoming}" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
    answer partial "${partial}"
    # rsync appends to what tar has written, read-only.
    ((partial == 0)) || find "${incoming}" -type f ! -perm -200 -exec chmod u+w {} +
    answer rsync "$(command -v rsync)"
    there=$(objects_there <<<"${list}")
    lacking_beside "${there}" <<<"${list}" | sed "s/^/@rdvc:${nonce} lacks /" # thousands
    answer size "$(awk '!seen[$1]++ { sum += $2 } END { printf "%.0f", sum }' <<<"${there}")"
}

# Computes the checksums of the files that arrived. md5sum takes the most time, so several processes
# run.
sums_of() {
    local workers=4 n
    [[ -s $1 ]] || return 0
    for ((n = 0; n < workers; n++)); do
        awk -v n="${n}" -v workers="${workers}" 'NR % workers == n' "$1" | xargs -r md5sum -- >"$1.sums.${n}" &
    done
    wait
    cat "$1".sums.*
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

# Computes checksums while the next objects arrive. The last objects of a batch may be incomplete or
# missing: then their checksum is wrong, and take_objects computes it again. The stream makes objects
# read-only.
receive_objects() {
    local said="${incoming}.sums-${transfer}.${nonce}.err"
    if ! mkdir -p "${incoming}" || ! cd "${incoming}"; then
        finish refused disk "cannot make ${incoming}"
    fi
    TAR_OPTIONS='' tar -x -v -k -m -p --no-same-owner -b 128 -f - 2>"${said}" | whole_files |
        xargs -r -n "${batch}" md5sum -- >"${incoming}.sums-${transfer}.${nonce}" 2>/dev/null
    if ((PIPESTATUS[0] != 0)); then
        ! grep -qi 'no space left\|quota' "${said}" || answer full
        finish refused disk "cannot write to ${incoming}: $(tail -n 1 "${said}")"
    fi
    rm -f -- "${said}"
}

# Lists the objects that have arrived in files: $1 has all, $1.rest those without a right checksum,
# $1.writable those that are not read-only yet.
list_arrived() {
    local kind
    for kind in '' .rest .writable .damaged; do
        : >"$1${kind}"
    done
    awk -v all="$1" '
        are_sums { right[$0]; next }
        { mode = $1; name = $0; sub(/^[0-9]+ /, "", name) }
        name !~ /^(files\/md5\/)?[0-9a-f][0-9a-f]\/[0-9a-f]+(\.dir)?$/ { next }
        { hash = name; sub(/^files\/md5\//, "", hash); sub(/\.dir$/, "", hash) }
        length(hash) != 33 { next }
        { print name >all }
        !(name in right) { print name >(all ".rest") }
        mode != "444" { print name >(all ".writable") }' \
        are_sums=1 <(cat "${incoming}.sums-${transfer}".* 2>/dev/null | right_names) \
        are_sums=0 <(find . -type f -printf '%m %P\n')
}

# Checks what has arrived, and moves sound objects to their place, read-only like DVC's own; removes
# damaged ones.
take_objects() {
    local names="${incoming}.names" name count
    cd "${incoming}" 2>/dev/null || finish end
    list_arrived "${names}"
    sums_of "${names}.rest" | right_names >"${names}.right"
    while IFS= read -r name; do
        if ! is_text_of_dvc2 "${name}"; then
            rm -f -- "${name}"
            answer damaged "${name}"
            printf '%s\n' "${name}" >>"${names}.damaged"
        fi
    done < <(lines_beside "${names}.right" <"${names}.rest")
    if [[ -s ${names}.damaged ]]; then
        for name in "${names}" "${names}.writable"; do
            lines_beside "${names}.damaged" <"${name}" >"${names}.sound"
            mv -f -- "${names}.sound" "${name}"
        done
    fi
    xargs -r chmod 0444 -- <"${names}.writable"
    count=$(wc -l <"${names}")
    if ! put_objects "${names}"; then
        rm -f "${names}" "${names}".*
        finish refused disk "cannot write to ${cache}"
    fi
    rm -f "${names}" "${names}".* "${incoming}".sums-*
    cd "${cache}" && rm -rf -- "${incoming}"
    answer taken "${count}"
}

# Moves objects into the cache as hard links, with one process; one by one if hard links fail.
put_objects() {
    local name
    awk '{ sub(/\/[^\/]*$/, "") } !seen[$0]++' "$1" | (cd "${cache}" && xargs -r mkdir -p --) || return
    xargs -r cp -lf --parents -t "${cache}" -- <"$1" 2>/dev/null && return
    while IFS= read -r name; do
        [[ -e ${name} ]] || continue
        mv -f -- "${name}" "${cache}/${name}" || return
    done <"$1"
}

# Sends the listed objects as one tar stream.
pack_objects() {
    mkdir -p "${incoming}" || finish refused disk "cannot make ${incoming}"
    receive "${list_size}" | cut -d ' ' -f 1 | tar -c -f - -C "${cache}" -T - 2>/dev/null |
        answer_stream "${incoming}.block"
    [[ ${PIPESTATUS[*]} == '0 0 0 0' ]] || finish refused objects "objects could not be read"
}

objects() {
    open_rdvc_dir
    open_cache
    incoming="${cache}/rdvc-incoming/${laptop}"
    case ${action} in
    ask) ask_objects ;;
    take) take_objects ;;
    receive) receive_objects ;;
    pack) pack_objects ;;
    esac
    finish end
}

objects
