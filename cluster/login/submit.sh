# One submission: takes the list of data objects, script, tasks, environment, tags, functions and
# missing Git objects from standard input, and calls sbatch. Assignments before this text: token,
# attempt, experiment_ref (of a sweep: with which those of its tasks begin), named_by_values (1: they
# do not, but have the names in the file of tasks), force, everything (1:
# everything is sent, because this cluster lacked something), on_login (`environment`: it is built
# here first), with_job (0: nothing else; `prepared`: the script stays here and is not submitted), notes, data_size (of the list of objects that the run
# needs in DVC's cache, lines "NAME SIZE"), script_size, tasks (how many a sweep has, else 0),
# tasks_size (of the file with them), environment (a hash of the text that decides it, or nothing),
# environment_size, tags (a hash of the list of tags, or nothing), tags_size, functions (the hash of
# the job's functions), functions_length, functions_size, and the arrays tag_objects and
# unset_variables; and one element per mirror in mirrors, tips, pack_sizes, haves and boundaries
# (words), the project's own first.
# Starting a process takes one or two milliseconds while the user waits, so bash itself does what it
# can.
set -o pipefail

need_programs() {
    local program
    for program in sbatch squeue git; do
        command -v "${program}" >/dev/null || finish refused program "${program}"
    done
}

# Checks that the mirror is sound, that it has the commits that the pack was made against, and that
# the experiment's name is free. $1: index in the arrays.
check_mirror() {
    local refs known words missing=''
    read -ra words <<<"${haves[$1]}"
    exec {refs}< <(list_refs "${mirror}")
    check_packs
    known=$'\n'$(<"/dev/fd/${refs}")$'\n'
    exec {refs}<&-
    case ${known} in
    *"not a git repository"* | *"in file ${mirror}/config"* | *"error: "*"${mirror}/"*) damaged=1 ;;
    *$'\nfatal: '*)
        # A ref that leads nowhere keeps jobs from publishing and laptops from fetching, even if git
        # does not need it here.
        tells_of_dead_refs "${known}" || refuse_mirror "${known}"
        damaged=1
        ;;
    *) ! tells_of_dead_refs "${known}" || damaged=1 ;;
    esac
    # A mirror that was just created or cleaned lacks objects but is sound.
    [[ ${damaged} == 1 ]] || has_commits "${known}" "${words[@]+"${words[@]}"}" ||
        mirror_git rev-list --objects --all >/dev/null 2>&1 || damaged=1
    if [[ ${damaged} == 1 ]]; then
        repair_mirror
        [[ ${everything} == 1 ]] ||
            finish resend "the project's mirror was damaged; what could not be read is in ${mirror}/rdvc-unreadable"
        return
    fi
    [[ -z ${missing} ]] || finish resend "the project's mirror lacks earlier commits"
    (($1 > 0)) || [[ ${force} == 1 ]] || refuse_taken_name "${known}"
}

