#!/usr/bin/env bats
# tools/sandbox itself: it is a real cluster, several do not disturb each other, and nothing is
# left. Cases that need root (several nodes) are in the lane `root`.
# shellcheck disable=SC2016 # much here is to be expanded on the cluster

# bats file_tags=long

bats_require_minimum_version 1.5.0

setup_file() {
  SANDBOX=$(realpath "$BATS_TEST_DIRNAME/../../tools/sandbox")
  ONE=$BATS_FILE_TMPDIR/one # up from the first test on, shared by most
  RUN=$$ # so that the processes of two runs of these tests can be told apart
  PUBLIC=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-sandbox-test.XXXXXX") # bats' own folders are closed to others
  chmod 755 "$PUBLIC"
  export SANDBOX ONE RUN PUBLIC
  unset RDVC_SANDBOX_DIR
}

teardown_file() {
  local folder
  shopt -s nullglob
  for folder in "$BATS_FILE_TMPDIR"/*/ "$PUBLIC"/*/; do "$SANDBOX" down --dir "$folder"; done
  rm -rf -- "$PUBLIC"
}

setup() {
  ALL=$PUBLIC/$(printf 'long%.0s' {1..20}) # with all options, from the first test on that needs it
  "$SANDBOX" up --dir "$ONE" --cpus 4
}

on() { "$SANDBOX" login --dir "$@"; } # DIR COMMAND

# wait_until SECONDS SHOW_LAST CONDITION...: polls; when the time is over, shows the last state and fails. A machine that is
# shared has four times as long.
wait_until() {
  local deadline=$((SECONDS + 4 * $1)) show_last=$2
  shift 2
  until "$@"; do
    if ((SECONDS > deadline)); then
      echo "waited in vain for: $*" >&2
      $show_last >&2
      return 1
    fi
    sleep 0.1
  done
}

show_nothing() { :; }

has_no_jobs() { [[ -z $(on "$ONE" squeue --noheader) ]]; }

home_file_has() { grep -qx "$2" "$ONE/cluster/home/$1" 2>/dev/null; } # FILE LINE

show_cluster() {
  on "$ONE" 'squeue; tail -n 20 "$HOME"/*.out'
  "$SANDBOX" status --dir "$ONE"
}

with_all_options() {
  ((EUID == 0)) || skip "more accounts, nodes and a small file system need root"
  "$SANDBOX" up --dir "$ALL" --nodes 2 --accounting --users 3 --tmpfs 1m
}

second() { on "$ALL" --user 2 "$@"; } # COMMAND

sleeps() { pgrep -f "^sleep 900$1\.$RUN\$" >/dev/null; } # NUMBER: a process named so that it can be found again

down_leaves_nothing() { # DIR
  cp "$1/sandbox.conf" "$BATS_TEST_TMPDIR"
  "$SANDBOX" down --dir "$1"
  [[ ! -e $1 ]]
  nothing_is_left_of "$1" "$BATS_TEST_TMPDIR/sandbox.conf"
}

