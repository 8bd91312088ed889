"""PostgreSQL: ``DO`` blocks that ask ``pg_catalog``.

``CREATE INDEX CONCURRENTLY`` stands in no block: psql is made to run it when a query says so
(``\\gexec``), and a block after it raises when the index is not valid.
"""

from __future__ import annotations

import re

from sqlalchemy import schema as ddl

from ...databases.objects import ConstraintType
from .. import batches
from ..batches import Batches
from ..questions import (
    ConstraintIs,
    ConstraintThere,
    ConstraintValid,
    EnumHolds,
    Guard,
    IdentityThere,
    IndexIs,
    IndexThere,
    Name,
    NullableIs,
    Question,
    Refusal,
    Statement,
    Type,
)
from .base import Writer

_CONSTRAINT = {
    ConstraintType.PRIMARY: "p",
    ConstraintType.UNIQUE: "u",
    ConstraintType.FOREIGN_KEY: "f",
    ConstraintType.CHECK: "c",
    ConstraintType.EXCLUDE: "x",
}
# Types as SQLAlchemy writes them, and what format_type() makes of them. Of others the length is
# not compared.
_TYPES = (
    (r"varchar(\(\d+\))?", r"character varying\1"),
    (r"char(\(\d+\))", r"character\1"),
    (r"(numeric(?:\(\d+,\d+\))?)", r"\1"),
    (r"((?:timestamp|time)(?:\(\d\))? with(?:out)? time zone)", r"\1"),
    (
        r"(smallint|integer|bigint|real|double precision|boolean|text|date|uuid|bytea|jsonb?)",
        r"\1",
    ),
)
# What SQLAlchemy writes after a type; to_regtype() takes a type alone.
_COLLATE = re.compile(r' COLLATE "((?:[^"]|"")*)"$', re.IGNORECASE)


