mkdir data
seq 5 >data/raw.csv
dvc add -q data/raw.csv
commit
