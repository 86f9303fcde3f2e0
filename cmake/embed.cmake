# Writes OUT: one `{"folder/file.sh", R"...(text)..."},` line group for each bash file under ROOT.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.sh)
list(SORT files)
set(text "")
foreach(file IN LISTS files)
    file(READ ${ROOT}/${file} content)
    string(APPEND text "{\"${file}\", R\"rdvc_embed(${content})rdvc_embed\"},\n")
endforeach()
file(WRITE ${OUT} "${text}")
