# The request of `rdvc clean` and `rdvc env`. The laptop decides what may go, from the records that
# the cluster sends (action `records`). Then the laptop names what goes: `measure` only answers with
# the sizes, `remove` also removes. The cluster checks each item once more right before it removes
# it, because a job may have started meanwhile. Assignments before this text: action, project (whose
# environments it is about; nothing: about all that rdvc keeps), older (in seconds; what is younger
# stays), and the array removals (two words each: a kind and an item). An item is a path in rdvc's
# folder; for `submission` it is TOKEN COUNT, where COUNT is the number of its files and
# folders down to its second level; for `workspace` it is TOKEN PATH. Nothing outside of rdvc's
# folder is touched, except workspaces that jobs have noted. DVC's cache is another request's
# (garbage.sh).

mark="@rdvc:${nonce}"

# --- What the laptop is told ----------------------------------------------------------------------

# Answers with the folders and files down to the fourth level, one line for each of those on the
# first two levels: an entry DEPTH TYPE SECONDS, a blank, NAME for itself and for each entry in it,
# each after a `/`. `!` before the depth marks an entry of another user. A line end in a name
# appears as `?`.
tell_tree() {
    local elsewhere=()
    [[ -z ${project} ]] ||
        elsewhere=(! -path ./envs ! -path "./envs/${project}" ! -path "./envs/${project}/*" -prune -o)
    find . -mindepth 1 -maxdepth 4 "${elsewhere[@]+"${elsewhere[@]}"}" \
        \( -path ./cache -o -path ./logs -o -path ./queue -o -path './repos/*.git/*' \) -prune -o \
        \( -path './*/*/*' -o -printf "\\0${mark} tree " \) -printf / \
        \( -user "${EUID}" -o -printf '!' \) -printf '%d%y%T@ %f' 2>/dev/null |
        LC_ALL=C tr '\n\0' '?\n' | LC_ALL=C sed -E 's|(/!?[0-9][A-Za-z?][0-9]+)\.[0-9]+ |\1 |g'
    printf '\n'
}

# Answers with the small files whose content the decision needs: one line each, with the file's path
# and, after tabs, `key value`. The key `is` stands for content without keys. Of `phases` only the
# last phase before `end` is sent. About one project's environments more is told: the build that
# jobs use, who builds, and whether the key has Git's version in it.
tell_files() {
    local places=(submissions jobs envs) more=()
    if [[ -n ${project} ]]; then
        places=("envs/${project}")
        more=(-o -name not-reusable -o -name inputs -o -path '*/plan/version' -o -path '*.lock/owner.*/job')
        find "${places[@]}" -mindepth 2 -maxdepth 2 -type l -name current -printf "${mark} file %p\tis %l\n"
    fi
    find "${places[@]}" -maxdepth 4 -type f \( -name submission -o -name jobid -o -name sbatch.exit -o -name result \
        -o -name phases -o -name workspace -o -name environment -o -name info "${more[@]+"${more[@]}"}" \) 2>/dev/null |
        LC_ALL=C awk -v mark="${mark}" '{
            path = $0; text = phase = ""
            while ((code = (getline line <path)) > 0) {
                split(line, word, " ")
                if (path ~ /\/phases$/) { if (word[2] != "end") phase = "\tis " word[2] }
                else if (path ~ /\/(jobid|sbatch\.exit|environment|not-reusable|job)$/) text = text "\tis " line
                else if (word[1] ~ /^(mirror|name|code|data|state|commit|ref|cluster|made|kib)$/) text = text "\t" line
                else if (path ~ /^envs\// && word[1] ~ /^(setup_seconds|job|node|kind|version:)$/) text = text "\t" line
            }
            close(path)
            if (code == 0) print mark, "file", path text phase
        }'
}

# Answers with the workspaces that jobs have noted and that this node sees. `kept`: the workspace
# holds a file `rdvc-keep`, because it has a result that is nowhere else, or because it is meant to
# stay.
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

# Answers with the functions that each script needs. `scripts` follows only if all scripts could be
# read.
tell_functions() {
    local found
    found=$(grep -ro --include=job.sh 'functions/[0-9a-f]\{8\}"' submissions 2>/dev/null)
    (($? < 2)) || return 0
    [[ -z ${found} ]] || answer_lines named <<<"${found}"
    answer scripts read
}

