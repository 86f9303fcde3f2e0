# What the cluster has and what it allows this user, in SLURM's own words, which
# src/slurm/limits.cpp reads.

# The output of $2... as lines of the answer `limits $1 LINE`; if it fails, `limits silent $1 WORDS`,
# and sets `failure` to the words.
tell_words() {
    local kind=$1 words
    shift
    if words=$("$@" 2>&1); then
        answer_lines limits "${kind}" <<<"${words}"
    else
        failure=${words:-no answer in time}
        failure=${failure//$'\n'/ }
        answer limits silent "${kind}" "${failure}"
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
    for name in SBATCH_PARTITION SBATCH_ACCOUNT SBATCH_QOS SBATCH_RESERVATION; do
        [[ -z ${!name:-} ]] || answer limits preset "${name#SBATCH_}" "${!name//$'\n'/ }"
    done
}

tell_cluster() {
    local failure='' kind
    tell_words nodes list_nodes
    case ${failure} in
    *'nable to contact'* | *'timed out'* | 'no answer in time') # the controller, which takes its time to fail
        for kind in partition setting jobs; do
            answer limits silent "${kind}" "${failure}"
        done
        ;;
    *)
        tell_words partition show_partitions
        tell_words setting show_settings
        tell_words jobs count_states
        ;;
    esac
    tell_words association list_associations
    tell_words qos list_qos
    tell_presets
}
