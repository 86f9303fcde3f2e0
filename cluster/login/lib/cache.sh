# DVC's cache on the cluster. Assignments before this text: cache (a folder; nothing means `cache`
# in rdvc's own folder), cache_group (1: the user's group may use it). An object's name is its place
# in the cache: files/md5/ab/cdef..., or ab/cdef... for DVC 2.

open_cache() {
    case ${cache} in
    '') cache="${rdvc_dir}/cache" ;;
    \~/*) cache="${HOME}/${cache#\~/}" ;;
    /*) ;;
    *) finish refused dir "cluster.cache must start with / or ~/: ${cache}" ;;
    esac
    [[ ${cache_group} != 1 ]] || umask 007
    [[ -d ${cache} ]] || mkdir -p "${cache}" 2>/dev/null || finish refused dir "cannot create ${cache}"
    [[ ${cache_group} != 1 ]] || chmod g+rwxs "${cache}" 2>/dev/null
}

# Reads lines "NAME SIZE", and prints such lines for the objects that exist, with their true sizes.
objects_there() {
    (cd "${cache}" && cut -d ' ' -f 1 | xargs -r stat -L -c '%n %s' -- 2>/dev/null)
}

# Reads lines "NAME SIZE" (`-`: any size), and prints the names that $1 (the output of objects_there)
# lacks or has with another size.
lacking_beside() {
    awk 'is_there { size[$1] = $2; next }
        NF && (!($1 in size) || ($2 != "-" && $2 != size[$1])) && !said[$1]++ { print $1 }' \
        is_there=1 <(printf '%s\n' "$1") is_there=0 -
}

lacking_objects() {
    local wanted
    wanted=$(cat)
    lacking_beside "$(objects_there <<<"${wanted}")" <<<"${wanted}"
}

# Reads lines "NAME SIZE", and prints them with the files that each folder lists, if the folder's
# object exists.
with_listed_objects() {
    local name size
    while read -r name size; do
        printf '%s %s\n' "${name}" "${size}"
        [[ ${name} != *.dir || ! -r ${cache}/${name} ]] || listed_objects "${name}"
    done
}

listed_objects() {
    local layout=
    [[ $1 != files/md5/* ]] || layout=files/md5/
    grep -o '"md5": *"[0-9a-f]*"' "${cache}/$1" | awk -F '"' -v layout="${layout}" \
        'length($4) == 32 { print layout substr($4, 1, 2) "/" substr($4, 3), "-" }'
}
