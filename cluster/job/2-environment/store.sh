# --- 2. Environment: storing it for later jobs ----------------------------------------------------

# Prints the description of the environment $3, to be stored as $1, whose setup took $2 seconds.
describe_environment() {
    printf 'job %s\n' "${SLURM_JOB_ID:-by hand}"
    printf 'node %s\n' "$(uname -n)"
    printf 'made %s\n' "$(date +%s)"
    printf 'setup_seconds %s\n' "$2"
    printf 'kib %s\n' "$(du -sk "$3" | cut -f 1)"
    printf 'made_in %s\n' "${RDVC_OWN_WORKSPACE_DIR}"
    printf 'workspace %s\n' "/rdvc-no-checkout/${1##*/}"
    printf 'repo %s\n' "/rdvc-no-checkout/${1##*/}/repo"
    printf 'real %s\n' "/rdvc-no-checkout/${1##*/}/real"
    printf 'place %s\n' "$1"
}

# A program that reaches the copy $1 directly, not through a view, must not find the code of the job
# that made the copy. So a path that does not exist replaces that job's path, and links to its files
# are removed.
forget_checkout() {
    local program='' old new
    while read -r old new; do
        program+="s|${old//./\\.}|${new}|g;"
    done <<PATHS
${RDVC_OWN_REPO_DIR} $(value_of repo "$1/info")
${RDVC_OWN_ENV_REAL_DIR} $(value_of real "$1/info")
${RDVC_OWN_WORKSPACE_DIR} $(value_of workspace "$1/info")
PATHS
    LC_ALL=C sed -i -e "${program}" -- "$1/plan/own" "$1/plan/renamed" || return
    (cd "$1/tree" && LC_ALL=C xargs -0 -r sed -i -e "${program}" --) <"$1/plan/rewritten" || return
    (cd "$1/tree" && awk 'NR % 2' "$2/relinks" "$2/hardlinks" | to_names | xargs -0 -r rm -f --)
}

# Copies the environment of the lists $1 into the new folder $2, to be renamed to $3. Folders are
# made read-only; files are not, because programs copy them with their mode.
copy_environment() {
    mkdir -p "$2/tree" || return
    to_names <"$1/entries" |
        xargs -0 -r cp -dR --preserve=mode,timestamps,links --parents -t "$2/tree" -- || return
    cp -R "$1/plan" "$2/plan" || return
    describe_environment "$3" "$4" "$2/tree" >"$2/info" || return
    open_folders "$2/tree" # some package managers close theirs
    forget_checkout "$2" "$1" || return
    [[ ! -s $1/locked ]] || (cd "$2/tree" && to_names <"$1/locked" | xargs -0 chmod a-w --) || return
    find "$2/tree" -type d -exec chmod a-w {} +
}

make_place() {
    (umask 077 && mkdir -p "$2") && cp "$1/inputs" "$2/inputs.new" && mv "$2/inputs.new" "$2/inputs"
}

# Puts the environment of the lists $1 into the store by one rename; setup took $2 seconds. If that
# is not possible, the log says so, nothing incomplete is left, and the job continues.
publish_environment() {
    local place id new left
    id="$(date '+%Y%m%d-%H%M%S')-${SLURM_JOB_ID:-hand}-${RANDOM}"
    place="${RDVC_OWN_ENV_STORE}/${RDVC_OWN_ENV_KEY}"
    new="${place}/.new-${id}"
    if ! still_owner; then
        rdvc_say "another job has taken over the making of this environment, so this one is not kept"
        return
    fi
    for left in "${place}"/.new-*; do # of a builder that was lost
        remove_folder "${left}" || true
    done
    RDVC_OWN_ENV_NEW=${new}
    if ! { plan_version "$1" && plan_view "$1" && make_place "$1" "${place}" && copy_environment "$1" "${new}" "${place}/${id}" "$2"; }; then
        rdvc_say "the environment could not be copied to ${place}, so it is not kept"
        remove_folder "${new}" || true # what is left does no harm
        rm -f -- "${place}/inputs.new" || true
    elif ! still_owner; then
        rdvc_say "another job has taken over the making of this environment, so this one is not kept"
        remove_folder "${new}" || true # what is left does no harm
    elif rm -f -- "${place}/not-reusable" && mv -T "${new}" "${place}/${id}" &&
        ln -s "${id}" "${place}/.current-${id}" && mv -T "${place}/.current-${id}" "${place}/current"; then
        rm -f -- "${place}.failed" || true
        record_use "${id}" || true
        rdvc_say "environment ${RDVC_OWN_ENV_KEY} is kept for later jobs ($(($(value_of kib "${place}/${id}/info") / 1024)) MiB)"
        say_what_version_costs "$1" "$2"
    else
        rdvc_say "the environment could not be put into ${place}, so it is not kept"
        remove_folder "${new}" || true # what is left does no harm
    fi
    RDVC_OWN_ENV_NEW=
}

# Records for later jobs why the result of setup for this key cannot be reused, and the evidence, if
# that can change while the key does not.
mark_not_reusable() {
    local place="${RDVC_OWN_ENV_STORE}/${RDVC_OWN_ENV_KEY}"
    rdvc_say "the environment cannot be reused, so each job runs setup: $1"
    [[ -z ${RDVC_OWN_ENV_LOCK} ]] || still_owner || return 0
    # shellcheck disable=SC2015 # either may fail
    make_place "$2" "${place}" && {
        printf '%s\nby job %s on %s, %s\n' "$1" "${SLURM_JOB_ID:-by hand}" "$(uname -n)" "$(date '+%Y-%m-%d %H:%M:%S')"
        cat "$2/evidence" 2>/dev/null || true
    } >"${place}/.not-reusable-$$" &&
        mv "${place}/.not-reusable-$$" "${place}/not-reusable" || rdvc_say "cannot write to ${place}"
}

# True if the text $1 of such a mark, which is not empty, still applies to this job's code.
mark_counts() {
    local word value path
    [[ $1 != *' is a copy of '* || $1 == *$'\nas-long-as '* ]] || return 1
    while read -r word value path; do
        case ${word} in
        as-long-as) [[ $(git rev-parse --verify --quiet ":${path}") == "${value}" ]] || return 1 ;;
        until) (($(date +%s) < value)) || return 1 ;;
        esac
    done <<<"${1#*$'\n'}"
}

# Records that this job uses build $1, for requests that clear environments; false if it is already
# gone.
record_use() {
    printf '%s/%s/%s\n' "${RDVC_JOB_PROJECT_ID}" "${RDVC_OWN_ENV_KEY}" "$1" \
        >"${RDVC_OWN_RECORD_DIR}/environment" || return
    [[ -e ${RDVC_OWN_ENV_STORE}/${RDVC_OWN_ENV_KEY}/$1/info ]]
}
