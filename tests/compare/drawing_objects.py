"""Enum types, sequences and views."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from servers.database import Database
from sqlalchemy.schema import CreateSequence

from .drawing import Axis, Choices, Kind, Names, Part, arguments


class Enum(Kind):
    label = "enum"

    def axes(self, database: Database) -> Iterator[Axis]:
        labels = (("a", "b"), ("b", "a"), ("a",), ("a", "b", "c"), ("a", "it's", "\u00df"), ("A",))
        yield Axis("labels", labels, ("values",))

    def call(self, part: Part, names: Names) -> str:
        said = arguments(repr(part.name), repr(list(part["labels"])), schema=repr(names.schema))
        return f"op.create_enum({said})"


class Sequence(Kind):
    label = "sequence"

    def axes(self, database: Database) -> Iterator[Axis]:
        yield Axis("increment", (None, "1", "2", "-1"), ("increment",))
        yield Axis("start", (None, "1", "5"), ("start",))
        yield Axis("minvalue", (None, "1", "-7"), ("minimum",))
        yield Axis("maxvalue", (None, "30", "3000000000"), ("maximum",))
        cycles = (None, "False", "True") if _says_no_cycle(database) else (None, "True")
        yield Axis("cycle", cycles, ("cycle",))
        yield Axis("cache", (None, "1", "20"), ("cache",))

    def is_valid(self, choices: Choices, database: Database) -> bool:
        """One that runs backwards starts at its maximum, and that is -1 unless said."""
        said = (choices["start"], choices["minvalue"], choices["maxvalue"])
        return choices["increment"] != "-1" or said == (None, None, None)

    def call(self, part: Part, names: Names) -> str:
        said = arguments(repr(part.name), schema=repr(names.schema), **part.choices)
        return f"op.create_sequence({said})"


class View(Kind):
    label = "view"

    def axes(self, database: Database) -> Iterator[Axis]:
        selects = (
            "sa.select(<a>)",
            "sa.select(<b>)",
            "sa.select(<a>, <b>)",
            "sa.select(<a>).where(<a> > 1)",
            "sa.select(<a>).where(<a> > 2)",
            'sa.select(<a>).where(<s> == "it\'s 100%: \u00df")',
            "sa.select(sa.func.lower(<s>).label('low'))",
            "sa.select(sa.func.upper(<s>).label('low'))",
            "sa.select(sa.func.count().label('n'))",
        )
        yield Axis("select", selects, ("definition",))
        if database.has_materialized_views:
            yield Axis("materialized", (None, "True"), ("kind",))

    def call(self, part: Part, names: Names) -> str:
        table = f"sa.table({names['t']!r}, schema={names.schema!r})"
        select = f"{names.spelled(part['select'])}.select_from({table})"
        options = {"schema": repr(names.schema), "materialized": part.choices.get("materialized")}
        return f"op.create_view({arguments(repr(part.name), select, **options)})"


def _says_no_cycle(database: Database) -> bool:
    """SQLAlchemy 2.0.0 says NO CYCLE to MariaDB, which knows NOCYCLE."""
    text = str(CreateSequence(sa.Sequence("s", cycle=False)).compile(database.engine))
    return database.name == "postgresql" or "NOCYCLE" in text
