sed -i "/frozen/d" dvc.yaml
dvc repro -q
sed -i "s/outs: \[a.txt\]/&\n    frozen: true/" dvc.yaml
echo "echo two > a.txt" >first.sh
commit
