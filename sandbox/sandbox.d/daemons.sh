# shellcheck shell=bash
# Starting the daemons, one by one.

# Runs a program that makes itself a daemon: with a clean environment, default signals (a script run with `&`
# ignores SIGINT, and jobs would inherit that), and none of our open files.
launch() { # NAME COMMAND...
  local name=$1
  shift
  (
    close_inherited_files
    ((users == 1)) || set -- unshare --mount --propagation private bash "$SCRIPT" --with-accounts "$DIR" "$@"
    exec env -i --default-signal HOME="$DIR/cluster/home" PATH="$PATH" LANG=C.UTF-8 SLURM_CONF="$DIR/etc/slurm.conf" "$@"
  ) </dev/null >>"$DIR/log/$name.out" 2>&1
}

close_inherited_files() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    ((fd < 3)) || { exec {fd}>&-; } 2>/dev/null || true
  done
}

is_filled() { [[ -s $1 ]]; }

remember() { # NAME PIDFILE: fails when the daemon does not live after half a minute
  local pid start
  wait_until 30 is_filled "$2" || return 1
  read -r pid <"$2" || true
  start=$(start_time "$pid") || return 1
  forget "$1"
  echo "$1 $pid $start" >>"$PIDS"
}

forget() { # NAME
  [[ -f $PIDS ]] || return 0
  sed -i "/^$1 /d" "$PIDS"
}

start_munged() {
  # --force: the parent folders are the user's own and may be closed to others, which munged warns
  # about
  rm -f "$run"/munge.*
  launch munged munged --force --num-threads=2 --key-file="$DIR/etc/munge.key" --socket="$run/munge.socket" \
    --pid-file="$run/munge.pid" --log-file="$DIR/log/munged.log" --seed-file="$run/munge.seed" &&
    remember munged "$run/munge.pid"
}

start_sshd() {
  if ((EUID == 0)) && [[ ! -d /run/sshd ]]; then mkdir -m 755 /run/sshd; fi
  rm -f "$run/sshd.pid"
  launch sshd "$(command -v sshd)" -f "$DIR/etc/sshd_config" -E "$DIR/log/sshd.log" && remember sshd "$run/sshd.pid"
}

start_slurmctld() {
  rm -f "$run/slurmctld.pid"
  launch slurmctld slurmctld && remember slurmctld "$run/slurmctld.pid"
}

start_node() { # NAME
  rm -f "$run/$1.pid"
  mkdir -p "$run/spool-$1"
  if ((nodes > 1)); then
    launch "$1" unshare --net --uts --mount --propagation private \
      bash "$SCRIPT" --inside-node "$DIR" "$1" $$ || return 1
  else
    launch "$1" slurmd || return 1
  fi
  remember "$1" "$run/$1.pid" || return 1
  if ((nodes > 1)); then readlink "/proc/$(daemon_pid "$1")/ns/net" >"$run/$1.net"; fi
}

start_daemon() { # NAME
  case $1 in
    node*) start_node "$1" ;;
    *) "start_$1" ;;
  esac
}

daemons() {
  local i
  echo munged
  echo sshd
  [[ ! $accounting ]] || printf '%s\n' mariadb slurmdbd
  echo slurmctld
  for ((i = 1; i <= nodes; i++)); do echo "node$i"; done
}

on_cluster() { SLURM_CONF=$DIR/etc/slurm.conf "$@"; }

nodes_are_idle() {
  local idle
  idle=$(on_cluster sinfo -h -N -p general -o %T 2>>"$DIR/log/sinfo.out" | grep -c '^idle$') || true
  [[ $idle == "$nodes" ]]
}

nodes_are_idle_or_dead() { nodes_are_idle || [[ $(dead_daemons) ]]; }

login_works() {
  # shellcheck disable=SC2016
  [[ $(ssh -F "$DIR/ssh_config" -o ConnectTimeout=30 sandbox 'echo "$HOME"' 2>>"$DIR/log/sshd.out") == "$DIR/cluster/home" ]]
}
