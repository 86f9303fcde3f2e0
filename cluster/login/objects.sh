# Objects of DVC's cache that travel without a DVC remote. Assignments before this text, besides those of
# cache.sh: action (`ask`; `receive` and then `take`; `pack`), laptop (where its unfinished objects lie), transfer (what
# `receive` has found out for `take`), batch (how many objects one md5sum gets), list_size (of the list of objects on standard
# input, lines "NAME SIZE"). `receive` gets a tar stream.

# Free space according to df, in bytes.
free_space() {
    df -Pk "$1" 2>/dev/null | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'
}

# Which of the listed objects are missing, and where to put them.
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

# The sums of the files that arrived, by a few processes: md5sum is what takes longest.
sums_of() {
    local workers=4 n
    for ((n = 0; n < workers; n++)); do
        awk -v n="${n}" -v workers="${workers}" 'NR % workers == n' "$1" | xargs -r md5sum -- >"$1.sums.${n}" &
    done
    wait
    cat "$1".sums.*
}

# Lines of md5sum -> the names whose content is what they say, sorted.
right_names() {
    awk '{
        hash = $2
        sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash)
        if (hash == $1) print $2
    }' | LC_ALL=C sort -u
}

# DVC 2 named text files by their content with CR LF as LF.
is_text_of_dvc2() {
    local hash=${1/\//}
    [[ $1 != files/md5/* && $(sed 's/\r$//' "$1" | md5sum) == "${hash%.dir} "* ]]
}

# Sums are taken of some objects while the next ones arrive. The last ones of a batch may not be whole yet, or there at all:
# their sum is wrong then, and take_objects looks once more.
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

# Checks what has arrived and puts it in its place, read-only like DVC's own objects; removes
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

# With hard links, which one process makes; one by one if there are none.
put_objects() {
    local name
    sed 's|/[^/]*$||' "$1" | sort -u | (cd "${cache}" && xargs -r mkdir -p --) || return
    xargs -r cp -lf --parents -t "${cache}" -- <"$1" 2>/dev/null && return
    while IFS= read -r name; do
        [[ -e ${name} ]] || continue
        mv -f -- "${name}" "${cache}/${name}" || return
    done <"$1"
}

# The listed objects as one tar stream.
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
