# --- SLURM's word on jobs: each program is asked in one place, with all that could hide a job switched off --------

# This user's jobs in squeue's format $1, ended ones too: of hidden partitions, wherever a federation runs them, and whatever
# the user's own settings leave out. What finds the cluster is the node's own settings.
list_jobs() {
    (
        unset "${!SQUEUE_@}" SLURM_CLUSTERS
        timeout 20 squeue --all --federation --noheader --states=all --user "${EUID}" -o "$1" 2>/dev/null </dev/null
    )
}

# scontrol's line on the job $1, or its words where it has none; $2: seconds that it may take.
show_job() {
    (
        unset "${!SCONTROL_@}" SLURM_CLUSTERS
        timeout "$2" scontrol --all --oneliner show job "$1" 2>&1 </dev/null
    )
}

# False for an unknown word, so that nothing counts as ended by mistake.
is_ended() {
    case $1 in
    BOOT_FAIL | CANCELLED* | COMPLETED | DEADLINE | FAILED | NODE_FAIL | PREEMPTED | OUT_OF_MEMORY | TIMEOUT) return 0 ;;
    esac
    return 1
}
