# What `rdvc recover` does on the login node, with a workspace made by hand. Needs neither SLURM nor
# DVC.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    root="${BATS_TEST_TMPDIR}/r"
    rdvc="${root}/rdvc"
    cache="${rdvc}/cache"
    mkdir -p "${root}/bin" "${root}/home"
    export HOME="${root}/home" PATH="${root}/bin:${PATH}"
    export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@x GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@x
    git config --global init.defaultBranch main
    printf '#!/bin/sh\ncat %q 2>/dev/null || true\n' "${root}/squeue" >"${root}/bin/squeue"
    printf '#!/bin/sh\necho "slurm_load_jobs error: Invalid job id specified"\nexit 1\n' >"${root}/bin/scontrol"
    chmod +x "${root}/bin"/*
    token=0123456789abcdef0123456789abcdef
    record="${rdvc}/jobs/${token}/0"
    mirror="${rdvc}/repos/p-1.git"
    kept="${record}/p"
    make_submission
}

md5() {
    md5sum | cut -d ' ' -f 1
}

# The path of the content on standard input in the cache.
object_of() {
    local hash
    hash=$(md5)
    printf '%s' "${cache}/files/md5/${hash:0:2}/${hash:2}${1:-}"
}

# Puts standard input into the cache.
store() {
    local content="${root}/content" object
    cat >"${content}"
    object=$(object_of "${1:-}" <"${content}")
    mkdir -p "${object%/*}"
    mv "${content}" "${object}"
}

listing() {
    printf '[{"md5": "%s", "relpath": "a.txt"}, {"md5": "%s", "relpath": "deep/b.txt"}]' \
        "$(printf a | md5)" "$(printf b | md5)"
}

# A mirror with the baseline, and a kept workspace whose experiment `e` has made model.txt and the folder out.
make_submission() {
    mkdir -p "${rdvc}"/{submissions/${token},repos,cache,logs,functions,envs} "${record}"
    git init --quiet --bare "${mirror}"
    git init --quiet "${kept}"
    printf '%s/objects\n' "${mirror}" >"${kept}/.git/objects/info/alternates"
    cd "${kept}"
    mkdir .dvc
    printf '[cache]\n    dir = "%s"\n' "${cache}" >.dvc/config.local
    printf '/model.txt\n/out\n/.dvc/config.local\n' >.gitignore
    git add -A
    git commit --quiet -m base
    base=$(git rev-parse HEAD)
    git push --quiet "${mirror}" HEAD:refs/rdvc/${token}
    cat >dvc.lock <<LOCK
schema: '2.0'
stages:
  train:
    cmd: ./train
    outs:
    - path: model.txt
      hash: md5
      md5: $(printf model | md5)
      size: 5
    - path: out
      hash: md5
      md5: $(listing | md5).dir
      size: 2
LOCK
    git add dvc.lock
    commit=$(git commit-tree -p HEAD -m 'an experiment' "$(git write-tree)")
    ref="refs/exps/${base:0:2}/${base:2}/e"
    git update-ref "${ref}" "${commit}"
    git reset --quiet
    mkdir -p out/deep
    printf model >model.txt
    printf a >out/a.txt
    printf b >out/deep/b.txt
    printf 'token %s\nname e\nkind experiment\nmirror p-1.git\nrepo p\ncommit %s\ncode ssh\ndata ssh\n' \
        "${token}" "${base}" >"${rdvc}/submissions/${token}/submission"
    printf 'state unpublished\nphase publish\nexit 1\njob 7\nnode n1\nname e\nkept %s\nmessage no luck\n' "${kept}" >"${record}/result"
    printf '1.5 workspace\n2.5 environment\n3.5 experiment\n4.5 publish\n5.5 end\n' >"${record}/phases"
    cd "${root}"
}

fill_cache() {
    printf model | store
    printf a | store
    printf b | store
    listing | store .dir
}

program() {
    printf '%s=%q\n' nonce "${nonce:-N}" rdvc_dir "${rdvc}" prepare '' poll 30 token "${token}" action "${1:-publish}" \
        project_dir '' bring_script "$(cat "${RDVC_SOURCE_FOLDER}"/cluster/{both/names,both/folders,node/bring}.sh)" patience "${patience:-5}" \
        cache '' cache_group 0
    request_text recover
}

ask() {
    program "$@" >"${root}/program"
    bash -s <"${root}/program" | sed -n "/^@rdvc:${nonce:-N} bye$/d; s/^@rdvc:${nonce:-N} //p"
}

says() {
    [[ $'\n'${output}$'\n' == *$'\n'"$1"$'\n'* ]] || {
        printf 'not said: %s\n%s\n' "$1" "${output}"
        return 1
    }
}

value() {
    sed -n "s/^$1 //p" "${record}/result"
}

# Everything that a recovery promises.
is_recovered() {
    [[ $(git -C "${mirror}" rev-parse --verify --quiet "${ref}") == "${commit}" &&
        $(value state) == published && $(value ref) == "${ref}" && $(value commit) == "${commit}" && $(value name) == e &&
        $(value data) == ssh && $(value exit) == 0 && $(value job) == 7 && -n $(value recovered) &&
        -z $(value kept) && -z $(value message) &&
        -f $(printf model | object_of) && -f $(printf a | object_of) && -f $(printf b | object_of) &&
        -f $(listing | object_of .dir) &&
        $(ls -A "${record}" | grep -vx -e job -e workspace -e publishing -e gone | tr '\n' ' ') == "phases result " ]] &&
        [[ ! -e ${root}/outside || $(<"${root}/outside/precious") == mine ]]
}

@test "an experiment whose objects are in the cache is published" {
    fill_cache
    mkdir "${root}/outside"
    printf mine >"${root}/outside/precious"
    ln -s "${root}/outside" "${kept}/link"
    git -C "${mirror}" update-ref "${ref}-partial" "${base}"
    printf '%s-partial %s\n' "${ref}" "${base}" >"${record}/partial-ref"
    run ask
    says 'name e'
    says 'result state published'
    is_recovered
    ! git -C "${mirror}" rev-parse --verify --quiet "${ref}-partial"
    run ask # again
    says 'result state published'
    is_recovered
}

@test "a job that died after its push, before its result: the ref shows it" {
    git -C "${kept}" push --quiet "${mirror}" "${ref}:refs/rdvc/objects"
    rm -rf "${kept}" "${record}/result"
    printf '7\n' >"${record}/job"
    printf '%s %s %s\n' "${ref}" "${base}" "${mirror}" "${ref}" "${commit}" "${mirror}" >"${record}/publishing"
    run ask # it was not pushed
    says 'failed nothing is left of its workspace'
    [[ ! -e ${record}/result ]]
    git -C "${mirror}" update-ref "${ref}" "${commit}"
    run ask
    says 'result state published'
    fill_cache
    is_recovered
}

@test "a result that cannot be written: reported, and the workspace stays" {
    fill_cache
    mkdir "${record}/result.N"
    run ask
    says "refused disk cannot write to ${record}"
    [[ ${lines[-1]} == "refused disk "* && -d ${kept} && $(value state) == unpublished ]]
    rmdir "${record}/result.N"
    run ask
    is_recovered
}

@test "a later start made another result, which is kept: that one is published, not the earlier one" {
    fill_cache
    git -C "${mirror}" update-ref "${ref}" "${base}"
    printf '%s %s %s\n' "${ref}" "${base}" "${mirror}" >"${record}/publishing"
    run ask
    says 'result state published'
    is_recovered
}

@test "a job that is still saving its result may end first" {
    fill_cache
    sed -i '/end$/d' "${record}/phases"
    echo "7|COMPLETING|None|N/A|x|rdvc:${token}" >"${root}/squeue"
    run ask
    says 'live COMPLETING'
    [[ -d ${kept} ]]
    echo '5.5 end' >>"${record}/phases"
    run ask
    is_recovered
}

@test "missing objects come from the work tree, a folder's own too, never with wrong content" {
    mkdir "${kept}/another"
    printf other >"${kept}/another/model.txt"
    run ask
    says 'put 4'
    is_recovered
    [[ $(stat -c %a "$(printf model | object_of)") == 444 ]]
}

@test "objects that are nowhere are named, and nothing is changed" {
    printf other >"${kept}/model.txt"
    run ask
    says 'missing model.txt'
    says "kept ${kept}"
    [[ $(value state) == unpublished && -e ${kept}/model.txt ]]
    ! git -C "${mirror}" rev-parse --verify --quiet "${ref}"
}

@test "the name is taken: NAME-TOKEN, and this is reported" {
    fill_cache
    git -C "${mirror}" update-ref "${ref}" "${base}"
    run ask
    says "result name e-${token}"
    says "result message another experiment is called e, so this one is e-${token}"
    [[ $(git -C "${mirror}" rev-parse "${ref}-${token}") == "${commit}" ]]
    [[ $(git -C "${mirror}" rev-parse "${ref}") == "${base}" && ! -e ${kept} ]]
}

@test "dvc push had not been reached: the data is only in the cache" {
    fill_cache
    sed -i 's/^data ssh/data remote/' "${rdvc}/submissions/${token}/submission"
    run ask
    says 'result data ssh'
}

@test "dvc push had ended: the data is on the remote" {
    fill_cache
    sed -i 's/^data ssh/data remote/' "${rdvc}/submissions/${token}/submission"
    sed -i 's/^4.5 publish/4.2 push\n4.5 publish/' "${record}/phases"
    run ask
    says 'result data remote'
}

@test "dvc push had ended, but not with all" {
    fill_cache
    sed -i 's/^data ssh/data remote/' "${rdvc}/submissions/${token}/submission"
    sed -i 's/^4.5 publish/4.2 push\n4.5 publish/' "${record}/phases"
    sed -i 's/^message .*/message the result is not complete; outputs that .../' "${record}/result"
    run ask
    says 'result data ssh'
}