# $1: the mirror's refs, as list_refs prints them.
refuse_taken_name() {
    local line lines number
    if ((tasks == 0)); then
        [[ $1 != *" ${experiment_ref}"$'\n'* ]] || finish refused name "${experiment_ref##*/}"
        return 0
    fi
    [[ ${named_by_values} == 0 && $1 == *" ${experiment_ref}-"* ]] || return 0
    split_lines "$1"
    for line in "${lines[@]}"; do
        number=${line#*" ${experiment_ref}-"}
        if [[ ${number} != "${line}" && ${number} =~ ^[1-9][0-9]{0,6}$ ]] && ((number <= tasks)); then
            finish refused name "${experiment_ref##*/}-${number}"
        fi
    done
}

# Git's message $1 is about its settings, memory or the file system: another try, or a person, may
# solve it.
refuse_mirror() {
    answer_lines err <<<"$1"
    finish refused mirror "git cannot read the project's mirror ${mirror}"
}

# True if the mirror has the commits $2...; usually a ref leads to each, as list_refs has printed in
# $1. Otherwise sets `missing`.
has_commits() {
    local refs=$1 commit questions='' answers
    shift
    for commit in "$@"; do
        [[ ${refs} == *$'\n'"commit ${commit} "* ]] || questions+="${commit}^{commit}"$'\n'
    done
    [[ -n ${questions} ]] || return 0
    if ! answers=$(mirror_git cat-file --batch-check <<<"${questions%$'\n'}" 2>&1); then
        tells_of_dead_refs "${answers}" || refuse_mirror "${answers}"
        missing=1
    fi
    [[ ${answers} != *" missing"* ]] || missing=1
    [[ -z ${missing} ]]
}

# True if the checksum at the end of a pack or its index matches the content before it
# (gitformat-pack(5)), or cannot be computed, which proves nothing.
is_sound() {
    local sum end
    sum=$(head -c -20 "$1" | sha1sum) && end=$(tail -c 20 "$1" | od -An -v -tx1) || return 0
    [[ ${sum} == "${end//[^0-9a-f]/} "* ]]
}

# A pack never changes; git only updates its time. A pack with another size or content is damaged,
# which git may not notice as long as it needs no object from the middle.
check_packs() {
    local packs known='' pack size time
    packs=$(cd "${mirror}/objects/pack" 2>/dev/null && exec stat -c '%n %s %Y' -- *.pack "${library}" 2>/dev/null)
    if [[ ${packs##*$'\n'} == "${library} "* ]]; then
        read -r _ library_length _ <<<"${packs##*$'\n'}"
        [[ ${packs} == *$'\n'* ]] && packs=${packs%$'\n'*} || packs=''
    fi
    [[ ! -r ${mirror}/rdvc-packs ]] || IFS= read -r -d '' known <"${mirror}/rdvc-packs"
    known=${known%$'\n'}
    [[ ${packs} != "${known}" ]] || return 0
    while read -r pack size time; do
        if [[ ${known} == *"${pack} "* && ${known} != *"${pack} ${size} ${time}"* ]]; then
            pack="${mirror}/objects/pack/${pack}"
            is_sound "${pack}" || [[ ! -e ${pack} ]] || damaged=1 # gone: somebody is repacking
        fi
    done <<<"${packs}"
    printf '%s\n' "${packs}" >"${mirror}/rdvc-packs"
}

# Repairs a damaged mirror: git cannot read it, or a job found unreadable objects. In place, because
# running jobs borrow its objects: sound objects stay, readable ones of the rest are salvaged,
# unreadable ones are set aside. Then everything that this submission needs is sent again, and refs
# that lead nowhere are removed.
repair_mirror() {
    local aside="${mirror}/rdvc-unreadable" pack file
    mkdir -p "${aside}" "${mirror}/refs" "${mirror}/objects/pack" "${mirror}/objects/info" ||
        finish refused mirror "cannot repair ${mirror}"
    configure_mirror "${mirror}"
    mend_packed_refs "${mirror}"
    put_torn_refs_aside "${mirror}"
    mirror_git rev-parse --git-dir >/dev/null 2>&1 || printf 'ref: refs/heads/main\n' >"${mirror}/HEAD"
    for pack in "${mirror}"/objects/pack/*.pack; do
        [[ -e ${pack} ]] || continue
        file=${pack%.pack}
        if ! is_sound "${pack}"; then
            mirror_git unpack-objects -r -q <"${pack}" >/dev/null 2>&1
            mv -f "${file}".* "${aside}"
        elif [[ ! -e ${file}.idx ]] || ! is_sound "${file}.idx"; then
            mirror_git index-pack -o "${file}.idx.new" "${pack}" >/dev/null 2>&1 &&
                mv -f "${file}.idx.new" "${file}.idx"
        fi
    done
    mirror_git fsck --no-dangling 2>&1 | sed -n 's/^error: .*: object corrupt or missing: //p' |
        while IFS= read -r file; do
            mv -f "${file}" "${aside}" 2>/dev/null
        done
    : >"${mirror}/rdvc-repaired"
    rm -f "${mirror}/rdvc-damaged" "${mirror}/rdvc-packs"
}

# The same for the names in the file `tasks`, once it has arrived.
refuse_taken_names() {
    local taken
    taken=$(list_refs "${rdvc_dir}/repos/${mirrors[0]}" | LC_ALL=C awk -v names="${folder}/tasks" -v refs="${experiment_ref%/*}/" '
        index($3, refs) == 1 { is_there[substr($3, length(refs) + 1)] = 1 }
        END { while ((getline <names) > 0) if ($1 in is_there) { print $1; exit } }')
    [[ -z ${taken} ]] || refuse name "${taken}"
}

# Checks that the cluster's cache has the data that the run needs, each file of each folder.
check_data() {
    ((data_size > 0)) || return 0
    open_cache
    objects=$(receive "${data_size}")
    refuse_lacking
}

# Ends the request if the cache lacks some of `objects`.
refuse_lacking() {
    local count
    cleaned=''
    [[ ! -r ${cache}/rdvc-cleaned ]] || read -r cleaned <"${cache}/rdvc-cleaned"
    count=$(with_listed_objects <<<"${objects}" | lacking_objects | wc -l)
    ((count == 0)) || finish lacking "${count}"
}

# Now that the submission's folder is there, `rdvc clean --cache` leaves alone what it needs. Checks
# again if objects were removed since the first time.
keep_data() {
    local latest=''
    ((data_size > 0)) || return 0
    printf '%s\n' "${objects}" >"${folder}/objects" || refuse disk "cannot write to ${folder}"
    [[ ! -r ${cache}/rdvc-cleaned ]] || read -r latest <"${cache}/rdvc-cleaned"
    [[ ${latest} == "${cleaned}" ]] || refuse_lacking
}

# Refuses the submission and removes its folder, because nothing was submitted.
refuse() {
    rm -rf -- "${folder}"
    finish refused "$@"
}

# Refuses if another command of this laptop has taken this one for dead, and has reported that.
refuse_revoked() {
    [[ ! -e ${folder}/claim.${attempt} ]] || finish refused revoked "this submission was given up meanwhile"
}

# True if the file $2 has $1 bytes; starts no process.
has_length() {
    local LC_ALL=C content=''
    IFS= read -r -d '' content <"$2"
    ((${#content} == $1))
}

# Writes the next $2 bytes of standard input, a text without NUL, to the file $1; starts no process.
receive_text() {
    local LC_ALL=C text=''
    IFS= read -r -N "$2" text
    printf '%s' "${text}" >"$1" || refuse disk "cannot write $1"
    has_length "$2" "$1" || refuse disk "$1 did not arrive completely"
}

receive_file() {
    local file=$1 size=$2
    ((size > 0)) || return 0
    receive "${size}" >"${file}" || refuse disk "cannot write ${file}"
    has_length "${size}" "${file}" || refuse disk "${file} did not arrive completely"
}

# Puts the text that decides the environment into envs/.known under its hash, and into the
# submission's folder, because the job needs it even if envs/.known is cleaned up.
receive_environment() {
    [[ -n ${environment} ]] || return 0
    local text="${rdvc_dir}/envs/.known/${environment}"
    if ((environment_size > 0)); then
        mkdir -p "${rdvc_dir}/envs/.known" || refuse disk "cannot make ${rdvc_dir}/envs/.known"
        receive_file "${text}.${token}" "${environment_size}"
        mv "${text}.${token}" "${text}"
    fi
    ln "${text}" "${folder}/environment.inputs" 2>/dev/null || cp "${text}" "${folder}/environment.inputs" 2>/dev/null && return
    [[ -e ${text} ]] || finish resend "what decides the environment has just been cleaned up"
    refuse disk "cannot write to ${folder}"
}

receive_files() {
    folder="${rdvc_dir}/submissions/${token}"
    if ! mkdir "${folder}" 2>/dev/null && [[ -e ${folder}/sbatch.began ]]; then
        finish refused token "this submission is already known here"
    fi
    refuse_revoked
    receive_text "${folder}/job.sh" "${script_size}"
    ((tasks_size == 0)) || receive_text "${folder}/tasks" "${tasks_size}"
    ((named_by_values == 0)) || [[ ${force} == 1 ]] || refuse_taken_names
    receive_environment
    if [[ -n ${tags} ]]; then
        local list="${rdvc_dir}/repos/${mirrors[0]}/rdvc-tags-${tags}"
        receive_file "${list}.${token}" "${tags_size}"
        ((tags_size == 0)) || mv "${list}.${token}" "${list}"
        cp "${list}" "${folder}/tags" || refuse disk "cannot write to ${folder}"
    fi
    if ((functions_size > 0)); then
        mkdir -p "${library%/*}" || refuse disk "cannot make ${library%/*}"
        receive_file "${library}.${token}" "${functions_size}"
        mv "${library}.${token}" "${library}"
    fi
    printf '%s\n' "${unset_variables[@]}" >"${folder}/unset" || refuse disk "cannot write to ${folder}"
    printf '%s' "${notes}" >"${folder}/submission" || refuse disk "cannot write to ${folder}"
}

# Records that the mirror's history ends at these commits, unless it has their parents from
# elsewhere. $1: index in the arrays. Respects Git's own lock file.
note_boundary() {
    local file="${mirror}/shallow" tries=0 commit parent
    [[ -n ${boundaries[$1]} || -s ${file} ]] || return 0
    until (set -o noclobber && : >"${file}.lock") 2>/dev/null; do
        tries=$((tries + 1))
        ((tries < 100)) || refuse mirror "${file}.lock exists; remove it if no git runs on ${mirror}"
        sleep 0.1
    done
    for commit in ${boundaries[$1]} $(cat "${file}" 2>/dev/null); do
        # Git itself reports no parents beyond a boundary; the object does.
        mirror_git cat-file commit "${commit}" 2>/dev/null | sed -n '/^$/q; s/^parent //p' |
            while read -r parent; do
                mirror_git cat-file -e "${parent}" 2>/dev/null || printf '%s\n' "${commit}"
            done
    done | sort -u >"${file}.lock" || refuse disk "cannot write ${file}"
    if [[ -s ${file}.lock ]]; then
        mv "${file}.lock" "${file}"
    else
        rm -f "${file}" "${file}.lock"
    fi
}

# Handles git's message $1. Unless it is about the connection or the disk, the received objects do
# not fit the existing ones; if everything was sent, there is no other way.
refuse_objects() {
    case ${everything}-$1 in
    1-* | *"early EOF"* | *"No space"* | *"quota"* | *".lock"* | *"ermission denied"*)
        answer_lines err <<<"$1"
        refuse mirror "the Git objects did not arrive completely"
        ;;
    esac
    : >"${mirror}/rdvc-damaged"
    finish resend "the project's mirror is damaged"
}

# Takes in a mirror's Git objects and refs. $1: index in the arrays.
receive_objects() {
    local size=${pack_sizes[$1]} said object updates
    if ((size > 0)); then
        said=$(receive "${size}" | mirror_git index-pack --stdin --fix-thin 2>&1) ||
            refuse_objects "${said}"
        note_boundary "$1"
    fi
    updates="update refs/rdvc/${token} ${tips[$1]}"
    (($1 > 0)) || for object in "${tag_objects[@]+"${tag_objects[@]}"}"; do
        updates+=$'\n'"update refs/rdvc-tags/${object} ${object}"
    done
    said=$(exec git --git-dir="${mirror}" update-ref --stdin <<<"${updates}" 2>&1) || refuse_objects "${said}"
    [[ ! -e ${mirror}/rdvc-repaired ]] || ! mend_refs "${mirror}" "${tips[$1]}" || rm -f "${mirror}/rdvc-repaired"
}

# If compute nodes have no network: the job's script builds the environment itself, here and now.
make_environment() {
    local code
    bash "${folder}/job.sh" environment </dev/null 2>&1 | answer_lines log
    code=${PIPESTATUS[0]}
    ((code == 0)) || refuse environment "${code}"
}

submit() {
    open_rdvc_dir
    need_programs
    local objects='' cleaned=''
    check_data
    local i damaged library="${rdvc_dir}/functions/${functions}/job.sh" library_length=''
    for i in "${!mirrors[@]}"; do
        open_mirror "${mirrors[i]}"
        damaged=0
        [[ ! -e ${mirror}/rdvc-damaged ]] || damaged=1
        check_mirror "${i}"
    done
    if ((functions_size == 0)) && [[ ${library_length} != "${functions_length}" ]]; then
        finish resend "the cluster lacks the job's functions"
    fi
    if ((tags_size == 0)) && [[ -n ${tags} && ! -s ${rdvc_dir}/repos/${mirrors[0]}/rdvc-tags-${tags} ]]; then
        finish resend "the project's mirror lacks the list of tags"
    fi
    if ((environment_size == 0)) && [[ -n ${environment} && ! -s ${rdvc_dir}/envs/.known/${environment} ]]; then
        finish resend "the cluster lacks what decides the project's environment"
    fi
    receive_files
    keep_data
    # Now that a script names them, `rdvc clean` leaves them alone.
    [[ -e ${library} ]] || finish resend "the job's functions have just been cleaned up"
    for i in "${!mirrors[@]}"; do
        open_mirror "${mirrors[i]}"
        receive_objects "${i}"
    done
    answer received
    [[ ${on_login} != environment ]] || make_environment
    if [[ ${with_job} == 0 ]]; then
        rm -rf "${folder}"
        finish built
    fi
    [[ ${with_job} != prepared ]] || finish built
    refuse_revoked
    call_sbatch
    answer_sbatch
}

submit
