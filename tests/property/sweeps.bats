# Sweeps expand as Hydra and DVC expand them (sweeps.py generates overrides and compares).

compare() { # PYTHON PATH OPTIONS...
    PYTHONPATH=$2 PYTHONDONTWRITEBYTECODE=1 "$1" "${RDVC_SOURCE_FOLDER}/tests/property/sweeps.py" \
        "${RDVC_BUILD_FOLDER}/tests/expand_sweeps" "${@:3}"
}

@test "a few hundred overrides expand as DVC expands them" {
    compare "${RDVC_SOURCE_FOLDER}/.dev/venv/bin/python" "" --overrides 300
}

# bats test_tags=long
@test "thousands of overrides expand as DVC expands them" {
    compare "${RDVC_SOURCE_FOLDER}/.dev/venv/bin/python" "" --overrides 2500 --seed 2
}

# bats test_tags=long
@test "thousands of overrides expand as Hydra 1.3.2 and 1.3.8 expand them" {
    local version folder
    for version in 1.3.2 1.3.8; do
        folder=${RDVC_SOURCE_FOLDER}/.dev/hydra/${version}
        [[ -d ${folder} ]] # which `./dev setup` makes
        run compare /usr/bin/python3 "${folder}" --overrides 2500 --seed 3
        printf '%s\n' "${output}"
        [[ ${status} -eq 0 && ${output} == *"hydra-core ${version}: "* ]]
    done
}
