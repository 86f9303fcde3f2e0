# A session of `rdvc shell` or `rdvc exec`: a person's shell or command in a job's allocation, in the
# workspace and the environment of the job. One file with three roles. `bash FILE` on the login node
# starts srun, which starts `bash FILE inside` (without a terminal behind `bash FILE streams`) on the job's node; that prepares and runs the command,
# or starts an interactive bash, which reads FILE instead of ~/.bashrc.
# Assignments before this text: session (a word that marks our lines in the streams of a command),
# folder (the submission's), record (the job's), task, place (its workspace; of a session on the login
# node nothing: the job's script runs there, and makes it), job, node, terminal (1: it has one; else
# its streams are bytes), hold (1: the job is there for this session), limit (when it ends, for
# people), quiet (1: on the login node, only the session itself is to be heard), prepare, and the array
# words (the command; none: a shell).

# Ends the process $1 as soon as the laptop no longer reads: without a terminal nothing else tells.
watch_laptop() {
    trap '' PIPE
    while sleep 2 >/dev/null 2>&1; do
        printf '@rdvc:%s alive\n' "${session}" 2>/dev/null || break
    done
    kill -TERM "$1"
}

# Waits for the process $1, as long as there is a laptop.
await_session() {
    local code=0 watcher
    watch_laptop "$1" &
    watcher=$!
    trap 'kill -TERM "$1"' TERM INT HUP
    wait "$1" || code=$?
    kill "${watcher}" 2>/dev/null
    return "${code}"
}

# Touches a file, as long as the process $1 lives: if the login node goes down, the job finds out.
beat() {
    while kill -0 "$1"; do
        touch -- "$0.alive"
        sleep 10
    done
    rm -f -- "$0.alive"
}

# On the login node. If it has a terminal, srun's own message about an exit code is no news.
open_session() {
    local name code
    # shellcheck source=/dev/null
    [[ -z ${prepare} ]] || source <(printf '%s\n' "${prepare}") </dev/null >/dev/null 2>&1
    if [[ -z ${place} ]]; then
        exec 3<&0 4>&1 5>&2 </dev/null >&2
        rm -f -- "$0.alive" # the session is a child of the job's script
        [[ ${quiet} != 1 ]] || exec >"${folder}/prepared.out" 2>&1
        export RDVC_OWN_SESSION=$0
        if [[ ${terminal} == 1 ]]; then
            bash "${folder}/job.sh"
        else
            bash "${folder}/job.sh" &
            await_session "$!" >&4
        fi
        return
    fi
    # shellcheck source=/dev/null
    command -v srun >/dev/null || [[ ! -r ${HOME}/.bashrc ]] || source "${HOME}/.bashrc" </dev/null >/dev/null 2>&1
    for name in "${!SLURM@}" "${!SRUN@}"; do
        [[ ${name} == SLURM_@(CONF*|CLUSTERS|JWT|SACK*) ]] || unset "${name}"
    done
    beat "$$" </dev/null >/dev/null 2>&1 & # not at the function, where bash would keep the streams open
    if [[ ${terminal} == 1 ]]; then
        (run_step "${job}" "${node}" --pty bash "$0" inside) 2> >(grep --line-buffered -v '^srun: error: .*: task 0: ' >&2)
        code=$?
        # A command that begins removes the file; a network file system looks again when it is opened.
        ((code == 0)) || { ! : <"$0"; } 2>/dev/null || code=255
        return "${code}"
    else
        run_step "${job}" "${node}" --unbuffered bash "$0" streams <&0 &
        await_session "$!"
    fi
}

# srun keeps what a program without a terminal writes until a line ends, unless told otherwise; then it
# gives the program a terminal for its output. Behind a pipe that is nobody's business.
hide_terminal() {
    trap : TERM INT HUP
    bash "$0" inside | (trap '' TERM INT HUP && exec cat)
}

# In the allocation: the job waits for the process with this file (job/lib/shell.sh).
note_session() {
    : "${place:=${RDVC_OWN_WORKSPACE_DIR:-}}"
    unset RDVC_OWN_SESSION RDVC_OWN_WORKSPACE_DIR RDVC_OWN_REPO_DIR
    # What a session of its own leaves running ends with the job; somebody else's job must not end ours.
    [[ ${hold} != 1 ]] || export RDVC_OWN_WORKSPACE_DIR=${place}
    [[ ! -d ${place}/sessions ]] || { { [[ ${terminal} == 1 ]] && tty || echo none; } && printf '%s.alive\n' "$0"; } >"${place}/sessions/$$"
}

