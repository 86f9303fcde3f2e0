mkdir data
seq 9 >data/raw.csv
dvc add -q data/raw.csv
dvc repro -q
commit
