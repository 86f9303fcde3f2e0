seq 6 >../outside.csv
dvc import-url -q "$(cd .. && pwd)/outside.csv" got.csv
commit