# No process whose command, environment or open files name its folders or that one of its jobs made, no network
# device, no mount. Other sandboxes may come and go meanwhile.
nothing_is_left_of() { # DIR ITS-SETTINGS
  local link='' run='' left
  # shellcheck source=/dev/null
  source "$2"
  [[ -n $link && -n $run ]]
  left=$(
    processes_that_name "($1|$run)"
    pgrep -fa "^sleep 900[0-9]\.$RUN\$"
    ip -o link | grep "$link"
    grep -F -e "$1/" -e "$run" /proc/self/mountinfo
    [[ $run == "$1"/* ]] || ls -d "$run" 2>/dev/null
    ls -d "/sys/fs/cgroup/memory/$link" 2>/dev/null
  ) || true
  echo "left behind: $left"
  [[ -z $left ]]
}

processes_that_name() { # REGEX: of a folder
  local pid
  {
    grep -lzE "^([A-Z_]+=|--?[a-z-]+=)?$1(/|\$)" /proc/[0-9]*/{cmdline,environ}
    find /proc/[0-9]*/{fd,cwd} -printf '%p %l\n' | grep -E " $1(/|\$)"
  } 2>/dev/null | cut -d/ -f3 | sort -u | while read -r pid; do
    echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
  done
}

pids_of() { cut -d' ' -f1,2 "$1/pids"; }

@test "up again says that it is up and changes nothing" {
  before=$(pids_of "$ONE")
  run -0 "$SANDBOX" up --dir "$ONE"
  [[ $output == *"is up already"* ]]
  [[ $(pids_of "$ONE") == "$before" ]]
  run -1 "$SANDBOX" up --dir "$ONE" --cpus 7
  [[ $output == *"is up in"*"with --nodes 1"*"hint: tools/sandbox down"* ]]
}

@test "status names everything that runs, and exits with 3 if nothing does" {
  run -0 "$SANDBOX" status --dir "$ONE"
  for word in munged sshd slurmctld node1 general single-gpu multi-gpu short scavenge urgent idle; do [[ $output == *"$word"* ]]; done
  run -3 "$SANDBOX" status --dir "$BATS_TEST_TMPDIR/none"
}

@test "a login has a home of the cluster's own, its .bashrc and an ordinary PATH" {
  echo 'export FROM_BASHRC=yes' >>"$ONE/cluster/home/.bashrc"
  run -0 on "$ONE" 'echo "$HOME|$FROM_BASHRC|$PATH"'
  from_bashrc=yes
  [[ $(getent passwd "$(id -un)") == */bash ]] || from_bashrc='' # no bash, no .bashrc
  [[ $output == "$ONE/cluster/home|$from_bashrc|$ONE/cluster/home/.local/bin:/usr/local/bin:/usr/bin:/bin:"* ]]
  [[ $ONE/cluster/home != "$HOME" ]]
}

@test "env points ssh and git at the cluster" {
  on "$ONE" 'git init --quiet --bare "$HOME/repo.git"'
  eval "$("$SANDBOX" env --dir "$ONE")"
  [[ $RDVC_SANDBOX_DIR == "$ONE" ]]
  [[ $(ssh "$RDVC_CLUSTER_HOST" echo there) == there ]]
  git ls-remote "ssh://$RDVC_CLUSTER_HOST/~/repo.git"
}

@test "the header of an ordinary job runs, with the cluster's home" {
  on "$ONE" 'cd && sbatch' <<'JOB'
#!/bin/bash
#SBATCH --output="cpu.out"
#SBATCH --job-name=sandbox:main
#SBATCH --wckey=demo
#SBATCH --mail-type=END,FAIL
#SBATCH --mail-user=nobody@example.org
#SBATCH --constraint=t3.xlarge
#SBATCH --cpus-per-task=2
#SBATCH --nodes=1
#SBATCH --exclusive
echo "$HOME"
JOB
  wait_until 10 show_cluster home_file_has cpu.out "$ONE/cluster/home"
}

@test "the header of a GPU job runs" {
  on "$ONE" 'cd && sbatch --output=gpu.out --partition=single-gpu --constraint=g5.xlarge --gpus=1 --exclusive' <<'JOB'
#!/bin/bash
echo "on ${CUDA_VISIBLE_DEVICES:-no} GPUs"
JOB
  wait_until 10 show_cluster home_file_has gpu.out 'on 0.* GPUs'
}

@test "a job that takes no environment along has the cluster's home" {
  on "$ONE" "cd && sbatch --export=NONE --output=bare.out --wrap 'echo \$HOME'"
  wait_until 20 show_cluster home_file_has bare.out "$ONE/cluster/home"
}

@test "salloc and srun work" {
  run -0 on "$ONE" 'salloc --quiet bash -c "srun echo step \$SLURM_JOB_ID"'
  [[ $output =~ ^step\ [0-9]+$ ]]
}

@test "a job that has no time to run in the partition short is refused" {
  run -0 on "$ONE" sinfo --noheader --partition=short --format=%l
  [[ $output == 2:00 ]]
  run ! on "$ONE" sbatch --partition=short --time=3 --wrap true
  [[ $output == *"time limit"* ]]
  job=$(on "$ONE" sbatch --parsable --partition=short --output=/dev/null --wrap true)
  run -0 on "$ONE" squeue --noheader --states=all --jobs="$job" --format=%l
  [[ $output == 1:00 ]]
}

submit_preemptable() { # PARTITION: with all CPUs of the node
  on "$ONE" sbatch --parsable --partition="$1" --ntasks=4 --output=/dev/null --wrap "'sleep 9000.$RUN'"
}

state_is() { [[ $(on "$ONE" squeue --noheader --states=all --jobs="$1" --format=%T) =~ ^($2)$ ]]; } # JOB REGEX

@test "an urgent job takes the place of a scavenging one, which is queued again or cancelled, and of no other" {
  scavenging=$(submit_preemptable scavenge)
  wait_until 15 show_cluster state_is "$scavenging" RUNNING
  urgent=$(on "$ONE" sbatch --parsable --partition=urgent --ntasks=4 --output=/dev/null --wrap "'sleep 9000.$RUN'")
  wait_until 20 show_cluster state_is "$urgent" RUNNING
  state_is "$scavenging" PENDING
  [[ $(on "$ONE" scontrol show job "$scavenging") == *" Restarts=1 "* ]]
  on "$ONE" scancel "$scavenging" "$urgent"
  wait_until 15 show_cluster has_no_jobs

  scavenging=$(submit_preemptable scavenge-cancel)
  wait_until 15 show_cluster state_is "$scavenging" RUNNING
  urgent=$(on "$ONE" sbatch --parsable --partition=urgent --ntasks=4 --output=/dev/null --wrap true)
  wait_until 20 show_cluster state_is "$urgent" "RUNNING|COMPLETED"
  state_is "$scavenging" PREEMPTED
  wait_until 15 show_cluster has_no_jobs

  general=$(submit_preemptable general)
  wait_until 15 show_cluster state_is "$general" RUNNING
  urgent=$(on "$ONE" sbatch --parsable --partition=urgent --ntasks=4 --output=/dev/null --wrap true)
  wait_until 15 show_cluster state_is "$urgent" PENDING
  sleep 2 # time in which it might have been preempted
  state_is "$general" RUNNING
  on "$ONE" scancel "$general" "$urgent"
  wait_until 15 show_cluster has_no_jobs
}

@test "a job that takes more memory than it asked for is killed" {
  job=$(on "$ONE" sbatch --parsable --mem=50 --output=/dev/null <<'JOB'
#!/bin/bash
exec python3 -c 'import time; taken = bytearray(b"x" * 200 * 2**20); time.sleep(60)'
JOB
  )
  killed=OUT_OF_MEMORY
  grep -q '^memory=cgroup' "$ONE/sandbox.conf" || killed=FAILED # an ordinary user has no control groups
  wait_until 15 show_cluster state_is "$job" "$killed"
}

@test "srun gives a terminal" {
  # where terminals do not belong to the group tty from the start, an ordinary user's sshd cannot have any
  ((EUID == 0)) || grep -q ' devpts .*gid=' /proc/self/mounts || skip "/dev/pts is mounted without gid=: a terminal needs root"
  run -0 script -qec '"$SANDBOX" login --dir "$ONE" srun --pty bash -c tty' /dev/null
  [[ $output == *"/dev/"* ]]
}

@test "two run side by side, and one's end does not touch the other" {
  two=$BATS_FILE_TMPDIR/two
  "$SANDBOX" up --dir "$two"
  [[ $(on "$two" 'echo "$HOME"') == "$two/cluster/home" ]]
  on "$two" srun true
  before=$(pids_of "$ONE")
  "$SANDBOX" down --dir "$two"
  [[ ! -e $two ]]
  "$SANDBOX" status --dir "$ONE"
  [[ $(pids_of "$ONE") == "$before" ]]
  on "$ONE" srun true
}

@test "of two that start at once in one folder, one starts it" {
  folder=$BATS_FILE_TMPDIR/both
  "$SANDBOX" up --dir "$folder" 2>"$BATS_TEST_TMPDIR/a" 3>&- &
  "$SANDBOX" up --dir "$folder" 2>"$BATS_TEST_TMPDIR/b" 3>&-
  wait $!
  [[ $(cat "$BATS_TEST_TMPDIR"/[ab] | grep -c 'is up already') == 1 ]]
  "$SANDBOX" status --dir "$folder"
  "$SANDBOX" down --dir "$folder"
}

@test "the controller can die and come back, with its jobs" {
  job=$(on "$ONE" "sbatch --parsable --job-name=survivor --output=/dev/null --wrap 'sleep 9001.$RUN'")
  # SLURM saves its state some seconds after its answer. It forgets a job that it has not saved, and
  # starts one again that it has saved as pending.
  wait_until 15 show_cluster state_is "$job" RUNNING
  sleep 7
  wait_until 15 show_cluster grep -q survivor "$ONE/state/job_state"
  "$SANDBOX" stop slurmctld --dir "$ONE"
  run -3 "$SANDBOX" status --dir "$ONE"
  "$SANDBOX" start slurmctld --dir "$ONE"
  run -0 on "$ONE" squeue --noheader --format=%i
  [[ $output == "$job" ]]
  on "$ONE" scancel "$job"
  wait_until 15 show_cluster has_no_jobs
  "$SANDBOX" status --dir "$ONE"
}

@test "a frozen controller lets commands wait in vain, and mends when thawed" {
  "$SANDBOX" freeze slurmctld --dir "$ONE"
  run -3 "$SANDBOX" status --dir "$ONE"
  [[ $output == *frozen* ]]
  run ! on "$ONE" squeue
  [[ $output == *"timed out"* ]]
  "$SANDBOX" thaw slurmctld --dir "$ONE"
  "$SANDBOX" status --dir "$ONE"
  on "$ONE" squeue
}

@test "a slow controller answers late, but does what was requested" {
  "$SANDBOX" slow slurmctld 30 --dir "$ONE"
  run -124 timeout 8 "$SANDBOX" login --dir "$ONE" sbatch --job-name=late --output=/dev/null --wrap "'sleep 9000.$RUN'"
  wait_until 10 show_nothing sleeps 0 # the job runs all the same
  "$SANDBOX" slow slurmctld 1 --dir "$ONE"
  began=$SECONDS
  run -0 on "$ONE" squeue --noheader --format=%j
  [[ $output == *late* ]] && ((SECONDS > began))
  "$SANDBOX" thaw slurmctld --dir "$ONE"
  on "$ONE" scancel --name=late
  wait_until 15 show_cluster has_no_jobs
  "$SANDBOX" status --dir "$ONE"
}

@test "a controller that answers garbage" {
  "$SANDBOX" garbage slurmctld --dir "$ONE"
  run ! on "$ONE" squeue
  [[ $output == *"Insane message length"* ]]
  "$SANDBOX" start slurmctld --dir "$ONE"
  on "$ONE" squeue
  "$SANDBOX" status --dir "$ONE"
}

@test "a frozen login node and a frozen node continue where they were" {
  "$SANDBOX" freeze sshd --dir "$ONE"
  run -124 timeout 1 "$SANDBOX" login --dir "$ONE" true
  "$SANDBOX" thaw sshd --dir "$ONE"
  ticks=$ONE/cluster/ticks
  job=$(on "$ONE" sbatch --parsable --output="$ticks" --wrap "'while :; do echo tick; sleep 0.1; done'")
  wait_until 10 show_cluster test -s "$ticks"
  "$SANDBOX" freeze node1 --dir "$ONE"
  before=$(wc -l <"$ticks")
  sleep 1
  [[ $(wc -l <"$ticks") == "$before" ]]
  "$SANDBOX" thaw node1 --dir "$ONE"
  goes_on() { (($(wc -l <"$ticks") > before)); }
  wait_until 10 show_cluster goes_on
  on "$ONE" scancel "$job"
  wait_until 15 show_cluster has_no_jobs
}

@test "after a crash up cleans, starts anew and keeps the home" {
  folder=$BATS_FILE_TMPDIR/crash
  "$SANDBOX" up --dir "$folder"
  on "$folder" "touch \"\$HOME/kept\"; sbatch --output=/dev/null --wrap 'sleep 9002.$RUN'"
  wait_until 10 show_nothing sleeps 2
  # shellcheck disable=SC2046
  kill -KILL $(cut -d' ' -f2 "$folder/pids")
  run -0 "$SANDBOX" up --dir "$folder"
  [[ $output == *"cleaning up"* ]]
  run ! sleeps 2
  [[ -z $(on "$folder" squeue --noheader) && -e $folder/cluster/home/kept ]]
  "$SANDBOX" down --dir "$folder"
}

@test "after a reboot no process is taken for one of ours" {
  folder=$BATS_FILE_TMPDIR/reboot
  mkdir "$folder"
  touch "$folder/.rdvc-sandbox"
  cp "$ONE/sandbox.conf" "$ONE/pids" "$folder"
  sed -i "s/^boot=.*/boot=another/; s,^run=.*,run=$folder/run," "$folder/sandbox.conf"
  run -3 "$SANDBOX" status --dir "$folder"
  "$SANDBOX" down --dir "$folder"
  "$SANDBOX" status --dir "$ONE"
}

@test "down ends jobs, what they left in the background, and logins, and leaves nothing" {
  folder=$BATS_FILE_TMPDIR/gone
  "$SANDBOX" up --dir "$folder"
  on "$folder" "sbatch --output=/dev/null --wrap 'setsid sleep 9003.$RUN & env -i sleep 9004.$RUN & sleep 9005.$RUN'"
  on "$folder" "setsid nohup sleep 9006.$RUN >/dev/null 2>&1 &"
  on "$folder" "exec sleep 9007.$RUN" 3>&- &
  for i in 3 4 5 6 7; do wait_until 10 show_nothing sleeps "$i"; done
  down_leaves_nothing "$folder"
}

@test "down --keep leaves the logs, and up uses the folder again" {
  folder=$BATS_FILE_TMPDIR/keep
  "$SANDBOX" up --dir "$folder"
  "$SANDBOX" down --dir "$folder" --keep
  [[ $(ls "$folder") == log && -s $folder/log/slurmctld.log ]]
  "$SANDBOX" up --dir "$folder"
  "$SANDBOX" down --dir "$folder"
  [[ ! -e $folder ]]
}

@test "a folder with a long name works" {
  folder=$BATS_FILE_TMPDIR/$(printf 'long%.0s' {1..40})
  "$SANDBOX" up --dir "$folder"
  on "$folder" srun true
  down_leaves_nothing "$folder"
}

@test "an up that fails shows the daemon's own words and leaves nothing running" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  folder=$BATS_FILE_TMPDIR/fails
  printf '%s\n' '#!/bin/sh' "cp $folder/sandbox.conf $BATS_TEST_TMPDIR" 'echo no slurmd today; exit 1' >"$BATS_TEST_TMPDIR/bin/slurmd"
  chmod +x "$BATS_TEST_TMPDIR/bin/slurmd"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 "$SANDBOX" up --dir "$folder"
  [[ $output == *"node1 did not start"*"no slurmd today"* ]]
  nothing_is_left_of "$folder" "$BATS_TEST_TMPDIR/sandbox.conf"
  run -3 "$SANDBOX" status --dir "$folder"
}

# Another program's socket, opened after the port was chosen.
@test "an up that loses a port to another program starts again with others" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  folder=$BATS_FILE_TMPDIR/port
  cat >"$BATS_TEST_TMPDIR/bin/slurmctld" <<SH
#!/bin/sh
if mkdir "$BATS_TEST_TMPDIR/taken"; then
  port=\$(sed -n 's/^SlurmctldPort=//p' "\$SLURM_CONF")
  setsid python3 -c 'import socket, sys, time
s = socket.create_server(("", int(sys.argv[1])))
open(sys.argv[2], "w").close()
time.sleep(60)' "\$port" "$BATS_TEST_TMPDIR/taken/port" >/dev/null 2>&1 &
  echo \$! >"$BATS_TEST_TMPDIR/pid"
  until [ -e "$BATS_TEST_TMPDIR/taken/port" ]; do sleep 0.1; done
fi
exec $(command -v slurmctld) "\$@"
SH
  chmod +x "$BATS_TEST_TMPDIR/bin/slurmctld"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$SANDBOX" up --dir "$folder"
  kill "$(<"$BATS_TEST_TMPDIR/pid")" || true
  [[ $status == 0 && $output == *"starting again with others"*"sandbox is up"* ]]
  on "$folder" srun true
  down_leaves_nothing "$folder"
}

