# Objects on their way into the cluster's cache, and from there. Needs no SLURM.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
    rdvc="${BATS_TEST_TMPDIR}/rdvc"
    cache="${rdvc}/cache"
    incoming="${cache}/rdvc-incoming/0123456789ab"
    there="${BATS_TEST_TMPDIR}/there" # the laptop's cache
    mkdir -p "${incoming}" "${there}"
}

# The answer to the request with the action $1, the list $2 and, after it, our standard input.
ask() {
    {
        printf '%s=%q\n' nonce N rdvc_dir "${rdvc}" prepare '' action "$1" cache '' cache_group "${group:-0}" \
            laptop 0123456789ab batch "${batch:-2}" list_size "${#2}"
        request_text objects
        printf '%s' "${2:-}"
        cat
    } | bash -s
}

# The lines of the answer, which has no data.
lines_of() {
    ask "$@" | sed -n '/^@rdvc:N bye$/d; s/^@rdvc:N //p'
}

# Puts the content $2 at the name of the content $1 in a folder; with a third argument where DVC 2
# would have it.
make_object() {
    local hash
    hash=$(printf '%s' "$1" | md5sum | cut -d ' ' -f 1)
    name="${3-files/md5/}${hash:0:2}/${hash:2}"
    mkdir -p "${there}/${name%/*}"
    printf '%s' "$2" >"${there}/${name}"
    chmod 0444 "${there}/${name}"
}

# What the laptop has arrives in one stream.
receive() {
    tar -C "${there}" -cf "${BATS_TEST_TMPDIR}/tar" .
    lines_of receive '' <"${BATS_TEST_TMPDIR}/tar"
}


@test "objects that are missing, or have another size, are named" {
    make_object two two
    receive
    chmod u+w "${cache}/${name}"
    printf 'twoo' >"${cache}/${name}"
    local missing=files/md5/ab/0123456789abcdef0123456789abcd
    run lines_of ask "${name} 3"$'\n'"${missing} -"$'\n' </dev/null
    [[ ${output} == *"lacks ${name}"* && ${output} == *"lacks ${missing}"* && ${output} == *"free "[1-9]* ]]
    run lines_of begin "${name} 4"$'\n' </dev/null
    [[ ${output} != *lacks* && ${output} == *end ]]
}

@test "sound objects enter the cache, read-only; damaged ones are named and removed" {
    make_object one one
    local good=${name}
    make_object two 2
    run receive
    [[ ${output} == *"damaged ${name}"* && ${output} != *"damaged ${good}"* && ${output} == *end ]]
    [[ $(stat -c %a "${cache}/${good}") == 444 && $(cat "${cache}/${good}") == one ]]
    [[ ! -e ${cache}/${name} && -z $(ls -A "${incoming}") ]]
}

@test "an object replaces a damaged one of its name" {
    make_object one one
    mkdir -p "${cache}/${name%/*}"
    printf 'o' >"${cache}/${name}"
    chmod 0444 "${cache}/${name}"
    receive
    [[ $(cat "${cache}/${name}") == one ]]
}

@test "text that DVC 2 named with other line ends" {
    make_object $'one\ntwo\n' $'one\r\ntwo\r\n' ''
    local good=${name}
    make_object $'three\n' $'three\r\n'
    run receive
    [[ -e ${cache}/${good} && ${output} == *"damaged ${name}"* && ${output} != *"damaged ${good}"* ]]
}

@test "names that are not objects' names are ignored" {
    mkdir -p "${there}/files/md5/ab" "${there}/runs/ab/x"
    echo x >"${there}/files/md5/ab/short"
    echo x >"${there}/runs/ab/x/y"
    ln -s /etc/passwd "${there}/files/md5/ab/0123456789abcdef0123456789abcd"
    make_object one one
    receive
    [[ $(find "${cache}" -type f) == "${cache}/${name}" && -z $(find "${cache}" -type l) ]]
}

@test "a file system without hard links" {
    make_object one one
    local first=${name}
    make_object two two
    mkdir "${BATS_TEST_TMPDIR}/bin"
    printf '#!/bin/sh\nexit 1\n' >"${BATS_TEST_TMPDIR}/bin/cp"
    chmod +x "${BATS_TEST_TMPDIR}/bin/cp"
    PATH="${BATS_TEST_TMPDIR}/bin:${PATH}" receive
    [[ $(cat "${cache}/${first}") == one && $(stat -c %a "${cache}/${name}") == 444 ]]
    [[ -z $(ls -A "${incoming}") ]]
}

