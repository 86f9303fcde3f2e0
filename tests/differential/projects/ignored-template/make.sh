seq 5 >raw.csv
dvc add -q raw.csv
commit