# A job's last act, after its result is there, may be to remove a large folder.
@test "down lets a job end that is about to" {
  folder=$BATS_FILE_TMPDIR/ending
  "$SANDBOX" up --dir "$folder"
  on "$folder" "sbatch --output=/dev/null --wrap 'touch $BATS_TEST_TMPDIR/begun; sleep 0.7 || exit; touch $BATS_TEST_TMPDIR/ended'"
  wait_until 10 show_nothing test -e "$BATS_TEST_TMPDIR/begun"
  down_leaves_nothing "$folder"
  [[ -e $BATS_TEST_TMPDIR/ended ]]
}

# bats test_tags=root
@test "nodes have host names, /tmp and networks of their own, and share the home" {
  ((EUID == 0)) || skip "several nodes need root"
  folder=$BATS_FILE_TMPDIR/nodes
  "$SANDBOX" up --dir "$folder" --nodes 2
  run -0 on "$folder" 'cd && srun -N2 --label bash -c "touch /tmp/on-\$(hostname); ls /tmp | grep on-; pwd"'
  [[ $(sort <<<"$output") == "$(sort <<<"0: on-node1
1: on-node2
0: $folder/cluster/home
1: $folder/cluster/home")" ]]
  [[ ! -e /tmp/on-node1 ]]
  on "$folder" "sbatch --output=/dev/null -N2 --wrap 'srun setsid sleep 9008.$RUN & wait'"
  wait_until 10 show_nothing sleeps 8
  "$SANDBOX" stop node2 --dir "$folder"
  "$SANDBOX" start node2 --dir "$folder"
  "$SANDBOX" status --dir "$folder"
  down_leaves_nothing "$folder"
}

