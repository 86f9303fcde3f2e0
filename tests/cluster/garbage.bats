# What `rdvc clean --cache` removes from DVC's cache and what it must not, on a fake SLURM. Objects are
# made by hand, without DVC; their age is that of their files.

load submission

setup() {
    start_submission_test
    through_ssh
    rdvc=${rdvc_dir} object='' folder=''
    cache="${rdvc}/cache"
    mkdir "${root}/bin"
    printf '[core]\n' >"${root}/project/keep" # something to commit
    git add -A
    git commit --quiet -m more
}

teardown() {
    let_jobs_end
    stop_submission_test
}

# Makes an object with this content, 30 days old, at the place where DVC 3 (or with $2 empty DVC 2)
# would have it. Sets hash and object.
make_object() {
    hash=$(printf '%s' "$1" | md5sum | cut -d ' ' -f 1)
    object="${cache}/${2-files/md5/}${hash:0:2}/${hash:2}${3:-}"
    mkdir -p "${object%/*}"
    printf '%s' "$1" >"${object}"
    touch -d '30 days ago' "${object}"
}

# A submission whose job has ended; commits what there is first.
submit_ended() {
    git add -A
    git commit --quiet --allow-empty -m "$1"
    submit -n "$1" -- "${2:-true}"
    wait_for_state "${job}" "${3:-COMPLETED}"
    find "${rdvc}"/{submissions,jobs} -exec touch -h -d '30 days ago' {} +
}

# Makes the program $1 end with $3 and print nothing, whenever its words match the pattern $2.
fails() {
    printf '#!/bin/bash\n[[ " $* " != %s ]] || exit %s\nexec /usr/bin/%s "$@"\n' "$2" "$3" "$1" >"${root}/bin/$1"
    chmod +x "${root}/bin/$1"
    [[ ${PATH} == "${root}/bin:"* ]] || PATH="${root}/bin:${PATH}"
}

# A commit names two objects, one of them by a folder; nothing names the last one, `object`.
make_three_objects() {
    make_object 'in a folder'
    named=("${object}")
    make_object '[{"md5": "'"${hash}"'", "relpath": "a"}]' files/md5/ .dir
    named+=("${object}")
    printf 'outs:\n- md5: %s.dir\n' "${hash}" >x.dvc
    submit_ended one
    make_object 'of nothing'
}

# Runs the shell code $2 when a request calls the program $1 for the first time.
meanwhile() {
    {
        printf '#!/bin/bash\n'
        declare -p rdvc cache root object folder
        printf 'rm -f "%s/bin/%s"\n%s\nexec /usr/bin/%s "$@"\n' "${root}" "$1" "$2" "$1"
    } >"${root}/bin/$1"
    chmod +x "${root}/bin/$1"
    PATH="${root}/bin:${PATH}"
}

@test "what commits, submissions and folders name stays, in both layouts; the rest goes when it is old" {
    local named listed old2 unnamed old_entry young_entry young dir
    mkdir -p data
    make_object 'in a commit'
    named=("${object}")
    printf 'outs:\n- md5: %s\n  path: x\n' "${hash}" >data/x.dvc
    make_object 'in a folder'
    named+=("${object}")
    listed='[{"md5": "'${hash}'", "relpath": "a"}]'
    make_object "${listed}" files/md5/ .dir
    named+=("${object}")
    printf "stages:\n  s:\n    outs:\n    - {path: d, md5: '%s.dir'}\n" "${hash}" >dvc.lock
    make_object 'of DVC 2' ''
    named+=("${object}")
    printf 'outs: [{md5: %s}]\n' "${hash}" >old.dvc
    git add -A
    git commit --quiet -m first
    printf 'outs:\n- md5: 00000000000000000000000000000000\n' >old.dvc # only the history names it
    submit_ended one
    make_object 'listed by a submission'
    named+=("${object}")
    printf 'files/md5/%s 5\n' "${hash:0:2}/${hash:2}" >"${rdvc}/submissions/${token}/objects"
    make_object 'in a young entry of the run-cache'
    named+=("${object}")
    young_entry="${cache}/runs/ab/abc/def"
    mkdir -p "${young_entry%/*}"
    printf 'outs:\n- md5: %s\n' "${hash}" >"${young_entry}"

    make_object 'in an old entry'
    unnamed=("${object}")
    old_entry="${cache}/runs/cd/cde/f01"
    mkdir -p "${old_entry%/*}"
    printf 'outs:\n- md5: %s\n' "${hash}" >"${old_entry}"
    touch -d '30 days ago' "${old_entry}"
    make_object 'of nothing'
    unnamed+=("${object}")
    make_object 'of nothing, DVC 2' ''
    unnamed+=("${object}")
    make_object 'young'
    touch "${object}"
    young=${object}
    make_object 'in a young folder'
    named+=("${object}")
    make_object '[{"md5": "'"${hash}"'", "relpath": "b"}]' files/md5/ .dir
    touch "${object}"
    dir=${object}
    printf 'not an object\n' | tee "${cache}/README" >"${cache}/files/md5/README"
    touch -d '30 days ago' "${cache}/README" "${cache}/files/md5/README"

    run_rdvc 0 clean --cache --dry-run
    [[ ${output} == *'objects                   3         '* && ${output} == *'entries of the run-cache  1'* ]]
    ls -- "${named[@]}" "${unnamed[@]}" "${young}" "${dir}" "${old_entry}"
    run_rdvc 0 clean --cache --json
    [[ ${output} == *'"removed_entries": 1'* && ${output} == *'"removed_objects": 3'* ]]
    ls -- "${named[@]}" "${young}" "${dir}" "${young_entry}" "${cache}/README" "${cache}/files/md5/README"
    local gone
    for gone in "${unnamed[@]}" "${old_entry}"; do [[ ! -e ${gone} ]]; done
    [[ -z $(compgen -G "${cache}/rdvc-gone-*") ]]
    run_rdvc 0 clean --cache
    [[ ${output} == *'objects                   0 '* ]]
}

