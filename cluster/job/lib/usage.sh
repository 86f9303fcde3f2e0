# --- What the job uses of what it asked for, and whether it does anything --------------------------

# SLURM puts a job into a control group `job_ID` on many clusters: then the kernel counts for it.
# Without one the processes that descend from this shell are added up. Nothing here starts a program,
# except once a minute (stat, and nvidia-smi if the job has GPUs), beside the job. What cannot be
# measured never ends the job.
RDVC_OWN_MEMORY_GROUP=
RDVC_OWN_CPU_GROUP=
RDVC_OWN_USAGE_BEGAN=   # in SECONDS; nothing: this job has not begun
RDVC_OWN_WORK_BEGAN=    # in milliseconds since the epoch: the experiment, without the set-up
RDVC_OWN_WORK_TICKS=    # CPU time until then, in hundredths of a second
RDVC_OWN_THREADS=0
RDVC_OWN_QUIET_AFTER=300 # seconds without output and CPU time until this is noted

# True for a number that the shell can calculate with.
is_number() {
    [[ $1 =~ ^(0|[1-9][0-9]{0,17})$ ]]
}

# Reads /proc/self/cgroup, and finds this job's own groups, of both versions. A group with a name of
# another kind has more than this job in it.
find_cgroups() {
    local root=${RDVC_OWN_CGROUP_ROOT:-/sys/fs/cgroup} kind path job=job_${SLURM_JOB_ID:-none}
    RDVC_OWN_MEMORY_GROUP='' RDVC_OWN_CPU_GROUP=''
    while IFS=: read -r _ kind path; do
        path+=/
        [[ ${path} == */"${job}"/* ]] || continue
        path="${root}${kind:+/${kind}}${path%%/"${job}"/*}/${job}"
        if [[ -z ${kind} ]]; then
            [[ ! -r ${path}/memory.stat ]] || RDVC_OWN_MEMORY_GROUP=${path}
            [[ ! -r ${path}/cpu.stat ]] || RDVC_OWN_CPU_GROUP=${path}
        elif [[ ,${kind}, == *,memory,* && -r ${path}/memory.stat ]]; then
            RDVC_OWN_MEMORY_GROUP=${path}
        elif [[ ,${kind}, == *,cpuacct,* && -r ${path}/cpuacct.usage ]]; then
            RDVC_OWN_CPU_GROUP=${path}
        fi
    done
}

# Sets `ticks` (CPU time of this shell and its descendants, in hundredths of a second) and `pages`
# (their memory, in which shared pages count several times). RDVC_OWN_THREADS is the number of their
# threads.
add_up_processes() {
    local pids=("$$") i line fields file children IFS=$' \t\n'
    ticks=0 pages=0 RDVC_OWN_THREADS=0
    for ((i = 0; i < ${#pids[@]}; i++)); do
        line=''
        IFS= read -r -d '' line <"/proc/${pids[i]}/stat" || true # to its end: a program's name may have line ends
        # shellcheck disable=SC2206 # it is to be split; a here-string may need room in /tmp
        fields=(${line##*) })
        [[ "${fields[*]:11:4} ${fields[21]:-}" =~ ^([0-9]+\ ){4}[0-9]+$ ]] || continue
        ticks=$((ticks + fields[11] + fields[12] + fields[13] + fields[14]))
        ((i == 0)) || pages=$((pages + fields[21]))
        for file in "/proc/${pids[i]}/task"/*/children; do
            children=()
            RDVC_OWN_THREADS=$((RDVC_OWN_THREADS + 1))
            [[ ! -r ${file} ]] || read -ra children <"${file}" || true # it has no line end
            pids+=("${children[@]+"${children[@]}"}")
        done
    done 2>/dev/null
}

# Sets `ticks` to the CPU time that the job has used.
find_ticks() {
    local key value pages
    ticks=
    if [[ -r ${RDVC_OWN_CPU_GROUP}/cpuacct.usage ]]; then
        read -r value <"${RDVC_OWN_CPU_GROUP}/cpuacct.usage" && is_number "${value}" && ticks=$((value / 10000000))
    elif [[ -n ${RDVC_OWN_CPU_GROUP} ]]; then
        while read -r key value; do
            [[ ${key} != usage_usec ]] || ! is_number "${value}" || ticks=$((value / 10000))
        done <"${RDVC_OWN_CPU_GROUP}/cpu.stat"
    fi 2>/dev/null || true
    [[ -n ${ticks} ]] || add_up_processes
}

# Sets `kib` to the memory that the job uses now, without what files occupy in the page cache.
find_memory() {
    local key value ticks pages bytes=0
    if [[ -n ${RDVC_OWN_MEMORY_GROUP} ]]; then
        while read -r key value; do
            [[ ${key} != @(anon|shmem|total_rss|total_shmem) ]] || ! is_number "${value}" || bytes=$((bytes + value))
        done <"${RDVC_OWN_MEMORY_GROUP}/memory.stat" 2>/dev/null
        kib=$((bytes / 1024))
    else
        add_up_processes
        kib=$((pages * RDVC_OWN_PAGE_KIB))
    fi
}

# Sets `kib` to the most that the job has used, with the page cache; to nothing if nobody has counted
# for this job alone.
find_peak() {
    local value file
    kib=
    [[ -n ${RDVC_OWN_MEMORY_GROUP} && -n ${RDVC_OWN_ATTEMPT:-} && ${#RDVC_OWN_PACK[@]} == 0 ]] || return 0
    for file in memory.peak memory.max_usage_in_bytes; do
        [[ ! -r ${RDVC_OWN_MEMORY_GROUP}/${file} ]] ||
            ! read -r value <"${RDVC_OWN_MEMORY_GROUP}/${file}" || ! is_number "${value}" || kib=$((value / 1024))
    done 2>/dev/null
}

find_milliseconds() {
    local now
    find_time
    milliseconds=${now%.*}${now#*.}
    milliseconds=${milliseconds:0:13}
    is_number "${milliseconds}" || milliseconds=0
}

# Tells the process beside the job whose task, record and log it looks at; once the work has begun,
# also at GPUs. Called before that process starts, and for each task of a pack. Makes the file of its
# answer now: a new file beside the checkout would count as made by setup.
tell_watch() {
    : >>"${RDVC_OWN_WORKSPACE_DIR}/usage.${RDVC_OWN_RECORD_DIR##*/}" || true
    printf '%s\n' "${RDVC_OWN_RECORD_DIR}" "$(job_log)" "${RDVC_OWN_WORK_BEGAN:+work}" >"${RDVC_OWN_WORKSPACE_DIR}/usage.of" || true
}

begin_usage() {
    find_cgroups </proc/self/cgroup || true
    RDVC_OWN_USAGE_BEGAN=${SECONDS} RDVC_OWN_WORK_BEGAN=''
    ((${#RDVC_OWN_PACK[@]} > 0)) || RDVC_OWN_USAGE_BEGAN=0 # since the job's shell started
    tell_watch
}

begin_measured_work() {
    local milliseconds ticks
    find_milliseconds
    find_ticks
    RDVC_OWN_WORK_BEGAN=${milliseconds} RDVC_OWN_WORK_TICKS=${ticks}
    tell_watch
}

# Prints `used` and `asked`, lines of the result, as far as it can.
describe_usage() {
    [[ -z ${RDVC_OWN_USAGE_BEGAN} ]] || (describe_use && describe_request) 2>/dev/null || true
}

# Words KEY=VALUE. `time` is in seconds, `work` and `cpu` in milliseconds, memory in KiB, `gpu` in
# percent, `gpumem` in MiB. `mem` has the page cache in it, `rss` not; it was looked at from time to time.
describe_use() {
    local text="time=$((SECONDS - RDVC_OWN_USAGE_BEGAN))" kib ticks milliseconds rss='' samples='' gpu='' gpumem=''
    if [[ -n ${RDVC_OWN_WORK_BEGAN} ]]; then
        find_milliseconds
        find_ticks
        text+=" work=$((milliseconds - RDVC_OWN_WORK_BEGAN)) cpu=$(((ticks - RDVC_OWN_WORK_TICKS) * 10))"
    fi
    find_peak
    text+="${kib:+ mem=${kib}}"
    [[ ! -r ${RDVC_OWN_WORKSPACE_DIR}/usage.${RDVC_OWN_RECORD_DIR##*/} ]] ||
        read -r rss samples gpu gpumem <"${RDVC_OWN_WORKSPACE_DIR}/usage.${RDVC_OWN_RECORD_DIR##*/}" || true
    # Of a short job it says little; 0: nothing shows the processes.
    [[ ${rss:-0} == 0 ]] || [[ -n ${kib} && ${samples} -lt 5 ]] || text+=" rss=${rss}"
    printf 'used %s%s%s\n' "${text}" "${gpu:+ gpu=${gpu}}" "${gpumem:+ gpumem=${gpumem}}"
}

# What SLURM gives the job, as far as this shell knows; `default=mem`: the user has not asked for
# memory. Of a job on several nodes only a part is measured.
describe_request() {
    local text='' gpus=() file line time='' by_default=mem
    [[ -n ${SLURM_JOB_ID:-} && ${SLURM_JOB_NUM_NODES:-1} == 1 ]] || return 0
    for file in job.sh options; do # the script's header, and what `rdvc retry` has changed
        [[ -r ${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/${file} ]] || continue
        while read -r line && [[ ${line} == '#'* || -z ${line} ]]; do
            [[ ${line} != '#SBATCH --mem'* ]] || by_default=
            [[ ${line} != '#SBATCH --time='* ]] || time=${line#*=}
        done <"${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}/${file}"
    done
    [[ -z ${SLURM_JOB_END_TIME:-} || -z ${SLURM_JOB_START_TIME:-} ]] || time=$(((SLURM_JOB_END_TIME - SLURM_JOB_START_TIME) / 60))
    IFS=, read -ra gpus <<<"${SLURM_JOB_GPUS:-}" || true
    [[ -z ${SLURM_CPUS_PER_TASK:-} ]] || text+=" cpus=$((SLURM_CPUS_PER_TASK * ${SLURM_NTASKS:-1}))"
    [[ ${SLURM_MEM_PER_NODE:-0} == 0 ]] || text+=" mem=$((SLURM_MEM_PER_NODE * 1024))"
    [[ ${SLURM_MEM_PER_CPU:-0} == 0 ]] || text+=" mem-per-cpu=$((SLURM_MEM_PER_CPU * 1024))"
    [[ ${text} != *mem* || -z ${by_default} ]] || text+=' default=mem'
    ((${#gpus[@]} == 0)) || text+=" gpus=${#gpus[@]}"
    text+="${time:+ time=${time}}"
    [[ -z ${text} ]] || printf 'asked%s\n' "${text}"
}

# --- Beside the job -------------------------------------------------------------------------------

# The loop of the process beside the job, until the job is gone.
# shellcheck disable=SC2317
watch_usage() {
    local record='' log work last_record most=0 samples gpu_sum gpu_looks gpu_memory gpus
    local kib ticks pages due=15 looked=0 quiet=0 last_ticks=0 last_output='' noted=0
    RDVC_OWN_PAGE_KIB=4
    [[ -n ${RDVC_OWN_MEMORY_GROUP} ]] || RDVC_OWN_PAGE_KIB=$(($(getconf PAGESIZE 2>/dev/null || printf 4096) / 1024))
    while sleep_beside "$((RDVC_OWN_THREADS < 500 ? 5 : 60))"; do # each costs some microseconds
        last_record=${record}
        { IFS= read -r record && IFS= read -r log && IFS= read -r work; } <"${RDVC_OWN_WORKSPACE_DIR}/usage.of" || continue
        if [[ ${record} != "${last_record}" ]]; then
            most=0 samples=0 gpu_sum=0 gpu_looks=0 gpu_memory=0 quiet=${SECONDS} noted=0
        fi
        find_memory
        samples=$((samples + 1))
        ((kib <= most)) || most=${kib}
        if ((SECONDS >= due)); then
            due=$((SECONDS + 60))
            look_for_activity
        fi
        gpus=''
        ((gpu_looks == 0)) || gpus=" $((gpu_sum / gpu_looks)) ${gpu_memory}"
        printf '%s %s%s\n' "${most}" "${samples}" "${gpus}" >"${RDVC_OWN_WORKSPACE_DIR}/usage.${record##*/}"
    done 2>/dev/null
}

# Notes in the record's file `idle` since when the job has written nothing and used no CPU or GPU,
# and removes that when it does something again. Uses the variables of watch_usage.
# shellcheck disable=SC2317
look_for_activity() {
    local output gpu_percent='' watched='output cpu' passed=$((SECONDS - looked)) now
    output=$(stat -c '%n %s %Y' -- "${log}" "${record}"/live/* 2>/dev/null) || true
    find_ticks
    [[ -n ${RDVC_OWN_CPU_GROUP} || -r /proc/$$/task/$$/children ]] || watched=output # nobody sees what runs
    [[ -z ${work} || -z ${SLURM_JOB_GPUS:-}${CUDA_VISIBLE_DEVICES:-} ]] || look_at_gpus
    [[ -z ${gpu_percent} ]] || watched+=' gpu'
    # Programs that wait use some, and so do this process and those that copy what is unfinished. After
    # a long time without a look this process was stopped, and the job with it.
    if [[ ${output} != "${last_output}" ]] || ((ticks - last_ticks > 2 * passed || passed > 180 || ${gpu_percent:-0} > 0)); then
        quiet=${SECONDS}
        ((noted == 0)) || rm -f -- "${record}/idle"
        noted=0
    elif ((noted == 0 && SECONDS - quiet >= RDVC_OWN_QUIET_AFTER)); then
        find_time
        noted=1
        printf '%s %s\n' "$((${now%.*} - SECONDS + quiet))" "${watched}" >"${record}/idle"
    fi
    looked=${SECONDS} last_output=${output} last_ticks=${ticks}
}

# Adds to the sums of watch_usage what nvidia-smi says, if it is there; sets `gpu_percent`.
# shellcheck disable=SC2317
look_at_gpus() {
    local percent memory only=()
    [[ ${CUDA_VISIBLE_DEVICES:-} != [0-9G]* ]] || only=(--id="${CUDA_VISIBLE_DEVICES}")
    while IFS=', ' read -r percent memory _; do
        { is_number "${percent}" && is_number "${memory}"; } || continue
        gpu_sum=$((gpu_sum + percent)) gpu_looks=$((gpu_looks + 1))
        ((percent <= ${gpu_percent:-0})) || gpu_percent=${percent}
        : "${gpu_percent:=0}"
        ((memory <= gpu_memory)) || gpu_memory=${memory}
    done < <(timeout 10 nvidia-smi "${only[@]+"${only[@]}"}" --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits)
}
