# For tests of submissions with `rdvc` itself and the fake SLURM: quick, and each test has its own
# laptop, project, cluster and queue.
#
#   load submission
#   setup()    { start_submission_test; }          # cluster.host = local; `through_ssh` for the fake ssh
#   teardown() { stop_submission_test; }
#   @test "..." {
#       knob no-start                              # knobs: tests/support/slurm/slurm.bash
#       submit -n one -- true                      # rdvc run --cmd; expects success; sets token, job, folder_of
#       run_rdvc 75 run --cmd -- true              # any command; expects this exit code; sets output
#       state_is one lost                          # as `rdvc status` says
#   }
#
# The job runs for real: its workspace, its records, its log.

source "${RDVC_SOURCE_FOLDER}/tests/support/slurm/slurm.bash"
source "${RDVC_SOURCE_FOLDER}/tests/e2e/support.bash"

start_submission_test() {
    root=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-ct-XXXXXX")
    make_laptop "${root}"
    start_fake_slurm "${root}/slurm"
    export RDVC_CLUSTER_HOST=local
    rdvc_dir="${HOME}/.rdvc"
    mkdir "${root}/project"
    cd "${root}/project" || return 1
    git init --quiet
    printf 'A project\n' >README
    git add -A
    git commit --quiet -m 'A project'
}

# Keeps the folder of a failed test.
stop_submission_test() {
    stop_fake_slurm
    cd /
    if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
        printf '# kept: %s\n' "${root}" >&3
    else
        remove_folder "${root}"
    fi
}

# The cluster is behind the fake ssh, with a home of its own.
through_ssh() {
    export RDVC_CLUSTER_HOST=sandbox
    rdvc_dir="${FAKE_SLURM}/home/.rdvc"
}

# rdvc with these words ends with this exit code: `run_rdvc CODE WORD...`; what it prints is in `output`.
run_rdvc() {
    local code=$1
    shift
    run rdvc "$@"
    [[ ${status} -eq ${code} ]] || {
        printf 'rdvc %s: exit code %s instead of %s\n%s\n' "$*" "${status}" "${code}" "${output}"
        return 1
    }
}

# Submits a command that is expected to be accepted; sets `token`, `job` (the id that rdvc knows) and
# `folder_of` (the submission's folder).
submit() {
    run_rdvc 0 run --cmd "$@" || return 1
    find_newest
}

# Sets `token`, `job` and `folder_of` of the newest submission that the cluster has.
find_newest() {
    # shellcheck disable=SC2012 # the names are tokens
    token=$(ls -t "${rdvc_dir}"/submissions/????????????????????????????????/submission | head -n 1)
    token=$(basename "${token%/submission}")
    folder_of="${rdvc_dir}/submissions/${token}"
    job=$(cat "${folder_of}/jobid" 2>/dev/null || true)
}

# `state_is NAME STATE`: what `rdvc status` says of it.
state_is() {
    local state
    state=$(fields_of "$1" state)
    [[ ${state} == "$2" ]] || {
        printf '%s is %s instead of %s\n' "$1" "${state}" "$2"
        return 1
    }
}

# How many jobs the queue has seen that carry the token of the newest submission.
jobs_with_token() {
    grep -lF -- "rdvc:${token}" "${FAKE_SLURM}"/{jobs,forgotten}/*/comment 2>/dev/null | wc -l
}

# A command that leaves a line when it runs: `submit -- sh -c "$(count_command)"`, and how often it did.
count_command() {
    printf 'echo run >>%q' "${root}/runs"
}

runs() {
    wc -l 2>/dev/null <"${root}/runs" || echo 0
}
