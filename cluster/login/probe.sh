# Makes rdvc's folders and says what the cluster has, for `rdvc init remote`. Assignments before this
# text: mirror (a name).

probe() {
    answer bash "${BASH_VERSION}"
    if command -v git >/dev/null; then
        answer git "$(git --version)"
    fi
    if command -v sbatch >/dev/null; then
        answer sbatch "$(sbatch --version 2>&1 | head -n 1)"
    fi
    open_rdvc_dir
    answer dir "${rdvc_dir}"
    if command -v git >/dev/null; then
        open_mirror "${mirror}"
        answer mirror "${mirror}"
    fi
    tell_cluster
    finish end
}

probe
