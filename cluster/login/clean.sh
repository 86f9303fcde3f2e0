# What `rdvc clean` needs: the laptop decides what may go, from what the cluster tells (action `records`). Then it names what goes
# (`measure` tells the sizes alone, `remove` removes as well); each is looked at once more right before it is removed, since a job
# may have started meanwhile. Assignments before this text: action, older (seconds; what is younger stays), and the array removals
# (two words each: a kind and an item). An item is a path in rdvc's folder; for `submission` TOKEN COUNT, of files and folders down
# to its second level, and for `workspace` TOKEN PATH. Nothing outside of rdvc's folder is touched, but workspaces that jobs have
# noted; DVC's cache is never touched.

mark="@rdvc:${nonce}"

# --- What is told --------------------------------------------------------------------------------------------------------

# Folders and files down to the fourth level, as a line each for those of the first two levels: DEPTH TYPE SECONDS, a blank, NAME of
# itself and what is in it, each after a `/`; `!` before the depth for another user's. A line end in a name is shown as `?`.
tell_tree() {
    find . -mindepth 1 -maxdepth 4 \
        \( -path ./cache -o -path ./logs -o -path ./queue -o -path './repos/*.git/*' \) -prune -o \
        \( -path './*/*/*' -o -printf "\\0${mark} tree " \) -printf / \
        \( -user "${EUID}" -o -printf '!' \) -printf '%d%y%T@ %f' 2>/dev/null |
        LC_ALL=C tr '\n\0' '?\n' | LC_ALL=C sed -E 's|(/!?[0-9][A-Za-z?][0-9]+)\.[0-9]+ |\1 |g'
    printf '\n'
}

# What the small files say that matters here: of each its path, and after tabs lines `key value`. `is` stands for the key of what
# has none; of phases it is the last one before `end`.
tell_files() {
    find submissions jobs envs -maxdepth 4 -type f \( -name submission -o -name jobid -o -name sbatch.exit -o -name result \
        -o -name phases -o -name workspace -o -name environment -o -name info \) 2>/dev/null |
        LC_ALL=C awk -v mark="${mark}" '{
            path = $0; text = phase = ""
            while ((code = (getline line <path)) > 0) {
                split(line, word, " ")
                if (path ~ /\/phases$/) { if (word[2] != "end") phase = "\tis " word[2] }
                else if (path ~ /\/(jobid|sbatch\.exit|environment)$/) text = text "\tis " line
                else if (word[1] ~ /^(mirror|name|code|state|commit|ref|cluster|made|kib)$/) text = text "\t" line
            }
            close(path)
            if (code == 0) print mark, "file", path text phase
        }'
}

