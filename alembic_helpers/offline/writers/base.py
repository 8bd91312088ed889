"""How one database is asked, and how a statement is made to depend on the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import sqlalchemy as sa

from ...databases import Database
from ..capture import undoubled
from ..questions import (
    All,
    ColumnThere,
    ConstraintIs,
    ConstraintThere,
    ConstraintValid,
    Either,
    EnumHolds,
    EnumThere,
    ExtensionThere,
    Guard,
    IdentityThere,
    IndexIs,
    IndexThere,
    Name,
    Not,
    NullableIs,
    Question,
    SchemaThere,
    SequenceThere,
    Statement,
    TableThere,
    Type,
    TypesAre,
    VersionThere,
    ViewThere,
)


class Writer(ABC):
    """One per kind of database: each question in its SQL, and the block around a statement."""

    opening: Sequence[str] = ()
    """What a script begins with."""
    together: tuple[Sequence[str], Sequence[str]] = ((), ())
    """What stands before and after statements that are to commit as one, where each would alone."""
    ddl_commits = False
    """Does each DDL statement end the transaction, whoever began it?"""
    has_batches = False
    """Can a block commit what it has done so far?"""

    def __init__(self, database: Database, separator: str = "") -> None:
        self.database = database
        self.separator = separator
        """What a client needs between batches (``GO``, ``/``): an option of Alembic's."""

    # -- blocks ------------------------------------------------------------------------------------

    @abstractmethod
    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        """The statement, sent only where ``pending`` is so and the guard allows it.

        Nothing may be asked about anything but the version table before ``pending`` is known
        to be so: what the guard asks about may be long gone.
        """

    def check(self, guard: Guard, pending: Question | None) -> str:
        """A block that does nothing but raise the guard's refusals."""
        raise NotImplementedError

    def plain(self, sql: str) -> str:
        """A statement that is always sent."""
        return f"{sql};"

    def refusals(self, guard: Guard) -> list[tuple[str, str]]:
        """Condition and message of each; without those that ask no more than ``done`` does."""
        done = None if guard.done is None else self.ask(guard.done)
        asked = [(self.ask(refusal.when), refusal.message) for refusal in guard.refusals]
        return [(when, message) for when, message in asked if when != done]

    # -- questions ---------------------------------------------------------------------------------

    def ask(self, question: Question) -> str:
        """A question as an SQL condition, never NULL."""
        match question:
            case Not(inner):
                return f"NOT {self._inner(inner)}"
            case All(questions):
                return " AND ".join(map(self._inner, questions))
            case Either(questions):
                return " OR ".join(map(self._inner, questions))
            case SchemaThere(schema):
                return self.schema(schema)
            case TableThere(table, on_the_path):
                return self.table_found(table) if on_the_path else self.table(table)
            case ViewThere(view, materialized):
                return self.view(view, materialized=materialized)
            case SequenceThere(sequence):
                return self.sequence(sequence)
            case ExtensionThere(extension):
                return self.extension(extension)
            case EnumThere(enum):
                return self.enum(enum)
            case EnumHolds():
                return self.enum_holds(question)
            case ColumnThere(table, column):
                return self.column(table, column)
            case TypesAre(table, columns, unknown):
                return self._all([self._typed(table, *asked, unknown) for asked in columns])
            case NullableIs():
                return self.nullable(question)
            case IdentityThere():
                return self.identity(question)
            case IndexThere():
                return self.index(question)
            case IndexIs():
                return self.index_is(question)
            case ConstraintThere():
                return self.constraint(question)
            case ConstraintIs():
                return self.constraint_is(question)
            case ConstraintValid():
                return self.constraint_valid(question)
            case VersionThere(table, revisions, other):
                found = f"SELECT 1 FROM {self.quoted(table)}"
                if revisions:
                    among = "NOT IN" if other else "IN"
                    found += f" WHERE version_num {among} ({self.texts(revisions)})"
                return self.exists(found)
        raise AssertionError(question)

    def _inner(self, question: Question) -> str:
        compound = isinstance(question, (All, Either))
        return f"({self.ask(question)})" if compound else self.ask(question)

    def _typed(self, table: Name, column: str, type_: Type, unknown: bool) -> str:
        condition = self.type(type_)
        if condition is None and not unknown:
            return "1 = 0"
        return self.column(table, column, condition)

    def _all(self, conditions: Sequence[str]) -> str:
        return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"

    def exists(self, query: str) -> str:
        return f"EXISTS ({query})"

    # Each is a condition about what there is; those that only one database has are its own.

    def schema(self, schema: str) -> str:
        raise NotImplementedError

    def table(self, table: Name) -> str:
        raise NotImplementedError

    def table_found(self, table: Name) -> str:
        """The same, where a name leads to one schema only."""
        return self.table(table)

    def view(self, view: Name, *, materialized: bool) -> str:
        raise NotImplementedError

    def sequence(self, sequence: Name) -> str:
        raise NotImplementedError

    def extension(self, extension: str) -> str:
        raise NotImplementedError

    def enum(self, enum: Name) -> str:
        raise NotImplementedError

    def enum_holds(self, question: EnumHolds) -> str:
        raise NotImplementedError

    def column(self, table: Name, name: str, condition: str | None = None) -> str:
        """Is the column there, and is a condition on its catalog row so?"""
        raise NotImplementedError

    def type(self, type_: Type) -> str | None:
        """That condition for a type; ``None`` where it cannot be told."""
        return None

    def nullable(self, question: NullableIs) -> str:
        raise NotImplementedError

    def identity(self, question: IdentityThere) -> str:
        raise NotImplementedError

    def index(self, question: IndexThere) -> str:
        raise NotImplementedError

    def index_is(self, question: IndexIs) -> str:
        raise NotImplementedError

    def constraint(self, question: ConstraintThere) -> str:
        raise NotImplementedError

    def constraint_is(self, question: ConstraintIs) -> str:
        raise NotImplementedError

    def constraint_valid(self, question: ConstraintValid) -> str:
        raise NotImplementedError

    # -- words -------------------------------------------------------------------------------------

    def text(self, value: str) -> str:
        """A string literal."""
        return "'" + value.replace("'", "''") + "'"

    def binary(self, value: bytes) -> str:
        """A literal of bytes."""
        return f"X'{value.hex()}'"

    def texts(self, values: Sequence[str]) -> str:
        return ", ".join(map(self.text, values))

    def quoted(self, name: Name) -> str:
        """A name as it stands in a statement."""
        dialect = self.database.dialect
        table = sa.table(name.name, schema=name.schema)
        return undoubled(dialect.identifier_preparer.format_table(table), dialect)
