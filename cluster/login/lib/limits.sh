# What the cluster has and what it allows this user, in SLURM's own words, which
# src/slurm/limits.cpp reads.

# The output of $2... as lines of the answer `limits $1 LINE`; if it fails, `limits silent $1 WORDS`.
tell_words() {
    local kind=$1 words
    shift
    if words=$("$@" 2>&1); then
        answer_lines limits "${kind}" <<<"${words}"
    else
        answer limits silent "${kind}" "${words//$'\n'/ }"
    fi
}

count_states() {
    local words
    words=$(list_states) || return
    sort <<<"${words}" | uniq -c
}

# An option that sbatch takes from the login's environment.
tell_presets() {
    local name
    for name in SBATCH_PARTITION SBATCH_ACCOUNT SBATCH_QOS; do
        [[ -z ${!name:-} ]] || answer limits preset "${name#SBATCH_}" "${!name//$'\n'/ }"
    done
}

tell_cluster() {
    tell_words nodes list_nodes
    tell_words partition show_partitions
    tell_words setting show_settings
    tell_words association list_associations
    tell_words qos list_qos
    tell_words jobs count_states
    tell_presets
}
