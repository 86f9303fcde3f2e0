# A job's result is complete: the job's functions, with real git and DVC, without SLURM.

setup_file() {
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 DVC_NO_ANALYTICS=1
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    export made="${BATS_FILE_TMPDIR}/made" remote="${BATS_FILE_TMPDIR}/remote"
    make_project
}

# Two stages with recorded outputs, a file and a folder, which are on the DVC remote.
make_project() {
    git init --quiet "${made}"
    cd "${made}"
    dvc init --quiet
    dvc remote add --quiet -d storage "${remote}"
    mkdir sub
    cat >sub/dvc.yaml <<'YAML'
stages:
  file: {cmd: echo one >'a b.txt', outs: ['a b.txt']}
  folder: {cmd: mkdir d && echo two >d/x && echo three >d/y, outs: [d]}
YAML
    (cd sub && dvc repro --quiet)
    git add -A
    git commit --quiet -m baseline
    dvc push --quiet
}

setup() {
    root=${BATS_TEST_TMPDIR}
    cp -r "${made}" "${root}/repo"
    cd "${root}/repo"
    export RDVC_OWN_REPO_DIR="${root}/repo" RDVC_JOB_CACHE_DIR="${root}/repo/.dvc/cache" RDVC_OWN_WORKSPACE_DIR=${root}
    RDVC_JOB_REPO_REV=$(git rev-parse HEAD)
    RDVC_JOB_SNAPSHOT='' RDVC_JOB_CODE=ssh RDVC_OWN_MESSAGE='' RDVC_JOB_KEPT=() RDVC_JOB_LEFT_OUT=()
    # shellcheck source=/dev/null
    for part in both/names job/3-run/begin job/3-run/experiment job/4-publish/publish; do
        source "${RDVC_SOURCE_FOLDER}/cluster/${part}.sh"
    done
    rdvc_say() { printf '%s\n' "$*" >>"${root}/said"; }
    end_if_stopped() { :; }
    run_in_group() { echo "$*" >>"${root}/ran" && "$@"; }
    run_program() { "$@"; }
    job_log() { printf '%s/log' "${root}"; }
    local line
    while read -r line; do RDVC_JOB_KEPT+=("${line/ / sub/}"); done < <(locked_outputs <sub/dvc.lock)
}

forget() { # FOLDER PATH...: takes the objects of these outputs out of a cache or remote
    local folder=$1 path hash
    shift
    for path; do
        hash=$(locked_outputs <sub/dvc.lock | sed -n "s/ ${path}\$//p")
        rm -f "${folder}/files/md5/${hash:0:2}/${hash:2}"
    done
}

@test "recorded outputs that are in the cache need no question to DVC" {
    has_kept_outputs
    [[ ! -e ${root}/ran ]]
}

@test "recorded outputs that only the DVC remote has count; those that it lacks are made again" {
    rm -rf "${RDVC_JOB_CACHE_DIR}"
    has_kept_outputs
    rm -rf "${RDVC_JOB_CACHE_DIR}"
    cp -r "${remote}" "${root}/remote"
    dvc remote modify --quiet storage url "${root}/remote"
    forget "${root}/remote" 'a b.txt'
    ! has_kept_outputs || false
    forget "${RDVC_JOB_CACHE_DIR}" d
    cp -rf "${remote}/." "${root}/remote"
    forget "${root}/remote" d
    ! has_kept_outputs || false
    grep -q 'their stages run again' "${root}/said"
    RDVC_JOB_KEPT=(all)
    ! has_kept_outputs || false
    dvc remote modify --quiet storage url "${remote}"
    has_kept_outputs
}

@test "a DVC remote that does not answer has nothing" {
    rm -rf "${RDVC_JOB_CACHE_DIR}"
    dvc remote modify --quiet storage url ssh://none.invalid/x
    ! has_kept_outputs || false
}

# An experiment's commit with these files changed.
experiment() {
    git add -Af
    RDVC_OWN_EXP_COMMIT=$(git commit-tree "$(git write-tree)" -p "${RDVC_JOB_REPO_REV}" -m experiment)
    RDVC_OWN_EXP_REF="refs/exps/${RDVC_JOB_REPO_REV:0:2}/${RDVC_JOB_REPO_REV:2}/own"
}

@test "new outputs are in the cache or in the commit, or nobody keeps them; those that were submitted count as known" {
    cat >>sub/dvc.lock <<'YAML'
  more:
    cmd: x
    outs:
    - path: ../m.json
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
YAML
    experiment
    [[ $(missing_outputs) == ../m.json ]]
    RDVC_JOB_LEFT_OUT=(m.json)
    [[ -z $(missing_outputs) ]]
    RDVC_JOB_LEFT_OUT=(other/n.json)
    [[ $(missing_outputs) == ../m.json ]]
    RDVC_JOB_SNAPSHOT=${RDVC_OWN_EXP_COMMIT}
    [[ -z $(missing_outputs) ]]
    RDVC_JOB_SNAPSHOT=
    sed -i "s/0123456789abcdef0123456789abcdef/$(printf '{}' | md5sum | cut -c 1-32)/" sub/dvc.lock
    printf '{}' >m.json
    experiment
    [[ -z $(missing_outputs) ]]
}

