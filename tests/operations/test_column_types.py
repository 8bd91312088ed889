"""A column that is there as it was asked for is no mismatch, whatever its type."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from alembic_helpers import DefinitionMismatch, Outcome, op


class Colour(enum.Enum):
    red = 1
    green = 2


class Points(sa.TypeDecorator[int]):
    impl = sa.Integer
    cache_ok = True


class Place(sa.types.UserDefinedType[Any]):
    """A type that SQLAlchemy does not know."""

    def get_col_spec(self, **_: Any) -> str:
        return "point"


class Token(sa.TypeDecorator[str]):
    """Another type on each database, as a GUID recipe is."""

    impl = sa.CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(sa.CHAR(32))


GENERIC: dict[str, sa.types.TypeEngine[Any]] = {
    "Integer": sa.Integer(),
    "BigInteger": sa.BigInteger(),
    "SmallInteger": sa.SmallInteger(),
    "INTEGER": sa.INTEGER(),
    "String": sa.String(30),
    "Unicode": sa.Unicode(30),
    "CHAR": sa.CHAR(4),
    "VARCHAR": sa.VARCHAR(12),
    "Text": sa.Text(),
    "UnicodeText": sa.UnicodeText(),
    "Boolean": sa.Boolean(),
    "Boolean, checked": sa.Boolean(create_constraint=True, name="ck_bool"),
    "Numeric": sa.Numeric(),
    "Numeric(10, 2)": sa.Numeric(10, 2),
    "Numeric(10)": sa.Numeric(10),
    "DECIMAL": sa.DECIMAL(8, 3),
    "Float": sa.Float(),
    "Float(24)": sa.Float(24),
    "Float(53)": sa.Float(53),
    "Double": sa.Double(),
    "REAL": sa.REAL(),
    "Date": sa.Date(),
    "DateTime": sa.DateTime(),
    "DateTime, zoned": sa.DateTime(timezone=True),
    "TIMESTAMP": sa.TIMESTAMP(),
    "TIMESTAMP, zoned": sa.TIMESTAMP(timezone=True),
    "Time": sa.Time(),
    "Time, zoned": sa.Time(timezone=True),
    "Interval": sa.Interval(),
    "LargeBinary": sa.LargeBinary(),
    "LargeBinary(20)": sa.LargeBinary(20),
    "Enum": sa.Enum("new", "it's", name="state"),
    "Enum of Python": sa.Enum(Colour, name="colour"),
    "Enum, varchar": sa.Enum("new", "paid", name="plain", native_enum=False),
    "Enum, checked": sa.Enum("a", "bc", name="ck", native_enum=False, create_constraint=True),
    "JSON": sa.JSON(),
    "Uuid": sa.Uuid(),
    "Uuid, characters": sa.Uuid(native_uuid=False),
    "PickleType": sa.PickleType(),
    "TypeDecorator": Points(),
    "TypeDecorator by dialect": Token(),
    "unknown to SQLAlchemy": Place(),
    "variant": sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
    "variant of a text": sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"),
}
POSTGRESQL: dict[str, sa.types.TypeEngine[Any]] = {
    "String without length": sa.String(),
    "JSONB": postgresql.JSONB(),
    "UUID": postgresql.UUID(as_uuid=False),
    "ARRAY": postgresql.ARRAY(sa.Integer()),
    "ARRAY of String(20)": sa.ARRAY(sa.String(20)),
    "ARRAY of dimensions": postgresql.ARRAY(sa.Integer(), dimensions=2),
    "ARRAY of Enum": postgresql.ARRAY(sa.Enum("x", "y", name="axis")),
    "ENUM": postgresql.ENUM("on", "off", name="toggle"),
    "TIMESTAMP(3)": postgresql.TIMESTAMP(precision=3),
    "TIME(2)": postgresql.TIME(precision=2),
    "INTERVAL": postgresql.INTERVAL(fields="DAY TO SECOND"),
    "INTERVAL(3)": postgresql.INTERVAL(precision=3),
    "BYTEA": postgresql.BYTEA(),
    "INET": postgresql.INET(),
    "CIDR": postgresql.CIDR(),
    "MACADDR": postgresql.MACADDR(),
    "BIT(4)": postgresql.BIT(4),
    "BIT VARYING": postgresql.BIT(varying=True),
    "TSVECTOR": postgresql.TSVECTOR(),
    "TSTZRANGE": postgresql.TSTZRANGE(),
    "INT4RANGE": postgresql.INT4RANGE(),
    "MONEY": postgresql.MONEY(),
    "OID": postgresql.OID(),
    "DOUBLE PRECISION": postgresql.DOUBLE_PRECISION(),
    "collated": sa.String(10, collation="C"),
}
MYSQL: dict[str, sa.types.TypeEngine[Any]] = {
    "TINYINT": mysql.TINYINT(),
    "TINYINT(1)": mysql.TINYINT(1),
    "MEDIUMINT": mysql.MEDIUMINT(),
    "INTEGER UNSIGNED": mysql.INTEGER(unsigned=True),
    "INTEGER(11)": mysql.INTEGER(11),
    "BIGINT UNSIGNED": mysql.BIGINT(unsigned=True),
    "DATETIME(6)": mysql.DATETIME(fsp=6),
    "TIMESTAMP(3)": mysql.TIMESTAMP(fsp=3),
    "TIME(2)": mysql.TIME(fsp=2),
    "YEAR": mysql.YEAR(),
    "DOUBLE(10, 3)": mysql.DOUBLE(10, 3),
    "DECIMAL UNSIGNED": mysql.DECIMAL(10, 2, unsigned=True),
    "FLOAT": mysql.FLOAT(),
    "BIT(4)": mysql.BIT(4),
    "VARCHAR collated": mysql.VARCHAR(20, collation="utf8mb4_bin"),
    "VARCHAR of the default collation": mysql.VARCHAR(20, collation="utf8mb4_general_ci"),
    "VARCHAR of latin1": mysql.VARCHAR(20, charset="latin1"),
    "NVARCHAR": mysql.NVARCHAR(20),
    "TINYTEXT": mysql.TINYTEXT(),
    "MEDIUMTEXT": mysql.MEDIUMTEXT(),
    "LONGTEXT": mysql.LONGTEXT(),
    "TINYBLOB": mysql.TINYBLOB(),
    "LONGBLOB": mysql.LONGBLOB(),
    "VARBINARY": mysql.VARBINARY(10),
    "BINARY": sa.BINARY(16),
    "SET": mysql.SET("a", "b"),
    "ENUM": mysql.ENUM("a", "b"),
    "JSON": mysql.JSON(),
}
SQLITE: dict[str, sa.types.TypeEngine[Any]] = {
    "String without length": sa.String(),
    "DATETIME": sqlite.DATETIME(truncate_microseconds=True),
    "TIMESTAMP": sqlite.TIMESTAMP(),
    "JSON": sqlite.JSON(),
    "collated": sa.String(10, collation="NOCASE"),
}
OWN = {"postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL, "sqlite": SQLITE}


def _types(database: Any) -> dict[str, sa.types.TypeEngine[Any]]:
    return GENERIC | {f"own {name}": type_ for name, type_ in OWN[database.name].items()}


@pytest.fixture
def judged(run) -> Iterator[Callable[..., None]]:
    """All types of a database in one test: it fails at its end, with those that went wrong."""
    wrong: list[str] = []

    def judged(name: str, step: Callable[[], Any]) -> None:
        try:
            outcomes = [*run(step), *run(step)]
        except DefinitionMismatch as error:
            wrong.append(f"{name}: {error}")
        else:
            if outcomes != [Outcome.APPLIED, Outcome.SKIPPED]:
                wrong.append(f"{name}: {outcomes}")

    yield judged
    assert not wrong, "\n".join(wrong)


def test_create_table_finds_every_type_as_it_made_it(database, judged):
    for at, (name, type_) in enumerate(_types(database).items()):
        judged(name, lambda at=at, type_=type_: op.create_table(f"t{at}", sa.Column("c", type_)))


def test_create_table_finds_every_type_in_another_schema(database, judged):
    for at, (name, type_) in enumerate(_types(database).items()):
        column = sa.Column("c", type_)
        judged(
            name,
            lambda at=at, column=column: op.create_table(
                f"t{at}", column, schema=database.other_schema
            ),
        )


def test_add_column_finds_every_type_as_it_made_it(database, run, judged):
    run(lambda: op.create_table("t", sa.Column("id", sa.Integer, primary_key=True)))
    for at, (name, type_) in enumerate(_types(database).items()):
        if database.has_enums and isinstance(type_, (sa.Enum, sa.ARRAY)):
            continue  # of a named type: Alembic's add_column does not create it
        judged(name, lambda at=at, type_=type_: op.add_column("t", sa.Column(f"c{at}", type_)))


DIFFERENT: list[tuple[str, Any, Any]] = [
    ("", sa.Integer(), sa.BigInteger()),
    ("", sa.Integer(), sa.Text()),
    ("", sa.String(20), sa.String(30)),
    ("", sa.String(20), sa.Text()),
    ("", sa.Numeric(10, 2), sa.Numeric(12, 2)),
    ("", sa.Numeric(10, 2), sa.Numeric(10, 4)),
    ("", sa.Date(), sa.DateTime()),
    ("", sa.Text(), sa.LargeBinary()),
    ("", sa.Float(), sa.Numeric(10, 2)),
    ("postgresql", sa.DateTime(), sa.DateTime(timezone=True)),
    ("postgresql", sa.String(20), sa.String()),
    ("postgresql", sa.Numeric(10, 2), sa.Numeric()),
    ("postgresql", sa.Float(24), sa.Double()),
    ("postgresql", sa.Integer(), postgresql.ARRAY(sa.Integer())),
    ("postgresql", sa.JSON(), postgresql.JSONB()),
    ("postgresql", sa.String(9), sa.String(9, collation="C")),
    ("postgresql", sa.Enum("a", name="one"), sa.Enum("a", name="other")),
    ("mysql mariadb", mysql.INTEGER(unsigned=True), sa.Integer()),
    ("mysql mariadb", sa.DateTime(), mysql.DATETIME(fsp=6)),
    ("mysql mariadb", mysql.DATETIME(fsp=6), sa.DateTime()),
    ("mysql mariadb", sa.Float(), sa.Double()),
    ("mysql mariadb", sa.Text(), mysql.MEDIUMTEXT()),
    ("mysql mariadb", sa.Enum("a", "b"), sa.Enum("a", "b", "c")),
    ("mysql mariadb", sa.Enum("a", "b"), sa.Enum("b", "a")),
    (
        "mysql mariadb",
        mysql.VARCHAR(9, collation="utf8mb4_bin"),
        mysql.VARCHAR(9, charset="latin1"),
    ),
]


def test_another_type_is_a_mismatch(database, run):
    unnoticed = []
    for at, (names, found, asked) in enumerate(DIFFERENT):
        if names and database.name not in names.split():
            continue
        run(lambda at=at, found=found: op.create_table(f"t{at}", sa.Column("c", found)))
        try:
            run(lambda at=at, asked=asked: op.create_table(f"t{at}", sa.Column("c", asked)))
        except DefinitionMismatch:
            pass
        else:
            unnoticed.append(f"{found!r} -> {asked!r}")
    assert unnoticed == []


def test_alter_column_to_another_type_is_sent(database, run):
    unsent = []
    for at, (names, found, asked) in enumerate(DIFFERENT):
        if names and database.name not in names.split():
            continue
        if database.has_enums and isinstance(found, sa.Enum):
            continue  # Alembic's alter_column does not create the new type
        run(lambda at=at, found=found: op.create_table(f"t{at}", sa.Column("c", found)))

        def alter(at=at, asked=asked):
            op.alter_column(f"t{at}", "c", type_=asked, postgresql_using="NULL")

        outcomes = [*run(alter), *run(alter)]
        if outcomes != [Outcome.APPLIED, Outcome.SKIPPED]:
            unsent.append(f"{found!r} -> {asked!r}: {outcomes}")
    assert unsent == []
