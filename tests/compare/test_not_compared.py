"""What cannot be compared is named in the log, and never taken as equal in silence."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration, recorded

from alembic_helpers import AmbiguousMatch, DefinitionMismatch, Outcome, op
from alembic_helpers.databases import Database
from alembic_helpers.engine.operations import operations_for

PASSWORD = "Plain-1234"


def table(a=sa.Integer, default="(coalesce(1, 2))"):
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", a, server_default=sa.text(default)),
        sa.Column("b", sa.String(20), index=True),
        sa.CheckConstraint("a > 0", name="ck"),
        sa.UniqueConstraint("b", name="uq"),
    )


def check(name, says):
    return lambda: op.create_check_constraint(name, "t", says)


@pytest.fixture(autouse=True)
def log(caplog):
    caplog.set_level("INFO", "alembic.helpers")


def run(connection, *steps):
    with migration(connection) as context:
        for step in steps:
            step()
        return [record.outcome for record in operations_for(context).records]


@pytest.fixture
def as_superuser(database):
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.mark.capability("is_server")
class TestWithoutThePrivilege:
    """A user who may do everything but make a temporary table."""

    @pytest.fixture
    def plain(self, request, database, as_superuser, connection):
        run(connection, table)
        kind = "postgresql" if database.name == "postgresql" else "mysql"
        yield from getattr(self, kind)(database, as_superuser)

    def postgresql(self, database, as_superuser):
        name = sa.make_url(database.url).database
        for sql in (
            f'CREATE ROLE "{name}"',
            f'GRANT USAGE, CREATE ON SCHEMA public TO "{name}"',
            f'ALTER TABLE t OWNER TO "{name}"',
            f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC',
        ):
            as_superuser.exec_driver_sql(sql)
        try:
            with database.engine.connect() as connection:
                connection.exec_driver_sql(f'SET ROLE "{name}"')
                connection.commit()
                yield connection
        finally:
            for sql in (
                f'GRANT TEMPORARY ON DATABASE "{name}" TO PUBLIC',
                f'DROP OWNED BY "{name}"',
                f'DROP ROLE "{name}"',
            ):
                as_superuser.exec_driver_sql(sql)

    def mysql(self, database, as_superuser):
        url = sa.make_url(database.url)
        name = url.database
        for sql in (
            f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON `{name}`.* TO '{name}'@'%'",
            f"REVOKE CREATE TEMPORARY TABLES ON `{name}`.* FROM '{name}'@'%'",
        ):
            as_superuser.exec_driver_sql(sql.replace("%", "%%"))
        engine = sa.create_engine(
            url.set(username=name, password=PASSWORD), poolclass=sa.pool.NullPool
        )
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            as_superuser.exec_driver_sql(f"DROP USER '{name}'@'%%'")

    def reason(self, database):
        name = sa.make_url(database.url).database
        if database.name == "postgresql":
            return f'permission denied to create temporary tables in database "{name}"'
        return (
            "the server refused a temporary table to compare with: "
            f"Access denied for user '{name}'@'%' to database '{name}'"
        )

    def test_what_needs_a_twin_is_named_with_the_reason(self, plain, database, caplog):
        assert run(plain, check("ck", "a > 0 AND a <> 5")) == [Outcome.SKIPPED]
        assert caplog.messages == [
            "skipped   create_check_constraint t ck: already there; not compared: condition "
            f"({self.reason(database)})"
        ]

    def test_types_and_columns_are_compared(self, plain, database, caplog):
        assert run(plain, table, lambda: table(default="(coalesce(7, 2))")) == [Outcome.SKIPPED] * 2
        assert caplog.messages == [
            "skipped   create_table t: already there",
            "skipped   create_table t: already there; not compared: a server default "
            f"({self.reason(database)})",
        ]
        with recorded(plain) as statements, pytest.raises(DefinitionMismatch) as caught:
            run(plain, lambda: table(sa.BigInteger))
        assert [d.attribute for d in caught.value.differences] == ["a type"]
        assert not statements.ddl
        for columns in (["a"], ["b", "a"]):
            with pytest.raises(DefinitionMismatch, match="columns"):
                run(plain, lambda columns=columns: op.create_unique_constraint("uq", "t", columns))
            with pytest.raises(DefinitionMismatch, match="columns"):
                run(plain, lambda columns=columns: op.create_index("ix_t_b", "t", columns))

    @pytest.mark.capability("has_enums")
    def test_an_enum_is_compared_with_its_schema(self, plain, connection, database):
        def column(schema):
            return lambda: op.add_column("t", sa.Column("c", sa.Enum("x", name="e", schema=schema)))

        for schema in ("public", database.other_schema):
            run(connection, lambda schema=schema: op.create_enum("e", ["x"], schema=schema))
        run(connection, column(None))
        assert run(plain, column(None), column("public")) == [Outcome.SKIPPED] * 2
        with pytest.raises(DefinitionMismatch, match="type"):
            run(plain, column(database.other_schema))

    def test_a_check_without_a_name_is_no_guess(self, plain):
        with recorded(plain) as statements, pytest.raises(AmbiguousMatch) as caught:
            run(plain, check(None, "a > 0 AND a <> 5"))
        assert str(caught.value) == (
            "create_check_constraint: it has no name, and whether it is one of ck cannot be told "
            "from the text; nothing was changed. Give it a name: "
            "op.create_check_constraint('ck_...', ...)"
        )
        assert caught.value.candidates == ("ck",)
        assert not statements.ddl

    def test_one_whose_text_decides_is_known(self, plain):
        assert run(plain, check(None, "a > 0")) == [Outcome.SKIPPED]

    def test_the_operation_itself_still_works(self, plain, caplog):
        add = lambda: op.add_column("t", sa.Column("c", sa.Integer))  # noqa: E731
        assert run(plain, add) == [Outcome.APPLIED]
        assert run(plain, add) == [Outcome.SKIPPED]
        assert caplog.messages[-1] == "skipped   add_column t.c: already there"


@pytest.mark.lacks("is_server")
class TestOnADatabaseWithoutAModule:
    """As on SQL Server, Oracle or a third-party dialect: SQLAlchemy's reflection alone."""

    @pytest.fixture(autouse=True)
    def generic(self, monkeypatch):
        monkeypatch.setattr("alembic_helpers.catalog.asking.database_of", Database)

    @pytest.fixture(autouse=True)
    def there(self, generic, connection):
        assert run(connection, table) == [Outcome.APPLIED]

    def is_named(self, caplog, *lines):
        """The log names what was not compared; where the reason is known, in parentheses."""
        assert [line.partition(" (")[0] for line in caplog.messages] == list(lines)

    def test_of_a_table(self, connection, caplog):
        assert run(connection, table) == [Outcome.SKIPPED]
        assert caplog.messages == [
            "skipped   create_table t: already there; not compared: index ix_t_b definition "
            "(this database is not asked how it would keep it)"
        ]

    def test_of_an_index(self, connection, caplog):
        index = lambda: op.create_index("ix_t_b", "t", ["b"])  # noqa: E731
        assert run(connection, index) == [Outcome.SKIPPED]
        self.is_named(
            caplog, "skipped   create_index ix_t_b: already there; not compared: definition"
        )
        with pytest.raises(DefinitionMismatch, match="columns"):
            run(connection, lambda: op.create_index("ix_t_b", "t", ["a"]))
        with pytest.raises(DefinitionMismatch, match="unique"):
            run(connection, lambda: op.create_index("ix_t_b", "t", ["b"], unique=True))

    def test_of_a_column(self, connection, caplog):
        def add(type_, **options):
            return lambda: op.add_column("t", sa.Column("a", type_, **options))

        assert run(connection, add(sa.Integer, server_default="7")) == [Outcome.SKIPPED]
        self.is_named(
            caplog, "skipped   add_column t.a: already there; not compared: server default"
        )
        with pytest.raises(DefinitionMismatch, match="type"):
            run(connection, add(sa.Text))
        with pytest.raises(DefinitionMismatch, match="nullability"):
            run(connection, add(sa.Integer, nullable=False))

    def test_of_a_check(self, connection, caplog):
        assert run(connection, check("ck", "a > 0 AND a <> 5")) == [Outcome.SKIPPED]
        self.is_named(
            caplog, "skipped   create_check_constraint t ck: already there; not compared: condition"
        )
        with pytest.raises(AmbiguousMatch, match="whether it is one of ck cannot be told"):
            run(connection, check(None, "a > 0 AND a <> 5"))
