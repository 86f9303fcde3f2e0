# What `rdvc uninstall --remote` removes from a cluster and what it must not.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    export project="${folder}/project"
    export remote="${cluster_home}/.rdvc"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
}

teardown() {
    note_failure
    ssh sandbox scancel --me
}

# Puts a program in front of one of the cluster's, for the next `rdvc` with
# RDVC_CLUSTER_PREPARE=${prepare}: $1 is its name, $2 lines of shell.
fake_program() {
    mkdir -p "${cluster_home}/fake"
    printf '#!/bin/bash\n%s\n' "$2" >"${cluster_home}/fake/$1"
    chmod +x "${cluster_home}/fake/$1"
    prepare='PATH=~/fake:$PATH'
}

@test "a result that is not here stays; without an answer nothing goes; then all goes, and a second call finds nothing" {
    rdvc run -n first
    rdvc run -n second -S lr=0.25
    rdvc wait first
    rdvc wait second
    rdvc pull second
    wait_until 20 queue_is_empty
    local before second
    second=$(fields_of second token)
    before=$(cd "${remote}" && find . -path ./queue -prune -o -path ./requests -prune -o -print | sort)
    run rdvc uninstall --remote --dry-run
    [[ ${status} -eq 0 && ${output} == *"(first)"*"the result is not here"*"nothing was removed (--dry-run)"* ]]
    run rdvc uninstall --remote </dev/null
    [[ ${status} -eq 2 && ${output} == *"nothing was removed"*"--yes"* ]]
    [[ $(cd "${remote}" && find . -path ./queue -prune -o -path ./requests -prune -o -print | sort) == "${before}" ]]
    run rdvc uninstall --remote --yes
    [[ ${status} -ne 0 && ${output} == *"submissions "*" 1 "*"(first)"*"some of it stays"* ]]
    [[ -e ${remote}/submissions/$(fields_of first token)/job.sh ]]
    [[ -n ${second} && ! -e ${remote}/submissions/${second} ]]
    rdvc pull first # with what has stayed
    dvc exp show --csv | grep -q first
    run rdvc uninstall --remote <<<"yes"
    [[ ${status} -eq 0 && ${output} == *"REMOVED"*"DVC's cache"*".rdvc on sandbox is gone"* ]]
    [[ ! -e ${remote} ]]
    run rdvc uninstall --remote --yes
    [[ ${status} -eq 0 && ${output} == *"nothing of rdvc is on sandbox"* ]]
    [[ ! -e ${remote} ]]
    # From scratch, although the laptop believes that mirror, functions, and cache are there.
    rdvc run -n third -S lr=0.125
    rdvc wait third
    rdvc pull third
}

@test "what a running job needs stays, and it ends well; --force cancels it" {
    echo 'touch "$0.started"; until [ -e /tmp/'"$(basename "${folder}")"'-go ]; do sleep 0.2; done; echo m >model.txt; echo "{}" >metrics.json' >train.sh
    rdvc run -n runs
    wait_until 60 eval '[[ $(fields_of runs state) == running ]]'
    local token go
    token=$(fields_of runs token) go="/tmp/$(basename "${folder}")-go"
    run rdvc uninstall --remote --yes --json
    [[ ${status} -ne 0 && ${output} == *'"reason": "live"'* && ${output} == *'"reason": "needed"'* ]]
    [[ -e ${remote}/submissions/${token}/job.sh && -n $(ls "${remote}/functions") ]]
    touch "${go}"
    rdvc wait runs
    rm "${go}"
    rdvc pull runs
    wait_until 20 queue_is_empty
    rdvc run -n again -S lr=0.0625
    wait_until 60 eval '[[ $(fields_of again state) == running ]]'
    run rdvc uninstall --remote --yes --force
    [[ ${status} -eq 0 && ${output} == *"cancelled 1 submission"*"is gone"* ]]
    [[ ! -e ${remote} ]]
    queue_is_empty
    git checkout train.sh
}

