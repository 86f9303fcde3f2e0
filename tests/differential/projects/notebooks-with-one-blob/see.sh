cat *.ipynb >seen.txt
