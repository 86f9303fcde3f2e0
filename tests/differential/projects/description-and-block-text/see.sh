cat "$@" >>seen.txt
