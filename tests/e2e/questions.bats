# docs/questions.md, typed line by line on a sandbox that is called `hpc`.
# bats file_tags=long

load support

setup_file() {
    start_typed_world
    # Stands in for micromamba: makes a prefix with links to this machine's programs.
    mkdir "${cluster_home}/bin"
    echo 'PATH="${HOME}/bin:${PATH}"' >>"${cluster_home}/.bashrc"
    cat >"${cluster_home}/bin/micromamba" <<'SH'
#!/bin/bash
[[ "$1 $2 $3" == 'create --yes --prefix' && $5 == --file && -f $6 ]] || exit 9
mkdir -p "$4/conda-meta" "$4/bin"
echo '==> create <==' >"$4/conda-meta/history"
for package in $(sed -n 's/^  - //p' "$6"); do
    ln -s "$(command -v "${package}" || command -v python3)" "$4/bin/${package}"
done
SH
    chmod +x "${cluster_home}/bin/micromamba"
}

teardown_file() {
    stop_world
}

teardown() {
    note_failure
}

# To write the document's output again: tests/e2e/walk.py --write.
@test "each answer does what it says" {
    unset RDVC_CLUSTER_HOST
    export LC_ALL=C.UTF-8 PATH="${folder}/bin:${PATH}"
    cd "${folder}"
    rdvc init global --host=hpc --yes
    rdvc new solubility
    cd solubility
    printf 'name: project\nchannels:\n  - conda-forge\ndependencies:\n  - dvc\n  - python\n' >environment.yml
    python3 "${RDVC_SOURCE_FOLDER}/tests/e2e/walk.py" "${RDVC_SOURCE_FOLDER}/docs/questions.md"
}
