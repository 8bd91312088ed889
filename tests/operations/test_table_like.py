"""Temporary tables, materialized views and foreign tables: what plain ``alembic.op`` can change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import AmbiguousMatch, op


@pytest.mark.capability("has_temporary_schema")
def test_a_temporary_table_is_made_and_dropped_once(connection, migrate, statements) -> None:
    def create() -> None:
        op.create_table("scratch", sa.Column("id", sa.Integer), prefixes=["TEMPORARY"])

    with migrate():
        create()
        sent = len(statements)
        create()
        assert not [s for s in statements[sent:] if "CREATE" in s]
        op.add_column("scratch", sa.Column("a", sa.Integer))
        op.create_index("ix_scratch", "scratch", ["a"])
        assert not op.table_exists("scratch")
        op.drop_table("scratch")
        create()
        op.drop_table("scratch")
        op.drop_table("scratch")


@pytest.mark.capability("has_temporary_schema")
def test_a_drop_that_could_mean_the_temporary_table_or_the_real_one_is_refused(
    connection, migrate
) -> None:
    with migrate():
        op.create_table("t", sa.Column("id", sa.Integer))
        op.create_table("t", sa.Column("id", sa.Integer), prefixes=["TEMPORARY"])
        with pytest.raises(AmbiguousMatch, match="Say which"):
            op.drop_table("t")
        op.drop_table("t", schema="pg_temp" if op.get_bind().dialect.name != "sqlite" else "temp")
        assert op.table_exists("t")
        op.drop_table("t")
        assert not op.table_exists("t")


@pytest.mark.capability("has_materialized_views")
def test_a_materialized_view_gets_its_index_once(connection, migrate, statements) -> None:
    with migrate():
        op.create_view("numbers", "SELECT 1 AS one", materialized=True)
    for applied in (True, False):
        statements.clear()
        with migrate():
            op.create_index("ix_numbers_one", "numbers", ["one"], unique=True)
        assert bool(statements.ddl) is applied
    for applied in (True, False):
        statements.clear()
        with migrate():
            op.drop_index("ix_numbers_one", "numbers")
        assert bool(statements.ddl) is applied


@pytest.mark.capability("has_materialized_views")
def test_a_foreign_table_gets_its_column_once(connection, migrate, statements) -> None:
    with migrate():
        op.execute("CREATE FOREIGN DATA WRAPPER nowhere")
        op.execute("CREATE SERVER nobody FOREIGN DATA WRAPPER nowhere")
        op.execute("CREATE FOREIGN TABLE far (id integer) SERVER nobody")
    try:
        for applied in (True, False):
            statements.clear()
            with migrate():
                op.add_column("far", sa.Column("a", sa.Integer))
            assert bool(statements.ddl) is applied
        for applied in (True, False):
            statements.clear()
            with migrate():
                op.drop_column("far", "a")
            assert bool(statements.ddl) is applied
        with migrate():
            assert not op.table_exists("far")
    finally:
        connection.rollback()
        connection.exec_driver_sql("DROP FOREIGN DATA WRAPPER nowhere CASCADE")
        connection.commit()
