# --- 2. Environment: a job's view of a stored one -------------------------------------------------

# Makes, from the lists that `examine_environment` left in $1, the plan of a view: which folders are
# real, what is copied, what is rewritten; everything else is a link to the store. Folders into
# which programs are installed are real, and so are all folders that are not a known kind of package
# folder. Small files in the latter are copied, because a program may write to them.
plan_view() {
    mkdir -p "$1/plan"
    : >"$1/folders" && : >"$1/linked" && : >"$1/copied" && : >"$1/rewritten" && : >"$1/locked" && : >"$1/own" && : >"$1/renamed"
    LC_ALL=C awk -v to="$1" 'BEGIN { FS = "\002" }
        function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        function base(path) { sub(/.*\//, "", path); return path }
        function mark(path) { while (path != "." && !(path in real)) { real[path]; path = folder(path) } }
        function packed(path) {
            if (path == ".") return 0
            if (!(path in pack)) pack[path] = path in root || packed(folder(path))
            return pack[path]
        }
        FILENAME == to "/named" { named[$0]; mark(folder($0)); next }
        FILENAME == to "/links-real" { mark(folder($0)); next }
        FILENAME == to "/relinks" && FNR % 2 { link = $0; own[link]; next }
        FILENAME == to "/relinks" {
            if (base(link) == base($0)) theirs[folder(link)] = theirs[folder(link)] $0 "\n"
            else print link "\n" $0 > (to "/renamed")
            next
        }
        FILENAME == to "/hardlinks" { if (FNR % 2) { own[$0]; mark(folder($0)) } next }
        FILENAME == to "/entries" { entry[$0]; next }
        {
            type[++n] = $1; size[n] = $2; path[n] = $5
            name = base($5)
            if (name == "pyvenv.cfg" || name == "conda-meta") root[folder($5)]
            # Git and DVC read these only if they are files. A pattern that ends in a slash matches
            # folders.
            if ($1 == "f" && name ~ /^\.(gitignore|gitattributes|dvcignore)$/ && $5 !~ /\/node_modules\//) { plain[$5]; mark(folder($5)) }
            if ($1 == "d") {
                if ($5 in entry) mark($5)
                listed[$5]
                if (name ~ /^(site-packages|dist-packages|node_modules|.*\.(egg|dist)-info)$/) root[$5]
                if (name ~ /^(site-packages|dist-packages|bin)$/) mark($5)
            }
        }
        END {
            for (file in named) if (file ~ /\.py$/) mark(folder(file) "/__pycache__")
            for (i = 1; i <= n; i++) {
                other[i] = !packed(type[i] == "d" ? path[i] : folder(path[i]))
                if (other[i] && type[i] == "d") others++
                if (other[i] && type[i] == "f" && size[i] <= 4194304) { small++; bytes += size[i] }
            }
            copy = small <= 2000 && bytes <= 67108864
            for (i = 1; i <= n; i++) if (type[i] == "d" && other[i] && others <= 300) mark(path[i])
            for (i = 1; i <= n; i++) {
                p = path[i]; up = folder(p)
                # A small program looks for its folder by its real path, and must find the folder of
                # this job.
                copied = other[i] && copy && size[i] <= 4194304 || up ~ /\/bin$/ && size[i] <= 65536
                if (type[i] == "f" && other[i] && !copied) print p > (to "/locked")
                if (!(up in listed)) print up > (to "/folders")
                else if (!(up in real)) continue # in a folder that is linked as a whole
                if (p in own) continue
                if (type[i] == "d" && p in real) print p > (to "/folders")
                else if (p in named) print p > (to "/rewritten")
                else if (type[i] == "l" || p in plain || type[i] == "f" && copied) print p > (to "/copied")
                else {
                    source = folder(up) "/" base(p)
                    # bytecode of a file that is rewritten
                    if (up ~ /\/__pycache__$/ && sub(/\.[^\/]*\.pyc$/, ".py", source) && source in named) continue
                    linked[up] = linked[up] base(p) "\n"
                }
            }
            for (up in linked) printf "%s/\n%s", up, linked[up] > (to "/linked")
            for (up in theirs) printf "%s/\n%s", up, theirs[up] > (to "/own")
        }
    ' "$1/named" "$1/links-real" "$1/relinks" "$1/hardlinks" "$1/entries" "$1/list" || return
    local file
    for file in entries folders linked copied rewritten own renamed hardlinks outside; do
        to_names <"$1/${file}" >"$1/plan/${file}" || return
    done
    state_of_outside "$1/plan" >"$1/plan/outside-state"
    plan_modules "$1"
}

# Size and time of the outside files that the environment links to.
state_of_outside() {
    xargs -0 -r stat -L --printf '%s %Y %n\n' -- <"$1/outside" 2>/dev/null || true
}

link_names() {
    ((${#names[@]} == 0)) || ln -s -t "${folder}" -- "${names[@]}"
}

# Makes the links of the list $1, with a process for each folder. They lead to what the list says,
# or into the tree $2.
make_links() {
    local item folder=./ names=()
    while IFS= LC_ALL=C read -r -d '' item; do
        if [[ ${item} == */ ]]; then
            link_names || return
            folder=${item}
            names=()
        else
            [[ ${item} == /* ]] || item="$2/${folder#./}${item}"
            names+=("${item}")
            if ((${#names[@]} >= 1000)); then
                link_names || return
                names=()
            fi
        fi
    done <"$1"
    link_names
}

# Makes the links of the plan $1 into the checkout; the sed program $2 turns their targets into this
# job's.
make_own_links() {
    local own="${RDVC_OWN_WORKSPACE_DIR}/own-links" path target
    LC_ALL=C sed -z -e "$2" <"$1/own" >"${own}" && make_links "${own}" '' || return
    LC_ALL=C sed -z -e "$2" <"$1/renamed" >"${own}" || return
    while IFS= LC_ALL=C read -r -d '' path && IFS= LC_ALL=C read -r -d '' target; do
        ln -s -- "${target}" "${path}" || return
    done <"${own}"
    while IFS= LC_ALL=C read -r -d '' path && IFS= LC_ALL=C read -r -d '' target; do
        ln -- "${target}" "${path}" || return
    done <"$1/hardlinks"
    rm -f -- "${own}"
}

# Prints a sed program that replaces each path of the build's checkout with this job's, longest
# first.
rewriting() {
    local old new
    while read -r old new; do
        [[ -z ${old} || ${old} == "${new}" ]] || printf 's|%s|%s|g\n' "${old//./\\.}" "${new}"
    done <<PATHS
$(value_of repo "$1") ${RDVC_OWN_REPO_DIR}
$(value_of real "$1") ${RDVC_OWN_ENV_REAL_DIR}
$(value_of workspace "$1") ${RDVC_OWN_WORKSPACE_DIR}
PATHS
}

# Puts a view of the build $1 into the checkout, which must have nothing in its place.
make_view() {
    local plan="$1/plan" here=${PWD} program
    program=$(rewriting "$1/info")
    xargs -0 -r mkdir -p -- <"${plan}/folders" || return
    make_links "${plan}/linked" "$1/tree" || return
    (cd "$1/tree" && cat "${plan}/copied" "${plan}/rewritten" | xargs -0 -r cp -dP --parents -t "${here}" --) || return
    if [[ -s ${plan}/rewritten && -n ${program} ]]; then
        LC_ALL=C xargs -0 sed -i -e "${program}" -- <"${plan}/rewritten" || return
    fi
    make_own_links "${plan}" "${program}"
}

# True if the checkout already has an entry of the plan.
view_collides() {
    local entry
    while IFS= LC_ALL=C read -r -d '' entry; do
        [[ ! -e ${entry} && ! -L ${entry} ]] || return 0
    done <"$1/plan/entries"
    return 1
}

remove_view() {
    local entry
    while IFS= LC_ALL=C read -r -d '' entry; do
        remove_folder "./${entry}" || true
    done < <(cat "$1/plan/entries" && { [[ -z ${written:-} ]] || renamed_paths "$1" <"$1/plan/entries"; })
}
