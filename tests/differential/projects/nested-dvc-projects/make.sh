seq 9 >raw.csv
dvc add -q raw.csv
mkdir -p inner
cd inner
dvc init -q --subdir
seq 3 >in.csv
dvc add -q in.csv
cd ..
commit
seq 4 >inner/in.csv
