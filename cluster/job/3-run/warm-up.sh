# --- 3. Warm-up: a sweep begins with one job, until the stages that all tasks share are done -------

# The array starts with the limit of one job at a time. Whichever job has completed these stages, or
# has ended its experiment, sets the limit that the user wants; others take the stages' results from
# the run-cache.
RDVC_OWN_WARM=

warm_up_mark() {
    printf '%s/submissions/%s/warm.%s' "${RDVC_DIR}" "${RDVC_JOB_TOKEN}" "${RDVC_OWN_ATTEMPT:-hand}"
}

is_warm() {
    [[ -z ${RDVC_JOB_ARRAY_LIMIT:-} || -z ${SLURM_ARRAY_JOB_ID:-} || -e $(warm_up_mark) ]]
}

# True if the log, from its line $1 on, has a stage that tasks do not share.
has_left_shared() {
    local names
    printf -v names '%s\n' "${RDVC_JOB_SHARED[@]+"${RDVC_JOB_SHARED[@]}"}"
    tail -n "+$1" "$(job_log)" 2>/dev/null | LC_ALL=C awk -v names="${names}" '
        BEGIN { count = split(names, name, "\n"); for (i = 1; i <= count; i++) shared[name[i]] }
        /^Running stage \047/ { sub(/^Running stage \047/, ""); sub(/\047:$/, ""); sub(/.*:/, ""); if (!($0 in shared)) left = 1 }
        END { exit !left }'
}

# Looks, beside the experiment, whether the others can begin.
begin_warm_up() {
    local line
    ! is_warm && ((${#RDVC_JOB_SHARED[@]} > 0)) || return 0
    line=$(wc -l <"$(job_log)") || return 0
    set -m
    watch_warm_up "$((line + 1))" </dev/null &
    RDVC_OWN_WARM=$!
    set +m
}

watch_warm_up() {
    trap - EXIT TERM USR1 USR2 INT HUP
    set +e
    export -n RDVC_OWN_WORKSPACE_DIR # so that no task of a pack takes this for a leftover
    while sleep_beside 1; do
        has_left_shared "$1" || continue
        lift_limit
        return
    done
}

# The experiment has ended, well or not.
end_warm_up() {
    [[ -z ${RDVC_OWN_WARM} ]] || kill -KILL -- "-${RDVC_OWN_WARM}" 2>/dev/null || true
    RDVC_OWN_WARM=
    is_warm || lift_limit
}

# If that fails, the next job tries again when it ends.
lift_limit() {
    local id lifted=1
    while read -r id; do # of each array
        set_array_limit "${id}" "${RDVC_JOB_ARRAY_LIMIT}" || lifted=0
    done <"${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/claim.${RDVC_OWN_ATTEMPT:-hand}/owner" || lifted=0
    if ((lifted)); then
        : >"$(warm_up_mark)"
        rdvc_say "the warm-up is over; the other jobs of the sweep can begin"
    else
        rdvc_say "warning: scontrol cannot change the array's limit, so its jobs run one by one"
    fi
}
