"""SQL Server: ``IF`` around ``EXEC(N'...')``, because a batch is compiled as a whole."""

from __future__ import annotations

from ...databases.objects import ConstraintType
from ..questions import (
    ConstraintIs,
    ConstraintThere,
    Guard,
    IdentityThere,
    IndexIs,
    IndexThere,
    Name,
    NullableIs,
    Question,
    Statement,
)
from .base import Writer

_CONSTRAINT = {
    ConstraintType.PRIMARY: "PK",
    ConstraintType.UNIQUE: "UQ",
    ConstraintType.FOREIGN_KEY: "F",
    ConstraintType.CHECK: "C",
}


class SQLServerWriter(Writer):
    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        wanted = [q for q in (pending, guard.done and ~guard.done) if q is not None]
        refusals = self.refusals(guard)
        if not wanted and not refusals:
            return self.plain(statement.sql)
        lines = [f"IF {' AND '.join(map(self._inner, wanted))}"] if wanted else []
        for when, message in refusals:
            lines += [
                f"IF {when}",
                f"  {self._execute(f'THROW 50000, {self.text(message)}, 1')}",
                "ELSE",
            ]
        return self._batch("\n".join([*lines, f"  {self._execute(statement.sql)}"]))

    def _execute(self, sql: str) -> str:
        return f"EXEC({self.text(sql)})"

    def plain(self, sql: str) -> str:
        return self._batch(f"{sql};")

    def _batch(self, sql: str) -> str:
        return f"{sql}\n{self.separator}".rstrip()

    def text(self, value: str) -> str:
        return f"N{super().text(value)}"

    def binary(self, value: bytes) -> str:
        return f"0x{value.hex()}"

    # -- questions ---------------------------------------------------------------------------------

    def _object(self, name: Name) -> str:
        return self.text(".".join(f"[{part.replace(']', ']]')}]" for part in name.parts))

    def _id(self, name: Name) -> str:
        return f"OBJECT_ID({self._object(name)}, N'U')"

    def schema(self, schema: str) -> str:
        return f"SCHEMA_ID({self.text(schema)}) IS NOT NULL"

    def table(self, table: Name) -> str:
        return f"{self._id(table)} IS NOT NULL"

    def view(self, view: Name, *, materialized: bool) -> str:
        return f"OBJECT_ID({self._object(view)}, N'V') IS NOT NULL"

    def sequence(self, sequence: Name) -> str:
        return f"OBJECT_ID({self._object(sequence)}, N'SO') IS NOT NULL"

    def _column(self, table: Name, name: str) -> str:
        return (
            f"SELECT 1 FROM sys.columns WHERE object_id = {self._id(table)}"
            f" AND name = {self.text(name)}"
        )

    def column(self, table: Name, name: str, condition: str | None = None) -> str:
        return self.exists(self._column(table, name))

    def nullable(self, question: NullableIs) -> str:
        found = self._column(question.table, question.column)
        return self.exists(f"{found} AND is_nullable = {int(question.nullable)}")

    def identity(self, question: IdentityThere) -> str:
        found = self._column(question.table, question.column)
        return self.exists(f"{found} AND is_identity = 1")

    def index(self, question: IndexThere) -> str:
        found = f"SELECT 1 FROM sys.indexes WHERE name = {self.text(question.index.name)}"
        if question.table is not None:
            found += f" AND object_id = {self._id(question.table)}"
        return self.exists(found)

    def index_is(self, question: IndexIs) -> str:
        found = (
            f"SELECT 1 FROM sys.indexes i WHERE i.object_id = {self._id(question.table)}"
            f" AND i.name = {self.text(question.index.name)}"
            f" AND i.is_unique = {int(question.unique)} AND i.is_disabled = 0"
        )
        if question.columns is not None:
            found += (
                " AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',')"
                " WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c"
                " WHERE c.object_id = i.object_id AND c.index_id = i.index_id"
                f" AND c.key_ordinal > 0) = {self._list(question.columns)}"
            )
        return self.exists(found)

    def constraint(self, question: ConstraintThere) -> str:
        found = f"SELECT 1 FROM sys.objects WHERE parent_object_id = {self._id(question.table)}"
        if question.name is not None:
            found += f" AND name = {self.text(question.name)}"
        if question.type is not None:
            found += f" AND type = '{_CONSTRAINT[question.type]}'"
        return self.exists(found)

    def constraint_is(self, question: ConstraintIs) -> str:
        if question.type is ConstraintType.FOREIGN_KEY:
            return self._foreign_key(question)
        found = (
            "SELECT 1 FROM sys.key_constraints k"
            f" WHERE k.parent_object_id = {self._id(question.table)}"
            f" AND k.type = '{_CONSTRAINT[question.type]}'"
        )
        if question.name is not None:
            found += f" AND k.name = {self.text(question.name)}"
        return self.exists(
            f"{found} AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',')"
            " WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c"
            " WHERE c.object_id = k.parent_object_id AND c.index_id = k.unique_index_id)"
            f" = {self._list(question.columns)}"
        )

    def _foreign_key(self, question: ConstraintIs) -> str:
        assert question.target is not None
        found = (
            "SELECT 1 FROM sys.foreign_keys k"
            f" WHERE k.parent_object_id = {self._id(question.table)}"
            f" AND k.referenced_object_id = {self._id(question.target)}"
        )
        if question.name is not None:
            found += f" AND k.name = {self.text(question.name)}"
        for side, columns in (
            ("parent", question.columns),
            ("referenced", question.target_columns),
        ):
            found += (
                f" AND (SELECT STRING_AGG(COL_NAME(c.{side}_object_id, c.{side}_column_id), N',')"
                " WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c"
                f" WHERE c.constraint_object_id = k.object_id) = {self._list(columns)}"
            )
        return self.exists(found)

    def _list(self, names: tuple[str, ...]) -> str:
        return self.text(",".join(names))
