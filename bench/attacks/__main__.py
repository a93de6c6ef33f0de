"""python -m bench.attacks [--merchants N] [--seed N] [--quick]."""

import sys

from bench.attacks import main

main(sys.argv[1:])
