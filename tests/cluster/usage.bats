# What a job measures of itself (job/lib/usage.sh), without SLURM: with control groups of both
# versions in a folder, without any, and beside a job that does nothing.

setup() {
    root=${BATS_TEST_TMPDIR}
    mkdir -p "${root}/work" "${root}/record/live" "${root}/bin"
    # shellcheck source=/dev/null
    for part in both/names job/lib/record job/lib/beside job/lib/usage; do
        source "${RDVC_SOURCE_FOLDER}/cluster/${part}.sh"
    done
    unset "${!SLURM_@}" CUDA_VISIBLE_DEVICES
    export SLURM_JOB_ID=42 RDVC_OWN_CGROUP_ROOT="${root}/cgroup"
    RDVC_OWN_WORKSPACE_DIR="${root}/work" RDVC_OWN_RECORD_DIR="${root}/record"
    RDVC_OWN_PACK=() RDVC_OWN_ATTEMPT=1 RDVC_DIR=${root} RDVC_JOB_TOKEN=token
    job_log() { printf '%s/log' "${root}"; }
    log=$(job_log)
    record=${root}/record
}

group_of_version_2() {
    group="${root}/cgroup/system.slice/slurmstepd.scope/job_42"
    mkdir -p "${group}"
    printf 'usage_usec 1500000\nuser_usec 1\n' >"${group}/cpu.stat"
    printf 'anon 1048576\nfile 999999999\nshmem 1048576\n' >"${group}/memory.stat"
    echo 4194304 >"${group}/memory.peak"
    find_cgroups <<<'0::/system.slice/slurmstepd.scope/job_42/step_batch/user/task_0'
}

@test "control groups of version 2: of the job, not of its step" {
    group_of_version_2
    [[ ${RDVC_OWN_MEMORY_GROUP} == "${group}" && ${RDVC_OWN_CPU_GROUP} == "${group}" ]]
    find_ticks
    find_memory
    [[ ${ticks} == 150 && ${kib} == 2048 ]]
    find_peak
    [[ ${kib} == 4096 ]]
    rm "${group}/memory.peak" # before Linux 5.19
    find_peak
    [[ -z ${kib} ]]
}

@test "control groups of version 1" {
    local memory="${root}/cgroup/memory/slurm/uid_7/job_42" cpu="${root}/cgroup/cpu,cpuacct/slurm/uid_7/job_42"
    mkdir -p "${memory}" "${cpu}"
    printf 'rss 1\ntotal_cache 9999999\ntotal_rss 2097152\ntotal_shmem 0\n' >"${memory}/memory.stat"
    echo 8388608 >"${memory}/memory.max_usage_in_bytes"
    echo 2500000000 >"${cpu}/cpuacct.usage"
    printf '%s\n' 9:name=systemd:/ 4:memory:/slurm/uid_7/job_42/step_batch/task_0 2:cpu,cpuacct:/slurm/uid_7/job_42/step_batch 0::/ >"${root}/groups"
    find_cgroups <"${root}/groups"
    find_ticks
    find_memory
    [[ ${ticks} == 250 && ${kib} == 2048 ]]
    find_peak
    [[ ${kib} == 8192 ]]
}

@test "a group that is not this job's own counts for nothing" {
    mkdir -p "${root}/cgroup/system.slice/slurmd.service" "${root}/cgroup/job_421"
    echo 1 | tee "${root}/cgroup/system.slice/slurmd.service/"{memory.stat,cpu.stat} "${root}/cgroup/job_421/"{memory.stat,cpu.stat}
    find_cgroups <<<$'0::/system.slice/slurmd.service\n0::/job_421/x'
    [[ -z ${RDVC_OWN_MEMORY_GROUP}${RDVC_OWN_CPU_GROUP} ]]
    unset SLURM_JOB_ID
    find_cgroups <<<$'0::/job_421/x'
    [[ -z ${RDVC_OWN_MEMORY_GROUP}${RDVC_OWN_CPU_GROUP} ]]
}

