# Settling, asking, cancelling and retrying: rdvc and the cluster's side together, on a fake SLURM.

load submission

setup() {
    start_submission_test
    unset RDVC_CLUSTER_POLL # how often SLURM is asked is part of this
    rdvc=${rdvc_dir}
}

teardown() {
    stop_submission_test
}

submit() { # NAME COMMAND...
    local name=$1
    shift
    rdvc run --cmd -n "${name}" -- "$@"
}

# The submission's folder.
folder_of() {
    dirname "$(grep -lx "name $1" "${rdvc}"/submissions/*/submission)"
}

# The record of task $2 (0: of the submission itself) of $1.
record_of() {
    printf '%s' "${rdvc}/jobs/$(basename "$(folder_of "$1")")/$2"
}

# The job has begun.
wait_for_claim() {
    wait_for_phase "$1" bashrc
}

# Waits until the job of $1 has begun its phase $2.
wait_for_phase() {
    wait_until 20 grep -q " $2\$" "$(record_of "$1" 0)/phases"
}

# Waits until task $2 of $1 has its result.
wait_for_result() {
    wait_until 20 test -e "$(record_of "$1" "$2")/result"
}

state_of() {
    rdvc status --json 2>/dev/null | python3 -c '
import json, sys
print(next(s["state"] for s in json.load(sys.stdin) if s["name"] == sys.argv[1]))' "$1"
}

# As if the laptop had been killed before the answer came.
forget_answer() {
    sed -i '$d' "${HOME}/.local/state/rdvc/ledger.jsonl"
}

# As if rdvc had not asked for a long time. SLURM's answer of this second counts as new.
forget_questions() {
    sleep 1.1
    rm -f "${rdvc}"/queue/paid
}

@test "an answer that never arrived: the id that sbatch gave is found in the submission's folder" {
    submit one true
    forget_answer
    run rdvc status
    [[ ${output} == *"one of "*" was submitted, as job 1"* ]]
    run rdvc status
    [[ ${output} != *"was submitted"* ]]
}

# What the login node answers to `rdvc status`, in the file `answers`; what is shown, as JSON.
status_with_answers() {
    mkdir -p "${root}/bin"
    printf '#!/bin/sh\n%s "$@" | tee "%s"\n' "$(command -v bash)" "${root}/answers" >"${root}/bin/bash"
    chmod +x "${root}/bin/bash"
    PATH="${root}/bin:${PATH}" rdvc status --json 2>/dev/null
}

# It shows the same as where nothing has been told before.
same_as_told_afresh() {
    mv "${HOME}/.local/state/rdvc/told" "${root}/told"
    [[ $(rdvc status --json 2>/dev/null) == "$1" ]]
    rm -rf "${HOME}/.local/state/rdvc/told"
    mv "${root}/told" "${HOME}/.local/state/rdvc/told"
}

@test "status: what the laptop has been told is not told again, what has changed is" {
    local shown
    submit one true
    wait_for_state 1 COMPLETED
    submit two sleep 600
    wait_for_phase two command # the last one: nothing changes from here on
    status_with_answers
    [[ $(grep -c ' same$' "${root}/answers") -eq 0 ]]
    shown=$(status_with_answers)
    [[ $(grep -c ' same$' "${root}/answers") -eq 2 && $(grep -c ' file ' "${root}/answers") -eq 0 ]]
    same_as_told_afresh "${shown}"
    rdvc cancel two
    wait_for_state 2 CANCELLED
    shown=$(status_with_answers)
    [[ $(grep -c ' same$' "${root}/answers") -eq 1 && ${shown} == *cancelled* ]]
    same_as_told_afresh "${shown}"
    rm -r "$(folder_of one)" # somebody cleans up
    shown=$(status_with_answers)
    [[ $(grep -cE '^@rdvc:[0-9a-f]+ submission ' "${root}/answers") -eq 1 && ${shown} != *'"one"'* ]]
    same_as_told_afresh "${shown}"
    submit three true
    wait_for_state 3 COMPLETED
    shown=$(status_with_answers)
    [[ $(grep -cE '^@rdvc:[0-9a-f]+ submission ' "${root}/answers") -eq 2 && ${shown} == *'"three"'* ]]
    same_as_told_afresh "${shown}"
}

