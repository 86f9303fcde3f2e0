git config filter.strip.clean "sed /output/d"
git config filter.strip.smudge cat
printf "*.ipynb filter=strip\n" >.git/info/attributes
printf "{cell}\n{output 1}\n" >"a one.ipynb"
printf "{cell}\n{output 2}\n" >two.ipynb
commit
echo "{output 3}" >>two.ipynb
