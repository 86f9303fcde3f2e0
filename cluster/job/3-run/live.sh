# --- Live metrics: what dvc.yaml declares as metrics and plots, for `rdvc table` ------------------

# While an experiment runs, its small files of metrics and plots are copied to the record's folder
# `live`, as one file `metrics` and one file `plots`, each put in place by a rename: a line
# `rdvc-live 1 KIND TASK BYTES`, then for each file of the project `file SIZE PATH`, its bytes and a line
# end, or `large SIZE PATH` for one that is too large. Nothing is written if nothing has changed.
# Partial results (partial.sh) are something else: they restore a run, and may have any size.
RDVC_OWN_LIVE=
RDVC_OWN_LIVE_ENDED=1

RDVC_OWN_LIVE_RATE=20000 # bytes a second that a task writes at most, on average

# Lines `SIZE TIME INODE PATH` of the files of the kind $1, by path. Names with line ends are left
# out, and names that are no table in a folder of plots.
list_live() {
    local path all=() paths=() names=()
    if [[ $1 == metrics ]]; then
        all=("${RDVC_JOB_METRICS[@]+"${RDVC_JOB_METRICS[@]}"}")
    else
        all=("${RDVC_JOB_PLOTS[@]+"${RDVC_JOB_PLOTS[@]}"}")
        names=(\( -name '*.tsv' -o -name '*.csv' -o -name '*.json' -o -name '*.yaml' -o -name '*.yml' \))
    fi
    for path in "${all[@]+"${all[@]}"}"; do
        [[ ! -e ./${path} ]] || paths+=("./${path}")
    done
    ((${#paths[@]} > 0)) || return 0 # nothing is started for an experiment that has not begun to write
    find -L "${paths[@]}" -type f -size +0 ! -path $'*\n*' "${names[@]+"${names[@]}"}" -printf '%s %C@ %i %p\n' 2>/dev/null |
        LC_ALL=C sort -u -k 4 | sed -n '1,200p'
}

# Copies the files of the kind $1 to the record, unless `seen` lists the same ones. Sets `seen` and
# `bytes`, what it has written. Files that are as they were before the experiment do not count.
save_live() {
    local kind=$1 list size path place="${RDVC_OWN_RECORD_DIR}/live" scratch="${RDVC_OWN_WORKSPACE_DIR}/live"
    local most=100000 most_of_all=200000 try all lines=() paths=() large=() # bytes of one file, and of all
    [[ ${kind} == metrics ]] || most=300000 most_of_all=500000
    bytes=0
    for try in 1 2 3; do # until nothing has changed meanwhile
        list=$(list_live "${kind}")
        [[ ${list} != "${seen}" ]] || return 0
        all=0 paths=() large=()
        mapfile -t lines <<<"${list}"
        for path in "${lines[@]}"; do
            [[ -n ${path} ]] || continue
            size=${path%% *}
            path=${path#* * * }
            if ((size > most || all + size > most_of_all)); then
                large+=("large ${size} ${path#./}")
            else
                paths+=("${path}")
                all=$((all + size))
            fi
        done
        [[ ! -e ${scratch} ]] || rm -rf -- "${scratch}"
        mkdir -p "${scratch}" || return 1
        ((${#paths[@]} == 0)) || cp --parents -L -t "${scratch}" -- "${paths[@]}"
        [[ $(list_live "${kind}") != "${list}" ]] || break
        sleep 0.2
    done 2>/dev/null
    seen=${list}
    put_live "${kind}" 2>/dev/null || {
        seen='' # tries again
        return 1
    }
}

# For save_live: the `paths` that are in `scratch`, and `large`, as one file.
put_live() {
    local new="${place}/.$1.new" body="${RDVC_OWN_WORKSPACE_DIR}/live.$1" lines=() line
    ((${#paths[@]} == 0)) || mapfile -t lines < <(cd "${scratch}" && cksum -- "${paths[@]}" |
        grep -vxF -f "${RDVC_OWN_WORKSPACE_DIR}/live.before")
    ((${#lines[@]} + ${#large[@]} > 0)) || return 0
    for line in "${lines[@]+"${lines[@]}"}"; do
        line=${line#* }
        printf 'file %s %s\n' "${line%% *}" "${line#* ./}"
        cat "${scratch}/${line#* }"
        printf '\n'
    done >"${body}" || return 1
    ((${#large[@]} == 0)) || printf '%s\n' "${large[@]}" >>"${body}" || return 1
    kill -0 "$$" || return 1 # the job is gone, and its restart may write to the same place
    bytes=$(wc -c <"${body}")
    (
        umask 077
        mkdir -p "${place}" && { printf 'rdvc-live 1 %s %s %s\n' "$1" "${RDVC_OWN_RECORD_DIR##*/}" "${bytes}" && cat "${body}"; } >"${new}" &&
            mv -fT "${new}" "${place}/$1"
    )
}

# Before the experiment: notes what exists, and begins to look in the background.
begin_live() {
    local list lines
    [[ ${RDVC_JOB_KIND} == experiment && -n ${RDVC_JOB_METRICS[*]-}${RDVC_JOB_PLOTS[*]-} ]] || return 0
    list=$(cd -P "${RDVC_OWN_REPO_DIR}" && { list_live metrics; list_live plots; }) || true
    mapfile -t lines <<<"${list}"
    {
        [[ -z ${list} ]] || (cd -P "${RDVC_OWN_REPO_DIR}" && cksum -- "${lines[@]#* * * }") || true
    } >"${RDVC_OWN_WORKSPACE_DIR}/live.before" 2>/dev/null
    RDVC_OWN_LIVE_ENDED=0
    ((RDVC_JOB_LIVE_INTERVAL > 0)) || return 0
    set -m
    save_live_again_and_again </dev/null 2>/dev/null &
    RDVC_OWN_LIVE=$!
    set +m
}

save_live_again_and_again() {
    trap - EXIT TERM USR1 USR2 INT HUP
    set +e
    cd -P "${RDVC_OWN_REPO_DIR}" || return
    local kind seen bytes
    local -A seen_of=() next=([metrics]=0 [plots]=0)
    while sleep_beside "${RDVC_JOB_LIVE_INTERVAL}"; do
        for kind in metrics plots; do
            ((SECONDS >= ${next[${kind}]})) || continue
            seen=${seen_of[${kind}]:-}
            save_live "${kind}" || rm -f -- "${RDVC_OWN_RECORD_DIR}/live/.${kind}.new"
            seen_of[${kind}]=${seen}
            next[${kind}]=$((SECONDS + bytes / RDVC_OWN_LIVE_RATE))
        done
    done
}

# At the experiment's end: copies the last state. With `all` also what this run did not change,
# because it is part of the result.
end_live() {
    local kind seen='' bytes
    [[ -z ${RDVC_OWN_LIVE} ]] || {
        kill -KILL -- "-${RDVC_OWN_LIVE}" || true
        wait "${RDVC_OWN_LIVE}" || true
    } 2>/dev/null
    RDVC_OWN_LIVE=
    ((RDVC_OWN_LIVE_ENDED == 0)) || return 0
    RDVC_OWN_LIVE_ENDED=1
    [[ ${1:-} != all ]] || : >"${RDVC_OWN_WORKSPACE_DIR}/live.before"
    for kind in metrics plots; do
        seen=''
        (cd -P "${RDVC_OWN_REPO_DIR}" && save_live "${kind}") 2>/dev/null || true
    done
    rm -f -- "${RDVC_OWN_RECORD_DIR}"/live/.*.new
}
