mkdir -p data/b
seq 9 >data/a.csv
seq 4 >data/b/b.csv
dvc add -q data
commit
