# --- 2. Environment: copies of the project's code, which would hide later code --------------------

# Finds files that setup has copied from the code (`pip install .`): later jobs would use the old
# copy. Copies of files in the key do no harm, nor do licences.
reasons_of_copies() {
    git ls-files -z | from_checkout | to_names |
        find_each -maxdepth 0 -type f -size +0 -printf '%s\002%p\0' | to_lines >"$1/tracked-sizes"
    LC_ALL=C awk 'BEGIN { FS = "\002" }
        function base(path) { sub(/.*\//, "", path); return path }
        NR == FNR { name = base($2); if (name !~ /^(LICEN[CS]E|COPYING|NOTICE|README|AUTHORS)/ && ($1 > 40 || $1 > 12 && name ~ /\.py$/)) known[$1, name] = $2; next }
        $1 == "f" && ($2, base($5)) in known { print $5 "\n" known[$2, base($5)] }
    ' "$1/tracked-sizes" "$1/list" >"$1/copies"
    [[ -s $1/copies ]] || return 0
    local copy file
    while IFS= read -r copy && IFS= read -r file; do
        copy=${copy//$'\1'/$'\n'} file=${file//$'\1'/$'\n'}
        if cmp -s -- "${copy}" "${file}" && ! is_input "$1" "${file}" && ! is_of_another_project "$1" "${copy}"; then
            report_copy "$1" "${copy}" "${file#./}" ' (install it with -e, or name it in env.inputs)'
            return
        fi
    done <"$1/copies"
}

is_input() {
    LC_ALL=C grep -qxF -e "file: $(git -c core.quotePath=false ls-files -s -- "$2")" "$1/inputs"
}

# Reports that $2 is a copy of the tracked file $3; this counts as long as that file is unchanged.
report_copy() {
    printf 'as-long-as %s %s\n' "$(git rev-parse --verify --quiet ":$3")" "$3" >"$1/evidence"
    printf '%s\n' "$2 is a copy of $3, which is not part of the key$4"
}

# True if the installed file $2 belongs to a distribution that was not made from this checkout:
# another project's __init__.py may well have the same text.
is_of_another_project() {
    local folder=$2 record='' name
    while [[ -z ${record} && ${folder} == */* ]]; do
        folder=${folder%/*}
        # shellcheck disable=SC2001 # each of several characters
        name=$(LC_ALL=C sed 's/[][\.*^$]/\\&/g' <<<"${2#"${folder}/"}")
        record=$(LC_ALL=C grep -l -e "^${name}," -- "${folder}"/*.dist-info/RECORD 2>/dev/null | head -n 1 || true)
    done
    [[ -n ${record} ]] || return 1
    ! LC_ALL=C grep -qsF -e "${RDVC_OWN_WORKSPACE_DIR}" -e "${RDVC_OWN_ENV_REAL_DIR%/*}" \
        -- "${record%/RECORD}/direct_url.json" || return 1
    # A wheel that setup built from this checkout may have been installed by name.
    name=${record%/*} name=${name##*/} name=${name%%-[0-9]*}
    name=$(tr '[:upper:]_.' '[:lower:]--' <<<"${name}" | tr -s -)
    [[ " $(environment_says distributions) " != *" ${name} "* ]]
}

# Finds programs of the project that setup has installed with another first line.
reasons_of_scripts() {
    local copy file
    git ls-files | LC_ALL=C awk 'BEGIN { FS = "\002" }
        function base(path) { sub(/.*\//, "", path); return path }
        FILENAME == "-" { known[base($0)] = $0; next }
        $1 == "f" && $5 ~ /\/bin\/[^\/]*$/ && base($5) in known { print $5 "\n" known[base($5)] }
    ' - "$1/list" | while IFS= read -r copy && IFS= read -r file; do
        if [[ $(head -c 2 -- "${copy}") == '#!' ]] && cmp -s <(tail -n +2 -- "${copy}") <(tail -n +2 -- "${file}"); then
            report_copy "$1" "${copy}" "${file}" ''
        fi
    done
}
