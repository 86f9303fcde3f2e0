seq 9 >raw.csv
dvc add -q raw.csv
commit
commit another
git checkout -q --detach HEAD~1
