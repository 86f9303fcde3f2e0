for folder in one two; do
    cp -r .dvc .dvcignore init_env.sh "${folder}"
    (cd "${folder}" && seq 9 >raw.csv && dvc add -q raw.csv)
done
rm -r .dvc .dvcignore
commit
