sha256sum *.csv >seen.txt; printf "made\n" >made.csv
