# How a job of an array finds its task, and what decides whether it runs it.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    root=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-ct-XXXXXX")
    export RDVC_DIR="${root}/rdvc" RDVC_JOB_TOKEN=0123456789abcdef0123456789abcdef RDVC_JOB_TASKS=3
    export RDVC_JOB_KIND=experiment RDVC_JOB_EXP_NAME=grid RDVC_JOB_MAX_RESTARTS=3
    submission="${RDVC_DIR}/submissions/${RDVC_JOB_TOKEN}"
    mkdir -p "${submission}" "${RDVC_DIR}/jobs"
    printf 'grid-%s -S lr=%s\n' 1 a 2 b 3 c >"${submission}/tasks"
    cat "${RDVC_SOURCE_FOLDER}"/cluster/both/*.sh "${RDVC_SOURCE_FOLDER}"/cluster/job/lib/*.sh \
        "${RDVC_SOURCE_FOLDER}"/cluster/job/3-run/*.sh >"${root}/functions.sh"
}

teardown() {
    remove_folder "${root}"
}

# The task $1 of the array $2 (job 40) in attempt $3, up to its start; prints what it would run.
start() {
    SLURM_JOB_ID=${4:-$((100 + $1))} SLURM_ARRAY_JOB_ID=${2:-40} SLURM_ARRAY_TASK_ID=$1 bash -c '
        source "$1"
        start_job "$2"
        printf "%s|" "${RDVC_JOB_EXP_NAME}" "${RDVC_JOB_EXP_RUN_OPTIONS[@]}"' - "${root}/functions.sh" "${3:-1}" 2>&1
}

@test "every byte of a task's words arrives" {
    python3 - "${submission}/tasks" "${root}/expected" <<'PY'
import sys
words = [bytes([b]) for b in range(1, 256)] + [b"", b" ", b"\\x41", b"\\0", b"\\", b"$(touch x)", b"`id`", b"a\n\n", b"%s%b", b"-n", b"\\c"]
plain = lambda w: "\\0" if not w else "".join(chr(b) if 0x20 < b < 0x7f and b != 0x5c else "\\x%02x" % b for b in w)
with open(sys.argv[1], "w") as file:
    file.write("first x\n" + " ".join(["grid-2"] + [plain(w) for w in words]) + "\nlast y\n")
with open(sys.argv[2], "wb") as file:
    file.write(b"".join(w + b"\0" for w in words))
PY
    for locale in C C.UTF-8; do
        LC_ALL=${locale} bash -c 'source "$1"; take_task "$2" 2; printf "%s\0" "${RDVC_JOB_EXP_RUN_OPTIONS[@]}" >"$3"
            [[ ${RDVC_JOB_EXP_NAME} == grid-2 ]]' - "${root}/functions.sh" "${submission}" "${root}/got"
        cmp "${root}/got" "${root}/expected"
    done
    [[ ! -e x ]]
}

@test "a number that the sweep does not have, or that its file lacks, ends the job" {
    for number in '' 0 4 x '1; touch x' '-1'; do
        run bash -c 'source "$1"; take_task "$2" "$3"; echo went on' - "${root}/functions.sh" "${submission}" "${number}"
        [[ ${status} -eq 1 && ${output} == *"sweep of 3 tasks"* ]]
    done
    : >"${submission}/tasks"
    run start 2
    [[ ${status} -eq 1 && ${output} == *"task 2 is not in"* ]]
}

@test "the first task takes the attempt for its array; tasks of another array do nothing" {
    [[ $(start 2) == *'grid-2|-S|lr=b|' ]]
    [[ $(cat "${submission}/claim.1/owner") == 40 && $(cat "${submission}/claim.1.2/owner") == 40_2 ]]
    [[ $(start 1) == *'grid-1|-S|lr=a|' ]]
    [[ $(start 3 41) == *'was taken by another job; this one does not run it' ]]
    [[ ! -e ${submission}/claim.1.3 && ! -e ${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}/3 ]]
    # The same task, started again, perhaps with another raw id.
    [[ $(start 2 40 1 777) == *"rdvc restart 1 of job 40_2"*'grid-2|-S|lr=b|' ]]
}

@test "a revoked attempt, a revoked task, and tasks that were stopped before they began" {
    mkdir "${submission}/claim.1"
    echo cancelled >"${submission}/claim.1/revoked"
    [[ $(start 1) == *'attempt 1 of this submission was revoked; this job does not run it' ]]
    [[ $(start 1 50 2) == *'grid-1|-S|lr=a|' ]]
    mkdir "${submission}/claim.2.2"
    echo cancelled >"${submission}/claim.2.2/revoked"
    [[ $(start 2 50 2) == *'was revoked; this job does not run it' ]]
    echo 'another attempt follows' >"${submission}/stopped.2"
    [[ $(start 3 50 2) == *'was ended before task 3 began' ]]
    [[ $(cat "${submission}/claim.2.3/revoked") == 'another attempt follows' ]]
    [[ ! -e ${RDVC_DIR}/jobs/${RDVC_JOB_TOKEN}/3 ]]
    [[ $(start 3 60 3) == *'grid-3|-S|lr=c|' ]]
}

@test "by hand a task is named" {
    run bash -c 'source "$1"; start_job' - "${root}/functions.sh"
    [[ ${status} -eq 1 && ${output} == *"RDVC_JOB_TASK=NUMBER"* ]]
    run env RDVC_JOB_TASK=3 bash -c 'source "$1"; start_job; printf "%s|" "${RDVC_JOB_EXP_NAME}" "${RDVC_JOB_EXP_RUN_OPTIONS[@]}"' - "${root}/functions.sh"
    [[ ${output} == *'grid-3-hand-1|-S|lr=c|' && ! -e ${submission}/claim.1 ]]
}

@test "indices as SLURM writes them" {
    source "${root}/functions.sh"
    for row in '7 7' '9 [3,5-9%2]' '5 [1-9:4]' '1 1-3%1' '3 1-3'; do
        has_index "${row%% *}" "${row#* }"
    done
    for row in '6 7' '4 [3,5-9%2]' '4 [1-9:4]' '1 N/A' '1 ' '12 1-3%12'; do
        ! has_index "${row%% *}" "${row#* }" || false
    done
    expand_indices '[3,5-7,9-13:2%4]'
    [[ ${indices[*]} == '3 5 6 7 9 11 13' ]]
    expand_indices 'N/A'
    [[ ${#indices[@]} -eq 0 ]]
}
