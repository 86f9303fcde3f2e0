# --- Names and records that both sides of the cluster know ----------------------------------------

# Where DVC keeps the experiment $2 on the commit $1.
ref_of_experiment() {
    printf 'refs/exps/%s/%s/%s' "${1:0:2}" "${1:2}" "$2"
}

# This job's id as SLURM's programs take it: JOB_TASK for a task of an array.
own_job() {
    printf '%s' "${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:-}}${SLURM_ARRAY_JOB_ID:+_${SLURM_ARRAY_TASK_ID:-}}"
}

# A job's workspace is a folder of this name, which only mktemp completes.
workspace_template() {
    printf 'rdvc-%s-XXXXXXXX' "${SLURM_JOB_ID:-hand}"
}

# True if the path $1 has such a name; sets `workspace_job`, the job's id or `hand`.
is_workspace_name() {
    [[ ${1##*/} =~ ^rdvc-([0-9]+|hand)-[A-Za-z0-9]{8}$ ]] || return 1
    workspace_job=${BASH_REMATCH[1]}
}

# Prints the value of the key $1 in the file $2 of `key value` lines, or nothing.
value_of() {
    local key value
    [[ -r $2 ]] || return 0
    while read -r key value; do
        [[ ${key} != "$1" ]] || printf '%s' "${value}"
    done <"$2"
}

# True for a phase in which a job that ended may hold a result that is nowhere else (C++:
# state::may_hold_result).
may_hold_result() {
    [[ $1 == @(push|publish|output|after-experiment|before-publish|after-publish) ]]
}

# Unsets variables of the caller (another job, a Git hook), because git must work on our own
# repositories.
unset_git_variables() {
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX GIT_NAMESPACE GIT_OBJECT_DIRECTORY \
        GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH GIT_SHALLOW_FILE
}
