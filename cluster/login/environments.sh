# The environments that are kept for a project. Assignments before this text: mirror (the project's;
# its environments are in the folder of that name, without `.git`), action (list or clear), and the
# array keys (beginnings of keys; none for all).

is_wanted() {
    local prefix
    ((${#keys[@]} > 0)) || return 0
    for prefix in "${keys[@]}"; do
        [[ $1 != "${prefix}"* ]] || return 0
    done
    return 1
}

# Sets the array `places` to the folders of wanted keys.
find_places() {
    local place
    places=()
    for place in "${store}"/*; do
        is_folder "${place}" && [[ ${place##*/} != *.* ]] && is_wanted "${place##*/}" && places+=("${place}")
    done
    return 0
}

# Prints the job that builds the environment of the lock $1.
builder_of() {
    local folder newest=0
    for folder in "$1"/owner.*; do
        folder=${folder##*.}
        [[ ${folder} != *[!0-9]* ]] && ((folder > newest)) && newest=${folder}
    done
    printf '%s' "$(cat "$1/owner.${newest}/job" 2>/dev/null)"
}

list_environments() {
    local place build key reason state count lock
    find_uses && known=1 || known=0
    find_places
    for place in "${places[@]+"${places[@]}"}"; do
        key=${place##*/}
        find_builds "${place}"
        for build in "${builds[@]+"${builds[@]}"}"; do
            state=old
            [[ $(readlink "${place}/current") != "${build##*/}" ]] || state=current
            count='?'
            ((known == 0)) || count=${uses[${project}/${key}/${build##*/}]:-0}
            answer environment "${key}" "${build##*/}" "$(value_of made "${build}/info")" \
                "$(value_of kib "${build}/info")" "$(value_of setup_seconds "${build}/info")" "${state}" \
                "${count}" "$(value_of job "${build}/info" | tr ' ' -)" "$(value_of node "${build}/info")"
        done
        if ((${#builds[@]} > 0)) && grep -q '^version: ' "${place}/inputs" 2>/dev/null &&
            [[ $(value_of kind "${place}/current/plan/version") != exact ]]; then
            answer of-one-commit "${key}"
        fi
        if [[ -r ${place}/not-reusable ]]; then
            IFS= read -r reason <"${place}/not-reusable"
            answer not-reusable "${key}" "${reason}"
        fi
    done
    for lock in "${store}"/*.lock; do
        key=${lock##*/}
        key=${key%.lock}
        ! is_folder "${lock}" || ! is_wanted "${key}" || answer building "${key}" "$(builder_of "${lock}")"
    done
}

# True if the owner of the lock $1 has not shown a heartbeat for minutes, by the file system's
# clock.
is_stale() {
    local beat now newest=0 time
    now="${store}/.clock-${nonce}"
    : >"${now}" || return 1
    time=$(stat -c %Y "${now}")
    rm -f "${now}"
    for beat in "$1" "$1"/owner.*/beat; do
        [[ ! -e ${beat} ]] || { beat=$(stat -c %Y "${beat}") && ((beat > newest)) && newest=${beat}; }
    done
    ((time - newest > 180))
}

clear_build() {
    local key=${1##*/} id=${2##*/} kib
    kib=$(value_of kib "$2/info")
    if remove_unused_build "$2" "${project}"; then
        answer cleared "${key}" "${id}" "${kib}"
    else
        answer kept "${key}" "${id}" "${uses[${project}/${key}/${id}]:-?}"
    fi
}

# Removes the rest of a key when its builds are gone, except `inputs`, which shows a later job what
# has changed.
clear_place() {
    local place=$1 key=${1##*/} build
    find_builds "${place}"
    for build in "${builds[@]+"${builds[@]}"}"; do
        clear_build "${place}" "${build}"
    done
    if [[ -e ${place}/not-reusable ]]; then
        rm -f -- "${place}/not-reusable"
        answer cleared "${key}" not-reusable 0
    fi
    [[ ! -d ${place}.lock ]] || return 0
    for build in "${place}"/.new-* "${place}"/.gone-*; do
        ! is_folder "${build}" || remove_folder "${build}"
    done
}

clear_environments() {
    local place lock prefix found
    find_uses || finish refused squeue "${queue_said}"
    for lock in "${store}"/*.lock; do
        place=${lock%.lock}
        if is_folder "${lock}" && is_wanted "${place##*/}" && is_stale "${lock}"; then
            mv -T -- "${lock}" "${lock}.gone-${nonce}" && rm -rf -- "${lock}.gone-${nonce}"
        fi
    done
    rm -rf -- "${store}"/*.lock.gone-* # left by earlier requests that could not remove it
    for prefix in "${keys[@]+"${keys[@]}"}"; do
        found=0
        for place in "${store}/${prefix}"*; do
            find_builds "${place}"
            [[ ${#builds[@]} -eq 0 && ! -e ${place}/not-reusable ]] || found=1
        done
        ((found)) || answer absent "${prefix}"
    done
    find_places
    for place in "${places[@]+"${places[@]}"}"; do
        clear_place "${place}"
        rm -f -- "${place}.failed"
    done
}

environments() {
    open_rdvc_dir
    project=${mirror%.git}
    store="${rdvc_dir}/envs/${project}"
    answer dir "${store}"
    answer time "$(date +%s)"
    if ! is_folder "${rdvc_dir}/envs" || ! is_folder "${store}"; then
        local prefix
        for prefix in "${keys[@]+"${keys[@]}"}"; do
            answer absent "${prefix}"
        done
        finish end
    fi
    case ${action} in
    list) list_environments ;;
    clear) clear_environments ;;
    esac
    finish end
}

environments
