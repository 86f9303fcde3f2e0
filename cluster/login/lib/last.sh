# The last lines, after all functions: the request begins.
task=${task:-0} # each submission has one today
unset_git_variables # of a Git hook that started rdvc, if the cluster is this machine
printf '\n'
answer hello "${HOME}"
if [[ -n ${prepare} ]]; then
    # The user's own command, e.g. `module load slurm`.
    # shellcheck source=/dev/null
    source <(printf '%s\n' "${prepare}") </dev/null >/dev/null 2>&1
fi
