"""What Alembic lacks, idempotent and verified: objects of more kinds, and work done online."""

from typing import TYPE_CHECKING

from ..loading import lazily

if TYPE_CHECKING:
    from .backfilling import backfill
    from .objects import (
        add_enum_value,
        create_enum,
        create_extension,
        create_schema,
        create_sequence,
        create_view,
        drop_enum,
        drop_extension,
        drop_schema,
        drop_sequence,
        drop_view,
        ensure_rows,
        rename_enum_value,
        replace_view,
    )
    from .online import (
        create_check_constraint_online,
        create_foreign_key_online,
        create_index_online,
        create_unique_constraint_online,
        drop_index_online,
        set_not_null_online,
        validate_constraint,
    )

__all__ = [
    "add_enum_value",
    "backfill",
    "create_check_constraint_online",
    "create_enum",
    "create_extension",
    "create_foreign_key_online",
    "create_index_online",
    "create_schema",
    "create_sequence",
    "create_unique_constraint_online",
    "create_view",
    "drop_enum",
    "drop_extension",
    "drop_index_online",
    "drop_schema",
    "drop_sequence",
    "drop_view",
    "ensure_rows",
    "rename_enum_value",
    "replace_view",
    "set_not_null_online",
    "validate_constraint",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, __all__, ("objects", "online", "backfilling"))
