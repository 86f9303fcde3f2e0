git config filter.veil.clean "tr a-z n-za-m"
git config filter.veil.smudge "tr a-z n-za-m"
git config filter.veil.required true
printf "alpha\nbeta\n" >lexicon.txt
commit
