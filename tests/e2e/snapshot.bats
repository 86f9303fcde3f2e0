# The code as it stands reaches the job, whatever Git does with it; and the mirror repairs itself.

load support

setup_file() {
    start_world 1
    make_project "${folder}/project"
    git tag good
    export project="${folder}/project"
}

teardown_file() {
    stop_world
}

setup() {
    cd "${project}"
    git checkout --quiet --force -B main good
    git clean --quiet --force --force -d
}

teardown() {
    note_failure
    umount "${cluster_home}/.rdvc/repos" 2>/dev/null || true # of a case that stopped half-way
}

# Runs, waits and pulls the experiment $1 in this repository; shows the log of one that failed.
run_to_the_end() {
    local name=$1
    shift
    rdvc run -n "${name}" "$@"
    rdvc wait "${name}" || {
        rdvc logs "${name}"
        return 1
    }
    rdvc pull "${name}"
}

# The experiment's commit, and its baseline.
commit_of() {
    git for-each-ref --format='%(objectname)' "refs/exps/*/*/$1"
}

content_of() { # NAME PATH
    git show "$(commit_of "$1"):$2"
}

# The stage's second output, in Git, records what the job sees.
show_seen() {
    sed -i 's/outs: \[model.txt\]/outs: [model.txt, seen.txt: {cache: false}]/' dvc.yaml
}

fields_of_status() { # user-visible state of the work tree, the index, the stash and HEAD
    git status --porcelain=v2 -z | od -c
    git stash list
    git rev-parse HEAD
    git ls-files --stage --debug | grep -v -e '^  ctime' -e '^  mtime' -e '^  dev' -e '^  uid' -e '^  size'
}

@test "edited, new, deleted, renamed, staged and executable files are in the experiment, and here all is as before" {
    printf 'keep\n' >old-name.txt
    printf 'x\n' >doomed.txt
    git add -A
    git commit --quiet -m 'Two more files'
    sed -i 's/model of/MODEL of/' train.sh
    git mv old-name.txt new-name.txt
    rm doomed.txt
    printf 'staged\n' >staged.txt
    git add staged.txt
    printf 'and changed\n' >>staged.txt
    printf '#!/bin/sh\n' >tool.sh
    chmod +x tool.sh
    fields_of_status >"${folder}/before"
    run rdvc run -n changes
    [[ ${status} -eq 0 ]]
    [[ ${output} == *"(main) + 1 changed, 2 deleted, 3 new files, "* ]]
    [[ ${output} == *"new:  new-name.txt"*"new:  staged.txt"*"new:  tool.sh"* ]]
    rdvc wait changes
    rdvc pull changes
    fields_of_status | cmp - "${folder}/before"
    local commit
    commit=$(commit_of changes)
    [[ $(git rev-parse "${commit}^") == "$(git rev-parse HEAD)" ]]
    [[ $(git diff --name-status --no-renames "${commit}^" "${commit}") == "D	doomed.txt
A	dvc.lock
A	metrics.json
A	new-name.txt
D	old-name.txt
A	staged.txt
A	tool.sh
M	train.sh" ]]
    [[ $(content_of changes staged.txt) == $'staged\nand changed' ]]
    [[ $(git ls-tree "${commit}" tool.sh) == 100755* ]]
}

@test "the second submission of an unchanged project sends no Git object and few bytes" {
    printf 'new\n' >more.txt
    git tag -a -m annotated sent-once
    rdvc run -n once
    run rdvc run --verbose -n again
    [[ ${status} -eq 0 && ${output} == *"1 new file, 0 Git objects to send, "* ]]
    printf 'newer\n' >more.txt
    run rdvc run -n third
    [[ ${output} == *"1 new file, 3 Git objects to send, "* ]]
    git tag -d sent-once
    rdvc wait again
    [[ -s $(echo "${cluster_home}/.rdvc/submissions/$(fields_of again token)/tags") ]]
}

@test "--only-committed leaves changes out" {
    sed -i 's/model of/NOT of/' train.sh
    run rdvc run --only-committed -n committed
    [[ ${status} -eq 0 && ${output} == *"left out: 1 uncommitted change (--only-committed)"* ]]
    rdvc wait committed
    rdvc pull committed
    [[ $(content_of committed train.sh) == "$(git show HEAD:train.sh)" ]]
}

@test "names with line ends, quotes, dashes and invalid UTF-8" {
    local name
    for name in $'line\nend' 'q"uo'\''te' '-rf' $'latin-\xe9' 'ünï'; do
        printf 'x\n' >"${name}"
    done
    ln -s nowhere broken-link
    printf 'ls > seen.txt\n' >>train.sh
    show_seen
    run_to_the_end names
    local tree
    tree=$(git -c core.quotePath=false ls-tree --name-only "$(commit_of names)")
    [[ ${tree} == *'"line\nend"'* && ${tree} == *"-rf"* && ${tree} == *ünï* && ${tree} == *broken-link* ]]
    # Not in the commit, since DVC cannot stage it, but the job had it.
    content_of names seen.txt | grep -qa $'latin-\xe9'
}

@test "-C brings ignored files and folders; they are in no commit" {
    mkdir -p model.txt.d local/deep
    printf '/local\n' >>.gitignore
    printf 'weights\n' >local/deep/start.bin
    printf 'cat local/deep/start.bin >> model.txt; cp model.txt seen.txt\n' >>train.sh
    show_seen
    run_to_the_end copied -C local
    [[ $(content_of copied seen.txt) == *weights ]]
    ! git cat-file -e "$(commit_of copied):local" 2>/dev/null
    run rdvc run -C nowhere
    [[ ${status} -eq 2 && ${output} == *'`nowhere` does not exist'* ]]
}

@test "secrets and large files do not travel by accident" {
    printf 'TOKEN=1\n' >.env
    run rdvc run -n secret
    [[ ${status} -eq 3 && ${output} == *"looks like a secret"*".env"*"--include=.env"* ]]
    rm .env
    head -c 30000000 /dev/zero >large.bin
    head -c 3000 /dev/zero >small.bin
    run rdvc run -n large
    [[ ${status} -eq 3 && ${output} == *"30 MB of untracked files would travel; the limit is 20 MB"*"30 MB  large.bin"* ]]
    [[ -z $(fields_of secret state)$(fields_of large state) ]]
}

@test "conflicts and unfinished merges are refused by name" {
    git checkout --quiet -b other
    sed -i 's/model of/other of/' train.sh
    git commit --quiet -am other
    git checkout --quiet main
    sed -i 's/model of/mine of/' train.sh
    git commit --quiet -am mine
    ! git merge --quiet other
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *"a merge is not finished"*train.sh*"git merge --abort"* ]]
    git merge --abort
    git branch --quiet -D other
}

