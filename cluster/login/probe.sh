# What the cluster has, for `rdvc init`. Assignments before this text: make_folders (0 or 1), and
# mirror (a name, or nothing).

probe() {
    answer bash "${BASH_VERSION}"
    if command -v git >/dev/null; then
        answer git "$(git --version)"
    fi
    if command -v sbatch >/dev/null; then
        answer sbatch "$(sbatch --version 2>&1 | head -n 1)"
    fi
    if [[ ${make_folders} == 1 ]]; then
        open_rdvc_dir
        answer dir "${rdvc_dir}"
        if [[ -n ${mirror} ]] && command -v git >/dev/null; then
            open_mirror "${mirror}"
            answer mirror "${mirror}"
        fi
    fi
    local nodes
    if nodes=$(list_nodes '%P|%f|%G|%l' 2>&1); then
        answer_lines nodes <<<"${nodes}"
    else
        answer sinfo "${nodes//$'\n'/ }"
    fi
    finish end
}

probe
