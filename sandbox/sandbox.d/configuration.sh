# shellcheck shell=bash
# The files that SLURM, sshd and ssh read, and the home.

# Pretended, and so much that nobody who asks for nothing gets less than any job needs. MiB
MEMORY_PER_CPU=16384

write_slurm_conf() {
  local me i node
  me=$(id -un)
  {
    cat <<CONF
ClusterName=$cluster
SlurmctldHost=$(uname -n)($address)
SlurmctldPort=$slurmctld_port
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket

StateSaveLocation=$DIR/state
SlurmdSpoolDir=$run/spool-%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/%n.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdLogFile=$DIR/log/%n.log

ProctrackType=proctrack/linuxproc
JobAcctGatherType=jobacct_gather/linux
$(memory_lines)
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=$MEMORY_PER_CPU
GresTypes=gpu
SlurmdParameters=config_overrides
$(accounting_lines)
JobCompType=jobcomp/none
FirstJobId=$first_job
MailProg=/bin/true
TaskProlog=$DIR/etc/task_prolog

SchedulerType=sched/backfill
# no shorter bf_interval: what backfill starts, slurmctld does not save as started, and starts again after a crash
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=5
ReturnToService=2
MinJobAge=300
KillWait=5
EnforcePartLimits=ALL
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE

CONF
    for ((i = 1; i <= nodes; i++)); do
      node="NodeAddr=$(node_address "$i")"
      ((nodes > 1)) || node+=" NodeHostname=$(short_host_name)"
      echo "NodeName=node$i $node Port=$slurmd_port CPUs=$cpus RealMemory=$((cpus * MEMORY_PER_CPU)) TmpDisk=65536" \
        "Feature=t3.xlarge,g5.xlarge,g5.12xlarge Gres=gpu:4 State=UNKNOWN"
    done
    partition_lines
  } >"$DIR/etc/slurm.conf"
  for i in 0 1 2 3; do ln -s /dev/null "$DIR/cluster/gpu/gpu$i"; done # SLURM asks for a device
  write_cgroup_conf >"$DIR/etc/cgroup.conf"
  echo "Name=gpu File=$DIR/cluster/gpu/gpu[0-3]" >"$DIR/etc/gres.conf"
}

# The partition urgent preempts jobs of the other two; all other jobs wait for each other. Without
# GraceTime these jobs get the signal at once, and are killed after KillWait; with it SLURM checks
# only twice a minute whether it is over.
partition_lines() {
  local words
  while read -r words; do
    echo "PartitionName=${words} Nodes=ALL State=UP"
  done <<'PARTITIONS'
general PreemptMode=OFF MaxTime=INFINITE Default=YES
single-gpu PreemptMode=OFF MaxTime=INFINITE
multi-gpu PreemptMode=OFF MaxTime=INFINITE
short PreemptMode=OFF MaxTime=2 DefaultTime=1
scavenge PreemptMode=REQUEUE MaxTime=INFINITE
scavenge-cancel PreemptMode=CANCEL MaxTime=INFINITE
urgent PreemptMode=OFF PriorityTier=2 MaxTime=INFINITE
PARTITIONS
}

short_host_name() {
  local name
  name=$(uname -n)
  echo "${name%%.*}"
}

node_address() {
  if ((nodes > 1)); then echo "$subnet.$((10 + $1))"; else echo 127.0.0.1; fi
}

