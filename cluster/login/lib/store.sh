# Shared by requests about stored things: which submissions are alive, which jobs use an
# environment, how to remove one.

# Sets live[TOKEN] for each submission that has a waiting or running job, or whose job has left no
# result and is not certainly gone. False if squeue does not answer, which says nothing; its message
# is in queue_said.
declare -A live
find_live() {
    local line state file token id
    local asked=()
    ask_queue || return 1
    live=()
    while IFS= read -r line; do
        state=${line#*|}
        ! is_ended_state "${state%%|*}" || continue
        [[ ! ${line} =~ (\|rdvc:|/submissions/)([0-9a-f]{32}) ]] || live[${BASH_REMATCH[2]}]=1
    done <<<"${queue_lines}"
    for file in "${rdvc_dir}"/{jobs/*/0/job,submissions/*/jobid}; do # the job with the claim first
        token=${file#"${rdvc_dir}"/*/}
        token=${token%%/*}
        [[ -r ${file} && -z ${live[${token}]:-} && " ${asked[*]-} " != *" ${token} "* ]] || continue
        may_have_job "${token}" || continue
        read -r id <"${file}" && asked+=("${token}" "${id}")
    done
    ask_scontrol "${asked[@]+"${asked[@]}"}"
    for token in "${!may_live[@]}"; do
        live[${token}]=1
    done
}

# True if a job of submission $1, or a task of the sweep, has left no word of its end.
may_have_job() {
    local task_count number record
    find_task_count "$1"
    for ((number = task_count > 0; number <= task_count; number++)); do
        record="${rdvc_dir}/jobs/$1/${number}"
        [[ -e ${record}/result || -e ${record}/slurm || (${number} -gt 0 && -e ${record}/gone) ]] || return 0
    done
    return 1
}

# Sets uses[PROJECT/KEY/ID] to the number of jobs that have recorded that they use a build and that
# SLURM still has, or that run by hand: those write no result while they run, and are ignored after
# a week.
declare -A uses
find_uses() {
    local token record
    find_live || return 1
    uses=()
    for token in "${!live[@]}"; do
        for record in "${rdvc_dir}/jobs/${token}"/[0-9]*/environment; do
            count_use "${record}"
        done
    done
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

# True for a folder that is not a link.
is_folder() {
    [[ -d $1 && ! -L $1 ]]
}

# The same, and it belongs to this user.
is_own_folder() {
    is_folder "$1" && [[ -O $1 ]]
}

# Removes the build $1 of the project $2; false if a job uses it, or might. Moves it away first and
# then asks again: a job records what it uses, and then checks that it exists.
remove_unused_build() {
    local place=${1%/*} id=${1##*/} gone was
    local name="$2/${place##*/}/${id}"
    gone="${place}/.gone-${id}"
    [[ ${uses[${name}]:-0} -eq 0 ]] || return 1
    was=$(readlink "${place}/current")
    [[ ${was} != "${id}" ]] || rm -f -- "${place}/current"
    mv -T -- "$1" "${gone}" || finish refused dir "cannot write to ${place}"
    if find_uses && [[ ${uses[${name}]:-0} -eq 0 ]]; then
        remove_folder "${gone}"
        return 0
    fi
    mv -T -- "${gone}" "$1"
    [[ ${was} != "${id}" ]] || ln -s "${id}" "${place}/current" 2>/dev/null
    return 1
}
