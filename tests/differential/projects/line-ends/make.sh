printf "a\r\n" >a.txt.dos
printf "a\n" >b.txt.dos
printf "a\r\n" >c.txt.auto
printf "\$Id\$\n" >a.id
printf "w\0\n\0" >a.wide
commit
rm a.id
git checkout -q a.id
