mkdir extra
echo in >extra/in.txt
commit