# bats test_tags=long
@test "a linked work tree, a sparse checkout and a split index" {
    git worktree add --quiet "${folder}/linked" -b linked
    cd "${folder}/linked"
    mkdir -p part/a part/b
    printf 'a\n' >part/a/file
    printf 'b\n' >part/b/file
    git add -A
    git commit --quiet -m Parts
    git update-index --split-index
    git sparse-checkout set --cone .dvc part/a
    [[ ! -e part/b ]]
    printf 'changed\n' >part/a/file
    printf 'new\n' >part/a/new
    run_to_the_end linked
    [[ $(content_of linked part/a/file) == changed && $(content_of linked part/b/file) == b ]]
    [[ $(content_of linked part/a/new) == new ]]
}

# bats test_tags=long
@test "a shallow clone: submit, pull, dvc exp pull, then with all of the history" {
    printf '1\n' >one.txt
    git add -A
    git commit --quiet -m one
    git tag -a -m tagged v1
    rm -rf "${folder}/shallow" "${folder}/served.git"
    git clone --quiet --bare . "${folder}/served.git"
    git clone --quiet --depth 1 "file://${folder}/served.git" "${folder}/shallow"
    cd "${folder}/shallow"
    printf '2\n' >two.txt
    run_to_the_end shallow
    [[ $(content_of shallow two.txt) == 2 ]]
    local mirror
    mirror=$(echo "${cluster_home}/.rdvc/repos/served-"*.git)
    [[ -s ${mirror}/shallow ]]
    git -C "${mirror}" fsck --connectivity-only
    rdvc run -n plain-pull -S lr=0.3
    rdvc wait plain-pull
    rdvc init remote --yes
    dvc exp pull rdvc plain-pull
    git commit --quiet --allow-empty -m more
    run_to_the_end shallow-more
    # The whole history arrives from elsewhere: nothing ends early any more.
    git clone --quiet "file://${folder}/served.git" "${folder}/whole"
    cd "${folder}/whole"
    printf '3\n' >three.txt
    XDG_STATE_HOME="${folder}/state-whole" run_to_the_end whole
    [[ ! -e ${mirror}/shallow ]]
    git -C "${mirror}" fsck --connectivity-only
}

