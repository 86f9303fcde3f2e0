# Files that a job has left, for a laptop. Assignments before this text: token, task, folder (of the job's
# record: `output`, of a command; `partial`, unfinished; `.here`, prepared by `rdvc recover`) and
# action (`look`: are there any; `send`: all of them as one tar stream, if one side has no rsync;
# `pulled`: they have arrived).

# A job may write to `partial` meanwhile: each file is complete, and tar's exit code 1 means that
# some appeared or disappeared.
send_files() {
    local block="${job}/${folder}.block-${nonce}" codes
    tar -C "${job}/${folder}" --exclude='.rdvc-new-*' -cf - . | answer_stream "${block}"
    codes=${PIPESTATUS[*]}
    [[ ${codes} == '0 0' || ${folder}-${codes} == 'partial-1 0' ]] ||
        finish refused output "the files could not be read"
}

output() {
    open_rdvc_dir
    require_task "${token}"
    job="${rdvc_dir}/jobs/${token}/${task}"
    [[ -d ${job}/${folder} ]] || finish absent output
    case ${action} in
    look) answer files "$(find "${job}/${folder}" ! -type d ! -name '.rdvc-new-*' -printf . | wc -c)" ;;
    send) send_files ;;
    pulled)
        if ! date +%s >"${job}/pulled.${nonce}" || ! mv "${job}/pulled.${nonce}" "${job}/pulled"; then
            finish refused disk "cannot write to ${job}"
        fi
        ;;
    esac
    finish end
}

output
