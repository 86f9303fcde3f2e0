seq 9 >raw.csv
dvc add -q raw.csv
dvc repro -q
commit
dvc exp run -q -n earlier -S lr=7
dvc exp apply -q earlier