# srun's variables describe its step, which has one task on one node; a program of the job sees those
# of the job's script. A machine may be a node of several clusters (a sandbox is one), whose jobs have
# the same numbers.
take_job_variables() {
    local file files line job_id=${SLURM_JOB_ID:-}
    [[ -n ${job_id} ]] || return 0
    mapfile -t files < <(grep -zlxF -e "SLURM_JOB_ID=${job_id}" /proc/[0-9]*/environ 2>/dev/null)
    for file in "${files[@]}"; do
        if [[ ! -O ${file} ]] || grep -zq '^SLURM_STEP_ID=' "${file}" 2>/dev/null; then
            continue
        fi
        [[ -z ${SLURM_CONF:-} ]] || grep -zqxF -e "SLURM_CONF=${SLURM_CONF}" "${file}" 2>/dev/null || continue
        unset "${!SLURM_@}"
        while IFS= LC_ALL=C read -r -d '' line; do
            [[ ${line} != SLURM_* ]] || export "${line%%=*}=${line#*=}"
        done 2>/dev/null <"${file}"
        [[ ${SLURM_JOB_ID:-} != "${job_id}" ]] || return 0 # else that process has just ended
    done
    export SLURM_JOB_ID=${job_id}
}

# As the job is when its environment is active: its variables, its folder.
enter_workspace() {
    local line
    : "${place:=${RDVC_OWN_WORKSPACE_DIR:-}}"
    repository="${place}/${RDVC_JOB_REPO_NAME}"
    if [[ -r ${place}/session.exports ]]; then
        while IFS= LC_ALL=C read -r -d '' line; do
            export "${line%%=*}=${line#*=}"
        done <"${place}/session.exports"
    fi
    export DVC_SITE_CACHE_DIR="${place}/dvc-site-cache" PYTHONUNBUFFERED=1 RDVC_TASK=$((task > 0 ? task : 1))
    cd "${repository}/${RDVC_JOB_PROJECT_DIR}" || return 1
    if [[ -r ${place}/activate.sh ]]; then
        # shellcheck source=/dev/null
        source "${place}/activate.sh"
    elif [[ ${hold} != 1 && -n ${RDVC_JOB_ENV_ACTIVATE} ]]; then
        printf 'rdvc: the job has not set up its environment yet, so that it is not active here\n' >&2
    fi
    cd "${repository}/${RDVC_JOB_SUBDIR}" || return 1
}

# Runs the command with the streams of the laptop as they are; our lines say where its output begins,
# in which process group it is, so that it can get signals (login/session.sh), and how it ended.
run_words() {
    local child code woken
    command -v -- "${words[0]}" >/dev/null || words=(not_found "${words[0]}")
    trap 'woken=1' TERM INT HUP
    set -m
    (
        trap - TERM INT HUP
        printf '@rdvc:%s begin %s\n' "${session}" "${BASHPID}"
        [[ ${words[0]} == not_found ]] || exec -- "${words[@]}"
        "${words[@]}"
    ) <&0 &
    child=$!
    set +m
    while :; do
        woken=0 code=0
        wait "${child}" 2>/dev/null || code=$? # bash itself would say which signal ended it
        [[ ${woken} == 1 ]] || break
        kill -TERM -- "-${child}" 2>/dev/null
    done
    [[ -z ${job} ]] || kill -KILL -- "-${child}" 2>/dev/null # what it leaves would end with its step
    rm -f -- "$0"
    printf '@rdvc:%s exit %s\n' "${session}" "${code}"
}

not_found() {
    printf 'rdvc: %s: command not found\n' "$1" >&2
    exit 127
}

