# --- 2. Environment: what it is made from, as a text and as a key ---------------------------------

# Names of files that say what is installed, and suffixes of what setup may compile, as regular expressions.
RDVC_JOB_ENV_PROJECT_FILES='^(requirements.*\.(txt|in)|constraints.*\.txt|pyproject\.toml|setup\.(py|cfg)|uv\.(lock|toml)|poetry\.(lock|toml)|pdm\.(lock|toml)|pylock.*\.toml|Pipfile(\.lock)?|environment.*\.ya?ml|conda.*\.(ya?ml|lock|txt)|explicit.*\.txt|pixi\.(toml|lock)|package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.(toml|lock)|rust-toolchain(\.toml)?|go\.(mod|sum|work)|CMakeLists\.txt|CMakePresets\.json|conanfile\.(txt|py)|vcpkg\.json|(GNU)?[Mm]akefile|[Jj]ustfile|meson\.build|meson_options\.txt|meson\.options|SConstruct|SConscript|BUILD(\.bazel)?|WORKSPACE(\.bazel)?|MODULE\.bazel|configure(\.ac|\.in)?|MANIFEST\.in|hatch_build\.py|\.python-version|\.tool-versions|mise\.toml|\.npmrc|\.condarc|renv\.lock|\.Rprofile|DESCRIPTION|NAMESPACE|Project\.toml|Manifest\.toml|Gemfile(\.lock)?|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|flake\.(nix|lock)|default\.nix|shell\.nix|spack\.(yaml|lock)|apt\.txt|postBuild)$'
RDVC_JOB_ENV_COMPILED='\.(c|cc|cp|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|inl|ipp|tcc|tpp|cu|cuh|hip|cl|f|for|f77|f90|f95|f03|f08|F|F90|F95|pyx|pxd|pxi|rs|go|java|scala|kt|kts|cs|fs|swift|m|mm|zig|nim|d|ml|mli|hs|proto|fbs|thrift|capnp|i|swg|l|ll|y|yy|s|S|asm|cmake|am|ac|m4|mk|bazel|bzl|in|patch|diff)$'
# Words of tools that make a version from Git's tags, and of compilers told to look at the machine.
RDVC_JOB_ENV_TAG_TOOLS='setuptools[_-]scm|hatch[_-]vcs|versioneer|dunamai|dynamic[_-]versioning|versioningit|(^|[^a-z])pbr([^a-z]|$)|flit[_-]scm|vcs[_-]versioning|miniver|git[ -]version|git (describe|rev-parse|rev-list|log|show)|"git", *"(describe|rev-parse|rev-list|log|show)"|pdm\.backend|source *= *"scm"|(git|GIT_EXECUTABLE)[^A-Za-z].*[^a-z-](describe|rev-parse|rev-list|symbolic-ref)([^a-z-]|$)|(^|[^a-z])git[^A-Za-z].*[^a-z-](log|show|branch)([^a-z-]|$)|git\.Repo|[^A-Za-z]Repo\(|vergen|\.git/HEAD'
# Not one of them: where the checkout is.
RDVC_JOB_ENV_NO_TAG_TOOLS='git +(-C +[^ ]+ +)?rev-parse +(-C +[^ ]+ +)?--(show-(toplevel|cdup|prefix)|(absolute-)?git-dir|git-common-dir|is-inside-work-tree)'
RDVC_JOB_ENV_NATIVE='m(arch|cpu|tune)[= ]*native|xHost|target-cpu=native'

