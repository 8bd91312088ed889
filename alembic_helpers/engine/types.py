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

NamedEnum = tuple[str | None, str, tuple[str, ...]]
"""Schema, name and labels, as they are asked for."""


def named_enums(items: Iterable[Any], site: Site) -> list[NamedEnum]:
    """Those of the columns among the items."""
    database = site.database
    if not database.has_enums:
        return []
    found = [database.named_enum(item.type) for item in items if isinstance(item, sa.Column)]
    return [each for each in found if each is not None]


def already_there(
    enums: Iterable[NamedEnum], site: Site
) -> Iterator[tuple[tuple[str | None, str], tuple[str, ...], EnumType]]:
    """Schema and name, asked labels and what is there, for each type that is there."""
    for schema, name, labels in enums:
        found = site.door.enum(name, schema)
        if found is not None:
            yield (schema, name), labels, found


def enum_differences(items: Iterable[Any], site: Site) -> list[Difference]:
    return [
        Difference(f"enum {qualified(*name)} values", ", ".join(found.labels), ", ".join(labels))
        for name, labels, found in already_there(named_enums(items, site), site)
        if not holds_in_order(found, labels)
    ]
