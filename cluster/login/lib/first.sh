# The first lines of a request's text, before any function is read. They undo what ~/.bashrc or, in
# a login shell, ~/.profile may have set.
set +efkmC +o posix +o pipefail
shopt -u failglob nullglob nocasematch nocaseglob
unalias -a
unset -f cd rm mv git mkdir cat printf
unset CDPATH GREP_OPTIONS
export -n SHELLOPTS BASHOPTS
trap - EXIT ERR DEBUG RETURN
IFS=$' \t\n'
login_umask=$(umask) # that of the user's own jobs
umask 077
set -u
