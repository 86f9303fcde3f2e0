mkdir "raw data"
seq 6 >"raw data/größe 1.csv"
dvc add -q "raw data/größe 1.csv"
commit
