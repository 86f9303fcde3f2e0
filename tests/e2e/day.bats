# The commands of every day, on real SLURM: why, events, wait for several, logs.

load support

setup_file() {
    start_world 1 --accounting
    make_command_project <<'SH'
#!/bin/sh
echo there
case $1 in
fail) echo "ValueError: no such molecule" && exit 3 ;;
*) sleep "$1" ;;
esac
SH
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

teardown() {
    note_failure
}

@test "why and events of jobs that wait, run, and have failed" {
    rdvc run --cmd --quiet -n long --exclusive --time=10 -- ./x.sh 600
    wait_until 30 eval '[[ $(rdvc why long) == *"it has been in phase command"* ]]'
    run rdvc why long
    [[ ${output} == *"it runs on node1"*"its time limit of 00:10:00 ends in "*"next:  rdvc logs -f "* ]]
    [[ $(rdvc status) == *long*" running "*"/10 min "*" node1"* ]]
    rdvc run --cmd --quiet -n waits --time=10 -- ./x.sh 0
    wait_until 30 eval '[[ $(rdvc why waits) == *"(job 2): pending"*"in partition general"*"it asks for cpu=1"* ]]'
    rdvc run --cmd --quiet -n held --hold -- ./x.sh 0
    wait_until 30 eval '[[ $(rdvc why held) == *"is held by you"*"next:  scontrol release 3 (on the cluster)"* ]]'
    rdvc logs -f --tail=1 long 2>"${folder}/said" | head -n 1 >"${folder}/line"
    [[ $(<"${folder}/line") == there && ! -s ${folder}/said ]]
    rdvc cancel long held
    rdvc run --cmd --quiet -n fails -- ./x.sh fail
    run rdvc wait waits fails
    [[ ${status} -eq 7 && ${output} == *"waits: done"* && ${output} == *"fails: failed in phase command"* ]]
    [[ $(rdvc why fails) == *"the command ended with exit code 3"*"| ValueError: no such molecule"*"next:  rdvc logs 4"* ]]
    [[ $(rdvc logs fails --errors) == *"ValueError: no such molecule"* ]]
    wait_until 20 queue_is_empty
    wait_until 20 eval '[[ $(rdvc events waits) == *"job ended"* ]]' # which accounting says, a little later
    rdvc events waits --json | python3 -c '
import json, sys
what = [event["event"] for event in json.load(sys.stdin)["events"]]
assert [one for one in what if one != "phase"][:3] == ["sent", "queued", "started"], what
assert "done" in what and "job ended" in what, what'
    [[ $(rdvc events long) == *"cancelled"*"by rdvc cancel"* ]]
}

@test "wait --any returns with the first, and tells a program" {
    rdvc run --cmd --quiet -n slow -- ./x.sh 600
    rdvc run --cmd --quiet -n quick -- ./x.sh 0
    printf '#!/bin/sh\nprintf "%%s|" "$@" >%q\n' "${folder}/notice" >"${folder}/notify"
    chmod +x "${folder}/notify"
    [[ $(rdvc wait --any --notify-with="${folder}/notify" slow quick 2>/dev/null) == quick ]]
    [[ $(<"${folder}/notice") == 'quick|done|' ]]
    rdvc cancel slow
}
