#!/usr/bin/env bats
# A wheel, as a person gets it: built by `./dev package`, installed by pip into a fresh environment.
# bats file_tags=long

setup_file() {
    cd "${RDVC_SOURCE_FOLDER}" || return 1
    dist=$(mktemp -d "${TMPDIR:-/tmp}/distXXXX")
    export dist
    target=$(uname -m)-linux-musl
    export target
    RDVC_DIST="${dist}" packaging/portable tar wheel "${target}" >"${dist}.said" || return 1
    python3 -m venv "${dist}/venv"
    "${dist}/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "${dist}"/*.whl
}

teardown_file() {
    rm -rf "${dist}" "${dist}.said"
}

setup() {
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

@test "the licences of the libraries in it come with it" {
    local library
    for library in CLI11 fmt libcxx libcxxabi libmd libunwind musl nlohmann-json tomlplusplus yaml-cpp zig; do
        grep -qiE 'permission is hereby granted|redistribution and use|apache license' \
            "venv/share/licenses/rdvc/${library}"
    done
    [[ $(find venv/share/licenses/rdvc -type f | wc -l) -eq 11 ]]
}

@test "the wheel is small, and pip uninstalls all of it" {
    (($(stat -c %s ./*.whl) <= 5 * 1024 * 1024))
    venv/bin/pip uninstall --quiet --yes rdvc
    [[ -z $(find venv -name '*rdvc*') ]]
}

@test "the tarball has the same program, and the checksums are right" {
    sha256sum --check --quiet SHA256SUMS
    tar -xzf "$(echo rdvc-*-"${target}".tar.gz)"
    unzipped=$(echo rdvc-*-"${target}")
    python3 -m zipfile -e ./*.whl wheel
    cmp "${unzipped}/bin/rdvc" wheel/rdvc-*.data/scripts/rdvc
    [[ -s ${unzipped}/LICENSE && -s ${unzipped}/README.md && -s ${unzipped}/share/man/man1/rdvc.1 ]]
}

@test "the source distribution has all templates, the commit, and what pip reads" {
    mkdir sources
    tar -xzf rdvc-[0-9]*[0-9].tar.gz -C sources --strip-components=1
    diff <(cd sources && find templates ! -type d | LC_ALL=C sort) \
        <(git -C "${RDVC_SOURCE_FOLDER}" ls-files templates | LC_ALL=C sort)
    grep -q "^$(git -C "${RDVC_SOURCE_FOLDER}" rev-parse HEAD) " sources/cmake/commit.txt
    grep -q '^Name: rdvc$' sources/PKG-INFO
}

@test "pip compiles the source distribution" {
    python3 -m venv compiled
    compiled/bin/pip install --quiet --disable-pip-version-check ./rdvc-[0-9]*[0-9].tar.gz
    [[ $(compiled/bin/rdvc --version) == "$("${RDVC_BUILD_FOLDER}/rdvc" --version)" ]]
    [[ -s compiled/share/man/man1/rdvc.1 ]]
}

@test "the benchmark measures the installation and the start beside uv's and ruff's" {
    run "${RDVC_SOURCE_FOLDER}/bench/install" --runs 1 ./*.whl
    [[ ${status} -eq 0 && ${output} == *"pip install rdvc "*" x pip install uv"*"rdvc --version "*" x uv --version"* ]]
}

@test "the same commit gives the same bytes in another folder" {
    git -C "${RDVC_SOURCE_FOLDER}" diff --quiet HEAD || skip "there are uncommitted changes"
    local other="${dist}/elsewhere" place="${RDVC_SOURCE_FOLDER}/.dev/package" name
    git clone --quiet "${RDVC_SOURCE_FOLDER}" "${other}"
    mkdir -p "${other}/.dev/package"
    for name in venv zig-cache libraries; do ln -s "${place}/${name}" "${other}/.dev/package"; done
    cp "${place}/tools" "${other}/.dev/package"
    RDVC_DIST="${other}/dist" "${other}/packaging/portable" tar wheel "${target}"
    for name in "${other}"/dist/*; do cmp "${name}" "${name##*/}"; done
}
