"""A namesake that the bare name leads to is not the object that the revision means."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import MissingObject, Outcome, op


def table(schema=None):
    return op.create_table(
        "t",
        # Without a sequence, whose name is shown by what is on the search path.
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", sa.Integer),
        sa.CheckConstraint("id > 0", name="ck"),
        sa.Index("ix", "a"),
        schema=schema,
    )


DROPS = {
    "drop_column": lambda: op.drop_column("t", "a"),
    "drop_index": lambda: op.drop_index("ix", "t"),
    "drop_index by name": lambda: op.drop_index("ix"),
    "drop_constraint": lambda: op.drop_constraint("ck", "t", type_="check"),
    "drop_table": lambda: op.drop_table("t"),
}


@pytest.mark.capability("has_enums")
class TestSearchPath:
    """``first`` stands before ``public`` on the search path: what a revision makes lands there."""

    @pytest.fixture(autouse=True)
    def search_path(self, run, connection):
        run(
            lambda: op.execute("CREATE SCHEMA first"),
            lambda: table("public"),
            lambda: op.create_enum("state", ["a"], schema="public"),
            lambda: op.create_sequence("s", schema="public"),
            lambda: op.create_view("v", "SELECT 1 AS a", schema="public"),
        )
        connection.exec_driver_sql("SET search_path = first, public")
        connection.commit()
        yield
        connection.rollback()
        connection.exec_driver_sql("DROP SCHEMA first CASCADE")
        connection.commit()

    @pytest.fixture
    def public(self, connection, snapshot):
        """What is in ``public``, as it is shown when nothing stands before it."""

        def public():
            connection.exec_driver_sql("SET search_path = public")
            found = snapshot(connection, "public")
            connection.exec_driver_sql("SET search_path = first, public")
            connection.commit()
            return found

        return public

    def test_create_makes_its_own(self, twice):
        twice(table)
        twice(lambda: op.create_enum("state", ["b"]))
        twice(lambda: op.create_sequence("s"))
        twice(lambda: op.create_view("v", "SELECT 2 AS a"))

    @pytest.mark.parametrize("name", DROPS)
    def test_a_second_drop_leaves_the_namesake(self, run, public, name):
        before = public()
        run(table)
        assert run(DROPS[name]) == [Outcome.APPLIED]
        assert public() == before
        if name != "drop_table":
            run(lambda: op.drop_table("t"))
        assert run(DROPS[name]) == [Outcome.SKIPPED]
        assert public() == before

    def test_the_log_says_how_to_mean_it(self, run, caplog):
        caplog.set_level("INFO", "alembic.helpers")
        run(lambda: op.drop_table("t"))
        assert caplog.messages == [
            "skipped   drop_table t: not in schema first; public.t is left alone (to mean it: "
            "schema='public')"
        ]

    def test_drops_of_other_kinds(self, run, public):
        before = public()
        for step in (
            lambda: op.drop_enum("state"),
            lambda: op.drop_sequence("s"),
            lambda: op.drop_view("v"),
            lambda: op.drop_table_comment("t"),
        ):
            assert run(step) == [Outcome.SKIPPED]
        assert public() == before

    def test_a_table_that_only_the_path_leads_to_can_be_altered(self, twice, public):
        twice(lambda: op.add_column("t", sa.Column("b", sa.Integer)))
        twice(lambda: op.alter_column("t", "b", nullable=False))
        twice(lambda: op.create_index("ix_b", "t", ["b"]))
        assert [c["name"] for c in public()["tables"]["t"]["columns"]] == ["id", "a", "b"]

    def test_rename_table_leaves_the_namesake_on_a_second_run(self, run, public):
        before = public()
        run(table)
        rename = lambda: op.rename_table("t", "renamed")  # noqa: E731
        assert run(rename) == [Outcome.APPLIED]
        assert run(rename) == [Outcome.SKIPPED]
        assert public() == before


# A session's own temporary table hides the real one: MySQL has no words for that, and SQLite none
# for its rename at the end of a batch.
@pytest.mark.capability("has_temporary_schema")
@pytest.mark.parametrize("name", ["drop_index", "drop_index by name"])
def test_a_temporary_table_is_no_namesake(run, connection, name):
    run(table)
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t (id integer, a integer)")
    connection.commit()
    assert run(DROPS[name]) == [Outcome.APPLIED]
    assert run(DROPS[name]) == [Outcome.SKIPPED]
    assert connection.exec_driver_sql("SELECT id, a FROM t").all() == []


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("name", ["drop_column", "drop_constraint"])
def test_a_temporary_table_is_not_the_one_that_is_altered(run, connection, name):
    run(table)
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t (id integer, a integer)")
    connection.commit()
    assert run(DROPS[name]) == [Outcome.APPLIED]
    assert run(DROPS[name]) == [Outcome.SKIPPED]
    assert connection.exec_driver_sql("SELECT id, a FROM t").all() == []


@pytest.mark.capability("has_enums")
def test_constraints_are_made_on_the_real_table(run, connection):
    run(table)
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t (id integer, a integer)")
    connection.commit()
    for step in (
        lambda: op.create_unique_constraint("uq", "t", ["a"]),
        lambda: op.create_check_constraint("ck_a", "t", "a > 0"),
        lambda: op.create_foreign_key("fk", "t", "t", ["a"], ["id"]),
        lambda: op.add_column("t", sa.Column("b", sa.Integer, index=True, unique=True)),
        lambda: op.alter_column("t", "b", nullable=False, existing_type=sa.Integer()),
    ):
        assert run(step) == [Outcome.APPLIED]
        assert run(step) == [Outcome.SKIPPED]


@pytest.mark.capability("has_temporary_schema")
def test_a_temporary_table_is_not_the_one_that_is_created(run, connection):
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t (id integer, a integer)")
    connection.commit()
    create = lambda: op.create_table("t", sa.Column("b", sa.Integer))  # noqa: E731
    assert run(create) == [Outcome.APPLIED]
    assert run(create) == [Outcome.SKIPPED]
    add = lambda: op.add_column("t", sa.Column("c", sa.Integer))  # noqa: E731
    assert run(add) == [Outcome.APPLIED]
    assert run(add) == [Outcome.SKIPPED]
    with pytest.raises(MissingObject):
        run(lambda: op.rename_table("nope", "t2"))
