dvc repro -q
commit
echo more >>source.txt
