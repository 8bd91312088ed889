"""An index of a partitioned table, built partition by partition."""

from __future__ import annotations

import pytest
from parted import LEVELS, STEPS, TREE, create, ddl, invalidate, send, tree
from stopping import Stopped, before_ddl, stopped_after

from alembic_helpers import (
    ConstraintViolation,
    DefinitionMismatch,
    Online,
    OnlineNotSupported,
    Outcome,
    VerificationFailed,
    op,
)

pytestmark = pytest.mark.capability("has_concurrent_indexes")


@pytest.fixture
def levels(connection):
    send(connection, *LEVELS)


@pytest.mark.usefixtures("levels")
def test_each_partition_is_built_by_itself_and_attached(connection, migrate, statements):
    with migrate():
        assert create() is Outcome.APPLIED
    assert ddl(statements) == STEPS
    assert tree(connection) == TREE
    statements.clear()
    with migrate():
        assert create() is Outcome.SKIPPED
    assert not statements.ddl


@pytest.mark.usefixtures("levels")
def test_a_run_that_was_stopped_is_taken_up_where_it_was(connection, migrate, statements):
    for number in range(len(STEPS)):
        with pytest.raises(Stopped), stopped_after(connection, number > 0), migrate():
            create()
    assert ddl(statements)[-1] == STEPS[-1]
    with migrate():
        assert create() is Outcome.COMPLETED
    assert tree(connection) == TREE


@pytest.mark.usefixtures("levels")
def test_alembics_own_flag_goes_the_same_way(connection, migrate, statements):
    with migrate():
        op.create_index("ix", "t", ["n"], postgresql_concurrently=True)
    assert ddl(statements) == STEPS
    statements.clear()
    with migrate():
        op.create_index("ix", "t", ["n"], postgresql_concurrently=True)
    assert not statements.ddl


NEW = {
    "made": ["CREATE TABLE t_d PARTITION OF t FOR VALUES FROM (30) TO (40)"],
    "attached": [
        "CREATE TABLE t_d (id int, region text, n int)",
        "ALTER TABLE t ATTACH PARTITION t_d FOR VALUES FROM (30) TO (40)",
    ],
    "attached with partitions of its own": [
        "CREATE TABLE t_d (id int, region text, n int) PARTITION BY LIST (region)",
        "CREATE TABLE t_d_eu PARTITION OF t_d FOR VALUES IN ('eu')",
        "ALTER TABLE t ATTACH PARTITION t_d FOR VALUES FROM (30) TO (40)",
    ],
    "made below": ["CREATE TABLE t_a_x PARTITION OF t_a FOR VALUES IN ('x')"],
}


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    ("new", "number"), [*zip(NEW.values(), [1, 5, 8, 11], strict=True), (NEW["made"], 11)]
)
def test_a_partition_that_appears_meanwhile_has_its_part_too(
    database, connection, migrate, new, number
):
    def appear(count, _):
        if count == number:
            with database.engine.connect() as other:
                send(other, *new)

    with before_ddl(connection, appear), migrate():
        assert create() is Outcome.APPLIED
    found = tree(connection)
    assert len(found) in (7, 8)
    assert all(valid for _, _, valid in found), found
    assert [name for name, whole, _ in found if whole is None] == ["ix"]


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("name", ["t_c", "t_b"])
def test_a_partition_that_goes_away_meanwhile_is_not_missed(
    database, connection, migrate, statements, name
):
    def go(count, _):
        if count == 1:
            with database.engine.connect() as other:
                send(other, f"DROP TABLE {name}")

    with before_ddl(connection, go), migrate():
        assert create() is Outcome.APPLIED
    assert tree(connection) == [row for row in TREE if row[0] != f"ix_{name}"]


@pytest.mark.usefixtures("levels")
def test_an_invalid_part_that_is_loose_is_built_anew(connection, migrate, statements):
    with pytest.raises(Stopped), stopped_after(connection, 3), migrate():
        create()
    invalidate(connection, "ix_t_a_t_a_eu")
    statements.clear()
    with migrate():
        assert create() is Outcome.COMPLETED
    assert ddl(statements) == ["DROP INDEX CONCURRENTLY public.ix_t_a_t_a_eu", *STEPS[2:]]
    assert tree(connection) == TREE


@pytest.mark.usefixtures("levels")
def test_an_invalid_part_that_is_attached_is_mended_where_it_is(connection, migrate, statements):
    with pytest.raises(Stopped), stopped_after(connection, 4), migrate():
        create()
    invalidate(connection, "ix_t_a_t_a_eu")
    statements.clear()
    with migrate():
        assert create() is Outcome.COMPLETED
    assert ddl(statements) == ["REINDEX INDEX CONCURRENTLY public.ix_t_a_t_a_eu", *STEPS[4:]]
    assert tree(connection) == TREE


@pytest.mark.usefixtures("levels")
def test_what_was_attached_by_hand_counts(connection, migrate, statements):
    send(
        connection,
        "CREATE INDEX ix ON ONLY t (n)",
        "CREATE INDEX by_hand ON t_b (n)",
        "ALTER INDEX ix ATTACH PARTITION by_hand",
    )
    statements.clear()
    with migrate():
        assert create() is Outcome.COMPLETED
    assert ddl(statements) == [sql for sql in STEPS[1:] if "t_b" not in sql]
    assert ("by_hand", "ix", True) in tree(connection)


