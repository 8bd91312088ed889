"""Scripts as ``--sql`` writes them, and how often and how far they are run."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from servers.clients import statements
from servers.database import Database


@contextmanager
def writing(
    dialect: str, dialect_opts: Mapping[str, str] | None = None, **opts: Any
) -> Iterator[io.StringIO]:
    """``op`` writes to the buffer that this gives, as in an env.py that runs offline."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect,
        dialect_opts={"paramstyle": "named"} if dialect_opts is None else dict(dialect_opts),
        opts={"as_sql": True, "literal_binds": True, "output_buffer": buffer, **opts},
    )
    operations = Operations(context)
    operations._install_proxy()
    try:
        yield buffer
    finally:
        operations._remove_proxy()


def script(dialect: str, build: Callable[[], Any], **opts: Any) -> str:
    with writing(dialect, **opts) as buffer:
        build()
    return buffer.getvalue()


def cuts(text: str, database: Database) -> Iterator[str]:
    """The script up to each of its statements."""
    found = statements(text, database.name)
    for end in range(1, len(found)):
        yield "".join(found[:end])
