# Completion of rdvc for fish: rdvc completion fish | source

function __rdvc_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --current-token --cut-at-cursor)
    set -l lines (rdvc complete $words[2..] "$word" 2>/dev/null)
    if contains -- :files $lines
        set -l before (string match --regex -- '^--[^=]*=' "$word")
        for path in (__fish_complete_path (string replace --regex -- '^--[^=]*=' '' "$word"))
            printf "%s\\n" "$before$path"
        end
    else
        string join \n -- $lines
    end
end

complete --command rdvc --no-files --keep-order --arguments '(__rdvc_complete)'
