"""Names that are one to a database have one key."""

from __future__ import annotations

import pytest
from sqlalchemy.sql.elements import quoted_name

from alembic_helpers.databases import database_of


@pytest.mark.parametrize("name", ["Orders", "\u00c9t\u00e9"])
def test_a_name_that_is_to_be_quoted_has_the_key_of_its_text(connection, name):
    """SQLAlchemy gives those to constructs; their own lower() leaves them as they are."""
    database = database_of(connection.dialect)
    for key in (database.name_key, database.relation_key):
        assert key(quoted_name(name, quote=True)) == key(name)
