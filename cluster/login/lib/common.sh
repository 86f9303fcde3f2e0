# The beginning of every request on the login node. Assignments before this text: nonce, rdvc_dir,
# prepare, text_hash (of this request's text), sent_text (the text and an `x`, if the laptop sent
# it). Answers are lines of our own, so that anything else a login prints (banners, ~/.bashrc) is
# harmless.

# Prints one line of the answer.
answer() {
    printf '@rdvc:%s %s\n' "${nonce}" "$*"
}

# Ends the request; nothing after it on standard input is read as a command.
finish() {
    answer "$@"
    answer bye
    await_publisher
    exit 0
}

# Each line of standard input as a line of the answer that starts with the given words.
answer_lines() {
    local line
    while IFS= LC_ALL=C read -r line || [[ -n ${line} ]]; do # half a character must not swallow the line end
        answer "$* ${line}"
    done
}

# Standard input as data of the answer, in blocks through the file $1, because its size is not known
# in advance.
answer_stream() {
    local size
    while head -c 4000000 >"$1" && size=$(wc -c <"$1") && ((size > 0)); do
        answer data "${size}"
        cat "$1"
    done
    rm -f -- "$1"
}

# Sets the array lines to those of the text $1 that are not empty. A here-string may be a pipe, which
# bash reads byte by byte.
split_lines() {
    local IFS=$'\n'
    set -f
    # shellcheck disable=SC2206 # it is to be split
    lines=($1)
    set +f
}

# The next N bytes of standard input.
receive() {
    head -c "$1"
}

# Makes `rdvc_dir` absolute.
resolve_rdvc_dir() {
    case ${rdvc_dir} in
    \~) rdvc_dir=${HOME} ;;
    \~/*) rdvc_dir="${HOME}/${rdvc_dir#\~/}" ;;
    /*) ;;
    *) finish refused dir "cluster.dir must start with / or ~/: ${rdvc_dir}" ;;
    esac
}

# Refuses folders that hold all of the user's files: rdvc cleans up in its own folder only.
refuse_shared_folder() {
    local forbidden
    for forbidden in / "${HOME}" "${SCRATCH:-/}" /scratch /tmp; do
        if [[ -d ${forbidden} && ${rdvc_dir} -ef ${forbidden} ]]; then
            finish refused dir "cluster.dir is ${forbidden}; it must be a folder of rdvc's own"
        fi
    done
}

# Refuses a folder that already holds other files, whatever its name, before rdvc creates anything
# in it.
refuse_used_folder() {
    local entry
    for entry in "${rdvc_dir}"/*; do
        case ${entry##*/} in
            submissions | jobs | logs | cache | functions | requests | envs | repos | queue | format | doctor-* | lost+found | '*') ;;
        *) finish refused dir "cluster.dir is ${rdvc_dir}, which holds other files (${entry##*/}); it must be a folder of rdvc's own" ;;
        esac
    done
}

# The owner of the folder could replace our scripts. On a file system without owners all owners are
# equal.
refuse_foreign_folder() {
    [[ ! -O . ]] || return 0
    local file=".owner-${nonce}" owners
    owners=$(: >"${file}" && stat -c %u . "${file}" | sort -u | wc -l) 2>/dev/null
    rm -f "${file}"
    [[ ${owners} == 1 ]] || finish refused dir "${PWD} belongs to another user"
}

# Refuses a folder, the current one, whose file `format` has a number that this rdvc does not know: a
# newer one that changes the layout so that older ones would do harm writes it. No file means 1.
refuse_newer_folder() {
    local format=1
    [[ ! -r ./format ]] || read -r format <./format
    [[ ${format} == 1 ]] ||
        finish refused dir "${PWD} has the format ${format:0:20} of a newer rdvc, and this one knows format 1: install the newer one"
}

# Makes the folders that are missing in rdvc's folder, `repos` last.
make_rdvc_folders() {
    mkdir -p "${rdvc_dir}"/{submissions,jobs,logs,cache,functions,envs,repos} 2>/dev/null
}

# Enters rdvc's folder, and creates what is missing.
open_rdvc_dir() {
    local name is_whole=1
    resolve_rdvc_dir
    refuse_shared_folder
    for name in submissions jobs logs cache functions envs repos; do
        [[ -d ${rdvc_dir}/${name} ]] || is_whole=0 # `rdvc uninstall --remote` may have been interrupted
    done
    if ((is_whole == 0)); then
        [[ -d ${rdvc_dir}/repos ]] || refuse_used_folder
        make_rdvc_folders || finish refused dir "cannot make ${rdvc_dir}"
    fi
    cd -P "${rdvc_dir}" || finish refused dir "cannot enter ${rdvc_dir}"
    rdvc_dir=${PWD}
    refuse_foreign_folder
    refuse_newer_folder
    [[ -z ${sent_text:-} ]] || keep_text
    [[ -z ${open+set} ]] || settle_open </dev/null
}

