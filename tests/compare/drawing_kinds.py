"""The kinds of objects that belong to a table, each with what may be asked of it.

They stand on columns that are always there (``drawing_ground``): ``a`` and ``b`` are numbers that
are NOT NULL, ``c`` and ``d`` numbers that may refer to the tables ``p`` and ``q``, ``s`` is a
string.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from servers.database import Database
from sqlalchemy.dialects import postgresql

from .drawing import Axis, Choices, Kind, Names, Part, Words, arguments
from .drawing_types import COMMENTS, Family, fillings

NO_WORDS: Words = ()
_ACTIONS = (None, "'CASCADE'", "'SET NULL'", "'RESTRICT'", "'NO ACTION'")
_DEFERRABLE = (None, "False", "True", "True, initially='DEFERRED'", "True, initially='IMMEDIATE'")
_CONDITIONS = (
    "<a> > 0",
    "<a> > 1",
    "<a> != <b>",
    "sa.or_(<a> < 0, <b> > 10)",
    "sa.and_(<a> < 0, sa.or_(<b> > 10, <b> < 5))",
    "<a>.in_([1, 2, 3])",
    "<a>.between(1, 5)",
    "<s>.is_not(None)",
    '<s> != "it\'s"',
    "<s> != 'IT\\'S'",
    "<s> != '100%: \\\\'",
    "<s> != '\u00df\u6f22'",
    "<s>.like('a%')",
    "sa.func.lower(<s>) == <s>",
)


def takes(item: type[Any], option: str) -> bool:
    """Whether this SQLAlchemy knows the option of PostgreSQL."""
    for known, options in postgresql.dialect.construct_arguments or ():
        if known is item:
            return option in (options or {})
    return False


def _filling_words(one: str | None, other: str | None) -> Words:
    """What the difference is called: of the one that is there, or the one that is asked for."""
    words: list[str] = []
    for filling in (one, other):
        if filling is None:
            continue
        if filling.startswith("sa.Computed"):
            words.append("computed")
        elif filling.startswith("sa.Identity"):
            words += ["identity", "start", "increment", "minimum", "maximum", "cycle", "cache"]
        else:
            words += ["server default", *(["ON UPDATE"] if "ON UPDATE" in filling else [])]
    return tuple(words)


@dataclass(frozen=True)
class Column(Kind):
    family: Family
    label = "column"

    def axes(self, database: Database) -> Iterator[Axis]:
        yield Axis("type", self.family.types, ("type", "collation", "values", "enum"))
        yield Axis("filling", tuple(fillings(self.family, database)), _filling_words)
        yield Axis("nullable", (True, False), ("nullability",))
        if database.has_comments:
            yield Axis("comment", (None, *map(repr, COMMENTS)), ("comment",))
        if self.family.is_counted:
            yield Axis("beside", (None, "index", "unique", "reference"), NO_WORDS)

    def is_valid(self, choices: Choices, database: Database) -> bool:
        filling, beside = choices["filling"] or "", choices.get("beside")
        if filling.startswith("sa.Computed"):
            # MariaDB takes no NOT NULL there, PostgreSQL no index where it is virtual.
            return bool(choices["nullable"]) and not beside
        if beside == "reference" and choices["type"] != "sa.Integer()":
            return False
        return not filling.startswith("sa.Identity") or not choices["nullable"]

    def item(self, part: Part, names: Names) -> str:
        filling = part["filling"] or ""
        positional = [repr(part.name), part["type"]]
        if filling.startswith("sa."):
            positional.append(names.spelled(filling))
        beside = part.choices.get("beside")
        if beside == "reference":
            target = ".".join(n for n in (names.schema, names["p"], "id") if n)
            positional.append(f"sa.ForeignKey({target!r})")
        elif beside:
            positional.append(f"{beside}=True")
        if filling.startswith("server_default"):
            positional.append(filling)
        said = arguments(
            *positional, nullable=part["nullable"], comment=part.choices.get("comment")
        )
        return f"sa.Column({said})"

    def call(self, part: Part, names: Names) -> str:
        added = arguments(repr(names["t"]), self.item(part, names), schema=repr(names.schema))
        return f"op.add_column({added})"

    def batch_call(self, part: Part, names: Names) -> str:
        return f"batch_op.add_column({self.item(part, names)})"


class Constraint(Kind):
    function: str

    def options(self, part: Part, names: Names) -> dict[str, Any]:
        return {}

    def call(self, part: Part, names: Names) -> str:
        said = arguments(
            repr(part.name), repr(names["t"]), *self.asked(part, names),
            schema=repr(names.schema), **self.options(part, names),
        )  # fmt: skip
        return f"op.{self.function}({said})"

    def batch_call(self, part: Part, names: Names) -> str:
        said = arguments(repr(part.name), *self.asked(part, names), **self.options(part, names))
        return f"batch_op.{self.function}({said})"

    def asked(self, part: Part, names: Names) -> list[str]:
        return [names.listed(part["columns"])]


class Unique(Constraint):
    label = "unique"
    function = "create_unique_constraint"

    def axes(self, database: Database) -> Iterator[Axis]:
        columns = (("a",), ("b",), ("a", "b"), ("b", "a"), ("s",), ("a", "c"))
        yield Axis("columns", columns, ("columns",))
        if database.name == "postgresql":
            yield Axis("deferrable", _DEFERRABLE, ("deferrable",))
        if database.has_nulls_not_distinct and takes(sa.UniqueConstraint, "nulls_not_distinct"):
            yield Axis("nulls_not_distinct", (None, "True"), ("NULLS NOT DISTINCT",))
        if database.has_included_columns and takes(sa.UniqueConstraint, "include"):
            yield Axis("include", (None, ("d",), ("c", "d"), ("d", "c")), ("include",))

    def is_valid(self, choices: Choices, database: Database) -> bool:
        return "c" not in choices["columns"] or "c" not in (choices.get("include") or ())

    def options(self, part: Part, names: Names) -> dict[str, Any]:
        # By name, SQLAlchemy finds only the columns of a whole table.
        include = ", ".join(names.spelled(f"<{c}>") for c in part.choices.get("include") or ())
        return {
            "deferrable": part.choices.get("deferrable"),
            "postgresql_nulls_not_distinct": part.choices.get("nulls_not_distinct"),
            "postgresql_include": f"[{include}]" if include else None,
        }

    def item(self, part: Part, names: Names) -> str:
        columns = map(repr, (names[role] for role in part["columns"]))
        named = part.name and repr(part.name)
        said = arguments(*columns, name=named, **self.options(part, names))
        return f"sa.UniqueConstraint({said})"


class PrimaryKey(Constraint):
    label = "primary key"
    function = "create_primary_key"

    def axes(self, database: Database) -> Iterator[Axis]:
        columns = (("a",), ("b",), ("a", "b"), ("b", "a"))
        yield Axis("columns", columns, ("columns", "primary key"))

    def item(self, part: Part, names: Names) -> str:
        columns = map(repr, (names[role] for role in part["columns"]))
        return f"sa.PrimaryKeyConstraint({arguments(*columns, name=part.name and repr(part.name))})"


class TableKey(PrimaryKey):
    """The primary key of a table that is made; one column alone counts by itself."""

    def axes(self, database: Database) -> Iterator[Axis]:
        columns = (("id",), ("id", "a"), ("a", "id"))
        yield Axis("columns", columns, ("columns", "primary key"))
        yield Axis("autoincrement", (None, "False"), ("autoincrement", "server default"))

    def is_valid(self, choices: Choices, database: Database) -> bool:
        # Nothing of a wider key counts by itself.
        return choices["autoincrement"] is None or choices["columns"] == ("id",)


class Check(Constraint):
    label = "check"
    function = "create_check_constraint"

    def axes(self, database: Database) -> Iterator[Axis]:
        yield Axis("condition", _CONDITIONS, ("condition",))

    def asked(self, part: Part, names: Names) -> list[str]:
        return [names.spelled(part["condition"])]

    def item(self, part: Part, names: Names) -> str:
        named = part.name and repr(part.name)
        return f"sa.CheckConstraint({arguments(*self.asked(part, names), name=named)})"


def _reference_words(one: Any, other: Any) -> Words:
    names = ("columns", "target columns")
    return tuple(n for n, mine, its in zip(names, one, other, strict=True) if mine != its)


class ForeignKey(Constraint):
    label = "foreign key"
    function = "create_foreign_key"

    def axes(self, database: Database) -> Iterator[Axis]:
        columns = (
            (("c",), ("id",)),
            (("d",), ("id",)),
            (("c",), ("x",)),
            (("c", "d"), ("x", "y")),
            (("d", "c"), ("x", "y")),
        )
        yield Axis("columns", columns, _reference_words)
        yield Axis("target", ("p", "q"), ("target",))
        yield Axis("ondelete", _ACTIONS, ("ON DELETE",))
        yield Axis("onupdate", _ACTIONS, ("ON UPDATE",))
        if database.has_deferrable_constraints:
            yield Axis("deferrable", _DEFERRABLE, ("deferrable",))
        if database.name == "postgresql":  # SQLite reads it, and forgets it
            yield Axis("match", (None, "'SIMPLE'", "'FULL'"), ("match",))

    def options(self, part: Part, names: Names) -> dict[str, Any]:
        options = ("ondelete", "onupdate", "deferrable", "match")
        return {option: part.choices.get(option) for option in options}

    def item(self, part: Part, names: Names) -> str:
        table = [n for n in (names.schema, names[part["target"]]) if n]
        columns, target_columns = part["columns"]
        targets = [".".join([*table, column]) for column in target_columns]
        named = part.name and repr(part.name)
        said = arguments(
            names.listed(columns), repr(targets), name=named, **self.options(part, names)
        )
        return f"sa.ForeignKeyConstraint({said})"

    def asked(self, part: Part, names: Names) -> list[str]:
        columns, target_columns = part["columns"]
        return [repr(names[part["target"]]), names.listed(columns), repr(list(target_columns))]

    def call(self, part: Part, names: Names) -> str:
        schema = repr(names.schema)
        said = arguments(
            repr(part.name), repr(names["t"]), *self.asked(part, names), source_schema=schema,
            referent_schema=schema, **self.options(part, names),
        )  # fmt: skip
        return f"op.create_foreign_key({said})"

    def batch_call(self, part: Part, names: Names) -> str:
        said = arguments(
            repr(part.name), *self.asked(part, names), referent_schema=repr(names.schema),
            **self.options(part, names),
        )  # fmt: skip
        return f"batch_op.create_foreign_key({said})"


class Exclude(Constraint):
    label = "exclude"
    function = "create_exclude_constraint"

    def axes(self, database: Database) -> Iterator[Axis]:
        elements = ("(<r>, '&&')", "(<r>, '-|-')", "(<r>, '=')")
        yield Axis("elements", elements, ("definition",))
        yield Axis("where", (None, "<a> > 0", "<a> > 1"), ("definition",))
        yield Axis("deferrable", _DEFERRABLE, ("definition", "deferrable"))

    def asked(self, part: Part, names: Names) -> list[str]:
        return [names.spelled(part["elements"])]

    def options(self, part: Part, names: Names) -> dict[str, Any]:
        where = part["where"] and names.spelled(part["where"])
        return {"using": "'gist'", "where": where, "deferrable": part["deferrable"]}

    def item(self, part: Part, names: Names) -> str:
        named = part.name and repr(part.name)
        said = arguments(*self.asked(part, names), name=named, **self.options(part, names))
        return f"pg.ExcludeConstraint({said})"
