#compdef rdvc
# Completion of rdvc for zsh: source <(rdvc completion zsh), or as `_rdvc` in a folder of $fpath

_rdvc() {
    local -a lines words_ descriptions open open_descriptions
    local line word
    lines=("${(@f)$(rdvc complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        word=${line%%$'\t'*}
        case ${word} in
            '') ;;
            :files)
                [[ ${PREFIX} != --*=* ]] || compset -P '*='
                _files
                return
                ;;
            *=)
                open+=("${word}")
                open_descriptions+=("${word}  ${line#*$'\t'}")
                ;;
            *)
                words_+=("${word}")
                descriptions+=("${word}  ${line#*$'\t'}")
                ;;
        esac
    done
    compadd -l -d descriptions -a words_
    compadd -S '' -l -d open_descriptions -a open # a value follows
}

if [[ ${funcstack[1]} == _rdvc ]]; then
    _rdvc "$@"
else
    compdef _rdvc rdvc
fi
