cat params.yaml >seen.txt
