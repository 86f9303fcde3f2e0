# A newer rdvc goes on with what an older one has left on laptop and cluster, and the other way round.
# The older one is the last tagged version, or the commit in upgrade.base where there is no tag; it
# is built from Git's history. RDVC_UPGRADE_OLD=PROGRAM names one that is there already.

# bats file_tags=long

load support

# The commit of the last version before this one; fails if the history is not here.
find_base() {
    local git=(git -C "${RDVC_SOURCE_FOLDER}") tag
    tag=$("${git[@]}" describe --tags --abbrev=0 --match 'v[0-9]*' HEAD^ 2>/dev/null)
    "${git[@]}" rev-parse --verify --quiet "${tag:-$(cat "${RDVC_SOURCE_FOLDER}/tests/e2e/upgrade.base")}^{commit}"
}

# Builds the program of the commit $1 as `old`; quickly rather than well.
build_old() {
    local source="${folder}/old-source"
    git clone --quiet --no-checkout "${RDVC_SOURCE_FOLDER}" "${source}" && git -C "${source}" checkout --quiet "$1" &&
        cmake -S "${source}" -B "${source}/build" -G Ninja -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS=-O0 -DRDVC_TESTS=OFF &&
        cmake --build "${source}/build" -j2 --target rdvc && mv "${source}/build/rdvc" "${folder}/old" && rm -rf "${source}"
}

setup_file() {
    local base=${RDVC_UPGRADE_OLD:-}
    [[ -n ${base} ]] || base=$(find_base) || return 0
    start_world 1
    if [[ -n ${RDVC_UPGRADE_OLD:-} ]]; then
        cp "${RDVC_UPGRADE_OLD}" "${folder}/old"
    else
        build_old "${base}" >"${folder}/build.log" 2>&1 || {
            tail -n 40 "${folder}/build.log" >&3
            return 1
        }
    fi
    make_project "${folder}/project"
    # Ends with its parameter: above 0.9 it fails, below 0.1 it waits for the file.
    cat >train.sh <<SH
lr=\$(sed -n 's/^lr: //p' params.yaml)
echo "trains with \$lr"
case \$lr in
0.9*) exit 3 ;;
0.0*) until [ -e ${shared}/go ]; do sleep 0.2; done ;;
esac
echo "model of \$lr" >model.txt
printf '{"lr_seen": %s}\n' "\$lr" >metrics.json
SH
    git commit --quiet --all -m 'Jobs of several kinds'
    export remote="${cluster_home}/.rdvc"
}

teardown_file() {
    [[ -z ${folder:-} ]] || stop_world
}

setup() {
    [[ -n ${folder:-} ]] || skip "the last version of rdvc is not in this clone's history"
    cd "${folder}/project"
}

teardown() {
    [[ -z ${folder:-} ]] || { note_failure && ssh sandbox scancel --me; }
}

old() {
    "${folder}/old" "$@"
}

# True if the program $1 has the command $2; an older one may lack it.
has() {
    "$1" "$2" --help >/dev/null 2>&1
}

says() { # WORDS COMMAND...: its output has all of the words, in this order
    local words=$1 code=0
    shift
    run "$@"
    # shellcheck disable=SC2053 # it is a pattern
    [[ ${output} == *${words// /*}* ]] || code=1
    ((code == 0)) || printf '%s said (%s):\n%s\n' "$*" "${status}" "${output}"
    return "${code}"
}

model_of() {
    git show "$(git for-each-ref --format='%(objectname)' "refs/exps/*/*/$1"):metrics.json"
}

# Submits with $1 one job of each kind. The values differ from those of the other version, because
# DVC would not run the same thing twice.
submit_all() {
    local n=1
    [[ $1 == old ]] || n=2
    "$1" run -n "$1-done" -S "lr=0.5${n}"
    "$1" run -n "$1-fails" -S "lr=0.95${n}"
    "$1" run -n "$1-runs" -S "lr=0.05${n}"
    "$1" run -n "$1-waits" -S "lr=0.4${n}" --hold
    "$1" run -n "$1-sweep" -S "lr=0.2${n},0.3${n}"
    "$1" wait "$1-done"
    "$1" wait "$1-sweep"
    "$1" wait "$1-fails" || true
    wait_until 60 eval "[[ \$(fields_of $1-runs state) == running ]]"
}

# $2 goes on with what $1 has submitted.
go_on() {
    local by=$1 with=$2 job n=1
    [[ ${by} == old ]] || n=2
    says "$by-sweep" "${with}" status
    says "$by-done published" "${with}" status "$by-done"
    says "$by-fails failed" "${with}" status "$by-fails"
    says "$by-runs running" "${with}" status "$by-runs"
    says "#SBATCH $by-done" "${with}" show "$by-done"
    says "trains with 0.5${n}" "${with}" logs "$by-done"
    ! has "${with}" why || says "held" "${with}" why "$by-waits"
    ! has "${with}" why || says "exit" "${with}" why "$by-fails"
    ! has "${with}" events || says "queued" "${with}" events "$by-done"
    ! has "${with}" table || says "0.2${n} 0.3${n}" "${with}" table "$by-sweep" --csv
    says "pulled $by-done" "${with}" pull "$by-done"
    says "pulled" "${with}" pull "$by-sweep"
    [[ $(model_of "$by-done") == "{\"lr_seen\": 0.5${n}}" ]]
    # The job continues under the script that was sent with it.
    touch "${shared}/go"
    "${with}" wait "$by-runs"
    "${with}" pull "$by-runs"
    rm "${shared}/go"
    [[ $(model_of "$by-runs") == "{\"lr_seen\": 0.05${n}}" ]]
    job=$("${with}" status --json | python3 -c 'import json, sys; print([s["job"] for s in json.load(sys.stdin) if s["name"] == sys.argv[1]][0])' "$by-waits")
    ssh sandbox scontrol release "${job}"
    "${with}" wait "$by-waits"
    "${with}" pull "$by-waits"
    [[ $(model_of "$by-waits") == "{\"lr_seen\": 0.4${n}}" ]]
    # The same again, in the older one's folder.
    "${with}" retry "$by-fails"
    says "failed" "${with}" wait "$by-fails"
    says "trains with 0.95${n}" "${with}" logs "$by-fails"
    find "${remote}/submissions" "${remote}/jobs" -exec touch -h -d '30 days ago' {} +
    run "${with}" clean
    [[ ${output} =~ submissions\ +$((4 + n))\  ]] # the second time also what the first has submitted last
    "${with}" run -n "$by-then" -S "lr=0.6${n}"
    "${with}" wait "$by-then"
    "${with}" pull "$by-then"
}

@test "a newer rdvc goes on with what an older one has submitted" {
    submit_all old
    go_on old rdvc
}

@test "an older rdvc goes on with what a newer one has submitted, and then the newer one again" {
    submit_all rdvc
    go_on rdvc old
    rdvc status --all
    wait_until 20 queue_is_empty
    rdvc uninstall --remote --yes
    [[ ! -e ${remote} ]]
}
