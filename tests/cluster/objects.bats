# Objects on their way into the cluster's cache. Needs no SLURM.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    rdvc="${BATS_TEST_TMPDIR}/rdvc"
    cache="${rdvc}/cache"
    incoming="${cache}/rdvc-incoming/0123456789ab"
    mkdir -p "${incoming}"
}

# The request with the action $1 and, on its standard input, ours.
ask() {
    local input
    input="${BATS_TEST_TMPDIR}/input"
    cat >"${input}"
    {
        printf '%s=%q\n' nonce N rdvc_dir "${rdvc}" prepare '' action "$1" cache '' cache_group "${group:-0}" \
            laptop 0123456789ab transfer T batch 2 list_size "$(wc -c <"${input}")"
        request_text objects
        cat "${input}"
    } | bash -s | sed -n '/^@rdvc:N bye$/d; s/^@rdvc:N //p'
}

# Puts the content $2 at the name of the content $1; with a third argument where DVC 2 would have it.
arrive() {
    local hash
    hash=$(printf '%s' "$1" | md5sum | cut -d ' ' -f 1)
    name="${3-files/md5/}${hash:0:2}/${hash:2}"
    mkdir -p "${incoming}/${name%/*}"
    printf '%s' "$2" >"${incoming}/${name}"
}

@test "objects that are missing, or have another size, are named" {
    arrive one one
    arrive two two
    ask take </dev/null
    local there=${name}
    chmod u+w "${cache}/${there}"
    printf 'twoo' >"${cache}/${there}"
    run ask ask < <(printf '%s 3\n%s -\nfiles/md5/ab/0123456789abcdef0123456789abcd -\n' "${there}" "${there}")
    [[ ${output} == *"lacks ${there}"* && ${output} == *"lacks files/md5/ab/0123456789abcdef0123456789abcd"* ]]
    run ask ask < <(printf '%s 4\n' "${there}")
    [[ ${output} != *lacks* && ${output} == *"size 4"* && ${output} == *"free "[1-9]* ]]
}

@test "sound objects enter the cache, read-only; damaged ones are named and removed" {
    arrive one one
    local good=${name}
    arrive two 2
    local bad=${name}
    run ask take </dev/null
    [[ ${output} == *"damaged ${bad}"* && ${output} == *"taken 1"* && ${output} == *end ]]
    [[ $(stat -c %a "${cache}/${good}") == 444 && $(cat "${cache}/${good}") == one ]]
    [[ ! -e ${cache}/${bad} && ! -e ${incoming} ]]
}

@test "an object replaces a damaged one of its name" {
    arrive one one
    mkdir -p "${cache}/${name%/*}"
    printf 'o' >"${cache}/${name}"
    chmod 0444 "${cache}/${name}"
    ask take </dev/null
    [[ $(cat "${cache}/${name}") == one ]]
}

@test "text that DVC 2 named with other line ends" {
    arrive $'one\ntwo\n' $'one\r\ntwo\r\n' ''
    local good=${name}
    arrive $'three\n' $'three\r\n'
    run ask take </dev/null
    [[ -e ${cache}/${good} && ${output} == *"damaged ${name}"* ]]
}

@test "names that are not objects' names are ignored" {
    mkdir -p "${incoming}/files/md5/ab" "${incoming}/runs/ab/x"
    echo x >"${incoming}/files/md5/ab/short"
    echo x >"${incoming}/runs/ab/x/y"
    ln -s /etc/passwd "${incoming}/files/md5/ab/0123456789abcdef0123456789abcd"
    arrive one one
    run ask take </dev/null
    [[ ${output} == *"taken 1"* ]]
    [[ $(find "${cache}" -type f | wc -l) -eq 1 && -z $(find "${cache}" -type l) ]]
}

@test "a file system without hard links" {
    arrive one one
    local first=${name}
    arrive two two
    mkdir "${BATS_TEST_TMPDIR}/bin"
    printf '#!/bin/sh\nexit 1\n' >"${BATS_TEST_TMPDIR}/bin/cp"
    chmod +x "${BATS_TEST_TMPDIR}/bin/cp"
    PATH="${BATS_TEST_TMPDIR}/bin:${PATH}" ask take </dev/null
    [[ $(cat "${cache}/${first}") == one && $(stat -c %a "${cache}/${name}") == 444 ]]
}

