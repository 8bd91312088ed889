"""One engine, several migrations, each with a ``schema_translate_map`` of other keys."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import op


@pytest.mark.parametrize("_", range(2))
def test_a_map_with_other_keys_than_the_last_one(database, connection, migrate, _) -> None:
    maps = ({"a": database.other_schema}, {None: database.other_schema}, {"b": None}, {})
    for mapping in maps:
        connection.execution_options(schema_translate_map=mapping)
        with migrate():
            op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
            assert op.table_exists("t")
            assert op.column_exists("t", "id")
            assert not op.index_exists("ix", "t")
            assert connection.get_execution_options()["schema_translate_map"] == mapping
