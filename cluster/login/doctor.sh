# What the cluster has, and what may be wrong with it. Assignments before this text: cache
# (cluster.cache, or nothing), deep (1: a job looks too), token and job_script (that job's).

# A program's version, or that it is missing. `timeout` keeps a hanging program from blocking us.
tell_program() {
    local program=$1
    shift
    if command -v "${program}" >/dev/null; then
        answer program "${program}" "$(timeout 20 "${program}" "$@" 2>&1 </dev/null | head -n 1)"
    else
        answer missing "${program}"
    fi
}

# Whether a SLURM command answers, and its error message if it does not.
tell_whether() {
    local program=$1 words
    shift
    if words=$(timeout 30 "${program}" "$@" 2>&1 >/dev/null </dev/null); then
        answer answers "${program}"
    else
        answer silent "${program}" "${words//$'\n'/ }"
    fi
}

# The folder $1, or the nearest existing one above it.
nearest_folder() {
    local folder=$1
    while [[ ! -d ${folder} && ${folder} == */* ]]; do
        folder=${folder%/*}
    done
    printf '%s' "${folder:-/}"
}

# $1: which; $2: a folder that exists or can be created. It is tried, because modes do not show a
# quota or a read-only file system.
tell_folder() {
    local there free kind state=there trial
    there=$(nearest_folder "$2")
    trial="${there}/.rdvc-doctor-${nonce}"
    [[ -d $2 ]] || state=absent
    if (: >"${trial}") 2>/dev/null; then
        rm -f -- "${trial}"
    else
        state=closed
    fi
    free=$(timeout 20 df -Pk "${there}" 2>/dev/null | awk 'NR == 2 { print $4 }')
    kind=$(timeout 20 stat -f -c %T "${there}" 2>/dev/null)
    kind=${kind// /_} # UNKNOWN (0x1234)
    answer folder "$1" "${state}" "${free:--}" "${kind:--}" "$2"
}

# The quotas' output, if there are any.
tell_quota() {
    local user
    user=$(id -un)
    {
        ! command -v quota >/dev/null || timeout 20 quota -s 2>/dev/null
        ! command -v lfs >/dev/null || timeout 20 lfs quota -h -u "${user}" "$1" 2>/dev/null
    } </dev/null | head -n 12 | answer_lines quota
}

tell_mirrors() {
    local place
    for place in "${rdvc_dir}"/repos/*.git; do
        if [[ -e ${place}/rdvc-damaged ]] || has_dead_refs "${place}"; then
            answer damaged "${place##*/}"
        fi
    done
}

end_job() {
    trap - EXIT
    [[ -z ${sent} ]] || cancel_jobs "${sent}" >/dev/null 2>&1
    rm -rf -- "${folder}" "${cache}/.rdvc-doctor-${nonce}" "${cache}/.rdvc-doctor-${nonce}.node"
}

# A job of a second that checks a compute node. Each side leaves a file for the other.
run_job() {
    local said deadline=$((SECONDS + 120))
    folder="${rdvc_dir}/doctor-${nonce}"
    sent=
    if ! mkdir -p "${cache}" || ! mkdir "${folder}"; then
        answer job refused "cannot write to ${rdvc_dir} and ${cache}"
        return
    fi
    trap end_job EXIT # the laptop may disconnect
    printf '%s' "${job_script}" >"${folder}/job.sh"
    printf '%s\n' "${nonce}" | tee "${folder}/nonce" >"${cache}/.rdvc-doctor-${nonce}"
    if ! said=$(submit_job --chdir="${HOME}" --output="${folder//%/%%}/slurm.out" "${folder}/job.sh" \
        "${folder}" "${cache}" "${nonce}" 2>&1); then
        answer job refused "${said//$'\n'/ }"
        return
    fi
    said=${said##*$'\n'}
    sent=${said%%;*}
    [[ ${sent} != *[!0-9]* ]] || sent=
    request_time=$(now) # older answers of SLURM say nothing about it
    while [[ ! -e ${folder}/answer ]]; do
        show_life
        if is_gone "${token}"; then
            sleep 2 # its answer may arrive late on a shared file system
            [[ -e ${folder}/answer ]] && break
            answer job gone "$(head -c 500 "${folder}/slurm.out" 2>/dev/null | tr '\n' ' ')"
            return
        elif ((SECONDS >= deadline)); then
            answer job late "${job_state} ${job_reason}"
            return
        fi
        ls "${folder}" >/dev/null # so that a network file system refreshes
        sleep 0.5
    done
    answer node now "$(date +%s)"
    [[ ! -e ${cache}/.rdvc-doctor-${nonce}.node ]] || answer node cache_seen yes
    answer_lines node <"${folder}/answer"
    answer job ran "${sent}"
    sent=
}

doctor() {
    answer time "$(date +%s)"
    answer program bash "${BASH_VERSION}"
    tell_program git --version
    tell_program sbatch --version
    tell_program rsync --version
    tell_program md5sum --version
    tell_program tar --version
    tell_whether squeue --noheader --user "$(id -un)"
    tell_whether sacct --noheader --starttime=now
    resolve_rdvc_dir
    refuse_shared_folder
    tell_folder dir "${rdvc_dir}"
    case ${cache} in
    '') cache="${rdvc_dir}/cache" ;;
    \~/*) cache="${HOME}/${cache#\~/}" ;;
    esac
    tell_folder cache "${cache}"
    tell_quota "$(nearest_folder "${cache}")"
    tell_mirrors
    tell_cluster
    if [[ ${deep} == 1 ]]; then
        open_rdvc_dir
        run_job
        end_job
    fi
    finish end
}

doctor
