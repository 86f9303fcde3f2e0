# Moves a workspace that stayed on this node to a place that the login node sees: a job of
# `rdvc recover`. Arguments: the repository's folder in that workspace, and the record of the job
# that left it.
from=$1 record=$2
umask 077
workspace=${from%/*} coming="${record}/.coming-${SLURM_JOB_ID:-$$}" place="${record}/${from##*/}"

# Writes the outcome, in one step, and ends.
end() {
    printf '%s\n' "$*" >"${record}/bring.end.new" && mv -T -- "${record}/bring.end.new" "${record}/bring.end"
    exit
}

if [[ ! -d ${record} ]]; then
    printf 'rdvc: error: %s does not see %s\n' "$(uname -n)" "${record}" >&2
    exit 1
fi
if ! is_workspace_name "${workspace}" || [[ -L ${workspace} || ! -O ${workspace} ||
    ! -d ${from} || -L ${from} ]]; then
    end absent "$(uname -n) no longer has ${from}"
fi
trap 'remove_folder "${coming}"' EXIT
open_folders "${from}" # cp reads them
said=$(cp -a -- "${from}" "${coming}" 2>&1) || end failed "${said//$'\n'/ }"
[[ ! -e ${place} ]] || place+="-${SLURM_JOB_ID:-$$}"
said=$(mv -T -- "${coming}" "${place}" 2>&1) || end failed "${said//$'\n'/ }"
rm -f -- "${workspace}/rdvc-keep"
remove_folder "${workspace}"
end moved "${place}"
