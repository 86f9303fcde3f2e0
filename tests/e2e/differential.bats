# Projects of many shapes, plainly and through rdvc. Adding one is adding a folder: tests/differential/differential --help.

# bats file_tags=long

@test "experiments through rdvc are those of plain dvc exp run, byte for byte" {
    "${RDVC_SOURCE_FOLDER}/tests/differential/differential" --short --jobs 2 3>&-
}
