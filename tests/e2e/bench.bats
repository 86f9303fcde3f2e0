#!/usr/bin/env bats
# The benchmarks as programs: they finish measuring and leave nothing. Never checks how long
# anything takes.

# bats file_tags=long

bats_require_minimum_version 1.5.0
source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup() {
  BENCH="${RDVC_SOURCE_FOLDER}/bench/submit"
}

# The current folder of what makes its round trips is the one folder that it uses.
folder_of() { # PID of bench/submit
  local line
  line=$(pgrep -P "$1" -f 'delay-proxy|/link [0-9]') && readlink "/proc/$line/cwd"
}

has_folder() { folder_of "$1" >/dev/null; }

# True if no process has a file there open, not even a removed one.
is_closed() { [[ -z $(find /proc/[0-9]*/fd -lname "$1/*" 2>/dev/null) ]]; } # FOLDER

has_devices() { [[ $(ip -br link show type tun | wc -l) -eq $1 ]]; }

nothing_is_left_of() { # FOLDER
  [[ ! -e $1 ]]
  [[ -z $(pgrep -f "$1") ]]
}

@test "the benchmark of submissions measures every row and gives every verdict" {
  local row folder
  "$BENCH" --no-network --runs 7 --delay 1 >"$BATS_TEST_TMPDIR/out" 3>&- &
  wait_until 20 has_folder "$!"
  folder=$(folder_of "$!")
  wait "$!"
  cat "$BATS_TEST_TMPDIR/out"
  for row in 'ssh HOST true' 'ssh HOST sbatch <SCRIPT' 'rdvc run, project unchanged' 'rdvc run, one new commit' \
    'rdvc status, 20 submissions' 'rdvc --version' 'rdvc --help'; do
    grep -Eq "^  $row +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+" "$BATS_TEST_TMPDIR/out"
  done
  [[ $(grep -cE '^(OK|MISSED) ' "$BATS_TEST_TMPDIR/out") -eq 12 ]]
  grep -q '^OK .*0 Git objects, 0 bytes of them' "$BATS_TEST_TMPDIR/out"
  grep -q '^OK .*ssh executions' "$BATS_TEST_TMPDIR/out"
  nothing_is_left_of "$folder"
}

@test "the benchmark of what a person waits for gives every verdict" {
  "${RDVC_SOURCE_FOLDER}/bench/ux" --runs 1 --tasks 300 >"$BATS_TEST_TMPDIR/out"
  cat "$BATS_TEST_TMPDIR/out"
  [[ $(grep -cE '^(OK|MISSED) ' "$BATS_TEST_TMPDIR/out") -eq 8 ]]
}

@test "the benchmark leaves nothing when it is ended in the middle" {
  local folder status=0
  "$BENCH" --no-network --delay 1 3>&- &
  wait_until 20 has_folder "$!"
  folder=$(folder_of "$!")
  wait_until 20 test -e "$folder/trivial.sh" # written just before the first round
  kill -TERM "$!"
  wait "$!" || status=$?
  [[ $status -eq 130 ]]
  nothing_is_left_of "$folder"
}

# bats test_tags=root
@test "the benchmark measures over a network of its own, and leaves no device of it, also when it is ended in the middle" {
  local folder status=0 devices
  devices=$(ip -br link show type tun | wc -l)
  run "$BENCH" --runs 7 --delay 1 --rate 1000
  printf '%s\n' "$output"
  [[ $status -eq 0 && $output == *"a network of 1000 Mbit/s"* && $(grep -cE '^(OK|MISSED) ' <<<"$output") -eq 12 ]]
  wait_until 10 has_devices "$devices" # the kernel removes namespaces in its own time
  "$BENCH" --delay 1 --loss 1 3>&- &
  wait_until 20 has_folder "$!"
  folder=$(folder_of "$!")
  [[ $(ip -br link show type tun | wc -l) -gt $devices ]]
  wait_until 60 test -e "$folder/trivial.sh"
  kill -TERM "$!"
  wait "$!" || status=$?
  [[ $status -eq 130 ]]
  nothing_is_left_of "$folder"
  wait_until 10 has_devices "$devices"
  wait_until 10 is_closed "$folder" # a login whose line is gone would wait for ever
}

@test "the benchmark says what a network of its own needs" {
  ((EUID != 0)) || skip "is about an ordinary user"
  run -1 "$BENCH" --network
  [[ $output == *"a network needs root"* ]]
}

@test "the benchmark refuses too few runs" {
  run -2 "$BENCH" --runs 3
}

@test "the benchmark of data measures both directions and gives its verdicts" {
  run "${BENCH%submit}data" --size 60 --files 20 --delay 20
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  [[ $(grep -cE '^(OK|MISSED) ' <<<"$output") -eq 5 && $output == *"OK "*"unchanged inputs: 1 ssh execution"* ]]
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
