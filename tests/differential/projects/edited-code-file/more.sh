echo more >>b.txt
