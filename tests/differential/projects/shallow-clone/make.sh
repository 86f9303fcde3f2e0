commit one
commit two
git clone -q --depth 1 "file://$PWD" ../clone
rm -rf .git
mv ../clone/.git .git
rm -rf ../clone
