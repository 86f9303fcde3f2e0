# Writes OUT: one `{"folder/file", R"...(text)..."},` line group for each file under ROOT that matches
# PATTERN.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${PATTERN})
list(SORT files)
set(text "")
foreach(file IN LISTS files)
    file(READ "${ROOT}/${file}" content)
    string(APPEND text "{\"${file}\", R\"rdvc_embed(${content})rdvc_embed\"},\n")
endforeach()
file(WRITE ${OUT} "${text}")
