echo one > a.txt
