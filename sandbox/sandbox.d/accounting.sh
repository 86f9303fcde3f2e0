# shellcheck shell=bash
# Accounting (sacct): MariaDB and slurmdbd of the sandbox's own. MariaDB keeps its data in DIR/database, listens on a
# socket in a folder that is closed to others, and so asks nobody for a password.

database_socket() { echo "$run/database/socket"; }

write_slurmdbd_conf() {
  cat <<CONF
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket
DbdHost=$(short_host_name)
DbdAddr=$address
DbdPort=$slurmdbd_port
SlurmUser=$(id -un)
LogFile=$DIR/log/slurmdbd.log
PidFile=$run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=sandbox
StorageLoc=slurm
CONF
}

accounting_lines() { # of slurm.conf
  if [[ ! $accounting ]]; then
    echo "AccountingStorageType=accounting_storage/none"
    return
  fi
  printf 'AccountingStorage%s\n' Type=accounting_storage/slurmdbd "Host=$address" "Port=$slurmdbd_port" "Pass=$run/munge.socket"
  echo "AccountingStoreFlags=job_comment"
}

# Without the tables of users, which would take longer to make than all else. What it has written
# must survive only SIGKILL; for a new database that is true only once it has been closed.
start_mariadb() {
  local options=(--no-defaults --user="$(id -un)" --skip-grant-tables --skip-networking --datadir="$DIR/database"
    --innodb-log-file-size=8M --innodb-buffer-pool-size=32M --innodb-flush-method=nosync
    --innodb-flush-log-at-trx-commit=2 --innodb-lock-wait-timeout=900)
  if [[ ! -d $DIR/database ]]; then
    (umask 077 && mkdir -p "$DIR/database" "$run/database")
    launch mariadb mariadbd "${options[@]}" --bootstrap || return 1
  fi
  rm -f "$run/mariadb.pid" "$(database_socket)"
  launch mariadb setsid --fork "$(command -v mariadbd)" "${options[@]}" --socket="$(database_socket)" \
    --pid-file="$run/mariadb.pid" --log-error="$DIR/log/mariadb.log" &&
    remember mariadb "$run/mariadb.pid" && wait_until 60 test -S "$(database_socket)"
}

start_slurmdbd() {
  rm -f "$run/slurmdbd.pid"
  launch slurmdbd env MYSQL_UNIX_PORT="$(database_socket)" slurmdbd && remember slurmdbd "$run/slurmdbd.pid" &&
    wait_until 60 accounts_are_known
}

# slurmctld does not start before its cluster is known.
accounts_are_known() {
  [[ ! -e $DIR/database/known ]] || return 0
  {
    on_cluster sacctmgr --immediate add cluster "$cluster" &&
      on_cluster sacctmgr --immediate add account sandbox &&
      on_cluster sacctmgr --immediate add user "$(account_names | paste -sd,)" account=sandbox &&
      touch "$DIR/database/known"
  } >>"$DIR/log/slurmdbd.out" 2>&1
}
