"""The queries that errors show run as they are printed, and find the rows in the way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration
from sqlalchemy.dialects import postgresql

from alembic_helpers import ConstraintViolation, Online, op

pytestmark = pytest.mark.capability("is_server")


def found(database, connection, step):
    """The rows that the query of the error finds, sent word for word."""
    with pytest.raises(ConstraintViolation) as caught, migration(connection):
        step()
    connection.rollback()
    query = caught.value.query
    assert str(caught.value).endswith(f"To find them: {query}")
    dbapi = connection.connection.dbapi_connection
    cursor = dbapi.cursor()
    try:
        cursor.execute(query.rstrip(";"))
        return sorted((tuple(row) for row in cursor.fetchall()), key=repr)
    finally:
        cursor.close()
        connection.rollback()


def table(connection, name="t", columns=("a", "b"), rows=(), schema=None, type_=None):
    made = sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(column, type_ or sa.String(20)) for column in columns),
        schema=schema,
    )
    made.create(connection)
    if rows:
        connection.execute(made.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
    connection.commit()
    return made


# A colon or a per cent sign in a column's name is more than some drivers take: only in tables'.
NAMES = ["select", "two  words", "a.b", 'q"q', "it's", "ö", "x`y"]
TABLES = [*NAMES, "50%", "a:b", "referred"]


@pytest.mark.parametrize("name", TABLES)
def test_names_are_quoted_and_kept_as_they_are(database, connection, schema, name):
    column = name if name in NAMES else "c"
    made = table(connection, name, ["id", column], [("1", "x"), ("2", "x"), ("3", None)], schema)
    other = sa.Table("u", sa.MetaData(), sa.Column("id", sa.String(20), primary_key=True))
    other.schema = schema
    other.create(connection)
    connection.commit()
    prefer = {"online": Online.PREFER, "schema": schema}
    columns = {"id": "id", "column": column}
    query = lambda step: found(database, connection, step)  # noqa: E731
    assert query(
        lambda: op.create_index_online("ix", name, [column], unique=True, schema=schema)
    ) == [("x", 2)]
    assert query(
        lambda: op.create_unique_constraint_online("uq", name, [column], schema=schema)
    ) == [("x", 2)]
    assert query(lambda: op.set_not_null_online(name, column, schema=schema)) == [("3", None)]
    assert query(
        lambda: op.create_foreign_key_online(
            "fk",
            name,
            "u",
            [columns["column"]],
            ["id"],
            source_schema=schema,
            referent_schema=schema,
            online=Online.PREFER,
        )
    ) == [("1", "x"), ("2", "x")]
    assert query(
        lambda: op.create_check_constraint_online(
            "ck", name, sa.column(column).not_in(["x", "50%"]), **prefer
        )
    ) == [("1", "x"), ("2", "x")]
    assert made.name == name


@pytest.mark.parametrize(
    "condition",
    ["a <> '50%'", "a NOT LIKE '5%'", sa.column("a").not_like("5%"), sa.text("a <> '50%'")],
)
def test_per_cent_signs_of_a_check_are_not_doubled(database, connection, condition):
    table(connection, rows=[("50%", "x"), ("%50", "y"), (None, "z")])
    assert found(
        database,
        connection,
        lambda: op.create_check_constraint_online("ck", "t", condition, online=Online.PREFER),
    ) == [("50%", "x")]


def test_a_colon_in_a_check_is_no_parameter(database, connection):
    table(connection, rows=[("a:b", "x"), ("b", "y")])
    assert found(
        database,
        connection,
        lambda: op.create_check_constraint_online("ck", "t", "a <> 'a\\:b'", online=Online.PREFER),
    ) == [("a:b", "x")]


def test_null_is_no_duplicate_of_null(database, connection):
    table(connection, rows=[(None, "x"), (None, "x"), ("1", "x"), ("1", "x"), ("1", None)])
    step = lambda: op.create_index_online("ix", "t", ["a", "b"], unique=True)  # noqa: E731
    assert found(database, connection, step) == [("1", "x", 2)]


@pytest.mark.capability("has_nulls_not_distinct")
@pytest.mark.skipif(
    "nulls_not_distinct" not in dict(postgresql.dialect.construct_arguments)[sa.Index],
    reason="SQLAlchemy has it since 2.0.16",
)
def test_null_is_a_duplicate_of_null_where_that_is_asked(database, connection):
    table(connection, rows=[(None, "x"), (None, "x"), (None, "y")])
    kw = {"postgresql_nulls_not_distinct": True}
    step = lambda: op.create_index_online("ix", "t", ["a", "b"], unique=True, **kw)  # noqa: E731
    assert found(database, connection, step) == [(None, "x", 2)]


@pytest.mark.capability("has_functional_indexes")
@pytest.mark.parametrize("columns", [[sa.text("(lower(a))")], [sa.text("(lower(a)) DESC")]])
def test_expressions_are_grouped_as_they_are_indexed(database, connection, columns):
    table(connection, rows=[("A", "x"), ("a", "y"), ("b", "z"), (None, "z"), (None, "z")])
    step = lambda: op.create_index_online(  # noqa: E731
        "ix", "t", columns, unique=True, online=Online.PREFER
    )
    assert found(database, connection, step) == [("a", 2)]


def test_the_order_of_an_index_is_left_out(database, connection):
    table(connection, rows=[("a", "x"), ("a", "y")])
    step = lambda: op.create_index_online(  # noqa: E731
        "ix", "t", [sa.column("a").desc()], unique=True
    )
    assert found(database, connection, step) == [("a", 2)]


@pytest.mark.capability("has_partial_indexes")
@pytest.mark.parametrize("where", [sa.text("b = '%:x'"), sa.column("b") == "%:x"])
def test_rows_outside_of_a_partial_index_are_not_in_the_way(database, connection, where):
    table(connection, rows=[("1", "%:x"), ("1", "%:x"), ("2", "y"), ("2", "y")])
    if isinstance(where, sa.TextClause):
        where = sa.text("b = '%\\:x'")
    step = lambda: op.create_index_online(  # noqa: E731
        "ix", "t", ["a"], unique=True, postgresql_where=where
    )
    assert found(database, connection, step) == [("1", 2)]


@pytest.mark.capability("unique_constraint_is_index")
def test_a_part_of_a_column_is_grouped_as_it_is_indexed(database, connection):
    table(connection, rows=[("abc", "x"), ("abd", "y"), ("b", "z")])
    kw = {"mysql_length": {"a": 2}, "mariadb_length": {"a": 2}}
    step = lambda: op.create_index_online("ix", "t", ["a"], unique=True, **kw)  # noqa: E731
    assert found(database, connection, step) == [("ab", 2)]


def test_a_row_that_refers_to_its_own_table(database, connection):
    connection.exec_driver_sql("CREATE TABLE n (id int PRIMARY KEY, up int)")
    connection.exec_driver_sql("INSERT INTO n VALUES (1, NULL), (2, 1), (3, 7)")
    connection.commit()
    step = lambda: op.create_foreign_key_online(  # noqa: E731
        "fk", "n", "n", ["up"], ["id"], online=Online.PREFER
    )
    assert found(database, connection, step) == [(3, 7)]


def test_a_composite_key_that_is_null_in_part_leads_nowhere_and_may(database, connection):
    connection.exec_driver_sql("CREATE TABLE u (a int, b int, PRIMARY KEY (a, b))")
    connection.exec_driver_sql("CREATE TABLE n (a int, b int)")
    connection.exec_driver_sql("INSERT INTO n VALUES (1, NULL), (1, 2)")
    connection.commit()
    step = lambda **kw: op.create_foreign_key_online(  # noqa: E731
        "fk", "n", "u", ["a", "b"], ["a", "b"], online=Online.PREFER, **kw
    )
    assert found(database, connection, step) == [(1, 2)]


@pytest.mark.capability("has_unvalidated_constraints")
def test_a_full_match_forbids_it(database, connection):
    connection.exec_driver_sql("CREATE TABLE u (a int, b int, PRIMARY KEY (a, b))")
    connection.exec_driver_sql("CREATE TABLE n (a int, b int)")
    connection.exec_driver_sql("INSERT INTO n VALUES (1, NULL), (NULL, NULL)")
    connection.commit()
    step = lambda: op.create_foreign_key_online(  # noqa: E731
        "fk", "n", "u", ["a", "b"], ["a", "b"], match="FULL"
    )
    assert found(database, connection, step) == [(1, None)]


def test_the_schema_is_the_one_that_a_logical_name_stands_for(database, connection):
    table(connection, rows=[("1", "x"), ("1", "y")], schema=database.other_schema)
    connection = connection.execution_options(
        schema_translate_map={"logical": database.other_schema}
    )
    step = lambda: op.create_index_online(  # noqa: E731
        "ix", "t", ["a"], unique=True, schema="logical"
    )
    assert found(database, connection, step) == [("1", 2)]
