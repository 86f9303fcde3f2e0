# Projects of many shapes, with plain DVC and through rdvc. To add one, add a folder:
# tests/differential/differential --help.

# bats file_tags=long

@test "experiments through rdvc are those of plain dvc exp run, byte for byte" {
    "${RDVC_SOURCE_FOLDER}/tests/differential/differential" --short --jobs 2 3>&-
}
