"""How many examples were run on each database, and about what: to be read after a nightly run.

Usage::

    HYPOTHESIS_PROFILE=nightly pytest tests/compare --hypothesis-show-statistics > log
    python tests/compare/drawing_statistics.py log
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

_TEST = re.compile(r"tests/compare/test_no_(?:false_alarm|miss)\.py::\w+\[(?P<about>.+)\]:$")
_PASSED = re.compile(r"- (?P<passed>\d+) passing,? .*?(?:(?P<invalid>\d+) invalid)? test cases")
_EVENT = re.compile(r"\* (?P<percent>[\d.]+)%, (?P<label>[a-z][\w' ]*(?:: [\w ]+)?)$")


def statistics(lines: Iterable[str]) -> dict[str, Counter[str]]:
    """Examples by database; ``""`` is all of them, the rest are kinds and what was changed."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    database, drawn = "", 0
    for line in map(str.strip, lines):
        if test := _TEST.match(line):
            database = re.split(r"-(?!\d)", test["about"])[0]  # "postgresql-18-index"
        elif passed := _PASSED.match(line):
            drawn = int(passed["passed"]) + int(passed["invalid"] or 0)
            found[database][""] += int(passed["passed"])
        elif event := _EVENT.match(line):
            found[database][event["label"]] += round(float(event["percent"]) * drawn / 100)
    return found


def main(path: str) -> None:
    with open(path, encoding="utf-8") as log:
        found = statistics(log)
    for database, counts in sorted(found.items()):
        print(f"{database}: {counts.pop('')} examples")
        for label, count in sorted(counts.items()):
            print(f"  {count:>6}  {label}")


if __name__ == "__main__":
    main(sys.argv[1])