# bats test_tags=root
@test "accounting keeps a job's comment" {
  with_all_options
  job=$(second sbatch --parsable --comment=rdvc:0123 --output=/dev/null --wrap true)
  is_accounted() { [[ $(second sacct -X --noheader --parsable2 --jobs="$job" --format=user,state,comment) == 'sandbox2|COMPLETED|rdvc:0123' ]]; }
  wait_until 20 show_nothing is_accounted
}

# bats test_tags=root
@test "the database can die and come back" {
  with_all_options
  for daemon in mariadb slurmdbd; do
    "$SANDBOX" stop "$daemon" --dir "$ALL"
    "$SANDBOX" start "$daemon" --dir "$ALL"
  done
  "$SANDBOX" status --dir "$ALL"
  [[ $(second sacct -X --noheader --format=comment) == *rdvc:0123* ]]
}

# bats test_tags=root
@test "accounts see each other's jobs, and neither end them nor look into another's home" {
  with_all_options
  [[ $(second 'id -un; echo "$HOME"') == "sandbox2"$'\n'"$ALL/cluster/home2" ]]
  job=$(second "cd && sbatch --parsable --export=NONE --output=%j.out --wrap 'id -un; echo \$HOME; sleep 9009.$RUN'")
  wait_until 15 show_nothing sleeps 9
  [[ $(second "cat ~/$job.out") == "sandbox2"$'\n'"$ALL/cluster/home2" ]]
  third() { on "$ALL" --user 3 "$@"; }
  [[ $(third squeue --noheader --jobs="$job" --format=%u) == sandbox2 ]]
  run ! third scancel "$job"
  [[ $output == *denied* ]]
  run ! third ls "$ALL/cluster/home2"
  run ! third cat "$ALL/etc/munge.key"
  second scancel "$job"
  run -1 "$SANDBOX" login --dir "$ONE" --user 2 true
}

