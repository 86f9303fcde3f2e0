# What tests must not take from the machine, and what they leave.

# Git's settings are those of the test alone: with git-lfs installed, say, the system's have a filter that is required.
export GIT_CONFIG_NOSYSTEM=1

# `remove_folder`, as the product removes: an ordinary user's read-only folders too.
source "${RDVC_SOURCE_FOLDER}/cluster/job/1-folders.sh"