# Stores this request's text, which came with it, for later requests (load.sh).
keep_text() {
    local file="${rdvc_dir}/requests/${text_hash}"
    [[ -d ${rdvc_dir}/requests ]] || mkdir -p "${rdvc_dir}/requests" 2>/dev/null
    if printf '%s' "${sent_text%x}" >"${file}.${nonce}" && mv -f -- "${file}.${nonce}" "${file}"; then
        answer has-text "${text_hash}"
    fi 2>/dev/null
}

# No automatic gc, because running jobs borrow objects; no user's hooks; patience with locks,
# because many jobs publish at once and somebody may run `git gc`.
configure_mirror() {
    cat >"$1/config" <<'CONFIG'
[core]
    repositoryformatversion = 0
    filemode = true
    bare = true
    hooksPath = /dev/null
    filesRefLockTimeout = 20000
    packedRefsTimeout = 20000
[gc]
    auto = 0
[receive]
    autogc = false
CONFIG
}

# Git in the mirror; names its folder, as `safe.bareRepository = explicit` requires.
mirror_git() {
    git --git-dir="${mirror}" "$@"
}

# A new mirror is created under another name and renamed, so that two submissions may do this at
# once.
open_mirror() {
    mirror="${rdvc_dir}/repos/$1"
    [[ ! -d ${mirror} ]] || return 0
    local new="${mirror}.new-${nonce}"
    git init --quiet --bare "${new}" >/dev/null || finish refused mirror "cannot make ${new}"
    configure_mirror "${new}"
    mv -T "${new}" "${mirror}" 2>/dev/null || rm -rf "${new}"
}

# True if a ref of the mirror $1 is malformed or leads to no readable object. Cheap: reads no
# history.
has_dead_refs() {
    tells_of_dead_refs "$(list_refs "$1")"
}

# Prints the refs of the mirror $1 as lines `TYPE OBJECT REF`, and git's messages. Replaces its
# shell: call it in `$(...)` or `<(...)`.
list_refs() {
    exec git --git-dir="$1" for-each-ref --format='%(objecttype) %(objectname) %(refname)' 2>&1
}

# True if git's messages in the output of list_refs, $1, are about damage. No ref's name has `: `.
tells_of_dead_refs() {
    [[ $1 == *': '* ]] || return 1
    local line lines damage='missing object|bad object|broken ref|packed-refs|[Cc]orrupt|unable to (unpack|parse)'
    split_lines "$1"
    for line in "${lines[@]}"; do
        [[ ${line} != *': '* || ! ${line} =~ ${damage} ]] || return 0
    done
    return 1
}

# Sets job_id to the job id of submission $1, or to nothing.
find_job_id() {
    job_id=''
    [[ ! -r ${rdvc_dir}/submissions/$1/jobid ]] || read -r job_id <"${rdvc_dir}/submissions/$1/jobid"
}

# Sets `newest`, the number of submission $1's newest attempt: the request that sends attempt N
# makes `attempt.<N>`, except for the first.
find_attempt() {
    newest=1
    while [[ -e ${rdvc_dir}/submissions/$1/attempt.$((newest + 1)) ]]; do
        newest=$((newest + 1))
    done
}

# Sets task_count, the number of tasks of submission $1, 0 if it is not a sweep; and pack, how many
# of them follow each other in one job.
pack=1
find_task_count() {
    local key value
    task_count=0 pack=1
    [[ -e ${rdvc_dir}/submissions/$1/tasks && -r ${rdvc_dir}/submissions/$1/submission ]] || return 0
    while read -r key value; do
        [[ ${value} =~ ^[1-9][0-9]{0,6}$ ]] || continue
        case ${key} in
        tasks) task_count=${value} ;;
        pack) pack=${value} ;;
        esac
    done <"${rdvc_dir}/submissions/$1/submission"
}

# Sets index, that of the job of the task `task` of submission $1 in its array; 0 for no task.
find_index() {
    local task_count pack
    index=0
    ((task > 0)) || return 0
    find_task_count "$1"
    index=$(((task - 1) / pack + 1))
}

# Ends a request about one job, unless submission $1 has the task `task`; a sweep has no task 0.
require_task() {
    local task_count
    find_task_count "$1"
    if ((task_count == 0 ? task != 0 : task < 1 || task > task_count)); then
        finish absent task "${task_count}"
    fi
}

# The folder of a job's record, of the task `task`.
result_of() {
    printf '%s' "${rdvc_dir}/jobs/$1/${task}/result"
}

# In a request that waits: prints something now and then, so that it ends (SIGPIPE) when the laptop
# has gone.
next_sign_of_life=0
show_life() {
    if ((SECONDS >= next_sign_of_life)); then
        answer alive
        next_sign_of_life=$((SECONDS + 20))
    fi
}
