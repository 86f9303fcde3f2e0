cat lib/x.txt params.yaml >seen.txt
