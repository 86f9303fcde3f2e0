# Loads a request's text, which an earlier request has stored (common.sh, `keep_text`) once, under
# its hash. Before this text come assignments: nonce, rdvc_dir, text_hash. If the cluster does not
# have it, nothing has happened yet, and the laptop sends it along.
unalias -a
case ${rdvc_dir} in
\~ | \~/*) text_file="${HOME}${rdvc_dir#\~}/requests/${text_hash}" ;;
*) text_file="${rdvc_dir}/requests/${text_hash}" ;;
esac
text_lines=()
[[ ! -O ${text_file} ]] || mapfile -t text_lines <"${text_file}"
# Not of one that is cut off: within `[[` that would end what reads it here, too.
if [[ ${#text_lines[@]} -gt 0 && ${text_lines[-1]} == "loaded=${text_hash}" ]]; then
    # shellcheck source=/dev/null
    source "${text_file}"
fi
if [[ ${loaded:-} != "${text_hash}" ]]; then
    printf '\n@rdvc:%s hello\n@rdvc:%s need %s\n@rdvc:%s bye\n' "${nonce}" "${nonce}" "${text_hash}" "${nonce}"
    exit 0
fi
