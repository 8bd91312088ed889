"""Indexes, with all that the databases know of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from servers.database import Database

from .drawing import Axis, Choices, Kind, Names, Part, arguments
from .drawing_kinds import takes

_EXPRESSIONS = ("sa.func.lower(<s>)", "sa.func.upper(<s>)", "<a> + <b>", "<a> * 2")
_ORDERS = ("", ".asc()", ".desc()")
_NULLS_ORDERS = (".asc().nulls_first()", ".asc().nulls_last()", ".desc().nulls_last()",
                 ".desc().nulls_first()")  # fmt: skip


class Index(Kind):
    label = "index"

    def axes(self, database: Database) -> Iterator[Axis]:
        is_postgresql, is_mysql = database.name == "postgresql", "m" in database.name[:1]
        columns: list[tuple[str, ...]] = [
            ("a",),
            ("b",),
            ("a", "b"),
            ("b", "a"),
            ("s",),
            ("s", "a"),
        ]
        if database.has_functional_indexes:
            columns += [(expression,) for expression in _EXPRESSIONS]
            columns += [("a", _EXPRESSIONS[0]), (_EXPRESSIONS[0], "a")]
        yield Axis("columns", tuple(columns), ("columns",))
        if is_postgresql:
            yield Axis("method", (None, "'btree'", "'hash'", "'brin'"), ("method",))
        if is_mysql:
            yield Axis("fulltext", (None, "'FULLTEXT'"), ("method",))
        yield Axis("unique", ("False", "True"), ("unique",))
        yield Axis("order", _ORDERS + (_NULLS_ORDERS if is_postgresql else ()), ("order",))
        if is_postgresql:
            classes = (None, "'varchar_pattern_ops'", "'text_pattern_ops'")
            yield Axis("operator class", classes, ("operator classes",))
        if database.has_partial_indexes:
            wheres = (None, "<a> > 0", "<a> > 1", "<s>.is_not(None)", '<s> == "it\'s 100%"')
            yield Axis("where", wheres, ("where",))
        if database.has_included_columns:
            yield Axis("include", (None, ("d",), ("c", "d"), ("d", "c")), ("include",))
        if database.has_nulls_not_distinct and takes(sa.Index, "nulls_not_distinct"):
            yield Axis("nulls not distinct", (None, "True"), ("NULLS NOT DISTINCT",))
        if is_mysql:
            yield Axis("prefix length", (None, 5, 10), ("prefix lengths",))

    def is_valid(self, choices: Choices, database: Database) -> bool:
        columns, unique = choices["columns"], choices["unique"] == "True"
        is_tree = choices.get("method") in (None, "'btree'") and not choices.get("fulltext")
        holds_string = columns[0] == "s"
        return all(
            (
                is_tree or not (unique or choices["order"] or choices.get("include")),
                choices.get("method") != "'hash'" or len(columns) == 1,
                # SQLAlchemy leaves out the parentheses of an expression with an order.
                not (choices["order"] and len(columns[0]) > 1),
                not choices.get("fulltext") or columns == ("s",),
                # ... and forgets the operator class of a column with an order.
                not choices.get("operator class")
                or (holds_string and is_tree and not choices["order"]),
                not choices.get("nulls not distinct") or unique,
                not choices.get("prefix length")
                or (holds_string and not choices["order"] and not choices.get("fulltext")),
            )
        )

    def asked(self, part: Part, names: Names) -> str:
        columns = list(map(names.spelled, (_as_code(c, names) for c in part["columns"])))
        if part["order"]:
            columns[0] = names.spelled(f"<{part['columns'][0]}>{part['order']}")
        return ", ".join(columns)

    def options(self, part: Part, names: Names) -> dict[str, Any]:
        by_string = {
            option: part.choices.get(axis) and f"{{{names['s']!r}: {part[axis]}}}"
            for option, axis in (
                ("postgresql_ops", "operator class"),
                ("mysql_length", "prefix length"),
            )
        }
        include, where = part.choices.get("include"), part.choices.get("where")
        spelled = where and names.spelled(where)
        return {
            "unique": part["unique"],
            "postgresql_using": part.choices.get("method"),
            "postgresql_where": spelled,
            "sqlite_where": spelled,
            "postgresql_include": include and names.listed(include),
            "postgresql_nulls_not_distinct": part.choices.get("nulls not distinct"),
            "mysql_prefix": part.choices.get("fulltext"),
            **by_string,
        }

    def item(self, part: Part, names: Names) -> str:
        asked, options = self.asked(part, names), self.options(part, names)
        return f"sa.Index({arguments(repr(part.name), asked, **options)})"

    def call(self, part: Part, names: Names) -> str:
        said = arguments(
            repr(part.name), repr(names["t"]), f"[{self.asked(part, names)}]",
            schema=repr(names.schema), **self.options(part, names),
        )  # fmt: skip
        return f"op.create_index({said})"

    def batch_call(self, part: Part, names: Names) -> str:
        asked, options = f"[{self.asked(part, names)}]", self.options(part, names)
        return f"batch_op.create_index({arguments(repr(part.name), asked, **options)})"


def _as_code(column: str, names: Names) -> str:
    """A plain column by its name, an expression of column objects."""
    return repr(names[column]) if len(column) == 1 else column