# The workspaces that jobs have noted and that this node sees: `kept` holds what is nowhere else, or is to stay.
tell_workspaces() {
    local file key path token
    for file in jobs/*/{[0-9]*,hand-*}/workspace; do
        [[ -r ${file} ]] || continue
        token=${file#jobs/}
        while read -r key path; do
            if [[ ${key} != path ]] || [[ ${path} != /* ]] || ! is_workspace_name "${path}"; then
                continue
            elif [[ -e ${path}/rdvc-keep ]]; then
                answer workspace "${token%%/*} kept ${path}"
            elif is_own_folder "${path}"; then
                answer workspace "${token%%/*} plain ${path}"
            fi
        done <"${file}"
    done
}

# The functions that each script needs. Only if that can be told of all scripts, `scripts` ends it.
tell_functions() {
    local found
    found=$(grep -ro --include=job.sh 'functions/[0-9a-f]\{8\}"' submissions 2>/dev/null)
    (($? < 2)) || return 0
    [[ -z ${found} ]] || answer_lines named <<<"${found}"
    answer scripts read
}

# Experiments' refs, of each mirror.
tell_refs() {
    local place
    for place in repos/*.git; do
        is_own_folder "${place}" || continue
        answer mirror "${place#repos/}"
        git --git-dir="${place}" for-each-ref --format="${mark} ref %(objectname) %(refname)" refs/exps 2>/dev/null
    done
}

tell_records() {
    local name
    answer time "$(now)"
    answer cluster "$(cluster_name)"
    # Before the folders are read: a job that ends meanwhile has its result by then.
    if find_uses; then
        for name in "${!live[@]}"; do
            answer live "${name}"
        done
        for name in "${!uses[@]}"; do
            answer use "${name}"
        done
    else
        answer squeue "${queue_said}"
    fi
    tell_tree
    tell_files
    tell_workspaces
    tell_functions
    tell_refs
}

# --- What is removed -----------------------------------------------------------------------------------------------------

# Calls the function $2 with each item of the kind $1.
for_each() {
    local i
    for ((i = 0; i + 1 < ${#removals[@]}; i += 2)); do
        [[ ${removals[i]} != "$1" ]] || "$2" "${removals[i + 1]}"
    done
}

# An environment's size is on record.
tell_sizes() {
    local i item
    for ((i = 0; i + 1 < ${#removals[@]}; i += 2)); do
        item=${removals[i + 1]}
        case ${removals[i]} in
        submission) printf '%s\0' {submissions,jobs}/"${item%% *}" ;;
        workspace) printf '%s\0' "${item#* }" ;;
        functions | leftover) printf '%s\0' "${item}" ;;
        esac
    done | xargs -0 -r du -sk -- 2>/dev/null | answer_lines size
}

# Something in $1 or one level below was changed since the cutoff, or that cannot be told.
is_young() {
    local young
    young=$(find "$1" -maxdepth 2 -newermt "@${cutoff}" -print -quit 2>/dev/null) || return 0
    [[ -n ${young} ]]
}

# Removes $3, which is the item $2 of the kind $1.
remove_path() {
    remove_folder "$3"
    if [[ -e $3 ]]; then
        answer failed "$1" "$2"
    else
        answer removed "$1" "$2"
    fi
}

remove_workspace() {
    local token=${1%% *} path=${1#* } workspace_job
    [[ ${path} == /* ]] && is_workspace_name "${path}" || return 0
    if [[ -n ${live[${token}]:-} ]]; then
        answer kept workspace live "$1"
    elif [[ -e ${path}/rdvc-keep ]]; then
        answer kept workspace workspace "$1"
    elif [[ ${workspace_job} != hand ]] && may_still_live "${workspace_job}" "${token}"; then
        answer kept workspace unknown "$1"
    elif is_own_folder "${path}"; then
        remove_path workspace "$1" "${path}"
    fi
}

# A submission goes out of the way of whoever looks for it, and back; $1: its token, and more.
put_aside() {
    local kind token=${1%% *}
    for kind in submissions jobs; do
        [[ ! -d ${kind}/${token} ]] || mv -T -- "${kind}/${token}" "${kind}/.gone-${token}" 2>/dev/null || return
    done
}

put_back() {
    local kind token=${1%% *}
    for kind in jobs submissions; do
        [[ ! -d ${kind}/.gone-${token} ]] || mv -T -- "${kind}/.gone-${token}" "${kind}/${token}" 2>/dev/null
    done
}

# These folders are not what the laptop has decided on: $1 files and folders, and none changed since the cutoff. A start, a
# result, another attempt changes one.
has_changed() {
    local count=$1 there said
    shift
    said=$(find "$@" -maxdepth 2 \( -newermt "@${cutoff}" -printf 'young\n' -o -printf 'old\n' \) 2>/dev/null) || return 0
    mapfile -t there <<<"${said}"
    [[ ${said} == *young* || ${#there[@]} -ne ${count} ]]
}

# It lies aside.
remove_submission() {
    local reason='' token=${1%% *} kind places=()
    for kind in submissions jobs; do
        [[ ! -e ${kind}/.gone-${token} ]] || places+=("${kind}/.gone-${token}")
    done
    ! has_changed "${1#* }" "${places[@]+"${places[@]}"}" || reason=young
    [[ -z ${live[${token}]:-} ]] || reason=live
    if [[ -n ${reason} ]]; then
        put_back "${token}"
        answer kept submission "${reason}" "$1"
        return
    fi
    remove_folder "submissions/.gone-${token}"
    remove_folder "jobs/.gone-${token}"
    if [[ -e submissions/${token} || -e jobs/${token} || -e submissions/.gone-${token} || -e jobs/.gone-${token} ]]; then
        answer failed submission "$1"
    else
        answer removed submission "$1"
    fi
}

# What is named for submissions that are gone: links, and refs in all mirrors, of submodules too. Experiments' refs stay.
remove_dead_names() {
    local link target place ref
    find submissions logs -maxdepth 1 -type l \( -name '*.sbatch.sh' -o -name 'slurm-*.out' \) -printf '%p %l\n' |
        while read -r link target; do
            [[ ! ${target#../submissions/} =~ ^([0-9a-f]{32})/ || -e submissions/${BASH_REMATCH[1]} ]] || rm -f -- "${link}"
        done
    # Texts that decided environments: each submission that needs one has a link to it.
    find envs/.known -maxdepth 1 -type f -links 1 ! -newermt "@${cutoff}" -delete 2>/dev/null || true
    for place in repos/*.git; do
        is_own_folder "${place}" || continue
        git --git-dir="${place}" for-each-ref --format='%(refname)' refs/rdvc 2>/dev/null | while read -r ref; do
            [[ ! ${ref} =~ ^refs/rdvc/[0-9a-f]{32}$ || -e submissions/${ref##*/} ]] || printf 'delete %s\n' "${ref}"
        done | git --git-dir="${place}" update-ref --stdin >/dev/null 2>&1
    done
}

