# shellcheck shell=bash
# Memory that is enforced. As root by a control group, as on a real cluster: the kernel kills the process that asks for
# too much, and SLURM calls the job OUT_OF_MEMORY. Else, and where cgroup v1 is not mounted, SLURM itself adds up
# each second what a job has and kills the whole job, which it then calls FAILED: this needs no privileges.

MEMORY_CGROUPS=/sys/fs/cgroup/memory

choose_memory_keeper() {
  memory=polling
  if ((EUID == 0)) && [[ -e $MEMORY_CGROUPS/cgroup.procs ]] && mkdir "$MEMORY_CGROUPS/$link" 2>/dev/null; then
    memory=cgroup
    mkdir -p "$run/cgroup"
    # SLURM takes our own group for the root of all: jobs of other sandboxes may have the same number
    ln -sfn "$MEMORY_CGROUPS/$link" "$run/cgroup/memory"
  fi
}

is_since() { # VERSION: whether SLURM is as new as that
  local version
  version=$(slurmd -V) # slurm-wlm 22.05.8
  [[ $(printf '%s\n' "$1" "${version##* }" | sort -V | head -n 1) == "$1" ]]
}

write_cgroup_conf() {
  cgroup_plugin_line
  if [[ $memory == cgroup ]]; then
    printf '%s\n' "CgroupMountpoint=$run/cgroup" "ConstrainRAMSpace=yes" "MinRAMSpace=1"
  fi
}

# Without it slurmd looks for what is mounted, and with v2 wants systemd. Before 22.05 there was only v1.
cgroup_plugin_line() {
  if ! is_since 22.05; then
    return
  elif [[ $memory == polling ]] && is_since 23.02; then
    echo "CgroupPlugin=disabled"
  else
    echo "CgroupPlugin=cgroup/v1" # which nothing uses if SLURM polls
  fi
}

memory_lines() { # of slurm.conf
  if [[ $memory == cgroup ]]; then
    printf '%s\n' "TaskPlugin=task/cgroup" "JobAcctGatherFrequency=5"
  else
    printf '%s\n' "TaskPlugin=task/none" "JobAcctGatherFrequency=task=1" "JobAcctGatherParams=OverMemoryKill"
  fi
}

remove_cgroups() { # once its processes have ended
  [[ -d $MEMORY_CGROUPS/$link ]] || return 0
  find "$MEMORY_CGROUPS/$link" -depth -type d -exec rmdir {} +
}
