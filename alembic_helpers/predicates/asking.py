"""What every predicate begins with: the catalog of the running migration, and checked arguments."""

from __future__ import annotations

from collections.abc import Sequence

from ..catalog import Catalog
from ..engine import current_operations
from ..errors import OfflineError, UsageError

_INSTEAD = {
    "schema_exists": "op.create_schema(...)",
    "table_exists": "op.create_table(...)",
    "view_exists": "op.create_view(...)",
    "column_exists": "op.add_column(...)",
    "index_exists": "op.create_index(...)",
    "find_index_name": "op.drop_index(...)",
    "primary_key_exists": "op.create_primary_key(...)",
    "unique_constraint_exists": "op.create_unique_constraint(...)",
    "check_constraint_exists": "op.create_check_constraint(...)",
    "foreign_key_exists": "op.create_foreign_key(...)",
    "constraint_exists": "op.create_..._constraint(...) or op.drop_constraint(...)",
    "find_constraint_name": "op.drop_constraint(...)",
    "sequence_exists": "op.create_sequence(...)",
    "enum_exists": "op.create_enum(...)",
    "enum_value_exists": "op.add_enum_value(...)",
    "extension_exists": "op.create_extension(...)",
    "trigger_exists": "op.execute(...)",
}


def ask(caller: str, *names: object, or_none: Sequence[object] = ()) -> Catalog:
    """The catalog of the migration that is running; raises when there is no database to ask.

    A ``Table`` or a ``Column`` in the place of a name is an error too, not a "no".
    """
    operations = current_operations(caller)
    if operations.offline:
        raise OfflineError(
            f"{caller}: there is no database to ask in --sql mode. Leave the question out and call "
            f"the operation itself, {_INSTEAD[caller]}, or run the migration online."
        )
    for name in (*names, *(given for given in or_none if given is not None)):
        if not isinstance(name, str):
            raise UsageError(f"{caller}: {name!r} is no name; give it as a string")
    return operations.catalog


def checked(caller: str, argument: str, columns: Sequence[str] | None) -> Sequence[str] | None:
    """The column names as given. A bare string is a sequence too, of its letters."""
    if columns is None:
        return None
    if isinstance(columns, str) or not columns:
        raise UsageError(
            f'{caller}: {argument}={columns!r} is no list of column names; write {argument}=["..."]'
        )
    columns = list(columns)
    for column in columns:
        if not isinstance(column, str):
            raise UsageError(
                f"{caller}: {argument}: {column!r} is no name; give the names as strings, "
                "and ask for what is made of an expression by its own name"
            )
    return columns
