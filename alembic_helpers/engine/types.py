"""The named enum types that a CREATE TABLE brings along (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic.operations import ops

from ..databases.objects import EnumType
from ..errors import Difference
from .common import qualified
from .enums import holds_in_order
from .judgement import Site


def enums_already_there(
    operation: ops.CreateTableOp, site: Site
) -> Iterator[tuple[tuple[str | None, str], tuple[str, ...], EnumType]]:
    """Schema and name, asked labels, and what is there, for each type that CREATE TYPE would hit."""
    if not site.database.has_enums:
        return
    for item in operation.columns:
        asked = site.database.named_enum(item.type) if isinstance(item, sa.Column) else None
        if asked is not None:
            schema, name, labels = asked
            found = site.door.enum(name, schema)
            if found is not None:
                yield (schema, name), labels, found


def enum_differences(operation: ops.CreateTableOp, site: Site) -> list[Difference]:
    return [
        Difference(f"enum {qualified(*name)}", ", ".join(found.labels), ", ".join(labels))
        for name, labels, found in enums_already_there(operation, site)
        if not holds_in_order(found, labels)
    ]