# bats test_tags=root
@test "a small file system fills up, seen by login and nodes" {
  with_all_options
  eval "$("$SANDBOX" env --dir "$ALL")"
  [[ $RDVC_SANDBOX_SMALL == "$ALL/cluster/small" ]]
  run ! second srun --nodelist=node2 dd if=/dev/zero of="$RDVC_SANDBOX_SMALL/full" bs=64k count=100
  [[ $output == *"No space left"* ]]
  [[ $(second stat --format=%s "$RDVC_SANDBOX_SMALL/full") == 1048576 ]]
  second rm "$RDVC_SANDBOX_SMALL/full"
}

# bats test_tags=root
@test "memory is enforced on each of several nodes" {
  with_all_options
  run ! second srun --nodes=2 --mem=50 python3 -c "'x = bytearray(b\"x\" * 200 * 2**20); input()'"
  if grep -q '^memory=cgroup' "$ALL/sandbox.conf"; then [[ $output == *"Out Of Memory"* ]]; fi
}

# bats test_tags=root
@test "down leaves nothing of accounts, accounting and mounts" {
  with_all_options
  second "setsid nohup sleep 9000.$RUN >/dev/null 2>&1 &"
  wait_until 10 show_nothing sleeps 0
  "$SANDBOX" slow slurmctld 9 --dir "$ALL"
  "$SANDBOX" freeze slurmdbd --dir "$ALL"
  down_leaves_nothing "$ALL"
  run ! grep sandbox2 /etc/passwd
}