@test "without control groups the processes of the job are added up, also those of their children" {
    [[ -r /proc/$$/task/$$/children ]] || skip "this kernel does not list children"
    RDVC_OWN_MEMORY_GROUP='' RDVC_OWN_CPU_GROUP='' RDVC_OWN_PAGE_KIB=4
    mkfifo "${root}/end"
    cat >"${root}/program" <<'SH'
#!/usr/bin/env bash
source "${RDVC_SOURCE_FOLDER}/cluster/job/lib/usage.sh"
RDVC_OWN_PAGE_KIB=4
find_ticks && before=${ticks}
# The child lives until both have been found: one that ends meanwhile may be counted or not.
sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ready; read -r line <"$1"' sh "$1" |
    { read -r _; find_ticks; echo "$((ticks - before))"; find_memory; echo "${kib}"; echo >"$1"; }
SH
    mapfile -t said < <(bash "${root}/program" "${root}/end")
    ((said[0] > 0 && said[1] > 500))
}

@test "the result has what was used and asked for" {
    group_of_version_2
    RDVC_OWN_USAGE_BEGAN=0
    mkdir -p "${root}/submissions/token"
    printf '#!/bin/bash\n#SBATCH --time=1-12\n\necho\n#SBATCH --time=7\n#SBATCH --mem=9\n' >"${root}/submissions/token/job.sh"
    describe_usage >"${root}/said"
    grep -qx 'used time=[0-9]* mem=4096' "${root}/said"
    grep -qx 'asked time=1-12' "${root}/said"
    printf '#SBATCH --time=2-0\n' >"${root}/submissions/token/options" # of a retry
    [[ $(SLURM_MEM_PER_NODE=2 describe_usage) == *'asked mem=2048 default=mem time=2-0' ]]
    printf '#SBATCH --mem-per-cpu=10\n' >>"${root}/submissions/token/options"
    begin_measured_work
    [[ $(tail -n 1 "${root}/work/usage.of") == work ]]
    printf 'usage_usec 3500000\n' >"${group}/cpu.stat"
    echo 2048 7 35 4000 >"${root}/work/usage.record"
    export SLURM_CPUS_PER_TASK=2 SLURM_NTASKS=3 SLURM_MEM_PER_CPU=10 SLURM_JOB_GPUS=0,3 SLURM_JOB_START_TIME=1000 SLURM_JOB_END_TIME=4600
    describe_usage >"${root}/said"
    grep -qx 'used time=[0-9]* work=[0-9]* cpu=2000 mem=4096 rss=2048 gpu=35 gpumem=4000' "${root}/said"
    grep -qx 'asked cpus=6 mem-per-cpu=10240 gpus=2 time=60' "${root}/said"
    echo 2048 2 >"${root}/work/usage.record" # two looks say little beside a peak
    describe_usage >"${root}/said"
    grep -qx 'used time=[0-9]* work=[0-9]* cpu=2000 mem=4096' "${root}/said"
    RDVC_OWN_PACK=(1 2) # the peak is not one task's
    describe_usage >"${root}/said"
    grep -qx 'used time=[0-9]* work=[0-9]* cpu=2000 rss=2048' "${root}/said"
    export SLURM_JOB_NUM_NODES=2
    [[ $(describe_usage) != *asked* ]]
    RDVC_OWN_USAGE_BEGAN=
    [[ -z $(describe_usage) ]]
}

@test "nothing that is measured ends the job, whatever the kernel and SLURM say" {
    group_of_version_2
    cat >"${root}/job" <<'SH'
set -euo pipefail
source "${RDVC_SOURCE_FOLDER}/cluster/job/lib/record.sh"
source "${RDVC_SOURCE_FOLDER}/cluster/job/lib/usage.sh"
job_log() { :; }
begin_usage
RDVC_OWN_CPU_GROUP=${group} RDVC_OWN_MEMORY_GROUP=${group}
[[ -z ${1:-} ]] || RDVC_OWN_CPU_GROUP='' RDVC_OWN_MEMORY_GROUP=''
begin_measured_work
text=$(describe_usage)
RDVC_OWN_PAGE_KIB=4
find_memory
printf 'went on: %s\n' "${text}"
SH
    export group RDVC_OWN_WORKSPACE_DIR RDVC_OWN_RECORD_DIR RDVC_OWN_ATTEMPT RDVC_DIR RDVC_JOB_TOKEN RDVC_SOURCE_FOLDER
    sed -i '2i RDVC_OWN_PACK=()' "${root}/job"
    local content
    for content in '' max 08 '1 2' '1+' nothing 99999999999999999999999; do
        printf 'usage_usec %s\n' "${content}" >"${group}/cpu.stat"
        printf 'anon %s\n' "${content}" >"${group}/memory.stat"
        printf '%s\n' "${content}" | tee "${group}/memory.peak" >"${group}/memory.max_usage_in_bytes"
        [[ $(bash "${root}/job") == 'went on: used '* ]]
        printf '%s\n' "${content}" >"${group}/cpuacct.usage"
        [[ $(SLURM_MEM_PER_NODE=${content} SLURM_JOB_START_TIME=${content} SLURM_JOB_END_TIME=1 bash "${root}/job") == 'went on: used '* ]]
        rm "${group}/cpuacct.usage"
    done
    rm "${group}/cpu.stat"
    [[ $(bash "${root}/job") == 'went on: used '* ]]
    # The job's own shell, with a name that has line ends and brackets.
    cp "$(command -v bash)" "${root}/bin/"$'a) 1\nb ('
    [[ $("${root}/bin/"$'a) 1\nb (' "${root}/job" without) == 'went on: used '*cpu=* ]]
}

