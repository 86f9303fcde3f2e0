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
    local list
    list=$(receive "${list_size}")
    mkdir -p "${incoming}" 2>/dev/null || finish refused dir "cannot make ${incoming}"
    answer cache "${cache}"
    answer incoming "${incoming}"
    answer free "$(free_space "${cache}")"
    answer partial "$(find "${incoming}" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')"
    answer rsync "$(command -v rsync)"
    lacking_objects <<<"${list}" | sed "s/^/@rdvc:${nonce} lacks /" # thousands
    answer size "$(cd "${cache}" && cut -d ' ' -f 1 <<<"${list}" | LC_ALL=C sort -u |
        xargs -r stat -c '%s' -- 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }')"
}

# Computes the checksums of the files that arrived. md5sum takes the most time, so several processes
# run.
sums_of() {
    local workers=4 n
    for ((n = 0; n < workers; n++)); do
        awk -v n="${n}" -v workers="${workers}" 'NR % workers == n' "$1" | xargs -r md5sum -- >"$1.sums.${n}" &
    done
    wait
    cat "$1".sums.*
}

# Reads lines of md5sum, and prints the names that match their content, sorted.
right_names() {
    awk '{
        hash = $2
        sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash)
        if (hash == $1) print $2
    }' | LC_ALL=C sort -u
}

# DVC 2 named text files by their content with LF in place of CR LF.
is_text_of_dvc2() {
    local hash=${1/\//}
    [[ $1 != files/md5/* && $(sed 's/\r$//' "$1" | md5sum) == "${hash%.dir} "* ]]
}

# Computes checksums while the next objects arrive. The last objects of a batch may be incomplete or
# missing: then their checksum is wrong, and take_objects computes it again.
receive_objects() {
    local said="${incoming}.sums-${transfer}.${nonce}.err"
    if ! mkdir -p "${incoming}" || ! cd "${incoming}"; then
        finish refused disk "cannot make ${incoming}"
    fi
    TAR_OPTIONS='' tar -x -v -k -m --no-same-owner --no-same-permissions -f - 2>"${said}" |
        xargs -r -n "${batch}" md5sum -- >"${incoming}.sums-${transfer}.${nonce}" 2>/dev/null
    if ((PIPESTATUS[0] != 0)); then
        ! grep -qi 'no space left\|quota' "${said}" || answer full
        finish refused disk "cannot write to ${incoming}: $(tail -n 1 "${said}")"
    fi
    rm -f -- "${said}"
}

# Checks what has arrived, and moves sound objects to their place, read-only like DVC's own; removes
# damaged ones.
take_objects() {
    local names="${incoming}.names" name
    cd "${incoming}" 2>/dev/null || finish end
    find . -type f | sed -n 's|^\./||; \#^\(files/md5/\)\{0,1\}[0-9a-f][0-9a-f]/[0-9a-f]\{30\}\(\.dir\)\{0,1\}$#p' |
        LC_ALL=C sort >"${names}"
    cat "${incoming}.sums-${transfer}".* 2>/dev/null | right_names >"${names}.right"
    LC_ALL=C comm -23 "${names}" "${names}.right" >"${names}.rest"
    sums_of "${names}.rest" | right_names >"${names}.rest.right"
    while IFS= read -r name; do
        if ! is_text_of_dvc2 "${name}"; then
            rm -f -- "${name}"
            answer damaged "${name}"
        fi
    done < <(LC_ALL=C comm -23 "${names}.rest" "${names}.rest.right")
    find . -type f -printf '%P\n' | LC_ALL=C sort | LC_ALL=C comm -12 - "${names}" >"${names}.whole"
    xargs -r chmod 0444 -- <"${names}.whole"
    local count
    count=$(wc -l <"${names}.whole")
    if ! put_objects "${names}.whole"; then
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
    sed 's|/[^/]*$||' "$1" | sort -u | (cd "${cache}" && xargs -r mkdir -p --) || return
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
