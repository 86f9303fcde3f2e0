# --- SLURM's programs: only this file calls them, with everything off that could hide a job -------

# Removes the user's filters and choice of cluster from the environment, so that the machine's own
# settings count.
without_filters() {
    unset "${!SQUEUE_@}" "${!SACCT_@}" "${!SCANCEL_@}" "${!SCONTROL_@}" SLURM_CLUSTERS
}

# Prints this user's jobs in squeue's format $1: also ended ones, those in hidden partitions, and
# wherever a federation runs them; the waiting tasks of an array as one, with all their indices.
# Replaces its shell: call it in `$(...)`.
list_jobs() {
    without_filters
    export SLURM_BITSTR_LEN=0
    exec env SLURM_TIME_FORMAT=%s timeout 20 squeue --all --federation --noheader --states=all --user "${EUID}" -o "$1" </dev/null
}

# scontrol's line about the job $1, or its error message; $2: seconds that it may take; $3: the form
# of its times.
show_job() (
    without_filters
    exec env SLURM_TIME_FORMAT="${3:-standard}" timeout "$2" scontrol --all --oneliner show job "$1" 2>&1 </dev/null
)

# Prints priority and user of the jobs, of all users, that wait in the partitions $1. An array is one.
list_waiting() (
    without_filters
    exec timeout 20 squeue --all --noheader --states=PENDING --partition="$1" -o '%Q %u' </dev/null
)

# The same for these jobs, and the cluster's configuration; for an unknown job it prints an error
# without the id.
show_jobs() {
    { printf 'show job %s\n' "$@" && printf 'show config\n'; } | (
        without_filters
        exec timeout 30 scontrol --all --oneliner 2>&1
    )
}

# Name of the cluster that this machine belongs to, or nothing.
cluster_name() {
    cluster_setting ClusterName
}

# The value of this setting of the cluster, or nothing.
cluster_setting() {
    scontrol show config 2>/dev/null </dev/null | sed -n "s/^$1 *= *//p"
}

# How many jobs of this user may wait and run, the least of the limits of the association or, if $1
# is not empty, of a quality of service; nothing if accounting does not say. Source of the words:
# sacctmgr(1).
submit_limit() {
    local what=(association "user=$(id -un)" "format=MaxSubmitJobs,GrpSubmitJobs")
    [[ -z $1 ]] || what=(qos "format=MaxSubmitJobsPerUser,GrpSubmitJobs")
    timeout 20 sacctmgr --noheader --parsable2 show "${what[@]}" 2>/dev/null </dev/null | tr '|' '\n' |
        grep -xE '[0-9]+' | sort -n | head -n 1
}

# Accounting's lines, one per job, with times in seconds since the epoch; the words are sacct(1)'s.
# False if it does not answer.
list_accounting() (
    without_filters
    export SLURM_TIME_FORMAT=%s
    exec timeout 20 sacct --noheader --parsable2 --allocations "$@" </dev/null
)

# Submits a job; the words are sbatch(1)'s. Prints `ID` or `ID;CLUSTER`, after whatever a site's
# wrapper prints.
submit_job() {
    sbatch --parsable "$@" </dev/null
}

# Cancels the jobs with these ids.
cancel_jobs() (
    without_filters
    exec timeout 60 scancel "$@" </dev/null
)

# Sends the shell of the job $1 the signal $2.
signal_job() (
    without_filters
    exec timeout 20 scancel --batch --signal="$2" "$1" </dev/null
)

# Runs words in the job $1 beside what runs there, with all that the job has, on its node $2; the
# words may begin with options of srun. Replaces its shell: call it in a subshell.
run_step() {
    local binding=''
    # Without a plugin that binds, srun says on standard error that it cannot.
    [[ $(cluster_setting TaskPlugin) != *@(affinity|cgroup)* ]] || binding=--cpu-bind=none
    exec srun --jobid="$1" --overlap --nodes=1 --ntasks=1 ${2:+--nodelist="$2"} ${binding:+"${binding}"} --quiet "${@:3}"
}

# When the job $1 ends at the latest, for people, or nothing.
end_of_job() {
    [[ -z $1 ]] || list_jobs '%A|%e' 2>/dev/null | awk -F '|' -v job="$1" '$1 == job && $2 ~ /^[0-9]/ { sub("T", " ", $2); print $2; exit }'
}

