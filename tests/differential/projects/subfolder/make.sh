git rm -rq --cached .dvc 2>/dev/null || true
mv .dvc .dvcignore models/small/
mv init_env.sh models/small/
echo "/.venv" >>models/small/.gitignore
cd models/small
seq 9 >raw.csv
dvc add -q raw.csv
cd ../..
commit
