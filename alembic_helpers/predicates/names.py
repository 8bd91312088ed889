"""By which names an object may be asked for: as the server keeps it, or as an operation gave it.

``op.create_check_constraint("positive", "t", ...)`` makes ``ck_t_positive`` where the
``target_metadata`` has such a naming convention, and what ``op.f(...)`` says is shortened when it
is too long: the name in the revision and the name in the database both find it.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.exc import IdentifierError
from sqlalchemy.schema import conv
from sqlalchemy.types import NullType

from .. import upstream
from ..catalog import Catalog
from ..databases.construct import detached
from ..databases.objects import Constraint, ConstraintType, Index


def constraint_is(constraint: Constraint, name: str, table: str, catalog: Catalog) -> bool:
    """Whether that is the name of a table's constraint."""
    if constraint.name is None:
        return False
    if _same(constraint.name, name, catalog):
        return True
    if constraint.type is ConstraintType.EXCLUDE:  # no convention reaches it
        return False
    made = detached(replace(constraint, name=None))
    made.name = name
    shell = _shell(table, constraint.columns, catalog)
    shell.append_constraint(made)
    return _same(constraint.name, _sent(made, name, catalog), catalog)


def index_is(index: Index, name: str, table: str, catalog: Catalog) -> bool:
    """Whether that is the name of a table's index."""
    if _same(index.name, name, catalog):
        return True
    shell = _shell(table, index.columns, catalog)
    made = sa.Index(name, *shell.columns)
    return _same(index.name, _sent(made, name, catalog), catalog)


def index_names(name: str, catalog: Catalog) -> tuple[str, ...]:
    """The names by which an index is looked for on every table of a schema."""
    return tuple(dict.fromkeys((name, _sent(sa.Index(name), name, catalog))))


def _sent(item: sa.Constraint | sa.Index, name: str, catalog: Catalog) -> str:
    """The name that Alembic would send: that of the convention, or the given one, shortened."""
    dialect = catalog.context.dialect
    with contextlib.suppress(IdentifierError):  # too long to be sent without op.f()
        sent = upstream.final_name(item, dialect)
        if sent is not None and sent != name:
            return sent
    item.name = conv(name)
    return upstream.final_name(item, dialect) or name


def _shell(table: str, columns: tuple[str | None, ...], catalog: Catalog) -> sa.Table:
    """A table with these columns, under the naming convention of ``target_metadata``."""
    metadata = upstream.schema_objects(catalog.context).metadata()
    names = dict.fromkeys(column for column in columns if column is not None)
    return sa.Table(table, metadata, *(sa.Column(column, NullType()) for column in names))


def _same(one: str, other: str, catalog: Catalog) -> bool:
    return catalog.database.name_key(one) == catalog.database.name_key(other)
