# The state of this project's submissions. Assignments before this text: mirror, limit, `only`
# (a token, or nothing for all) and `also` (tokens to answer beyond the limit).

# Lines of a small file, each as `TOKEN FILE LINE`; no process is started for it.
answer_file() {
    [[ ! -r $3 ]] || answer_lines file "$1" "$2" <"$3"
}

answer_submission() {
    local token=$1 folder="${rdvc_dir}/submissions/$1" job="${rdvc_dir}/jobs/$1/0"
    answer submission "${token}"
    answer_file "${token}" submission "${folder}/submission"
    answer_file "${token}" jobid "${folder}/jobid"
    answer_file "${token}" sbatch.exit "${folder}/sbatch.exit"
    answer_file "${token}" sbatch.err "${folder}/sbatch.err"
    answer_file "${token}" claim "${folder}/claim.1/owner" # the submitter's own claim has no owner
    answer_file "${token}" phases "${job}/phases"
    answer_file "${token}" result "${job}/result"
    answer_file "${token}" pulled "${job}/pulled"
}

belongs_to_project() {
    local key value
    [[ -r ${rdvc_dir}/submissions/$1/submission ]] || return 1
    while read -r key value; do
        [[ ${key} != mirror ]] || { [[ ${value} == "${mirror}" ]] && return 0; }
    done <"${rdvc_dir}/submissions/$1/submission"
    return 1
}

status() {
    open_rdvc_dir
    answer dir "${rdvc_dir}"
    answer time "$(date +%s)"
    ! command -v rsync >/dev/null || answer rsync there
    local jobs token found=0 answered=
    # Before the folders are read: a job that ends meanwhile has its result by then.
    if jobs=$(squeue --noheader --states=all --user "$(id -un)" -o '%A|%T|%r|%S|%k' 2>&1); then
        [[ -z ${jobs} ]] || answer_lines job <<<"${jobs}"
        answer squeue ok
    else
        answer squeue "${jobs//$'\n'/ }"
    fi
    while read -r token; do
        [[ ${#token} -eq 32 ]] || continue
        [[ -z ${only} || ${token} == "${only}" ]] || continue
        belongs_to_project "${token}" || continue
        answer_submission "${token}"
        answered+=" ${token}"
        found=$((found + 1))
        ((found < limit)) || break
    done < <(ls -t "${rdvc_dir}/submissions")
    for token in "${also[@]+"${also[@]}"}"; do
        [[ ${answered} == *" ${token}"* || ! -d ${rdvc_dir}/submissions/${token} ]] ||
            answer_submission "${token}"
    done
    finish end
}

status
