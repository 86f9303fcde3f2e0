seq 9 >raw.csv
dvc add -q raw.csv
dvc repro -q
commit
