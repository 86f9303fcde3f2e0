# The environments that are kept for a project. Assignments before this text: mirror (the project's; its
# environments are in the folder of that name, without `.git`), action (list or clear), and the array keys
# (beginnings of keys; none for all).

# Sets uses[PROJECT/KEY/ID] to the number of jobs that have said they use a build and that SLURM still has,
# or that run by hand: those write no result as long as they run, and are forgotten after a week.
declare -A uses
find_uses() {
    local said line token record name
    said=$(squeue --noheader --user "$(id -un)" -o '%k' 2>&1) || {
        squeue_said=${said//$'\n'/ }
        return 1
    }
    uses=()
    while IFS= read -r line; do
        token=${line#*rdvc:}
        token=${token:0:32}
        [[ ${line} == *rdvc:* && ${token} != *[!0-9a-f]* ]] || continue
        for record in "${rdvc_dir}/jobs/${token}"/[0-9]*/environment; do
            count_use "${record}"
        done
    done < <(sort -u <<<"${said}")
    while IFS= read -r record; do
        [[ -e ${record%/*}/result ]] || count_use "${record}"
    done < <(find "${rdvc_dir}/jobs" -mindepth 3 -maxdepth 3 -path '*/hand-*/environment' -mtime -7 2>/dev/null)
}

count_use() {
    local name
    [[ -r $1 ]] || return 0
    IFS= read -r name <"$1"
    [[ -z ${name} ]] || uses[${name}]=$((${uses[${name}]:-0} + 1))
}

# The value of a key in a file of `key value` lines.
value_of() {
    local key value
    while read -r key value; do
        [[ ${key} != "$1" ]] || printf '%s' "${value}"
    done <"$2"
}

# A folder of ours, not a link to somewhere.
is_folder() {
    [[ -d $1 && ! -L $1 ]]
}

is_wanted() {
    local prefix
    ((${#keys[@]} > 0)) || return 0
    for prefix in "${keys[@]}"; do
        [[ $1 != "${prefix}"* ]] || return 0
    done
    return 1
}

# The folders of wanted keys, as an array.
find_places() {
    local place
    places=()
    for place in "${store}"/*; do
        is_folder "${place}" && [[ ${place##*/} != *.* ]] && is_wanted "${place##*/}" && places+=("${place}")
    done
    return 0
}

# The builds in the folder $1, as an array.
find_builds() {
    local build
    builds=()
    for build in "$1"/*; do
        is_folder "${build}" && [[ -r ${build}/info ]] && builds+=("${build}")
    done
    return 0
}

# The job that makes the environment of a lock.
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

# True if the owner of the lock $1 has not given a sign of life for minutes, by the file system's clock.
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

# Removes a folder of the store. Folders in a build cannot be written to; links are not followed.
remove_folder() {
    find "$1" -type d ! -perm -u+w -exec chmod u+w {} + 2>/dev/null
    rm -rf -- "$1"
}

# A build is moved away first and the question asked again: a job writes down what it uses, then looks
# whether it is there.
clear_build() {
    local place=$1 id=${2##*/} key=${1##*/} gone="$1/.gone-${2##*/}" kib was=''
    local name="${project}/${key}/${id}"
    if [[ ${uses[${name}]:-0} -eq 0 ]]; then
        kib=$(value_of kib "$2/info")
        was=$(readlink "${place}/current")
        [[ ${was} != "${id}" ]] || rm -f -- "${place}/current"
        mv -T -- "$2" "${gone}" || finish refused dir "cannot write to ${place}"
        if find_uses && [[ ${uses[${name}]:-0} -eq 0 ]]; then
            remove_folder "${gone}"
            answer cleared "${key}" "${id}" "${kib}"
            return
        fi
        mv -T -- "${gone}" "$2"
        [[ ${was} != "${id}" ]] || ln -s "${id}" "${place}/current" 2>/dev/null
    fi
    answer kept "${key}" "${id}" "${uses[${name}]:-?}"
}

# What is left of a key when its builds are gone: `inputs`, which tells a later job what was different.
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
    find_uses || finish refused squeue "${squeue_said}"
    for lock in "${store}"/*.lock; do
        place=${lock%.lock}
        if is_folder "${lock}" && is_wanted "${place##*/}" && is_stale "${lock}"; then
            mv -T -- "${lock}" "${lock}.gone-${nonce}" && rm -rf -- "${lock}.gone-${nonce}"
        fi
    done
    rm -rf -- "${store}"/*.lock.gone-* # what could not be removed at its time
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
    squeue_said=
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
