# What the contract needs: the same cluster twice. RDVC_CONTRACT says which: `fake` (tests/support/slurm) or
# `real` (tools/sandbox). Both are reached with `ssh sandbox`.

source "${RDVC_SOURCE_FOLDER}/tests/support/slurm/slurm.bash"
source "${RDVC_SOURCE_FOLDER}/tests/e2e/support.bash"

is_fake() { [[ ${RDVC_CONTRACT:?is fake or real} == fake ]]; }

start_cluster() {
    if is_fake; then
        folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-contract-XXXXXX")
        export folder
        start_fake_slurm "${folder}/slurm"
        make_laptop "${folder}"
        export RDVC_CLUSTER_HOST=sandbox GIT_SSH_COMMAND=ssh
        cluster_home="${FAKE_SLURM}/home"
        export cluster_home PATH
    else
        # Root sees everything, like a SLURM operator.
        if ((EUID == 0)); then start_world 1 --users 2; else start_world 1; fi
        cluster_home=$(realpath "${cluster_home}")
    fi
}

stop_cluster() {
    if is_fake; then
        stop_fake_slurm
        if [[ -e ${folder}/failed ]]; then
            printf '# kept: %s\n' "${folder}" >&3
        else
            remove_folder "${folder}"
        fi
    else
        ssh -O exit -o ControlPath="${XDG_RUNTIME_DIR}/contract" sandbox 2>/dev/null || true
        stop_world
    fi
}

# Runs one line of shell on the cluster, in its home. The connection is kept, since there are hundreds of lines.
on() {
    ssh -o ControlMaster=auto -o ControlPersist=120 -o ControlPath="${XDG_RUNTIME_DIR}/contract" sandbox "cd; $*" 3>&-
}

# The same as a user who is not an operator, in the hidden partition `attic`.
as_user() {
    local host=sandbox
    is_fake || host=sandbox2
    ssh "${host}" "cd; $*" 3>&-
}

hide_partition() {
    is_fake || grep -q attic "${RDVC_SANDBOX_DIR}/etc/slurm.conf" || {
        printf 'PartitionName=attic Hidden=YES Nodes=ALL State=UP\n' >>"${RDVC_SANDBOX_DIR}/etc/slurm.conf"
        on 'scontrol reconfigure'
    }
}

# Puts standard input into the cluster's home as the file $1.
put() {
    on "cat >$1"
}

# A job script of the given lines, as job.sh on the cluster; $1 are the options of its header.
job_script() {
    local option
    {
        printf '#!/bin/bash\n'
        for option in $1; do printf '#SBATCH %s\n' "${option}"; done
        cat
    } | put job.sh
}

# Submits job.sh as rdvc does, with more options of sbatch as $1 and the words for the job as $2; sets `job`
# and `log`.
submit_job() {
    # shellcheck disable=SC2088
    job=$(on "sbatch --parsable --chdir=\"\$HOME\" --output=\"\$HOME/slurm-%j.out\" --open-mode=append ${1:-} \"\$HOME/job.sh\" ${2:-1}")
    [[ ${job} =~ ^[0-9]+$ ]] || {
        printf 'no job id: %s\n' "${job}"
        return 1
    }
    log="${cluster_home}/slurm-${job}.out"
}

# Fields of `job` in squeue's form, whatever its state.
show() {
    on "squeue --noheader --states=all -j ${job} -o '$1'"
}

state_is() {
    local state
    state=$(show %T)
    printf 'state of job %s: %s\n' "${job}" "${state}"
    [[ ${state} == "$1" ]]
}

becomes() {
    wait_until "${2:-10}" state_is "$1"
}

log_has() {
    grep -q -- "$1" "${log}" 2>/dev/null || {
        printf 'the log does not have %s:\n%s\n' "$1" "$(cat "${log}" 2>&1)"
        return 1
    }
}

# Compares as texts and shows both if they differ.
same() {
    [[ $1 == "$2" ]] || {
        printf 'is:     %q\nshould: %q\n' "$1" "$2"
        return 1
    }
}

# The same for a pattern of [[.
matches() {
    # shellcheck disable=SC2053
    [[ $1 == $2 ]] || {
        printf 'is:          %q\nshould match: %s\n' "$1" "$2"
        return 1
    }
}

# Runs a line on the cluster: `expect EXIT-CODE WORDS-ON-STANDARD-ERROR LINE`; what it prints is in `said`.
expect() {
    local code=0
    said=$(on "$3" 2>"${folder}/stderr") || code=$?
    same "${code}" "$1" && same "$(<"${folder}/stderr")" "$2"
}
