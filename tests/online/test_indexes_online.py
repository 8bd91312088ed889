"""create_index_online and drop_index_online: what they send, and what they find."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import op as alembic_op
from servers.migration import Statements
from sqlalchemy.dialects import postgresql

from alembic_helpers import (
    DefinitionMismatch,
    Online,
    OnlineNotSupported,
    Outcome,
    Settings,
    UsageError,
    op,
)
from alembic_helpers.databases import PostgreSQL


@pytest.fixture(autouse=True)
def table(connection, migrate, schema):
    with migrate():
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), schema=schema)
    where = f"{schema}.t" if schema else "t"
    connection.exec_driver_sql(f"INSERT INTO {where} VALUES (1, 1), (2, 2)")
    connection.commit()


@pytest.fixture
def statements(connection):
    """What reached the server, with what was added to it on the way."""
    found = Statements()

    def record(_connection, _cursor, statement, *_rest):
        found.append(statement)

    sa.event.listen(connection, "after_cursor_execute", record)
    yield found
    sa.event.remove(connection, "after_cursor_execute", record)


@pytest.fixture
def sent(statements):
    """The DDL that was sent, its white space made one."""
    return lambda: [" ".join(sql.split()) for sql in statements.ddl]


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


FORMS = {
    "sqlite": ("CREATE INDEX {index} ON t (a)", "DROP INDEX {index}"),
    "postgresql": (
        "CREATE INDEX CONCURRENTLY ix ON {table} (a)",
        "DROP INDEX CONCURRENTLY {index}",
    ),
    "mysql": (
        "CREATE INDEX ix ON {table} (a) ALGORITHM=INPLACE LOCK=NONE",
        "DROP INDEX ix ON {table} ALGORITHM=INPLACE LOCK=NONE",
    ),
    "mariadb": (
        "CREATE INDEX ix ON {table} (a) ALGORITHM=INPLACE LOCK=NONE",
        "ALTER TABLE {table} DROP INDEX ix, ALGORITHM=INPLACE, LOCK=NONE",
    ),
}


def test_each_database_is_asked_in_its_own_words(database, migrate, schema, sent, statements):
    words = {"index": dotted(schema, "ix"), "table": dotted(schema, "t")}
    create, drop = (form.format(**words) for form in FORMS[database.name])
    statements.clear()
    with migrate():
        op.create_index_online("ix", "t", ["a"], schema=schema)
    assert sent() == [create]
    statements.clear()
    with migrate():
        assert op.drop_index_online("ix", "t", schema=schema) is Outcome.APPLIED
        assert op.drop_index_online("ix", "t", schema=schema) is Outcome.SKIPPED
    assert sent() == [drop]


def test_another_definition_is_refused_before_anything_is_sent(migrate, schema, sent, statements):
    with migrate():
        op.create_index("ix", "t", ["id"], schema=schema)
    statements.clear()
    with pytest.raises(DefinitionMismatch, match=r"create_index(_online)?: index .*ix is there"):
        with migrate():
            op.create_index_online("ix", "t", ["a"], schema=schema)
    assert not sent()


@pytest.mark.capability("has_concurrent_indexes")
def test_what_was_done_before_is_committed_only_when_there_is_something_to_do(migrate, schema):
    with pytest.raises(ZeroDivisionError), migrate():
        op.create_table("early", sa.Column("id", sa.Integer))
        op.create_index_online("ix", "t", ["a"], schema=schema)
        op.create_table("late", sa.Column("id", sa.Integer))
        raise ZeroDivisionError
    with migrate():
        assert op.table_exists("early")
        assert op.index_exists("ix", "t", schema=schema)
        assert not op.table_exists("late")
    with pytest.raises(ZeroDivisionError), migrate():
        op.create_table("again", sa.Column("id", sa.Integer))
        op.create_index_online("ix", "t", ["a"], schema=schema)
        raise ZeroDivisionError
    with migrate():
        assert not op.table_exists("again")


def test_online_is_one_of_three(migrate, schema):
    with pytest.raises(UsageError) as caught, migrate():
        op.create_index_online("ix", "t", ["a"], schema=schema, online=True)
    assert str(caught.value) == (
        "create_index_online: online=True: expected Online.REQUIRE, Online.PREFER or Online.OFF; "
        "write: from alembic_helpers import Online"
    )


@pytest.mark.capability("has_concurrent_indexes")
class TestConcurrently:
    def test_a_table_of_the_same_transaction_is_not_committed(self, migrate, schema, sent):
        with pytest.raises(ZeroDivisionError), migrate():
            op.create_table("n", sa.Column("a", sa.Integer), schema=schema)
            op.add_column("n", sa.Column("b", sa.Integer), schema=schema)
            assert op.create_index_online("ix_n", "n", ["a"], schema=schema) is Outcome.APPLIED
            op.create_index("ix_m", "n", ["b"], schema=schema, postgresql_concurrently=True)
            raise ZeroDivisionError
        assert not any("CONCURRENTLY" in sql for sql in sent())
        with migrate():
            assert not op.table_exists("n", schema=schema)

    def test_a_table_that_was_altered_is_not_a_new_one(self, migrate, schema, sent):
        with migrate():
            op.add_column("t", sa.Column("b", sa.Integer), schema=schema)
            op.create_index_online("ix", "t", ["b"], schema=schema)
        assert "CONCURRENTLY" in sent()[-1]

    def test_alembics_own_flag_does_the_same(self, migrate, schema, sent, statements):
        create = {"schema": schema, "postgresql_concurrently": True}
        for words in (["CREATE INDEX CONCURRENTLY"], []):
            statements.clear()
            with migrate():
                op.create_index("ix", "t", ["a"], **create)
            assert [sql.partition(" ix")[0] for sql in sent()] == words
        statements.clear()
        with migrate():
            op.drop_index("ix", "t", **create)
            op.drop_index("ix", "t", **create)
        assert sent() == [f"DROP INDEX CONCURRENTLY {dotted(schema, 'ix')}"]

    def test_within_a_block_of_the_users_own(self, migrate, schema):
        with migrate(), alembic_op.get_context().autocommit_block():
            op.create_index("ix", "t", ["a"], schema=schema, postgresql_concurrently=True)
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.SKIPPED
            op.create_index_online("iy", "t", ["a"], schema=schema)

    @pytest.fixture
    def left(self, connection, schema):
        """An invalid index of any name, as an interrupted statement leaves one."""

        def left(name, columns="a"):
            table = dotted(schema, "t")
            connection.exec_driver_sql(f"CREATE INDEX {name} ON {table} ({columns})")
            connection.exec_driver_sql(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
                f"CAST('{dotted(schema, name)}' AS regclass)"
            )
            connection.commit()

        return left

    def test_an_invalid_one_is_built_anew(self, migrate, schema, left, sent, statements):
        left("ix")
        statements.clear()
        with migrate():
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.COMPLETED
        assert [sql.split(" ix")[0] for sql in sent()] == [
            f"DROP INDEX CONCURRENTLY{f' {schema}.ix' if schema else ''}".split(" ix")[0],
            "CREATE INDEX CONCURRENTLY",
        ]

    @pytest.mark.parametrize("name", ["ix_ccnew", "ix_ccold", "ix_ccnew1"])
    def test_what_a_reindex_left_is_dropped(self, migrate, schema, left, sent, statements, name):
        with migrate():
            op.create_index_online("ix", "t", ["a"], schema=schema)
        left(name)
        statements.clear()
        with migrate():
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.COMPLETED
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.SKIPPED
        assert sent() == [f"DROP INDEX CONCURRENTLY {dotted(schema, name)}"]

    def test_a_long_name_is_cut_for_the_suffix(self, migrate, schema, left):
        name = "i" * 63
        with migrate():
            op.create_index_online(name, "t", ["a"], schema=schema)
        left("i" * 57 + "_ccnew")
        with migrate():
            assert op.create_index_online(name, "t", ["a"], schema=schema) is Outcome.COMPLETED

    @pytest.mark.parametrize("name", ["ix_ccnew_", "my_ix_ccnew", "ix2_ccnew"])
    def test_an_invalid_one_of_another_name_is_nobodys(self, migrate, schema, left, name):
        with migrate():
            op.create_index_online("ix", "t", ["a"], schema=schema)
        left(name)
        with migrate():
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.SKIPPED

    def test_a_valid_one_with_that_suffix_stays(self, migrate, schema):
        with migrate():
            op.create_index("ix_ccnew", "t", ["a"], schema=schema)
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.APPLIED
        with migrate():
            assert op.index_exists("ix_ccnew", "t", schema=schema)

    def test_a_version_that_builds_corrupt_indexes_is_refused(self, migrate, schema, monkeypatch):
        reason = property(PostgreSQL.online_reason.fget)
        monkeypatch.setattr(
            PostgreSQL, "online_reason", property(lambda _: reason.fget(_Of((14, 3))))
        )
        with pytest.raises(OnlineNotSupported) as caught, migrate():
            op.create_index_online("ix", "t", ["a"], schema=schema)
        assert str(caught.value) == (
            f"create_index_online {dotted(schema, 't')}.ix: it cannot be done without blocking "
            "writers: PostgreSQL 14.0 to 14.3 may build corrupt indexes that way; update to 14.4. "
            "Nothing was changed. To have it done all the same, with a warning: "
            "online=Online.PREFER."
        )
        with migrate(alembic_helpers=Settings(online=Online.PREFER)):
            assert op.create_index_online("ix", "t", ["a"], schema=schema) is Outcome.APPLIED


class _Of:
    """A database of a version."""

    def __init__(self, version):
        self.dialect = postgresql.dialect()
        self.dialect.server_version_info = version


@pytest.mark.parametrize(
    ("version", "refused"),
    [((13, 9), False), ((14, 0), True), ((14, 3), True), ((14, 4), False), ((18, 1), False)],
)
def test_the_corrupting_versions(version, refused):
    assert (PostgreSQL.online_reason.fget(_Of(version)) is not None) is refused


def test_under_one_translation_and_then_another(database, connection, migrate):
    """SQLAlchemy keeps statements that were compiled under the first."""
    other = database.other_schema
    with migrate():
        op.create_table("n", sa.Column("a", sa.Integer), schema=other)
    for number, mapping in enumerate([{"x": other}, {None: other}, {"x": other, None: other}]):
        connection.execution_options(schema_translate_map=mapping)
        schema = "x" if "x" in mapping else None
        with migrate(alembic_helpers=Settings(heartbeat=0.01)):
            assert op.create_index_online(f"ix{number}", "n", ["a"], schema=schema)
    connection.execution_options(schema_translate_map=None)
