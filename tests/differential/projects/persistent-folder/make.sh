dvc repro -q
commit