@test "a job that was killed while it published has no result" {
    fill_cache
    rm "${record}/result"
    printf '3.5 experiment\n4.5 publish\n' >"${record}/phases"
    printf '7\n' >"${record}/job"
    run ask
    says 'result state published'
    says 'result job 7'
}

@test "a job that was killed earlier has nothing to recover, and keeps all" {
    rm "${record}/result"
    printf '3.5 experiment\n' >"${record}/phases"
    run ask
    says 'phase experiment'
    [[ -d ${kept} ]]
}

@test "a job that waits to run again, and a squeue that does not answer" {
    fill_cache
    echo "7|PENDING|Resources|N/A|x|rdvc:${token}" >"${root}/squeue"
    run ask
    says 'live PENDING'
    printf '#!/bin/sh\nexit 1\n' >"${root}/bin/squeue"
    run ask
    [[ ${output} == *"silent squeue does not answer: "* ]]
    [[ $(value state) == unpublished && -d ${kept} ]]
}

@test "no experiment in the workspace: the answer says what is there" {
    git -C "${kept}" update-ref -d "${ref}"
    run ask
    says "kept ${kept}"
    says "bare e"
    [[ -d ${kept} ]]
}

@test "a missing mirror does not lead to an incomplete result" {
    fill_cache
    git -C "${mirror}" repack -a -d --quiet
    git -C "${kept}" prune-packed --quiet
    mv "${mirror}" "${mirror}.elsewhere"
    run ask
    says "unreadable p-1.git"
    mv "${mirror}.elsewhere" "${mirror}"
    run ask
    is_recovered
}

