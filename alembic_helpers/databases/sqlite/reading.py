"""Tables as pragmas and kept texts tell of them, any number of them in a few statements.

The pragmas know the structure, the CREATE TABLE text the names and checks.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Connection, Row

from ... import upstream
from ..construct import DeclaredType
from ..definition import Aspect
from ..objects import Column, Constraint, ConstraintType, Index, Reference, Table
from ..tokens import text as spelled
from . import definitions
from .ddl import (
    Created,
    canonical,
    collations,
    created,
    declared,
    generated,
    index_parts,
    options,
    tokens,
)
from .mentions import Mentions

if TYPE_CHECKING:
    from .database import SQLite

_AT_ONCE = 500
"""How many names go into one statement; some SQLite takes 999 parameters at most."""

_MASTER = """
SELECT type, name, sql FROM {master}
WHERE type IN ('table', 'index') AND tbl_name COLLATE NOCASE IN (SELECT name FROM asked)
"""
# The columns of the pragma stand as SQLAlchemy's reflection expects them.
_COLUMNS = """
SELECT x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden, asked.name AS of
FROM asked JOIN pragma_table_xinfo(asked.name, :schema) x
WHERE x.hidden <> 1 ORDER BY x.cid
"""
# The list runs from the last declared to the first, hence DESC: as the texts stand.
_FOREIGN_KEYS = """
SELECT asked.name AS of, f.id, f."table" AS target, f."from" AS own, f."to" AS referred,
       f.on_update, f.on_delete, f."match" AS matched
FROM asked JOIN pragma_foreign_key_list(asked.name, :schema) f
ORDER BY f.id DESC, f.seq
"""
_PRIMARY_KEYS = """
SELECT asked.name AS of, x.name FROM asked JOIN pragma_table_info(asked.name, :schema) x
WHERE x.pk ORDER BY x.pk
"""
# An index that a constraint made has the origin u or pk, and no name of its own.
_INDEXES = """
SELECT asked.name AS of, i.name, i."unique" AS once, x.name AS col, x.desc AS down,
       x.coll AS collation
