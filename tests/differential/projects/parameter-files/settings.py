SEED = 3
NAME = "x"
