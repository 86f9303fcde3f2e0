# --- Folders: removed and copied whatever their modes are -----------------------------------------

# Lets the owner list and change all folders in $1. Links and files stay unchanged, because a file
# may have other names in a cache; mounted file systems are left alone.
open_folders() {
    find "$1" -xdev -type d \( ! -perm -u=rx -exec chmod u+rwx {} \; -o ! -perm -u=w -exec chmod u+w {} + \) 2>/dev/null || true
}

# Removes $1 with everything in it, including read-only folders; mounted file systems stay. False if
# something is left. May be repeated.
remove_folder() {
    rm -rf --one-file-system -- "$1" 2>/dev/null && return 0 # in a trap, a bare `return` would give the status from before it
    open_folders "$1"
    rm -rf --one-file-system -- "$1"
}

# Creates in $2 the folders of the files that $1 lists (paths that start with `./`). By itself
# `cp --parents` gives a folder the mode of the original after its first file, and then cannot add a
# second one to a read-only folder.
make_folders_of() {
    LC_ALL=C sed -z 's|/[^/]*$||' <"$1" | LC_ALL=C sort -zu | (cd "$2" && xargs -0 -r mkdir -p --)
}

# Copies these files to the folder $2.
copy_files() {
    make_folders_of "$1" "$2" && xargs -0 -r cp -d --preserve=timestamps --parents -t "$2" -- <"$1"
}
