"""The explicit verbs: one guarded call in a hand-written revision.

Alembic's name plus ``_if_not_exists`` or ``_if_exists``, Alembic's own arguments; each returns an
:class:`~alembic_helpers.Outcome`. They are the same engine as ``alembic_helpers.op``: verified,
not just skipped. In ``--sql`` mode Alembic writes the plain statement, and the outcome is
``WRITTEN``.

Example::

    from alembic_helpers import Outcome, add_column_if_not_exists

    if add_column_if_not_exists("users", sa.Column("email", sa.Text())) is Outcome.APPLIED:
        op.execute("UPDATE users SET email = login || '@example.org'")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec

from alembic import op

from .outcomes import Outcome

P = ParamSpec("P")


def _verb(function: Callable[P, Any], condition: str, words: str) -> Callable[P, Outcome]:
    operation = function.__name__
    name = f"{operation}_{condition}"

    def verb(*args: P.args, **kwargs: P.kwargs) -> Outcome:
        from .online import current_operations

        operations = current_operations(name)
        getattr(operations, operation)(*args, **kwargs)
        return operations.last_outcome

    verb.__name__ = verb.__qualname__ = name
    verb.__doc__ = (
        f"``op.{operation}``, {words}; returns an ``Outcome``.\n\n"
        f"The arguments are those of :meth:`alembic.operations.Operations.{operation}`. What is "
        "there is compared with what is asked for; a difference raises ``DefinitionMismatch``.\n\n"
        ".. versionadded:: 0.1\n"
    )
    return verb


# Alembic's op, not its Operations class: the same signatures, without a self to take away.
def _unless_there(function: Callable[P, Any]) -> Callable[P, Outcome]:
    return _verb(function, "if_not_exists", "unless it is there")


def _if_there(function: Callable[P, Any]) -> Callable[P, Outcome]:
    return _verb(function, "if_exists", "if it is there")


add_column_if_not_exists = _unless_there(op.add_column)
create_check_constraint_if_not_exists = _unless_there(op.create_check_constraint)
create_exclude_constraint_if_not_exists = _unless_there(op.create_exclude_constraint)
create_foreign_key_if_not_exists = _unless_there(op.create_foreign_key)
create_index_if_not_exists = _unless_there(op.create_index)
create_primary_key_if_not_exists = _unless_there(op.create_primary_key)
create_table_if_not_exists = _unless_there(op.create_table)
create_unique_constraint_if_not_exists = _unless_there(op.create_unique_constraint)
drop_column_if_exists = _if_there(op.drop_column)
drop_constraint_if_exists = _if_there(op.drop_constraint)
drop_index_if_exists = _if_there(op.drop_index)
drop_table_if_exists = _if_there(op.drop_table)

__all__ = [
    "add_column_if_not_exists",
    "create_check_constraint_if_not_exists",
    "create_exclude_constraint_if_not_exists",
    "create_foreign_key_if_not_exists",
    "create_index_if_not_exists",
    "create_primary_key_if_not_exists",
    "create_table_if_not_exists",
    "create_unique_constraint_if_not_exists",
    "drop_column_if_exists",
    "drop_constraint_if_exists",
    "drop_index_if_exists",
    "drop_table_if_exists",
]