@test "a removal that dies in the middle goes on with the next call, or with the next submission" {
    rdvc run -n whole
    rdvc wait whole
    rdvc pull whole
    wait_until 20 queue_is_empty
    local prepare
    # The first removal of a part, after all of them were moved away.
    fake_program rm 'case "$*" in *.uninstall-*) kill -9 $PPID ;; *) exec /bin/rm "$@" ;; esac'
    RDVC_CLUSTER_PREPARE=${prepare} run rdvc uninstall --remote --yes
    [[ ${status} -ne 0 && -n $(compgen -G "${remote}/.uninstall-*/repos") && ! -e ${remote}/submissions ]]
    cp -r "${remote}" "${cluster_home}/copy"
    run rdvc uninstall --remote --yes
    [[ ${status} -eq 0 && ${output} == *"is gone"* && ! -e ${remote} ]]
    mv "${cluster_home}/copy" "${remote}"
    rdvc run -n after -S lr=0.75
    rdvc wait after
    rdvc pull after
    wait_until 20 queue_is_empty
    # Right after the door was closed.
    fake_program mv 'case "$*" in *.uninstall-*/repos) kill -9 $PPID ;; *) exec /bin/mv "$@" ;; esac'
    RDVC_CLUSTER_PREPARE=${prepare} run rdvc uninstall --remote --yes
    [[ ${status} -ne 0 && -e ${remote}/repos && ! -e ${remote}/submissions ]]
    rdvc run -n later -S lr=0.875
    rdvc wait later
    rdvc pull later
    wait_until 20 queue_is_empty
    rdvc uninstall --remote --yes
    [[ ! -e ${remote} ]]
}

@test "folders that are not rdvc's are refused, and strange files in rdvc's own stay" {
    mkdir -p "${cluster_home}/work/repos" "${cluster_home}/work/jobs"
    touch "${cluster_home}/work/repos/thesis" "${cluster_home}/work/thesis"
    run rdvc uninstall --remote --yes --force
    [[ ${status} -eq 0 && ${output} == *"nothing of rdvc"* ]]
    RDVC_CLUSTER_DIR='~/work' run rdvc uninstall --remote --yes --force
    [[ ${status} -ne 0 && ${output} == *"is not a folder of rdvc's"* ]]
    RDVC_CLUSTER_DIR='~' run rdvc uninstall --remote --yes --force
    [[ ${status} -ne 0 && ${output} == *"it must be a folder of rdvc's own"* ]]
    RDVC_CLUSTER_DIR='/' run rdvc uninstall --remote --yes --force
    [[ ${status} -ne 0 && ${output} == *"it must be a folder of rdvc's own"* ]]
    [[ -e ${cluster_home}/work/repos/thesis && -e ${cluster_home}/work/thesis ]]
    # A link to another disk, a name with a blank, a cache elsewhere, read-only files.
    mkdir "${cluster_home}/big disk" "${cluster_home}/elsewhere"
    ln -s "${cluster_home}/big disk" "${cluster_home}/a link"
    export RDVC_CLUSTER_DIR='~/a link'
    rdvc run -n linked
    rdvc wait linked
    rdvc pull linked
    wait_until 20 queue_is_empty
    mv "${cluster_home}/big disk/cache" "${cluster_home}/elsewhere/cache"
    ln -s "${cluster_home}/elsewhere/cache" "${cluster_home}/big disk/cache"
    mkdir -p "${cluster_home}/big disk/envs/mine-01234567/key/sealed"
    touch "${cluster_home}/big disk/envs/mine-01234567/key/sealed/file" "${cluster_home}/big disk/my notes" \
        "${cluster_home}/big disk/logs/my log"
    chmod -R a-w "${cluster_home}/big disk/envs/mine-01234567"
    run rdvc uninstall --remote --yes
    [[ ${status} -ne 0 && ${output} == *"logs/my log"*"cache"*"is a link"*"my notes"*"some of it stays"* ]]
    [[ -e "${cluster_home}/big disk/logs/my log" && ! -e "${cluster_home}/big disk/envs/mine-01234567" ]]
    [[ -d ${cluster_home}/elsewhere/cache/files ]]
    rm "${cluster_home}/big disk/my notes" "${cluster_home}/big disk/logs/my log" "${cluster_home}/big disk/cache"
    run rdvc uninstall --remote --yes
    [[ ${status} -eq 0 && ${output} == *"is empty; the folder itself stays"* ]]
    run rdvc uninstall --remote --yes
    [[ ${status} -eq 0 && ${output} == *"nothing of rdvc is on sandbox"* ]]
    [[ -L "${cluster_home}/a link" && -z $(ls -A "${cluster_home}/big disk") ]]
    rdvc run -n relinked -S lr=0.0625
    rdvc wait relinked
}