@test "the same run again, after rdvc was killed before it could report, finds the earlier job" {
    submit one true
    forget_answer
    run submit one true
    [[ ${status} -eq 0 && ${output} == *"submitted one as job 1 on local"* ]]
    (($(calls_of sbatch) == 1))
    knob no-start
    run submit one true # nothing is open any more: another one
    [[ ${status} -eq 0 && ${output} == *"submitted one as job 2 on local"* ]]
    forget_answer
    knob fail-squeue
    rm "$(dirname "$(readlink -f "${rdvc}/submissions/2.sbatch.sh")")"/{jobid,sbatch.exit} # sbatch is at work
    run submit one true
    [[ ${status} -eq 75 && ${output} == *"it is not known yet whether the same run was already submitted"* ]]
    echo y >README
    run submit one true # other code
    [[ ${status} -eq 0 && ${output} == *" as job 3 on local"* ]]
}

@test "sbatch was cut off after SLURM had taken the job: squeue knows it by the comment" {
    submit one sleep 600
    wait_for_claim one
    forget_answer
    rm -r "$(folder_of one)"/{jobid,sbatch.exit,claim.1}
    run rdvc status
    [[ ${output} == *"one of "*" was submitted, as job 1"* && ${output} == *running* ]]
    [[ $(readlink "${rdvc}/submissions/1.sbatch.sh") == */job.sh ]]
}

@test "a site that replaces comments: squeue knows the job by its script" {
    submit one sleep 600
    wait_for_claim one
    printf 'set by the site' >"${FAKE_SLURM}/jobs/1/comment"
    [[ $(state_of one) == running ]]
    rdvc cancel one
    wait_for_state 1 CANCELLED
}

@test "sbatch is still running: not known yet; later it turns out that there is nothing" {
    submit one true
    wait_for_state 1 COMPLETED
    forget_answer
    rm -r "$(folder_of one)"/{jobid,sbatch.exit,sbatch.out,claim.1} "${rdvc}/jobs"
    forget_job 1
    run rdvc status
    [[ ${output} == *"it is not known yet whether one of "*"sbatch has not answered yet"* && ${output} == *unconfirmed* ]]
    touch -d '-200 sec' "$(folder_of one)/sbatch.began"
    knob fail-squeue
    forget_questions
    run rdvc status
    [[ ${output} == *"it is not known yet whether one of "*"squeue does not answer"* && ${output} == *unknown* ]]
    no_knob fail-squeue
    forget_questions
    run rdvc status
    [[ ${output} == *"one of "*"was not submitted, and will not be: sbatch left no job"* ]]
    [[ $(state_of one) == 'not submitted' ]]
}

@test "an attempt that was given up does nothing if it starts after all" {
    knob no-start
    submit one touch "${root}/ran"
    rdvc cancel one
    printf 'PENDING' >"${FAKE_SLURM}/jobs/1/state" # the controller forgets what it was told
    [[ -e $(folder_of one)/claim.1/revoked ]]
    run bash "$(folder_of one)/job.sh" 1
    [[ ${status} -eq 0 && ! -e ${root}/ran ]]
}

@test "a submission that never began is not submitted, and a request that arrives later refuses itself" {
    knob no-start
    submit one true
    local folder
    folder=$(folder_of one)
    mkdir "${root}/late"
    forget_answer
    rm -r "${folder}" "${rdvc}/jobs"
    forget_job 1
    run rdvc status
    [[ ${output} == *"one of "*"was not submitted, and will not be: sbatch was not called"* ]]
    [[ -e ${folder}/claim.1/revoked ]]
    [[ $(state_of one) == 'not submitted' ]]
}