# bats test_tags=root
@test "accounts are refused in a folder that they cannot reach" {
  ((EUID == 0)) || skip "more accounts need root"
  mkdir -m 700 "$PUBLIC/closed"
  run -1 "$SANDBOX" up --dir "$PUBLIC/closed/box" --users 2
  [[ $output == *"a folder above it is closed"* ]]
  "$SANDBOX" down --dir "$PUBLIC/closed/box"
  rmdir "$PUBLIC/closed"
}

# bats test_tags=root
@test "an account whose name has an @ gets in" {
  ((EUID == 0)) || skip "an account of another name needs root"
  sed 's/^root:/alice@corp.example:/' /etc/passwd >"$BATS_TEST_TMPDIR/passwd"
  # shellcheck disable=SC2016 # the inner shell's
  run -0 unshare --mount bash -c 'mount --bind "$1" /etc/passwd && "$SANDBOX" up --dir "$2" &&
    "$SANDBOX" login --dir "$2" srun id -un; "$SANDBOX" down --dir "$2"' \
    bash "$BATS_TEST_TMPDIR/passwd" "$BATS_TEST_TMPDIR/corp"
  [[ $output == *alice@corp.example* ]]
}

@test "an ordinary user is refused what needs root" {
  ((EUID != 0)) || skip "is about an ordinary user"
  local option
  for option in --nodes --users --tmpfs; do
    run -1 "$SANDBOX" up --dir "$BATS_TEST_TMPDIR/n" $option 2
    [[ $output == *"need"*" root"* ]]
  done
}

