# --- What the program said that failed: a few lines of the log, for the laptop to find the reason in --

# Of the current phase alone: the last `ERROR:` with what is around it, else the last lines. As one line, with a tab
# for each line end.
last_words() {
    end_of_log | tail -n 200 | tr -d '\000' | awk '
        /^=== rdvc / { n = 0; at = 0; next }
        /^rdvc: / { next }
        { sub(/\r+$/, ""); sub(/^.*\r/, ""); gsub(/\t/, "    "); line[n++] = substr($0, 1, 300) }
        /^ERROR: / { at = n }
        END {
            first = at ? at - 4 : n - 6
            last = at && n > at + 4 ? at + 4 : n
            for (i = first < 0 ? 0 : first; i < last; i++) printf "%s\t", line[i]
        }'
}