@test "an experiment that ran nothing says so, and which one has the same" {
    RDVC_JOB_REPO_URL="${root}/repo/.git"
    printf "=== rdvc setup: x\nRunning stage 'of an earlier start':\n=== rdvc experiment: x\nStage 'file' didn't change\n" >"${root}/log"
    experiment
    tell_if_nothing_ran
    [[ ${RDVC_OWN_MESSAGE} == 'nothing to do: all stages were up to date' ]]
    git update-ref "${RDVC_OWN_EXP_REF}" "${RDVC_OWN_EXP_COMMIT}"
    git update-ref "${RDVC_OWN_EXP_REF%/*}/before" "$(git commit-tree "${RDVC_OWN_EXP_COMMIT}^{tree}" -m other)"
    RDVC_OWN_MESSAGE=renamed
    tell_if_nothing_ran
    [[ ${RDVC_OWN_MESSAGE} == 'renamed; nothing to do: all stages were up to date, as in the experiment before' ]]
    RDVC_OWN_MESSAGE=
    printf "Running stage 'file':\n" >>"${root}/log"
    tell_if_nothing_ran
    [[ -z ${RDVC_OWN_MESSAGE} ]]
}

@test "a ref is found in a mirror, and in an origin that is a work tree" {
    local commit
    commit=$(git rev-parse HEAD)
    git clone --quiet . "${root}/origin"
    git clone --quiet --bare . "${root}/repos/mirror.git"
    for RDVC_JOB_REPO_URL in "${root}/origin" "${root}/repos/mirror.git"; do
        git -C "${RDVC_JOB_REPO_URL}" update-ref refs/exps/there "${commit}"
        [[ $(remote_commit refs/exps/there) == "${commit}" && -z $(remote_commit refs/exps/none) ]]
    done
}

# What `dvc exp run` is called with; the cache and the remote are as the case has left them.
run_dvc() { printf '%s\n' "$*" >"${root}/called" && "$@"; }

@test "a stage whose output is nowhere runs again, with the inputs that the DVC remote has" {
    RDVC_JOB_PULL=1 RDVC_JOB_ALLOW_MISSING=1 RDVC_JOB_EXP_NAME=again RDVC_JOB_SUBDIR=sub RDVC_JOB_SKIPPED=()
    RDVC_JOB_EXP_RUN_OPTIONS=() RDVC_OWN_DVC_VERSION=3.67.1 RDVC_OWN_SIGNAL=
    has_dvc_remote() { :; }
    begin_phase() { :; }
    begin_saving() { :; }
    stop_saving() { :; }
    begin_live() { :; }
    begin_measured_work() { :; }
    end_live() { :; }
    begin_warm_up() { :; }
    end_warm_up() { :; }
    is_dvc_loaded() { false; }
    oom_kills() { :; }
    rdvc_fail() { echo "$1" && return 1; }
    rm -rf "${RDVC_JOB_CACHE_DIR}" sub/d 'sub/a b.txt'
    cp -r "${remote}" "${root}/remote"
    dvc remote modify --quiet --local storage url "${root}/remote"
    forget "${root}/remote" 'a b.txt'
    run_experiment
    [[ $(<"${root}/called") != *--pull* && $(<"${root}/called") != *--allow-missing* ]]
    [[ $(<'a b.txt') == one && $(<d/x) == two ]]
}

@test "between the tasks of a pack the workspace is put back, whatever the one before has left" {
    source "${RDVC_SOURCE_FOLDER}/cluster/job/lib/pack.sh"
    source "${RDVC_SOURCE_FOLDER}/cluster/job/1-workspace/workspace.sh"
    RDVC_JOB_SUBMODULES=() RDVC_JOB_PROJECT_DIR='' RDVC_JOB_EXTRAS=''
    mkdir environment 'kept $(x) [y]'
    touch environment/program 'kept $(x) [y]/z' $'line\nend'
    untracked_names >"${root}/files.first"
    touch new $'new\nline' .git/index.lock .git/HEAD.lock # of a git that was killed
    mkdir -p new.d/deep sub/e
    touch new.d/deep/file sub/e/file "${root}/restored"
    echo changed >sub/dvc.yaml
    put_workspace_back
    [[ -e environment/program && -e 'kept $(x) [y]/z' && -e $'line\nend' && ! -e ${root}/restored ]]
    [[ ! -e new && ! -e $'new\nline' && ! -e new.d && ! -e sub/e ]]
    [[ -z $(git status --porcelain --untracked-files=no) ]]
}
