# shellcheck shell=bash
# The one folder of a sandbox, and the choices that are made at `up` and kept in it.

CHOICES=(nodes cpus users accounting tmpfs) # by options of `up`
SETTING_NAMES=("${CHOICES[@]}" cluster ssh_port slurmctld_port slurmd_port slurmdbd_port link subnet address run boot memory first_uid first_job)

repository() { dirname "$(dirname "$SCRIPT")"; }

other_folder() { # the hint of what to type
  if [[ $CALLED == tools/sandbox ]]; then
    echo "choose another with --dir"
  else
    echo "XDG_STATE_HOME=FOLDER $CALLED up, for another folder; later commands of rdvc need that variable too"
  fi
}

choose_folder() { # sets DIR from the option, the environment or the repository
  DIR=${option_dir:-${RDVC_SANDBOX_DIR:-$(repository)/.dev/sandbox}}
  [[ $DIR != *[[:space:]]* ]] || die "the folder's name has white space in it: \`$DIR\`" "$(other_folder)"
  DIR=$(realpath -m -- "$DIR")
  [[ $DIR =~ ^[A-Za-z0-9._/+@=~-]+$ ]] ||
    die "the folder's name has characters that SLURM or ssh would take for something else: \`$DIR\`" "$(other_folder)"
  SETTINGS=$DIR/sandbox.conf # present from the moment that there is anything to clean
  PIDS=$DIR/pids
}

small_place() { echo "$DIR/cluster/small"; }

make_small_place() { # a file system that tests can fill
  mkdir -p "$(small_place)"
  mount -t tmpfs -o "size=$tmpfs,mode=1777" sandbox "$(small_place)" || die "cannot mount a tmpfs of size $tmpfs"
}

remove_small_place() {
  [[ $tmpfs ]] && mountpoint --quiet "$(small_place)" || return 0
  umount "$(small_place)" 2>/dev/null || umount --lazy "$(small_place)" # somebody's shell may be in it
}

is_sandbox_folder() { [[ -f $DIR/.rdvc-sandbox ]]; }

# One `up` or `down` at a time in a folder. The folder may be removed by another one while we wait: then again.
lock_folder() {
  while :; do
    mkdir -p -- "$DIR" 2>/dev/null || die "cannot make the folder \`$DIR\`"
    exec {lock}<"$DIR" || die "cannot open the folder \`$DIR\`"
    flock -w 60 "$lock" || die "another \`sandbox\` has been at work in \`$DIR\` for a minute"
    [[ $DIR -ef /proc/self/fd/$lock ]] && return 0
    exec {lock}<&-
  done
}

load_settings() { # fails when there is no sandbox in DIR
  [[ -f $SETTINGS ]] || return 1
  users=1 accounting='' tmpfs='' first_job=1 # were not there in older ones
  # shellcheck source=/dev/null
  source "$SETTINGS"
}

port_is_free() { [[ -z $(ss -Hltn "sport = :$1") ]]; }

free_port() { # below the range from which the system takes ports by itself
  local port
  while :; do
    port=$((20000 + SRANDOM % 12000))
    [[ " $* " != *" $port "* ]] && port_is_free "$port" && break
  done
  echo "$port"
}

# A UNIX socket's path has at most 107 bytes; the longest here is that of a job step, below 45 bytes.
choose_run_folder() {
  run=$DIR/run
  if ((${#run} > 60)); then
    run=$(mktemp -d /tmp/rdvc-sandbox.XXXXXX)
  fi
  mkdir -p "$run"
}

# A home that is left from before may name jobs: their numbers are not given out again. The log has them all.
choose_first_job() { # sets first_job
  local noted=$DIR/cluster/first_job last
  first_job=1
  [[ -d $DIR/cluster/home ]] || return 0
  [[ ! -s $noted ]] || first_job=$(cat "$noted")
  last=$(grep -ohE 'JobId=[0-9]+(_[0-9]+\([0-9]+\))?' "$DIR/log/slurmctld.log" 2>/dev/null | grep -oE '[0-9]+' | sort -n | tail -n 1) || true
  ((${last:-0} < first_job)) || first_job=$((last + 1))
  echo "$first_job" >"$noted"
}

choose_settings() {
  local id
  id=$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
  cluster=sandbox$id
  nodes=${option_nodes:-1}
  cpus=${option_cpus:-$(default_cpus)}
  users=${option_users:-1}
  accounting=$option_accounting
  tmpfs=$option_tmpfs
  ssh_port=$(free_port)
  slurmctld_port=$(free_port "$ssh_port")
  slurmd_port=$(free_port "$ssh_port" "$slurmctld_port")
  slurmdbd_port=$(free_port "$ssh_port" "$slurmctld_port" "$slurmd_port")
  choose_accounts
  link=rdvc$id # interface names have at most 15 characters
  subnet=
  memory=
  address=127.0.0.1
  boot=$(boot_id) # a number of a process means something only in the boot that it was seen in
  choose_run_folder
  save_settings # from here on there is something to remove
  choose_memory_keeper
  save_settings
}

prefer_option() { # NAME VALUE: gives the option this value where it was not given
  local option=option_$1
  [[ ${!option} ]] || printf -v "$option" %s "$2"
}

save_settings() {
  local name
  for name in "${SETTING_NAMES[@]}"; do
    printf '%s=%q\n' "$name" "${!name}"
  done >"$SETTINGS.new"
  mv "$SETTINGS.new" "$SETTINGS"
}
