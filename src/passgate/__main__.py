"""``python -m passgate``."""

import sys

from passgate.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