@test "wrong use is refused" {
  run -2 "$SANDBOX"
  run -2 "$SANDBOX" upp
  run -2 "$SANDBOX" up --fast
  run -2 "$SANDBOX" up --nodes many
  run -2 "$SANDBOX" up --dir
  run -2 "$SANDBOX" up --users 10
  run -2 "$SANDBOX" up --tmpfs big
  run -2 "$SANDBOX" up --user 2
  run -2 "$SANDBOX" down --nodes 2
  run -2 "$SANDBOX" stop --dir "$ONE" slurmdbd
  run -2 "$SANDBOX" slow slurmctld --dir "$ONE"
  run -2 "$SANDBOX" garbage sshd --dir "$ONE"
  run -1 "$SANDBOX" up --dir "$BATS_TEST_TMPDIR/a b"
  [[ $output == *"white space"*"--dir" ]]
  run -1 env RDVC_SANDBOX_CALLED='rdvc sandbox' "$SANDBOX" up --dir "$BATS_TEST_TMPDIR/a b"
  [[ $output == *"white space"*"hint: XDG_STATE_HOME=FOLDER rdvc sandbox up"* && $output != *--dir* ]]
  run -1 env RDVC_SANDBOX_CALLED='rdvc sandbox' "$SANDBOX" up --dir "$BATS_TEST_TMPDIR/andré"
  [[ $output == *"characters"*"hint: XDG_STATE_HOME=FOLDER rdvc sandbox up"* && $output != *--dir* ]]
  touch "$BATS_TEST_TMPDIR/something"
  run -1 "$SANDBOX" up --dir "$BATS_TEST_TMPDIR"
  [[ $output == *"not a sandbox"* ]]
  "$SANDBOX" down --dir "$BATS_TEST_TMPDIR"
  [[ -e $BATS_TEST_TMPDIR/something ]]
  run -0 "$SANDBOX" --help
}