# bats test_tags=long
@test "a history above run.max_history is not sent; later submissions build on what was sent" {
    rm -rf "${folder}/big"
    make_project "${folder}/big"
    local n
    for n in 1 2 3; do
        head -c 300000 /dev/urandom >random.bin
        git add -A
        git commit --quiet -m "random ${n}"
    done
    printf '[run]\nmax_history = "500K"\n' >"${folder}/max-history"
    mkdir -p .rdvc
    cp "${folder}/max-history" .rdvc/config.toml
    run rdvc run -n cut
    [[ ${status} -eq 0 && ${output} == *"the history is larger than run.max_history and is not sent"* ]]
    rdvc wait cut
    rdvc pull cut
    local mirror
    mirror=$(echo "${cluster_home}/.rdvc/repos/big-"*.git)
    git -C "${mirror}" fsck --connectivity-only
    ! git -C "${mirror}" cat-file -e HEAD~2 2>/dev/null
    printf 'more\n' >more.txt
    git add -A
    git commit --quiet -m more
    run rdvc run -n cut-again
    [[ ${status} -eq 0 && ${output} =~ ,\ ([0-9]+)\ Git\ objects ]]
    ((BASH_REMATCH[1] < 6)) # the large file is there
    rdvc wait cut-again
    rdvc pull cut-again
    git -C "${mirror}" fsck --connectivity-only
}

@test "submodules, also in submodules, at their commits; dirty ones are named" {
    local part
    for part in inner outer; do
        git init --quiet "${folder}/${part}"
        printf '%s\n' "${part}" >"${folder}/${part}/${part}.txt"
        git -C "${folder}/${part}" add -A
        git -C "${folder}/${part}" commit --quiet -m "${part}"
    done
    git -c protocol.file.allow=always -C "${folder}/outer" submodule --quiet add "${folder}/inner" in
    git -C "${folder}/outer" commit --quiet -am 'With an inner one'
    git -c protocol.file.allow=always submodule --quiet add "${folder}/outer" lib
    git -c protocol.file.allow=always submodule --quiet update --init --recursive
    git commit --quiet -m 'With submodules' # DVC fails where a new one is only staged
    git -C lib commit --quiet --allow-empty -m 'Not pushed anywhere'
    printf 'cat lib/outer.txt lib/in/inner.txt > seen.txt; git -C lib rev-parse HEAD >> seen.txt\n' >>train.sh
    show_seen
    run_to_the_end modules
    [[ $(content_of modules seen.txt) == "outer
inner
$(git -C lib rev-parse HEAD)" ]]
    [[ $(git ls-tree "$(commit_of modules)" lib) == "160000 commit $(git -C lib rev-parse HEAD)"* ]]
    run rdvc run -n modules-again
    [[ ${output} == *", 0 Git objects to send, "* ]]
    printf 'dirt\n' >>lib/in/inner.txt
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *'the submodule `lib` has uncommitted changes'* ]]
    git submodule --quiet deinit --force --all
    git init --quiet embedded
    printf 'x\n' >embedded/file
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *'`embedded/` is a Git repository of its own'* ]]
    rm -rf embedded lib .git/modules
}

@test "the content of Git LFS files travels; a pointer without content is refused" {
    local content=$'large content\n' oid
    oid=$(printf '%s' "${content}" | sha256sum | cut -d ' ' -f 1)
    printf '*.bin filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "${oid}" "${#content}" >weights.bin
    printf 'cat weights.bin > seen.txt\n' >>train.sh
    show_seen
    git add -A
    git commit --quiet -m 'A file in LFS'
    run rdvc run -n pointer
    [[ ${status} -eq 3 && ${output} == *"the content of files in Git LFS is not here"*weights.bin*"git lfs pull"* ]]
    mkdir -p ".git/lfs/objects/${oid:0:2}/${oid:2:2}"
    printf '%s' "${content}" >".git/lfs/objects/${oid:0:2}/${oid:2:2}/${oid}"
    run_to_the_end lfs
    [[ $(content_of lfs seen.txt) == "large content" ]]
    [[ $(content_of lfs weights.bin) == version* ]]
    rm -rf .git/lfs
}

