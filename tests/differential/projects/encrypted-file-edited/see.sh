cat lexicon.txt >seen.txt
