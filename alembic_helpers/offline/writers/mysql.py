"""MySQL and MariaDB: ``information_schema`` decides what is prepared and executed.

A compound statement (MariaDB's ``BEGIN NOT ATOMIC``) would need the client's ``DELIMITER``; these
scripts are SQL that any client and driver can send, statement by statement.
"""

from __future__ import annotations

import re

from ...databases.objects import ConstraintType
from .. import batches
from ..batches import Batches
from ..questions import (
    ConstraintIs,
    ConstraintThere,
    Guard,
    IndexIs,
    IndexThere,
    Name,
    NoGuard,
    Question,
    Statement,
    Type,
)
from .base import Writer

_CONSTRAINT = {
    ConstraintType.PRIMARY: "PRIMARY KEY",
    ConstraintType.UNIQUE: "UNIQUE",
    ConstraintType.FOREIGN_KEY: "FOREIGN KEY",
    ConstraintType.CHECK: "CHECK",
}
# Types whose name in information_schema is the one that SQLAlchemy writes.
_TYPES = re.compile(
    r"(?:tiny|small|medium|big)?int|double|float|date|datetime|timestamp|time|year"
    r"|(?:tiny|medium|long)?(?:text|blob)"
)
_SIZED = re.compile(r"((?:var)?char|(?:var)?binary)\((\d+)\)")
_MESSAGE = 128


class MySQLWriter(Writer):
    opening = ("SET NAMES utf8mb4;",)
    ddl_commits = True
    together = (("START TRANSACTION;",), ("COMMIT;",))

    # -- blocks ------------------------------------------------------------------------------------

    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        left_out = [q for q in (pending and ~pending, guard.done) if q is not None]
        cases = [(self.ask(question), "DO 0") for question in left_out]
        cases += [(when, self.error(message)) for when, message in self.refusals(guard)]
        if not cases:
            return self.plain(statement.sql)
        lines = [f"  WHEN {when} THEN {self.text(sql)}" for when, sql in cases]
        chosen = "\n".join(["CASE", *lines, f"  ELSE {self.text(statement.sql)}", "END"])
        return f"SET @alembic_helpers = {chosen};\n{self.execution}"

    execution = (
        "PREPARE alembic_helpers FROM @alembic_helpers;\n"
        "EXECUTE alembic_helpers;\n"
        "DEALLOCATE PREPARE alembic_helpers;"
    )

    def error(self, message: str) -> str:
        """A statement that fails with this message: MySQL prepares no SIGNAL."""
        return f"DO UUID_TO_BIN({self.text(message[:_MESSAGE])})"

    def text(self, value: str) -> str:
        return super().text(value.replace("\\", "\\\\"))

    # -- questions ---------------------------------------------------------------------------------

    def _in(self, schema: str | None) -> str:
        return "DATABASE()" if schema is None else self.text(schema)

    def _about(self, what: str, table: Name) -> str:
        return (
            f"SELECT 1 FROM information_schema.{what} WHERE table_schema = {self._in(table.schema)}"
            f" AND table_name = {self.text(table.name)}"
        )

    def schema(self, schema: str) -> str:
        found = "SELECT 1 FROM information_schema.schemata WHERE schema_name"
        return self.exists(f"{found} = {self.text(schema)}")

    def table(self, table: Name) -> str:
        found = self._about("tables", table)
        return self.exists(f"{found} AND table_type NOT IN ('VIEW', 'SEQUENCE')")

    def view(self, view: Name, *, materialized: bool) -> str:
        return self.exists(self._about("views", view))

    def sequence(self, sequence: Name) -> str:
        return self.exists(f"{self._about('tables', sequence)} AND table_type = 'SEQUENCE'")

    def column(self, table: Name, name: str, condition: str | None = None) -> str:
        found = f"{self._about('columns', table)} AND {self.same('column_name', name)}"
        return self.exists(f"{found} AND {condition}" if condition else found)

    def type(self, type_: Type) -> str | None:
        sized = _SIZED.fullmatch(type_.kept)
        if sized is not None:
            return f"data_type = '{sized[1]}' AND character_maximum_length = {sized[2]}"
        return f"data_type = '{type_.kept}'" if _TYPES.fullmatch(type_.kept) else None

    def index(self, question: IndexThere) -> str:
        if question.table is None:
            raise NoGuard("an index belongs to its table there, and none is given (table_name=)")
        found = self._about("statistics", question.table)
        return self.exists(f"{found} AND {self.same('index_name', question.index.name)}")

    def index_is(self, question: IndexIs) -> str:
        found = (
            f"{self._about('statistics', question.table)}"
            f" AND {self.same('index_name', question.index.name)}"
            f" AND non_unique = {int(not question.unique)}"
        )
        if question.columns is not None:
            found += " GROUP BY index_name HAVING " + self._list(
                "column_name ORDER BY seq_in_index", question.columns
            )
        return self.exists(found)

    def constraint(self, question: ConstraintThere) -> str:
        found = self._about("table_constraints", question.table)
        if question.type is not None:
            found += f" AND constraint_type = '{_CONSTRAINT[question.type]}'"
        if question.name is not None:
            found += f" AND {self.same('constraint_name', question.name)}"
        return self.exists(found)

    def constraint_is(self, question: ConstraintIs) -> str:
        found = self._about("key_column_usage", question.table)
        if question.name is not None:
            found += f" AND {self.same('constraint_name', question.name)}"
        found += {
            ConstraintType.PRIMARY: " AND constraint_name = 'PRIMARY'",
            ConstraintType.UNIQUE: " AND referenced_table_name IS NULL"
            " AND constraint_name <> 'PRIMARY'",
            ConstraintType.FOREIGN_KEY: " AND referenced_table_name IS NOT NULL",
        }[question.type]
        if question.target is not None:
            found += (
                f" AND referenced_table_schema = {self._in(question.target.schema)}"
                f" AND referenced_table_name = {self.text(question.target.name)}"
            )
        found += " GROUP BY constraint_name HAVING "
        found += self._list("column_name ORDER BY ordinal_position", question.columns)
        if question.target is not None:
            ordered = "referenced_column_name ORDER BY ordinal_position"
            found += f" AND {self._list(ordered, question.target_columns)}"
        return self.exists(found)

    def _list(self, ordered: str, names: tuple[str, ...]) -> str:
        return self.same(f"GROUP_CONCAT({ordered})", ",".join(names))

    def same(self, found: str, name: str) -> str:
        """Is it that name, in whatever case?"""
        return f"{found} = {self.text(name)}"


class MariaDBWriter(MySQLWriter):
    execution = "EXECUTE IMMEDIATE @alembic_helpers;"
    has_batches = True

    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        if not isinstance(statement.construct, Batches):
            return super().block(statement, guard, pending)
        chosen = self.text(batches.mariadb(statement.construct, statement.sql, self))
        if pending is not None:
            chosen = f"CASE WHEN {self.ask(pending)} THEN {chosen} ELSE 'DO 0' END"
        return f"SET @alembic_helpers = {chosen};\n{self.execution}"

    def same(self, found: str, name: str) -> str:
        """Its catalog takes ``año`` for ``ano``; its tables may have both."""
        return f"BINARY LOWER({found}) = LOWER({self.text(name)})"

    def error(self, message: str) -> str:
        """SIGNAL, in the one form in which MariaDB 10.5 executes it too."""
        text = self.text(message[:_MESSAGE])
        return f"BEGIN NOT ATOMIC SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {text}; END"
