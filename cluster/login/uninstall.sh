# The request of `rdvc uninstall --remote`. Creates nothing in a folder that is not rdvc's.
# Assignments before this text: action (`look`: answers with what there is; `remove`), cache (with
# `look`: the folder that the user names as DVC's cache, or nothing), and the
# arrays mirrors (paths of mirrors that go although others stay) and parts (names on the folder's
# first level, which go as a whole). `rdvc clean`'s request has removed what stands alone before
# that: submissions, workspaces, environments.
# Whatever goes is first moved to `.uninstall-<nonce>` in the same folder. If this is interrupted,
# requests make the missing folders again, and the next `rdvc uninstall --remote` removes the rest.

# True if this is rdvc's folder, also one that is partly removed.
is_rdvc_folder() {
    local name
    ! compgen -G '.uninstall-*' >/dev/null || return 0
    for name in submissions jobs functions envs repos; do
        [[ -d ${name} ]] || return 1
    done
}

# Enters rdvc's folder, or ends the request. Sets `was_link`.
enter_rdvc_dir() {
    was_link=''
    resolve_rdvc_dir
    refuse_shared_folder
    [[ -d ${rdvc_dir} ]] || finish end
    [[ ! -L ${rdvc_dir%/} ]] || was_link=1
    cd -P -- "${rdvc_dir}" || finish refused dir "cannot enter ${rdvc_dir}"
    rdvc_dir=${PWD}
    [[ -n $(ls -A) ]] || finish end
    [[ -O . ]] || finish refused dir "${PWD} belongs to another user"
    is_rdvc_folder || finish refused dir "${PWD} is not a folder of rdvc's: it lacks submissions, jobs, functions, envs or repos. Nothing was removed; is cluster.dir right?"
    refuse_newer_folder
}

# True if the user names rdvc's own folder `cache` as DVC's cache.
is_cache_named() {
    local folder=${cache}
    [[ ${folder} != \~/* ]] || folder="${HOME}/${folder#\~/}"
    [[ ${folder} == /* && ${folder} -ef cache ]]
}

# Answers with entries TYPE OWN PATH (OWN: 1 if the file is this user's) and sizes KIB PATH.
look() {
    local name
    answer dir "${rdvc_dir}"
    [[ -z ${was_link} ]] || answer link
    ! is_cache_named || answer cache
    find . -mindepth 1 -maxdepth 2 \( -path './logs/slurm-*' -type l -o -path './doctor-*/*' -o -path './.uninstall-*/*' \) -prune -o \
        -printf '%y ' \( -user "${EUID}" -printf '1' -o -printf '0' \) -printf ' %P\0' 2>/dev/null |
        LC_ALL=C tr '\n\0' '?\n' | answer_lines entry
    find . -mindepth 2 ! -user "${EUID}" -printf '%P\n' 2>/dev/null | LC_ALL=C cut -d / -f 1 | LC_ALL=C sort -u | answer_lines shared
    for name in * .uninstall-* repos/*.git; do
        [[ ! -d ${name} || -L ${name} ]] || printf '%s\0' "${name}"
    done | xargs -0 -r -n 1 du -skx -- 2>/dev/null | answer_lines size
}

# Moves $1 aside as $2. A file of ours, whatever its name; no link.
move_aside() {
    [[ -O $1 && ! -L $1 ]] && mv -T -- "$1" "${aside}/$2" 2>/dev/null
}

put_parts_back() {
    local part
    for part in "${moved[@]+"${moved[@]}"}"; do
        [[ ! -e ${part} ]] || rmdir -- "${part}" 2>/dev/null
        [[ -e ${part} ]] || mv -T -- "${aside}/${part}" "${part}" 2>/dev/null
    done
    rmdir -- "${aside}" 2>/dev/null
}

# True if a submission that stays has commits in the mirror $1, or if git cannot read its refs.
is_mirror_needed() {
    local ref refs
    refs=$(git --git-dir="$1" for-each-ref --format='%(refname)' refs/rdvc 2>/dev/null) || return 0
    while read -r ref; do
        [[ ! ${ref} =~ ^refs/rdvc/([0-9a-f]{32})$ || ! -e submissions/${BASH_REMATCH[1]} ]] || return 0
    done <<<"${refs}"
    return 1
}

remove_mirrors() {
    local name
    for name in "${mirrors[@]+"${mirrors[@]}"}"; do
        [[ ${name} == repos/*.git && ${name} != */*/* ]] || continue
        is_own_folder "${name}" || continue
        if is_mirror_needed "${name}"; then
            answer kept "${name}"
        elif move_aside "${name}" "${name##*/}"; then
            remove_moved "${name##*/}" "${name}"
        else
            answer failed "${name}"
        fi
    done
}

# Removes what was moved aside as $1 and was $2.
remove_moved() {
    if remove_folder "${aside}/$1" 2>/dev/null; then
        answer removed "$2"
    else
        answer failed "${aside}/$1"
    fi
}

# Nothing of a submission may be there any longer, and none may have begun. `rmdir` is the proof,
# because only an empty folder goes. False if there is something.
close_door() {
    local part
    for part in submissions jobs; do
        [[ " ${parts[*]} " != *" ${part} "* || ! -e ${part} ]] || rmdir -- "${part}" 2>/dev/null || return
    done
}

remove_parts() {
    local part moved=() closes=''
    [[ " ${parts[*]} " != *' submissions '* ]] || closes=1
    if ! close_door; then
        answer begun
        return
    fi
    # `repos` first: without it requests make the other folders again.
    for part in repos "${parts[@]}"; do
        [[ " ${parts[*]} " == *" ${part} "* && ${part} != */* && -e ${part} && ${part} != "${aside}" ]] || continue
        if move_aside "${part}" "${part}"; then
            moved+=("${part}")
        else
            answer failed "${part}"
        fi
    done
    if [[ -n ${closes} && -e submissions ]]; then # a submission has just made it
        put_parts_back
        answer begun
        return
    fi
    for part in "${moved[@]+"${moved[@]}"}"; do
        remove_moved "${part}" "${part}"
    done
    [[ -z ${closes} ]] || { answer removed submissions && answer removed jobs; }
}

remove() {
    local aside=".uninstall-${nonce}"
    # On a full disk there is room for a folder after these; requests store them again.
    mkdir "${aside}" 2>/dev/null || rm -rf -- requests queue
    [[ -d ${aside} ]] || mkdir "${aside}" 2>/dev/null || finish refused disk "cannot write to ${rdvc_dir}"
    trap '' HUP TERM INT PIPE # the folder must not stay half open
    remove_mirrors
    ((${#parts[@]} == 0)) || remove_parts
    rmdir -- "${aside}" 2>/dev/null
    if [[ -z $(ls -A) ]]; then
        # A link to nothing would be in the way of a later `mkdir`, and a mounted one cannot go.
        [[ -n ${was_link} ]] || { cd / && rmdir -- "${rdvc_dir}" 2>/dev/null; }
        answer empty "$([[ -d ${rdvc_dir} ]] && printf stays || printf gone)"
    else
        make_rdvc_folders # so that it is still known as rdvc's
        answer rest
    fi
}

uninstall() {
    local was_link
    enter_rdvc_dir
    case ${action} in
    look) look ;;
    remove) remove ;;
    esac
    finish end
}

uninstall