@test "a cache for the group" {
    rm -rf "${cache}"
    mkdir -p "${rdvc}"
    group=1 ask ask </dev/null
    [[ $(stat -c %a "${cache}") == 2770 ]]
    mkdir -p "${incoming}"
    arrive one one
    group=1 ask take </dev/null
    [[ $(stat -c %a "${cache}/${name%/*}") == 2770 && $(stat -c %a "${cache}/${name}") == 444 ]]
}

# Writes a tar file of what has arrived, in place of that.
pack_arrived() {
    tar -C "${incoming}" -cf "${BATS_TEST_TMPDIR}/tar" .
    rm -rf "${incoming}"
}

@test "streams: sums are taken while they arrive; each object is compared, also one whose sum came too early" {
    local good=() bad i
    for i in {1..20}; do
        arrive "object ${i}" "object ${i}"
        good+=("${name}")
    done
    arrive spoilt other
    bad=${name}
    pack_arrived
    ask receive <"${BATS_TEST_TMPDIR}/tar"
    [[ -e ${incoming}/${bad} && -s ${incoming}.sums-T.N ]]
    sed -i '1s/^./x/; 2d' "${incoming}.sums-T.N" # as of one that was not whole, and one that was not there
    run ask take </dev/null
    [[ ${output} == *"damaged ${bad}"* && ${output} == *"taken 20"* ]]
    for name in "${good[@]}"; do
        [[ $(stat -c %a "${cache}/${name}") == 444 ]]
    done
    [[ ! -e ${cache}/${bad} && -z $(find "${cache}/rdvc-incoming" -mindepth 1) ]]
}

@test "rsync can go on with what tar has left, read-only" {
    arrive one o
    chmod 0444 "${incoming}/${name}"
    run ask ask </dev/null
    [[ ${output} == *'partial 1'* && $(stat -c %a "${incoming}/${name}") == 644 ]]
}

@test "a stream that breaks off is refused, and what was whole is kept" {
    local text
    text=$(printf '%2000s' one)
    arrive "${text}" "${text}"
    local first=${name}
    pack_arrived
    arrive two two
    run ask receive < <(head -c 3000 "${BATS_TEST_TMPDIR}/tar")
    [[ ${output} == *'refused disk'* ]]
    [[ -e ${incoming}/${name} ]]
    rm -f "${incoming}".sums-*
    run ask take </dev/null
    [[ ${output} == *'taken 1'* && -e ${cache}/${name} && ! -e ${cache}/${first} ]]
}

@test "sums of another time say nothing" {
    arrive one other
    printf '%s  %s\n' "$(printf one | md5sum | cut -d ' ' -f 1)" "${name}" >"${incoming}.sums-earlier.N"
    run ask take </dev/null
    [[ ${output} == *"damaged ${name}"* && ! -e ${cache}/${name} && ! -e ${incoming}.sums-earlier.N ]]
}

@test "by tar, the other way" {
    arrive one one
    ask take </dev/null
    run ask pack < <(printf '%s -\n' "${name}")
    [[ ${output} == *"data "[1-9]* ]]
}

@test "with the listing of a folder, each file in it is checked" {
    arrive one one
    ask take </dev/null
    mkdir -p "${cache}/files/md5/ff"
    printf '[{"md5": "%s", "relpath": "a"}, {"md5": "00000000000000000000000000000000", "relpath": "b"}]' \
        "$(printf one | md5sum | cut -d ' ' -f 1)" >"${cache}/files/md5/ff/ffffffffffffffffffffffffffffff.dir"
    run bash -c "rdvc_dir=${rdvc} cache=${cache} cache_group=0
        source ${RDVC_SOURCE_FOLDER}/cluster/login/lib/cache.sh
        echo 'files/md5/ff/ffffffffffffffffffffffffffffff.dir -' | with_listed_objects | lacking_objects"
    [[ ${output} == files/md5/00/000000000000000000000000000000 ]]
}
