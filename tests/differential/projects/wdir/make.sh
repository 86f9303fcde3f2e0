seq 4 >raw.csv
dvc add -q raw.csv
commit
