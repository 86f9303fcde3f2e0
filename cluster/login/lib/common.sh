# What every request of rdvc's starts with, on the login node. Before this text come assignments:
# nonce, rdvc_dir, prepare, text_hash (of what this request is made of), sent_text (that, and an `x`, where it came along).
# Answers are lines of our own, so that whatever else a login prints
# (banners, ~/.bashrc) is harmless.
# One line of the answer.
answer() {
    printf '@rdvc:%s %s\n' "${nonce}" "$*"
}

# The last word of the request; nothing after it on standard input is read as a command.
finish() {
    answer "$@"
    answer bye
    exit 0
}

# Each line of standard input as a line of the answer that starts with the given words.
answer_lines() {
    local line
    while IFS= LC_ALL=C read -r line || [[ -n ${line} ]]; do # half a character must not take the end of the line
        answer "$* ${line}"
    done
}

# Standard input as data of the answer, in blocks by way of the file $1, since its size is not known before.
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

# A folder that holds all the user's files is refused: rdvc cleans up in its own.
refuse_shared_folder() {
    local forbidden
    for forbidden in / "${HOME}" "${SCRATCH:-/}" /scratch /tmp; do
        if [[ -d ${forbidden} && ${rdvc_dir} -ef ${forbidden} ]]; then
            finish refused dir "cluster.dir is ${forbidden}; it must be a folder of rdvc's own"
        fi
    done
}

# So is one that holds somebody's files already, whatever it is called; before rdvc's own are made in it.
refuse_used_folder() {
    local entry
    for entry in "${rdvc_dir}"/*; do
        case ${entry##*/} in
        submissions | jobs | logs | cache | functions | requests | envs | repos | queue | doctor-* | lost+found | '*') ;;
        *) finish refused dir "cluster.dir is ${rdvc_dir}, which holds other files (${entry##*/}); it must be a folder of rdvc's own" ;;
        esac
    done
}

# Whose it is could put another script in the place of ours. Where a file system tells no owners, all are one.
refuse_foreign_folder() {
    [[ ! -O . ]] || return 0
    local file=".owner-${nonce}" owners
    owners=$(: >"${file}" && stat -c %u . "${file}" | sort -u | wc -l) 2>/dev/null
    rm -f "${file}"
    [[ ${owners} == 1 ]] || finish refused dir "${PWD} belongs to another user"
}

# rdvc's folder, made where it is missing.
open_rdvc_dir() {
    resolve_rdvc_dir
    refuse_shared_folder
    if [[ ! -d ${rdvc_dir}/repos ]]; then # made last
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

# What this request is made of came with it; later ones find it here (load.sh).
keep_text() {
    local file="${rdvc_dir}/requests/${text_hash}"
    [[ -d ${rdvc_dir}/requests ]] || mkdir -p "${rdvc_dir}/requests" 2>/dev/null
    if printf '%s' "${sent_text%x}" >"${file}.${nonce}" && mv -f -- "${file}.${nonce}" "${file}"; then
        answer has-text "${text_hash}"
    fi 2>/dev/null
}

# No gc by itself, since running jobs borrow objects; no hook of the user's; patience with locks, since many
# jobs publish at once and somebody may run `git gc`.
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

# Git in the mirror; with its folder named, so that `safe.bareRepository = explicit` is content.
mirror_git() {
    git --git-dir="${mirror}" "$@"
}

# A new mirror is made beside its place and renamed, so that two submissions can meet here.
open_mirror() {
    mirror="${rdvc_dir}/repos/$1"
    [[ ! -d ${mirror} ]] || return 0
    local new="${mirror}.new-${nonce}"
    git init --quiet --bare "${new}" >/dev/null || finish refused mirror "cannot make ${new}"
    configure_mirror "${new}"
    mv -T "${new}" "${mirror}" 2>/dev/null || rm -rf "${new}"
}

# True if a ref of the mirror $1 is malformed or leads to no readable object. Cheap: no history is looked at.
has_dead_refs() {
    local said
    said=$(git --git-dir="$1" for-each-ref --format='%(objecttype)' 2>&1)
    [[ ${said} =~ missing\ object|bad\ object|broken\ ref|packed-refs|corrupt|unable\ to\ (unpack|parse) ]]
}

# The job id of a submission, or nothing.
job_of() {
    local id=
    [[ ! -r ${rdvc_dir}/submissions/$1/jobid ]] || read -r id <"${rdvc_dir}/submissions/$1/jobid"
    printf '%s' "${id}"
}

# Sets `newest`, the number of submission $1's newest attempt: `attempt.<N>` is made by whoever sends it, the first has none.
find_attempt() {
    newest=1
    while [[ -e ${rdvc_dir}/submissions/$1/attempt.$((newest + 1)) ]]; do
        newest=$((newest + 1))
    done
}

# Where a job's first record is; later, one a task.
result_of() {
    printf '%s' "${rdvc_dir}/jobs/$1/${task}/result"
}

# In a request that waits: a word now and then, so that it ends (SIGPIPE) when the laptop has gone.
next_sign_of_life=0
show_life() {
    if ((SECONDS >= next_sign_of_life)); then
        answer alive
        next_sign_of_life=$((SECONDS + 20))
    fi
}
