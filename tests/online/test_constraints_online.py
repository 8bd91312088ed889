"""Constraints that are added while others write: what is sent, and where it goes on."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa
from servers.migration import migration
from sqlalchemy.dialects import postgresql
from stopping import Stopped, stopped_after

from alembic_helpers import (
    ConstraintViolation,
    DefinitionMismatch,
    MissingObject,
    Online,
    Outcome,
    UsageError,
    op,
)

POSTGRESQL = pytest.mark.capability("has_unvalidated_constraints")
MYSQL = pytest.mark.capability("unique_constraint_is_index")
PREFER = {"online": Online.PREFER}


def ddl(statements):
    return [" ".join(sql.split()) for sql in statements.ddl]


def send(connection, *sqls):
    for sql in sqls:
        connection.exec_driver_sql(sql)
    connection.commit()


@pytest.fixture(autouse=True)
def tables(connection):
    send(
        connection,
        "CREATE TABLE u (id int PRIMARY KEY, x int, y int, UNIQUE (x, y))",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b int, up int)",
        "INSERT INTO u VALUES (1, 1, 1)",
        "INSERT INTO t VALUES (1, 1, 1, NULL), (2, 1, 2, 1)",
    )


def named(connection, table="t", schema=None):
    """The names of a table's constraints, and whether they are valid."""
    found = connection.exec_driver_sql(
        "SELECT conname, convalidated FROM pg_constraint "
        f"WHERE conrelid = CAST('{table}' AS regclass) AND contype IN ('f', 'c', 'u') ORDER BY 1"
    ).all()
    connection.rollback()
    return [tuple(row) for row in found]


def foreign_key(name="fk", **kw):
    return op.create_foreign_key_online(name, "t", "u", ["a"], ["id"], **kw)


def check(name="ck", **kw):
    return op.create_check_constraint_online(name, "t", "a > 0", **kw)


def unique(name="uq", **kw):
    return op.create_unique_constraint_online(name, "t", ["b"], **kw)


STEPS = {
    foreign_key: [
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES u (id) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT fk",
    ],
    check: [
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT ck",
    ],
    unique: [
        "CREATE UNIQUE INDEX CONCURRENTLY uq ON t (b)",
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX uq",
    ],
}
NAMES = {foreign_key: "fk", check: "ck", unique: "uq"}


@POSTGRESQL
@pytest.mark.parametrize("step", STEPS)
def test_each_step_commits_by_itself(database, connection, migrate, statements, step):
    seen = []

    def look(*_):
        with database.engine.connect() as other:
            seen.append(named(other))

    sa.event.listen(connection, "after_cursor_execute", look)
    with migrate():
        assert step() is Outcome.APPLIED
    assert ddl(statements) == STEPS[step]
    found = [s for s, last in zip(seen[1:], seen, strict=False) if s != last]
    name = NAMES[step]
    assert found == ([[(name, False)], [(name, True)]] if step is not unique else [[(name, True)]])
    statements.clear()
    with migrate():
        assert step() is Outcome.SKIPPED
    assert not statements.ddl


@POSTGRESQL
@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_was_stopped_is_taken_up_where_it_was(connection, migrate, statements, step):
    for number in range(2):
        with pytest.raises(Stopped), stopped_after(connection, number), migrate():
            step()
    statements.clear()
    with migrate():
        assert step() is Outcome.COMPLETED
    assert ddl(statements) == STEPS[step][1:]
    with migrate():
        assert step() is Outcome.SKIPPED
    assert named(connection) == [(NAMES[step], True)]


VIOLATED = {
    foreign_key: "INSERT INTO t VALUES (3, 9, 3, NULL)",
    check: "INSERT INTO t VALUES (3, -1, 3, NULL)",
}