# A hash of each file, computed by the same command here and there, shows what the job sees.
# bats test_tags=long
@test "files that Git stores differently (filters, line ends, encodings) are the same in the job as here" {
    printf '*.ipynb filter=strip\nprivate filter=veil\n*.wide working-tree-encoding=UTF-16LE text\n' >.gitattributes
    printf '*.bat text eol=crlf\n' >.git/info/attributes
    git config filter.strip.clean 'sed /output/d'
    git config filter.strip.smudge cat
    git config filter.veil.clean 'tr a-z n-za-m'
    git config filter.veil.smudge 'tr a-z n-za-m'
    git config filter.veil.required true
    git config core.autocrlf true
    printf '{"cell": 1}\n{"output": 1}\n' >'a note*book.ipynb'
    cp 'a note*book.ipynb' same.ipynb && printf '{"output": 2}\n' >>same.ipynb # with the same blob
    printf 'a key\n' >private
    printf 'w\0\n\0' >a.wide
    printf 'dir\r\n' >a.bat
    printf 'a\r\nb\r\n' >dos.txt
    printf 'a\nb\n' >unix.txt # which a checkout would make one with CRLF
    show_seen
    printf 'sha256sum *.ipynb private a.* dos.txt unix.txt >seen.txt\n' >train.sh
    printf 'echo model >model.txt\n' >>train.sh
    git add -A 2>/dev/null
    git commit --quiet -m 'Files that Git converts'
    printf '{"output": 3}\n' >>same.ipynb
    run rdvc run -n refused
    [[ ${status} -eq 3 && ${output} == *"the job does not have the filter"*'private  (filter `veil`)'*--include=private* ]]
    printf 'another key\n' >private
    run_to_the_end converted --include=private
    sh train.sh
    diff seen.txt <(content_of converted seen.txt)
    [[ $(content_of converted private) == 'nabgure xrl' ]]
    [[ $(content_of converted same.ipynb) == '{"cell": 1}' ]]
    git diff --quiet HEAD "$(commit_of converted)" -- '*.ipynb' 'a.*' dos.txt unix.txt
    printf 'printf "a key of the job\\n" >private\n' >>train.sh
    rdvc run -n spilt --include=private
    ! rdvc wait spilt
    run rdvc logs spilt
    [[ ${output} == *"keeps encrypted was changed"* ]]
    git config --unset core.autocrlf
    rm -f .git/info/attributes
    git config --remove-section filter.strip
    git config --remove-section filter.veil
}

# bats test_tags=long
@test "with the real git-lfs here: new content travels too, and its pointer is in the experiment" {
    command -v git-lfs >/dev/null || skip 'git-lfs is not installed'
    git lfs install --local --skip-smudge >/dev/null
    printf '*.bin filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes
    printf 'committed content\n' >weights.bin
    printf 'cat weights.bin > seen.txt\n' >>train.sh
    show_seen
    git add -A
    git commit --quiet -m 'A file in LFS'
    [[ $(git show HEAD:weights.bin) == version* ]]
    run_to_the_end real-lfs
    [[ $(content_of real-lfs seen.txt) == 'committed content' && $(content_of real-lfs weights.bin) == version* ]]
    printf 'edited content\n' >weights.bin
    run_to_the_end edited-lfs
    [[ $(content_of edited-lfs seen.txt) == 'edited content' && $(content_of edited-lfs weights.bin) == version* ]]
    git lfs uninstall --local >/dev/null
    rm -rf .git/lfs
}

# bats test_tags=long
@test "a stage that reads a file which Git does not look at may run in the job: its input travels" {
    seq 3 >raw.csv
    dvc add --quiet raw.csv
    printf '  cut:\n    cmd: sh cut.sh\n    deps: [cut.sh, raw.csv]\n    outs: [cut.csv]\n' >>dvc.yaml
    printf 'head -n 1 raw.csv >cut.csv\n' >cut.sh
    git add -A
    git commit --quiet -m 'A stage with an input'
    git update-index --assume-unchanged cut.sh
    printf 'head -n 2 raw.csv >cut.csv\n' >cut.sh
    dvc repro --quiet cut # recorded is what no commit has
    git add -A
    git commit --quiet -m 'What was recorded'
    run_to_the_end hidden
    [[ $(content_of hidden cut.sh) == 'head -n 1 '* ]]
    git update-index --no-assume-unchanged cut.sh
}

