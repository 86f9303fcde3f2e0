commit
git mv a.md renamed.md
git rm -q b.md
rm c.md
echo staged >staged.py
git add staged.py
echo more >>staged.py
chmod +x d.py
chmod +x d.py