@test "accounting shows a job that squeue has forgotten" {
    knob accounting
    submit one sleep 600
    wait_for_claim one
    end_as 1 NODE_FAIL
    outdate_job 1
    rm -rf "${rdvc}/jobs"
    [[ $(state_of one) == node_fail ]]
    forget_calls
    [[ $(state_of one) == node_fail ]]
    (($(calls_of sacct) == 0)) # it is remembered
}

@test "without accounting a job that is gone without a result is lost, and the answer says how to retry" {
    submit one sleep 600
    wait_for_claim one
    end_as 1 NODE_FAIL
    outdate_job 1
    run rdvc status
    [[ ${output} == *"one "*lost*"rdvc retry 1"* ]]
}

@test "how SLURM ended a job is remembered when it was seen" {
    submit one sleep 600
    wait_for_claim one
    end_as 1 NODE_FAIL
    [[ $(state_of one) == node_fail ]]
    outdate_job 1
    forget_questions
    [[ $(state_of one) == node_fail ]]
}

@test "without an answer the state is unknown, with the last known state and its time; then it is right again" {
    submit one sleep 600
    wait_for_claim one
    sleep 1.1
    [[ $(state_of one) == running ]]
    local words
    for words in fail-squeue garbage-squeue down; do
        knob "${words}"
        forget_questions
        run rdvc status
        [[ ${output} == *"one "*unknown*"squeue"*"ago: running"* ]]
        no_knob "${words}"
    done
    [[ $(state_of one) == running ]]
}

@test "somebody else's job with the same id is not shown, waited for or cancelled" {
    submit one sleep 600
    wait_for_phase one command # from then on it writes nothing
    sleep 1.1
    forget_job 1
    rm -rf "${rdvc}/jobs" "$(folder_of one)/claim.1" # it had not started
    knob reuse-id 1
    [[ $(other_job nightly) == 1 ]]
    run rdvc status
    [[ ${output} == *"one "*lost*"rdvc retry 1"* ]]
    run rdvc wait one
    [[ ${status} -eq 7 && ${output} == *"the job ended: lost"* ]]
    run rdvc cancel one
    [[ $(job_field 1 state) == RUNNING ]]
    rdvc retry one
    wait_for_claim one
    sleep 1.1
    [[ $(job_field 1 state) == RUNNING && $(state_of one) == running ]]
}

have_asked_twice() { (($(calls_of squeue) >= 2)); }

# bats test_tags=long
@test "many waiting commands ask SLURM once for all; in steady state two queries a minute" {
    export RDVC_CLUSTER_POLL=2
    submit one sleep 600
    forget_calls
    local n pids=() began=${SECONDS}
    for n in 1 2 3 4 5 6 7 8; do
        rdvc wait one 2>/dev/null 3>&- &
        pids+=($!)
    done
    wait_until 30 have_asked_twice
    sleep 5
    kill "${pids[@]}"
    # One every two seconds, with what they ask at the start, not eight times as many.
    (($(calls_of squeue) <= 2 + (SECONDS - began) / 2))
}

@test "status in a loop asks no more than the rate allows" {
    submit one sleep 600
    forget_calls
    local n began=${SECONDS}
    for n in {1..30}; do
        rdvc status >/dev/null
        sleep 0.05
    done
    (($(calls_of squeue) <= 9 + (SECONDS - began) / 30))
}

@test "cancel: waiting, running and ended ones, in one request with one scancel" {
    submit done true
    submit running sleep 600
    wait_for_state 1 COMPLETED
    knob no-start
    submit waiting sleep 600
    forget_calls
    run rdvc cancel done running waiting
    [[ ${status} -eq 0 ]]
    [[ ${output} == *"done has already ended"* && ${output} == *"cancelled running (job 2)"* && ${output} == *"cancelled waiting (job 3)"* ]]
    (($(calls_of scancel) == 1))
    wait_for_state 2 CANCELLED
    wait_for_state 3 CANCELLED
    [[ $(state_of waiting) == cancelled ]]
}