# bats test_tags=long
@test "the next run repairs a mirror that was deleted, emptied or damaged" {
    local mirror
    run_to_the_end intact
    mirror=$(echo "${cluster_home}/.rdvc/repos/project-"*.git)
    rm -rf "${mirror}"
    run_to_the_end deleted
    printf 'garbage\n' >"${mirror}/HEAD"
    run_to_the_end no-head
    find "${mirror}/objects" -name '*.pack' -exec chmod u+w {} + -exec truncate --size=100 {} +
    run_to_the_end cut-packs
    git -C "${mirror}" fsck --connectivity-only 2>/dev/null
    find "${mirror}/objects" -type f -delete
    printf 'new\n' >new.txt
    run_to_the_end no-objects
    # Results that can still be read are kept.
    git -C "${mirror}" show-ref | grep -q /no-objects
}

# bats test_tags=long
@test "an object that only the job finds unreadable: it says so, and the next run repairs" {
    local mirror pack
    printf 'some content that is only here\n' >only-here.txt
    run_to_the_end readable
    mirror=$(echo "${cluster_home}/.rdvc/repos/project-"*.git)
    for pack in "${mirror}"/objects/pack/*.pack; do
        chmod u+w "${pack}"
        # Behind the header and the first bytes, before the trailer that git checks when it opens a pack.
        python3 - "${pack}" <<'PY'
import sys
with open(sys.argv[1], "r+b") as pack:
    data = bytearray(pack.read())
    for i in range(40, len(data) - 20):
        data[i] ^= 0x5A
    pack.seek(0)
    pack.write(data)
PY
    done
    run rdvc run -n unreadable
    if [[ ${status} -eq 0 ]]; then
        rdvc wait unreadable || rdvc logs unreadable | grep -q 'the next `rdvc run` repairs it'
    fi
    run_to_the_end repaired
}

# bats test_tags=long
@test "two laptops submit the same project at once" {
    local n waiting=()
    mkdir .rdvc
    printf '[project]\nid = "00112233445566778899aabbccddeeff"\nname = "shared"\n' >.rdvc/config.toml
    git add .rdvc
    git commit --quiet -m 'An id for all clones'
    for n in 1 2 3 4; do
        git clone --quiet "${project}" "${folder}/laptop-${n}"
        (
            cd "${folder}/laptop-${n}"
            git remote remove origin
            printf '%s\n' "${n}" >"from-${n}.txt"
            XDG_STATE_HOME="${folder}/state-${n}" rdvc run -n "laptop-${n}" -S "lr=${n}"
        ) &
        waiting+=($!)
    done
    for n in "${waiting[@]}"; do
        wait "${n}"
    done
    for n in 1 2 3 4; do
        rdvc wait "laptop-${n}"
        rdvc pull "laptop-${n}"
        [[ $(content_of "laptop-${n}" "from-${n}.txt") == "${n}" ]]
    done
}

# bats test_tags=root
@test "the cluster's disk is full when objects arrive: a clear message, no job, and the next submission works" {
    [[ ${EUID} -eq 0 ]] || skip "a small file system needs root"
    local repos="${cluster_home}/.rdvc/repos"
    [[ -d ${repos} ]] || run_to_the_end before
    mv "${repos}" "${repos}.aside"
    mkdir "${repos}"
    mount -t tmpfs -o size=600k tmpfs "${repos}"
    head -c 2000000 /dev/urandom >random.bin
    run rdvc run -n no-room
    umount "${repos}"
    rmdir "${repos}"
    mv "${repos}.aside" "${repos}"
    [[ ${status} -eq 3 && ${output} == *"the Git objects did not arrive completely"*"No space left on device"* ]]
    run rdvc status
    [[ ${output} != *no-room* || ${output} == *no-room*refused* ]]
    run_to_the_end room-again
}

# bats test_tags=root
@test "the cluster's disk is full when the result is published: it is kept" {
    [[ ${EUID} -eq 0 ]] || skip "a small file system needs root"
    local repos="${cluster_home}/.rdvc/repos"
    head -c 200000 /dev/urandom >random.bin
    cat >>train.sh <<'SH'
head -c 50000 /dev/urandom >large-result.txt
head -c 100000000 /dev/zero >"$RDVC_DIR/repos/filler" 2>/dev/null || true
SH
    sed -i 's/outs: \[model.txt\]/outs: [model.txt, large-result.txt: {cache: false}]/' dvc.yaml
    mv "${repos}" "${repos}.aside"
    mkdir "${repos}"
    mount -t tmpfs -o size=3m tmpfs "${repos}"
    rdvc run -n not-published
    run rdvc wait not-published
    local said=${output} code=${status}
    rdvc logs not-published | tail -n 15
    rm -f "${repos}/filler"
    cp -r "${repos}"/project-*.git "${folder}/mirror.git"
    umount "${repos}"
    rmdir "${repos}"
    mv "${repos}.aside" "${repos}"
    [[ ${code} -eq 7 && ${said} == *"unpublished in phase publish"* ]]
    ! git -C "${folder}/mirror.git" show-ref | grep -q not-published
    git -C "${folder}/mirror.git" fsck --connectivity-only
    run rdvc status not-published
    [[ ${output} == *"a disk of "*" was full"*"next: rdvc recover "* ]]
    local kept
    kept=$(fields_of not-published kept)
    git -C "${kept}" for-each-ref --format='%(refname)' 'refs/exps/*/*/not-published' | grep .
    [[ $(wc -c <"${kept}/large-result.txt") -eq 50000 ]]
}

