# Writes OUT, the one file that names the commit of SOURCE, if its text changes:
# `#define RDVC_COMMIT "a1b2c3d4e5, 2026-11-30"`. In an archive made by `git archive`, commit.txt has
# the commit. Elsewhere without Git, it is unknown: "".
set(commit "")
file(STRINGS ${SOURCE}/cmake/commit.txt archived LIMIT_COUNT 1)
if(archived MATCHES "^([0-9a-f]+) ([0-9-]+)$")
    string(SUBSTRING ${CMAKE_MATCH_1} 0 10 hash)
    set(commit "${hash}, ${CMAKE_MATCH_2}")
elseif(EXISTS ${SOURCE}/.git)
    # A hook of Git has variables that name another repository or index.
    set(git ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE
        git --no-optional-locks -C ${SOURCE})
    set(quietly OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${git} show --no-patch --format=%H\ %cs HEAD OUTPUT_VARIABLE head ${quietly})
    if(head MATCHES "^([0-9a-f]+) ([0-9-]+)$")
        string(SUBSTRING ${CMAKE_MATCH_1} 0 10 hash)
        set(commit "${hash}, ${CMAKE_MATCH_2}")
        execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ${quietly})
        if(changes)
            string(APPEND commit ", with changes")
        endif()
    endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define RDVC_COMMIT \"${commit}\"\n")