# What watch_usage has between two looks.
look() { # SECONDS since the last one
    SECONDS=$((looked + $1))
    look_for_activity
}

start_looking() {
    group_of_version_2
    gpu_sum=0 gpu_looks=0 gpu_memory=0 looked=0 quiet=0 last_ticks=0 last_output='' noted=0 work=''
    echo begun >"${log}"
    look 60
}

@test "a job that does nothing is noted with the time since when, until it does something" {
    local now since i before
    find_time
    before=${now%.*}
    start_looking
    for i in 1 2 3 4; do
        look 60
        [[ ! -e ${record}/idle ]]
    done
    look 60
    find_time
    read -r since words <"${record}/idle"
    [[ ${words} == 'output cpu' ]]
    ((since >= before - 301 && since <= ${now%.*} - 299)) # two clocks, in whole seconds
    look 60 # it is not written again
    [[ $(<"${record}/idle") == "${since} output cpu" ]]
    echo more >>"${log}"
    look 60
    [[ ! -e ${record}/idle ]]
}

@test "CPU time, metrics and a GPU count as activity; a suspended job is not idle" {
    local i
    start_looking
    for i in 1 2 3 4 5 6; do
        printf 'usage_usec %s\n' "$((1500000 + i * 2000000))" >"${group}/cpu.stat"
        look 60
    done
    [[ ! -e ${record}/idle ]]
    for i in 1 2 3 4 5 6; do
        echo "${i}" >>"${record}/live/metrics"
        look 60
    done
    [[ ! -e ${record}/idle ]]
    look 4000
    look 60
    [[ ! -e ${record}/idle ]]
    printf '#!/bin/sh\ncat "%s/gpu"\n' "${root}" >"${root}/bin/nvidia-smi"
    chmod +x "${root}/bin/nvidia-smi"
    PATH="${root}/bin:${PATH}"
    export SLURM_JOB_GPUS=0 CUDA_VISIBLE_DEVICES=0
    work=work
    printf '80, 4000\n0, 10\n' >"${root}/gpu"
    for i in 1 2 3 4 5 6; do look 60; done
    [[ ! -e ${record}/idle && ${gpu_memory} == 4000 ]]
    ((gpu_sum / gpu_looks == 40))
    printf '0, 4000\n0, [N/A]\n' >"${root}/gpu"
    for i in 1 2 3 4 5 6; do look 60; done
    [[ $(<"${record}/idle") == *' output cpu gpu' ]]
}

@test "the process beside the job writes what it has seen, for each task anew" {
    export RDVC_SOURCE_FOLDER
    group_of_version_2
    RDVC_OWN_WORK_BEGAN=''
    tell_watch
    names=$(ls "${root}/work") # setup, which runs meanwhile, must not seem to have made any
    looks=0
    sleep_beside() {
        looks=$((looks + 1))
        case ${looks} in
        2) printf 'anon 3145728\nshmem 0\n' >"${group}/memory.stat" ;;
        3) printf 'anon 1024\nshmem 0\n' >"${group}/memory.stat" ;;
        4)
            [[ $(ls "${root}/work") == "${names}" ]] || return 1
            RDVC_OWN_RECORD_DIR="${root}/other"
            tell_watch
            ;;
        5) return 1 ;;
        esac
    }
    watch_usage
    [[ $(<"${root}/work/usage.record") == '3072 3' && $(<"${root}/work/usage.other") == '1 1' ]]
}