@test "cancel without an answer: what has not started will not run, the rest is not known" {
    submit running sleep 600
    wait_for_claim running
    knob no-start
    submit waiting touch "${root}/ran"
    knob down
    run rdvc cancel waiting running
    [[ ${status} -eq 75 ]]
    [[ ${output} == *"cancelled waiting: it has not started, and will not run"* ]]
    [[ ${output} == *"it is not known whether running was cancelled"* ]]
    no_knob no-start
    no_knob down
    wait_for_state 2 COMPLETED
    [[ ! -e ${root}/ran && $(state_of waiting) == cancelled ]]
}

@test "retry: only what is known to be gone; another attempt of the same submission" {
    submit one sh -c 'echo "$SLURM_JOB_ID" >>'"${root}/ran"'; sleep 600'
    wait_until 20 grep -x 1 "${root}/ran"
    sleep 1.1 # then SLURM's answer is newer than the claim
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has a job: 1 RUNNING"* ]]
    knob fail-squeue
    run rdvc retry one
    [[ ${status} -eq 75 ]]
    no_knob fail-squeue
    rdvc status >/dev/null
    end_as 1 NODE_FAIL
    rdvc retry one --time=5
    wait_until 20 grep -x 2 "${root}/ran"
    [[ -e $(folder_of one)/attempt.2 && $(cat "$(folder_of one)/jobid") == 2 ]]
    grep -q -- '--time=5' "${FAKE_SLURM}/calls"
    rdvc cancel one
    wait_for_state 2 CANCELLED
    [[ $(cat "${root}/ran") == $'1\n2' ]]
}