@test "nothing goes while a job waits or runs, or while squeue does not answer" {
    make_object 'of nothing'
    knob no-start
    submit -n waiting -- true
    run_rdvc 3 clean --cache
    [[ ${output} == *'a job waits or runs: '*' (waiting)'* && -e ${object} ]]
    run_rdvc 0 clean --cache --dry-run
    [[ ${output} == *'objects                   1 '* && ${output} == *'nothing would go now: a job waits or runs'* ]]
    knob fail-squeue
    run_rdvc 3 clean --cache
    [[ ${output} == *'squeue does not answer'* && -e ${object} ]]
}

@test "nothing goes while a result is nowhere else" {
    submit_ended one
    make_object 'of nothing'
    sed -i 's/^state .*/state unpublished/' "${rdvc}/jobs/${token}/0/result"
    run_rdvc 3 clean --cache
    [[ ${output} == *'could not be published'*'(one)'* && -e ${object} ]]
}

@test "nothing goes if a mirror cannot be read" {
    submit_ended one
    make_object 'of nothing'
    local mirror
    mirror=$(echo "${rdvc}"/repos/*.git)
    printf '%040d\n' 1 >"${mirror}/refs/heads/broken"
    run_rdvc 3 clean --cache
    [[ ${output} == *"can be read: ${mirror##*/}"* && -e ${object} ]]
}

@test "nothing goes if a program fails that looks for names, be it in the first request or in the second" {
    local named program words code what
    make_three_objects
    while read -r program code what words; do
        printf 'at %s\n' "${program} ${words}"
        fails "${program}" "${words}" "${code}"
        run_rdvc 3 clean --cache
        [[ ${output} == *"${what}"* ]]
        mv "${root}/bin/${program}" "${root}/bin/${program}.later"
        # shellcheck disable=SC2016 # it runs there
        meanwhile sleep 'mv "${root}/bin/'"${program}"'.later" "${root}/bin/'"${program}"'"'
        run_rdvc 3 clean --cache
        [[ ${output} == *"${what}"* && ! -e ${root}/bin/${program}.later ]]
        ls -- "${named[@]}" "${object}"
        rm "${root}/bin/${program}"
    done <<'WORDS'
sort 2 read *-u*
grep 2 read *-ahoE*
grep 2 read *missing*
tr 1 read *,*
cat 1 folders *.dir*
cat 1 submissions *job.sh*
find 1 submissions *objects*
find 1 listed *md5*
awk 2 folders *place*
awk 2 listed *3????cutoff*
awk 2 read *seen*
WORDS
    run_rdvc 0 clean --cache
    ls -- "${named[@]}"
    [[ ! -e ${object} ]]
}

@test "nothing goes if it cannot be seen what has begun meanwhile" {
    make_object 'of nothing'
    fails find '*-newer*' 1
    run_rdvc 3 clean --cache
    [[ -e ${object} && -z $(compgen -G "${cache}/rdvc-gone-*") ]]
}

