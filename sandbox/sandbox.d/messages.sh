# shellcheck shell=bash
# Messages and waiting.

say() { printf '%s\n' "$*" >&2; }

usage_error() {
  say "error: $1"
  say "hint: $CALLED --help"
  exit 2
}

die() {
  say "error: $1"
  [[ $# -lt 2 ]] || say "hint: $2"
  exit 1
}

show_log() { # NAME: the last lines that this daemon wrote
  local file
  for file in "$DIR/log/$1.log" "$DIR/log/$1.out"; do
    [[ -s $file ]] || continue
    say "  last lines of $file:"
    tail -n 15 "$file" | sed 's/^/    /' >&2
  done
}

give_up_starting() { # DAEMON... : show why
  local daemon
  say "error: $1 did not start"
  for daemon; do show_log "$daemon"; done
  exit 1
}

# Whatever ends `up` before it is done, nothing but the logs is left.
clean_after_failed_start() {
  trap '' INT TERM HUP
  end_processes
  remove_all_but_home_and_logs
  say "  nothing of it was left running; its logs are in $DIR/log"
}

microseconds() { echo "${EPOCHREALTIME/[.,]/}"; } # its separator is the locale's

# wait_until SECONDS CONDITION...: polls; fails when the time is over
wait_until() {
  local deadline=$(($(microseconds) + $1 * 1000000))
  shift
  until "$@"; do
    (($(microseconds) < deadline)) || return 1
    sleep 0.05
  done
}