# Submits the sweep `grid` of two commands; $1 is a command in which {k} is the task's number. Once it
# has its result, the second task removes its workspace only when there is the file `go`, like one with
# a large environment.
submit_grid() {
    mkdir "${root}/slow"
    cat >"${root}/slow/rm" <<SH
#!/bin/sh
while [ "\${SLURM_ARRAY_TASK_ID:-}" = 2 ] && cat "${rdvc}"/jobs/*/2/result >/dev/null 2>&1 && [ ! -e "${root}/go" ]; do sleep 0.1; done
exec /bin/rm "\$@"
SH
    chmod +x "${root}/slow/rm"
    PATH="${root}/slow:${PATH}" rdvc run --cmd -n grid -S k=1,2 -- sh -c "$1"
}

# Retries it while the second task ends.
retry_grid() {
    [[ $(squeue --noheader --states=RUNNING -o %i) == 1_2 ]]
    local calls
    calls=$(calls_of squeue)
    (until (($(calls_of squeue) > calls)); do sleep 0.1; done; touch "${root}/go") 3>&- &
    rdvc retry grid
    [[ $(cat "$(folder_of grid)/jobid") == 2 ]]
}

@test "retry just after wait: a job that still removes its workspace is waited for" {
    submit_grid '[ {k} = 2 ] || exit 3'
    ! rdvc wait grid || return
    wait_for_state 1_1 FAILED # a little after its result
    retry_grid
    ! rdvc wait grid || return
}

@test "retry of a sweep waits so, too, if another task was killed and has no result" {
    submit_grid '[ {k} = 2 ] || sleep 600'
    wait_for_result grid 2
    end_as 1_1 OUT_OF_MEMORY
    retry_grid
}

@test "retry of what has ended waits for nothing" {
    submit one sh -c 'exit 3'
    ! rdvc wait one || return
    let_jobs_end
    forget_calls
    rdvc retry one
    (($(calls_of squeue) == 1))
}

@test "retry while SLURM ends a job that has its result only then: refused" {
    submit one sh -c "until test -e ${root}/go; do sleep 0.1; done"
    wait_for_phase one command
    printf COMPLETING >"${FAKE_SLURM}/jobs/1/state"
    (sleep 1.5 && touch "${root}/go") 3>&- &
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has its result: done"* && ! -e $(folder_of one)/attempt.2 ]]
}

@test "wait does not show how an earlier attempt ended" {
    submit one sh -c "test -e ${root}/again || exit 3; until test -e ${root}/go; do sleep 0.1; done"
    ! rdvc wait one || return
    touch "${root}/again"
    rdvc retry one --hold
    rdvc wait one 2>"${root}/said" 3>&- & local waiting=$!
    sleep 2
    scontrol release 2
    wait_until 20 grep -q 'phase: ' "${root}/said"
    touch "${root}/go"
    wait "${waiting}"
    ! grep 'phase: end' "${root}/said" || return
}

@test "a squeue that does not show a running job: no second one, and it is not reported as gone" {
    export RDVC_CLUSTER_POLL=1
    submit one sleep 600
    wait_for_claim one
    sleep 1.1
    knob empty-squeue
    run rdvc retry one
    [[ ${status} -eq 75 && ${output} == *"squeue does not show job 1, but scontrol says that it is RUNNING"* ]]
    run timeout 5 rdvc wait one
    [[ ${status} -eq 124 ]]
    [[ ! -e $(folder_of one)/attempt.2 ]]
    run rdvc status
    [[ ${output} == *unknown*"scontrol says that it is RUNNING"* && ${output} != *retry* ]]
    knob fail-scontrol # no second word is no agreement
    [[ $(state_of one) == unknown ]]
    no_knob fail-scontrol
    # scontrol agrees.
    outdate_job 1
    end_as 1 NODE_FAIL
    outdate_job 1
    rdvc retry one
    no_knob empty-squeue
    wait_for_state 2 RUNNING
}

@test "every command sees a job in a hidden partition: it runs, waits, is cancelled, and nothing of it is cleaned up" {
    submit() { rdvc run --cmd -n "$1" --partition=attic -- "${@:2}"; }
    submit one sleep 600
    wait_for_claim one
    submit two sleep 600
    sleep 1.1
    [[ $(state_of one) == running ]]
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has a job: 1 RUNNING"* ]]
    find "${rdvc}"/{submissions,jobs} -exec touch -h -d '-3 days' {} +
    SQUEUE_PARTITION=general SQUEUE_STATES=PENDING run rdvc clean --older 1d
    [[ ${status} -eq 0 && ${output} == *"submissions  2         a job waits or runs"* && -e $(folder_of one)/job.sh ]]
    kill -0 "$(job_field 1 batch)"
    rdvc cancel one two
    wait_for_state 1 CANCELLED
    wait_for_state 2 CANCELLED
}

@test "whatever squeue leaves out: a job that scontrol shows is neither lost nor cleaned, nor is its environment" {
    submit one sleep 600
    wait_for_claim one
    local record
    record=$(record_of one 0)
    mkdir -p "${rdvc}/envs/p-1/key/b1"
    printf 'made 1\nkib 1\n' >"${rdvc}/envs/p-1/key/b1/info"
    printf 'p-1/key/b1\n' >"${record}/environment"
    find "${rdvc}" -exec touch -h -d '-3 days' {} +
    knob empty-squeue
    run rdvc clean --all-projects --older 1d
    [[ -e $(folder_of one)/job.sh && -e ${rdvc}/envs/p-1/key/b1/info && -d $(sed -n 's/^path //p' "${record}/workspace") ]]
    knob fail-scontrol
    run rdvc clean --all-projects --older 1d
    [[ -e $(folder_of one)/job.sh && -e ${rdvc}/envs/p-1/key/b1/info ]]
    no_knob fail-scontrol
    # Another cluster that shares the folder knows neither of its jobs.
    sed -i 's/^cluster .*/cluster elsewhere/' "${record}/workspace"
    forget_job 1
    run rdvc status
    [[ ${output} == *"unknown"*"its job is in the cluster elsewhere, and this is fake"* ]]
    run rdvc retry one
    [[ ${status} -eq 75 && ! -e $(folder_of one)/attempt.2 ]]
}

