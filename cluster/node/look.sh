# Checks on a compute node what it shares with the login node: the job of `rdvc doctor --deep`.
# Arguments: a folder and DVC's cache, in each of which the login node has left a file with the
# nonce; and the nonce. `workspace_root` is the job's own; RDVC_JOB_WORKSPACE_ROOT is set.
folder=$1 cache=$2 nonce=$3

is_shared() {
    if [[ $(cat "$1" 2>/dev/null) == "${nonce}" ]]; then
        printf 'yes'
    else
        printf 'no'
    fi
}

root=$(workspace_root) || root=
(: >"${cache}/.rdvc-doctor-${nonce}.node") 2>/dev/null
{
    printf 'name %s\n' "$(uname -n)"
    printf 'folder %s\n' "$(is_shared "${folder}/nonce")"
    printf 'cache %s\n' "$(is_shared "${cache}/.rdvc-doctor-${nonce}")"
    printf 'home %s\n' "${HOME}"
    printf 'bash %s\n' "${BASH_VERSION}"
    printf 'git %s\n' "$(git --version 2>/dev/null)"
    printf 'dvc %s\n' "$(command -v dvc 2>/dev/null)"
    printf 'root %s\n' "${root}"
    printf 'free %s\n' "$([[ -z ${root} ]] || df -Pk "${root}" | awk 'NR == 2 { print $4 }')"
    printf 'time %s\n' "$(date +%s)"
} >"${folder}/answer.new" && mv "${folder}/answer.new" "${folder}/answer"
