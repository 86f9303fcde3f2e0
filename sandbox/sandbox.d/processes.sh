# shellcheck shell=bash
# Which processes are ours, and how they end.

boot_id() { cat /proc/sys/kernel/random/boot_id; }

start_time() { # PID: in clock ticks since boot; fails when there is no such process, or only its zombie
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -r -a fields <<<"${stat##*) }" # the name in parentheses may hold anything
  [[ ${fields[0]} != Z ]] || return 1
  echo "${fields[19]}"
}

is_same_process() { # PID START
  [[ $(start_time "$1") == "$2" ]]
}

daemon_pid() { # NAME: fails when it does not run
  local name pid start
  [[ -f $PIDS && $boot == "$(boot_id)" ]] || return 1
  while read -r name pid start; do
    [[ $name == "$1" ]] && is_same_process "$pid" "$start" && echo "$pid" && return 0
  done <"$PIDS"
  return 1
}

dead_daemons() {
  local name
  for name in $(daemons); do daemon_pid "$name" >/dev/null || echo "$name"; done
}

# Every process of this cluster, including jobs and logins, whatever happened to its parents.
cluster_processes() {
  local name
  [[ $boot == "$(boot_id)" ]] || return 0
  {
    for name in $(daemons) stand-in; do
      daemon_pid "$name" || true
      processes_in_network_of "$name"
    done
    processes_that_log '*'
    processes_by_environment
    account_processes
  } | with_descendants
}

# One daemon, as recorded or by its log.
daemon_processes() { # NAME
  daemon_pid "$1" || true
  processes_that_log "$1"
  processes_in_network_of "$1"
}

# Daemons and their helpers (slurmstepd, sshd's children) hold it open.
processes_that_log() { # NAME, or a pattern
  local folders
  mapfile -t folders < <(pgrep -x 'munged|sshd|mariadbd|slurmdbd|slurmctld|slurmd|slurmstepd' | sed 's,.*,/proc/&/fd,')
  ((${#folders[@]})) || return 0
  find "${folders[@]}" -lname "$DIR/log/$1.log" 2>/dev/null | cut -d/ -f3 | sort -u || true
}

# Jobs and logins have our SLURM_CONF, and what only SLURM or our sshd gives besides: a SLURM_CONF alone may be in
# the shell of somebody who only looks.
processes_by_environment() {
  local file given="^(SLURM_JOB_ID=|SSH_CONNECTION=127\.0\.0\.1 .* $ssh_port\$)"
  while IFS= read -r file; do
    if grep -qzE "$given" "$file" 2>/dev/null; then cut -d/ -f3 <<<"$file"; fi
  done < <(grep -lzxF -e "SLURM_CONF=$DIR/etc/slurm.conf" -e "SLURM_CONF=$DIR/etc/login/slurm.conf" /proc/[0-9]*/environ 2>/dev/null)
}

# A node's network namespace lives as long as its end of the cable is here: only then is the recorded number ours.
processes_in_network_of() { # NODE: of several
  [[ -s $run/$1.net && -e /sys/class/net/${link}n${1#node} ]] || return 0
  find /proc/[0-9]*/ns/net -maxdepth 0 -lname "$(cat "$run/$1.net")" 2>/dev/null | cut -d/ -f3 || true
}

# Adds the children of the processes that it reads. Leaves out this script, its children and its
# callers, which the cluster may have started.
with_descendants() {
  # shellcheck disable=SC2016
  awk -v me=$$ '
    input == 1 { ours[$1]; next }
    $3 !~ /^Z/ { parent[$1] = $2 }
    END {
      for (pid = me; pid > 0; pid = parent[pid]) spared[pid]
      for (pid in parent) {
        for (p = pid; p > 1 && !(p in spared) && !(p in ours); p = parent[p]);
        if (p in ours && !(p in spared)) print pid
      }
    }' input=1 - input=2 <(ps -e -o pid=,ppid=,stat=)
}

send_signal() { # SIGNAL PID... : those that ended meanwhile are no matter
  kill -s "$1" "${@:2}" 2>/dev/null || true
}

is_empty() { [[ -z $("$@") ]]; }

# Signals whatever LIST... prints until it prints nothing. More than one KILL: a dying shell may still start its next
# command. After TERM a job writes its result and removes its workspace, which takes a busy machine seconds.
end_all() { # SIGNALS LIST...
  local pids signal seconds
  for signal in $1; do
    mapfile -t pids < <("${@:2}")
    ((${#pids[@]})) || return 0
    send_signal "$signal" "${pids[@]}"
    [[ $signal != TERM ]] || send_signal CONT "${pids[@]}" # a frozen process gets no other signal
    [[ $signal == TERM ]] && seconds=40 || seconds=1
    wait_until "$seconds" is_empty "${@:2}" && return 0
  done
  say "warning: these processes do not heed SIG${signal}: ${pids[*]}"
}

# A job whose result is there may still remove its workspace. Others get TERM after this.
let_jobs_end() {
  ! daemon_pid slurmctld >/dev/null || wait_until 5 no_job_runs || true
}

no_job_runs() { # also when the controller does not answer
  [[ -z $(SLURM_CONF=$DIR/etc/slurm.conf timeout 1 squeue --noheader --states=running,completing 2>/dev/null) ]]
}

# TERM first, so that a job has a moment to clean up.
end_processes() { end_all "TERM KILL KILL KILL KILL" cluster_processes; }

remove_all_but_home_and_logs() {
  local entry
  remove_network
  remove_cgroups
  remove_small_place
  if [[ $run == /tmp/rdvc-sandbox.* ]]; then rm -rf -- "$run"; fi
  for entry in etc state database run bin cluster/gpu cluster/small pids known_hosts ssh_config sandbox.conf; do
    rm -rf -- "${DIR:?}/$entry"
  done
  rm -f -- "$DIR"/id_ed25519*
}

remove_tree() { # also what somebody made read-only
  rm -rf --one-file-system -- "$1" 2>/dev/null && return 0
  chmod -R u+rwX -- "$1"
  rm -rf --one-file-system -- "$1"
}
