"""``bulk_insert`` and ``ensure_rows``: a row is there once, however often the migration runs."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from alembic_helpers import MissingObject, Outcome, UsageError, op


class Colour(enum.Enum):
    red = 1
    green = 2


def rows_of(connection, name="t", schema=None):
    found = connection.execute(
        sa.text("SELECT count(*) FROM " + (f"{schema}." if schema else "") + name)
    )
    count = found.scalar()
    connection.rollback()
    return count


def people(schema=None):
    return op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(30)),
        schema=schema,
    )


PEOPLE = sa.table("people", sa.column("id", sa.Integer), sa.column("name", sa.String))
ROWS = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}, {"id": 3, "name": None}]


class TestBulkInsert:
    def test_twice_by_primary_key(self, run, twice, connection, schema):
        def insert():
            op.bulk_insert(people_table, ROWS)

        people_table = sa.table(
            "people", *(sa.column("id", sa.Integer), sa.column("name", sa.String)), schema=schema
        )
        run(lambda: people(schema))
        twice(insert)
        assert rows_of(connection, "people", schema) == 3

    def test_only_the_missing_rows(self, run, connection):
        run(people, lambda: op.bulk_insert(PEOPLE, ROWS[:1]))
        assert run(lambda: op.bulk_insert(PEOPLE, ROWS)) == [Outcome.COMPLETED]
        assert rows_of(connection, "people") == 3

    def test_a_row_that_was_changed_since_is_left_as_it_is(self, run, connection):
        run(people, lambda: op.bulk_insert(PEOPLE, ROWS))
        run(lambda: op.execute("UPDATE people SET name = 'Eve' WHERE id = 2"))
        assert run(lambda: op.bulk_insert(PEOPLE, ROWS)) == [Outcome.SKIPPED]
        assert connection.scalar(sa.text("SELECT name FROM people WHERE id = 2")) == "Eve"

    def test_no_rows(self, run):
        assert run(people, lambda: op.bulk_insert(PEOPLE, [])) == [Outcome.APPLIED, Outcome.SKIPPED]

    def test_without_a_key_duplicates_are_meant(self, run, twice, connection):
        run(lambda: op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.String(5))))
        t = sa.table("t", sa.column("a", sa.Integer), sa.column("b", sa.String))
        rows = [{"a": 1, "b": "x"}, {"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 1, "b": None}]
        twice(lambda: op.bulk_insert(t, rows))
        assert rows_of(connection) == 4
        run(lambda: op.execute("DELETE FROM t WHERE a IS NULL"))
        assert run(lambda: op.bulk_insert(t, rows)) == [Outcome.COMPLETED]
        assert rows_of(connection) == 4

    def test_without_a_key_the_columns_given_decide(self, run, twice, connection):
        run(
            lambda: op.create_table(
                "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)
            )
        )
        t = sa.table("t", sa.column("a", sa.Integer))
        twice(lambda: op.bulk_insert(t, [{"a": 1}, {"a": 2}]))
        assert rows_of(connection) == 2

    def test_rows_of_different_columns(self, run, connection):
        run(people)
        insert = lambda: op.bulk_insert(  # noqa: E731
            PEOPLE, [{"id": 1, "name": "Ada"}, {"id": 2}], multiinsert=False
        )
        assert run(insert) == [Outcome.APPLIED]
        assert run(insert) == [Outcome.SKIPPED]
        assert rows_of(connection, "people") == 2

    @pytest.mark.parametrize(
        "insert",
        [
            pytest.param(lambda rows: op.bulk_insert(PEOPLE, rows), id="bulk_insert"),
            pytest.param(lambda rows: op.ensure_rows(PEOPLE, rows), id="ensure_rows"),
        ],
    )
    def test_no_value_is_lost_behind_a_row_that_has_none(self, run, twice, connection, insert):
        run(people)
        twice(lambda: insert([{"id": 1}, {"id": 2, "name": "Bob"}, {"id": 3}, {"id": 4}]))
        names = connection.execute(sa.select(PEOPLE.c.name).order_by(PEOPLE.c.id)).scalars().all()
        connection.rollback()
        assert names == [None, "Bob", None, None]

    def test_without_a_key_rows_of_different_columns_are_counted_apart(
        self, run, twice, connection
    ):
        run(lambda: op.create_table("s", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)))
        s = sa.table("s", sa.column("a", sa.Integer), sa.column("b", sa.Integer))
        twice(lambda: op.bulk_insert(s, [{"a": 1}, {"a": 2, "b": 3}]))
        assert rows_of(connection, "s") == 2

    def test_inline_literals(self, run, twice, connection):
        run(people)
        twice(
            lambda: op.bulk_insert(
                PEOPLE,
                [{"id": 1, "name": op.inline_literal("Ada's 100% :x")}],
                multiinsert=False,
            )
        )
        assert connection.scalar(sa.text("SELECT name FROM people")) == "Ada's 100% :x"

    def test_a_column_with_another_key(self, run, twice, connection):
        run(people)
        t = sa.Table(
            "people",
            sa.MetaData(),
            sa.Column("id", sa.Integer, key="number", primary_key=True),
            sa.Column("name", sa.String(30), key="who"),
        )
        twice(lambda: op.bulk_insert(t, [{"number": 1, "who": "Ada"}]))

    def test_what_is_no_list_of_dictionaries(self, run):
        run(people)
        with pytest.raises(UsageError) as caught:
            run(lambda: op.bulk_insert(PEOPLE, [("Ada",)]))
        assert str(caught.value) == (
            "bulk_insert: expected a list of dictionaries, one for each row"
        )

    def test_a_table_that_is_not_there(self, run):
        with pytest.raises(MissingObject, match="there is no such table 'people'"):
            run(lambda: op.bulk_insert(PEOPLE, ROWS))


VALUES = {
    "integer": (sa.Integer(), [0, 1, -1, 2**31 - 1]),
    "big integer": (sa.BigInteger(), [2**62, -(2**62)]),
    "string": (
        sa.String(50),
        ["", "a", "A", "ä", "é", "日本", "🙂", "it's", "100%", ":x", "a\\b", "a "],
    ),
    "text": (sa.Text(), ["", "x" * 5000, "line\nbreak", '"quoted"']),
    "float": (sa.Float(), [0.1, 1 / 3, math.pi, 1e-10, -2.5, 12345.678, 16777217.0]),
    "double": (sa.Double(), [0.1, 1 / 3, math.pi, 1e300, 5e-324, 16777217.0]),
    "numeric": (
        sa.Numeric(10, 2),
        [
            decimal.Decimal("1.10"),
            decimal.Decimal("-0.01"),
            decimal.Decimal("2.345"),
            decimal.Decimal("7"),
        ],
    ),
    "boolean": (sa.Boolean(), [True, False]),
    "date": (sa.Date(), [dt.date(2020, 2, 29), dt.date(1900, 1, 1)]),
    "time": (sa.Time(), [dt.time(1, 2, 3), dt.time(23, 59, 59, 400000)]),
    "datetime": (
        sa.DateTime(),
        [
            dt.datetime(2020, 1, 2, 3, 4, 5),
            dt.datetime(2020, 1, 2, 3, 4, 5, 123456),
            dt.datetime(2020, 12, 31, 23, 59, 59, 999999),
        ],
    ),
    "datetime with zone": (
        sa.DateTime(timezone=True),
        [dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc)],
    ),
    "interval": (sa.Interval(), [dt.timedelta(days=1, seconds=5), dt.timedelta(0)]),
    "bytes": (sa.LargeBinary(), [b"", b"\x00\xff'\\", b"abc"]),
    "enum": (sa.Enum("new", "it's", name="state"), ["new", "it's"]),
    "enum of Python": (sa.Enum(Colour, name="colour"), [Colour.red, Colour.green]),
    "enum of characters": (sa.Enum(Colour, name="chars", native_enum=False), [Colour.red]),
    "uuid": (sa.Uuid(), [uuid.UUID(int=5), uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")]),
    "JSON": (sa.JSON(), [{"b": 1, "a": [1, 2.5, None, "ü"]}, [], {}, "text", 5, True, None]),
    "JSON without null": (sa.JSON(none_as_null=True), [{"a": 1}, None]),
    "pickle": (sa.PickleType(), [{"a": (1, 2)}]),
}
POSTGRESQL = {
    "JSONB": (postgresql.JSONB(), [{"b": 1, "a": [1, 2.5]}, None]),
    "array": (postgresql.ARRAY(sa.Integer()), [[1, 2], [], [None]]),
    "array of text": (sa.ARRAY(sa.String(10)), [["a", "it's"]]),
    "real": (sa.REAL(), [0.1, 1 / 3]),
    "timestamp(0)": (postgresql.TIMESTAMP(precision=0), [dt.datetime(2020, 1, 2, 3, 4, 5, 600000)]),
    "inet": (postgresql.INET(), ["10.0.0.1"]),
    "char": (sa.CHAR(8), ["ab"]),
}
MYSQL = {
    "float(24)": (sa.Float(24), [0.1, 1 / 3]),
    "datetime(6)": (mysql.DATETIME(fsp=6), [dt.datetime(2020, 1, 2, 3, 4, 5, 123456)]),
    "datetime(3)": (mysql.DATETIME(fsp=3), [dt.datetime(2020, 1, 2, 3, 4, 5, 123556)]),
    "timestamp": (sa.TIMESTAMP(), [dt.datetime(2020, 1, 2, 3, 4, 5, 600000)]),
    "time(3)": (mysql.TIME(fsp=3), [dt.time(1, 2, 3, 123556)]),
    "year": (mysql.YEAR(), [2024]),
    "set": (mysql.SET("a", "b"), [{"a"}, {"a", "b"}]),
    "binary collation": (mysql.VARCHAR(9, collation="utf8mb4_bin"), ["a", "A"]),
    "char": (sa.CHAR(8), ["ab"]),
    "float(7, 3)": (mysql.FLOAT(7, 3), [1.23456, 1 / 3]),
    "double(7, 3)": (mysql.DOUBLE(7, 3), [1.23456, 1 / 3]),
    "real": (sa.REAL(), [0.1]),
    "decimal": (mysql.DECIMAL(6, 1), [decimal.Decimal("1.25")]),
}
OWN = {"postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}


@pytest.mark.parametrize("keyed", [True, False], ids=["key", "no key"])
def test_no_value_of_any_type_is_doubled(database, run, connection, keyed):
    doubled = []
    for at, (name, (type_, values)) in enumerate((VALUES | OWN.get(database.name, {})).items()):
        columns = [sa.Column("n", sa.Integer), sa.Column("v", type_)]
        table = sa.table(f"t{at}", sa.column("n", sa.Integer), sa.column("v", type_))
        rows = [{"n": n, "v": value} for n, value in enumerate([*values, None])]
        run(lambda at=at, columns=columns: op.create_table(f"t{at}", *columns))
        for _ in range(2):

            def insert(table=table, rows=rows):
                if keyed:
                    op.ensure_rows(table, rows, key=["v", "n"])
                else:
                    op.bulk_insert(table, rows)

            outcome = run(insert)
        if outcome != [Outcome.SKIPPED] or rows_of(connection, f"t{at}") != len(rows):
            doubled.append(f"{name}: {outcome} {rows_of(connection, f't{at}')} of {len(rows)}")
    assert not doubled, "\n".join(doubled)


class TestEnsureRows:
    def test_twice_by_primary_key(self, run, twice, schema, connection):
        run(lambda: people(schema))
        twice(lambda: op.ensure_rows("people", ROWS, schema=schema))
        assert rows_of(connection, "people", schema) == 3

    def test_by_a_key(self, run, twice, connection):
        run(people)
        twice(lambda: op.ensure_rows("people", ROWS[:2], key=["name"]))
        other = [{"id": 7, "name": "Ada"}, {"id": 8, "name": "Cid"}]
        assert run(lambda: op.ensure_rows("people", other, key=["name"])) == [Outcome.COMPLETED]
        assert rows_of(connection, "people") == 3

    def test_by_a_key_that_is_null(self, run, twice, connection):
        run(people)
        twice(lambda: op.ensure_rows(PEOPLE, [{"id": 1, "name": None}], key=["name"]))

    def test_a_key_given_twice_among_the_rows(self, run, connection):
        run(people)
        rows = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ada"}]
        assert run(lambda: op.ensure_rows("people", rows, key=["name"])) == [Outcome.COMPLETED]
        assert rows_of(connection, "people") == 1
        assert run(lambda: op.ensure_rows("people", rows, key=["name"])) == [Outcome.SKIPPED]

    def test_returns_its_outcome(self, run):
        found = []
        run(people)
        for _ in range(2):
            run(lambda: found.append(op.ensure_rows("people", ROWS)))
        assert found == [Outcome.APPLIED, Outcome.SKIPPED]

    def test_rows_without_the_key(self, run):
        run(people)
        with pytest.raises(UsageError) as caught:
            run(lambda: op.ensure_rows("people", [{"name": "Ada"}]))
        assert str(caught.value) == (
            "ensure_rows people: the rows do not carry the primary key; say what makes a row the "
            'same: ensure_rows(table, rows, key=["name"])'
        )
        with pytest.raises(UsageError) as caught:
            run(lambda: op.ensure_rows("people", [{"id": 1}], key=["name"]))
        assert str(caught.value) == (
            "ensure_rows people: row 0 has no value for the key column name; give it one, or "
            "another key="
        )

    def test_a_key_that_is_no_column(self, run):
        run(people)
        with pytest.raises(UsageError) as caught:
            run(lambda: op.ensure_rows("people", ROWS, key=["nick"]))
        assert str(caught.value) == (
            "ensure_rows people: key=['nick'] names no column of the table: nick; it has id, name"
        )

    def test_a_key_that_is_a_string(self, run):
        with pytest.raises(UsageError) as caught:
            run(lambda: op.ensure_rows("people", ROWS, key="name"))
        assert str(caught.value) == "ensure_rows: key='name' is one string; write key=['name']"

    def test_a_column_that_is_not_there(self, run):
        run(people)
        with pytest.raises(UsageError, match="names no column of the table: nick; it has id, name"):
            run(lambda: op.ensure_rows("people", [{"id": 1, "nick": "A"}]))

    def test_a_table_that_is_not_there(self, run):
        with pytest.raises(
            MissingObject, match="ensure_rows: there is no table 'people' in schema"
        ):
            run(lambda: op.ensure_rows("people", ROWS))

    def test_no_rows(self, run):
        assert run(people, lambda: op.ensure_rows("people", [])) == [
            Outcome.APPLIED,
            Outcome.SKIPPED,
        ]