FROM asked JOIN pragma_index_list(asked.name, :schema) i
JOIN pragma_index_xinfo(i.name, :schema) x
WHERE i.origin = 'c' AND x.key ORDER BY i.name, x.seqno
"""

_Rows = dict[str, list[Row[Any]]]


class Reading:
    """One look at some tables of a schema that is there."""

    def __init__(self, database: SQLite, connection: Connection, schema: str) -> None:
        self.database, self.connection, self.schema = database, connection, schema

    def tables(self, names: Sequence[str]) -> Iterator[Table]:
        """Those of the names that are tables, each under its name as it was given."""
        for start in range(0, len(names), _AT_ONCE):
            yield from self._tables(names[start : start + _AT_ONCE])

    def _tables(self, names: Sequence[str]) -> Iterator[Table]:
        key = self.database.name_key
        master = _MASTER.format(master=self.database.master_of(self.schema))
        texts: dict[str, dict[str, str | None]] = {"table": {}, "index": {}}
        for row in self._ask(master, names):
            texts[row.type][row.name] = row.sql
        stored = {key(name): name for name in texts["table"]}
        columns = self._rows(_COLUMNS, stored.values())
        foreign_keys = self._rows(_FOREIGN_KEYS, stored.values())
        targets = {
            row.target for rows in foreign_keys.values() for row in rows if row.referred is None
        }
        keys = self._rows(_PRIMARY_KEYS, targets)
        indexes = self._rows(_INDEXES, stored.values())
        for name in names:
            table = stored.get(key(name))
            if table is None:
                continue
            sql = texts["table"][table] or ""
            made = created(sql)
            collated = collations(made)
            mentions = Mentions([row.name for row in columns[table]], key)
            yield Table(
                name=name,
                schema=self.schema,
                columns=tuple(self._columns(columns[table], sql, made, collated, mentions)),
                constraints=tuple(
                    self._constraints(made, foreign_keys[table], keys, collated, mentions)
                ),
                indexes=tuple(_indexes(indexes[table], texts["index"], collated, mentions)),
                key=key,
            )

    def _columns(
        self,
        rows: Sequence[Row[Any]],
        sql: str,
        made: Created,
        collated: Mapping[str, str],
        mentions: Mentions,
    ) -> Iterator[Column]:
        computed = generated(made) if any(row.hidden for row in rows) else {}
        counts = "AUTOINCREMENT" in options(made)
        shown = upstream.sqlite_columns(self.connection.dialect, rows, sql)
        for row, reflected in zip(rows, shown, strict=True):
            column = self.database.column(reflected)
            collation = collated.get(column.name)
            if row.type and not _is_known(row.type):
                column = dataclasses.replace(column, type=DeclaredType(row.type))
            if collation is not None and isinstance(column.type, sa.String):
                column.type.collation = collation
            kept = {2: "VIRTUAL", 3: "STORED"}.get(row.hidden)
            expression = computed.get(column.name, [])
            collate = f" COLLATE {self.database.quoted(collation)}" if collation else ""
            yield dataclasses.replace(
                column,
                spelling=f"{row.type}{collate}",
                definition={
                    Aspect.TYPE: row.type.upper(),
                    Aspect.COLLATION: collation and collation.upper(),
                    Aspect.NULLABILITY: "NOT NULL" if row.notnull else "NULL",
                    Aspect.DEFAULT: row.dflt_value and canonical(row.dflt_value),
                    Aspect.COMPUTED: f"({canonical(expression)}) {kept}" if kept else None,
                    Aspect.AUTOINCREMENT: "yes" if counts and row.pk else None,
                },
                computed=spelled(expression) if kept else None,
                stored=kept == "STORED",
                reads=mentions.of(expression),
            )

    def _constraints(
        self,
        made: Created,
        rows: Sequence[Row[Any]],
        keys: _Rows,
        collated: Mapping[str, str],
        mentions: Mentions,
    ) -> Iterator[Constraint]:
        texts = list(declared(made))
        for text in texts:
            if text.type is not ConstraintType.FOREIGN_KEY:
                yield Constraint(
                    text.type,
                    text.name,
                    text.columns,
                    sqltext=text.text or None,
                    definition=definitions.of_constraint(text, collated),
                    reads=mentions.of(tokens(text.text)),
                )
        foreign: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            foreign[row.id].append(row)
        of_foreign = [text for text in texts if text.type is ConstraintType.FOREIGN_KEY]
        for parts, text in zip(foreign.values(), of_foreign, strict=True):
            first = parts[0]
            columns = tuple(row.referred for row in parts if row.referred is not None)
            if not columns:  # REFERENCES t without columns: its primary key
                columns = tuple(row.name for row in keys[first.target])
            yield Constraint(
                ConstraintType.FOREIGN_KEY,
                text.name,
                tuple(row.own for row in parts),
                # A foreign key never leaves its database file.
                Reference(
                    self.schema,
                    first.target,
                    columns,
                    self.database.action(first.on_update),
                    self.database.action(first.on_delete),
                    text.deferrable,
                    text.initially,
                    None if first.matched in ("NONE", "SIMPLE") else first.matched,
                ),
            )

    def _rows(self, query: str, names: Iterable[str]) -> _Rows:
        """The rows of each table."""
        found: _Rows = defaultdict(list)
        for row in self._ask(query, list(names)):
            found[row.of].append(row)
        return found

    def _ask(self, query: str, names: Sequence[str]) -> Iterable[Row[Any]]:
        if not names:
            return ()
        parameters = {f"name_{at}": name for at, name in enumerate(names)}
        values = ", ".join(f"(:{parameter})" for parameter in parameters)
        statement = sa.text(f"WITH asked(name) AS (VALUES {values}) {query}")
        return self.connection.execute(statement, {**parameters, "schema": self.schema})


def _indexes(
    rows: Sequence[Row[Any]],
    texts: Mapping[str, str | None],
    collated: Mapping[str, str],
    mentions: Mentions,
) -> Iterator[Index]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.name in texts:  # else another session has made it since
            found[row.name].append(row)
    for name, of_index in found.items():
        parts, where = index_parts(texts[name] or "")
        columns = tuple(row.col for row in of_index)
        expressions = [part for part, column in zip(parts, columns, strict=True) if column is None]
        read = (mentions.of(words) for words in (*expressions, where))
        yield Index(
            name,
            columns,
            bool(of_index[0].once),
            definition=definitions.of_index(of_index, parts, where, collated),
            reads=tuple(dict.fromkeys(itertools.chain(filter(None, columns), *read))),
        )


def _is_known(spelling: str) -> bool:
    """Whether SQLAlchemy knows the type; of one that it does not it keeps the affinity only."""
    name = re.match(r"[\w ]*", spelling)
    return name is not None and name.group().strip().upper() in SQLiteDialect.ischema_names