@test "only one removal at a time, where locks work" {
    local held
    make_object 'of nothing'
    mkdir -p "${cache}"
    exec {held}>"${cache}/rdvc-lock"
    flock "${held}"
    run_rdvc 3 clean --cache
    [[ ${output} == *'another rdvc clean --cache still runs'* && -e ${object} ]]
    fails flock '*-n*' 71
    run_rdvc 0 clean --cache
    [[ ! -e ${object} ]]
}

@test "a cache that others may use" {
    submit_ended one
    make_object 'of nothing'
    RDVC_CLUSTER_CACHE_GROUP=true run_rdvc 3 clean --cache
    [[ ${output} == *'your group uses this cache'* && -e ${object} ]]
    mv "${cache}" "${root}/elsewhere"
    object="${root}/elsewhere/${object#"${cache}"/}"
    RDVC_CLUSTER_CACHE="${root}/elsewhere" run_rdvc 3 clean --cache
    [[ ${output} == *"not in rdvc's own folder"*--only-rdvc* && -e ${object} ]]
    RDVC_CLUSTER_CACHE="${root}/elsewhere" run_rdvc 0 clean --cache --only-rdvc
    [[ ! -e ${object} ]]
    run_rdvc 2 clean --only-rdvc
}

@test "a job or a submission that begins meanwhile gets everything back" {
    submit_ended one
    make_object 'of nothing'
    meanwhile comm 'mkdir "${rdvc}/submissions/0123456789abcdef0123456789abcdef"'
    run_rdvc 3 clean --cache
    [[ ${output} == *'began meanwhile'* && $(<"${object}") == 'of nothing' ]]
    [[ -z $(compgen -G "${cache}/rdvc-gone-*") ]]
}

@test "what has been named meanwhile stays" {
    submit_ended one
    make_object 'of nothing'
    printf 'files/md5/%s 10\n' "${hash:0:2}/${hash:2}" >"${root}/list"
    folder="${rdvc}/submissions/${token}"
    # shellcheck disable=SC2016 # it runs there
    meanwhile sleep 'cp "${root}/list" "${folder}/objects" && touch -d "30 days ago" "${folder}"'
    run_rdvc 0 clean --cache
    [[ -e ${folder}/objects && -e ${object} && ${output} == *'objects                   0 '* ]]
}

@test "what an interrupted removal has put aside returns" {
    submit_ended one
    make_object 'of nothing'
    mkdir -p "${cache}/rdvc-gone-x"
    mv "${cache}/files" "${cache}/rdvc-gone-x/"
    run_rdvc 0 clean --cache --dry-run
    [[ -e ${object} && ! -e ${cache}/rdvc-gone-x ]]
}

@test "what cannot return stays aside until it can; what the cache has again goes" {
    local aside="${cache}/rdvc-gone-x" again
    submit_ended one
    make_object 'of nothing'
    mkdir -p "${aside}"
    mv "${cache}/files" "${aside}/"
    : >"${cache}/files" # in the way
    run_rdvc 3 clean --cache --dry-run
    [[ ${output} == *"what is in ${aside} cannot be put back"* && -e ${aside}/${object#"${cache}"/} ]]
    rm "${cache}/files"
    again=${object}
    cp -r "${aside}/files" "${cache}/"
    make_object other
    run_rdvc 0 clean --cache --dry-run
    [[ -e ${again} && -e ${object} && ! -e ${aside} ]]
}

# A project with an input that DVC tracks; sets hash and object. The first run has sent it.
run_with_input() {
    dvc init --quiet
    printf 'an input' >in.txt
    dvc add --quiet in.txt
    printf 'stages:\n  copy: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}\n' >dvc.yaml
    git add -A
    git commit --quiet -m 'with data'
    rdvc run -n first
    rdvc wait first
    hash=$(printf 'an input' | md5sum | cut -d ' ' -f 1)
    object="${cache}/files/md5/${hash:0:2}/${hash:2}"
    [[ -e ${object} ]]
    grep -qF "files/md5/${hash:0:2}/${hash:2} " "${rdvc}"/submissions/*/objects
}

@test "an input that was removed is sent again, although the laptop has sent it before" {
    run_with_input
    rm -f "${object}"
    rdvc run -f -n second
    [[ -e ${object} ]]
    rdvc wait second
}

@test "a submission that has checked its inputs before a removal checks them again" {
    run_with_input
    # shellcheck disable=SC2016 # it runs there
    meanwhile wc 'if [[ -z $(cat) ]]; then echo 0; rm -f "${object}"; echo other >"${cache}/rdvc-cleaned"; exit 0; fi; exec /usr/bin/wc "$@"'
    rdvc run -f -n second
    [[ $(<"${cache}/rdvc-cleaned") == other && -e ${object} ]]
    rdvc wait second
}
