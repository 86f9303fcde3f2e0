# What a command's job has left, for a laptop. Assignments before this text: token, action (`send`: all of it
# as one tar stream, where one side has no rsync; `pulled`: it has arrived there).

send_output() {
    tar -C "${job}/output" -cf - . | answer_stream "${job}/output.block-${nonce}"
    [[ ${PIPESTATUS[*]} == '0 0' ]] || finish refused output "the output could not be read"
}

output() {
    local block="${job}/output.block-${nonce}" size
    tar -C "${job}/output" -cf - . | while head -c 4000000 >"${block}" && size=$(wc -c <"${block}") && ((size > 0)); do
        answer data "${size}"
        cat "${block}"
    done
    [[ ${PIPESTATUS[*]} == '0 0' ]] || finish refused output "the output could not be read"
    rm -f "${block}"
}

output() {
    open_rdvc_dir
    job="${rdvc_dir}/jobs/${token}/0"
    [[ -d ${job}/output ]] || finish absent output
    case ${action} in
    send) send_output ;;
    pulled)
        if ! date +%s >"${job}/pulled.${nonce}" || ! mv "${job}/pulled.${nonce}" "${job}/pulled"; then
            finish refused disk "cannot write to ${job}"
        fi
        ;;
    esac
    finish end
}

output