@test "a cache for the group" {
    rm -rf "${cache}"
    mkdir -p "${rdvc}"
    group=1 lines_of begin '' </dev/null
    [[ $(stat -c %a "${cache}") == 2770 ]]
    make_object one one
    group=1 receive
    [[ $(stat -c %a "${cache}/${name%/*}") == 2770 && $(stat -c %a "${cache}/${name}") == 444 ]]
}

@test "sums are taken while objects arrive; each object is compared, also one whose sum came too early" {
    local batch i
    for i in {1..200}; do
        make_object "object ${i}" "object ${i}"
    done
    local good=${name}
    make_object spoilt other
    for batch in 2 90; do # so many: sums are taken too early
        rm -rf "${cache}/files"
        run receive
        [[ $(grep -c damaged <<<"${output}") == 1 && ${output} == *"damaged ${name}"* ]]
        [[ $(find "${cache}/files" -type f -perm 0444 | wc -l) == 200 && -e ${cache}/${good} ]]
    done
}

@test "a stream that breaks off is refused, and what was whole is in the cache" {
    local text first
    text=$(printf '%2000s' one)
    make_object "${text}" "${text}"
    first=${name}
    make_object two two
    tar -C "${there}" -cf "${BATS_TEST_TMPDIR}/tar" "${name}" "${first}"
    run lines_of receive '' < <(head -c 2500 "${BATS_TEST_TMPDIR}/tar")
    [[ ${output} == *'refused disk'* && -e ${cache}/${name} && ! -e ${cache}/${first} ]]
    run lines_of begin "${first} -"$'\n' </dev/null # too small to be continued
    [[ ${output} == *"lacks ${first}"* && ${output} != *partial* && -z $(ls -A "${incoming}") ]]
}

@test "a large object that has broken off is continued, once its transfer is over" {
    local text rest
    text=$(printf '%3000000s' one)
    make_object "${text}" "${text}"
    tar -C "${there}" -cf "${BATS_TEST_TMPDIR}/tar" "${name}"
    run lines_of receive '' < <(head -c 2000512 "${BATS_TEST_TMPDIR}/tar")
    [[ ${output} == *'refused disk'* ]]
    run lines_of ask "${name} -"$'\n' </dev/null # it may belong to a transfer that is alive
    [[ ${output} == *lacks* && ${output} != *partial* && -d ${incoming}/N ]]
    run lines_of begin "${name} -"$'\n' </dev/null
    rest=$(sed -n "s|^partial ${name} ||p" <<<"${output}")
    [[ ${output} == *lacks* && ${rest} -gt 1000000 && ${rest} -le 2000000 ]]
    run lines_of append "${name} 3000000"$'\n' < <(tail -c "+$((rest + 1))" "${there}/${name}" | head -c 1000)
    [[ ${output} == *'refused disk'* ]]
    run lines_of begin "${name} -"$'\n' </dev/null
    [[ ${output} == *"partial ${name} $((rest + 1000))"* ]]
    run lines_of append "${name} 3000000"$'\n' < <(tail -c "+$((rest + 1001))" "${there}/${name}")
    [[ ${output} == *end && ${output} != *damaged* && $(stat -c %a "${cache}/${name}") == 444 && -z $(ls -A "${incoming}") ]]
    cmp "${cache}/${name}" "${there}/${name}"
}

@test "what was left is compared again, whatever its transfer found out" {
    make_object one other
    mkdir -p "${incoming}/earlier"
    cp -r "${there}/." "${incoming}/earlier"
    printf '%s  %s\n' "$(printf one | md5sum | cut -d ' ' -f 1)" "${name}" >"${incoming}/earlier.sums"
    local bad=${name}
    make_object two two
    mkdir -p "${incoming}/earlier/${name%/*}"
    cp "${there}/${name}" "${incoming}/earlier/${name}"
    run lines_of begin "${bad} -"$'\n'"${name} -"$'\n' </dev/null
    [[ ${output} == *"lacks ${bad}"* && ${output} != *"lacks ${name}"* ]]
    [[ ! -e ${cache}/${bad} && -e ${cache}/${name} && -z $(ls -A "${incoming}") ]]
}

# Unpacks the data of an answer; $1 gets the frames.
unpack() {
    local line
    while IFS= read -r line; do
        [[ ${line} != "@rdvc:N "* ]] || printf '%s\n' "${line#@rdvc:N }" >>"$1"
        [[ ${line} != "@rdvc:N data "* ]] || head -c "${line##* }" | tar -x -C "${BATS_TEST_TMPDIR}/here" -f -
    done
}

