# Publishes what a job could not, from its kept workspace. Assignments before this text: token, task,
# action (`publish`; `here`: prepares the workspace's new files for a laptop), project_dir (of the
# DVC project, from the repository's root), bring_script (what moves a workspace from its node),
# patience (seconds, for that), and those of cache.sh. It may be interrupted between any two steps,
# and several may run at once: new files have the request's own name until they are put in place,
# and the workspace is removed once the result is written.

# Replacements for what the job's third and fourth step use: here there is no job, so messages go
# nowhere, no signal stops programs, and there is no partial result.
rdvc_say() { :; }
begin_phase() { :; }
note_partial() { :; }
run_in_group() { "$@"; }
end_if_stopped() { :; }
rdvc_fail() {
    printf '%s\n' "$1"
    exit 1
}

# The start of the last phase of this name; nothing if there was none.
start_of_phase() {
    awk -v phase="$1" '$2 == phase { start = $1 } END { printf "%s", start }' "${record}/phases" 2>/dev/null
}

# Without a result `end` only says that the job ended: the phase before it counts.
last_phase() {
    local ended=0
    [[ ! -s ${record}/result ]] || ended=1
    awk -v ended="${ended}" 'ended || $2 != "end" { phase = $2 } END { printf "%s", phase }' "${record}/phases" 2>/dev/null
}

open_submission() {
    open_rdvc_dir
    local notes="${rdvc_dir}/submissions/${token}/submission"
    [[ ${token} =~ ^[0-9a-f]{32}$ && -r ${notes} ]] || finish absent submission
    require_task "${token}"
    record="${rdvc_dir}/jobs/${token}/${task}"
    name=$(value_of name "${notes}")
    ((task == 0)) || name+="-${task}"
    kind=$(value_of kind "${notes}")
    code=$(value_of code "${notes}")
    data=$(value_of data "${notes}")
    mirror_name=$(value_of mirror "${notes}")
    repository=$(value_of repo "${notes}")
    RDVC_JOB_REPO_REV=$(value_of commit "${notes}")
    RDVC_JOB_SNAPSHOT=$(value_of snapshot "${notes}")
    mapfile -t RDVC_JOB_LEFT_OUT < <(sed -n 's/^left-out //p' "${notes}")
    [[ ${RDVC_JOB_REPO_REV} =~ ^[0-9a-f]{40,64}$ && -n ${repository} && ${repository} != */* && -n ${mirror_name} &&
        ${mirror_name} != */* ]] || finish refused submission "${notes} is damaged"
    experiment_ref=$(ref_of_experiment "${RDVC_JOB_REPO_REV}" "${name}")
    answer name "${name}"
    answer kind "${kind:-experiment}"
    ! command -v rsync >/dev/null || answer rsync there
}

# Ends the request with the existing result.
tell_result() {
    answer_lines result <"${record}/result"
    finish end
}

# Continues only for a result that a job could not publish: it said so, or it was killed while it
# published.
require_unpublished() {
    local state phase
    state=$(value_of state "${record}/result")
    phase=$(last_phase)
    case ${state} in
    published | 'done')
        [[ -z $(value_of recovered "${record}/result") ]] || remove_kept
        tell_result
        ;;
    unpublished) return ;;
    '' | failed)
        ! may_hold_result "${phase}" || return
        [[ -z $(value_of recovered "${record}/result") ]] || remove_kept
        ;;
    esac
    answer phase "${phase:-none}"
    [[ -z ${state} ]] || tell_result
    finish end
}

# If its result says that it could not publish, the job only has to end. Without a result it may
# still be running.
require_end() {
    ask_queue || finish silent "squeue does not answer: ${queue_said}"
    find_job "${token}"
    local has_said=0
    # After a signal the job writes the result first, then does what takes longer, and then enters
    # the phase `end`.
    [[ $(value_of state "${record}/result") != unpublished || $(tail -n 1 "${record}/phases" 2>/dev/null) != *' end' ]] ||
        has_said=1
    if [[ -n ${job} ]] && is_ended_state "${job_state}"; then
        return
    elif [[ -z ${job} ]]; then
        ((has_said)) || ! may_still_live "$(cat "${record}/job" 2>/dev/null)" "${token}" || finish silent "${other_word}"
        return
    fi
    [[ ${job_state} == PENDING || ${has_said} == 0 ]] || return 0
    answer live "${job_state}"
    finish end
}

