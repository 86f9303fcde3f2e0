# --- The failed program's output: a few lines of the log, in which the laptop finds the reason ----

# Prints, from the current phase only, the last `ERROR:` with its surroundings, or else the last
# lines; as one line, with a tab for each line end.
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
