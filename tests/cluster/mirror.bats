# The project's mirror with many users at once. Needs no SLURM.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    cluster="${RDVC_SOURCE_FOLDER}/cluster"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    rdvc_dir="${BATS_TEST_TMPDIR}/rdvc"
    mkdir -p "${rdvc_dir}/repos"
    nonce=0123
    # shellcheck disable=SC1090
    source <(sed -n -e '/^configure_mirror() {/,/^}/p' -e '/^open_mirror() {/,/^}/p' "${cluster}/login/lib/common.sh")
    finish() { echo "$@" && exit 1; }
    open_mirror project.git
}

# A laptop with one commit, which the mirror has as a submission's.
make_laptop() {
    git init --quiet "${BATS_TEST_TMPDIR}/laptop"
    cd "${BATS_TEST_TMPDIR}/laptop"
    seq 1000 >file
    git add -A
    git commit --quiet -m baseline
    baseline=$(git rev-parse HEAD)
    git push --quiet "${mirror}" "HEAD:refs/rdvc/first"
}

# What a job does: borrow, commit, push its ref.
publish() { # N
    job_functions >"${BATS_TEST_TMPDIR}/functions-$1"
    bash -euo pipefail -c '
        rdvc_say() { :; }
        rdvc_fail() { printf "%s\n" "$*" >&2; exit 1; }
        source "$1"
        check_objects() { :; }
        RDVC_OWN_WORKSPACE_DIR=$(mktemp -d "$6/ws-XXXXXX")
        RDVC_OWN_RECORD_DIR=${RDVC_OWN_WORKSPACE_DIR}
        RDVC_JOB_REPO_URL=$2 RDVC_JOB_REPO_REV=$3 RDVC_JOB_EXP_NAME=exp-$4 RDVC_JOB_EXP_FORCE=0 RDVC_JOB_TOKEN=t
        borrow_from "$5" "$2"
        cd "$5"
        git update-ref --no-deref HEAD "$3"
        git read-tree --reset -u HEAD
        echo "$4" >>file
        git commit --quiet --all -m "$4"
        git update-ref "refs/exps/${3:0:2}/${3:2}/exp-$4" HEAD
        push_ref
    ' _ "${BATS_TEST_TMPDIR}/functions-$1" "${mirror}" "${baseline}" "$1" "${BATS_TEST_TMPDIR}/clone-$1" "${BATS_TEST_TMPDIR}" \
        2>"${BATS_TEST_TMPDIR}/said-$1"
}

# What a submission does: a pack, then its ref.
submit() { # N
    local commit
    commit=$(echo "$1" | git commit-tree "HEAD^{tree}" -p HEAD)
    printf '%s\n^%s\n' "${commit}" "${baseline}" | git pack-objects --quiet --revs --thin --stdout |
        git -C "${mirror}" index-pack --stdin --fix-thin >/dev/null
    printf 'update refs/rdvc/token-%s %s\n' "$1" "${commit}" | git -C "${mirror}" update-ref --stdin
}

