wc -c <weights.bin >seen.txt
