# Removes what is no longer needed. Assignments before this text: action (`results`: tells of published results
# alone; `clean`), mirror (the project's), all_projects and dry_run (0 or 1), older (seconds; what is younger
# stays), functions (the hash of the program's own job functions), and the array here (commits of results that
# the laptop has). Nothing outside of rdvc's folder is touched, but workspaces that jobs have noted; DVC's
# cache is never touched.

# Something in these folders and one level below was changed since the cutoff, or that cannot be told.
is_young() {
    local path young
    local -a there=()
    for path in "$@"; do
        [[ ! -e ${path} ]] || there+=("${path}")
    done
    ((${#there[@]} > 0)) || return 1
    young=$(find "${there[@]}" -maxdepth 2 -newermt "@${cutoff}" -print -quit 2>/dev/null) || return 0
    [[ -n ${young} ]]
}

# In all; what is not there counts nothing.
kib_of() {
    du -skc -- "$@" 2>/dev/null | sed -n '$s/[^0-9].*//p'
}

# A file of `key value` lines into the associative array `said`.
declare -A said
read_file() {
    local key value
    said=()
    [[ -r $1 ]] || return 0
    while read -r key value; do
        [[ -z ${key} ]] || said[${key}]=${value}
    done <"$1"
}

# The submissions of the project (or all), by their tokens: those that have a folder or records of a job.
find_tokens() {
    local folder token
    local -A seen=()
    tokens=()
    for folder in "${rdvc_dir}"/submissions/* "${rdvc_dir}"/jobs/*; do
        token=${folder##*/}
        [[ ${token} =~ ^[0-9a-f]{32}$ && -z ${seen[${token}]:-} ]] || continue
        is_own_folder "${folder}" || continue
        seen[${token}]=1
        read_file "${rdvc_dir}/submissions/${token}/submission"
        [[ ${all_projects} == 1 || ${said[mirror]:-} == "${mirror}" ]] || continue
        tokens+=("${token}")
        names[${token}]=${said[name]:-}
        mirror_of[${token}]=${said[mirror]:-}
    done
}

tell_results() {
    local token record
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        for record in "${rdvc_dir}/jobs/${token}"/{[0-9]*,hand-*}/result; do
            read_file "${record}"
            [[ ${said[state]:-} != published || -z ${said[commit]:-} ]] || answer result "${said[commit]}"
        done
    done
}

# Its job waits or runs, or its script runs by hand, or another cluster that shares this folder would have to
# be asked; $2: the folder of its records.
is_live() {
    local record
    [[ -z ${live[$1]:-} ]] || return 0
    for record in "$2"/{[0-9]*,hand-*}; do
        if ! is_folder "${record}" || [[ -e ${record}/result ]]; then
            continue
        fi
        read_file "${record}/workspace"
        [[ ${said[cluster]:-${cluster}} == "${cluster}" ]] || return 0
        [[ ${record##*/} != hand-* || -z $(find "${record}" -maxdepth 1 -mtime -7 -print -quit) ]] || return 0
    done
    return 1
}

# The laptop has the published result in `said`, or -f has put another one in its place.
is_pulled() {
    local now
    [[ " ${here[*]+"${here[*]}"} " != *" ${said[commit]} "* ]] || return 0
    [[ $1 == ssh && ${said[ref]:-} == refs/exps/* && -n $2 && $2 != */* ]] || return 1
    now=$(git --git-dir="${rdvc_dir}/repos/$2" rev-parse --verify --quiet "${said[ref]}" 2>/dev/null) || return 1
    [[ ${now} != "${said[commit]}" ]]
}

# Sets `reason` where the job's record $1 holds something that is nowhere else.
judge_record() {
    local phase folder
    read_file "${rdvc_dir}/submissions/$2/submission"
    local code=${said[code]:-}
    read_file "$1/result"
    case ${said[state]:-} in
    published) is_pulled "${code}" "${mirror_of[$2]}" || reason=unpulled ;;
    unpublished) reason=unpublished ;;
    '') # killed while it published: the workspace that it left may hold the result
        phase=$(grep -v ' end$' "$1/phases" 2>/dev/null | tail -n 1)
        [[ ${phase#* } != push && ${phase#* } != publish && ${phase#* } != output ]] || reason=unpublished
        ;;
    esac
    [[ ! -e $1/output || -e $1/pulled ]] || reason=unpulled
    for folder in "$1"/*/; do # a kept workspace, whatever the result says
        [[ ! -d ${folder} || ${folder} == "$1/output/" || ${folder} == "$1/partial/" ]] || reason=unpublished
    done
    read_file "$1/workspace"
    [[ -z ${said[path]:-} || ! -e ${said[path]}/rdvc-keep ]] || reason=${reason:-workspace}
}

# Sets `reason` to why a submission stays; empty: it no longer serves.
judge_submission() {
    local folder="${rdvc_dir}/submissions/$1" jobs="${rdvc_dir}/jobs/$1" record
    reason=
    if [[ ${known} == 0 ]]; then
        reason=unknown
    elif is_live "$1" "${jobs}"; then
        reason=live
    elif [[ -L ${folder} || -L ${jobs} ]]; then
        reason='link'
    else
        for record in "${jobs}"/{[0-9]*,hand-*}; do
            [[ ! -d ${record} ]] || judge_record "${record}" "$1"
        done
        if [[ -z ${reason} ]] && is_young "${folder}" "${jobs}"; then
            reason=young
        elif [[ -z ${reason} && -d ${folder} && ! -s ${folder}/jobid && ! -s ${folder}/sbatch.exit &&
            -z $(compgen -G "${folder}/claim.*") ]]; then
            reason=unconfirmed
        fi
    fi
}

# Removes the folder $2, or says that it would; $1: what it is.
remove_item() {
    local kib
    kib=$(kib_of "$2")
    [[ ${dry_run} == 1 ]] || remove_folder "$2"
    if [[ ${dry_run} == 1 || ! -e $2 ]]; then
        answer removed "$1" "${kib:-0}" - - "$2"
    else
        answer failed "$1" "$2"
    fi
}

# The workspaces that jobs have noted and that this node sees go if their job is dead. Which one it is is read
# before SLURM is asked: a job that has noted one by then is still known, or has ended.
clean_workspaces() {
    local token record path id found=''
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        for record in "${rdvc_dir}/jobs/${token}"/{[0-9]*,hand-*}; do
            read_file "${record}/workspace"
            path=${said[path]:-}
            [[ ${path} == /* && ${path##*/} =~ ^rdvc-([0-9]+|hand)-[A-Za-z0-9]{8}$ ]] || continue
            ! is_own_folder "${path}" || found+="${token} ${path}"$'\n'
        done
    done
    [[ -n ${found} ]] || return 0
    find_live || known=0
    while read -r token path; do
        if [[ ${known} == 0 ]]; then
            answer kept workspace unknown - - "${path}"
        elif is_live "${token}" "${rdvc_dir}/jobs/${token}"; then
            answer kept workspace live - - "${path}"
        elif [[ -e ${path}/rdvc-keep ]]; then
            answer kept workspace workspace - - "${path}"
        elif id=${path##*/rdvc-} && [[ ${id} != hand-* ]] && may_still_live "${id%%-*}" "${token}"; then
            answer kept workspace unknown - - "${path}"
        else
            remove_item workspace "${path}"
        fi
    done <<<"${found%$'\n'}"
}

# $1: submissions or jobs. Out of the way of whoever looks for it; what is not there need not be moved.
put_aside() {
    [[ ! -d ${rdvc_dir}/$1/$2 ]] || mv -T -- "${rdvc_dir}/$1/$2" "${rdvc_dir}/$1/.gone-$2" 2>/dev/null
}

put_back() {
    [[ ! -d ${rdvc_dir}/$1/.gone-$2 ]] || mv -T -- "${rdvc_dir}/$1/.gone-$2" "${rdvc_dir}/$1/$2" 2>/dev/null
}

# The links with a job's id in their name, of submissions that are gone.
remove_dead_links() {
    local link target
    for link in "${rdvc_dir}"/submissions/*.sbatch.sh "${rdvc_dir}"/logs/slurm-*.out; do
        [[ -L ${link} ]] || continue
        target=$(readlink "${link}")
        target=${target#../submissions/}
        [[ ! ${target%%/*} =~ ^[0-9a-f]{32}$ || -e ${rdvc_dir}/submissions/${target%%/*} ]] || rm -f -- "${link}"
    done
}

# The refs of submissions that are gone, in all mirrors: submodules have some too. Experiments' refs stay.
remove_dead_refs() {
    local place ref
    for place in "${rdvc_dir}"/repos/*.git; do
        is_own_folder "${place}" || continue
        git --git-dir="${place}" for-each-ref --format='%(refname)' refs/rdvc 2>/dev/null | while read -r ref; do
            [[ ! ${ref} =~ ^refs/rdvc/[0-9a-f]{32}$ || -e ${rdvc_dir}/submissions/${ref##*/} ]] ||
                printf 'delete %s\n' "${ref}"
        done | git --git-dir="${place}" update-ref --stdin >/dev/null 2>&1
    done
}

