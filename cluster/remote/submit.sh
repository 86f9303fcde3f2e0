# One submission: takes script, tags and missing Git objects from standard input, and calls sbatch.
# Assignments before this text: token, attempt, mirror, head, experiment_ref, force, code, notes,
# script_size, tags_size, pack_size, and the arrays haves, tag_objects, unset_variables.
# A process costs one or two milliseconds, and the user waits: bash itself does what it can.
set -o pipefail

need_programs() {
    local program
    for program in sbatch squeue git; do
        command -v "${program}" >/dev/null || finish refused program "${program}"
    done
}

# An environment variable of the login node would override a line of the script.
unset_contradictions() {
    local variable
    for variable in "${unset_variables[@]+"${unset_variables[@]}"}"; do
        if [[ -n ${!variable+set} ]]; then
            answer unset "${variable}=${!variable}"
            unset "${variable}"
        fi
    done
}

# One question to git: is the mirror whole, has it the commits that the pack was made against, is the
# experiment's name free?
check_mirror() {
    local known line
    known=$({
        for line in "${haves[@]+"${haves[@]}"}"; do
            printf '%s^{commit}\n' "${line}"
        done
        printf '%s\n' "${experiment_ref}"
    } | git -C "${mirror}" cat-file --batch-check 2>&1) || {
        # Not moved away: running jobs borrow its objects, and it may hold results.
        answer_lines err <<<"${known}"
        finish refused mirror "git cannot read the project's mirror ${mirror}"
    }
    while read -r line; do
        case ${line} in
        refs/*" missing") ;;
        *" missing") finish resend "${line% missing}" ;;
        esac
    done <<<"${known}"
    # The last answer is the experiment's.
    if [[ ${force} != 1 && ${known##*$'\n'} != *" missing" ]]; then
        finish refused name "${experiment_ref##*/}"
    fi
}

receive_files() {
    folder="${rdvc_dir}/submissions/${token}"
    if ! mkdir "${folder}" 2>/dev/null && [[ -e ${folder}/sbatch.exit ]]; then
        finish refused token "this submission is known here already"
    fi
    local part size
    for part in job.sh:"${script_size}" tags:"${tags_size}"; do
        size=${part#*:}
        part=${folder}/${part%%:*}
        ((size > 0)) || continue
        receive "${size}" >"${part}" || finish refused disk "cannot write ${part}"
        [[ $(wc -c <"${part}") -eq ${size} ]] || finish refused disk "${part} did not arrive whole"
    done
    printf '%s' "${notes}" >"${folder}/submission" || finish refused disk "cannot write to ${folder}"
}

receive_objects() {
    if ((pack_size > 0)); then
        local said
        said=$(receive "${pack_size}" | git -C "${mirror}" index-pack --stdin --fix-thin 2>&1) || {
            answer_lines err <<<"${said}"
            finish refused mirror "the Git objects did not arrive whole"
        }
    fi
    local object
    {
        printf 'update refs/rdvc/%s %s\n' "${token}" "${head}"
        for object in "${tag_objects[@]+"${tag_objects[@]}"}"; do
            printf 'update refs/rdvc-tags/%s %s\n' "${object}" "${object}"
        done
    } | git -C "${mirror}" update-ref --stdin 2>/dev/null || finish resend "${head}"
}

# sbatch goes on if the connection is lost; what it says is in files, for whoever asks later.
call_sbatch() {
    (
        trap '' HUP
        sbatch --parsable --chdir="${HOME}" --output="${folder//%/%%}/slurm-%j.out" \
            --open-mode=append "${folder}/job.sh" "${attempt}" >"${folder}/sbatch.out" 2>"${folder}/sbatch.err"
        printf '%s\n' "$?" >"${folder}/sbatch.exit"
    ) </dev/null >/dev/null 2>&1 &
    wait "$!"
}

# What sbatch printed, if it is an id; else the queue decides: a job with this token is ours. sbatch may
# fail and leave a job, and sites wrap it.
find_job_id() {
    local line jobs
    job=
    read -r sbatch_exit <"${folder}/sbatch.exit"
    if [[ ${sbatch_exit} == 0 ]]; then
        while read -r line; do
            [[ ! ${line} =~ ^([0-9]+)(\;[^ ]*)?$ ]] || job=${BASH_REMATCH[1]}
        done <"${folder}/sbatch.out"
    fi
    if [[ -z ${job} ]]; then
        jobs=$(squeue --noheader --user "$(id -un)" -o '%A|%k' 2>/dev/null) || {
            answer_lines err <"${folder}/sbatch.err"
            finish unknown "sbatch gave no job id, and squeue does not answer"
        }
        while read -r line; do
            [[ ${line#*|} != "rdvc:${token}"* ]] || job=${line%%|*}
        done <<<"${jobs}"
    fi
}

# Where users of scripts and logs by job id look.
make_links() {
    ln -sfn "${token}/job.sh" "${rdvc_dir}/submissions/$1.sbatch.sh"
    ln -sfn "../submissions/${token}/slurm-$1.out" "${rdvc_dir}/logs/slurm-$1.out"
}

submit() {
    open_rdvc_dir
    need_programs
    unset_contradictions
    open_mirror "${mirror}"
    check_mirror
    receive_files
    [[ ${code} != ssh ]] || receive_objects
    answer received
    call_sbatch
    find_job_id
    if [[ -z ${job} ]]; then
        answer_lines err <"${folder}/sbatch.err"
        mkdir "${folder}/claim.${attempt}" 2>/dev/null || finish unknown "a job took the claim"
        finish refused sbatch "${sbatch_exit}"
    fi
    # Before any word: nobody may be there to hear it.
    printf '%s\n' "${job}" >"${folder}/jobid"
    make_links "${job}"
    answer_lines err <"${folder}/sbatch.err"
    finish submitted "${job}" "${rdvc_dir}"
}

submit
