"""What Alembic's ALTER TABLE ... MODIFY and CHANGE do not say of a column, and so would drop.

https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-redefine-column
"""

from __future__ import annotations

import copy
import re
from typing import Any

import sqlalchemy as sa
from alembic.ddl.mysql import MySQLChangeColumn, MySQLModifyColumn
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeEngine

from ... import upstream
from ..construct import DeclaredType
from ..objects import Column
from ..tokens import Pieces
from .twin import percent

_EXPRESSION = ("GENERATED", "VIRTUAL", "STORED")
# What can be COMPRESSED; a collation comes behind that.
_COMPRESSIBLE = re.compile(r"(?:varchar|varbinary|\w*text|\w*blob)\b(?:\(\d+\))?", re.IGNORECASE)
# No name of a table, a column or a type has it.
_PLACE = "\0"


class RestatedType(sa.types.TypeDecorator[Any]):
    """A type that brings clauses of its column into a MODIFY or CHANGE; else as it is."""

    impl = sa.types.NullType
    cache_ok = False

    def __init__(self, type_: TypeEngine[Any], clauses: dict[str, Pieces]) -> None:
        super().__init__()
        self.impl = type_  # type: ignore[assignment]
        self.clauses = clauses


def restated(type_: TypeEngine[Any], column: Column, keeps_expression: bool) -> TypeEngine[Any]:
    """The type with those clauses of the column that go with it."""
    gone = () if keeps_expression else _EXPRESSION
    clauses = {word: pieces for word, pieces in column.clauses.items() if word not in gone}
    return RestatedType(type_, clauses) if clauses else type_


@compiles(MySQLModifyColumn, "mysql", "mariadb")
@compiles(MySQLChangeColumn, "mysql", "mariadb")
def _altered_column(element: MySQLChangeColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """Alembic's statement, with the clauses in it."""
    type_, compiled = element.type_, upstream.mysql_column_compilers[type(element)]
    if not isinstance(type_, RestatedType):
        return compiled(element, compiler, **kw)
    plain = copy.copy(element)
    plain.type_ = DeclaredType(_PLACE)
    start, _, rest = compiled(plain, compiler, **kw).partition(_PLACE)
    spelled = compiler.dialect.type_compiler_instance.process(type_)
    clauses = {word: _written(pieces, compiler.dialect) for word, pieces in type_.clauses.items()}
    check = clauses.pop("CHECK", None)  # has its place at the end
    if clauses.pop("COMPRESSED", None) and (compressible := _COMPRESSIBLE.match(spelled)):
        spelled = f"{compressible[0]} COMPRESSED{spelled[compressible.end() :]}"
    if "GENERATED" in clauses:
        rest = rest.removeprefix(" NULL")  # which MariaDB refuses there
    return " ".join(filter(None, [start + spelled, *clauses.values(), rest.lstrip(), check]))


def _written(pieces: Pieces, dialect: Dialect) -> str:
    """As it is written for the driver, in which a percent sign may be two."""
    quote, sign = dialect.identifier_preparer.quote_identifier, percent(dialect)
    return "".join(
        quote(piece) if at % 2 else piece.replace("%", sign) for at, piece in enumerate(pieces)
    )
