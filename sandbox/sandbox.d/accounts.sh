# shellcheck shell=bash
# More accounts than the user's own: sandbox2, sandbox3... The machine does not know them. They are
# in the sandbox's own passwd file, which only its daemons and their children see, each in a mount
# namespace.

choose_accounts() { # sets first_uid: of sandbox2, the others follow; nobody has them and no process runs under them
  first_uid=0
  ((users > 1)) || return 0
  local uid taken=yes
  while [[ $taken ]]; do
    taken='' first_uid=$((30000 + SRANDOM % 29000))
    for ((uid = first_uid; uid < first_uid + users - 1; uid++)); do
      if getent passwd "$uid" || getent group "$uid" || pgrep -U "$uid"; then taken=yes; fi
    done >/dev/null
  done
}

account_uid() { echo $((first_uid + $1 - 2)); } # NUMBER: from 2 on

account_names() {
  local i
  id -un
  for ((i = 2; i <= users; i++)); do echo "sandbox$i"; done
}

account_uids() { # of the additional ones
  local i
  for ((i = 2; i <= users; i++)); do account_uid "$i"; done
}

write_accounts() { # into DIR/etc
  local i uid
  cat /etc/passwd >etc/passwd
  cat /etc/group >etc/group
  for ((i = 2; i <= users; i++)); do
    uid=$(account_uid "$i")
    echo "sandbox$i:*:$uid:$uid:of a sandbox:$DIR/cluster/home$i:/bin/bash" >>etc/passwd
    echo "sandbox$i:*:$uid:" >>etc/group
    cp "id_ed25519_$i.pub" "etc/authorized_keys_$i"
    write_home "$DIR/cluster/home$i"
    chown -R "$uid:$uid" "$DIR/cluster/home$i" # a home from before a crash belonged to another number
  done
  open_to_accounts
}

# They need what SLURM's commands, their keys and jobs read; the other folders and the secrets stay closed.
open_to_accounts() {
  local uid
  chmod 711 "$DIR" etc etc/login "$run" cluster cluster/gpu
  chmod 644 etc/login/slurm.conf etc/{passwd,group,hosts,*.conf,authorized_keys_*}
  [[ ! -e etc/slurmdbd.conf ]] || chmod 600 etc/slurmdbd.conf
  chmod 755 etc/task_prolog
  uid=$(account_uid 2)
  setpriv --reuid="$uid" --regid="$uid" --clear-groups test -r "$DIR/etc/slurm.conf" ||
    die "other accounts cannot reach \`$DIR\`: a folder above it is closed to them" "$(other_folder)"
}

# Runs in a mount namespace of its own.
run_with_accounts() { # DIR COMMAND...
  mount --bind "$1/etc/passwd" /etc/passwd
  mount --bind "$1/etc/group" /etc/group
  exec "${@:2}"
}

account_processes() {
  local uid
  for uid in $(account_uids); do pgrep -U "$uid" || true; done
}
