"""What was measured, as it is printed and as it stands in a page."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True)
class Times:
    """The same thing, timed several times."""

    seconds: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cells(self) -> tuple[str, str, str]:
        """The median, the least, and how far apart the least and the most are."""
        least, most = min(self.seconds), max(self.seconds)
        return (
            in_words(self.median),
            in_words(least),
            f"{(most - least) / self.median * 100:.0f} %",
        )

    def against(self, other: Times) -> float:
        return self.median / other.median


TIMES = ("median", "least", "spread")
"""The columns of :attr:`Times.cells`."""


def in_words(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