# Answers with the experiments' refs of each mirror; `refs read` follows only if git could read them.
tell_refs() {
    local place
    for place in repos/*.git; do
        is_own_folder "${place}" || continue
        answer mirror "${place#repos/}"
        ! git --git-dir="${place}" for-each-ref --format="${mark} ref %(objectname) %(refname)" refs/exps 2>/dev/null ||
            answer refs read
    done
}

tell_records() {
    local name
    answer time "$(now)"
    [[ -n ${project} ]] || answer cluster "$(cluster_name)"
    # Before the folders are read: a job that ends meanwhile has written its result by then.
    if find_uses; then
        for name in "${!live[@]}"; do
            answer live "${name}"
        done
        for name in "${!uses[@]}"; do
            answer use "${uses[${name}]}" "${name}"
        done
    else
        answer squeue "${queue_said}"
    fi
    tell_tree
    tell_files
    [[ -z ${project} ]] || return 0
    tell_workspaces
    tell_functions
    tell_refs
}

# --- Removing -------------------------------------------------------------------------------------

# Calls the function $2 with each item of the kind $1.
for_each() {
    local i
    for ((i = 0; i + 1 < ${#removals[@]}; i += 2)); do
        [[ ${removals[i]} != "$1" ]] || "$2" "${removals[i + 1]}"
    done
}

# Answers with the sizes of what may go. An environment's size is already in its record.
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

# True if $1, or something in it, has changed since the cutoff, or if that cannot be determined.
is_young() {
    local young
    young=$(find "$1" -maxdepth 2 -newermt "@${cutoff}" -print -quit 2>/dev/null) || return 0
    [[ -n ${young} ]]
}

# Removes the path $3 of the item $2, whose kind is $1.
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

# Moves a submission's folders aside, so that other requests no longer find it. `put_back` reverses
# that. $1: its token, and more.
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

# True if the folders after $1 differ from what the laptop has decided on: they no longer hold $1
# files and folders, or one has changed since the cutoff. A start, a result, or another attempt
# changes one of them.
has_changed() {
    local count=$1 there said
    shift
    said=$(find "$@" -maxdepth 2 \( -newermt "@${cutoff}" -printf 'young\n' -o -printf 'old\n' \) 2>/dev/null) || return 0
    mapfile -t there <<<"${said}"
    [[ ${said} == *young* || ${#there[@]} -ne ${count} ]]
}

# Removes a submission that `put_aside` has moved away, or moves it back.
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

# Removes links and refs of submissions that are gone, also from the mirrors of submodules.
# Experiments' refs stay.
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

# True if the owner of the lock $1 has not shown a heartbeat for minutes, by the file system's
# clock.
is_stale() {
    local beat now newest=0 time
    now="${1%/*}/.clock-${nonce}"
    : >"${now}" || return 1
    time=$(stat -c %Y "${now}")
    rm -f "${now}"
    for beat in "$1" "$1"/owner.*/beat; do
        [[ ! -e ${beat} ]] || { beat=$(stat -c %Y "${beat}") && ((beat > newest)) && newest=${beat}; }
    done
    ((time - newest > 180))
}

# Removes the lock of a builder that has died.
remove_lock() {
    [[ $1 == envs/*/*.lock ]] && is_own_folder "$1" && is_stale "$1" && mv -T -- "$1" "$1.gone-${nonce}" || return 0
    remove_path lock "$1" "$1.gone-${nonce}"
}

# Removes the note that a key cannot be reused, or that its setup has failed.
remove_note() {
    case $1 in
    envs/*/*/not-reusable | envs/*/*.failed) is_own_folder "${1%/*}" && rm -f -- "$1" && answer removed note "$1" ;;
    esac
}

# Moves the folder away first, because a submission checks that its functions exist once its script
# is in place. No script names the texts of requests, so those are never in use.
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

# Removes leftovers of an interrupted clean, submission or builder.
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

# Items without an answer stay, too.
remove_all() {
    local known=1
    if [[ " ${removals[*]-} " == *' workspace '* ]]; then
        if find_live; then for_each workspace remove_workspace; else answer squeue "${queue_said}"; fi
    fi
    for_each submission put_aside
    for_each lock remove_lock
    if find_uses; then # again: a job may have been queued meanwhile
        for_each submission remove_submission
        [[ -n ${project} ]] || remove_dead_names
        for_each environment remove_environment
    else
        known=0
        for_each submission put_back
        answer squeue "${queue_said}"
    fi
    for_each functions remove_functions
    for_each leftover remove_leftover
    for_each note remove_note
}

clean() {
    open_rdvc_dir
    local folder cutoff
    for folder in submissions jobs functions requests envs repos logs; do
        [[ ! -L ${folder} ]] ||
            finish refused dir "${rdvc_dir}/${folder} is a link; rdvc clean removes only what is in rdvc's own folder"
    done
    answer dir "${rdvc_dir}"
    [[ -z ${project} ]] || is_folder "envs/${project}" || finish end
    cutoff=$(($(now) - older)).999999999 # the laptop counts whole seconds
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