# Runs a step of the job as the job does, in a copy of this shell: it has what the job has, and a
# failure ends the step alone. Its result is that of a run by hand (job/lib/start.sh).
rdvc_step() (
    [[ -d ${rdvc_hand:-} ]] || exit 1 # ends this subshell alone
    # shellcheck source=/dev/null
    source "${RDVC_JOB_FUNCTIONS}/job.sh" || exit 1 # ends this subshell alone
    RDVC_OWN_UMASK=$(umask) RDVC_OWN_NODE=$(uname -n) RDVC_OWN_MESSAGE='' RDVC_OWN_PUBLISHED=0 RDVC_OWN_PHASE=start
    RDVC_OWN_DVC_VERSION='' RDVC_OWN_RESTARTS=0 RDVC_OWN_PACK=() RDVC_OWN_CAUSE='' RDVC_OWN_RECORD_DIR=${rdvc_hand}
    RDVC_OWN_LOG=/dev/null RDVC_JOB_EXP_NAME+=-${rdvc_hand##*/}
    export RDVC_OWN_WORKSPACE_DIR=${place} RDVC_OWN_REPO_DIR=${repository}
    after_sourcing
    trap 'stop_saving; end_live' EXIT
    cd "${repository}/${RDVC_JOB_PROJECT_DIR}" || exit 1 # ends this subshell alone
    use_own_functions
    [[ $1 != run_experiment ]] || check_dvc
    "$@"
    [[ $1 != publish_experiment ]] || rdvc_say "on the laptop: dvc exp pull rdvc ${RDVC_JOB_EXP_NAME}"
)

# A record for the next run by hand.
next_hand() {
    local n=1 jobs="${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}"
    until mkdir "${jobs}/hand-${n}" 2>/dev/null; do
        n=$((n + 1))
        ((n < 1000)) || return 1
    done
    rdvc_hand="${jobs}/hand-${n}"
}

# The names are those of the job's own steps.
set_up_environment() { { [[ -n ${rdvc_hand:-} ]] || next_hand; } && rdvc_step set_up_environment; }
run_experiment() { next_hand && rdvc_step run_experiment; }
publish_experiment() { rdvc_step publish_experiment; }
activate_environment() {
    [[ -n ${RDVC_JOB_ENV_ACTIVATE} ]] || return 0
    local here=${PWD} code
    printf '%s\n' "${RDVC_JOB_ENV_ACTIVATE}" >"${place}/activate.sh"
    cd "${repository}/${RDVC_JOB_PROJECT_DIR}" || return
    # shellcheck source=/dev/null
    source "${place}/activate.sh"
    code=$?
    cd "${here}" && return "${code}"
}

greet() {
    local steps='set_up_environment, activate_environment' failure=''
    printf 'rdvc: %s on %s%s%s\n' "${repository}" "$(uname -n)" "${job:+, job ${job}}" "${limit:+, until ${limit}}"
    if [[ ${hold} != 1 ]]; then
        printf 'rdvc: this is the workspace of a job that runs: what you change, it sees\n'
        unset -f set_up_environment activate_environment run_experiment publish_experiment
        return
    fi
    [[ ! -r ${place}/session.failure ]] || read -r failure <"${place}/session.failure"
    [[ -z ${failure} ]] || printf 'rdvc: the job would have failed here: %s\n' "${failure}"
    [[ ${RDVC_JOB_KIND} == command ]] || steps+=', run_experiment, publish_experiment'
    printf "rdvc: the job's steps, to type: %s\n" "${steps}"
    printf 'rdvc: exit removes the workspace%s\n' "${job:+ and ends the allocation}"
}

case ${1:-}$- in
streams*)
    hide_terminal
    exit
    ;;
inside*)
    note_session
    take_job_variables
    if ((${#words[@]} == 0)); then
        bash --rcfile "$0" -i
        rm -f -- "$0"
        exit 0
    fi
    ;;
*i*) ;;
*)
    open_session
    exit
    ;;
esac
# Some start another shell in a terminal, which would not know what follows.
((${#words[@]} > 0)) || exec() { printf 'rdvc: ~/.bashrc would start %s; this stays bash\n' "${1:-}" >&2; }
# shellcheck source=/dev/null
[[ ! -r ${HOME}/.bashrc ]] || source "${HOME}/.bashrc"
unset -f exec
# The data of the job's script, without what it does.
# shellcheck source=/dev/null
source <(sed '/^# --- Main --/,$d' "${folder}/job.sh")
entered=1
enter_workspace || entered=0
if ((entered == 0)) && [[ ! -s ${place}/session.failure ]]; then
    printf 'rdvc: error: %s is gone, or its job is still preparing it\n' "${place}" >&2
fi
if ((${#words[@]} == 0)); then
    greet
elif [[ -s ${place}/session.failure ]]; then
    printf 'rdvc: error: %s\n' "$(<"${place}/session.failure")" >&2
    exit 255
elif ((entered == 0)); then
    exit 255 # not in another folder
elif [[ ${terminal} == 1 ]]; then
    rm -f -- "$0"
    "${words[@]}"
    exit
else
    run_words
    exit 0
fi
