# The arrays of a sweep. One is enough unless it would have too many jobs for this cluster, or too
# long a text. Then the jobs have one numbering through all arrays, and each array has an offset:
# job 1001 has the index 1 in the array with the offset 1000. The file `arrays.<attempt>` has lines
# `ID OFFSET` that ascend; without it there is only the array `jobid`, with the offset 0. Requests
# see one array with the id of the first one: SLURM's answers are translated when they are read
# (number_through), and what SLURM is asked is translated back (find_true_jobs).

most_runs=300 # of consecutive indices in the text of an array, which SLURM limits to 4,096 characters

# Prints these numbers, which ascend, as SLURM writes indices: `2,5-7`.
ranges_of() {
    local number first='' last='' list=''
    for number in "$@" ''; do
        [[ -z ${last} || ${number} != "${last}" ]] || continue
        if [[ -n ${number} && -n ${last} ]] && ((number == last + 1)); then
            last=${number}
            continue
        fi
        [[ -z ${last} ]] || list+=",${first}"
        [[ -z ${last} || ${first} == "${last}" ]] || list+="-${last}"
        first=${number} last=${number}
    done
    printf '%s' "${list#,}"
}

# Sets the array `plan` to words `OFFSET INDICES`, the arrays for the jobs $2..., which ascend, if an
# index may be at most $1.
plan_arrays() {
    local most=$1 number offset=0 last=-1 runs=0 indices=()
    shift
    plan=()
    for number in "$@"; do
        ((number != last)) || continue
        if ((number - offset > most || (runs == most_runs && number > last + 1))); then
            ((${#indices[@]} == 0)) || plan+=("${offset} $(ranges_of "${indices[@]}")")
            offset=$((number - 1)) runs=0 indices=()
        fi
        ((runs > 0 && number == last + 1)) || runs=$((runs + 1))
        indices+=("$((number - offset))")
        last=${number}
    done
    ((${#indices[@]} == 0)) || plan+=("${offset} $(ranges_of "${indices[@]}")")
}

# Sets array_ids and array_offsets to those of submission $1's newest attempt, if it has several.
find_arrays() {
    local id offset newest file
    array_ids=() array_offsets=()
    find_attempt "$1"
    file="${rdvc_dir}/submissions/$1/arrays.${newest}"
    [[ -r ${file} ]] || return 0
    while read -r id offset; do
        [[ ! ${id} =~ ^[0-9]+$ || ! ${offset} =~ ^[0-9]+$ ]] || array_ids+=("${id}") array_offsets+=("${offset}")
    done <"${file}"
}

# Sets the array true_jobs to what SLURM calls the job $2 of submission $1 (JOB_NUMBER, or JOB for
# all of its jobs).
find_true_jobs() {
    local array_ids array_offsets i number=${2#*_}
    true_jobs=("$2")
    find_arrays "$1"
    [[ ${#array_ids[@]} -gt 0 && ${2%%_*} == "${array_ids[0]}" ]] || return 0
    if [[ $2 != *_* ]]; then
        true_jobs=("${array_ids[@]}")
        return
    fi
    for i in "${!array_ids[@]}"; do
        ((array_offsets[i] >= number)) || true_jobs=("${array_ids[i]}_$((number - array_offsets[i]))")
    done
}

# Sets `shifted` to the indices $1, as SLURM writes them, with $2 added.
shift_indices() {
    local ranges=${1//[\[\]]/} part limit=''
    [[ ${ranges} != *%* ]] || limit=%${ranges#*%}
    shifted=''
    local IFS=,
    for part in ${ranges%%%*}; do
        if [[ ${part} =~ ^([0-9]{1,9})(-([0-9]{1,9})(:[0-9]{1,9})?)?$ ]]; then
            part=$((BASH_REMATCH[1] + $2))${BASH_REMATCH[3]:+-$((${BASH_REMATCH[3]:-0} + $2))}${BASH_REMATCH[4]}
        fi
        shifted+=,${part}
    done
    shifted=${shifted#,}${limit}
    [[ $1 != \[* ]] || shifted="[${shifted}]"
}

# Translates jobs_of[$1] into the numbering through all arrays of submission $1.
number_through() {
    local array_ids array_offsets i line lines id shifted
    local -A offset_of=()
    find_arrays "$1"
    ((${#array_ids[@]} > 0)) || return 0
    for i in "${!array_ids[@]}"; do
        offset_of[${array_ids[i]}]=${array_offsets[i]}
    done
    split_lines "${jobs_of[$1]}"
    jobs_of[$1]=''
    for line in "${lines[@]+"${lines[@]}"}"; do
        id=${line%%|*}
        if [[ ${id} == *_* && -n ${offset_of[${id%%_*}]:-} ]]; then
            shift_indices "${id#*_}" "${offset_of[${id%%_*}]}"
            line="${array_ids[0]}_${shifted}|${line#*|}"
        fi
        jobs_of[$1]+=${line}$'\n'
    done
}
