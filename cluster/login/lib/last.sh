# The last lines, after all functions: the request begins.
[[ ${task:-} =~ ^[0-9]{1,7}$ ]] || task=0 # of a sweep; 0 for all of it, and for a submission that is not a sweep
unset_git_variables # of a Git hook that started rdvc, if the cluster is this machine
printf '\n'
answer hello "${HOME}"
if [[ -n ${prepare} ]]; then
    # The user's own command, e.g. `module load slurm`.
    # shellcheck source=/dev/null
    source <(printf '%s\n' "${prepare}") </dev/null >/dev/null 2>&1
fi
