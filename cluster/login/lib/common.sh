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
        submissions | jobs | logs | cache | functions | requests | envs | repos | queue | doctor-* | lost+found | '*') ;;
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

# Enters rdvc's folder, and creates it if missing.
open_rdvc_dir() {
    resolve_rdvc_dir
    refuse_shared_folder
    if [[ ! -d ${rdvc_dir}/repos ]]; then # created last
        refuse_used_folder
        mkdir -p "${rdvc_dir}"/{submissions,jobs,logs,cache,functions,envs,repos} 2>/dev/null ||
            finish refused dir "cannot make ${rdvc_dir}"
    fi
    cd -P "${rdvc_dir}" || finish refused dir "cannot enter ${rdvc_dir}"
    rdvc_dir=${PWD}
    refuse_foreign_folder
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
    tells_of_dead_refs "$(list_ref_types "$1")"
}

list_ref_types() {
    git --git-dir="$1" for-each-ref --format='%(objecttype)' 2>&1
}

tells_of_dead_refs() {
    [[ $1 =~ missing\ object|bad\ object|broken\ ref|packed-refs|corrupt|unable\ to\ (unpack|parse) ]]
}

# The job id of a submission, or nothing.
job_of() {
    local id=
    [[ ! -r ${rdvc_dir}/submissions/$1/jobid ]] || read -r id <"${rdvc_dir}/submissions/$1/jobid"
    printf '%s' "${id}"
}

# Sets `newest`, the number of submission $1's newest attempt: the request that sends attempt N
# makes `attempt.<N>`, except for the first.
find_attempt() {
    newest=1
    while [[ -e ${rdvc_dir}/submissions/$1/attempt.$((newest + 1)) ]]; do
        newest=$((newest + 1))
    done
}

# The folder of a job's record; later one per task.
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
