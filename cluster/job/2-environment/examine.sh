# --- 2. Environment: what setup made, and whether another checkout can use it ---------------------

# Files hold lists of names that are separated by NUL. awk reads them as lines, in which \1 stands
# for a line end.
to_lines() {
    tr '\n\0' '\1\n'
}

to_names() {
    tr '\n\1' '\0\n'
}

# Turns the names on standard input into paths from the checkout's folder.
from_checkout() {
    to_lines | LC_ALL=C sed 's/^/.\//'
}

# Runs `find FILE... OPTIONS` for all the names on standard input.
find_each() {
    # shellcheck disable=SC2016 # for the inner shell
    xargs -0 -r bash -c 'n=$1; shift; options=("${@:1:n}"); shift "$n"; exec find "$@" "${options[@]}"' bash "$#" "$@"
}

# Prints the untracked files in the checkout as lines, including those of submodules, and hooks.
# Leaves out bytecode beside tracked code, which belongs to Python, and .dvc, which belongs to DVC.
list_untracked() {
    local submodule
    {
        git ls-files -o -z "$@" | to_lines
        git ls-files -s | sed -n 's/^160000 [0-9a-f]* [0-9]\t//p' | while IFS= LC_ALL=C read -r submodule; do
            [[ ! -e ${submodule}/.git ]] || git -C "${submodule}" ls-files -o -z "$@" | to_lines |
                folder=${submodule} awk '{ print ENVIRON["folder"] "/" $0 }'
        done
        find .git/hooks -type f ! -name '*.sample' -print 2>/dev/null || true
    } | LC_ALL=C sed -E -e '/(^|\/)\.dvc\//d' -e '/(^|\/)(site|dist)-packages\//b keep' \
        -e '/(^|\/)__pycache__\//d' -e ':keep' -e 's/\/$//; s/^/.\//' | LC_ALL=C sort -u
}

# Prints a text that changes if setup changes what Git or DVC keep in the checkout, or what lies
# beside it.
describe_checkout() {
    local submodule
    printf 'index %s\n' "$(git ls-files -s -z | sha256sum)"
    git rev-parse HEAD
    cat .git/config .git/info/attributes .git/info/exclude 2>/dev/null || true
    find "${RDVC_OWN_WORKSPACE_DIR}" -mindepth 1 -maxdepth 1 -printf 'beside the checkout: %f\n' | LC_ALL=C sort
    find "./${RDVC_JOB_PROJECT_DIR:-.}/.dvc" -type f -printf '%P, of %s bytes at %T@\n' 2>/dev/null | LC_ALL=C sort || true
    git ls-files -s | sed -n 's/^160000 [0-9a-f]* [0-9]\t//p' | while IFS= LC_ALL=C read -r submodule; do
        printf 'submodule %s %s\n' "${submodule}" "$(git -C "${submodule}" rev-parse HEAD 2>/dev/null || true)"
        [[ -n $(ls -A "${submodule}" 2>/dev/null) ]] || printf 'submodule %s is empty\n' "${submodule}"
    done
}

# Before setup: records what already exists, and the time. Runs in the checkout's folder, like
# everything in this file.
note_checkout() {
    list_untracked >"$1/before"
    describe_checkout >"$1/checkout"
    touch "$1/time"
}

# Prints the tracked and copied files whose content or mode setup has changed, as lines. Git
# compares through its filters; content that only a filter has fetched (Git LFS) counts as a change
# here.
changed_files() {
    git diff --name-only --ignore-submodules=none
    {
        git ls-files -z | from_checkout
        cat "$1/before"
    } | to_names | find_each -maxdepth 0 -type f -newercc "$1/time" -print0 2>/dev/null >"$1/touched" || true
    if (($(to_lines <"$1/touched" | wc -l) > 500)); then
        printf 'hundreds of tracked files\n'
        return
    fi
    local file
    while IFS= LC_ALL=C read -r -d '' file; do
        [[ $(git hash-object --no-filters -- "${file}") == "$(git rev-parse --verify --quiet ":${file}")" ]] ||
            printf '%s\n' "${file#./}"
    done <"$1/touched"
}

# Prints the entries of the environment: untracked files that did not exist before setup. A folder
# is one entry if all of it is new.
list_entries() {
    list_untracked --directory >"$1/untracked"
    LC_ALL=C awk '
        function folder(path) { return sub(/\/[^\/]*$/, "", path) ? path : "" }
        NR == FNR { before[$0]; for (p = folder($0); p != "" && !(p in above); p = folder(p)) above[p]; next }
        $0 in above
    ' "$1/before" "$1/untracked" >"$1/mixed"
    if [[ ! -s $1/mixed ]]; then
        LC_ALL=C comm -13 "$1/before" "$1/untracked"
        return
    fi
    {
        LC_ALL=C comm -13 "$1/mixed" "$1/untracked"
        list_untracked | LC_ALL=C awk '
            function folder(path) { return sub(/\/[^\/]*$/, "", path) ? path : "" }
            NR == FNR { mixed[$0]; next }
            { for (p = folder($0); p != ""; p = folder(p)) if (p in mixed) { print; next } }
        ' "$1/mixed" -
    } | LC_ALL=C sort -u | LC_ALL=C comm -13 "$1/before" -
}

