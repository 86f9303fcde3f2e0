seq 9 >raw.csv
dvc add -q raw.csv
commit