# bats test_tags=long
@test "200 jobs publish and 50 submissions arrive while git gc runs: every ref is there, fsck is clean" {
    make_laptop
    (while [[ ! -e ${BATS_TEST_TMPDIR}/stop ]]; do git -C "${mirror}" gc --quiet 2>/dev/null || true; done) &
    local gc=$! n jobs=() failed=0
    for n in $(seq 200); do
        publish "${n}" &
        jobs+=($!)
        if ((n % 4 == 0)); then
            submit "${n}" &
            jobs+=($!)
        fi
        # Twenty at a time; the last ones of a batch overlap with the first of the next.
        ((n % 20 != 0)) || sleep 0.3
    done
    for n in "${jobs[@]}"; do
        wait "${n}" || failed=$((failed + 1))
    done
    touch "${BATS_TEST_TMPDIR}/stop"
    wait "${gc}"
    cat "${BATS_TEST_TMPDIR}"/said-* | sort | uniq -c | sort -rn | head -n 20
    ((failed == 0))
    tail -n +1 "${mirror}"/rdvc-unreadable/* 2>/dev/null || true # what was taken for damage
    [[ $(git -C "${mirror}" for-each-ref refs/exps | wc -l) -eq 200 ]]
    [[ $(git -C "${mirror}" for-each-ref refs/rdvc | wc -l) -eq 51 ]] || { git -C "${mirror}" for-each-ref refs/rdvc && return 1; }
    run git -C "${mirror}" fsck --strict --no-dangling
    [[ ${status} -eq 0 && -z $(grep -v '^notice: HEAD points to an unborn branch' <<<"${output}") ]]
}

@test "a push that fails for a moment is tried again" {
    make_laptop
    publish 1
    [[ -z $(cat "${BATS_TEST_TMPDIR}/said-1") ]]
    mkdir "${BATS_TEST_TMPDIR}/bin"
    cat >"${BATS_TEST_TMPDIR}/bin/git" <<SH
#!/bin/bash
if [[ " \$* " == *" push "* && ! -e ${BATS_TEST_TMPDIR}/once ]]; then
    touch ${BATS_TEST_TMPDIR}/once
    echo 'error: unable to write file ./objects/cd/be: No such file or directory' >&2
    exit 1
fi
exec $(command -v git) "\$@"
SH
    chmod +x "${BATS_TEST_TMPDIR}/bin/git"
    PATH="${BATS_TEST_TMPDIR}/bin:${PATH}" publish 2
    [[ -e ${BATS_TEST_TMPDIR}/once ]]
    git -C "${mirror}" rev-parse --verify --quiet "refs/exps/${baseline:0:2}/${baseline:2}/exp-2"
}

# Whatever git reports about a ref that leads nowhere.
hurt() { # HOW
    local other
    other=$(echo "other $1" | git commit-tree "HEAD^{tree}" -p HEAD)
    git push --quiet --force "${mirror}" "${other}:refs/exps/aa/bb/other"
    case $1 in
    missing) rm "${mirror}/objects/${other:0:2}/${other:2}" ;;
    empty) chmod u+w "${mirror}/objects/${other:0:2}/${other:2}" && : >"${mirror}/objects/${other:0:2}/${other:2}" ;;
    corrupt) chmod u+w "${mirror}/objects/${other:0:2}/${other:2}" && echo x >"${mirror}/objects/${other:0:2}/${other:2}" ;;
    packed) git -C "${mirror}" pack-refs --all && echo 'half a li' >>"${mirror}/packed-refs" ;;
    torn) : >"${mirror}/refs/exps/aa/bb/other" ;;
    esac
}

@test "a ref that leads nowhere: it is found, the next job mends the mirror, publishes, and all others can be fetched" {
    # shellcheck disable=SC1090
    source <(sed -n -e '/^split_lines() {/,/^}/p' -e '/^has_dead_refs() {/,/^# Sets job_id/p' "${cluster}/login/lib/common.sh")
    make_laptop
    ! has_dead_refs "${mirror}"
    local how
    for how in missing empty corrupt packed torn; do
        hurt "${how}"
        has_dead_refs "${mirror}" || { echo "${how} is not found" && return 1; }
        publish "${how}" || { cat "${BATS_TEST_TMPDIR}/said-${how}" && return 1; }
        ! has_dead_refs "${mirror}" || { echo "${how} is still there" && return 1; }
        git fetch --quiet "${mirror}" "refs/exps/*:refs/exps/*" "refs/rdvc/*:refs/rdvc/*"
        git rev-parse --verify --quiet "refs/exps/${baseline:0:2}/${baseline:2}/exp-${how}"
        [[ $(git -C "${mirror}" rev-parse refs/rdvc/first) == "${baseline}" ]]
    done
    [[ -s ${mirror}/rdvc-unreadable/refs ]]
}

@test "what git cannot find while git gc runs is no damage, and git gc waits for a repair" {
    # shellcheck disable=SC1091
    source "${cluster}/both/mirror.sh"
    bats_require_minimum_version 1.5.0
    make_laptop
    hurt missing
    printf '%s %s\n' "$$" "$(uname -n)" >"${mirror}/gc.pid" # as git gc writes it
    ! mend_refs "${mirror}" "${baseline}"
    git -C "${mirror}" rev-parse --verify --quiet refs/exps/aa/bb/other
    printf '%s %s\n' 99999999 "$(uname -n)" >"${mirror}/gc.pid" # it was killed
    mend_refs "${mirror}" "${baseline}" || return 1
    ! git -C "${mirror}" rev-parse --verify --quiet refs/exps/aa/bb/other
    [[ ! -e ${mirror}/gc.pid && ! -e ${mirror}/gc.pid.lock ]]
    printf '1 another-node rdvc\n' >"${mirror}/gc.pid" # a job that has died there
    ! lock_gc "${mirror}"
    touch --date='2 hours ago' "${mirror}/gc.pid"
    : >"${mirror}/gc.pid.lock" # left while the disk was full
    ! lock_gc "${mirror}"
    touch --date='1 hour ago' "${mirror}/gc.pid.lock"
    lock_gc "${mirror}"
    run -128 git -C "${mirror}" gc
    [[ ${output} == *'gc is already running'* ]]
    rm "${mirror}/gc.pid"
    git -C "${mirror}" gc --quiet
}

@test "a ref that leads nowhere: the next submission finds it, sends everything and puts it aside" {
    # shellcheck disable=SC1091
    source "${RDVC_SOURCE_FOLDER}/tests/support/slurm/slurm.bash"
    start_fake_slurm "${BATS_TEST_TMPDIR}/slurm"
    knob no-start
    make_laptop
    mkdir -p "${rdvc_dir}"/{submissions,jobs,logs,cache,envs} "${rdvc_dir}/functions/abcd1234"
    echo x >"${rdvc_dir}/functions/abcd1234/job.sh"
    local pack="${BATS_TEST_TMPDIR}/pack" tip
    request() { # EVERYTHING HAVE
        printf '%s\n' "${tip}" ${2:+"^$2"} | git pack-objects --quiet --revs --thin --stdout >"${pack}"
        {
            printf '%s=%q\n' nonce n rdvc_dir "${rdvc_dir}" prepare '' poll 1 token "${tip:0:32}" attempt 1 \
                experiment_ref refs/exps/cc/dd/new force 0 everything "$1" on_login '' with_job 1 data_size 0 \
                notes 'mirror project.git' script_size 12 tasks 0 tasks_size 0 named_by_values 0 environment '' environment_size 0 tags '' tags_size 0 functions abcd1234 functions_length 2 \
                functions_size 0
            printf '%s=(%q)\n' mirrors project.git tips "${tip}" pack_sizes "$(wc -c <"${pack}")" haves "${2:-}" boundaries ''
            printf '%s=()\n' tag_objects unset_variables options
            request_text submit
            printf '#!/bin/bash\n'
            cat "${pack}"
        } | HOME="${BATS_TEST_TMPDIR}" bash 2>&1 | sed -n 's/^@rdvc:n //p'
    }
    local how
    for how in missing corrupt packed torn; do
        hurt "${how}"
        tip=$(echo "after ${how}" | git commit-tree "HEAD^{tree}" -p HEAD)
        [[ $(request 0 "${baseline}") == *"resend the project's mirror was damaged"* ]] || { echo "${how} is not found" && return 1; }
        [[ $(request 1) == *'submitted '* ]] || { echo "not submitted after ${how}" && return 1; }
        git fetch --quiet "${mirror}" "refs/exps/*:refs/exps/*" "refs/rdvc/*:refs/rdvc/*"
        [[ $(git -C "${mirror}" rev-parse "refs/rdvc/${tip:0:32}" refs/rdvc/first) == "${tip}"$'\n'"${baseline}" ]]
    done
    stop_fake_slurm
}
