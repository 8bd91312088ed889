"""What the tests of predicates share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection


@pytest.fixture
def sqlite() -> Iterator[Connection]:
    """A database of SQLite alone, for what only SQLite does; run it with ``migration(sqlite)``."""
    with sa.create_engine("sqlite://").connect() as connection:
        yield connection
