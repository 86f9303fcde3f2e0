# What rdvc relies on in sbatch, squeue, scancel, scontrol, sacct and ssh. One suite, run on the
# fakes of tests/support/slurm and on the real ones: where they differ, the fake must be corrected.
# shellcheck disable=SC2016

load support

setup_file() {
    start_cluster
    mkdir -p "${folder}/project"
    cd "${folder}/project"
    git init --quiet
    mkdir out
    printf '#!/bin/sh\necho "argument $1"\necho "$1" >out/said.txt\nexit "${2:-0}"\n' >work.sh
    chmod +x work.sh
    touch out/.keep
    git add -A
    git commit --quiet -m 'No DVC here'
}

teardown_file() {
    stop_cluster
}

setup() {
    cd "${folder}/project"
    token=0123456789abcdef0123456789abcdef
}

teardown() {
    note_failure
    on 'scancel --me'
}

# --- sbatch and squeue ---

@test "a job is shown as soon as sbatch has answered, in exactly these lines" {
    job_script "--comment=rdvc:${token} --job-name=rdvc-run:p:main" <<<'true'
    submit_job --hold 7
    same "$(show '%A|%T|%r|%S|%k')" "${job}|PENDING|JobHeldUser|N/A|rdvc:${token}"
    same "$(show '%A|%o|%j')" "${job}|${cluster_home}/job.sh 7|rdvc-run:p:main"
    same "$(on 'squeue --noheader --user "$(id -un)" -o "%A|%k"')" "${job}|rdvc:${token}"
    same "$(on 'squeue --noheader --states=all --user "$(id -un)" -o "%T|%r|%k"' | grep Held)" "PENDING|JobHeldUser|rdvc:${token}"
}

@test "sbatch prints an id and nothing else; without --parsable, a sentence" {
    job_script --hold <<<'true'
    expect 0 '' 'sbatch --parsable job.sh'
    matches "${said}" '+([0-9])'
    expect 0 '' 'sbatch job.sh'
    matches "${said}" 'Submitted batch job +([0-9])'
}

@test "no comment is (null)" {
    job_script '' <<<'true'
    submit_job --hold
    same "$(show '%k|')" '(null)|'
}