# The DVC cache that the job used.
find_cache() {
    local folder
    open_cache
    folder=$(git config --file "${kept}${project_dir:+/${project_dir}}/.dvc/config.local" cache.dir 2>/dev/null)
    [[ ${folder} != /* || ! -d ${folder} ]] || cache=${folder}
    RDVC_JOB_CACHE_DIR=${cache}
}

# Lines that say what push_ref has done, or its error message.
push_and_tell() {
    push_ref &&
        printf '@ref %s\n@message %s\n' "${RDVC_OWN_EXP_REF}" "${RDVC_OWN_MESSAGE}"
}

# Into the Git repository $1; sets `pushed`.
push_to() {
    local RDVC_JOB_REPO_URL=$1
    pushed=$(push_and_tell 2>&1) # ends this subshell alone
}

pushed_value() {
    sed -n "s/^@$1 //p" <<<"${pushed}" | head -n 1
}

# If the login node cannot reach origin, or may not write to it, the experiment goes to the mirror.
push_experiment() {
    local origin words=
    if [[ ${code} == origin ]]; then
        origin=$(git config --local remote.origin.url 2>/dev/null)
        if words=$(timeout 60 git ls-remote -- "${origin}" HEAD 2>&1 >/dev/null) && push_to "${origin}"; then
            return 0
        fi
        words=${words:-${pushed}}
        answer said "origin did not accept it from the login node, so it is in the mirror: ${words//$'\n'/ }"
        code=ssh
    fi
    open_mirror "${mirror_name}"
    push_to "${mirror}" && return
    if is_published_by_now; then
        tell_result
    fi
    answer failed "${pushed//$'\n'/ }"
    finish end
}

# Another request may have been quicker and have removed the files that this one uses.
is_published_by_now() {
    [[ -n $(value_of recovered "${record}/result") ]]
}

# `dvc push` succeeded if the next phase followed it. It ignores missing objects: then the result
# was not complete, and they entered the cache later.
data_is_on_remote() {
    [[ ${data} == remote && ${put} -eq 0 && $(value_of message "${record}/result") != "the result is not complete"* ]] &&
        awk '$2 == "push" { pushed = 1 } $2 == "publish" && pushed { done = 1 } $2 == "restart" { pushed = done = 0 }
            END { exit !done }' "${record}/phases" 2>/dev/null
}

# Writes the result again, in one step: what is still true of the old one, then the lines of
# standard input. Must not be the end of a pipe, where it could not end the request.
write_result() {
    local job node
    if ! {
        if [[ -s ${record}/result ]]; then
            grep -E '^(phase|job|node|restarts) ' "${record}/result"
        else
            job=$(cat "${record}/job" 2>/dev/null)
            node=$(value_of node "${record}/workspace")
            printf 'phase %s\njob %s\nnode %s\n' "$(last_phase)" "${job:-none}" "${node:-unknown}"
        fi
        cat
        printf 'recovered %s\n' "$(date +%s)"
    } >"${record}/result.${nonce}" || ! mv -T -- "${record}/result.${nonce}" "${record}/result"; then
        # Another request may have completed meanwhile and cleaned up.
        is_published_by_now || finish refused disk "cannot write to ${record}"
    fi
}

recover_experiment() {
    local missing
    RDVC_JOB_EXP_NAME=${name} RDVC_JOB_EXP_FORCE=0 RDVC_JOB_TOKEN=${token} RDVC_OWN_MESSAGE=
    RDVC_OWN_RECORD_DIR=${record} RDVC_OWN_WORKSPACE_DIR="${record}/.recover-${nonce}" # for git's messages
    mkdir -p "${RDVC_OWN_WORKSPACE_DIR}" || finish refused disk "cannot write to ${record}"
    git cat-file -e "${RDVC_JOB_SNAPSHOT}^{commit}" 2>/dev/null || RDVC_JOB_SNAPSHOT=
    repair_cache
    ((put == 0)) || answer put "${put}"
    missing=$(missing_outputs)
    if [[ -n ${missing} ]] && ! is_published_by_now; then
        answer kept "${kept}"
        answer_lines missing <<<"${missing}"
        finish end
    fi
    push_experiment
    write_published "$(pushed_value ref)" "${RDVC_OWN_EXP_COMMIT}" "$(pushed_value message)"
}

# Writes the result of a published experiment: its ref $1, its commit $2, a message or nothing.
write_published() {
    local place=ssh
    ! data_is_on_remote || place=remote
    write_result < <(
        printf 'state published\nexit 0\nname %s\nref %s\ncommit %s\ndata %s\ncode %s\n' "${1##*/}" "$1" "$2" "${place}" "${code:-ssh}"
        [[ -z $3 ]] || printf 'message %s\n' "$3"
    )
}

