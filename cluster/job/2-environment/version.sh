# --- 2. Environment: a version that is made from Git's tags, and written into a view --------------

# setuptools-scm (also under hatch-vcs) makes a version from the commit, so that each commit and
# each edit would have an environment of its own. If its version is the one that is made here from
# the same tags, and is written only into files of a known kind, it is not part of the key: it is
# written into each view.

# True if variables of this job give setuptools-scm another version.
has_version_variables() {
    env | LC_ALL=C grep -E '^(SOURCE_DATE_EPOCH|SETUPTOOLS_SCM_[A-Z_]*|VCS_VERSIONING_[A-Z_]*)=' >/dev/null
}

# The version that setuptools-scm makes here, with $1 hexadecimal digits of the commit (`auto`: as
# many as Git would show) and $2 (`date` or `none`) as the local part. Prints the version, the
# commit as it occurs in it, the tag's version, the number of commits since, and whether there are
# uncommitted changes; false if the tag is not a plain one.
scm_version() {
    local node tag='' distance dirty='' part version='' base exact
    if tag=$(git describe --dirty --tags --long --match '*[0-9]*' 2>/dev/null); then
        [[ ${tag} != *-dirty ]] || dirty=1 tag=${tag%-dirty}
        node=${tag##*-g} tag=${tag%-g*} distance=${tag##*-}
        tag=${tag%-*}
        [[ ${tag} =~ ^([A-Za-z0-9_]+-)?[vV]?([0-9]+(\.[0-9]+){0,3})$ ]] || return 1
        tag=${BASH_REMATCH[2]}
    else
        tag=0.0
        distance=$(git rev-list --count HEAD) || return 1
        [[ -z $(git status --porcelain --untracked-files=no) ]] || dirty=1
    fi
    [[ $1 == auto && -n ${node:-} ]] || node=$(git rev-parse HEAD | cut -c "1-${1/auto/7}")
    for part in ${tag//./ }; do
        version+="${version:+.}$((10#${part}))"
    done
    exact=${version}
    if ((distance > 0)) || [[ -n ${dirty} ]]; then
        base=${version%"${version##*.}"}
        version="${base}$((${version##*.} + 1)).dev${distance}"
        [[ $2 == none ]] || version+="+g${node}${dirty:+.d$(date -u '+%Y%m%d')}"
    fi
    printf '%s %s %s %s %s\n' "${version}" "g${node}" "${exact}" "${distance}" "${dirty:+true}"
}

# What setuptools-scm writes into scm_version.json for the output of scm_version.
scm_json() {
    local tag distance dirty
    read -r _ _ tag distance dirty <<<"$1"
    printf '{\n  "tag": "%s",\n  "distance": %s,\n  "node": "g%s",\n  "dirty": %s,\n  "branch": "%s",\n  "node_date": "%s"\n}\n' \
        "${tag}" "${distance}" "$(git rev-parse HEAD)" "${dirty:-false}" "$(git rev-parse --abbrev-ref HEAD)" \
        "$(TZ=UTC0 git log -n 1 --date=format-local:%Y-%m-%d --format=%cd HEAD)"
}

# The version $1 as a Python tuple, as setuptools-scm writes it.
version_tuple() {
    local release=${1%%.dev*} rest='' local_part=''
    [[ $1 != *.dev* ]] || rest="dev${1#*.dev}"
    [[ ${rest} != *+* ]] || local_part=${rest#*+} rest=${rest%%+*}
    printf "(%s${rest:+, '%s'}${local_part:+, '%s'})" "${release//./, }" ${rest:+"${rest}"} ${local_part:+"${local_part}"}
}

# After setup: records in $1/plan/version whether later jobs may write their own version into this
# environment (`kind written`, with the names and files that contain it), or why not. `kind exact`:
# the version has no commit in it, and so does not show whether they may. The files are added to
# $1/named, because each view has its own copy of them.
plan_version() {
    [[ -s $1/version ]] || return 0
    mkdir -p "$1/plan"
    local digits how said version node kind=fixed why='its version is not the one that setuptools-scm makes by default'
    for digits in 9 auto 7; do
        for how in date none; do
            said=$(scm_version "${digits}" "${how}") || continue
            read -r version node _ <<<"${said}"
            LC_ALL=C grep -qF -e "-${version}.dist-info"$'\002' "$1/list" || continue
            kind=exact why=''
            break 2
        done
    done
    if [[ ${kind} == exact && ${version} == *.dev* ]]; then
        kind=written
        why=$(find_version "$1" "${version}" "${node}" "${said}")
        [[ -z ${why} ]] || kind=fixed
    fi
    {
        printf 'kind %s\nfor %s\n' "${kind}" "$(sha256sum <"$1/version" | cut -c 1-8)"
        [[ ${kind} != fixed ]] || printf 'why %s\n' "${why}"
        printf 'version %s\nnode %s\ndigits %s\nlocal %s\n' "${version:-}" "${node:-}" "${digits}" "${how}"
    } >"$1/plan/version"
    if [[ ${kind} == written ]]; then
        LC_ALL=C sort -u -o "$1/named" "$1/named" "$1/version-files"
        to_names <"$1/version-files" >"$1/plan/version-files"
        to_names <"$1/version-names" >"$1/plan/version-names"
    else
        LC_ALL=C sort -u -o "$1/inputs" "$1/version" "$1/inputs"
    fi
}

# Finds the version $2 of the commit $3 in the environment; $4 is the output of scm_version. Lists
# the files that contain it in $1/version-files, and the names that contain it, innermost first, in
# $1/version-names. Prints the first file of an unknown kind.
find_version() {
    local file name kind version=$2 flat=${2//[^A-Za-z0-9]/_}
    LC_ALL=C awk -v version="${version}" -v flat="${flat}" 'BEGIN { FS = "\002" }
        function base(path) { sub(/.*\//, "", path); return path }
        index(base($5), version) || index(base($5), flat) && $5 !~ /\.pyc$/ { print gsub(/\//, "/", $5) "\002" $5 }
    ' "$1/list" | LC_ALL=C sort -t $'\002' -k 1,1nr | cut -d $'\002' -f 2 >"$1/version-names"
    : >"$1/version-files"
    LC_ALL=C xargs -0 -r grep -laF -Z -e "${version}" -e "${flat}" -e "${3:0:8}" -- <"$1/plain" >"$1/with-version" || true
    while IFS= LC_ALL=C read -r -d '' file; do
        name=${file##*/} kind=''
        case ${file} in
        */site-packages/*-"${version}".dist-info/METADATA | */site-packages/*-"${version}".dist-info/RECORD | *.egg-info/PKG-INFO) kind=metadata ;;
        */site-packages/__editable__.*-"${version}".pth | */site-packages/__editable___*_"${flat}"_finder.py) kind=editable ;;
        *.pyc) kind=bytecode ;;
        */scm_version.json)
            ! cmp -s -- "${file}" <(scm_json "$4") || kind=json
            ;;
        *)
            ! head -n 3 -- "${file}" | grep -qE 'file generated by (setuptools[_-]scm|vcs[_-]versioning)' || kind=module
            ! cmp -s -n "${#version}" -- "${file}" <(printf '%s' "${version}") || (($(wc -c <"${file}") > ${#version} + 1)) || kind=text
            ;;
        esac
        case ${kind} in
        '') printf '%s has the version in it' "${file//$'\n'/?}" && return ;;
        bytecode) continue ;;
        module) ! grep -qF "version_tuple = " -- "${file}" || grep -qF "version_tuple = $(version_tuple "${version}")" -- "${file}" ||
            { printf '%s has an unknown form' "${file//$'\n'/?}" && return; } ;;
        esac
        printf '%s\n' "${file//$'\n'/$'\1'}" >>"$1/version-files"
    done <"$1/with-version"
    [[ -s $1/version-files ]] || printf 'no file has the version in it'
}

# Tells the user what it costs that the version is part of the key; setup took $2 seconds.
say_what_version_costs() {
    local why
    LC_ALL=C grep -q '^version: ' "$1/inputs" && [[ $(value_of kind "$1/plan/version") != exact ]] || return 0
    why=$(value_of why "$1/plan/version")
    rdvc_say "each commit and each edit has an environment of its own ($2 s each time), since setup asks Git for a version${why:+ (${why})}; where it does not matter, \`env.ignore = [\".git\"]\` avoids that"
}

# Sets the key of this job's version if it cannot be written into the environment in `place`. Sets
# `written` to this job's version and commit if it can, and `outdated` if another environment should
# replace that one.
follow_version() {
    local key=$1 plan own said
    RDVC_OWN_ENV_KEY=${key}
    place="${RDVC_OWN_ENV_STORE}/${key}"
    plan="${place}/current/plan/version"
    written='' outdated=''
    [[ -s ${folder}/version && -r ${plan} ]] || return 0
    own=$(sha256sum <"${folder}/version" | cut -c 1-8)
    [[ $(value_of for "${plan}") != "${own}" ]] || return 0
    case $(value_of kind "${plan}") in
    exact)
        outdated="version: $(value_of version "${plan}") was that of a tag"
        return
        ;;
    written) written=$(scm_version "$(value_of digits "${plan}")" "$(value_of local "${plan}")") && return ;;
    esac
    written=''
    RDVC_OWN_ENV_KEY="${key}-${own}"
    place="${RDVC_OWN_ENV_STORE}/${RDVC_OWN_ENV_KEY}"
    LC_ALL=C sort -u -o "${folder}/inputs" "${folder}/version" "${folder}/inputs"
}

# Prints the paths on standard input with this job's version in place of the version of the build
# $1.
renamed_paths() {
    local old version=${written%% *}
    old=$(value_of version "$1/plan/version")
    LC_ALL=C sed -z -e "s|${old//./\\.}|${version}|g; s|${old//[^A-Za-z0-9]/_}|${version//[^A-Za-z0-9]/_}|g"
}

# Writes `written`, this job's version, over the version of the build $1 in its view.
write_version() {
    [[ -n ${written:-} ]] || return 0
    local plan="$1/plan" version node old old_node name program
    read -r version node _ <<<"${written}"
    old=$(value_of version "${plan}/version") old_node=$(value_of node "${plan}/version")
    [[ "${version} ${node}" != "${old} ${old_node}" ]] || return 0
    program="s|$(version_tuple "${old}" | sed 's/[.]/\\./g')|$(version_tuple "${version}")|g; s|${old//./\\.}|${version}|g"
    program+="; s|${old//[^A-Za-z0-9]/_}|${version//[^A-Za-z0-9]/_}|g; s|'${old_node}'|'${node}'|g"
    LC_ALL=C xargs -0 sed -i -e "${program}" -- <"${plan}/version-files" || return
    while IFS= LC_ALL=C read -r -d '' name; do
        [[ ${name} != */scm_version.json ]] || scm_json "${written}" >"${name}" || return
    done <"${plan}/version-files"
    if [[ ${version} != "${old}" ]]; then
        while IFS= LC_ALL=C read -r -d '' name; do
            # Its parent still has the old name until its own turn comes.
            printf '%s\0' "${name##*/}" | renamed_paths "$1" |
                { IFS= LC_ALL=C read -r -d '' new && mv -T -- "${name}" "${name%/*}/${new}"; } || return
        done <"${plan}/version-names"
    fi
    renamed_paths "$1" <"${plan}/version-files" | { LC_ALL=C grep -z '\.dist-info/RECORD$' || true; } | write_records || return
    rdvc_say "version ${version} is written over ${old}"
}

# Updates the hashes of the files that differ between checkouts, in pip's form, in the RECORDs on
# standard input.
write_records() {
    local record
    while IFS= LC_ALL=C read -r -d '' record; do
        (
            cd "${record%/*/RECORD}" || exit # ends this subshell alone
            record=$(basename -- "${record%/RECORD}")/RECORD
            cut -d , -f 1 -- "${record}" | LC_ALL=C grep -E '^__editable__|\.pth$|/(METADATA|(direct_url|scm_version)\.json)$|^\.\./.*bin/' |
                tr '\n' '\0' | xargs -0 -r sh -c 'sha256sum -- "$@"; stat -c "%s  %n" -- "$@"' sh |
                LC_ALL=C awk -v record="${record}" '
                    function base64(hex,    out, i, n) {
                        for (i = 1; i <= 64; i += 3) {
                            n = digit(hex, i) * 256 + digit(hex, i + 1) * 16 + digit(hex, i + 2)
                            out = out substr(digits, int(n / 64) + 1, 1) substr(digits, n % 64 + 1, 1)
                        }
                        return substr(out, 1, 43)
                    }
                    function digit(hex, i) { return i > 64 ? 0 : index("0123456789abcdef", substr(hex, i, 1)) - 1 }
                    BEGIN { digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; FS = "," }
                    { at = index($0, "  "); name = substr($0, at + 2) }
                    at == 65 { hash[name] = base64(substr($0, 1, 64)); next }
                    { size[name] = substr($0, 1, at - 1) }
                    END {
                        while ((getline <record) > 0) {
                            if ($1 in hash && $2 != "") $0 = $1 ",sha256=" hash[$1] "," size[$1] (/\r$/ ? "\r" : "")
                            print
                        }
                    }
                ' >"${record}.new" && mv -- "${record}.new" "${record}"
        ) || return
    done
}