@test "many jobs that squeue no longer shows: one scontrol for all, and none for those that it has confirmed" {
    local name
    knob no-start
    for name in one two three; do submit "${name}" true; done
    for name in 1 2 3; do forget_job "${name}"; done
    sleep 1.1
    forget_calls
    [[ $(state_of two) == lost ]]
    (($(calls_of scontrol) == 1))
    rdvc cancel one two three
    [[ $(state_of two) == cancelled ]]
}

@test "of two jobs of one attempt the one that has not ended counts" {
    submit one sleep 600
    wait_for_claim one
    other_job "rdvc:$(basename "$(folder_of one)")" true
    wait_for_state 2 COMPLETED
    sleep 1.1
    [[ $(state_of one) == running ]]
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has a job: 1 RUNNING"* ]]
    rdvc cancel one
    wait_for_state 1 CANCELLED
}

@test "two retries at once: one more job" {
    submit one sh -c 'echo "$SLURM_JOB_ID" >>'"${root}/ran"
    wait_for_state 1 COMPLETED
    rm -r "${rdvc}/jobs"
    : >"${root}/ran"
    outdate_job 1
    rdvc retry one 3>&- & local first=$!
    rdvc retry one || true
    wait "${first}" || true
    wait_until 20 test -s "${root}/ran" # by job 2, or 3 if the second one came before sbatch
    let_jobs_end
    [[ $(wc -l <"${root}/ran") -eq 1 ]]
}

@test "retry of a submission with a result is refused" {
    submit one true
    rdvc wait one
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has its result: done"* ]]
}

@test "retry of a submission that the cluster does not have repeats the same rdvc run" {
    knob fail-sbatch
    run submit one true
    [[ ${status} -eq 6 ]]
    no_knob fail-sbatch
    run rdvc retry one
    [[ ${status} -eq 0 && ${output} == *"submitted one again as job 1"* ]] # its script is there
    rdvc wait one
    rm -r "${rdvc}/submissions"/*
    run rdvc retry one
    [[ ${output} == *"the cluster has nothing of it; submitting the project as it is now: rdvc run --cmd -n one -- true"* ]]
}

@test "mirror or functions removed before the job starts: it says what is missing, and retry sends that" {
    knob no-start
    echo new >new.txt # the snapshot is in no branch
    submit one cat new.txt
    rm -rf "${rdvc}"/repos/*
    no_knob no-start
    wait_for_state 1 FAILED
    run rdvc wait one
    [[ ${status} -eq 7 && ${output} == *"the mirror ${rdvc}/repos/"*" is missing"*"rdvc retry"* ]]
    run rdvc retry one
    [[ ${status} -eq 0 && ${output} == *"the cluster no longer has the project's mirror; sending it again"* ]]
    rdvc wait one
    knob no-start
    submit two true
    rm -rf "${rdvc}"/functions/*
    no_knob no-start
    wait_for_state 3 FAILED
    run rdvc status two
    [[ ${output} == *"job.sh is missing"*"rdvc retry"* && ${output} != *"before it started"* ]]
    run rdvc retry two --time=5
    [[ ${status} -eq 0 && ${output} == *"the cluster no longer has the job's functions; sending it again"* ]]
    grep -q -- '--time=5 --signal=B:USR1@60' "${FAKE_SLURM}/calls"
    rdvc wait two
    # Objects that this repository no longer has either are named.
    knob no-start
    echo newer >new.txt
    submit three cat new.txt
    rdvc cancel three
    rm -rf "${rdvc}"/repos/*
    rm -f .git/objects/*/"$(sed -n 's/^snapshot ..//p' "$(folder_of three)/submission")"
    run rdvc retry three
    [[ ${status} -eq 1 && ${output} == *"this repository no longer has it"* ]]
}