@test "code of origin: pushed there, or into the mirror where it cannot be reached" {
    fill_cache
    sed -i 's/^code ssh/code origin/' "${rdvc}/submissions/${token}/submission"
    git clone --quiet --bare "${kept}" "${root}/origin.git"
    git -C "${root}/origin.git" update-ref -d "${ref}" 2>/dev/null || true
    cp -r "${rdvc}" "${root}/saved"
    git -C "${kept}" remote add origin "${root}/origin.git"
    run ask
    says 'result code origin'
    [[ $(git -C "${root}/origin.git" rev-parse "${ref}") == "${commit}" ]]
    ! git -C "${mirror}" rev-parse --verify --quiet "${ref}"
    rm -rf "${rdvc}"
    mv "${root}/saved" "${rdvc}"
    git -C "${kept}" repack -a -d --quiet # a clone of origin needs no mirror
    rm -rf "${kept}/.git/objects/info/alternates" "${mirror}"
    git -C "${kept}" remote add origin "${root}/nowhere.git"
    run ask
    [[ ${output} == *"said origin did not accept it"* ]]
    says 'result code ssh'
    is_recovered
}

@test "a path that leads out of the job's folder is not taken for a workspace" {
    mkdir "${root}/outside"
    mv "${kept}" "${root}/outside/p"
    sed -i "s|^kept .*|kept ${root}/outside/p|" "${record}/result"
    run ask
    says 'failed nothing is left of its workspace'
    ln -s "${root}/outside/p" "${kept}"
    run ask
    says 'failed nothing is left of its workspace'
    [[ -d ${root}/outside/p/.git ]]
}