remove_environment() {
    local project=${1#envs/}
    is_own_folder "${1%/*}" && is_own_folder "$1" || return 0
    if remove_unused_build "$1" "${project%%/*}"; then
        answer removed environment "$1"
    else
        answer kept environment live "$1"
    fi
}

# Moved away first: whoever submits looks again once its script is in place. Requests' texts are named by none.
remove_functions() {
    local aside="${1%/*}/.gone-${1##*/}" code=0
    [[ -O $1 && ! -L $1 ]] && ! is_young "$1" && mv -T -- "$1" "${aside}" 2>/dev/null || return 0
    grep -rqF --include=job.sh "$1\"" submissions 2>/dev/null || code=$?
    if ((code == 1)); then
        remove_path functions "$1" "${aside}"
    else
        mv -T -- "${aside}" "$1" 2>/dev/null
        answer kept functions live "$1"
    fi
}

# Leftovers of an interrupted clean, submission or builder.
remove_leftover() {
    is_own_folder "$1" || return 0
    case $1 in
    submissions/.gone-* | jobs/.gone-*)
        ((known)) || return 0
        if [[ -n ${live[${1##*/.gone-}]:-} ]]; then
            put_back "${1##*/.gone-}"
            return
        fi
        ;;
    *) [[ ! -d ${1%/*}.lock ]] && ! is_young "$1" || return 0 ;;
    esac
    remove_path leftover "$1" "$1"
}

# What is not answered stays as well.
remove_all() {
    local known=1
    [[ " ${removals[*]-} " != *' workspace '* ]] || ! find_live || for_each workspace remove_workspace
    for_each submission put_aside
    if find_uses; then # a job may have been queued again
        for_each submission remove_submission
        remove_dead_names
        for_each environment remove_environment
    else
        known=0
        for_each submission put_back
        answer squeue "${queue_said}"
    fi
    for_each functions remove_functions
    for_each leftover remove_leftover
}

clean() {
    open_rdvc_dir
    local folder cutoff
    for folder in submissions jobs functions requests envs repos logs; do
        [[ ! -L ${folder} ]] ||
            finish refused dir "${rdvc_dir}/${folder} is a link; rdvc clean removes only what is in rdvc's own folder"
    done
    answer dir "${rdvc_dir}"
    cutoff=$(($(now) - older))
    case ${action} in
    records) tell_records ;;
    measure) tell_sizes ;;
    remove)
        tell_sizes
        remove_all
        ;;
    esac
    finish end
}

clean
