# When a job would start, by SLURM's estimate. Assignments before this text: options (those of
# sbatch), unset_variables (of sbatch that would contradict them), partitions (each is asked for by
# itself; none: as the options say). Nothing is submitted.

tell_estimate() {
    local words
    words=$(estimate_start "${@:2}" 2>&1)
    answer estimate "$? $(date +%s) ${1:--} ${words//$'\n'/ }"
}

estimate() {
    local partition
    unset SBATCH_TEST_ONLY "${unset_variables[@]+"${unset_variables[@]}"}"
    ((${#partitions[@]} > 0)) || tell_estimate '' "${options[@]+"${options[@]}"}"
    for partition in "${partitions[@]+"${partitions[@]}"}"; do
        tell_estimate "${partition}" "${options[@]+"${options[@]}"}" --partition="${partition}"
    done
    finish end
}

estimate
