cat extra/in.txt params.yaml >seen.txt
