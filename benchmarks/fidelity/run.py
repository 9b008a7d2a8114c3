"""``make fidelity``: measure, and write ``docs/fidelity.md``."""

import sys
from pathlib import Path

from benchmarks.fidelity.measure import measure
from benchmarks.fidelity.recordings import ABSENT, FOLDER, load
from benchmarks.fidelity.report import render

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"


def main() -> int:
    """Write the page; without the recordings, say so and leave the page as it is."""
    if not FOLDER.is_dir():
        print(f"Nothing measured: {ABSENT}.")
        return 0
    recordings = load()
    found = measure(recordings)
    PAGE.write_text(render(found, len(recordings)))
    for side in ("answers", "requests"):
        total = found.total(side)
        print(
            f"{side}: {total.share:.1%} exact ({total.exact} exact, {total.named} in part and said so,"
            f" {total.refused} refused by name, {total.differing} differ)"
        )
    print(f"written: docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