class PostgreSQLWriter(Writer):
    opening = ("SET client_encoding = 'UTF8';", "SET standard_conforming_strings = on;")
    together = (("BEGIN;",), ("COMMIT;",))
    has_batches = True

    # -- blocks ------------------------------------------------------------------------------------

    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        if isinstance(statement.construct, Batches):
            body = batches.postgresql(statement.construct, statement.sql, self, pending)
            return f"DO {_dollars('backfill', body)};"
        if _concurrently(statement.construct):
            return self._concurrently(statement, guard, pending)
        if guard.done is None and not guard.refusals and pending is None:
            return self.plain(statement.sql)
        return self._do(guard, pending, f"EXECUTE {_dollars('sql', statement.sql)};")

    def check(self, guard: Guard, pending: Question | None) -> str:
        return self._do(guard, pending, None)

    def _do(self, guard: Guard, pending: Question | None, action: str | None) -> str:
        cases = [
            f"{when} THEN RAISE EXCEPTION USING MESSAGE = {self.text(message)};"
            for when, message in self.refusals(guard)
        ]
        wanted = [q for q in (pending, guard.done and ~guard.done) if q is not None]
        lines = [action] if action else []
        if cases:
            lines = [f"{'ELSIF' if at else 'IF'} {case}" for at, case in enumerate(cases)]
            lines += ["ELSE", f"  {action}"] if action else []
            lines += ["END IF;"]
        if wanted:
            condition = " AND ".join(map(self._inner, wanted))
            lines = [f"IF {condition} THEN", *(f"  {line}" for line in lines), "END IF;"]
        body = "\n".join(["", "BEGIN", *(f"  {line}" for line in lines), "END", ""])
        return f"DO {_dollars('guard', body)};"

    def _concurrently(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        word = "EXISTS" if isinstance(statement.construct, ddl.DropIndex) else "NOT EXISTS"
        sql = re.sub(r"\bCONCURRENTLY\b", f"CONCURRENTLY IF {word}", statement.sql, count=1)
        native = self.plain(sql)
        if pending is not None:
            native = f"SELECT {self.text(sql)} WHERE {self.ask(pending)} \\gexec"
        if isinstance(statement.construct, ddl.DropIndex) or guard.done is None:
            return native
        refused = Guard(
            refusals=(
                Refusal(
                    ~guard.done,
                    "the index is not valid, or is not what this revision asks for; drop it "
                    f"and run the script again: {statement.sql}",
                ),
            )
        )
        return f"{native}\n\n{self.check(refused, pending)}"

    def binary(self, value: bytes) -> str:
        return f"decode('{value.hex()}', 'hex')"

    # -- questions ---------------------------------------------------------------------------------

    def _found(self, name: Name) -> str:
        """The relation to which a name leads, as it does in ALTER and DROP."""
        return f"to_regclass({self.text(self.quoted(name))})"

    def _named(self, schema: str | None, column: str, name: str) -> str:
        """What is made under a name is made in the current schema, whatever the path leads to."""
        place = "current_schema()" if schema is None else self.text(schema)
        return f"nspname = {place} AND {column} = {self.text(name)}"

    def _relation(self, name: Name, kinds: str) -> str:
        return self.exists(
            "SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            f" WHERE {self._named(name.schema, 'relname', name.name)}"
            f" AND relkind IN ({self.texts(tuple(kinds))})"
        )

    def schema(self, schema: str) -> str:
        return self.exists(f"SELECT FROM pg_namespace WHERE nspname = {self.text(schema)}")

    def table(self, table: Name) -> str:
        return self._relation(table, "rpf")

    def table_found(self, table: Name) -> str:
        return f"{self._found(table)} IS NOT NULL"

    def view(self, view: Name, *, materialized: bool) -> str:
        return self._relation(view, "m" if materialized else "v")

    def sequence(self, sequence: Name) -> str:
        return self._relation(sequence, "S")

    def extension(self, extension: str) -> str:
        return self.exists(f"SELECT FROM pg_extension WHERE extname = {self.text(extension)}")

    def enum(self, enum: Name) -> str:
        return self.exists(
            "SELECT FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace"
            f" WHERE {self._named(enum.schema, 'typname', enum.name)}"
        )

    def enum_holds(self, question: EnumHolds) -> str:
        labels = self.texts(question.labels)
        type_ = self.text(self.quoted(question.enum))
        return (
            "ARRAY(SELECT enumlabel::text FROM pg_enum"
            f" WHERE enumtypid = to_regtype({type_}) AND enumlabel IN ({labels})"
            f" ORDER BY enumsortorder) = ARRAY[{labels}]"
        )

    def column(self, table: Name, name: str, condition: str | None = None) -> str:
        found = (
            f"SELECT FROM pg_attribute WHERE attrelid = {self._found(table)}"
            f" AND attname = {self.text(name)} AND NOT attisdropped"
        )
        return self.exists(f"{found} AND {condition}" if condition else found)

    def type(self, type_: Type) -> str:
        collate = _COLLATE.search(type_.sql)
        if collate is not None:
            alone = Type(_COLLATE.sub("", type_.sql), _COLLATE.sub("", type_.kept))
            name = self.text(collate[1].replace('""', '"'))
            named = f"SELECT oid FROM pg_collation WHERE collname = {name}"
            return f"{self.type(alone)} AND attcollation IN ({named})"
        for asked, kept in _TYPES:
            match = re.fullmatch(asked, type_.kept)
            if match is not None:
                return f"format_type(atttypid, atttypmod) = {self.text(match.expand(kept))}"
        return f"atttypid = to_regtype({self.text(type_.sql)})"

    def nullable(self, question: NullableIs) -> str:
        """From 18, a column may be NOT NULL before its rows are checked."""
        if question.nullable:
            return self.column(question.table, question.column, "NOT attnotnull")
        unchecked = self.exists(
            "SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'n'"
            " AND conkey = ARRAY[attnum] AND NOT convalidated"
        )
        return self.column(question.table, question.column, f"attnotnull AND NOT {unchecked}")

    def identity(self, question: IdentityThere) -> str:
        return self.column(question.table, question.column, "attidentity <> ''")

    def index(self, question: IndexThere) -> str:
        if question.table is None:
            return f"{self._found(question.index)} IS NOT NULL"
        return self.exists(self._index(question.table, question.index))

    def _index(self, table: Name, index: Name) -> str:
        return (
            "SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            f" WHERE i.indrelid = {self._found(table)} AND c.relname = {self.text(index.name)}"
        )

    def index_is(self, question: IndexIs) -> str:
        found = self._index(question.table, question.index) + (
            f" AND i.indisvalid AND {'' if question.unique else 'NOT '}i.indisunique"
        )
        if question.columns is not None:
            found += (
                " AND ARRAY(SELECT attname::text FROM generate_series(0, i.indnkeyatts - 1) k"
                " JOIN pg_attribute ON attrelid = i.indrelid AND attnum = i.indkey[k]"
                f" ORDER BY k) = ARRAY[{self.texts(question.columns)}]"
            )
        return self.exists(found)

    def _constraint(self, table: Name, name: str | None, type_: ConstraintType | None) -> str:
        found = f"SELECT FROM pg_constraint WHERE conrelid = {self._found(table)}"
        if name is not None:
            found += f" AND conname = {self.text(name)}"
        return found + (f" AND contype = '{_CONSTRAINT[type_]}'" if type_ else "")

    def constraint(self, question: ConstraintThere) -> str:
        return self.exists(self._constraint(question.table, question.name, question.type))

    def constraint_is(self, question: ConstraintIs) -> str:
        found = self._constraint(question.table, question.name, question.type)
        found += self._key("conrelid", "conkey", question.columns)
        if question.target is not None:
            found += f" AND confrelid = {self._found(question.target)}"
            found += self._key("confrelid", "confkey", question.target_columns)
        return self.exists(found)

    def constraint_valid(self, question: ConstraintValid) -> str:
        return self.exists(
            f"{self._constraint(question.table, question.name, None)} AND convalidated"
        )

    def _key(self, relation: str, key: str, columns: tuple[str, ...]) -> str:
        return (
            f" AND ARRAY(SELECT attname::text FROM unnest({key}) WITH ORDINALITY AS k(n, place)"
            f" JOIN pg_attribute ON attrelid = {relation} AND attnum = n"
            f" ORDER BY place) = ARRAY[{self.texts(columns)}]"
        )


def _concurrently(construct: object) -> bool:
    if not isinstance(construct, (ddl.CreateIndex, ddl.DropIndex)):
        return False
    return bool(construct.element.dialect_options["postgresql"]["concurrently"])


def _dollars(tag: str, text: str) -> str:
    """The text between dollar quotes of which it holds, and ends with, not even the beginning."""
    chosen, number = tag, 0
    while f"${chosen}" in text:
        number += 1
        chosen = f"{tag}{number}"
    return f"${chosen}${text}${chosen}$"