@POSTGRESQL
@pytest.mark.parametrize("step", VIOLATED)
@pytest.mark.parametrize("earlier", [False, True], ids=["made by this run", "made before"])
def test_only_what_this_run_made_is_taken_back(connection, migrate, step, earlier):
    send(connection, VIOLATED[step])
    if earlier:
        with pytest.raises(Stopped), stopped_after(connection, 1), migrate():
            step()
    with pytest.raises(ConstraintViolation) as caught, migrate():
        step()
    connection.rollback()
    assert named(connection) == ([(NAMES[step], False)] if earlier else [])
    assert [row[0] for row in connection.exec_driver_sql(caught.value.query)] == [3]


OTHERS = {
    foreign_key: [
        {"ondelete": "CASCADE"},
        {"onupdate": "SET NULL"},
        {"deferrable": True, "initially": "DEFERRED"},
    ],
    unique: [{"deferrable": True, "initially": "DEFERRED"}],
}


@POSTGRESQL
@pytest.mark.parametrize(("step", "kw"), [(s, kw) for s, many in OTHERS.items() for kw in many])
def test_another_definition_under_the_name_is_refused(connection, migrate, statements, step, kw):
    with migrate():
        assert step(**kw) is Outcome.APPLIED
    statements.clear()
    with migrate():
        assert step(**kw) is Outcome.SKIPPED
    with pytest.raises(DefinitionMismatch), migrate():
        step()
    assert not statements.ddl


@POSTGRESQL
def test_another_check_under_the_name_is_refused(connection, migrate, statements):
    send(connection, "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > -1) NOT VALID")
    statements.clear()
    with pytest.raises(DefinitionMismatch), migrate():
        check()
    assert not statements.ddl


@POSTGRESQL
@pytest.mark.parametrize(
    "index",
    ["CREATE INDEX uq ON t (b)", "CREATE UNIQUE INDEX uq ON t (a, b)",
     "CREATE UNIQUE INDEX uq ON t (b) WHERE a > 0", "CREATE UNIQUE INDEX uq ON t (b DESC)",
     "CREATE UNIQUE INDEX uq ON u (id)"],
)  # fmt: skip
def test_an_index_that_is_no_such_constraint_is_refused(connection, migrate, statements, index):
    send(connection, index)
    statements.clear()
    with pytest.raises(DefinitionMismatch, match="create_unique_constraint_online"), migrate():
        unique()
    assert not statements.ddl


@POSTGRESQL
def test_an_invalid_index_is_built_anew_before_it_becomes_the_constraint(
    connection, migrate, statements
):
    send(
        connection,
        "CREATE UNIQUE INDEX uq ON t (b)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST('uq' AS regclass)",
    )
    statements.clear()
    with migrate():
        assert unique() is Outcome.COMPLETED
    assert ddl(statements) == ["DROP INDEX CONCURRENTLY uq", *STEPS[unique]]


@POSTGRESQL
def test_duplicates_leave_no_index(connection, migrate, snapshot):
    send(connection, "INSERT INTO t VALUES (3, 1, 1, NULL)")
    before = snapshot(connection)
    with pytest.raises(ConstraintViolation) as caught, migrate():
        unique()
    connection.rollback()
    assert snapshot(connection) == before
    assert connection.exec_driver_sql(caught.value.query).all() == [(1, 2)]


@pytest.mark.capability("has_nulls_not_distinct")
@pytest.mark.skipif(
    "nulls_not_distinct" not in dict(postgresql.dialect.construct_arguments)[sa.Index],
    reason="SQLAlchemy has it since 2.0.16",
)
def test_nulls_not_distinct(connection, migrate, statements):
    kw = {"postgresql_nulls_not_distinct": True}
    with migrate():
        assert unique(**kw) is Outcome.APPLIED
    assert ddl(statements)[0] == f"{STEPS[unique][0]} NULLS NOT DISTINCT"
    with migrate():
        assert unique(**kw) is Outcome.SKIPPED
    with pytest.raises(DefinitionMismatch), migrate():
        unique()


