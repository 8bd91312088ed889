"""Questions to the database: is it there, exactly this kind, exactly here, now?

Each is asked on the migration's own connection, so it sees what the same revision did a line
earlier, committed or not. Alembic's argument order (name first, then table); everything optional is
keyword-only; ``schema=None`` is the current schema, through ``schema_translate_map``. A missing
table or schema gives ``False``. A name may be given as it stands in the database or as it stands in
the operation (before the naming convention, or longer than the server keeps).

An answer is remembered until anything is sent on this engine: a question asked twice in a row costs
nothing. What another process changes meanwhile, or what goes through a bare DBAPI cursor, is
therefore seen after the next statement only. In ``--sql`` mode there is nothing to ask: every
predicate raises :class:`~alembic_helpers.OfflineError`.
"""

from typing import TYPE_CHECKING

from ..loading import lazily

if TYPE_CHECKING:
    from .constraints import (
        check_constraint_exists,
        constraint_exists,
        find_constraint_name,
        foreign_key_exists,
        primary_key_exists,
        unique_constraint_exists,
    )
    from .enums import enum_exists, enum_value_exists
    from .indexes import find_index_name, index_exists
    from .relations import (
        column_exists,
        extension_exists,
        schema_exists,
        sequence_exists,
        table_exists,
        table_has_column,
        trigger_exists,
        view_exists,
    )

__all__ = [
    "check_constraint_exists",
    "column_exists",
    "constraint_exists",
    "enum_exists",
    "enum_value_exists",
    "extension_exists",
    "find_constraint_name",
    "find_index_name",
    "foreign_key_exists",
    "index_exists",
    "primary_key_exists",
    "schema_exists",
    "sequence_exists",
    "table_exists",
    "table_has_column",
    "trigger_exists",
    "unique_constraint_exists",
    "view_exists",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(
        __name__, __all__, ("relations", "constraints", "indexes", "enums")
    )
