# A sweep of commands: a task a row, the row's values as arguments, folders of their own for the outputs.

load support

setup_file() {
    start_world 1
    make_command_project <<'SH'
#!/bin/sh
mkdir -p out
[ ! -e "$HOME/hold-$RDVC_TASK" ] || exec sleep 1000
[ ! -e "$HOME/fail-$RDVC_TASK" ] || { echo "no luck" >&2; exit 3; }
for word in "$@"; do printf '%s\n' "$word"; done >out/words.txt
echo "task $RDVC_TASK"
SH
    printf 'lr,text\n0.1,two words\n1e-3,"$(touch ~/executed) {lr} \\"\n5,"it'\''s"\n' >rows.csv
    git add -A
    git commit --quiet -m 'Rows'
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force main
    git clean --quiet --force -d
}

teardown() {
    note_failure
}

@test "a task a row, whose values are arguments and never code" {
    run rdvc run --cmd --params rows.csv --output out -n rows -- ./x.sh '{lr}' 'text={text}' '{{lr}}' ''
    [[ ${status} -eq 0 && ${output} == *"rows-1 to 3: lr (3 values), text (3 values)"*"submitted rows (3 tasks)"* ]]
    rdvc wait rows
    [[ $(rdvc status) == *rows*"3 done"* ]]
    [[ $(rdvc logs rows.2) == *"task 2"* && $(rdvc logs rows-3) == *"task 3"* ]]
    [[ $(rdvc show rows.1) == "./x.sh 0.1 'text=two words' '{lr}' ''" ]]
    [[ $(rdvc status rows.1) == *"output       1 file, not pulled yet: rdvc pull "*.1 ]]
    run rdvc pull rows.2
    [[ ${status} -eq 0 && ${output} == *"pulled the output of rows-2 to .rdvc/outputs/rows-2: 1 file"* ]]
    [[ $(cat .rdvc/outputs/rows-2/out/words.txt) == $'0.001\ntext=$(touch ~/executed) {lr} \\\n{lr}' ]]
    [[ ! -e .rdvc/outputs/rows-1 && ! -e ${cluster_home}/executed ]]
    run rdvc pull
    [[ ${status} -eq 0 && ${output} == *rows-1:*rows-3:* && ${output} != *rows-2* ]]
    [[ $(head -n 1 .rdvc/outputs/rows-1/out/words.txt) == 0.1 && $(sed -n 2p .rdvc/outputs/rows-3/out/words.txt) == "text=it's" ]]
    [[ $(rdvc pull 2>&1) == "nothing new to pull" ]]
    run rdvc pull rows
    [[ ${status} -eq 0 && ${output} == *"3 of 3 tasks of rows have output; 3 of them pulled before"* ]]
    # Nothing here is replaced, unless it is asked for; and no submission includes it.
    echo mine >.rdvc/outputs/rows-1/out/words.txt
    run rdvc pull rows.1
    [[ ${status} -eq 1 && ${output} == *"different content"*"rdvc pull --force"* ]]
    rdvc pull --force rows
    [[ $(head -n 1 .rdvc/outputs/rows-1/out/words.txt) == 0.1 && -z $(git status --short) ]]
    no_workspace_left
}

# bats test_tags=long
@test "one that fails does not touch the others; retry runs only that one, with its own number" {
    touch "${cluster_home}/fail-2"
    run rdvc run --cmd --repeat=3 --output out -n again -- ./x.sh '{lr}'
    [[ ${status} -eq 0 && ${output} == *"again-1 to 3: all the same"* ]]
    run rdvc wait again
    [[ ${status} -eq 7 && ${output} == *"2 done  1 failed"* ]]
    [[ $(rdvc status again.2) == *"the command ended with exit code 3"* ]]
    run rdvc pull again
    [[ ${status} -eq 0 && ${output} == *"2 of 3 tasks of again have output"*again-1:*again-3:* ]]
    run rdvc pull again.2
    [[ ${status} -eq 1 && ${output} == *".2 has no output to pull: failed"* ]]
    rm "${cluster_home}/fail-2"
    rdvc retry again
    rdvc wait again
    [[ $(rdvc logs again.2) == *"task 2"* ]]
    run rdvc pull
    [[ ${status} -eq 0 && ${output} == *again-2:* && ${output} != *again-1* ]]
    [[ $(cat .rdvc/outputs/again-2/out/words.txt) == '{lr}' ]]
}

# bats test_tags=long
@test "cancel ends one task" {
    touch "${cluster_home}"/hold-{1,2}
    rdvc run --cmd -S lr=1,2 -n held -- ./x.sh '{lr}'
    wait_until 30 bash -c '[[ $(rdvc status) == *held*"2 running"* ]]'
    rdvc cancel held.1
    wait_until 30 bash -c '[[ $(rdvc status held) == *held-1*cancelled*held-2*running* ]]'
    rdvc cancel held
    run rdvc wait held
    [[ ${status} -eq 7 && ${output} == *"2 cancelled"* ]]
    rm "${cluster_home}"/hold-*
}

@test "what is wrong is said before anything is sent" {
    local before words
    before=$(ls "${remote}/submissions")
    run rdvc run --cmd --params rows.csv -- ./x.sh '{txet}'
    [[ ${status} -eq 2 && ${output} == *"no parameter \`txet\`, did you mean \`text\`?"*"write {{txet}}"* ]]
    run rdvc run --cmd -S lr=1,2 -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"no word of the command has \`{lr}\`"* ]]
    run rdvc run --cmd --params nowhere.csv -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"cannot be read"* ]]
    run rdvc run --cmd --params rows.csv -S lr=1 -- ./x.sh '{lr}'
    [[ ${status} -eq 2 && ${output} == *"\`lr\` is given twice"* ]]
    run rdvc run --cmd -S 'lr=range(1,3' -- ./x.sh '{lr}'
    [[ ${status} -eq 2 && ${output} == *"column"* ]]
    run rdvc run --cmd --zip -S a=1,2 -S b=1,2,3 -- ./x.sh '{a}' '{b}'
    [[ ${status} -eq 2 && ${output} == *"pairs lists of one length"* ]]
    run rdvc run --cmd -f --params rows.csv -- ./x.sh
    [[ ${status} -eq 2 && ${output} == *"\`-f\` cannot be given with \`--cmd\`"* ]]
    run rdvc run --cmd --params rows.csv --dry-run -n dry -- ./x.sh '{lr}'
    [[ ${status} -eq 0 && ${output} == *"task dry-1: ./x.sh 0.1"*"task dry-2: ./x.sh 0.001"* ]]
    [[ $(ls "${remote}/submissions") == "${before}" ]]
}