# Something of submission $1 is there, at its place or aside.
is_left() {
    [[ -e ${rdvc_dir}/submissions/$1 || -e ${rdvc_dir}/jobs/$1 ||
        -e ${rdvc_dir}/submissions/.gone-$1 || -e ${rdvc_dir}/jobs/.gone-$1 ]]
}

# `going` are moved away first and the question asked again, since a job may be requeued at any time.
remove_submissions() {
    local token kib reason again=1
    if [[ ${dry_run} == 0 ]]; then
        for token in "${going[@]+"${going[@]}"}"; do
            put_aside submissions "${token}" && put_aside jobs "${token}"
        done
        find_live || again=0
    fi
    for token in "${going[@]+"${going[@]}"}"; do
        local folders=("${rdvc_dir}/submissions/${token}" "${rdvc_dir}/jobs/${token}")
        [[ ${dry_run} == 1 ]] || folders=("${rdvc_dir}/submissions/.gone-${token}" "${rdvc_dir}/jobs/.gone-${token}")
        if [[ ${dry_run} == 0 ]] && { [[ ${again} == 0 ]] || is_live "${token}" "${folders[1]}"; }; then
            put_back jobs "${token}"
            put_back submissions "${token}"
            unset "gone[${token}]"
            ((again)) && reason=live || reason=unknown
            answer kept submission "${reason}" "${ids[${token}]:--}" "${names[${token}]:--}" "${token}"
            continue
        fi
        kib=$(kib_of "${folders[@]}")
        if [[ ${dry_run} == 0 ]]; then
            remove_folder "${folders[0]}"
            remove_folder "${folders[1]}"
        fi
        if [[ ${dry_run} == 0 ]] && is_left "${token}"; then
            answer failed submission "${rdvc_dir}/submissions/${token}"
        else
            answer removed submission "${kib:-0}" "${ids[${token}]:--}" "${names[${token}]:--}" \
                "${rdvc_dir}/submissions/${token}"
        fi
    done
    [[ ${dry_run} == 1 ]] || remove_dead_links
    [[ ${dry_run} == 1 ]] || remove_dead_refs
}

