# --- SLURM's programs: only this file calls them, with everything off that could hide a job -------

# Removes the user's filters and choice of cluster from the environment, so that the machine's own
# settings count.
without_filters() {
    unset "${!SQUEUE_@}" "${!SACCT_@}" "${!SCANCEL_@}" "${!SCONTROL_@}" SLURM_CLUSTERS
}

# Prints this user's jobs in squeue's format $1: also ended ones, those in hidden partitions, and
# wherever a federation runs them.
list_jobs() (
    without_filters
    exec timeout 20 squeue --all --federation --noheader --states=all --user "${EUID}" -o "$1" </dev/null
)

# scontrol's line about the job $1, or its error message; $2: seconds that it may take.
show_job() (
    without_filters
    exec timeout "$2" scontrol --all --oneliner show job "$1" 2>&1 </dev/null
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
    scontrol show config 2>/dev/null </dev/null | sed -n 's/^ClusterName *= *//p'
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

# Puts the job $1 back into the queue.
requeue_job() {
    timeout 20 scontrol requeue "$1" </dev/null
}

# Prints the nodes in sinfo's format $1.
list_nodes() {
    sinfo --noheader -o "$1" </dev/null
}

# True if $1 is the state of a job that has ended. False for an unknown word, so that nothing counts
# as ended by mistake. A REVOKED job runs in another cluster of a federation.
is_ended_state() {
    case $1 in
    BOOT_FAIL | CANCELLED* | COMPLETED | DEADLINE | FAILED | NODE_FAIL | PREEMPTED | OUT_OF_MEMORY | TIMEOUT) return 0 ;;
    esac
    return 1
}