# Sets ref, commit and published_code (ssh: the mirror) of the newest publication that was recorded
# before its push, and exists.
find_published() {
    local noted_ref noted_commit url
    ref=
    while read -r noted_ref noted_commit url; do
        [[ $(timeout 60 git ls-remote -- "${url}" "${noted_ref}" 2>/dev/null </dev/null) == "${noted_commit}"$'\t'* ]] || continue
        ref=${noted_ref} commit=${noted_commit}
        [[ ${url} != */repos/"${mirror_name}" ]] && published_code=origin || published_code=ssh
    done <"${record}/publishing"
    [[ -n ${ref} ]]
}

# If the job had published its experiment and died before it could say so. A later start may have
# made another one, which is kept and not published yet: then that is the one to recover.
take_published() {
    local ref commit published_code newer put=0
    [[ ${kind} != command && -s ${record}/publishing ]] && find_published || return 1
    newer=$(value_of commit "${record}/result")
    find_candidates
    ! choose_kept || newer=${RDVC_OWN_EXP_COMMIT}
    [[ -z ${newer} || ${newer} == "${commit}" ]] || return 1
    code=${published_code}
    write_published "${ref}" "${commit}" ''
}

# Records as list_outputs makes them: tracked files that are unchanged since the checkout.
unchanged_outputs() {
    local line path
    local -A tracked=()
    while IFS= read -r -d '' path; do
        tracked[./${path}]=1
    done < <(git -c core.fsmonitor=false ls-files -z)
    while IFS= read -r -d '' line; do
        path=${line#* * * }
        [[ -z ${tracked[${path}]:-} || ${path} -nt $1 ]] || printf '%s\0' "${line}"
    done < <(list_outputs)
}

# Stores the outputs that the command's job would have stored, as far as that is still known.
keep_outputs_of_command() {
    local line words start
    # As the job has read it: a line of words that rdvc wrote.
    line=$(grep -m 1 '^RDVC_JOB_OUTPUTS=(.*)$' "${rdvc_dir}/submissions/${token}/job.sh")
    # shellcheck source=/dev/null
    source <(printf '%s\n' "${line:-RDVC_JOB_OUTPUTS=()}")
    RDVC_OWN_REPO_DIR=${kept} RDVC_OWN_WORKSPACE_DIR="${record}/.recover-${nonce}" RDVC_OWN_MESSAGE=
    RDVC_OWN_RECORD_DIR=${RDVC_OWN_WORKSPACE_DIR}
    mkdir "${RDVC_OWN_RECORD_DIR}" || finish refused disk "cannot write to ${record}"
    start=$(start_of_phase environment) # the checkout was before
    touch -d "@${start}" "${RDVC_OWN_RECORD_DIR}/start" 2>/dev/null
    (unchanged_outputs "${RDVC_OWN_RECORD_DIR}/start") >"${RDVC_OWN_RECORD_DIR}/before"
    if ! words=$(keep_outputs "${RDVC_OWN_RECORD_DIR}/before" 1) || # ends this subshell alone
        { [[ -d ${RDVC_OWN_RECORD_DIR}/output ]] && ! mv -T -- "${RDVC_OWN_RECORD_DIR}/output" "${record}/output"; }; then
        ! is_published_by_now || tell_result
        answer failed "${words//$'\n'/ }"
        finish end
    fi
}

# An exit code above 1 is the command's own; 1 may only mean that its outputs could not be stored.
recover_command() {
    local exit_code state='done'
    # An existing one is complete, from a request that was interrupted before it wrote the result.
    [[ -d ${record}/output ]] || keep_outputs_of_command
    exit_code=$(value_of exit "${record}/result")
    if ((${exit_code:-1} > 1)); then
        state=failed
    else
        exit_code=0
    fi
    write_result < <(
        printf 'state %s\nexit %s\nname %s\noutput %s\n' "${state}" "${exit_code}" "${name}" \
            "$(find "${record}/output" \( -type f -o -type l \) -printf . 2>/dev/null | wc -c)"
        printf 'message rdvc recover stored its outputs; the log says how the command ended\n'
    )
}

# Files and links that are newer than the start of the work, except those of Git, of DVC, and of an
# environment.
new_files() {
    local start folder
    local -a pruned=()
    for folder in experiment 'command' environment; do
        start=$(start_of_phase "${folder}")
        [[ -z ${start} ]] || break
    done
    while IFS= read -r -d '' folder; do
        pruned+=(-o -path "$(as_pattern "${folder}")")
    done < <(find . -maxdepth 5 -name pyvenv.cfg -printf '%h\0')
    find . \( -name .git -o -name .dvc -o -name __pycache__ "${pruned[@]+"${pruned[@]}"}" \) -prune -o \
        \( -type f -o -type l \) -newermt "@${start:-0}" -print0
}

# Writes those paths of standard input that can be brought to the file $1, and links into the cache,
# whose content counts, to $2.
deal_files() {
    local path
    : >"$1" && : >"$2"
    while IFS= read -r -d '' path; do
        if [[ ! -L ${path} ]] || ! leads_outside "${path}"; then
            printf '%s\0' "${path}" >>"$1"
        elif [[ -f ${path} && $(realpath -m -- "${path}") == "$(realpath -m -- "${RDVC_JOB_CACHE_DIR}")"/* ]]; then
            printf '%s\0' "${path}" >>"$2"
        fi
    done
}

# Prepares the workspace's new files for a laptop in `.here`, with hard links if possible.
stage_files() {
    local new="${record}/.here.${nonce}" lists="${record}/.recover-${nonce}"
    mkdir "${new}" "${lists}" || finish refused disk "cannot write to ${record}"
    new_files | deal_files "${lists}/files" "${lists}/contents"
    if ! make_folders_of "${lists}/files" "${new}" || ! make_folders_of "${lists}/contents" "${new}" || ! { xargs -0 -r cp -dl --parents -t "${new}" -- <"${lists}/files" 2>/dev/null ||
        xargs -0 -r cp -df --preserve=mode,timestamps --parents -t "${new}" -- <"${lists}/files"; } ||
        ! xargs -0 -r cp -L --preserve=timestamps --parents -t "${new}" -- <"${lists}/contents"; then
        rm -rf -- "${new}" "${lists}"
        finish refused disk "cannot write to ${record}"
    fi
    rm -rf -- "${lists}"
    mv -T -- "${record}/.here" "${record}/.gone-${nonce}" 2>/dev/null && remove_folder "${record}/.gone-${nonce}"
    mv -T -- "${new}" "${record}/.here" || finish refused disk "cannot write to ${record}"
    answer kept "${kept}"
    answer files "$(find "${record}/.here" ! -type d -printf . | wc -c)"
    answer place "${record}/.here"
    answer ref "${experiment_ref}"
    [[ -z ${RDVC_OWN_EXP_COMMIT} ]] || answer experiment "${RDVC_OWN_EXP_COMMIT}"
}

recover() {
    local record name kind code data mirror_name repository experiment_ref kept away put pushed scratch
    local -a candidates
    export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=15'
    open_submission
    require_unpublished
    require_end
    if [[ ${action} == publish ]] && take_published; then
        remove_kept
        tell_result
    fi
    require_kept
    find_cache
    if ! cd -P "${kept}" 2>/dev/null; then
        require_unpublished # again: it may just have been recovered
        finish refused dir "cannot enter ${kept}"
    fi
    if [[ ${action} == here ]]; then
        stage_files
        finish end
    fi
    if [[ ${kind} == command ]]; then
        recover_command
    else
        recover_experiment
    fi
    remove_kept
    tell_result
}

recover
