# The request of `rdvc clean --cache`: what DVC's cache holds that nothing names any longer.
# Assignments before this text, besides those of cache.sh: action, older (in seconds; what is younger
# stays), list_size (of the list of names on standard input). `list` answers with what no commit of
# any mirror, no submission and no young entry of the run-cache names, and with entries of the
# run-cache that name such things. The laptop decides whether they may go. `remove` removes those of
# the list of which the same still holds, unless a job or a submission has begun meanwhile.
# A fixed number of processes, whatever the number of objects. Whatever fails here makes what is named
# look like what is not, so each pipeline's status counts, and after a failure nothing is removed.

hash='[0-9a-f]{32}'
names="${hash}|[0-9a-f]{2}/[0-9a-f]{30}" # as a hash, or as an object's place

# Reads text, and prints the hashes in it. Lines are cut at commas, because a folder's object is a
# single one, and grep needs memory for all of it.
hashes_in() {
    # grep ends with 1 if it finds nothing, which is no failure.
    tr , '\n' | { grep -ahoE "${names}" || (($? == 1)); } | tr -d /
}

# Prints all versions of files that DVC writes about its outputs, in all commits of the mirror $1.
# False if some cannot be read. Of files with the same content, `rev-list --objects` would name one.
dvc_files_of() {
    git --git-dir="$1" rev-list --all >"${scratch}/commits" 2>/dev/null || return 1
    git --git-dir="$1" diff-tree --stdin --root -r -m --no-commit-id --no-renames -- ':(top,glob)**/*.dvc' \
        ':(top,glob)**/dvc.lock' <"${scratch}/commits" 2>/dev/null |
        awk '$4 !~ /^0+$/ && !seen[$4]++ { print $4 }' >"${scratch}/blobs" || return 1
    git --git-dir="$1" cat-file --batch <"${scratch}/blobs" >"${scratch}/content" 2>/dev/null || return 1
    grep -aqE '^[0-9a-f]{40,64} missing$' "${scratch}/content"
    (($? == 1)) && cat "${scratch}/content"
}

# The list of what each submission needs, and its script.
submission_files() {
    find "${rdvc_dir}/submissions" -mindepth 2 -maxdepth 2 -type f \( -name objects -o -name job.sh \) -print0 |
        xargs -0 -r cat --
}

young_entries() {
    [[ ! -d runs ]] || find runs -type f -newermt "@${cutoff}" -print0 | xargs -0 -r cat --
}

# What folders list that are themselves in the file `named` or young.
folders() {
    awk 'is_named { named[$0]; next }
        $1 ~ /\.dir$/ { place = hash = $1; sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash)
            if (hash in named || $3 > cutoff) print place }' cutoff="${cutoff}" is_named=1 "${scratch}/named" is_named=0 "${scratch}/objects" |
        xargs -r cat --
}

# Adds the hashes in what the words after $1 print to the file `hashes`.
add_named() {
    "${@:2}" 2>/dev/null | hashes_in >>"${scratch}/hashes" || unreadable+=("$1")
}

# Writes what is named to the file `all`, and adds what cannot be read to `unreadable`.
find_named() {
    local bare
    : >"${scratch}/hashes"
    for bare in "${rdvc_dir}"/repos/*.git; do
        [[ ! -d ${bare} ]] || add_named "${bare##*/}" dvc_files_of "${bare}"
    done
    add_named submissions submission_files
    add_named runs young_entries
    sort -u "${scratch}/hashes" >"${scratch}/named" || unreadable+=('temporary files')
    add_named folders folders
    sort -u "${scratch}/hashes" >"${scratch}/all" || unreadable+=('temporary files')
}

