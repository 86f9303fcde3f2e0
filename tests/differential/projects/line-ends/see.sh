sha256sum *.txt.* *.id *.wide >seen.txt
