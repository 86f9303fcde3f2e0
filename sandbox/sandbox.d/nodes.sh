# shellcheck shell=bash
# Several nodes: a bridge, and separate namespaces for each node.

# The lock is on this script: two sandboxes that start together must not take the same subnet.
make_bridge() {
  local own_lock
  exec {own_lock}<"$SCRIPT"
  flock "$own_lock"
  while :; do
    subnet=10.$((128 + SRANDOM % 127)).$((SRANDOM % 256))
    [[ $(ip -4 -o addr; ip -4 route) == *"$subnet."* ]] || break
  done
  { ip link add "${link}b" type bridge && ip addr add "$subnet.1/24" dev "${link}b" && ip link set "${link}b" up; } ||
    die "cannot make a network bridge, which several nodes need" "one node needs none"
  exec {own_lock}<&-
  address=$subnet.1
  save_settings
}

remove_network() {
  local device
  for device in /sys/class/net/"$link"[bn]*; do
    [[ ! -e $device ]] || ip link del "${device##*/}"
  done
}

# Runs in the node's own network, host name and mount namespaces and becomes its slurmd.
become_node() { # DIR NODE CREATOR'S-PID
  local node=$2 creator=$3 i=${2#node} folder
  DIR=$1
  SETTINGS=$DIR/sandbox.conf
  load_settings
  hostname "$node"
  ip link set lo up
  ip link add eth0 type veth peer name "${link}n$i" netns "$creator"
  ip addr add "$(node_address "$i")/24" dev eth0
  ip link set eth0 up
  nsenter --net --target "$creator" ip link set "${link}n$i" master "${link}b" up
  mount --bind "$DIR/etc/hosts" /etc/hosts
  for folder in /tmp /var/tmp; do cover_with_own_folder "$folder"; done
  exec slurmd
}

write_hosts() {
  local i
  echo "127.0.0.1 localhost"
  echo "$address $(uname -n) $(short_host_name)"
  for ((i = 1; i <= nodes; i++)); do echo "$(node_address "$i") node$i"; done
}

# The sandbox's own folders may lie below: they must stay visible at their paths. They are opened before and
# mounted through the open file, because their paths lead nowhere once the new folder is on top.
cover_with_own_folder() {
  local path fds=() paths=() fd i
  for path in "$DIR" "$run"; do
    [[ $path == "$1"/* ]] || continue
    exec {fd}<"$path"
    fds+=("$fd")
    paths+=("$path")
  done
  mount -t tmpfs -o mode=1777 tmpfs "$1"
  for i in "${!fds[@]}"; do
    mkdir -p "${paths[i]}"
    mount --no-canonicalize --rbind "/proc/self/fd/${fds[i]}" "${paths[i]}"
    fd=${fds[i]}
    exec {fd}<&-
  done
}
