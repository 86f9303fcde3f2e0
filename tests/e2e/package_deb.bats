#!/usr/bin/env bats
# The Debian package in dist/, which `./dev package deb` has made of this commit.
# bats file_tags=long

setup_file() {
    cd "${RDVC_SOURCE_FOLDER}" || return 1
    read -r _ version _ < <("${RDVC_BUILD_FOLDER}/rdvc" --version)
    deb="${PWD}/dist/rdvc_${version}_$(dpkg --print-architecture).deb"
    export deb
}

@test "Debian's own checks have nothing to say, not even pedantically" {
    # As root lintian warns, and it has to be told that it may run.
    run lintian --allow-root --fail-on error,warning --pedantic --display-info "${deb}"
    [[ ${status} -eq 0 && -z $(grep -v '^running with root privileges' <<<"${output}") ]]
}

@test "the same commit gives the same bytes in another folder" {
    git -C "${RDVC_SOURCE_FOLDER}" diff --quiet HEAD || skip "there are uncommitted changes"
    local other="${BATS_TEST_TMPDIR}/elsewhere"
    git clone --quiet "${RDVC_SOURCE_FOLDER}" "${other}"
    RDVC_DIST="${other}/dist" "${other}/packaging/deb.sh"
    cmp "${other}/dist/${deb##*/}" "${deb}"
}
