"""On MySQL and MariaDB nothing of a twin is left, and nothing is committed by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from compare.mysql_items import Items, check, column, everything, index, read, real, table, twin
from servers.database import Database
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.base import NoTwin
from alembic_helpers.databases.definition import TWIN
from alembic_helpers.databases.objects import ConstraintType

# What only MySQL and MariaDB have, and what of the two only MySQL has.
pytestmark = [
    pytest.mark.capability("has_inline_enums"),
    pytest.mark.filterwarnings("ignore:Did not recognize type 'point'"),
]
only_mysql = pytest.mark.capability("has_functional_indexes")


@contextmanager
def scratch(connection: Connection, items: Items) -> Iterator[sa.Table]:
    made = table(items, TWIN, prefixes=["TEMPORARY"])
    with database_of(connection.dialect).scratch(connection, made):
        yield made


def is_there(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql(f"SELECT 1 FROM {TWIN}")
    except sa.exc.ProgrammingError:
        return False
    return True


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_twin_is_gone_after_an_error(
    connection: Connection, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        with scratch(connection, index("a")):
            assert is_there(connection)
            raise error
    assert not is_there(connection)


def test_nothing_is_committed(connection: Connection, database: Database) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.commit()
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    twin(connection, lambda: [*index("a")(), sa.Index("j", "n", unique=True)])
    with database.engine.connect() as other:
        assert other.scalar(sa.text("SELECT count(*) FROM t")) == 0
    connection.rollback()
    assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


def test_the_schema_of_a_twin_is_not_translated(connection: Connection, database: Database) -> None:
    schema = connection.engine.url.database
    other = connection.execution_options(schema_translate_map={schema: database.other_schema})
    made = twin(other, column(sa.Text), schema=schema)
    assert [c.name for c in made.columns] == ["a", "c"]


def test_a_real_table_of_that_name_is_untouched(connection: Connection) -> None:
    connection.exec_driver_sql(f"CREATE TABLE {TWIN} (a int)")
    connection.exec_driver_sql(f"INSERT INTO {TWIN} VALUES (1)")
    connection.commit()
    assert [c.name for c in twin(connection, column(sa.Text)).columns] == ["a", "c"]
    assert connection.scalar(sa.text(f"SELECT a FROM {TWIN}")) == 1


def test_what_a_temporary_table_hides_has_no_definition(connection: Connection) -> None:
    items = check("c <> 'x'")
    assert None not in everything(real(connection, items)).values()
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t (c int)")
    found = read(connection, "t")
    assert found.constraint("k", ConstraintType.CHECK) is not None
    assert set(everything(found).values()) == {None}


def test_a_refused_twin_says_why(connection: Connection) -> None:
    with pytest.raises(NoTwin) as refused:
        twin(connection, column(sa.Enum("x", "x")))
    assert str(refused.value) == (
        "the server refused a temporary table to compare with: "
        "Column 'c' has duplicated value 'x' in ENUM"
    )
    assert not is_there(connection)


def test_a_user_who_may_not_create_temporary_tables(
    connection: Connection, database: Database
) -> None:
    with reader(connection, database, "SELECT ON *") as other:
        with pytest.raises(NoTwin, match="temporary table to compare with: Access denied"):
            twin(other, column(sa.Integer))


def test_a_user_to_whom_the_table_is_not_shown(connection: Connection, database: Database) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a int, b int)")
    with reader(connection, database, "SELECT (a) ON t") as other:
        assert {c.name: c.definition for c in read(other, "t").columns} == {"a": None}


@contextmanager
def reader(connection: Connection, database: Database, grant: str) -> Iterator[Connection]:
    """A user's connection who has this one privilege."""
    rights, _, on = grant.partition(" ON ")
    name = f"{connection.engine.url.database}_r"[-32:]
    connection.exec_driver_sql(f"DROP USER IF EXISTS {name}")
    connection.exec_driver_sql(f"CREATE USER {name} IDENTIFIED BY 'x'")
    schema = connection.engine.url.database
    connection.exec_driver_sql(f"GRANT {rights} ON {schema}.{on} TO {name}")
    connection.commit()
    url = sa.make_url(database.url).set(username=name, password="x")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as other:
            yield other
    finally:
        connection.exec_driver_sql(f"DROP USER {name}")


def test_a_lost_connection_is_no_refusal(connection: Connection, database: Database) -> None:
    own = connection.scalar(sa.text("SELECT connection_id()"))
    with database.engine.connect() as other:
        other.exec_driver_sql(f"KILL {own}")
    with pytest.raises(sa.exc.DBAPIError) as lost:
        twin(connection, column(sa.Integer))
    assert lost.value.connection_invalidated
