# The first lines of what a request is made of, before any function is read.
# First what ~/.bashrc or, of a login shell, ~/.profile may have set goes.
set +efkmC +o posix +o pipefail
shopt -u failglob nullglob nocasematch nocaseglob
unalias -a
unset -f cd rm mv git mkdir cat printf
unset CDPATH GREP_OPTIONS
export -n SHELLOPTS BASHOPTS
trap - EXIT ERR DEBUG RETURN
IFS=$' \t\n'
login_umask=$(umask) # what the user's own jobs would have
umask 077
set -u
