n=$(sed -n 's/^epochs: //p' params.yaml)
mkdir -p dvclive/plots/metrics
printf 'step\tloss\n' >dvclive/plots/metrics/loss.tsv
for i in $(seq 0 $((n - 1))); do printf '%s\t0.%s\n' "$i" "$((9 - i))" >>dvclive/plots/metrics/loss.tsv; done
printf '{"step": %s, "loss": 0.%s}\n' "$((n - 1))" "$((10 - n))" >dvclive/metrics.json
echo model >model.txt
