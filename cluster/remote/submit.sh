# One submission: takes script, tags and missing Git objects from standard input, and calls sbatch.
# Assignments before this text: token, attempt, mirror, head, experiment_ref, force, code,
# script_size, notes_size, tags_size, pack_size, and the arrays haves, tag_objects, sbatch_options,
# unset_variables.
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

# The pack was made against commits that the laptop believes to be here.
check_haves() {
    local have
    for have in "${haves[@]+"${haves[@]}"}"; do
        git -C "${mirror}" cat-file -e "${have}^{commit}" 2>/dev/null || finish resend "${have}"
    done
}

receive_files() {
    folder="${rdvc_dir}/submissions/${token}"
    if ! mkdir "${folder}" 2>/dev/null && [[ -e ${folder}/sbatch.exit ]]; then
        finish refused token "this submission is known here already"
    fi
    local part size
    for part in job.sh:"${script_size}" submission:"${notes_size}" tags:"${tags_size}"; do
        size=${part#*:}
        part=${folder}/${part%%:*}
        receive "${size}" >"${part}" || finish refused disk "cannot write ${part}"
        [[ $(wc -c <"${part}") -eq ${size} ]] || finish refused disk "cannot write ${part}"
    done
    chmod 700 "${folder}/job.sh"
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

check_name() {
    if [[ ${force} != 1 ]] && git -C "${mirror}" show-ref --verify --quiet "${experiment_ref}"; then
        rm -rf "${folder}"
        finish refused name "${experiment_ref##*/}"
    fi
}

# sbatch goes on if the connection is lost; what it says is in files, for whoever asks later.
call_sbatch() {
    (
        trap '' HUP
        sbatch --parsable --chdir="${HOME}" --output="${folder//%/%%}/slurm-%j.out" \
            --open-mode=append "${sbatch_options[@]+"${sbatch_options[@]}"}" \
            "${folder}/job.sh" "${attempt}" >"${folder}/sbatch.out" 2>"${folder}/sbatch.err"
        printf '%s\n' "$?" >"${folder}/sbatch.exit"
    ) </dev/null >/dev/null 2>&1 &
    wait "$!"
}

# What sbatch printed, if it is an id; else the queue decides: a job with this token is ours. sbatch may
# fail and leave a job, and sites wrap it.
job_id() {
    local id=
    if [[ $(<"${folder}/sbatch.exit") == 0 ]]; then
        id=$(grep -Eo '^[0-9]+(;[^ ]*)?$' "${folder}/sbatch.out" | tail -n 1)
        id=${id%%;*}
    fi
    if [[ -z ${id} ]]; then
        id=$(squeue --noheader --user "$(id -un)" -o '%A|%k' | awk -F'|' -v mark="rdvc:${token}" \
            'index($2, mark) == 1 { print $1; exit }') || return 1
    fi
    printf '%s' "${id}"
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
    check_haves
    receive_files
    [[ ${code} != ssh ]] || receive_objects
    check_name
    answer received
    call_sbatch
    local id
    id=$(job_id) || finish unknown "sbatch gave no job id, and squeue does not answer"
    if [[ -n ${id} ]]; then # before any word: nobody may be there to hear it
        printf '%s\n' "${id}" >"${folder}/jobid"
        make_links "${id}"
    fi
    answer_lines err <"${folder}/sbatch.err"
    if [[ -z ${id} ]]; then
        mkdir "${folder}/claim.${attempt}" 2>/dev/null || finish unknown "a job took the claim"
        finish refused sbatch "$(<"${folder}/sbatch.exit")"
    fi
    finish submitted "${id}" "${rdvc_dir}"
}

submit
