git config core.autocrlf true
printf "a\r\nb\r\n" >dos.csv
printf "a\nb\n" >unix.csv
commit 2>/dev/null
