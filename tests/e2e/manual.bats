# The examples of docs/manual.md, typed one after the other.
# bats file_tags=long

load support

setup_file() {
    start_world 1
    make_command_project <<'SH'
#!/bin/sh
mkdir -p dvclive && printf '{\n"loss": 0.5\n}\n' >dvclive/metrics.json
exec sleep 600
SH
    echo 'import sys; print(sys.stdin.read().upper())' >evaluate.py
    echo 'name,solubility' >molecules.csv
    git add --all
    git commit --quiet -m 'What the examples need'
    mkdir "${cluster_home}/bin"
    printf '#!/bin/sh\necho "a GPU"\n' >"${cluster_home}/bin/nvidia-smi"
    chmod +x "${cluster_home}/bin/nvidia-smi"
    ln -s "$(command -v python3)" "${cluster_home}/bin/python"
    echo 'PATH="$HOME/bin:$PATH"' >>"${cluster_home}/.bashrc"
}

teardown_file() {
    stop_world
}

teardown() {
    note_failure
}

has_begun() {
    [[ $(rdvc exec train -- cat dvclive/metrics.json 2>/dev/null) == *loss* ]]
}

@test "the manual's examples work" {
    cd "${project}"
    rdvc run --quiet --cmd -n train -- ./x.sh
    wait_until 30 has_begun
    python3 "${RDVC_SOURCE_FOLDER}/tests/e2e/walk.py" "${RDVC_SOURCE_FOLDER}/docs/manual.md" >"${folder}/said" || { cat "${folder}/said"; false; }
    [[ $(<predictions.csv) == NAME,SOLUBILITY ]]
    grep -q '^a GPU' "${folder}/said"
    grep -q 'run.time .*2:00:00' "${folder}/said"
    grep -A 3 'instances' "${HOME}/.config/rdvc/config.toml" | grep -q 'mem = "64G"'
}