@test "a workspace that the login node sees is recovered in its place, and removed" {
    fill_cache
    local workspace="${root}/rdvc-7-abcdefgh"
    mkdir "${workspace}"
    mv "${kept}" "${workspace}/p"
    chmod -R a-w "${workspace}/p/out"
    : >"${workspace}/rdvc-keep"
    sed -i "s|^kept .*|kept ${workspace}/p|" "${record}/result"
    printf 'node n1\npath %s\n' "${workspace}" >"${record}/workspace"
    run ask
    says 'result state published'
    [[ ! -e ${workspace} ]]
}

# A node is a folder that the login node does not see until sbatch moves it there.
@test "a workspace on its node is brought by a job there" {
    fill_cache
    local workspace="${root}/rdvc-7-abcdefgh"
    mkdir "${root}/node" "${root}/node/rdvc-7-abcdefgh"
    mkdir -m 000 "${kept}/closed"
    mv "${kept}" "${root}/node/rdvc-7-abcdefgh/p"
    sed -i "s|^kept .*|kept ${workspace}/p|" "${record}/result"
    printf 'node n1.example.org\npath %s\n' "${workspace}" >"${record}/workspace"
    printf '#!/bin/bash\n#SBATCH --partition="a b"\n#SBATCH --gpus=1\n\n#SBATCH --qos=late\n' >"${rdvc}/submissions/${token}/job.sh"
    cat >"${root}/bin/sbatch" <<SH
#!/bin/bash
printf '%s\n' "\$*" >>${root}/sbatch
[[ \$* == *"--nodelist=n1 "* ]] || { echo 'invalid node name' >&2; exit 1; }
mv ${root}/node/rdvc-7-abcdefgh ${root} 2>/dev/null
while [[ \$1 == --* ]]; do shift; done
SLURM_JOB_ID=8 bash "\$@" >${root}/bring.out 2>&1
echo 8
SH
    chmod +x "${root}/bin/sbatch"
    run ask
    says 'sent 8'
    says 'result state published'
    grep -q -- "--nodelist=n1.example.org .*--comment=rdvc:recover-${token} --time=10" "${root}/sbatch"
    [[ ! -e ${workspace} ]]
    is_recovered
}

# bats test_tags=long
@test "the job that brings a workspace waits: reported, and not sent twice" {
    sed -i "s|^kept .*|kept /nowhere/rdvc-7-abcdefgh/p|" "${record}/result"
    rm -rf "${kept}"
    printf '#!/bin/bash\necho x >>%q\necho "8|PENDING|Resources|N/A|x|rdvc:recover-%s" >%q\necho 8\n' "${root}/sent" "${token}" \
        "${root}/squeue" >"${root}/bin/sbatch"
    chmod +x "${root}/bin/sbatch"
    patience=9 run ask
    says 'late PENDING Resources'
    patience=9 run ask
    says 'late PENDING Resources'
    [[ $(wc -l <"${root}/sent") -eq 1 ]]
}

