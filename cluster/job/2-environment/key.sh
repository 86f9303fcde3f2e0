# --- 2. Environment: what it is made from, as a text and as a key ---------------------------------

# The laptop knows what decides the environment in the repository and the configuration: the
# submission's file `environment.inputs` has it as lines `WORD: VALUE`. The node adds what only it
# knows, and the key is a hash of both.

# The value of the word $1 in the laptop's lines, or nothing.
environment_says() {
    sed -n "s/^$1: //p" "${RDVC_OWN_ENV_LIST}" 2>/dev/null || true
}

# Prints a line for each Python that setup may use.
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

# Prints the version that tools make from tags. With uncommitted changes it contains the date.
describe_version() {
    printf 'version: %s\n' "$(git describe --tags --always --long 2>/dev/null || true)"
    if ! git diff --cached --quiet HEAD 2>/dev/null; then
        printf 'uncommitted: %s on %s\n' "$(git write-tree)" "$(date '+%Y-%m-%d')"
    fi
}

# For tracked links among the files that decide: prints the content that they lead to.
describe_targets() {
    local path
    { LC_ALL=C sed -n 's/^file: 120000 [^\t]*\t//p' "${RDVC_OWN_ENV_LIST}"; } | while IFS= read -r path; do
        [[ ! -f ${path} ]] || printf 'file: target %s\tthe target of %s\n' "$(git hash-object --no-filters -- "${path}")" "${path}"
    done
}

# Prints everything that decides the result of setup, as far as rdvc can know it, one line each.
# Writes the facts about the version to $1/version if they need not be part of the key.
describe_inputs() {
    cat "${RDVC_OWN_ENV_LIST}"
    describe_targets
    describe_system
    describe_interpreters
    [[ -z ${LOADEDMODULES:-} ]] || printf 'modules: %s\n' "${LOADEDMODULES}"
    case $(environment_says version-by) in
    setuptools-scm) if has_version_variables; then describe_version; else describe_version >"$1/version"; fi ;;
    git) describe_version ;;
    esac
    if [[ -n $(environment_says processor) ]]; then
        awk -F ': *' '/^(model name|flags|Features|cpu)/ && !seen[$1]++ { print "processor " $1 ": " $2 }' \
            /proc/cpuinfo 2>/dev/null | sed 's/[[:space:]]*:/:/' || true
    fi
}

# Sets RDVC_OWN_ENV_KEY to a hash. The hashed text is in the file `inputs` beside the workspace.
find_environment_key() {
    local folder=$1 hash
    mkdir -p "${folder}"
    : >"${folder}/version" && rm -f -- "${folder}/evidence"
    describe_inputs "${folder}" >"${folder}/inputs.new"
    LC_ALL=C sort -u "${folder}/inputs.new" >"${folder}/inputs"
    hash=$(sha256sum <"${folder}/inputs")
    RDVC_OWN_ENV_KEY=${hash:0:16}
}

# Prints up to five differences between two texts of inputs, in words.
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