# Compiles bytecode once, unless it exists already. Jobs cannot write bytecode into the store, and
# without it each job would compile all that it imports. pip leaves bytecode; uv and Poetry do not.
compile_bytecode() {
    local config site
    to_names <"$1/entries" | find_each -maxdepth 4 -name pyvenv.cfg -type f -print0 2>/dev/null |
        while IFS= LC_ALL=C read -r -d '' config; do
            for site in "${config%/*}"/lib/python3*/site-packages; do
                [[ ! -d ${site} ]] || "${config%/*}/bin/python" -I -S -m compileall -q -j "${SLURM_CPUS_ON_NODE:-1}" \
                    -- "${site}" </dev/null >/dev/null 2>&1 || true
            done
        done
}

# Writes everything in the environment to $1/list, one line each: type, size, links, device:inode,
# path and target, separated by \2.
list_files() {
    to_names <"$1/entries" | find_each -printf '%y\002%s\002%n\002%D:%i\002%p\002%l\0' >"$1/raw" || return 1
    ! LC_ALL=C grep -qaF $'\001' "$1/raw" || return 1
    to_lines <"$1/raw" >"$1/list"
}

# Prints reasons why another checkout cannot use something in $1/list; the first one is enough.
# Writes hard links to tracked files to $1/hardlinks, as pairs of lines: the link, the file.
reasons_of_names() {
    : >"$1/hardlinks"
    LC_ALL=C awk -v hardlinks="$1/hardlinks" 'BEGIN { FS = "\002" }
        NR == FNR { if ($1 != "") tracked[$1] = $2; next }
        NF != 6 { print "a file has a strange name"; exit }
        $1 ~ /[bcps]/ { print $5 " is neither a file nor a folder"; exit }
        $1 == "f" && $4 in tracked { print $5 "\n" tracked[$4] > hardlinks }
        $5 ~ /\/(CMakeCache\.txt|build\.ninja|meson-private|config\.status)$/ {
            print $5 " belongs to a build folder, in which paths and times of this checkout count"; exit
        }
    ' "$1/tracked" "$1/list"
}

# A Python without a pyvenv.cfg finds its modules beside its real path, which is in the store.
reasons_of_pythons() {
    LC_ALL=C awk 'BEGIN { FS = "\002" }
        $5 ~ /\/pyvenv\.cfg$/ { sub(/\/pyvenv\.cfg$/, "", $5); venv[$5] }
        $1 == "f" && $5 ~ /\/bin\/python[0-9.]*$/ { sub(/\/bin\/[^\/]*$/, "", $5); python[$5] }
        END { for (folder in python) if (!(folder in venv)) print folder " has a Python of its own, and no pyvenv.cfg" }
    ' "$1/list"
}

