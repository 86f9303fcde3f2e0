# Completion of rdvc for bash: source <(rdvc completion bash)

_rdvc() {
    # bash takes words apart at `=` and `:`, rdvc does not.
    local words=() word before='' lines line
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if ((${#words[@]} > 0)) && [[ ${word} == [=:]* || ${words[-1]} == *[=:] ]]; then
            words[-1]+=${word}
        else
            words+=("${word}")
        fi
    done
    word=${words[-1]}
    [[ ${word} != *[=:]* ]] || before=${word%"${word##*[=:]}"}
    COMPREPLY=()
    mapfile -t lines < <(rdvc complete "${words[@]}" 2>/dev/null)
    for line in "${lines[@]}"; do
        if [[ ${line} == :files ]]; then
            compopt -o default
            return
        fi
        line=${line%%$'\t'*}
        [[ ${line} != *= ]] || compopt -o nospace
        COMPREPLY+=("$(printf %q "${line#"${before}"}")")
    done
}

complete -F _rdvc rdvc