@test "variables of the login node that contradict an option of a retry are named and ignored" {
    submit one false
    wait_for_state 1 FAILED
    SBATCH_PARTITION=short SBATCH_TIMELIMIT=1 run rdvc retry one --partition=general
    [[ ${status} -eq 0 && ${output} == *"the login node sets SBATCH_PARTITION=short; it is ignored"* ]]
    [[ $(job_field 2 partition) == general && $(cat "$(folder_of one)/options") == '#SBATCH --partition=general' ]]
}

@test "a retry that was interrupted before sbatch: the previous attempt does not pass for it" {
    submit one true
    wait_for_state 1 COMPLETED
    rm -r "${rdvc}/jobs"
    forget_answer
    : >"$(folder_of one)/attempt.2"
    run rdvc status
    [[ ${output} == *"one of "*"was not submitted, and will not be: sbatch was not called"* ]]
    [[ $(state_of one) == 'not submitted' ]]
}

@test "an sbatch of the previous attempt that ends late leaves the new one alone" {
    submit one true
    rdvc wait one
    rm -r "${rdvc}/jobs"
    local folder
    folder=$(folder_of one)
    touch "${folder}/unset"
    mkdir "${root}/bin"
    # What is called first is slow, and meanwhile a retry sends another.
    printf '%s\n' '#!/bin/bash' 'rm "$0"' "touch ${folder}/attempt.2" \
        "mkdir ${folder}/claim.1; echo gone >${folder}/claim.1/revoked" \
        "mv ${folder}/sbatch.out ${folder}/sbatch.out.1; echo 2 >${folder}/sbatch.out; echo 77" >"${root}/bin/sbatch"
    chmod +x "${root}/bin/sbatch"
    rm -r "${folder}/claim.1" "${folder}/jobid"
    forget_calls
    PATH="${root}/bin:${PATH}" bash -c '
        set -u
        rdvc_dir=$1 folder=$2 token=${2##*/} nonce=0f attempt=1 login_umask=0022 options=() poll=30
        source "${RDVC_SOURCE_FOLDER}/cluster/both/slurm.sh"
        for file in common arrays queue sbatch; do
            source "${RDVC_SOURCE_FOLDER}/cluster/login/lib/${file}.sh"
        done
        answer() { echo "$*"; }
        finish() { answer "$@"; exit 0; }
        call_sbatch
        answer_sbatch' test "${rdvc}" "${folder}" >"${root}/said"
    [[ $(cat "${root}/said") == 'refused revoked this submission was given up meanwhile' ]]
    (($(calls_of scancel) == 0))
    [[ ! -e ${folder}/sbatch.exit && ! -e ${folder}/jobid ]]
}

@test "an id that SLURM gives out again is the new attempt's; a half-written one hides no job" {
    submit one sleep 600
    wait_for_claim one
    local folder
    folder=$(folder_of one)
    echo 1 >"${folder}/jobid.1"
    : >"${folder}/jobid.0aff"
    sleep 1.1
    [[ $(state_of one) == running ]]
    run rdvc retry one
    [[ ${status} -eq 1 && ${output} == *"one has a job: 1 RUNNING"* ]]
}

@test "a submission that was cancelled before its answer arrived is not submitted, whatever sbatch said" {
    knob no-start
    submit one true
    rdvc cancel one
    forget_answer
    rm "$(folder_of one)/jobid"
    run rdvc status
    [[ ${output} == *"one of "*"was not submitted, and will not be: cancelled"* ]]
    [[ $(state_of one) == cancelled ]]
}

# bats test_tags=root
@test "a folder of another user's is refused" {
    ((EUID == 0)) || skip "only root can give one away"
    mkdir "${rdvc}"
    chown 54321 "${rdvc}"
    run submit one true
    [[ ${status} -eq 3 && ${output} == *"${rdvc} belongs to another user"* ]]
}
