# docs/tutorial.md, typed line by line on a sandbox that is called `hpc`.
# bats file_tags=long

load support

setup_file() {
    start_typed_world
}

teardown_file() {
    wait_until 20 queue_is_empty || true # the last job may still remove a large workspace
    stop_world
}

teardown() {
    note_failure
}

# To write the document's output again: tests/e2e/walk.py --write.
@test "the tutorial says what happens" {
    cd "${folder}"
    unset RDVC_CLUSTER_HOST
    LC_ALL=C.UTF-8 PATH="${folder}/bin:${PATH}" python3 "${RDVC_SOURCE_FOLDER}/tests/e2e/walk.py" "${RDVC_SOURCE_FOLDER}/docs/tutorial.md"
}
