# What the cluster has and what it allows this user. Reads only.

limits() {
    tell_cluster
    finish end
}

limits
