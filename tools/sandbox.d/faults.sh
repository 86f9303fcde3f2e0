# shellcheck shell=bash
# What can be done to a daemon, to see what happens then.

require_daemon_name() {
  load_settings || die "no sandbox in \`$DIR\`" "tools/sandbox up"
  daemons | grep -qxF -- "${1:-}" || usage_error "no such daemon: \`${1:-}\`; there are $(daemons | xargs)"
}

processes_lost_with() { daemon_processes "$1" | with_descendants; }

stop_daemon() { # NAME: of a node all that runs there, too; of sshd the logins
  require_daemon_name "$@"
  lock_folder
  end_all "KILL KILL KILL KILL" processes_lost_with "$1"
  if [[ $1 == node* && -e /sys/class/net/${link}n${1#node} ]]; then ip link del "${link}n${1#node}"; fi
  say "$1 is stopped"
}

start_daemon_again() { # NAME
  require_daemon_name "$@"
  lock_folder
  if ! daemon_pid "$1" >/dev/null; then
    start_daemon "$1" || { show_log "$1"; die "$1 did not start"; }
  fi
  say "$1 runs"
}
