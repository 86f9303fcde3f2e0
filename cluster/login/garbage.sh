# The request of `rdvc clean --cache`: what DVC's cache holds that nothing names any longer.
# Assignments before this text, besides those of cache.sh: action, older (in seconds; what is younger
# stays), list_size (of the list of names on standard input). `list` answers with what no commit of
# any mirror, no submission and no young entry of the run-cache names, and with entries of the
# run-cache that name such things. The laptop decides whether they may go. `remove` removes those of
# the list of which the same still holds, unless a job or a submission has begun meanwhile.
# A fixed number of processes, whatever the number of objects.

hash='[0-9a-f]{32}'
names="${hash}|[0-9a-f]{2}/[0-9a-f]{30}" # as a hash, or as an object's place

# Reads text, and prints the hashes in it.
hashes_in() {
    grep -ahoE "${names}" | tr -d /
}

# Prints all versions of files that DVC writes about its outputs, in all commits of the mirror $1.
# False if some cannot be read. Of files with the same content, `rev-list --objects` would name one.
dvc_files_of() {
    local codes
    git --git-dir="$1" rev-list --all >"${scratch}/commits" 2>/dev/null || return 1
    git --git-dir="$1" diff-tree --stdin --root -r -m --no-commit-id --no-renames -- ':(top,glob)**/*.dvc' \
        ':(top,glob)**/dvc.lock' <"${scratch}/commits" 2>/dev/null | awk '$4 !~ /^0+$/ && !seen[$4]++ { print $4 }' >"${scratch}/blobs"
    codes=${PIPESTATUS[*]}
    [[ ${codes} == '0 0' ]] || return 1
    git --git-dir="$1" cat-file --batch <"${scratch}/blobs" >"${scratch}/content" 2>/dev/null || return 1
    ! grep -aqE '^[0-9a-f]{40,64} missing$' "${scratch}/content" || return 1
    cat "${scratch}/content"
}

# Writes what is named to the file `named`, and answers with the mirrors that cannot be read.
find_named() {
    local bare
    {
        for bare in "${rdvc_dir}"/repos/*.git; do
            [[ ! -d ${bare} ]] || dvc_files_of "${bare}" || printf '%s\n' "${bare##*/}" >>"${scratch}/unreadable"
        done
        (
            set -o pipefail
            # The list of what it needs, and its script.
            find "${rdvc_dir}/submissions" -mindepth 2 -maxdepth 2 -type f \( -name objects -o -name job.sh \) -print0 |
                xargs -0 -r cat -- || printf 'submissions\n' >>"${scratch}/unreadable"
            [[ ! -d runs ]] || find runs -type f -newermt "@${cutoff}" -print0 | xargs -0 -r cat -- ||
                printf 'runs\n' >>"${scratch}/unreadable"
        )
    } 2>/dev/null | hashes_in | sort -u >"${scratch}/named"
    # What folders list, also those that are young.
    awk 'is_named { named[$0]; next }
        $1 ~ /\.dir$/ { place = hash = $1; sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash)
            if (hash in named || $3 > cutoff) print place }' cutoff="${cutoff}" is_named=1 "${scratch}/named" is_named=0 "${scratch}/objects" |
        (cd "${cache}" && xargs -r cat --) | hashes_in | sort -u - "${scratch}/named" >"${scratch}/all"
}

# Writes lines "NAME SIZE TIME" to the files `objects`, `unnamed` and `entries`.
find_unnamed() {
    local place places=()
    cd "${cache}" || return
    for place in files/md5 [0-9a-f][0-9a-f]; do
        [[ ! -d ${place} ]] || places+=("${place}")
    done
    : >"${scratch}/objects"
    ((${#places[@]} == 0)) || find "${places[@]}" -type f -printf '%p %s %T@ %U\n' |
        sed -nE 's|^(((files/md5/)?[0-9a-f]{2}/[0-9a-f]{30}(\.dir)?) [0-9]+ [0-9]+)[.0-9]* ([0-9]+)$|\1 \5|p' >"${scratch}/objects"
    find_named
    awk 'is_named { named[$0]; next }
        { hash = $1; sub(/^files\/md5\//, "", hash); sub("/", "", hash); sub(/\.dir$/, "", hash) }
        !(hash in named) && $3 <= cutoff { print $1, $2, $3 }' cutoff="${cutoff}" is_named=1 "${scratch}/all" is_named=0 "${scratch}/objects" >"${scratch}/unnamed"
    find runs -type f ! -newermt "@${cutoff}" -printf '%p %s %T@\n' 2>/dev/null | sed -nE 's|^(runs/[0-9a-f/.]+ [0-9]+ [0-9]+).*|\1|p' |
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
            }' is_named=1 "${scratch}/all" is_named=0 - >"${scratch}/entries"
}

list_unnamed() {
    answer cache "${cache}"
    [[ ${cache} == "${rdvc_dir}"/* ]] || answer outside
    find_unnamed
    answer all "$(awk -v own="${EUID}" '{ sum += $2; if ($4 != own) foreign++ } END { printf "%d %.0f %d", NR, sum, foreign }' "${scratch}/objects")"
    [[ ! -e ${scratch}/unreadable ]] || answer_lines unreadable <"${scratch}/unreadable"
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

# Returns what a removal, perhaps an interrupted one, has put aside.
put_back() {
    local aside
    for aside in "${cache}"/rdvc-gone-*; do
        [[ -d ${aside} ]] || continue
        (cd "${aside}" && find . -type f -printf '%P\n') | move_objects "${aside}" "${cache}"
        remove_folder "${aside}"
    done
}

# True if a job or a submission may need what was put aside. Whoever checks the cache before that has
# a folder by now; who checks later sees what is missing, or that the mark has changed (submit.sh).
is_needed_again() {
    if ! find_live; then
        answer squeue "${queue_said}"
        return 0
    fi
    ((${#live[@]} > 0)) || [[ -n $(find "${rdvc_dir}/submissions" "${rdvc_dir}/jobs" -maxdepth 2 -type d -newer "${began}" -print -quit) ]]
}

remove_unnamed() {
    local began="${rdvc_dir}/cache-${nonce}" aside="${cache}/rdvc-gone-${nonce}" said
    receive "${list_size}" | sort >"${scratch}/wanted"
    : >"${began}" || finish refused disk "cannot write to ${rdvc_dir}"
    trap '' HUP TERM INT PIPE # what is put aside must not stay there
    sleep 1 # so that a folder that is made from now on is newer, whatever the file system's clock counts in
    find_unnamed
    [[ ! -e ${scratch}/unreadable ]] || : >"${scratch}/unnamed"
    cut -d ' ' -f 1 "${scratch}/unnamed" | sort | comm -12 - "${scratch}/wanted" >"${scratch}/going"
    mkdir -p "${aside}" || finish refused disk "cannot write to ${cache}"
    move_objects "${cache}" "${aside}" <"${scratch}/going"
    printf '%s\n' "${nonce}" >"${cache}/rdvc-cleaned"
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
    rm -f "${began}"
}

garbage() {
    export LC_ALL=C
    open_rdvc_dir
    open_cache
    local cutoff scratch
    cache=$(cd -P "${cache}" && pwd)
    cutoff=$(($(now) - older))
    scratch=$(mktemp -d) || finish refused disk "cannot make a temporary folder"
    put_back </dev/null
    case ${action} in
    list) list_unnamed ;;
    remove) remove_unnamed ;;
    esac
    rm -rf -- "${scratch}"
    finish end
}

garbage
