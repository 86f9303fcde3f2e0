{ cat data/raw.csv; cat params.yaml; echo $1; } > $1.txt
