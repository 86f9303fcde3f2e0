# --- 2. Environment: which modules an editable install was made for -------------------------------

# What an editable install knows about the code: `every` tracked module, the `topmost` ones (an
# import hook), the `folders` that contain them (a path), or each file of some folders (`strict`: a
# link for each).

# Prints the places where tracked Python code begins: topmost packages, and modules outside of
# packages. With `every`: all modules. With `folders`: the folders that contain them. With `strict`:
# all tracked files in the folders that the file $2 names, and the topmost packages and modules if
# one of these is `.`.
list_modules() {
    local path
    if [[ $1 == strict ]]; then
        while IFS= read -r path; do
            if [[ ${path} == . ]]; then list_modules topmost; else git -c core.quotePath=false ls-files -- "./${path}"; fi
        done <"$2" | LC_ALL=C sort -u
        return
    fi
    git ls-files -- '*.py' | LC_ALL=C awk -v what="$1" '
        function folder(path) { return sub(/\/[^\/]*$/, "", path) ? path : "" }
        { file[NR] = $0; if ($0 ~ /\/__init__\.py"?$/) package[folder($0)] }
        END {
            for (i = 1; i <= NR; i++) {
                root = file[i]
                if (what != "every") while (folder(root) in package) root = folder(root)
                if (what == "folders") root = folder(root) "/"
                if (!(root in said)) { said[root]; print root }
            }
        }
    ' | LC_ALL=C sort
}

hash_modules() {
    list_modules "$@" | sha256sum | cut -c 1-8
}

# Prints the folders to which the links of strict editable installs lead, as lines. `.` stands for
# code at the top of the project, where new packages may lie beside linked ones; in that case the
# linked packages follow by name.
linked_folders() {
    {
        cat "$1/relinks"
        LC_ALL=C awk -v top="${RDVC_OWN_REPO_DIR}" '{ if (NR % 2 == 0) sub(/^\./, top); print }' "$1/hardlinks"
    } | project=${RDVC_JOB_PROJECT_DIR} real=${RDVC_OWN_ENV_REAL_DIR} repo=${RDVC_OWN_REPO_DIR} LC_ALL=C awk '
        function without(path, folder) { return index(path, folder "/") == 1 ? substr(path, length(folder) + 2) : path }
        NR % 2 == 1 { path = $0; next }
        sub(/.*\/__editable__\.[^\/]*\//, "", path) {
            n = split(path, inside, "/")
            m = split(without(without($0, ENVIRON["repo"]), ENVIRON["real"]), code, "/")
            while (n > 0 && m > 0 && inside[n] == code[m]) { n--; m-- }
            root = ""
            for (i = 1; i <= m; i++) root = root code[i] "/"
            if (root != "" && root != ENVIRON["project"] "/") print root
            else { print "."; if (split(path, inside, "/") > 1) print root inside[1] "/" }
        }
    ' | LC_ALL=C sort -u
}

# Records for later jobs what an existing editable install was made for.
plan_modules() {
    local what
    if LC_ALL=C grep -q '/__editable__\.[^/]*/' "$1/relinks" "$1/hardlinks"; then
        what=strict
        linked_folders "$1" >"$1/plan/module-folders"
    elif LC_ALL=C grep -qE $'/_[^/]*_editable\\.py\002' "$1/list"; then
        what=every
    elif LC_ALL=C grep -qE $'/(__editable___[^/]*_finder|_editable_impl_[^/]*)\\.py\002' "$1/list"; then
        what=topmost
    elif grep -q '\.pth$' "$1/named"; then
        what=folders
        list_modules folders >"$1/plan/module-folders"
    else
        return 0
    fi
    printf '%s %s\n' "${what}" "$(hash_modules "${what}" "$1/plan/module-folders")" >"$1/plan/modules"
}

# Sets `place`, and the key for this code's modules if the environment there was made for others.
follow_modules() {
    local what hash own folders
    RDVC_OWN_ENV_KEY=$1
    place="${RDVC_OWN_ENV_STORE}/$1"
    folders="${place}/current/plan/module-folders"
    [[ -r ${place}/current/plan/modules ]] || return 0
    read -r what hash <"${place}/current/plan/modules"
    # A path to a folder works as long as the folder contains code.
    if [[ ${what} == folders && -z $(list_modules folders | LC_ALL=C comm -23 "${folders}" -) ]]; then
        return
    fi
    own=$(hash_modules "${what}" "${folders}")
    if [[ ${own} != "${hash}" ]]; then
        RDVC_OWN_ENV_KEY="$1-${own}"
        place="${RDVC_OWN_ENV_STORE}/${RDVC_OWN_ENV_KEY}"
        printf 'modules-of-code: %s\n' "${own}" | LC_ALL=C sort -u -o "${folder}/inputs" - "${folder}/inputs"
    fi
}