# Puts the job $1 back into the queue.
requeue_job() {
    timeout 20 scontrol requeue "$1" </dev/null
}

# Lets at most $2 jobs of the array $1 run at once; 0: all.
set_array_limit() {
    timeout 20 scontrol update "JobId=$1" "ArrayTaskThrottle=$2" </dev/null
}

# Prints a line for each group of equal nodes of each partition, hidden ones too, for
# src/slurm/nodes.cpp.
list_nodes() (
    unset "${!SINFO_@}" SLURM_CLUSTERS
    exec timeout 20 sinfo --all --exact --noheader -O \
        'Partition:|,Nodes:|,StateLong:|,CPUs:|,Memory:|,CPUsState:|,Gres:|,GresUsed:|,Features:|' </dev/null
)

# A line `NAME=VALUE ...` for each partition.
show_partitions() (
    without_filters
    exec timeout 20 scontrol --all --oneliner show partition </dev/null
)

# Lines `NAME VALUE`: the settings of the cluster that decide what its limits mean.
show_settings() {
    local words
    words=$(without_filters && exec timeout 20 scontrol show config </dev/null) || return
    sed -nE 's/^(AccountingStorageEnforce|CliFilterPlugins|ClusterName|EnforcePartLimits|JobSubmitPlugins|MaxArraySize) *= */\1 /p' <<<"${words}"
}

# This user's associations, on all clusters of this accounting; the words are sacctmgr(1)'s.
list_associations() {
    timeout 20 sacctmgr --noheader --parsable2 show user "name=$(id -un)" withassoc \
        format=Cluster,DefaultAccount,Account,Partition,QOS,DefaultQOS,MaxSubmitJobs,MaxJobs,GrpSubmitJobs,MaxWall </dev/null
}

# All qualities of service.
list_qos() {
    timeout 20 sacctmgr --noheader --parsable2 show qos \
        format=Name,Flags,MaxSubmitJobsPerUser,MaxJobsPerUser,GrpSubmitJobs,MaxWall,MaxTRESPerUser </dev/null
}

# The state of each job of this user that has not ended, of arrays each task.
list_states() (
    without_filters
    exec timeout 20 squeue --all --noheader --array --user "${EUID}" -o %T </dev/null
)

# When SLURM estimates that a job with the options $1... would start, in seconds since the epoch.
estimate_start() (
    unset SLURM_CLUSTERS SBATCH_CLUSTERS
    SLURM_TIME_FORMAT=%s exec timeout 30 sbatch --test-only "$@" --wrap=true </dev/null
)

# True if the indices $2 of an array, as SLURM writes them (`3,5-7`, `[1-9:2%4]`), have $1.
has_index() {
    local ranges=${2#\[}
    ranges=${ranges%\]}
    ranges=${ranges%%%*},
    while [[ ${ranges} =~ ^([0-9]{1,9})(-([0-9]{1,9})(:([0-9]{1,9}))?)?, ]]; do
        ranges=${ranges#*,}
        (($1 >= BASH_REMATCH[1] && $1 <= ${BASH_REMATCH[3]:-${BASH_REMATCH[1]}} &&
            ($1 - BASH_REMATCH[1]) % ${BASH_REMATCH[5]:-1} == 0)) && return 0
    done
    return 1
}

# Sets the array `indices` to all of $1, written in the same way.
expand_indices() {
    local ranges=${1#\[} index
    ranges=${ranges%\]}
    ranges=${ranges%%%*},
    indices=()
    while [[ ${ranges} =~ ^([0-9]{1,7})(-([0-9]{1,7})(:([0-9]{1,7}))?)?, ]]; do
        ranges=${ranges#*,}
        for ((index = BASH_REMATCH[1]; index <= ${BASH_REMATCH[3]:-${BASH_REMATCH[1]}}; index += ${BASH_REMATCH[5]:-1})); do
            indices+=("${index}")
        done
    done
}

# True if $1 is the state of a job that has ended. False for an unknown word, so that nothing counts
# as ended by mistake. A REVOKED job runs in another cluster of a federation.
is_ended_state() {
    case $1 in
    BOOT_FAIL | CANCELLED* | COMPLETED | DEADLINE | FAILED | NODE_FAIL | PREEMPTED | OUT_OF_MEMORY | TIMEOUT) return 0 ;;
    esac
    return 1
}