clean_submissions() {
    local token reason
    local -a going=()
    for token in "${tokens[@]+"${tokens[@]}"}"; do
        ids[${token}]=$(job_of "${token}")
        judge_submission "${token}"
        if [[ -z ${reason} ]]; then
            going+=("${token}")
            gone[${token}]=1
        else
            answer kept submission "${reason}" "${ids[${token}]:--}" "${names[${token}]:--}" "${token}"
        fi
    done
    remove_submissions
}

# A build goes that was made before the cutoff and that no job has used since.
clean_environments() {
    local place build record name
    local -A recent=()
    while IFS= read -r record; do
        IFS= read -r name <"${record}" && recent[${name:-none}]=1
    done < <(find "${rdvc_dir}/jobs" -mindepth 3 -maxdepth 3 -name environment -newermt "@${cutoff}" 2>/dev/null)
    for place in "${rdvc_dir}"/envs/*/*; do
        name=${place%/*}
        name=${name##*/}
        [[ ${all_projects} == 1 || ${name} == "${mirror%.git}" ]] || continue
        [[ ${place##*/} != *.* ]] || continue
        { is_own_folder "${place%/*}" && is_own_folder "${place}"; } || continue
        find_builds "${place}"
        for build in "${builds[@]+"${builds[@]}"}"; do
            clean_build "${build}" "${name}"
        done
        [[ ! -d ${place}.lock ]] || continue
        for build in "${place}"/.new-* "${place}"/.gone-*; do
            ! is_own_folder "${build}" || is_young "${build}" || remove_item leftover "${build}"
        done
    done
}

clean_build() {
    local made name="$2/${1#"${rdvc_dir}/envs/$2/"}" kib
    made=$(value_of made "$1/info")
    kib=$(value_of kib "$1/info")
    if [[ ${known} == 0 ]]; then
        answer kept environment unknown - - "${name}"
    elif [[ ${uses[${name}]:-0} -gt 0 ]]; then
        answer kept environment live - - "${name}"
    elif [[ -z ${made} || ${made} == *[!0-9]* || -n ${recent[${name}]:-} ]] || ((made > cutoff)); then
        answer kept environment young - - "${name}"
    elif [[ ${dry_run} == 1 ]] || remove_unused_build "$1" "$2"; then
        answer removed environment "${kib:-0}" - - "$1"
    else
        answer kept environment live - - "${name}"
    fi
}

# Sets named[HASH] for the functions that the job.sh of some submission needs that does not go. False if that
# cannot be told.
find_named_functions() {
    local line token found
    named=()
    found=$(grep -ro --include=job.sh 'functions/[0-9a-f]\{8\}"' "${rdvc_dir}/submissions" 2>/dev/null)
    (($? < 2)) || return 1
    while IFS= read -r line; do
        [[ -n ${line} ]] || continue
        token=${line#"${rdvc_dir}/submissions/"}
        token=${token%%/*}
        line=${line%\"}
        [[ -n ${gone[${token}]:-} ]] || named[${line##*/}]=1
    done <<<"${found}"
}

# Moved away first: whoever submits looks again once its script is in place.
clean_functions() {
    local place hash aside
    local -A named=()
    find_named_functions || return 0
    for place in "${rdvc_dir}"/functions/*; do
        hash=${place##*/}
        [[ ${hash} =~ ^[0-9a-f]{8}$ && ${hash} != "${functions}" && -z ${named[${hash}]:-} ]] || continue
        { is_own_folder "${place}" && ! is_young "${place}"; } || continue
        if [[ ${dry_run} == 1 ]]; then
            remove_item functions "${place}"
            continue
        fi
        aside="${rdvc_dir}/functions/.gone-${hash}"
        local kib
        kib=$(kib_of "${place}")
        mv -T -- "${place}" "${aside}" 2>/dev/null || continue
        if find_named_functions && [[ -z ${named[${hash}]:-} ]]; then
            remove_folder "${aside}"
            answer removed functions "${kib:-0}" - - "${place}"
        else
            mv -T -- "${aside}" "${place}" 2>/dev/null
        fi
    done
}

# What requests are made of, of other versions mostly; one that is still asked for is sent again.
clean_requests() {
    local place
    for place in "${rdvc_dir}"/requests/*; do
        [[ ! -f ${place} || -L ${place} ]] || is_young "${place}" || remove_item functions "${place}"
    done
}

# What a clean, a submission or a builder left that was ended in the middle.
clean_leftovers() {
    local place kind token
    for kind in submissions jobs; do
        for place in "${rdvc_dir}/${kind}"/.gone-*; do
            token=${place##*/.gone-}
            [[ ${known} == 1 && ${token} =~ ^[0-9a-f]{32}$ ]] || continue
            is_own_folder "${place}" || continue
            if [[ -z ${live[${token}]:-} ]]; then
                remove_item leftover "${place}"
            elif [[ ${dry_run} == 0 ]]; then
                put_back "${kind}" "${token}"
            fi
        done
    done
    for place in "${rdvc_dir}"/repos/*.{new,gone}-* "${rdvc_dir}"/functions/.gone-* \
        "${rdvc_dir}"/envs/*/*.lock.gone-* "${rdvc_dir}"/doctor-*; do
        ! is_folder "${place%/*}" || ! is_own_folder "${place}" || is_young "${place}" ||
            remove_item leftover "${place}"
    done
}

clean() {
    open_rdvc_dir
    local folder known=1
    local -A names=() mirror_of=() ids=() gone=()
    for folder in submissions jobs functions requests envs repos logs; do
        [[ ! -L ${rdvc_dir}/${folder} ]] ||
            finish refused dir "${rdvc_dir}/${folder} is a link; only what lies in rdvc's own folder is removed"
    done
    answer dir "${rdvc_dir}"
    cutoff=$(($(date +%s) - older))
    cluster=$(cluster_name)
    find_tokens
    if [[ ${action} == results ]]; then
        tell_results
        finish end
    fi
    if ! find_uses; then
        known=0
        answer squeue "${queue_said}"
    fi
    clean_leftovers
    clean_workspaces
    clean_submissions
    clean_environments
    clean_functions
    clean_requests
    finish end
}

clean