@test "a missing object in a shallow clone gives git's own clear message, and nothing is sent" {
    git clone --quiet --depth 1 "file://${project}" "${folder}/broken-shallow"
    cd "${folder}/broken-shallow"
    local pack blob
    git unpack-objects -q <<<'' 2>/dev/null || true
    pack=$(echo .git/objects/pack/*.pack)
    mv "${pack}" "${folder}/pack"
    rm -f .git/objects/pack/*
    git unpack-objects -q <"${folder}/pack"
    blob=$(git rev-parse HEAD:params.yaml)
    rm -f ".git/objects/${blob:0:2}/${blob:2}"
    XDG_STATE_HOME="${folder}/state-broken" run rdvc run -n broken-object
    [[ ${status} -eq 1 && ${output} == *"git pack-objects failed"*"${blob}"* ]]
}

# bats test_tags=long
@test "git's settings on the cluster neither damage the mirror nor change the files" {
    printf 'one\ntwo\n' >lines.txt
    git add lines.txt
    git commit --quiet -m 'Lines'
    run_to_the_end before-settings
    local mirror refs
    mirror=$(echo "${cluster_home}/.rdvc/repos/project-"*.git)
    refs=$(git -C "${mirror}" show-ref | sort)
    rm -rf "${mirror}/rdvc-unreadable" # of earlier cases
    printf '[broken\n' >"${cluster_home}/.gitconfig"
    run rdvc run -n broken-settings
    [[ ${status} -eq 3 && ${output} == *"git cannot read the project's mirror"*"bad config line 1"* ]]
    [[ $(git -C "${mirror}" show-ref | sort) == "${refs}" && ! -e ${mirror}/rdvc-unreadable ]]
    mkdir -p "${cluster_home}/hooks"
    printf '#!/bin/sh\nexit 1\n' | tee "${cluster_home}"/hooks/{pre-push,reference-transaction,post-checkout} >/dev/null
    chmod +x "${cluster_home}"/hooks/*
    cat >"${cluster_home}/.gitconfig" <<'CONFIG'
[core]
    autocrlf = true
    eol = crlf
    hooksPath = ~/hooks
[safe]
    bareRepository = explicit
[commit]
    gpgSign = true
[submodule]
    recurse = true
CONFIG
    printf 'cat lines.txt > seen.txt; ls -l lines.txt | cut -c 1-10 >> seen.txt\n' >>train.sh
    show_seen
    (umask 022 && touch lines.txt) # the login's umask is the job's
    run_to_the_end other-settings
    rm -r "${cluster_home}/.gitconfig" "${cluster_home}/hooks"
    [[ $(content_of other-settings seen.txt) == $'one\ntwo\n-rw-r--r--' ]]
    [[ ! -e ${mirror}/rdvc-unreadable ]]
}

# bats test_tags=long
@test "a mirror is repaired while a job runs, again and again, and results stay" {
    local mirror n
    sed -i '1i sleep 6; git cat-file -e HEAD^{tree} || exit 30' train.sh
    rdvc run -n running
    wait_until 20 sh -c 'rdvc status running | grep -q "running"'
    mirror=$(echo "${cluster_home}/.rdvc/repos/project-"*.git)
    for n in 1 2 3; do
        touch "${mirror}/rdvc-damaged"
        run rdvc run --hold -n "repair-${n}"
        [[ ${status} -eq 0 && ${output} == *"was damaged"* ]]
    done
    run rdvc run --hold -n after-repair
    [[ ${status} -eq 0 && ${output} != *damaged* ]]
    ssh sandbox 'squeue --noheader --me --states=PENDING -o %i | xargs -r scancel'
    rdvc wait running
    rdvc pull running
    git -C "${mirror}" fsck --connectivity-only
}

# bats test_tags=long
@test "copies come byte for byte, whatever .gitattributes say, and secrets among them are named" {
    mkdir private
    printf '/private\n' >>.gitignore
    printf '*.log export-ignore\n*.bat text eol=crlf\n*.id ident\n*.bin filter=lfs\n' >private/.gitattributes
    printf 'log\n' >private/a.log
    printf 'bat\n' >private/a.bat
    printf '$Id$\n' >private/a.id
    printf 'bin\n' >private/a.bin
    printf 'x\n' >private/key.pem
    printf 'cat private/a.log private/a.bat private/a.id private/a.bin | od -c > seen.txt\n' >>train.sh
    show_seen
    run rdvc run -C private
    [[ ${status} -eq 3 && ${output} == *"looks like a secret"*private/key.pem* ]]
    run_to_the_end bytes -C private --include=private/key.pem
    [[ $(content_of bytes seen.txt) == "$(cat private/a.log private/a.bat private/a.id private/a.bin | od -c)" ]]
    run rdvc run -C ''
    [[ ${status} -eq 2 && ${output} == *'`--copy-paths` is empty'* ]]
    run rdvc env clear ''
    [[ ${status} -eq 2 ]]
}

# bats test_tags=long
@test "LFS content of a submodule travels too" {
    local content=$'of the submodule\n' oid
    oid=$(printf '%s' "${content}" | sha256sum | cut -d ' ' -f 1)
    git init --quiet "${folder}/with-lfs"
    printf '*.bin filter=lfs -text\n' >"${folder}/with-lfs/.gitattributes"
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "${oid}" "${#content}" >"${folder}/with-lfs/a.bin"
    git -C "${folder}/with-lfs" add -A
    git -C "${folder}/with-lfs" commit --quiet -m 'A file in LFS'
    git -c protocol.file.allow=always submodule --quiet add "${folder}/with-lfs" part
    printf 'cat part/a.bin > seen.txt\n' >>train.sh
    show_seen
    git add -A
    git commit --quiet -m 'A submodule with LFS'
    run rdvc run
    [[ ${status} -eq 3 && ${output} == *"the content of files in Git LFS is not here"*a.bin* ]]
    local store
    store=$(git -C part rev-parse --git-dir)/lfs/objects/${oid:0:2}/${oid:2:2}
    mkdir -p "${store}"
    printf '%s' "${content}" >"${store}/${oid}"
    run_to_the_end part-lfs
    [[ $(content_of part-lfs seen.txt) == "of the submodule" ]]
    git submodule --quiet deinit --force --all
    rm -rf part .git/modules .git/lfs
}

# bats test_tags=long
@test "a run from a folder that no commit has; a file that git was told not to look at" {
    mkdir fresh
    cp dvc.yaml train.sh params.yaml fresh
    printf '/model.txt\n' >fresh/.gitignore
    (cd fresh && run_to_the_end from-fresh)
    git update-index --skip-worktree params.yaml
    printf 'lr: 7\n' >params.yaml
    run rdvc run --dry-run
    [[ ${status} -eq 0 && ${output} == *"warning: marked as skip-worktree or assume-unchanged"*params.yaml* ]]
    git update-index --no-skip-worktree params.yaml
}
