#!/usr/bin/env bash
# Builds dist/rdvc_VERSION_ARCHITECTURE.deb for the Debian or Ubuntu that this machine has: against
# its libraries, with Debian's own tools. The same commit gives the same bytes, in any folder.
#   packaging/deb.sh [--program BUILD]   BUILD: a folder of CMake's; for tests, its program is packed
# RDVC_DIST: another folder than dist/
set -euo pipefail
cd "$(dirname "$0")/.."
source_folder=${PWD}
dist=${RDVC_DIST:-${source_folder}/dist}
build=${source_folder}/build/deb
export RDVC_PROGRAM=''
if [[ ${1:-} == --program ]]; then
    RDVC_PROGRAM=$(cd "${2:?--program needs a folder}" && pwd)
    build=${RDVC_PROGRAM}/deb
fi
package=${build}/package

say() { printf '%s\n' "$*" >&2; }

version() { sed -n 's/^project(rdvc VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt; }

# The changelog that the package system wants; what has changed for users is in CHANGELOG.md.
changelog() {
    printf 'rdvc (%s) unstable; urgency=medium\n\n' "$(version)"
    printf '  * Build of commit %s. CHANGELOG.md says what has changed.\n\n' "$(commit)"
    printf ' -- %s  %s\n' "$(sed -n 's/^Maintainer: //p' packaging/debian/control)" \
        "$(LC_ALL=C date --utc --rfc-email --date="@${SOURCE_DATE_EPOCH}")"
}

# Without Git, as in a source distribution, a file has it.
commit() {
    local commit
    commit=$(git rev-parse --short=10 HEAD 2>/dev/null) || {
        head -c 10 cmake/commit.txt
        return
    }
    git diff --quiet HEAD && printf '%s' "${commit}" || printf '%s with changes' "${commit}"
}

missing=()
for tool in dpkg-buildpackage:dpkg-dev dh:debhelper; do
    command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
done
((${#missing[@]} == 0)) || {
    say "error: the Debian packages are missing that build packages"
    say "hint: apt-get install ${missing[*]}"
    exit 1
}

time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} || {
    say "error: there is no Git history here that says when this version was made"
    say "hint: SOURCE_DATE_EPOCH=SECONDS $0"
    exit 1
}
export SOURCE_DATE_EPOCH=${time}
export RDVC_SOURCE=${source_folder} RDVC_BUILD=${build}/program
export DEB_BUILD_PATH=${source_folder}     # which no file of the package names
export DEB_BUILD_OPTIONS=noautodbgsym TZ=UTC
umask 022

rm -rf "${build}" # what an older compiler or other libraries have made there
mkdir -p "${package}" "${dist}"
cp -r packaging/debian "${package}"
changelog >"${package}/debian/changelog"
(cd "${package}" && dpkg-buildpackage --build=binary --no-pre-clean --no-sign >&2)
file=rdvc_$(version)_$(dpkg --print-architecture).deb
cp "${build}/${file}" "${dist}/${file}.new"
mv "${dist}/${file}.new" "${dist}/${file}"
(cd "${dist}" && LC_ALL=C sha256sum -- rdvc* >"${build}/SHA256SUMS" && mv "${build}/SHA256SUMS" .)
say "made ${dist}/${file}: $(numfmt --to=iec --suffix=B "$(stat -c %s "${dist}/${file}")")"
sha256sum "${dist}/${file}"
