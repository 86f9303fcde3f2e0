# shellcheck shell=bash
# Faults that can be injected into a daemon.

require_daemon_name() {
  load_settings || die "no sandbox in \`$DIR\`" "tools/sandbox up"
  daemons | grep -xF -- "${1:-}" >/dev/null || # not -q, which may end before `daemons` has said all
    usage_error "no such daemon: \`${1:-}\`; there are $(daemons | xargs)"
}

require_controller() {
  require_daemon_name "$@"
  [[ $1 == slurmctld ]] || usage_error "\`$verb\` is for slurmctld"
}

processes_lost_with() { daemon_processes "$1" | with_descendants; }

# --- dead -----------------------------------------------------------------------------------------------

stop_daemon() { # NAME: of a node all that runs there, too; of sshd the logins
  require_daemon_name "$@"
  lock_folder
  recall_stand_in "$1"
  end_all "KILL KILL KILL KILL" processes_lost_with "$1"
  if [[ $1 == node* && -e /sys/class/net/${link}n${1#node} ]]; then ip link del "${link}n${1#node}"; fi
  say "$1 is stopped"
}

start_daemon_again() { # NAME
  require_daemon_name "$@"
  lock_folder
  recall_stand_in slurmctld # what starts now would take the stand-in's port for the controller's
  if ! daemon_pid "$1" >/dev/null; then
    start_daemon "$1" || { show_log "$1"; die "$1 did not start"; }
  fi
  say "$1 runs"
}

# --- frozen ---------------------------------------------------------------------------------------------

is_frozen() { [[ $(ps -o stat= -p "$1") == T* ]]; } # PID

not_yet_frozen() { # NAME
  local pid
  for pid in $(processes_lost_with "$1"); do is_frozen "$pid" || echo "$pid"; done
}

freeze_daemon() { # NAME
  require_daemon_name "$@"
  lock_folder
  daemon_pid "$1" >/dev/null || die "$1 does not run"
  end_all "STOP STOP STOP" not_yet_frozen "$1"
  say "$1 is frozen"
}

thaw_daemon() { # NAME
  local pids
  require_daemon_name "$@"
  lock_folder
  mapfile -t pids < <(processes_lost_with "$1")
  ((${#pids[@]} == 0)) || send_signal CONT "${pids[@]}"
  recall_stand_in "$1"
  daemon_pid "$1" >/dev/null || die "$1 does not run" "tools/sandbox start $1"
  say "$1 answers"
}

# --- a stand-in for the controller ----------------------------------------------------------------------
# Commands have a slurm.conf of their own. With another port in it they reach our own program, and
# the cluster continues. Once that program runs it stays, and forwards later connections: a command
# that began meanwhile knows no other port.

slow_daemon() { # slurmctld SECONDS
  require_controller "$@"
  number_up_to slow "${2:-}" 9999
  lock_folder
  use_stand_in "slow $2"
  say "slurmctld is slow by $2 s"
}

garble_daemon() { # slurmctld
  require_controller "$@"
  lock_folder
  use_stand_in garbage
  say "slurmctld answers garbage"
}

use_stand_in() { # FAULT
  echo "$1" >"$run/fault"
  if ! daemon_pid stand-in >/dev/null; then
    start_stand_in || { show_log stand-in; recall_stand_in slurmctld; die "the stand-in did not start"; }
  fi
  point_commands_to "$(cat "$run/stand-in.port")"
}

start_stand_in() {
  local port
  port=$(free_port)
  echo "$port" >"$run/stand-in.port"
  rm -f "$run/stand-in.pid"
  launch stand-in setsid --fork "$(command -v python3)" "$SCRIPT.d/stand-in" "$run" "$address" "$port" "$slurmctld_port" &&
    remember stand-in "$run/stand-in.pid"
}

recall_stand_in() { # NAME: of the daemon that is to answer itself again
  [[ $1 == slurmctld && -e $run/fault ]] || return 0
  point_commands_to "$slurmctld_port"
  rm -f "$run/fault"
}

point_commands_to() { # PORT
  sed -i "s/^SlurmctldPort=.*/SlurmctldPort=$1/" "$DIR/etc/login/slurm.conf"
}

# --- for `status` ---------------------------------------------------------------------------------------

describe_fault() { # NAME PID
  if is_frozen "$2"; then printf ', frozen'; fi
  if [[ $1 == slurmctld && -e $run/fault ]]; then printf ', %s' "$(cat "$run/fault")"; fi
}

is_healthy() {
  local name
  for name in $(daemons); do
    [[ -z $(describe_fault "$name" "$(daemon_pid "$name")") ]] || return 1
  done
}
