# Whether the cluster has a folder that the laptop knows by its path. Assignments before this text:
# folder. Reads only.

look_for_folder() {
    [[ ! -d ${folder} || ! -w ${folder} ]] || answer there "${folder}"
    finish end
}

look_for_folder
