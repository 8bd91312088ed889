"""Oracle: PL/SQL that asks the dictionary and runs what it is told with ``EXECUTE IMMEDIATE``."""

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
    ConstraintType.PRIMARY: "P",
    ConstraintType.UNIQUE: "U",
    ConstraintType.FOREIGN_KEY: "R",
    ConstraintType.CHECK: "C",
}


class OracleWriter(Writer):
    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        refusals = self.refusals(guard)
        left_out = [q for q in (pending and ~pending, guard.done) if q is not None]
        cases = [(self.ask(question), -1) for question in left_out]
        cases += [(when, at) for at, (when, _) in enumerate(refusals, 1)]
        if not cases:
            return self.plain(statement.sql)
        lines = [
            "DECLARE",
            "  answer NUMBER;",
            "BEGIN",
            "  SELECT CASE",
            *(f"    WHEN {when} THEN {answer}" for when, answer in cases),
            "    ELSE 0 END INTO answer FROM dual;",
            "  IF answer = 0 THEN",
            f"    EXECUTE IMMEDIATE {self.text(statement.sql)};",
        ]
        for at, (_, message) in enumerate(refusals, 1):
            lines += [
                f"  ELSIF answer = {at} THEN",
                f"    RAISE_APPLICATION_ERROR(-20000, {self.text(message)});",
            ]
        return "\n".join([*lines, "  END IF;", "END;", self.separator]).rstrip()

    def plain(self, sql: str) -> str:
        return f"{sql}\n{self.separator}".rstrip()

    def binary(self, value: bytes) -> str:
        return f"HEXTORAW('{value.hex()}')"

    # -- questions ---------------------------------------------------------------------------------

    def stored(self, name: str) -> str:
        """A name as the dictionary has it: in capitals, unless it is quoted."""
        dialect = self.database.dialect
        return self.text(dialect.denormalize_name(name) or name)

    def _in(self, schema: str | None) -> str:
        if schema is None:
            return "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
        return self.stored(schema)

    def _about(self, what: str, table: Name) -> str:
        return (
            f"SELECT 1 FROM all_{what} WHERE owner = {self._in(table.schema)}"
            f" AND table_name = {self.stored(table.name)}"
        )

    def schema(self, schema: str) -> str:
        return self.exists(f"SELECT 1 FROM all_users WHERE username = {self.stored(schema)}")

    def table(self, table: Name) -> str:
        return self.exists(self._about("tables", table))

    def view(self, view: Name, *, materialized: bool) -> str:
        found = f"SELECT 1 FROM all_views WHERE owner = {self._in(view.schema)}"
        return self.exists(f"{found} AND view_name = {self.stored(view.name)}")

    def sequence(self, sequence: Name) -> str:
        found = f"SELECT 1 FROM all_sequences WHERE sequence_owner = {self._in(sequence.schema)}"
        return self.exists(f"{found} AND sequence_name = {self.stored(sequence.name)}")

    def _column(self, table: Name, name: str) -> str:
        return f"{self._about('tab_columns', table)} AND column_name = {self.stored(name)}"

    def column(self, table: Name, name: str, condition: str | None = None) -> str:
        return self.exists(self._column(table, name))

    def nullable(self, question: NullableIs) -> str:
        answer = "Y" if question.nullable else "N"
        found = self._column(question.table, question.column)
        return self.exists(f"{found} AND nullable = '{answer}'")

    def identity(self, question: IdentityThere) -> str:
        found = self._column(question.table, question.column)
        return self.exists(f"{found} AND identity_column = 'YES'")

    def index(self, question: IndexThere) -> str:
        found = f"SELECT 1 FROM all_indexes WHERE owner = {self._in(question.index.schema)}"
        return self.exists(f"{found} AND index_name = {self.stored(question.index.name)}")

    def index_is(self, question: IndexIs) -> str:
        unique = "UNIQUE" if question.unique else "NONUNIQUE"
        found = (
            f"SELECT 1 FROM all_indexes WHERE table_owner = {self._in(question.table.schema)}"
            f" AND table_name = {self.stored(question.table.name)}"
            f" AND index_name = {self.stored(question.index.name)} AND uniqueness = '{unique}'"
        )
        if question.columns is not None:
            found += (
                " AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position)"
                " FROM all_ind_columns c WHERE c.index_owner = owner"
                f" AND c.index_name = all_indexes.index_name) = {self._list(question.columns)}"
            )
        return self.exists(found)

    def _constraint(self, table: Name, name: str | None, type_: ConstraintType | None) -> str:
        found = self._about("constraints", table)
        if name is not None:
            found += f" AND constraint_name = {self.stored(name)}"
        return found + (f" AND constraint_type = '{_CONSTRAINT[type_]}'" if type_ else "")

    def constraint(self, question: ConstraintThere) -> str:
        return self.exists(self._constraint(question.table, question.name, question.type))

    def constraint_is(self, question: ConstraintIs) -> str:
        found = self._constraint(question.table, question.name, question.type)
        found += self._key("owner", "constraint_name", question.columns)
        if question.target is not None:
            target = question.target
            found += self._key("r_owner", "r_constraint_name", question.target_columns)
            found += (
                " AND EXISTS (SELECT 1 FROM all_constraints r WHERE r.owner ="
                " all_constraints.r_owner AND r.constraint_name ="
                f" all_constraints.r_constraint_name AND r.owner = {self._in(target.schema)}"
                f" AND r.table_name = {self.stored(target.name)})"
            )
        return self.exists(found)

    def _key(self, owner: str, name: str, columns: tuple[str, ...]) -> str:
        return (
            " AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position)"
            f" FROM all_cons_columns c WHERE c.owner = all_constraints.{owner}"
            f" AND c.constraint_name = all_constraints.{name}) = {self._list(columns)}"
        )

    def _list(self, names: tuple[str, ...]) -> str:
        dialect = self.database.dialect
        stored = (dialect.denormalize_name(name) or name for name in names)
        return self.text(",".join(stored))