# Servers of before 2026 do not look at an index again once it is attached.
# https://www.postgresql.org/docs/release/18.4/
@pytest.mark.usefixtures("levels")
def test_an_index_whose_parts_are_all_valid_is_made_valid_or_refused(
    connection, migrate, statements
):
    with migrate():
        create()
    invalidate(connection, "ix")
    statements.clear()
    refused = None
    try:
        with migrate():
            assert create() is Outcome.COMPLETED
    except VerificationFailed as error:
        refused = str(error)
    connection.rollback()
    assert ddl(statements) == ["ALTER INDEX public.ix ATTACH PARTITION public.ix_t_a"]
    if refused is not None:
        assert refused == (
            "index public.ix is invalid although the part of each partition is attached and "
            "valid, and this release of the server does not look again. Update it to its latest "
            "minor release, or drop the index with op.drop_index('ix', 't', schema='public'); "
            "then run the migration again."
        )
        with migrate():
            op.drop_index("ix", "t", schema="public")
            assert create() is Outcome.APPLIED
    assert tree(connection) == TREE


@pytest.mark.usefixtures("levels")
def test_an_invalid_index_that_has_lost_all_its_partitions_is_made_anew(connection, migrate):
    send(connection, "CREATE INDEX ix ON ONLY t (n)", "DROP TABLE t_a, t_b, t_c")
    with migrate():
        assert create() is Outcome.COMPLETED
    assert tree(connection) == [("ix", None, True)]


def test_a_table_without_partitions_needs_only_its_own(connection, migrate, statements):
    send(connection, LEVELS[0])
    statements.clear()
    with migrate():
        assert create() is Outcome.APPLIED
    assert ddl(statements) == STEPS[:1]
    with migrate():
        assert create() is Outcome.SKIPPED
    assert tree(connection) == [("ix", None, True)]


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    ("there", "named"),
    [
        (["CREATE INDEX ix ON t (id)"], "index ix "),
        (["CREATE INDEX ix ON ONLY t (id)"], "index ix "),
        (["CREATE INDEX ix_t_b ON t_b (id)"], "index public.ix_t_b "),
        (["CREATE INDEX ix_t_a ON ONLY t_a (id)"], "index public.ix_t_a "),
        (["CREATE INDEX ix_t_b ON t_a_eu (n)"], "index public.ix_t_b "),
        (["CREATE TABLE ix_t_b ()"], "index public.ix_t_b "),
    ],
)
def test_another_index_of_the_name_is_refused_and_left(connection, migrate, snapshot, there, named):
    send(connection, *there)
    before = snapshot(connection)
    with pytest.raises(DefinitionMismatch, match=f"create_index_online: {named}is there"):
        with migrate():
            create()
    connection.rollback()
    assert snapshot(connection) == before


@pytest.mark.usefixtures("levels")
def test_duplicates_in_one_partition_are_found_and_nothing_is_left(connection, migrate):
    send(connection, "INSERT INTO t VALUES (3, 'us', 5), (3, 'us', 5), (4, 'us', 6)")
    with pytest.raises(ConstraintViolation) as caught, migrate():
        create("id", "region", unique=True)
    connection.rollback()
    assert tree(connection) == []
    assert connection.exec_driver_sql(caught.value.query).all() == [(3, "us", 2)]


@pytest.mark.usefixtures("levels")
def test_what_an_earlier_run_had_made_stays_when_duplicates_are_found(connection, migrate):
    with pytest.raises(Stopped), stopped_after(connection, 4), migrate():
        create("id", "region", unique=True)
    before = tree(connection)
    send(connection, "INSERT INTO t VALUES (3, 'us', 5), (3, 'us', 5)")
    with pytest.raises(ConstraintViolation), migrate():
        create("id", "region", unique=True)
    connection.rollback()
    assert tree(connection) == before


@pytest.mark.usefixtures("levels")
def test_a_part_that_cannot_be_mended_leaves_no_copy(connection, migrate):
    with pytest.raises(Stopped), stopped_after(connection, 4), migrate():
        create("id", "region", unique=True)
    part = "WHERE indexrelid = CAST('ix_t_a_t_a_eu' AS regclass)"
    send(
        connection,
        f"UPDATE pg_index SET indisvalid = false, indisready = false {part}",
        "INSERT INTO t VALUES (1, 'eu', 5)",
    )
    before = tree(connection)
    with pytest.raises(ConstraintViolation), migrate():
        create("id", "region", unique=True)
    connection.rollback()
    assert tree(connection) == before


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("named", [("t",), ()], ids=["of a table", "by its name"])
def test_dropping_takes_all_parts_at_once_so_it_is_not_online(
    connection, migrate, statements, named
):
    with migrate():
        create()
    statements.clear()
    with pytest.raises(OnlineNotSupported, match="is dropped with all its parts at once"):
        with migrate():
            op.drop_index_online("ix", *named)
    connection.rollback()
    assert tree(connection) == TREE
    with migrate():
        assert op.drop_index_online("ix", "t", online=Online.PREFER) is Outcome.APPLIED
    assert ddl(statements) == ["DROP INDEX ix"]
    with migrate():
        assert op.drop_index_online("ix", "t", online=Online.PREFER) is Outcome.SKIPPED
    assert tree(connection) == []


@pytest.mark.usefixtures("levels")
def test_off_is_the_plain_index(connection, migrate, statements):
    with migrate():
        assert create(online=Online.OFF) is Outcome.APPLIED
    assert ddl(statements) == ["CREATE INDEX ix ON t (n)"]