# True for a path in this job's checkout, under either of its names.
is_inside() {
    [[ $1 != *..* ]] || set -- "$(realpath -ms -- "$1")"
    [[ $1/ == "${RDVC_OWN_REPO_DIR}"/* || $1/ == "${RDVC_OWN_ENV_REAL_DIR}"/* ]]
}

# Sorts symbolic links: absolute ones that lead into the checkout go to $1/relinks, those that must
# be in a real folder to $1/links-real, and the files elsewhere to $1/outside. Prints a reason
# against reuse.
reasons_of_links() {
    local kind path target
    LC_ALL=C awk 'BEGIN { FS = "\002" }
        { known[$5]; if ($1 == "l") link[$5] = $6 }
        function lexical(path,    n, i, part, k, out) {
            n = split(path, part, "/"); k = 0
            for (i = 1; i <= n; i++) {
                if (part[i] == "" || part[i] == ".") continue
                if (part[i] == "..") { if (--k < 0) return "" } else kept[++k] = part[i]
            }
            out = "."; for (i = 1; i <= k; i++) out = out "/" kept[i]
            return out
        }
        END {
            for (path in link) {
                target = link[path]; folder = path; sub(/\/[^\/]*$/, "", folder)
                if (target ~ /^\//) kind = "absolute"
                else {
                    goal = lexical(folder "/" target)
                    if (goal == "") kind = "leaves"
                    else if (goal in known) continue
                    else kind = path ~ /\/node_modules\// ? "module" : "inside"
                }
                print kind; print path; print target
            }
        }
    ' "$1/list" >"$1/links"
    : >"$1/relinks" && : >"$1/links-real" && : >"$1/outside"
    while IFS= read -r kind && IFS= read -r path && IFS= read -r target; do
        case ${kind} in
        inside) printf '%s\n' "${path}" >>"$1/links-real" ;;
        leaves) printf '%s\n' "the link ${path} leaves the checkout" && return ;;
        module) printf '%s\n' "the link ${path} leads from node_modules to the code" && return ;;
        absolute)
            target=${target//$'\1'/$'\n'}
            if is_inside "${target}"; then
                printf '%s\n' "${path}" >>"$1/links-real"
                printf '%s\n%s\n' "${path}" "${target//$'\n'/$'\1'}" >>"$1/relinks"
            elif [[ ${target} == "${RDVC_OWN_WORKSPACE_DIR}"/* ]]; then
                printf '%s\n' "the link ${path} leads out of the checkout to ${target}" && return
            elif [[ -d ${target} ]]; then
                is_outside_allowed "$(readlink -f -- "${target}")" || {
                    printf '%s\n' "${path} is a link to the folder ${target}, which is not in env.outside" && return
                }
            elif [[ -e ${target} ]]; then
                printf '%s\n' "${target//$'\n'/$'\1'}" >>"$1/outside"
            fi
            ;;
        esac
    done <"$1/links"
    (($(wc -l <"$1/relinks") <= 20000)) || printf 'there are too many links into the checkout\n'
}

# Writes the text files that name the checkout to $1/named; prints a reason for other files that
# name it.
reasons_of_paths() {
    local file copy="$1/stripped"
    LC_ALL=C awk 'BEGIN { FS = "\002" } $1 == "f" { print $5 }' "$1/list" | to_names >"$1/plain"
    LC_ALL=C xargs -0 -r grep -laF -Z -e "${RDVC_OWN_WORKSPACE_DIR}" -e "${RDVC_OWN_ENV_REAL_DIR%/*}" -- <"$1/plain" >"$1/all-named" || true
    LC_ALL=C xargs -0 -r grep -lIF -Z -e "${RDVC_OWN_WORKSPACE_DIR}" -e "${RDVC_OWN_ENV_REAL_DIR%/*}" -- <"$1/all-named" | to_lines | LC_ALL=C sort >"$1/named" || true
    to_lines <"$1/all-named" | LC_ALL=C sort | LC_ALL=C comm -23 - "$1/named" | to_names >"$1/binary"
    while IFS= LC_ALL=C read -r -d '' file; do
        [[ ${file} != *.pyc ]] || continue
        # A path in debug information does no harm.
        if LC_ALL=C head -c 7 -- "${file}" | grep -qaE $'^(\x7fELF|!<arch>)' &&
            strip --strip-debug -o "${copy}" -- "${file}" 2>/dev/null &&
            ! LC_ALL=C grep -qaF -e "${RDVC_OWN_WORKSPACE_DIR}" -e "${RDVC_OWN_ENV_REAL_DIR%/*}" -- "${copy}"; then
            rm -f -- "${copy}"
            continue
        fi
        rm -f -- "${copy}"
        printf '%s\n' "the binary file ${file} names this checkout's path"
        return
    done <"$1/binary"
}

# Prints why the result of setup cannot be reused, or nothing. Then the folder $1 has the lists for
# the plan.
examine_environment() {
    local changed
    changed=$(changed_files "$1")
    if [[ -n ${changed} ]]; then
        printf 'setup changes %s\n' "${changed%%$'\n'*}"
        return
    fi
    describe_checkout >"$1/checkout-now"
    if ! cmp -s "$1/checkout" "$1/checkout-now"; then
        changed=$(LC_ALL=C grep -vxF -f "$1/checkout" "$1/checkout-now" || LC_ALL=C grep -vxF -f "$1/checkout-now" "$1/checkout")
        changed=${changed%%$'\n'*}
        printf 'setup changes what Git or DVC keep, or what is beside the checkout (%s)\n' "${changed:0:100}"
        return
    fi
    local removed
    removed=$(list_untracked | LC_ALL=C comm -13 - "$1/before" | sed -n 1p)
    if [[ -n ${removed} ]]; then
        printf 'setup removes %s\n' "${removed#./}"
        return
    fi
    first_line reasons_of_elsewhere "$1" || return 0
    list_entries "$1" >"$1/entries"
    if [[ ! -s $1/entries ]]; then
        printf 'setup leaves nothing in the checkout%s\n' "$(advice_for_tool)"
        return
    fi
    compile_bytecode "$1"
    list_files "$1" || {
        printf 'a file that setup made has a strange name, or cannot be read\n'
        return
    }
    # Setup has made any link from a tracked file to elsewhere: a fresh checkout has none.
    git ls-files -z | from_checkout | to_names |
        find_each -maxdepth 0 -type f -links +1 -printf '%D:%i\002%p\0' 2>/dev/null | to_lines >"$1/tracked" || true
    printf '\n' >>"$1/tracked"
    first_line reasons_of_names "$1" || return 0
    first_line reasons_of_links "$1" || return 0
    first_line reasons_of_paths "$1" || return 0
    first_line reasons_of_pythons "$1" || return 0
    first_line reasons_of_copies "$1" || return 0
    first_line reasons_of_scripts "$1" || return 0
}

# Prints the first line of the command's output. False if there is one.
first_line() {
    local said
    said=$("$@")
    [[ -n ${said} ]] || return 0
    said=${said%%$'\n'*}
    printf '%s\n' "${said//$'\1'/?}"
    return 1
}