# Writes lines "NAME SIZE TIME OWNER" to the file `objects`.
find_objects() {
    local place places=()
    for place in files/md5 [0-9a-f][0-9a-f]; do
        [[ ! -d ${place} ]] || places+=("${place}")
    done
    : >"${scratch}/objects" || return
    ((${#places[@]} == 0)) || find "${places[@]}" -type f -printf '%p %s %T@ %U\n' |
        sed -nE 's|^(((files/md5/)?[0-9a-f]{2}/[0-9a-f]{30}(\.dir)?) [0-9]+ [0-9]+)[.0-9]* ([0-9]+)$|\1 \5|p' >"${scratch}/objects"
}

# Writes lines "NAME SIZE TIME" of entries of the run-cache that name what nothing else does.
find_entries() {
    [[ -d runs ]] || return 0
    find runs -type f ! -newermt "@${cutoff}" -printf '%p %s %T@\n' | sed -nE 's|^(runs/[0-9a-f/.]+ [0-9]+ [0-9]+).*|\1|p' |
        awk 'is_named { named[$0]; next }
            {
                lost = 0
                while ((getline line <$1) > 0)
                    while (match(line, /[0-9a-f]+/)) {
                        if (RLENGTH == 32 && !(substr(line, RSTART, 32) in named)) lost = 1
                        line = substr(line, RSTART + RLENGTH)
                    }
                close($1)
                if (lost) print
            }' is_named=1 "${scratch}/all" is_named=0 -
}

# Writes such lines to the files `unnamed` and `entries`. Ends the request if it fails; if only
# something that may name objects cannot be read, that is in `unreadable`.
find_unnamed() {
    unreadable=()
    set -o pipefail
    # shellcheck disable=SC2015 # the last word is for all
    cd "${cache}" && find_objects && find_named && awk 'is_named { named[$0]; next }
        { hash = $1; sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash) }
        !(hash in named) && $3 <= cutoff { print $1, $2, $3 }' cutoff="${cutoff}" is_named=1 "${scratch}/all" is_named=0 "${scratch}/objects" >"${scratch}/unnamed" &&
        find_entries >"${scratch}/entries" || refuse cache "the objects in ${cache} cannot be listed"
    set +o pipefail
}

list_unnamed() {
    local place
    answer cache "${cache}"
    [[ ${cache} == "${rdvc_dir}"/* ]] || answer outside
    find_unnamed
    answer all "$(awk -v own="${EUID}" '{ sum += $2; if ($4 != own) foreign++ } END { printf "%d %.0f %d", NR, sum, foreign }' "${scratch}/objects")"
    for place in "${unreadable[@]+"${unreadable[@]}"}"; do
        answer unreadable "${place}"
    done
    sed "s/^/@rdvc:${nonce} object /" "${scratch}/unnamed"
    sed "s/^/@rdvc:${nonce} entry /" "${scratch}/entries"
}

# --- Removing -------------------------------------------------------------------------------------

# Calls mv for each folder of standard input's names, at most 512 times, from the folder $1 to $2.
move_objects() {
    local from=$1 to=$2 name place='' together=()
    while IFS= read -r name || [[ -n ${place} ]]; do
        if [[ ${name%/*} != "${place}" ]]; then
            ((${#together[@]} == 0)) || { mkdir -p "${to}/${place}" && printf '%s\0' "${together[@]}" | xargs -0 mv -n -t "${to}/${place}" -- 2>/dev/null; }
            place=${name%/*} together=()
        fi
        [[ -z ${name} ]] || together+=("${from}/${name}")
    done < <(sort)
}

# Returns what a removal, perhaps an interrupted one, has put aside. What cannot return stays aside.
put_back() {
    local aside name
    for aside in "${cache}"/rdvc-gone-*; do
        [[ -d ${aside} ]] || continue
        (cd "${aside}" && find . -type f -printf '%P\n') | move_objects "${aside}" "${cache}"
        find "${aside}" -type f -printf '%P\0' | while IFS= read -r -d '' name; do
            [[ ! -f ${cache}/${name} ]] || printf '%s/%s\0' "${aside}" "${name}"
        done | xargs -0 -r rm -f --
        find "${aside}" -type d -empty -delete
        [[ ! -d ${aside} ]] || refuse disk "what is in ${aside} cannot be put back into ${cache}"
    done
}

# True if a job or a submission may need what was put aside. Whoever checks the cache before that has
# a folder by now; who checks later sees what is missing, or that the mark has changed (submit.sh).
is_needed_again() {
    if ! find_live; then
        answer squeue "${queue_said}"
        return 0
    fi
    local newer
    newer=$(find "${rdvc_dir}/submissions" "${rdvc_dir}/jobs" -maxdepth 2 -type d -newer "${began}" -print -quit) || return 0
    ((${#live[@]} > 0)) || [[ -n ${newer} ]]
}

remove_unnamed() {
    local aside="${cache}/rdvc-gone-${nonce}" said
    began="${rdvc_dir}/cache-${nonce}"
    receive "${list_size}" | sort >"${scratch}/wanted"
    : >"${began}" || refuse disk "cannot write to ${rdvc_dir}"
    trap '' HUP TERM INT PIPE # what is put aside must not stay there
    sleep 1 # so that a folder that is made from now on is newer, whatever the file system's clock counts in
    find_unnamed
    said=$(printf ', %s' "${unreadable[@]+"${unreadable[@]}"}")
    ((${#unreadable[@]} == 0)) || refuse cache "not all that may name objects can be read: ${said#, }"
    cut -d ' ' -f 1 "${scratch}/unnamed" | sort | comm -12 - "${scratch}/wanted" >"${scratch}/going"
    mkdir -p "${aside}" || refuse disk "cannot write to ${cache}"
    move_objects "${cache}" "${aside}" <"${scratch}/going"
    if ! printf '%s\n' "${nonce}" >"${cache}/rdvc-cleaned"; then
        put_back
        refuse disk "cannot write to ${cache}"
    fi
    if is_needed_again; then
        put_back
        answer begun
    else
        said=$(find "${aside}" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d %.0f", NR, sum }')
        remove_folder "${aside}" || answer failed "${aside}"
        cut -d ' ' -f 1 "${scratch}/entries" | sort | comm -12 - "${scratch}/wanted" >"${scratch}/going"
        (cd "${cache}" && xargs -r rm -f -- <"${scratch}/going")
        answer removed "${said} $(wc -l <"${scratch}/going")"
    fi
}

# One request at a time, because each begins with putting back what another one may be removing. Of
# another node flock may not know.
lock_cache() {
    command -v flock >/dev/null || return 0
    exec {lock}>>"${cache}/rdvc-lock" || finish refused disk "cannot write to ${cache}"
    flock -n "${lock}" || (($? != 1)) || finish refused cache "another rdvc clean --cache still runs" # else: no locks there
}

# Other processes of this request may still have the file open.
unlock_cache() {
    rm -rf -- "${scratch}"
    [[ -z ${began} ]] || rm -f -- "${began}"
    [[ -z ${lock} ]] || flock -u "${lock}"
}

# Ends the request with a reason.
refuse() {
    unlock_cache
    finish refused "$@"
}

garbage() {
    export LC_ALL=C
    open_rdvc_dir
    open_cache
    local cutoff scratch lock='' began='' unreadable=()
    cache=$(cd -P "${cache}" && pwd)
    cutoff=$(($(now) - older))
    lock_cache
    scratch=$(mktemp -d) || finish refused disk "cannot make a temporary folder"
    put_back </dev/null
    case ${action} in
    list) list_unnamed ;;
    remove) remove_unnamed ;;
    esac
    unlock_cache
    finish end
}

garbage
