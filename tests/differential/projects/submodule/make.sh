git init -q ../lib-origin
echo x >../lib-origin/x.txt
git -C ../lib-origin add -A
git -C ../lib-origin commit -q -m x
git submodule --quiet add ../lib-origin lib
commit
