# For tests of whole job scripts, as `rdvc run` makes them, without SLURM: each test has its own laptop,
# a repository in `${root}/project` and a cluster.

source "${RDVC_SOURCE_FOLDER}/tests/cluster/support.bash"

start_whole_test() {
    root=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-ct-XXXXXX")
    export HOME="${root}/home" RDVC_DIR="${root}/rdvc" RDVC_CLUSTER_HOST=local TMPDIR="${root}"
    export GIT_CONFIG_GLOBAL="${root}/gitconfig" PATH="${RDVC_BUILD_FOLDER}:${PATH}"
    unset XDG_CONFIG_HOME XDG_STATE_HOME
    mkdir -p "${HOME}" "${RDVC_DIR}/repos"
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git config --global init.defaultBranch main
    git init --quiet "${root}/project"
    cd "${root}/project" || return 1
    record="${root}/record" # of the last job
}

# Puts what the script `${root}/job.sh` needs in place, as a submission does; sets `log`.
deliver() {
    local script token mirror functions object
    script=$(<"${root}/job.sh")
    token=$(sed -n 's/^export RDVC_JOB_TOKEN=//p' <<<"${script}")
    mirror=$(sed -n 's|^export RDVC_JOB_REPO_URL=.*/repos/||p' <<<"${script}")
    functions=$(sed -n 's|^RDVC_JOB_FUNCTIONS="${RDVC_DIR}/\(.*\)"|\1|p' <<<"${script}")
    ln -sfn "${RDVC_DIR}/jobs/${token}/0" "${record}"
    mkdir -p "${RDVC_DIR}/${functions}" "${RDVC_DIR}/submissions/${token}"
    job_functions >"${RDVC_DIR}/${functions}/job.sh"
    [[ -d ${RDVC_DIR}/repos/${mirror} ]] || git clone --quiet --bare "${root}/project" "${RDVC_DIR}/repos/${mirror}"
    git push --quiet "${RDVC_DIR}/repos/${mirror}" "+HEAD:refs/heads/main"
    for object in SNAPSHOT EXTRAS; do
        object=$(sed -n "s/^export RDVC_JOB_${object}=\([0-9a-f]*\)$/\1/p" <<<"${script}")
        [[ -z ${object} ]] || git push --quiet "${RDVC_DIR}/repos/${mirror}" "${object}:refs/rdvc/${object}"
    done
    log="${RDVC_DIR}/submissions/${token}/slurm-7.out"
    ln -sfn "${log}" "${root}/log"
}

# Submits by hand and runs the job of `rdvc run` with these words; its log is in the file `log`.
run_whole_job() {
    local code=0 log
    rdvc run --dry-run "$@" >"${root}/job.sh" 2>"${root}/said" || { cat "${root}/said"; return 1; }
    deliver
    SLURM_JOB_ID=7 bash "${root}/job.sh" 1 >"${log}" 2>&1 3>&- || code=$?
    cat "${log}"
    return "${code}"
}

result() {
    sed -n "s/^$1 //p" "${record}/result"
}
