mkdir data
seq 9 >data/a.csv
dvc add -q data
commit
