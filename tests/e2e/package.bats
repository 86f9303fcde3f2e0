#!/usr/bin/env bats
# A wheel, as a person gets it: built by `./dev package`, installed by pip into a fresh environment.
# bats file_tags=long

setup_file() {
    cd "${RDVC_SOURCE_FOLDER}" || return 1
    dist=$(mktemp -d "${TMPDIR:-/tmp}/distXXXX")
    export dist
    RDVC_DIST="${dist}" packaging/portable tar wheel x86_64-linux-musl >"${dist}.said" || return 1
    python3 -m venv "${dist}/venv"
    "${dist}/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "${dist}"/*.whl
}

teardown_file() {
    rm -rf "${dist}" "${dist}.said"
}

setup() {
    [[ $(uname -m) == x86_64 ]] || skip "the wheel is for another machine"
    PATH=${dist}/venv/bin:${PATH}
    cd "${dist}" || return 1
}

@test "the installed program says its version and commit, and its help" {
    [[ $(command -v rdvc) == "${dist}/venv/bin/rdvc" ]]
    said=$(rdvc --version)
    [[ ${said} =~ ^rdvc\ [0-9.]+\ \([0-9a-f]{10},\ [0-9-]{10}(,\ with\ changes)?\)$ ]]
    [[ ${said} == "$("${RDVC_BUILD_FOLDER}/rdvc" --version)" ]]
    [[ $(rdvc --help) == "$("${RDVC_BUILD_FOLDER}/rdvc" --help)" ]]
}

@test "it needs no library of the machine" {
    run ldd venv/bin/rdvc
    [[ ${output} == *"not a dynamic executable"* || ${output} == *"statically linked"* ]]
}

@test "man pages and completions are where the shells look below the environment" {
    cmp venv/share/man/man1/rdvc-run.1 "${RDVC_BUILD_FOLDER}/man/rdvc-run.1"
    cmp venv/share/bash-completion/completions/rdvc "${RDVC_SOURCE_FOLDER}/completions/rdvc.bash"
    cmp venv/share/fish/vendor_completions.d/rdvc.fish "${RDVC_SOURCE_FOLDER}/completions/rdvc.fish"
    cmp venv/share/zsh/site-functions/_rdvc "${RDVC_SOURCE_FOLDER}/completions/rdvc.zsh"
}

@test "the wheel is small, and pip uninstalls all of it" {
    (($(stat -c %s ./*.whl) <= 5 * 1024 * 1024))
    venv/bin/pip uninstall --quiet --yes rdvc
    [[ -z $(find venv -name '*rdvc*') ]]
}

@test "the tarball has the same program, and the checksums are right" {
    sha256sum --check --quiet SHA256SUMS
    tar -xzf rdvc-*-x86_64-linux-musl.tar.gz
    unzipped=$(echo rdvc-*-x86_64-linux-musl)
    [[ $("${unzipped}/bin/rdvc" --version) == "$("${RDVC_BUILD_FOLDER}/rdvc" --version)" ]]
    [[ -s ${unzipped}/LICENSE && -s ${unzipped}/README.md && -s ${unzipped}/share/man/man1/rdvc.1 ]]
}