@test "the other way: those that are there, as one tar stream whose size is right" {
    local i list='' content
    for i in 0 1 511 512 513 70000; do
        content=$(head -c "${i}" /dev/zero | tr '\0' x)
        make_object "${content}" "${content}"
        list+="${name} 0"$'\n'
    done
    receive
    list+="files/md5/ab/0123456789abcdef0123456789abcd 0"$'\n'"--help 0"$'\n'"../secret 0"$'\n'
    mkdir "${BATS_TEST_TMPDIR}/here"
    ask pack "${list}" </dev/null >"${BATS_TEST_TMPDIR}/answer"
    unpack "${BATS_TEST_TMPDIR}/frames" <"${BATS_TEST_TMPDIR}/answer"
    diff -r "${BATS_TEST_TMPDIR}/here" "${there}"
    run cat "${BATS_TEST_TMPDIR}/frames"
    [[ ${output} == *"size 71537"$'\n'"data "*$'\n'end$'\n'bye && ${output} != *refused* ]]
    run lines_of pack "files/md5/ab/0123456789abcdef0123456789abcd 0"$'\n' </dev/null
    [[ ${output} == *end && ${output} != *data* ]]
}

@test "the other way: an object that is a link or has two names travels as a file" {
    make_object one one
    receive
    local first=${name}
    mkdir -p "${cache}/aa"
    ln "${cache}/${first}" "${cache}/aa/${first: -30}"
    ln -s "${cache}/${first}" "${cache}/aa/000000000000000000000000000000"
    mkdir "${BATS_TEST_TMPDIR}/here"
    local answer="${BATS_TEST_TMPDIR}/answer"
    printf '%s 0\n' "${first}" "aa/${first: -30}" aa/000000000000000000000000000000 >"${BATS_TEST_TMPDIR}/list"
    ask pack "$(cat "${BATS_TEST_TMPDIR}/list")"$'\n' </dev/null >"${answer}"
    unpack "${BATS_TEST_TMPDIR}/frames" <"${answer}"
    [[ $(find "${BATS_TEST_TMPDIR}/here" -type f -links 1 | wc -l) == 3 ]]
}

@test "the other way: an object that cannot be read is named, and the answer stays readable" {
    make_object one one
    receive
    mkdir "${BATS_TEST_TMPDIR}/bin" "${BATS_TEST_TMPDIR}/here"
    # As if the object disappeared after its size was known.
    printf '#!/bin/sh\nrm -f %q\nexec %q "$@"\n' "${cache}/${name}" "$(command -v tar)" >"${BATS_TEST_TMPDIR}/bin/tar"
    chmod +x "${BATS_TEST_TMPDIR}/bin/tar"
    PATH="${BATS_TEST_TMPDIR}/bin:${PATH}" ask pack "${name} 0"$'\n' </dev/null >"${BATS_TEST_TMPDIR}/answer"
    unpack "${BATS_TEST_TMPDIR}/frames" <"${BATS_TEST_TMPDIR}/answer"
    run cat "${BATS_TEST_TMPDIR}/frames"
    [[ ${output} == *"refused objects objects could not be read: "*"${name}: Cannot stat"*bye ]]
}

@test "the other way: an object from a byte on" {
    make_object 0123456789 0123456789
    receive
    run ask rest "${name} 7"$'\n' </dev/null
    [[ ${output} == *"@rdvc:N data 3"$'\n'"789@rdvc:N end"* ]]
    run ask rest "${name} 10"$'\n' </dev/null
    [[ ${output} == *end* && ${output} != *data* ]]
}

@test "with the listing of a folder, each file in it is checked" {
    make_object one one
    receive
    mkdir -p "${cache}/files/md5/ff"
    printf '[{"md5": "%s", "relpath": "a"}, {"md5": "00000000000000000000000000000000", "relpath": "b"}]' \
        "$(printf one | md5sum | cut -d ' ' -f 1)" >"${cache}/files/md5/ff/ffffffffffffffffffffffffffffff.dir"
    run bash -c "rdvc_dir=${rdvc} cache=${cache} cache_group=0
        source ${RDVC_SOURCE_FOLDER}/cluster/login/lib/cache.sh
        echo 'files/md5/ff/ffffffffffffffffffffffffffffff.dir -' | with_listed_objects | lacking_objects"
    [[ ${output} == files/md5/00/000000000000000000000000000000 ]]
}