# HOME: what a login on the cluster finds in its environment, as words for sshd's SetEnv: another home, SLURM, an
# ordinary PATH, and what this machine needs in its environment to reach package indexes.
login_environment() {
  local name
  echo "HOME=$1"
  echo "SLURM_CONF=$DIR/etc/login/slurm.conf"
  echo "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
  echo "LANG=C.UTF-8"
  echo "GIT_CONFIG_NOSYSTEM=1" # what this machine sets for Git (git-lfs does) is not the cluster's
  for name in {http,https,no,all}_proxy {HTTP,HTTPS,NO,ALL}_PROXY \
    SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO \
    PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_TRUSTED_HOST PIP_CERT PIP_DEFAULT_TIMEOUT PIP_CONFIG_FILE \
    UV_INDEX_URL UV_EXTRA_INDEX_URL UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS UV_NATIVE_TLS; do
    [[ -n ${!name-} && ${!name} != *[\"\\$'\n']* ]] || continue
    echo "$name=${!name}"
  done
}

quoted_login_environment() { # HOME
  local word
  while IFS= read -r word; do printf ' "%s"' "$word"; done < <(login_environment "$1")
}

write_ssh_files() {
  local i
  ssh-keygen -q -t ed25519 -N '' -C "$cluster" -f "$DIR/etc/host_key"
  ssh-keygen -q -t ed25519 -N '' -C "$cluster" -f "$DIR/id_ed25519"
  cp "$DIR/id_ed25519.pub" "$DIR/etc/authorized_keys"
  echo "[127.0.0.1]:$ssh_port $(cut -d' ' -f1,2 "$DIR/etc/host_key.pub")" >"$DIR/known_hosts"

  write_sshd_config >"$DIR/etc/sshd_config"
  write_ssh_host sandbox "$(id -un)" "$DIR/id_ed25519" >"$DIR/ssh_config"
  for ((i = 2; i <= users; i++)); do
    ssh-keygen -q -t ed25519 -N '' -C "$cluster" -f "$DIR/id_ed25519_$i"
    write_ssh_host "sandbox$i" "sandbox$i" "$DIR/id_ed25519_$i" >>"$DIR/ssh_config"
  done
  # For programs that know no -F (DVC's git client): an `ssh` that reads this configuration.
  mkdir -p "$DIR/bin"
  printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(real_ssh)" "$DIR/ssh_config" >"$DIR/bin/ssh"
  chmod +x "$DIR/bin/ssh"
}

# For AllowUsers alice@corp.example would be alice, from that host. ? stands for any one character there.
allowed_names() { LC_ALL=C tr -c 'A-Za-z0-9._\n-' '?'; }

write_sshd_config() {
  local i
  cat <<CONF
Port $ssh_port
ListenAddress 127.0.0.1
HostKey $DIR/etc/host_key
AuthorizedKeysFile $DIR/etc/authorized_keys
PidFile $run/sshd.pid
AllowUsers $(account_names | allowed_names | xargs)
PermitRootLogin yes
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
UseDNS no
PermitUserRC no
PrintMotd no
PrintLastLog no
MaxSessions 10
MaxStartups 100
Subsystem sftp internal-sftp
SetEnv$(quoted_login_environment "$DIR/cluster/home")
CONF
  for ((i = 2; i <= users; i++)); do
    cat <<CONF
Match User sandbox$i
  AuthorizedKeysFile $DIR/etc/authorized_keys_$i
  SetEnv$(quoted_login_environment "$DIR/cluster/home$i")
CONF
  done
}

write_ssh_host() { # ALIAS USER KEY
  cat <<CONF
Host $1
  HostName 127.0.0.1
  Port $ssh_port
  User $2
  IdentityFile $3
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile $DIR/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
CONF
}

# Not that of another sandbox, whose folder may stand first on PATH: those are scripts.
real_ssh() {
  local program
  while read -r program; do
    if [[ $(head -c 2 "$program") != '#!' ]]; then
      echo "$program"
      return
    fi
  done < <(type -ap ssh)
}

# With `sbatch --export=NONE` SLURM makes up an environment from the account's real home.
write_task_prolog() {
  local i
  {
    # shellcheck disable=SC2016
    printf '%s\n' '#!/bin/sh' 'case $(id -u) in'
    for ((i = 2; i <= users; i++)); do echo "$(account_uid "$i")) echo export HOME=$DIR/cluster/home$i ;;"; done
    printf '%s\n' "*) echo export HOME=$DIR/cluster/home ;;" esac
  } >"$DIR/etc/task_prolog"
  chmod +x "$DIR/etc/task_prolog"
}

write_home() { # FOLDER: from before a crash is left as it is
  local home=$1
  [[ ! -e $home ]] || return 0
  mkdir "$home"
  # shellcheck disable=SC2016
  printf '%s\n' '# read by bash for ssh commands, for interactive shells, and by jobs of rdvc' \
    'PATH=$HOME/.local/bin:$PATH' >"$home/.bashrc"
  # shellcheck disable=SC2016
  printf '%s\n' '# read by login shells' 'if [ -n "${BASH_VERSION-}" ]; then . "$HOME/.bashrc"; fi' >"$home/.profile"
}

write_configuration() (
  umask 077
  cd "$DIR"
  mkdir -p etc/login log state cluster/gpu
  head -c 128 /dev/urandom >etc/munge.key
  write_slurm_conf
  cp etc/slurm.conf etc/login/slurm.conf # what commands read; see slow
  write_ssh_files
  write_task_prolog
  write_home "$DIR/cluster/home"
  write_hosts >etc/hosts
  [[ ! $accounting ]] || write_slurmdbd_conf >etc/slurmdbd.conf
  ((users == 1)) || write_accounts
)