# Of the lines of `git ls-files -s` on standard input those that belong to the key, and (to the file $1)
# the paths among them whose text says more: scripts and project files. A file belongs to it by its name
# or suffix, or because setup, or a script or project file that setup reads, names it.
select_inputs() {
    project_files=${RDVC_JOB_ENV_PROJECT_FILES} compiled=${RDVC_JOB_ENV_COMPILED} LC_ALL=C awk -v texts="$1" '
        BEGIN {
            setup = ENVIRON["RDVC_JOB_ENV_SETUP"] "\n" ENVIRON["RDVC_JOB_ENV_ACTIVATE"]
            project_files = ENVIRON["project_files"]; compiled = ENVIRON["compiled"]
        }
        {
            at = index($0, "\t"); path = substr($0, at + 1); base = path; sub(/.*\//, "", base); sub(/"$/, "", base)
            line[path] = $0
            same[base, ++count[base]] = path
            if (base ~ project_files) { take(path); if (base !~ /lock/) read(path) }
            else if (base ~ compiled || $1 == "160000") take(path)
        }
        function take(path) { if (!(path in taken)) { taken[path]; print line[path] } }
        # A script or project file is read for names as well.
        function read(path) { if (!(path in queued) && path !~ /^"/) { queued[path]; queue[++last] = path } }
        function readable(base) {
            return base !~ /\.(csv|tsv|parquet|npy|npz|pkl|pickle|png|jpe?g|gif|svg|pdf|gz|bz2|xz|zst|zip|whl|tar|h5|hdf5|db|sqlite|bin|pt|pth|onnx|safetensors|ipynb|lock)$/
        }
        function name(path, base) {
            if (path ~ /\.(md|rst)$/ || base ~ /^(LICEN[CS]E|COPYING|NOTICE|README)/) return
            take(path); if (modules != "take" && readable(base)) read(path)
        }
        # True if one is the end of the other, at a slash.
        function ends(path, word) {
            path = "/" path; word = "/" word
            if (length(word) > length(path)) return substr(word, length(word) - length(path) + 1) == path
            return substr(path, length(path) - length(word) + 1) == word
        }
        function look(word, exact,    base, i, path, rest) {
            while (sub(/^\.?\.?\//, "", word)) continue
            if (word == "" || (word, modules) in seen) return
            seen[word, modules]
            base = word; sub(/.*\//, "", base)
            if (base in count) {
                rest = word; if (!exact) sub(/^[^\/]*\//, "", rest) # of a variable
                for (i = 1; i <= count[base]; i++) {
                    path = same[base, i]
                    if (ends(path, word) || ends(path, rest)) name(path, base)
                }
            }
            if (modules != "") sub(/^\.+/, "", word) # a module beside this one
            if (modules != "" && word ~ /^[A-Za-z_][A-Za-z0-9_.]*$/ && word !~ /\.py$/) {
                gsub(/\./, "/", word)
                do {
                    look(word ".py", 1); look(word "/__init__.py", 1); look(word "/__main__.py", 1)
                } while (sub(/\/[^\/]*$/, "", word))
            }
        }
        function words(text, what,    n, i, word) {
            n = split(text, word, /[^A-Za-z0-9_.+@\/\200-\377-]+/)
            for (i = 1; i <= n; i++) {
                modules = i > 1 && word[i - 1] == "-m" ? "read" : what
                if (word[i] != "") look(word[i])
            }
        }
        # Which names in this line of a file are modules of Python, and whether these are read in turn: what
        # a script imports is run, a version is all that an installation needs of the code.
        function python(path, text) {
            if (text ~ /(^|[;:])[ \t]*(import|from)[ \t]/ || text ~ /python[0-9.]* +-c/) {
                if (path !~ /\.(toml|cfg)$/) return "read"
            }
            return path ~ /\.(toml|cfg)$|(^|\/)setup\.py$/ && text ~ /attr|version/ ? "take" : ""
        }
        # Comments, and what is said to tools that look at code, name files that setup does not read.
        function is_aside(path, text) {
            if (path ~ /\.(toml|cfg)$/ && text ~ /^\[/)
                aside = text ~ /^\[+(tool[.:])?(ruff|mypy|pytest|black|isort|coverage|pylint|(based)?pyright|flake8|bandit|pydocstyle|pycodestyle|codespell|tox|towncrier|commitizen|bumpversion|bumpver|semantic_release|interrogate|vulture|deptry|yapf|djlint|cibuildwheel|ty)([]._:-]|$)/
            return aside || text ~ /^[ \t]*#/
        }
        END {
            words(setup, "")
            for (i = 1; i <= last; i++) {
                print queue[i] > texts
                aside = 0
                for (n = 0; n < 3000 && (getline text < queue[i]) > 0; n++) {
                    if (is_aside(queue[i], text)) continue
                    words(text, python(queue[i], text))
                    if (text ~ /flit_core/) { modules = "take"; look("__init__.py") }
                }
                close(queue[i])
            }
        }
    '
}

# True if one of the files that say how to set up (paths as lines in $2), or the setup command, has a line
# with the extended regular expression $1.
inputs_mention() {
    {
        printf '%s\n' "${RDVC_JOB_ENV_SETUP}"
        tr '\n' '\0' <"$2" | xargs -0 -r cat -- 2>/dev/null || true
    } | LC_ALL=C sed -E "s/${RDVC_JOB_ENV_NO_TAG_TOOLS}//g" | LC_ALL=C grep -E -e "$1" >/dev/null
}

# Lines of what a Python that setup may use is.
describe_interpreters() {
    local name program known='' version=
    for name in python3 python; do
        program=$(command -v "${name}") || continue
        program=$(readlink -f -- "${program}") || continue
        [[ ${program} == "${known}" ]] || version=$("${program}" -V 2>&1 </dev/null) || version='does not run'
        known=${program}
        printf '%s: %s %s\n' "${name}" "${program}" "${version//$'\n'/ }"
    done
}

describe_system() {
    local key value system=
    while IFS='=' read -r key value; do
        case ${key} in
        ID | VERSION_ID) value=${value#[\"\']} system+="${value%[\"\']} " ;;
        esac
    done < <(cat /etc/os-release 2>/dev/null || true)
    printf 'system: %s%s\n' "${system}" "$(uname -m)"
}

# The version that tools make from tags. With uncommitted changes it has the date in it.
describe_version() {
    printf 'version: %s\n' "$(git describe --tags --always --long 2>/dev/null || true)"
    if ! git diff --cached --quiet HEAD 2>/dev/null; then
        printf 'uncommitted: %s on %s\n' "$(git write-tree)" "$(date '+%Y-%m-%d')"
    fi
}

# Lines of `git ls-files -s` of the tracked files that one of the patterns names, relative to the project's
# folder.
tracked_files() {
    git -C "${RDVC_JOB_REPO_DIR}/${RDVC_JOB_PROJECT_DIR}" -c core.quotePath=false ls-files -s --full-name -- "$@" ||
        rdvc_fail "not a pattern of files: $*"
}

# For tracked links among lines of `git ls-files -s`: what is where they lead.
describe_targets() {
    local line path
    { LC_ALL=C grep '^120000 ' || true; } | while IFS= read -r line; do
        path=${line#*$'\t'}
        [[ ! -f ${path} ]] || printf 'target %s\tthe target of %s\n' "$(git hash-object --no-filters -- "${path}")" "${path}"
    done
}

# Everything that decides what setup makes, as far as rdvc can know it, one line each.
describe_inputs() {
    local folder=$1 ignore=() pattern with_tags=1
    for pattern in "${RDVC_JOB_ENV_IGNORE[@]+"${RDVC_JOB_ENV_IGNORE[@]}"}"; do
        if [[ ${pattern} == .git ]]; then with_tags=0; else ignore+=("${pattern}"); fi
    done
    {
        git -c core.quotePath=false ls-files -s | select_inputs "${folder}/texts"
        ((${#RDVC_JOB_ENV_INPUTS[@]} == 0)) || tracked_files "${RDVC_JOB_ENV_INPUTS[@]}"
    } >"${folder}/files"
    describe_targets <"${folder}/files" >"${folder}/targets"
    cat "${folder}/targets" >>"${folder}/files"
    if ((${#ignore[@]} > 0)); then
        tracked_files "${ignore[@]}" >"${folder}/ignored"
        LC_ALL=C grep -vxF -f "${folder}/ignored" "${folder}/files" >"${folder}/files.new" || true
        mv "${folder}/files.new" "${folder}/files"
    fi
    printf 'format: 2\n'
    printf 'project: %s %q\n' "${RDVC_JOB_PROJECT_ID}" "${RDVC_JOB_PROJECT_DIR}"
    printf 'setup: %q\n' "${RDVC_JOB_ENV_SETUP}"
    printf 'activate: %q\n' "${RDVC_JOB_ENV_ACTIVATE}"
    ((${#RDVC_JOB_ENV_OUTSIDE[@]} == 0)) || printf 'outside: %s\n' "$(printf '%q ' "${RDVC_JOB_ENV_OUTSIDE[@]}")"
    describe_system
    describe_interpreters
    [[ -z ${LOADEDMODULES:-} ]] || printf 'modules: %s\n' "${LOADEDMODULES}"
    [[ -z ${RDVC_JOB_EXTRAS:-} ]] ||
        printf 'copies: %s\n' "$(git rev-parse --verify --quiet "${RDVC_JOB_EXTRAS}:copies" || true)"
    if ((with_tags)) && inputs_mention "${RDVC_JOB_ENV_TAG_TOOLS}" "${folder}/texts"; then
        if has_plain_version "${folder}/texts"; then describe_version >"${folder}/version"; else describe_version; fi
    fi
    if inputs_mention "${RDVC_JOB_ENV_NATIVE}" "${folder}/texts"; then
        awk -F ': *' '/^(model name|flags|Features|cpu)/ && !seen[$1]++ { print "processor " $1 ": " $2 }' \
            /proc/cpuinfo 2>/dev/null | sed 's/[[:space:]]*:/:/' || true
    fi
    sed 's/^/file: /' "${folder}/files"
}

# Sets RDVC_JOB_ENV_KEY; the text that it is the hash of is in the file `inputs` beside the workspace.
find_environment_key() {
    local folder=$1 hash
    mkdir -p "${folder}"
    : >"${folder}/texts" && : >"${folder}/version" && rm -f -- "${folder}/evidence"
    describe_inputs "${folder}" >"${folder}/inputs.new"
    LC_ALL=C sort -u "${folder}/inputs.new" >"${folder}/inputs"
    hash=$(sha256sum <"${folder}/inputs")
    RDVC_JOB_ENV_KEY=${hash:0:16}
}

# Up to five differences between two texts of inputs, in words.
differing_inputs() {
    LC_ALL=C awk '
        function name() {
            if ($1 != "file:") return $1
            return "file " substr($0, index($0, "\t") + 1)
        }
        function value(line) { sub(/^[^ ]* /, "", line); return line }
        function say(text) { if (++n <= 5) said = said (n > 1 ? "; " : "") text }
        NR == FNR { old[name()] = $0; next }
        {
            key = name(); shown = key; sub(/^file /, "", shown); sub(/:$/, "", shown)
            if (!(key in old)) say(shown " is new")
            else if (old[key] != $0) say($1 == "file:" || length($0) > 150 ? shown " changed" : shown ": " value(old[key]) " -> " value($0))
            delete old[key]
        }
        END {
            for (key in old) { shown = key; sub(/^file /, "", shown); sub(/:$/, "", shown); say(shown " is gone") }
            if (n > 5) said = said "; " (n - 5) " more"
            print said
        }
    ' "$1" "$2"
}
