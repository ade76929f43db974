"""The command line, `bali`. Exit codes: 0 done, 1 not found, 2 wrong use, 3 nothing built."""
