#!/usr/bin/env bats
# The benchmarks as programs: they finish measuring and leave nothing. Never checks how long
# anything takes.

# bats file_tags=long

bats_require_minimum_version 1.5.0

setup() {
  BENCH="${RDVC_SOURCE_FOLDER:-${BATS_TEST_DIRNAME}/../..}/bench/submit"
}

# Its proxy's current folder is the one folder that it uses.
folder_of() { # PID of bench/submit
  local proxy
  proxy=$(pgrep -P "$1" -f delay-proxy) && readlink "/proc/$proxy/cwd"
}

wait_until() { # SECONDS CONDITION...
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

has_folder() { folder_of "$1" >/dev/null; }

nothing_is_left_of() { # FOLDER
  [[ ! -e $1 ]]
  [[ -z $(pgrep -f "$1") ]]
}

@test "the benchmark of submissions measures every row and gives every verdict" {
  local row folder
  "$BENCH" --runs 7 --delay 1 >"$BATS_TEST_TMPDIR/out" 3>&- &
  wait_until 20 has_folder "$!"
  folder=$(folder_of "$!")
  wait "$!"
  cat "$BATS_TEST_TMPDIR/out"
  for row in 'ssh HOST true' 'ssh HOST sbatch <SCRIPT' 'rdvc run, project unchanged' 'rdvc run, one new commit' \
    'rdvc --version' 'rdvc --help'; do
    grep -Eq "^  $row +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+" "$BATS_TEST_TMPDIR/out"
  done
  [[ $(grep -cE '^(OK|MISSED) ' "$BATS_TEST_TMPDIR/out") -eq 10 ]]
  grep -q '^OK .*0 Git objects, 0 bytes of them' "$BATS_TEST_TMPDIR/out"
  grep -q '^OK .*ssh executions' "$BATS_TEST_TMPDIR/out"
  nothing_is_left_of "$folder"
}

@test "the benchmark leaves nothing when it is ended in the middle" {
  local folder status=0
  "$BENCH" --delay 1 3>&- &
  wait_until 20 has_folder "$!"
  folder=$(folder_of "$!")
  wait_until 20 test -e "$folder/trivial.sh" # written just before the first round
  kill -TERM "$!"
  wait "$!" || status=$?
  [[ $status -eq 130 ]]
  nothing_is_left_of "$folder"
}

@test "the benchmark refuses too few runs" {
  run -2 "$BENCH" --runs 3
}

@test "the benchmark of data measures both ways of sending and gives its verdicts" {
  run "${BENCH%submit}data" --size 60 --files 20 --delay 20
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  [[ $(grep -cE '^(OK|MISSED) ' <<<"$output") -eq 4 && $output == *"OK "*"unchanged inputs: 1 ssh execution"* ]]
}

@test "the benchmarks of snapshots and of jobs measure every row and give their verdicts" {
  run "${BENCH%submit}snapshot" --runs 7 --files 500
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  [[ $(grep -cE '^(OK|MISSED) ' <<<"$output") -eq 1 && $output == *"9 changed, 1 new file, "* ]]
  run "${BENCH%submit}job" --runs 3 --quick
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  [[ $(grep -cE '^(OK|MISSED) ' <<<"$output") -eq 2 && $output == *"reused in"* ]]
}
