#!/usr/bin/env bash
# The two programs as DVC calls them. Usage: programs_test.sh ESOL_FEATURISE ESOL_TRAIN
# shellcheck disable=SC2016 # the backquotes in messages are meant as they are
set -euo pipefail

readonly featurise="$1" train="$2"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# Runs a command that must exit with CODE and say TEXT on stderr.
expect() { # CODE TEXT COMMAND...
    local code=0 wanted="$1" text="$2"
    shift 2
    "$@" >out 2>err || code=$?
    [[ "$code" -eq "$wanted" ]] || fail "exit code $code, expected $wanted, of: $* ($(cat err))"
    grep -qF -- "$text" err || fail "\`$text\` is not in the messages of: $* ($(cat err))"
}

cat >params.yaml <<'YAML'
dataset: {name: esol, smiles_column: smiles, target_column: logS}
featuriser: {name: morgan, config: {radius: 3, n_bits: 256}}
split:
  name: shuffle_split
  presets: {train_fraction: 0.6, validation_fraction: 0.2, test_fraction: 0.2, seed: 0}
model:
  name: mlp_regressor
  config:
    hidden_channels: [8]
    seed: 0
    trainer: {max_epochs: 3}
    datamodule: {train: {batch_size: 2}}
    optimizer: {name: Adam, config: {lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8}}
fabric: {accelerator: gpu, devices: 1}
YAML
{
    echo smiles,logS
    for i in 1 2 3 4 5 6 7 8 9 10; do
        printf 'C%.0s' $(seq "$i")
        echo "O ,-0.$i"
    done
} >data.csv

"$featurise" params.yaml data.csv features >out
grep -q '^featurised 10 molecules' out || fail "$(cat out)"
[[ "$(head -1 features/fingerprints.fps)" == '#FPS1' ]] || fail 'no FPS'
[[ "$(wc -l <features/targets.tsv)" -eq 11 ]] || fail 'targets.tsv has not 10 molecules'

expect 0 'warning: `fabric.accelerator` is `gpu`' "$train" params.yaml features model metrics
[[ "$(wc -l <metrics/plots/metrics/train/loss.tsv)" -eq 4 ]] || fail 'loss.tsv has not 3 steps'
grep -q '"step": 2' metrics/metrics.json || fail "$(cat metrics/metrics.json)"
grep -q '"rmse"' metrics/metrics.json || fail "$(cat metrics/metrics.json)"

# The same again is the same to the byte.
cp -r metrics first-metrics
cp model first-model
"$train" params.yaml features model metrics >out 2>err
cmp model first-model
diff -r metrics first-metrics

expect 2 'usage: esol-train' "$train"
expect 1 'error: none.yaml: cannot read' "$train" none.yaml features model metrics
expect 1 'error: none/fingerprints.fps: cannot read' "$train" params.yaml none model metrics
expect 1 'error: none.csv: cannot read' "$featurise" params.yaml none.csv features
printf 'smiles,logS\nC1CC,1\n' >bad.csv
expect 1 'error: bad.csv: 1 of 1 SMILES cannot be parsed: line 2 `C1CC`' "$featurise" params.yaml bad.csv features
[[ "$(wc -l <err)" -eq 1 ]] || fail "more than one line of complaint: $(cat err)"
sed -i 's/max_epochs: 3/max_epochs: 0/' params.yaml
expect 1 'error: params.yaml: `model.config.trainer.max_epochs` is 0' "$train" params.yaml features model metrics
[[ -z "$(find . -name '*.draft')" ]] || fail 'a draft was left behind'