@POSTGRESQL
def test_names_by_the_convention_or_as_they_are(connection, migrate):
    convention = {
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
    metadata = sa.MetaData(naming_convention=convention)
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate(target_metadata=metadata):
            assert foreign_key(None) is outcome
            assert check("a") is outcome
            assert unique(None) is outcome
            assert foreign_key(op.f("fk")) is outcome
            assert check(op.f("ck")) is outcome
            assert unique(op.f("uq")) is outcome
    assert named(connection) == [
        (name, True) for name in ("ck", "ck_t_a", "fk", "fk_t_a", "uq", "uq_t_b")
    ]


@POSTGRESQL
@pytest.mark.parametrize("step", STEPS)
def test_without_a_name_it_could_not_go_on(migrate, statements, step):
    name = f"create_{ {foreign_key: 'foreign_key', check: 'check_constraint', unique: 'unique_constraint'}[step] }_online"  # noqa: E501
    with pytest.raises(UsageError) as caught, migrate():
        step(None)
    assert f"{name} t" in str(caught.value)
    assert "the constraint has no name, and no naming convention gives one" in str(caught.value)
    assert not statements.ddl


@POSTGRESQL
@pytest.mark.parametrize("translated", [False, True])
def test_in_other_schemas(database, connection, translated):
    other = database.other_schema
    send(connection, f"CREATE TABLE {other}.t (id int, a int, b int)")
    schema = other
    if translated:
        schema = "logical"
        connection = connection.execution_options(schema_translate_map={schema: other})
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migration(connection):
            assert foreign_key(source_schema=schema) is outcome
            assert check(schema=schema) is outcome
            assert unique(schema=schema) is outcome
    assert [name for name, _ in named(connection, f"{other}.t")] == ["ck", "fk", "uq"]
    assert named(connection) == []


@POSTGRESQL
def test_a_key_into_another_schema(database, connection, migrate):
    other = database.other_schema
    send(
        connection,
        f"CREATE TABLE {other}.w (id int PRIMARY KEY)",
        f"INSERT INTO {other}.w VALUES (1)",
    )
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.create_foreign_key_online(
                "fk", "t", "w", ["a"], ["id"], referent_schema=other
            ) is outcome  # fmt: skip


@POSTGRESQL
def test_keys_of_several_columns_and_into_the_same_table(migrate, connection):
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.create_foreign_key_online("up", "t", "t", ["up"], ["id"]) is outcome
    with pytest.raises(ConstraintViolation) as caught, migrate():
        op.create_foreign_key_online("two", "t", "u", ["a", "b"], ["x", "y"])
    connection.rollback()
    assert [row[0] for row in connection.exec_driver_sql(caught.value.query)] == [2]


@MYSQL
@pytest.mark.parametrize("step", [foreign_key, check])
def test_what_has_to_block_is_done_with_one_warning(connection, migrate, statements, caplog, step):
    with caplog.at_level(logging.WARNING), migrate():
        assert step(**PREFER) is Outcome.APPLIED
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "blocks writers, because ALGORITHM=INPLACE is not supported" in warnings[0]
    with migrate():
        assert step(**PREFER) is Outcome.SKIPPED


@MYSQL
def test_a_unique_constraint_is_asked_for_without_a_lock(connection, migrate):
    sent = []
    sa.event.listen(connection, "after_cursor_execute", lambda *a: sent.append(a[2]))
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert unique() is outcome
    (alter,) = [sql for sql in sent if sql.startswith("ALTER")]
    assert alter == "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (b), ALGORITHM=INPLACE, LOCK=NONE"


@pytest.mark.capability("alters_in_place")
def test_validating_what_is_valid_sends_nothing(connection, migrate, statements):
    with migrate():
        check(**PREFER)
    statements.clear()
    with migrate():
        assert op.validate_constraint("ck", "t") is Outcome.SKIPPED
    assert not statements.ddl
    with pytest.raises(MissingObject, match=r"the table has no such constraint; it has: .*ck"):
        with migrate():
            op.validate_constraint("nope", "t")


@POSTGRESQL
@pytest.mark.parametrize("step", [foreign_key, check])
def test_validating_what_another_run_has_added(connection, migrate, statements, step):
    with pytest.raises(Stopped), stopped_after(connection, 1), migrate():
        step()
    statements.clear()
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.validate_constraint(NAMES[step], "t") is outcome
    assert ddl(statements) == STEPS[step][1:]