@test "comments of hostile bytes come back as they are" {
    local text escaped
    for text in "it's" 'a "b" c' 'back\slash \" \\' '$HOME `id` $(id)' '# no comment' '%j %% %u' ';|&<>*?[]{}!~' \
        '  blanks  ' 'größe µ 試' "${token} words"; do
        escaped=${text//\\/\\\\}
        escaped=${escaped//\"/\\\"}
        said=$(printf '#!/bin/bash\n#SBATCH --comment="rdvc:%s"\n' "${escaped}" |
            on 'cat >job.sh; squeue --noheader -j "$(sbatch --parsable --hold job.sh)" -o "%T|%k|"')
        same "${said}" "PENDING|rdvc:${text}|"
    done
}

@test "a header: single quotes, a comment after it, the end at the first command, a bare word" {
    printf '#!/bin/bash\n\n# text\n#SBATCH --comment='\''a b'\'' --job-name=two # three\n#SBATCH --hold\ntrue\n#SBATCH --comment=late\n' | put job.sh
    submit_job
    same "$(show '%k|%j|%r')" 'a b|two|JobHeldUser'
    printf '#!/bin/bash\n#SBATCH --comment=a b\n' | put job.sh
    expect 255 'sbatch: error: Invalid directive found in batch script: b' 'sbatch --parsable job.sh'
}

@test "SBATCH_ variables win over the header, options over both" {
    job_script '--job-name=header --comment=header' <<<'true'
    job=$(on 'SBATCH_JOB_NAME=variable SBATCH_COMMENT=variable sbatch --parsable --hold --comment=option job.sh')
    same "$(show '%j|%k')" 'variable|option'
}

@test "what sbatch refuses: exit code, words, no job" {
    job_script '' <<<'true'
    local before
    before=$(on 'squeue --noheader --states=all -o %A | sort -n | tail -n 1')
    expect 1 $'sbatch: error: invalid partition specified: nowhere\nsbatch: error: Batch job submission failed: Invalid partition name specified' \
        'sbatch --parsable --partition=nowhere job.sh'
    same "${said}" ''
    expect 255 $'sbatch: unrecognized option \'--nosuch=1\'\nTry "sbatch --help" for more information' \
        'sbatch --parsable --nosuch=1 job.sh'
    expect 1 'sbatch: error: Unable to open file absent.sh' 'sbatch --parsable absent.sh'
    expect 1 'sbatch: error: Batch job submission failed: Pathname of a file, directory or other parameter too long' \
        'sbatch --parsable --comment="$(head -c 1025 /dev/zero | tr "\0" x)" job.sh'
    printf '#!/bin/bash\r\ntrue\r\n' | put job.sh
    expect 1 $'sbatch: error: Batch script contains DOS line breaks (\\r\\n)\nsbatch: error: instead of expected UNIX line breaks (\\n).' \
        'sbatch --parsable job.sh'
    printf 'true\n' | put job.sh
    expect 1 $'sbatch: error: This does not look like a batch script.  The first\nsbatch: error: line must start with #! followed by the path to an interpreter.\nsbatch: error: For instance: #!/bin/sh' \
        'sbatch --parsable job.sh'
    same "$(on 'squeue --noheader --states=all -o %A | sort -n | tail -n 1')" "${before}"
}

@test "times in seconds since the epoch, and a waiting job's priority" {
    job_script '' <<<'true'
    local before=${EPOCHSECONDS}
    submit_job --begin=now+1000
    matches "$(on "SLURM_TIME_FORMAT=%s squeue --noheader --states=PENDING --partition=general -j ${job} -o '%S %l %Q %u'")" \
        "[0-9]* UNLIMITED [0-9]* $(on 'id -un')"
    said=$(on "SLURM_TIME_FORMAT=%s scontrol --oneliner show job ${job}")
    [[ ${said} =~ \ Priority=[0-9]+\  && ${said} =~ \ SubmitTime=([0-9]+)\  ]]
    ((BASH_REMATCH[1] >= before - 1 && BASH_REMATCH[1] < before + 100))
    on "scancel ${job}"
}

@test "unknown ids: an error for a single one, ignored among others; unknown users are no error" {
    job_script '' <<<'true'
    submit_job --hold
    expect 1 'slurm_load_jobs error: Invalid job id specified' 'squeue --noheader -j 99999'
    same "${said}" ''
    expect 0 '' 'squeue --noheader -j 99998,99999'
    same "${said}" ''
    expect 0 '' "squeue --noheader -j 99999,${job} -o %A"
    same "${said}" "${job}"
    expect 0 '' "squeue --noheader --user=nobody -o %A"
    same "${said}" ''
    expect 1 'slurm_load_jobs error: Invalid job id specified' 'scontrol show job 99999'
    expect 1 'Invalid job id specified for job 99999' 'scontrol requeue 99999'
    expect 1 'Invalid job id specified for job 99999' 'scontrol update JobId=99999 StartTime=now'
    expect 0 '' 'scancel 99999'
    expect 1 'scancel: error: Invalid job id x' 'scancel x'
    expect 1 'scancel: error: No job identification provided' 'scancel'
}

# bats test_tags=root
@test "a hidden partition: squeue shows its jobs only with --all, whatever else is asked; asked by its id, it shows the job" {
    is_fake || ((EUID == 0)) || skip "a user who is no operator of the sandbox needs root"
    hide_partition
    printf '#!/bin/bash\n#SBATCH --partition=attic\n' | as_user 'cat >hidden.sh'
    local id
    id=$(as_user 'sbatch --parsable --hold --output=/dev/null hidden.sh')
    same "$(as_user 'squeue --noheader --states=all --user "${UID}" -o %A' | grep -cx "${id}")" 0
    same "$(as_user 'squeue --all --federation --noheader --states=all --user "${UID}" -o "%A|%T"' | grep "^${id}|")" "${id}|PENDING"
    same "$(as_user 'SQUEUE_ALL=1 squeue --noheader --user "${UID}" -o %A')" "${id}"
    same "$(as_user 'SQUEUE_PARTITION=general squeue --all --noheader --user "${UID}" -o %A')" ''
    same "$(as_user "squeue --noheader -j ${id} -o %A")" "${id}"
    matches "$(as_user "scontrol --all --oneliner show job ${id}")" "JobId=${id} * JobState=PENDING *"
    as_user "scancel ${id}"
}

@test "one scontrol answers for many jobs: the lines of existing ones, and an error line for each unknown one" {
    job_script "--comment=rdvc:${token}" <<<'true'
    submit_job --hold
    local said
    said=$(on "printf 'show job %s\\n' 99998 ${job} 99999 && echo show config" | on 'scontrol --all --oneliner 2>&1')
    same "$(grep -c 'Invalid job id specified' <<<"${said}")" 2
    matches "$(grep -o 'JobId=.*' <<<"${said}")" "JobId=${job} * JobState=PENDING * Comment=rdvc:${token}*"
    matches "$(grep -o 'ClusterName.*' <<<"${said}")" 'ClusterName *= [a-z]*'
}

array_shows() {
    on "squeue --noheader --states=all -j ${job} -o '%i|%T'" | grep -x "$1"
}

@test "an array: a job for each index, all with the same words; one is cancelled, or all; an index of MaxArraySize is refused" {
    job_script "--comment=rdvc:${token}" <<<'echo "$SLURM_ARRAY_JOB_ID $SLURM_ARRAY_TASK_ID $*"; [[ $SLURM_ARRAY_TASK_ID == 2 ]] || sleep 60'
    job=$(on 'sbatch --parsable --output="$HOME/array-%A_%a.out" --array=2,4-5 job.sh 1 1000')
    wait_until 10 grep -x "${job} 2 1 1000" "${cluster_home}/array-${job}_2.out"
    wait_until 10 array_shows "${job}_2|COMPLETED"
    wait_until 10 array_shows "${job}_4|RUNNING"
    wait_until 10 array_shows "${job}_5|RUNNING"
    matches "$(on "scontrol --all --oneliner show job ${job}" | grep ' ArrayTaskId=5 ')" \
        "* ArrayJobId=${job} ArrayTaskId=5 * JobState=RUNNING * Comment=rdvc:${token}*"
    on "scancel ${job}_4"
    wait_until 10 array_shows "${job}_4|CANCELLED"
    array_shows "${job}_5|RUNNING"
    on "scancel ${job}"
    wait_until 10 array_shows "${job}_5|CANCELLED"
    expect 1 'sbatch: error: Batch job submission failed: Invalid job array specification' \
        'sbatch --parsable --array=1-1001 job.sh'
}

@test "states after the end: only with --states=all" {
    job_script '' <<<'exit "$1"'
    submit_job '' 0
    local good=${job}
    submit_job '' 3
    becomes FAILED
    matches "$(show '%A|%T|%r|%S')" "${job}|FAILED|NonZeroExitCode|20??-??-??T??:??:??"
    job=${good}
    becomes COMPLETED
    same "$(show '%A|%T|%r')" "${job}|COMPLETED|None"
    expect 0 '' "squeue --noheader -j ${job} -o %A"
    same "${said}" ''
    same "$(on 'squeue --noheader --me -o %A')" ''
}

@test "--begin: pending until then, and squeue says when" {
    job_script '' <<<'true'
    submit_job --begin=now+1hour
    matches "$(show '%T|%S')" 'PENDING|20??-??-??T??:??:??'
    (($(date -d "$(show %S)" +%s) > $(date +%s) + 3000))
}

# --- the job ---

@test "a job gets its words, its id, sbatch's environment and folder, and no standard input" {
    job_script '' <<'JOB'
printf '<%s>' "$@"
echo
printf '%s\n' "${SLURM_JOB_ID}" "${SLURM_RESTART_COUNT-unset}" "${GREETING}" "${PWD}"
wc -c </dev/stdin
[[ $0 != "${HOME}"/job.sh ]] && echo copied
JOB
    job=$(on "GREETING='hello there' sbatch --parsable --chdir=/tmp --output=\"\$HOME/50%% of %j.out\" job.sh 1 'a b' '' '*'")
    becomes COMPLETED
    same "$(<"${cluster_home}/50% of ${job}.out")" $'<1><a b><><*>\n'"${job}"$'\nunset\nhello there\n/tmp\n0\ncopied'
}

@test "the log: --open-mode=append keeps what is there, the default does not; it is the job's from its start" {
    job_script '' <<<'echo new; sleep 30'
    printf 'old\n' | put kept.out
    printf 'old\n' | put lost.out
    on 'sbatch --parsable --open-mode=append --output=kept.out job.sh; sbatch --parsable --open-mode=truncate --output=lost.out job.sh' >/dev/null
    wait_until 10 grep -q new "${cluster_home}/kept.out"
    wait_until 10 grep -q new "${cluster_home}/lost.out"
    same "$(<"${cluster_home}/kept.out")" $'old\nnew'
    same "$(<"${cluster_home}/lost.out")" new
}

@test "a log that cannot be written: the script does not run" {
    job_script '' <<<'touch "${HOME}/ran"'
    job=$(on 'sbatch --parsable --output=/nonexistent/folder/log job.sh')
    becomes FAILED
    same "$(show %r)" JobLaunchFailure
    [[ ! -e ${cluster_home}/ran ]]
}

# --- scancel, requeue, hold ---

@test "scancel of a pending job: CANCELLED at once, it never starts; again, and of an ended one: silence" {
    job_script '' <<<'true'
    submit_job --hold
    expect 0 '' "scancel ${job}"
    same "$(show '%T|%r')" 'CANCELLED|JobHeldUser'
    expect 0 '' "scancel ${job}"
    [[ ! -e ${log} ]]
    expect 1 "scancel: error: Kill job error on job id ${job}: Invalid job id specified" "scancel --signal=USR1 --batch ${job}"
}

@test "scancel of a running job: every process gets TERM, the shell of the script too" {
    job_script '' <<'JOB'
told=
trap 'echo shell TERM; told=1' TERM
child() { exec bash -c "trap 'echo $1 TERM; exit' TERM; echo $1 is there; while :; do sleep 0.1; done"; }
child plain &
set -m
child group &
set +m
while [[ -z ${told} ]]; do sleep 0.1; done # the children may have heard it first
wait
echo end
JOB
    submit_job
    wait_until 10 log_has 'plain is there'
    wait_until 10 log_has 'group is there'
    expect 0 '' "scancel ${job}"
    matches "$(show %T)" '@(COMPLETING|CANCELLED)'
    becomes CANCELLED
    log_has '^shell TERM$'
    log_has '^plain TERM$'
    log_has '^group TERM$'
    log_has '^end$'
    log_has "^slurmstepd.*: error: \*\*\* JOB ${job} ON node1 CANCELLED AT 20.* \*\*\*$"
}

@test "a process that does not end at TERM is killed after KillWait" {
    job_script '' <<<"trap '' TERM; echo there; while :; do sleep 1; done"
    ! is_fake || knob kill-wait 4
    submit_job
    wait_until 10 log_has there
    on "scancel ${job}"
    matches "$(show %T)" COMPLETING
    same "$(on "squeue --noheader -j ${job} -o %T")" COMPLETING
    becomes CANCELLED 15
    ! is_fake || no_knob kill-wait
}

@test "scancel --batch --signal reaches only the script's shell" {
    job_script '' <<'JOB'
trap 'echo shell USR1' USR1
bash -c "trap 'echo child USR1' USR1; echo there; while :; do sleep 0.1; done" &
wait; wait; wait
JOB
    submit_job
    wait_until 10 log_has there
    on "scancel --batch --signal=USR1 ${job}"
    wait_until 10 log_has 'shell USR1'
    state_is RUNNING
    on "scancel ${job}"
    becomes CANCELLED
    ! log_has 'child USR1'
}

@test "a script's shell that is killed: FAILED, JobLaunchFailure" {
    job_script '' <<<'echo there; while :; do sleep 0.1; done'
    submit_job
    wait_until 10 log_has there
    on "scancel --batch --signal=KILL ${job}"
    becomes FAILED
    same "$(show %r)" JobLaunchFailure
}

# Ends the pause of a requeued job, until the log has the pattern $1: a controller that is still
# processing its end starts the pause again.
starts_now() {
    sleep 2 # a node refuses what starts within the second of the requeue: "Job credential revoked"
    on "scontrol update JobId=${job} StartTime=now" 2>/dev/null || true
    log_has "$1"
}

@test "requeue: the same id and log, a pause, and then SLURM_RESTART_COUNT" {
    job_script "--requeue --comment=rdvc:${token}" <<<'echo "start ${SLURM_JOB_ID} ${SLURM_RESTART_COUNT-unset}"; sleep 30 & wait'
    submit_job
    wait_until 10 log_has unset
    expect 0 '' "scontrol requeue ${job}"
    becomes PENDING
    same "$(show '%r|%k')" "BeginTime|rdvc:${token}"
    (($(date -d "$(show %S)" +%s) > $(date +%s) + 60))
    matches "$(on "scontrol show job ${job}")" '*Requeue=1 Restarts=1 *'
    matches "$(on "scontrol --oneliner show job ${job}")" "JobId=${job} * JobState=PENDING * Comment=rdvc:${token}*"
    wait_until 150 starts_now "^start ${job} 1$"
    log_has "^start ${job} unset$"
    log_has 'DUE TO JOB REQUEUE'
    same "$(grep -c '^start' "${log}")" 2
}

# bats test_tags=long
@test "requeue of an ended job starts it again; --no-requeue forbids it" {
    job_script '' <<<'echo "start ${SLURM_RESTART_COUNT-unset}"'
    submit_job
    becomes COMPLETED
    expect 0 '' "scontrol requeue ${job}"
    becomes PENDING
    wait_until 60 starts_now '^start 1$'
    submit_job --no-requeue
    becomes COMPLETED
    expect 1 "Requested operation is presently disabled for job ${job}" "scontrol requeue ${job}"
}

@test "srun enters a running job: streams, exit code; a number alone names it, and one that has ended has no steps" {
    job_script '' <<<'sleep 60'
    submit_job
    becomes RUNNING
    local step="srun --jobid=${job} --overlap --nodes=1 --ntasks=1 --quiet"
    same "$(printf 'in\0\377' | on "${step} sh -c 'cat; echo \$SLURM_JOB_ID'" | od -An -c)" "$(printf 'in\0\377%s\n' "${job}" | od -An -c)"
    expect 3 'srun: error: node1: task 0: Exited with exit code 3' "${step} sh -c 'exit 3'"
    expect 1 "srun: error: Invalid numeric value \"${job}_1\" for --jobid." "srun --jobid=${job}_1 true"
    on "scancel ${job}"
    becomes CANCELLED
    ! on "${step} true" 2>/dev/null
}

@test "hold and release" {
    job_script '' <<<'true'
    submit_job --begin=now+1hour
    expect 0 '' "scontrol hold ${job}"
    matches "$(show '%T|%r')" 'PENDING|JobHeld@(Admin|User)'
    submit_job "--hold --comment=$(printf '%01024d' 0)" # as long as one may be
    expect 0 '' "scontrol release ${job}"
    becomes COMPLETED
    expect 1 $'Job has already finished for job '"${job}"$'\nslurm_suspend error: Job has already finished' "scontrol hold ${job}"
}

@test "--signal=B: only the script's shell is warned before its time is over" {
    job_script '--time=0:30 --signal=B:USR1@25' <<'JOB'
trap 'echo shell USR1; exit 0' USR1
bash -c "trap 'echo child USR1' USR1; echo there; while :; do sleep 0.1; done" &
wait; wait
JOB
    submit_job
    wait_until 40 log_has 'shell USR1'
    becomes COMPLETED
    ! log_has 'child USR1'
}

@test "scontrol: the cluster's name, a healthy controller; sacct without accounting" {
    matches "$(on 'scontrol show config' | sed -n 's/^ClusterName *= *//p')" '+([a-z0-9])'
    expect 0 '' 'scontrol ping'
    matches "${said}" 'Slurmctld(primary) at * is UP'
    if [[ $(on 'scontrol show config') == *accounting_storage/none* ]]; then
        expect 1 'Slurm accounting storage is disabled' 'sacct -X -P -n -j 1 -o State'
    fi
}

# --- ssh ---

@test "sinfo, scontrol show partition, sbatch --test-only, sacctmgr: what rdvc avail reads" {
    local number='+([0-9])' fields='Partition:|,Nodes:|,StateLong:|,CPUs:|,Memory:|,CPUsState:|,Gres:|,GresUsed:|,Features:|'
    matches "$(on "sinfo --all --exact --noheader -O '${fields}'" | grep '^general')" \
        "general\\*|1|+([a-z])|${number}|${number}|${number}/${number}/${number}/${number}|gpu:4|gpu:${number}|t3.xlarge,g5.xlarge,g5.12xlarge|"
    matches "$(on 'scontrol --all --oneliner show partition' | grep '=short ')" 'PartitionName=short * MaxTime=00:02:00 * State=UP *'
    matches "$(on 'SLURM_TIME_FORMAT=%s sbatch --test-only --partition=short --wrap=true 2>&1')" \
        "sbatch: Job ${number} to start at ${number} using * in partition short"
    matches "$(on 'sbatch --test-only --partition=nowhere --wrap=true 2>&1 || echo "exit $?"')" \
        $'sbatch: error: invalid partition specified: nowhere\n*exit 1'
    matches "$(on 'sacctmgr --noheader --parsable2 show user name=x withassoc 2>&1 || echo "exit $?"')" \
        $'You are not running a supported accounting_storage plugin*\nexit 1'
}

@test "ssh: words are one line for the login shell, bytes go through, exit codes come back" {
    same "$(ssh -T -- sandbox echo 'a  b' '$((1 + 1))' '|' tr a-z A-Z)" 'A B 2'
    head -c 300000 /dev/urandom >"${folder}/bytes"
    on cat <"${folder}/bytes" | cmp - "${folder}/bytes"
    local code
    for code in 0 1 2 126 127 128 254 255; do
        status=0
        on "exit ${code}" || status=$?
        same "${status}" "${code}"
    done
    same "$(on 'echo out; echo err >&2' 2>"${folder}/stderr")" out
    same "$(<"${folder}/stderr")" err
    same "$(on 'echo "${HOME}"')" "${cluster_home}"
    same "$(printf 'read -r line; echo "got ${line}"\nthis\n' | ssh -T -- sandbox bash -s)" 'got this'
}

@test "ssh that does not get through: 255, and rdvc knows that nothing was submitted" {
    local options
    export RDVC_CLUSTER_MULTIPLEX=false
    for options in '-p 1' '-o HostName=no.such.host.invalid' '-o UserKnownHostsFile=/dev/null' \
        '-o PubkeyAuthentication=no' '-o BogusOption=1'; do
        # shellcheck disable=SC2086
        run ssh ${options} sandbox true
        same "${status}" 255
        RDVC_CLUSTER_SSH_OPTIONS=${options} run rdvc run --cmd -- true
        same "${status}" 5
    done
    [[ -z $(on 'squeue --noheader --me') ]]
}

@test "a connection that breaks after the request has begun: the outcome is unknown" {
    export RDVC_CLUSTER_MULTIPLEX=false
    if is_fake; then
        knob ssh-cut-output 60
        run rdvc run --cmd -- true
        no_knob ssh-cut-output
    else # the request's parent is the connection's sshd
        RDVC_CLUSTER_PREPARE='kill -KILL "${PPID}"; sleep 2' run rdvc run --cmd -- true
    fi
    same "${status}" 75
}

# --- rdvc ---

@test "rdvc run, status, wait, logs, pull of a command" {
    run rdvc run --cmd -n walk --output=out -- ./work.sh word
    matches "${output}" '*submitted walk as job * on sandbox*'
    rdvc wait walk
    matches "$(rdvc logs walk)" '*=== rdvc command: ./work.sh word *argument word*'
    same "$(fields_of walk state)" 'done'
    rdvc pull walk
    same "$(<out/said.txt)" word
    job=$(fields_of walk job)
    becomes COMPLETED
    same "$(readlink "${cluster_home}/.rdvc/logs/slurm-${job}.out")" "../submissions/$(fields_of walk token)/slurm-${job}.out"
}

@test "rdvc sees what fails, what is held, what was cancelled" {
    rdvc run --cmd -n fails -- ./work.sh word 3
    rdvc run --cmd -n held --hold -- ./work.sh word
    rdvc run --cmd -n long -- sh -c 'echo there; sleep 100'
    same "$(fields_of held state)" pending
    matches "$(fields_of held detail)" '*held by you*'
    run rdvc wait fails
    same "${status}" 7
    matches "${output}" '*exit code 3*'
    rdvc_log_has() { [[ $(rdvc logs long) == *$'\nthere'* ]]; }
    wait_until 20 rdvc_log_has
    on "scancel $(fields_of held job) $(fields_of long job)"
    run rdvc wait long
    same "${status}" 7
    rdvc_state_is() { [[ $(fields_of "$1" state) == "$2" ]]; }
    wait_until 10 rdvc_state_is long cancelled # failed, as long as it is COMPLETING
    same "$(fields_of held state)" cancelled
    run rdvc run --cmd --partition=nowhere -- true
    same "${status}" 6
    matches "${output}" '*sbatch refused the job*invalid partition specified: nowhere*'
}

@test "rdvc run of an experiment: published, and pulled" {
    job_dvc=$(command -v dvc)
    make_project "${folder}/experiment"
    rdvc run -n exp -S lr=0.25
    rdvc wait exp
    same "$(fields_of exp state)" published
    rdvc pull exp
    matches "$(git for-each-ref --format='%(refname)' refs/exps)" '*/exp'
}
