"""The named enum types that columns bring along (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from ..catalog import Site
from ..databases.objects import EnumType
from ..errors import Difference
from .common import qualified
from .enums import holds_in_order


def enums_already_there(
    items: Iterable[Any], site: Site
) -> Iterator[tuple[tuple[str | None, str], tuple[str, ...], EnumType]]:
    """Schema and name, asked labels and what is there, for each type that is there."""
    if not site.database.has_enums:
        return
    for item in items:
        asked = site.database.named_enum(item.type) if isinstance(item, sa.Column) else None
        if asked is not None:
            schema, name, labels = asked
            found = site.door.enum(name, schema)
            if found is not None:
                yield (schema, name), labels, found


def enum_differences(items: Iterable[Any], site: Site) -> list[Difference]:
    return [
        Difference(f"enum {qualified(*name)} values", ", ".join(found.labels), ", ".join(labels))
        for name, labels, found in enums_already_there(items, site)
        if not holds_in_order(found, labels)
    ]
