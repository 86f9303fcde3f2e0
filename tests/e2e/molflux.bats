# The demo with MolFlux from PyPI, in its small form (scikit-learn), in a folder of its own; then
# what its user does next: another run after an edit, and the same without a cluster.

# bats file_tags=long

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

setup_file() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-molflux-XXXXXX")
    export folder
    "${RDVC_SOURCE_FOLDER}/tools/demo" "${folder}" molflux >"${folder}/said" 2>&1 || {
        cat "${folder}/said" >&3
        return 1
    }
}

teardown_file() {
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" down --dir "${folder}/demo/sandbox" >/dev/null 2>&1 || true
    remove_folder "${folder}"
}

setup() {
    eval "$("${RDVC_SOURCE_FOLDER}/tools/sandbox" env --dir "${folder}/demo/sandbox")"
    export HOME="${folder}/demo/laptop" RDVC_CLUSTER_POLL=1
    cd "${folder}/demo/molflux"
}

# Five epochs as the experiment $1; what rdvc said is in `said`, the job's log in `log`.
run_on_cluster() {
    said=$(rdvc run -n "$1" -S model.config.trainer.max_epochs=5 2>&1)
    rdvc wait "$1"
    log=$(rdvc logs "$1")
    printf '%s\n%s\n%s\n' "${said}" "${log}" "$(rdvc status "$1")"
    rdvc pull "$1"
}

# The file $2 of the experiment $1.
of_experiment() {
    git show "$(git for-each-ref --format='%(objectname)' "refs/exps/*/*/$1"):$2"
}

@test "the demo installs the pinned packages, trains for 100 epochs, and shows table and curve" {
    cat "${folder}/said"
    grep -x 'environment: the first of this project there' "${folder}/said"
    grep -E '\[exp-[0-9a-f]{12}\] +1\.[0-9]+ +0\.[0-9]+ +100 ' "${folder}/said"
    grep -E '^ +99 +0\.[0-9]{4} ' "${folder}/said"
    rdvc logs 1 | grep 'rdvc: environment .* is kept for later jobs'
    [[ $(of_experiment 'exp-*' metrics/train/plots/metrics/train/total/loss.tsv | wc -l) -eq 101 ]]
}

# Whether two files say the same, but for the last digits of numbers: how sums are rounded depends
# on where arrays lie in memory.
same_numbers() {
    python3 - "$1" "$2" <<'PYTHON'
import math, re, sys

number = re.compile(r"-?[0-9]+\.[0-9]+(?:e-?[0-9]+)?")
texts = [open(name).read() for name in sys.argv[1:]]
assert number.sub("", texts[0]) == number.sub("", texts[1]), texts
pairs = list(zip(*(map(float, number.findall(text)) for text in texts)))
assert pairs and all(math.isclose(a, b, rel_tol=1e-9) for a, b in pairs), texts
PYTHON
}

@test "a second run reuses the environment after an edit of a source file too, and the edit is in the job" {
    sed -i 's/print(f"test RMSE/print(f"edited: test RMSE/' src/train.py
    run_on_cluster second
    grep -x 'environment: as in an earlier submission' <<<"${said}"
    grep 'rdvc: environment .* reused in' <<<"${log}"
    grep '^edited: test RMSE' <<<"${log}"
    git checkout --quiet src/train.py
}

@test "plain dvc exp run gives the same errors and the same learning curve" {
    UV_CACHE_DIR="${folder}/demo/sandbox/cluster/home/.cache/uv" ./init_python_venv.sh
    source .venv/bin/activate
    dvc exp run --quiet -S model.config.trainer.max_epochs=5
    local file
    for file in test.json train/metrics.json train/plots/metrics/train/total/loss.tsv; do
        of_experiment second "metrics/${file}" >"${folder}/in-the-job"
        same_numbers "${folder}/in-the-job" "metrics/${file}"
    done
    # A GPU is of no use to scikit-learn.
    dvc exp run --quiet -S fabric=gpu 2>&1 | grep 'warning: .*GPU'
}

@test "the keys of the other model and of a GPU reach what they name" {
    .venv/bin/python - >"${folder}/composed" <<'PYTHON'
import os
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

with initialize_config_dir(os.path.abspath("config"), version_base=None):
    trainer = compose("main", ["model=lightning", "model.config.trainer.max_epochs=7", "fabric=gpu"]).model.config.trainer
    print(trainer.accelerator, trainer.devices, trainer.max_epochs)
PYTHON
    grep -x 'gpu 1 7' "${folder}/composed"
}