@test "a command's outputs are stored as its job would have done" {
    sed -i 's/^kind experiment/kind command/' "${rdvc}/submissions/${token}/submission"
    printf 'export X=1\nRDVC_JOB_OUTPUTS=(res "a b")\n' >"${rdvc}/submissions/${token}/job.sh"
    sed -i 's/ publish$/ output/' "${record}/phases" "${record}/result"
    cd "${kept}"
    mkdir res 'a b' other
    echo old >res/tracked
    echo changed >res/changed
    git add res
    touch -d @2.4 res/tracked # in the second in which the environment begins
    echo new >'a b/new'
    echo x >other/x
    ln -s /etc/passwd res/out
    ln -s changed res/in
    cd "${root}"
    run ask
    says 'result state done'
    says 'result output 3'
    [[ $(cd "${record}/output" && find . ! -type d | sort | tr '\n' ' ') == "./a b/new ./res/changed ./res/in " ]]
    [[ $(ls -A "${record}" | tr '\n' ' ') == "output phases result " ]]
}

@test "new files are prepared for the laptop; the workspace stays" {
    rm -f "${kept}/model.txt"
    printf model | store
    ln -s "$(printf model | object_of)" "${kept}/model.txt"
    ln -s /etc/passwd "${kept}/passwd"
    mkdir -p "${kept}/.venv"
    : >"${kept}/.venv/pyvenv.cfg"
    touch -d @1 "${kept}/.gitignore"
    chmod a-w "${kept}/out/deep" "${kept}/out"
    run ask here
    says 'files 4'
    says "experiment ${commit}"
    says "place ${record}/.here"
    [[ $(cd "${record}/.here" && find . ! -type d | sort | tr '\n' ' ') == "./dvc.lock ./model.txt ./out/a.txt ./out/deep/b.txt " ]]
    [[ ! -L ${record}/.here/model.txt && $(<"${record}/.here/model.txt") == model ]]
    run ask here
    says 'files 4'
    [[ -d ${kept} && $(value state) == unpublished ]]
    chmod -R u+w "${kept}" # bats removes it
}

# Each run of a program that changes something counts; the request is killed before the n-th of them.
count_steps() {
    local program real
    for program in git mv rm cp chmod mkdir; do
        real=$(PATH=${PATH#*:} command -v "${program}")
        cat >"${root}/bin/${program}" <<SH
#!/bin/bash
[[ -e ${root}/kill_at ]] || exec ${real} "\$@"
[[ ${program} != git || " \$* " == *" push "* ]] || exec ${real} "\$@"
echo x >>${root}/steps
((\$(/usr/bin/wc -l <${root}/steps) < \$(<${root}/kill_at))) || kill -9 -- -\$(<${root}/group)
exec ${real} "\$@"
SH
        chmod +x "${root}/bin/${program}"
    done
}

# The request in a process group of its own.
ask_and_kill() {
    : >"${root}/steps"
    program >"${root}/program"
    printf '%s' "$1" >"${root}/kill_at"
    setsid bash -c "echo \$\$ >${root}/group; exec bash -s" <"${root}/program" >"${root}/said" 2>/dev/null 3>&- &
    wait $! 2>/dev/null || true
    rm -f "${root}/kill_at"
}

# bats test_tags=long
@test "killed before any step: the same request again converges" {
    cp -a "${rdvc}" "${root}/saved"
    count_steps
    local n=0
    while :; do
        n=$((n + 1))
        rm -rf "${rdvc}"
        cp -a "${root}/saved" "${rdvc}"
        nonce=first ask_and_kill "${n}"
        ! grep -q '@rdvc:first end' "${root}/said" || break
        nonce=second run ask
        is_recovered || {
            printf 'killed before step %s\n%s\n' "${n}" "${output}"
            return 1
        }
    done
    printf '%s steps\n' "${n}"
    ((n > 15))
}

@test "two at once" {
    program >"${root}/one"
    nonce=M program >"${root}/two"
    bash -s <"${root}/one" >"${root}/said.one" 3>&- &
    bash -s <"${root}/two" >"${root}/said.two" 3>&- &
    wait
    grep -q '^@rdvc:N result state published' "${root}/said.one"
    grep -q '^@rdvc:M result state published' "${root}/said.two"
    run ask
    is_recovered
}
