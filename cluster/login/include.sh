# A file of settings that the user's configuration includes. Assignments before this text: path
# (absolute or `~/...`). Reads only.

# Sends all of it or nothing; a file of settings is small.
include() {
    local file=${path} text most=65536
    [[ ${file} != \~/* ]] || file="${HOME}/${file#\~/}"
    [[ -e ${file} ]] || finish absent file
    [[ -f ${file} && -r ${file} ]] || finish refused include "${file} is not a readable file"
    local LC_ALL=C # bytes
    text=$(head -c "$((most + 1))" -- "${file}" && printf x)
    text=${text%x}
    ((${#text} <= most)) || finish refused include "${file} is larger than ${most} bytes"
    answer data "${#text}"
    printf '%s' "${text}"
    finish end
}

include
