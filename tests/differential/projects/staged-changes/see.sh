ls -1 *.md *.py 2>/dev/null >seen.txt; cat *.md *.py >>seen.txt
