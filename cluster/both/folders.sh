# --- Folders: removed and copied whatever their modes are -------------------------------------------

# Lets their owner list and change all folders in $1: the links and files in them stay as they are, since a file may
# have other names in a cache, and what is mounted there is somebody else's.
open_folders() {
    find "$1" -xdev -type d \( ! -perm -u=rx -exec chmod u+rwx {} \; -o ! -perm -u=w -exec chmod u+w {} + \) 2>/dev/null || true
}

# Removes $1 with all that is in it, folders that may not be written to as well; what is mounted there stays. False if
# something is left. It may be repeated.
remove_folder() {
    rm -rf --one-file-system -- "$1" 2>/dev/null && return 0 # in a trap its status would be that of before
    open_folders "$1"
    rm -rf --one-file-system -- "$1"
}

# Makes in $2 the folders of the files that $1 lists, paths that start with `./`. Left to itself `cp --parents` gives a
# folder the mode of the original as soon as its first file is in, and the second may not go there.
make_folders_of() {
    LC_ALL=C sed -z 's|/[^/]*$||' <"$1" | LC_ALL=C sort -zu | (cd "$2" && xargs -0 -r mkdir -p --)
}

# Copies these files to the folder $2.
copy_files() {
    make_folders_of "$1" "$2" && xargs -0 -r cp -d --preserve=timestamps --parents -t "$2" -- <"$1"
}
