# Loads a request's text from the file under its hash, where an earlier request has stored it
# (common.sh, `keep_text`). Assignments before this text: nonce, rdvc_dir, text_hash. If the cluster
# does not have the file, nothing has happened yet, and the laptop sends the text along.
unalias -a
case ${rdvc_dir} in
\~ | \~/*) text_file="${HOME}${rdvc_dir#\~}/requests/${text_hash}" ;;
*) text_file="${rdvc_dir}/requests/${text_hash}" ;;
esac
text_lines=()
[[ ! -O ${text_file} ]] || mapfile -t text_lines <"${text_file}"
# Only a complete text is read: one that is cut off within `[[` would end this shell, too.
if [[ ${#text_lines[@]} -gt 0 && ${text_lines[-1]} == "loaded=${text_hash}" ]]; then
    # shellcheck source=/dev/null
    source "${text_file}"
fi
if [[ ${loaded:-} != "${text_hash}" ]]; then
    printf '\n@rdvc:%s hello\n@rdvc:%s need %s\n@rdvc:%s bye\n' "${nonce}" "${nonce}" "${text_hash}" "${nonce}"
    exit 0
fi
