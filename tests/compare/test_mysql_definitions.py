"""On MySQL and MariaDB a table and its twin are read in the same words, aspect by aspect."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from compare.mysql_items import (
    Items,
    Point,
    assert_same,
    both,
    check,
    column,
    default,
    differences,
    everything,
    index,
    read,
    real,
    twin,
)
from servers.database import Database
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.construct import DeclaredType
from alembic_helpers.databases.definition import Aspect

# What only MySQL and MariaDB have, and what of the two only MySQL has.
pytestmark = [
    pytest.mark.capability("has_inline_enums"),
    pytest.mark.filterwarnings("ignore:Did not recognize type 'point'"),
]
only_mysql = pytest.mark.capability("has_functional_indexes")

FSP3 = "CURRENT_TIMESTAMP(3)"
QUOTED = sa.Enum("a'b", "c,d", "(e", "é")
HOSTILE = "c`1, (x) 'KEY' \"y\" /*! 50% :é"
NOW = f"{FSP3} ON UPDATE {FSP3}"

# Two of a kind, and what is between them.
CHANGES: dict[str, tuple[Items, Items, Aspect]] = {
    "boolean": (column(sa.Boolean), column(sa.SmallInteger), Aspect.TYPE),
    "integer": (column(sa.Integer), column(sa.BigInteger), Aspect.TYPE),
    "unsigned": (column(mysql.TINYINT(unsigned=True)), column(mysql.TINYINT), Aspect.TYPE),
    "zerofill": (
        column(mysql.MEDIUMINT(5, zerofill=True)),
        column(mysql.MEDIUMINT(5, unsigned=True)),
        Aspect.TYPE,
    ),
    "precision": (column(sa.Numeric(10, 3)), column(sa.Numeric(11, 3)), Aspect.TYPE),
    "scale": (column(sa.Numeric(10)), column(sa.Numeric(10, 2)), Aspect.TYPE),
    "float": (column(sa.Float(20)), column(sa.Float(30)), Aspect.TYPE),
    "double": (column(sa.Double), column(sa.Float), Aspect.TYPE),
    "length": (column(sa.String(10)), column(sa.String(11)), Aspect.TYPE),
    "blob": (column(sa.LargeBinary), column(mysql.MEDIUMBLOB), Aspect.TYPE),
    "text": (column(sa.Text), column(mysql.LONGTEXT), Aspect.TYPE),
    "json": (column(sa.JSON), column(mysql.LONGTEXT), Aspect.TYPE),
    "fsp": (column(mysql.DATETIME(fsp=3)), column(mysql.DATETIME(fsp=6)), Aspect.TYPE),
    "enum": (column(QUOTED), column(sa.Enum("a'b", "c,d", "(e")), Aspect.TYPE),
    "order of an enum": (column(sa.Enum("x", "y")), column(sa.Enum("y", "x")), Aspect.TYPE),
    "set": (column(mysql.SET("x'", "y")), column(mysql.SET("x'", "z")), Aspect.TYPE),
    "collation": (
        column(sa.String(9, collation="utf8mb4_bin")),
        column(sa.String(9)),
        Aspect.COLLATION,
    ),
    "nullable": (column(sa.Integer), column(sa.Integer, nullable=False), Aspect.NULLABILITY),
    "timestamp": (
        column(mysql.TIMESTAMP(fsp=3), server_default=sa.text(NOW)),
        column(mysql.TIMESTAMP(fsp=3), server_default=sa.text(FSP3)),
        Aspect.ON_UPDATE,
    ),
    "default": (default(sa.Boolean, "true"), column(sa.Boolean), Aspect.DEFAULT),
    "number": (default(sa.Numeric(9, 2), "1.5"), default(sa.Numeric(9, 2), "2"), Aspect.DEFAULT),
    "now": (default(mysql.DATETIME(fsp=3), FSP3), column(mysql.DATETIME(fsp=3)), Aspect.DEFAULT),
    "string": (
        column(sa.String(40), server_default="it's \\ 50% :é(,`"),
        column(sa.String(40), server_default="it's \\ 50% :è(,`"),
        Aspect.DEFAULT,
    ),
    "case of a default": (
        column(sa.String(9), server_default="A"),
        column(sa.String(9), server_default="a"),
        Aspect.DEFAULT,
    ),
    "expression": (
        default(sa.String(40), "(concat('a', 'b,é'))"),
        default(sa.String(40), "(concat('a', 'b,è'))"),
        Aspect.DEFAULT,
    ),
    "uuid": (default(sa.String(40), "(uuid())"), column(sa.String(40)), Aspect.DEFAULT),
    "computed": (
        column(sa.Integer, sa.Computed("a + 1")),
        column(sa.Integer, sa.Computed("a + 2")),
        Aspect.COMPUTED,
    ),
    "stored": (
        column(sa.Integer, sa.Computed("a + 1", persisted=True)),
        column(sa.Integer, sa.Computed("a + 1", persisted=False)),
        Aspect.COMPUTED,
    ),
    "autoincrement": (
        lambda: [sa.Column("a", sa.Integer, primary_key=True)],
        lambda: [sa.Column("a", sa.Integer, primary_key=True, autoincrement=False)],
        Aspect.AUTOINCREMENT,
    ),
    "comment": (
        column(sa.Integer, comment='it\'s "a" \\ 50%\n'),
        column(sa.Integer, comment="it's"),
        Aspect.COMMENT,
    ),
    "primary key": (
        lambda: [sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
                 sa.Column("b", sa.Integer, primary_key=True)],
        lambda: [sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
                 sa.PrimaryKeyConstraint("b", "a")],
        Aspect.COLUMNS,
    ),
    "unique constraint": (
        lambda: [*column(sa.Integer)(), sa.UniqueConstraint("a", "c", name="u")],
        lambda: [*column(sa.Integer)(), sa.UniqueConstraint("c", "a", name="u")],
        Aspect.COLUMNS,
    ),
    "check": (
        check("c <> 'it''s é' AND c IN ('a,b)', '50%')"),
        check("c <> 'it''s é' AND c IN ('a,b)', '51%')"),
        Aspect.CONDITION,
    ),
    "columns of an index": (index("a", "n"), index("n", "a"), Aspect.COLUMNS),
    "unique": (index("a"), index("a", unique=True), Aspect.UNIQUE),
    "prefix": (
        index("b", **both(length=10)),
        index("b", **both(length=11)),
        Aspect.PREFIX_LENGTHS,
    ),
    "fulltext": (
        index("a", **both(prefix="FULLTEXT")),
        index("a"),
        Aspect.METHOD,
    ),
    "hostile names": (
        lambda: [sa.Column(HOSTILE, sa.Integer), sa.Index(HOSTILE, HOSTILE),
                 sa.CheckConstraint(sa.column(HOSTILE) > 1, name=f"{HOSTILE}'")],
        lambda: [sa.Column(HOSTILE, sa.BigInteger), sa.Index(HOSTILE, HOSTILE),
                 sa.CheckConstraint(sa.column(HOSTILE) > 1, name=f"{HOSTILE}'")],
        Aspect.TYPE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_is_one_difference(connection: Connection, name: str) -> None:
    same, changed, aspect = CHANGES[name]
    found = real(connection, same, **both(charset="utf8mb4"))
    database = database_of(connection.dialect)
    options = database.twin_options(found, {})
    equal = twin(connection, same, **options)
    assert_same(found, equal)
    assert differences(found, twin(connection, changed, **options)) == {aspect}


def test_json_is_known_by_its_type(connection: Connection) -> None:
    kind = database_of(connection.dialect)
    found = real(connection, column(sa.JSON)).columns[1]
    assert [kind.type_text(found.type), found.spelling] == ["json", "json"]


@pytest.mark.parametrize("fsp", [None, 3])
def test_the_time_in_parentheses_is_the_time(connection: Connection, fsp: int | None) -> None:
    def items(sql: str) -> Items:
        return column(mysql.DATETIME(fsp=fsp), server_default=sa.text(sql))

    digits = f"({fsp})" if fsp else ""
    found = real(connection, items(f"CURRENT_TIMESTAMP{digits}"))
    other = twin(connection, items(f"(CURRENT_TIMESTAMP{digits})"))
    same = database_of(connection.dialect).equivalents
    one, two = ((t.columns[1].definition or {})[Aspect.DEFAULT] or "" for t in (found, other))
    assert same.get(one, one) == same.get(two, two)


def test_a_spatial_index_is_one(connection: Connection) -> None:
    spatial = index("p", **both(prefix="SPATIAL"))
    found = real(connection, spatial)
    assert_same(found, twin(connection, spatial))
    assert everything(found)["index", "i"][Aspect.METHOD] == "SPATIAL"


def test_a_fulltext_index_on_a_name_with_a_percent_sign(connection: Connection) -> None:
    def items() -> list[Any]:
        fulltext = sa.Index("50%", "50%", "b", **both(prefix="FULLTEXT"))
        return [sa.Column("50%", sa.Text), sa.Column("b", sa.Text), fulltext]

    found = real(connection, items)
    assert everything(found)["index", "50%"][Aspect.COLUMNS] == "(`50%`, b)"
    assert_same(found, twin(connection, items))


def test_a_descending_index_is_another(connection: Connection, database: Database) -> None:
    found = real(connection, index(sa.text("a DESC"), "n"))
    asked = everything(found)["index", "i"]
    descends = database.name == "mysql" or database.version >= (10, 8)  # else it is not kept
    assert asked[Aspect.ORDER] == ("(DESC, ASC)" if descends else None)
    assert_same(found, twin(connection, index(sa.text("a DESC"), "n")))


@only_mysql
def test_an_expression_in_an_index(connection: Connection) -> None:
    def items(sql: str) -> Items:
        return index("a", sa.text(f"(concat(a, '{sql}')) DESC"))

    found = real(connection, items("é, ("))
    made = everything(found)["index", "i"]
    assert made[Aspect.COLUMNS] == "(a, concat(`a`,'é, ('))"
    assert found.indexes[0].reads == ("a",)
    assert_same(found, twin(connection, items("é, (")))
    assert differences(found, twin(connection, items("è, ("))) == {Aspect.COLUMNS}


@only_mysql
def test_a_check_that_is_not_enforced(connection: Connection) -> None:
    not_enforced = check("c <> 'x') NOT ENFORCED, CHECK (1 = 1")
    found = real(connection, not_enforced)
    assert not differences(found, twin(connection, not_enforced))
    assert differences(found, twin(connection, check("c <> 'x'"))) == {Aspect.ENFORCED}


@pytest.mark.parametrize("session", ["latin1", "utf8mb4 COLLATE utf8mb4_bin"])
def test_the_session_that_made_it_is_not_seen(connection: Connection, session: str) -> None:
    def items() -> list[Any]:
        words = sa.Computed("concat(c, 'x')", persisted=True)
        return [*check("c IN ('a', 'b') AND c <> _binary'x'")(), sa.Column("d", sa.Text, words)]

    connection.exec_driver_sql(f"SET NAMES {session}")
    found = real(connection, items, **both(charset="utf8mb4"))
    connection.exec_driver_sql("SET NAMES utf8mb4")
    found = read(connection, "t")
    options = database_of(connection.dialect).twin_options(found, {})
    assert_same(found, twin(connection, items, **options))


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "NO_ZERO_DATE"])
def test_any_sql_mode(database: Database, mode: str) -> None:
    engine = sa.create_engine(database.url, poolclass=sa.NullPool)

    @sa.event.listens_for(engine, "connect", insert=True)
    def _set_mode(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.cursor().execute(f"SET sql_mode = 'STRICT_TRANS_TABLES,{mode}'")

    def items() -> list[Any]:
        return [
            sa.Column('c`"', sa.String(9), server_default="it's \\", comment="it's \\"),
            sa.Column("t", sa.TIMESTAMP),
            sa.Column("u", sa.TIMESTAMP),
        ]

    with engine.connect() as connection:
        found = real(connection, items)
        assert_same(found, twin(connection, items))
        definition = found.columns[0].definition or {}
        assert definition[Aspect.DEFAULT] == r"'it''s \\'"
        assert definition[Aspect.COMMENT] == "it's \\"


def test_a_spelling_makes_the_column_again(connection: Connection) -> None:
    def items() -> list[Any]:
        return [
            sa.Column("e", sa.Enum("a'b", "c,d", "é")),
            sa.Column("j", sa.JSON),
            sa.Column("v", sa.String(9, collation="latin1_bin")),
            sa.Column("n", mysql.INTEGER(unsigned=True)),
            sa.Column("t", mysql.TIMESTAMP(fsp=2)),
            sa.Column("p", Point()),
            sa.Column("y", mysql.YEAR),
        ]

    found = real(connection, items)

    def again() -> list[Any]:
        return [sa.Column(c.name, DeclaredType(c.spelling or "")) for c in found.columns]

    assert_same(found, twin(connection, again))
    # Else it would be NOT NULL where explicit_defaults_for_timestamp is off.
    assert [c.spelling for c in found.columns if c.name == "t"] == ["timestamp(2) NULL"]


def test_the_percent_sign_of_a_member_stays_one(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (c ENUM('50%%'))")
    found = read(connection, "t")
    assert found.columns[0].spelling == "enum('50%')"
    again: Items = lambda: [sa.Column("c", DeclaredType("enum('50%')"))]  # noqa: E731
    assert_same(found, twin(connection, again))


def test_a_twin_has_the_collation_of_the_table(connection: Connection) -> None:
    found = real(connection, column(sa.String(9)), **both(charset="latin1", collate="latin1_bin"))
    database = database_of(connection.dialect)
    name = connection.dialect.name
    assert found.collation == "latin1_bin"
    asked = {f"{name}_engine": "InnoDB", "postgresql_collate": "x"}
    assert database.twin_options(found, asked) == {f"{name}_collate": "latin1_bin"}
    assert database.twin_options(found, {f"{name}_charset": "utf8mb4"}) == {
        f"{name}_charset": "utf8mb4"
    }
    equal = twin(connection, column(sa.String(9)), **database.twin_options(found, {}))
    assert equal.collation == "latin1_bin"
    assert_same(found, equal)


def test_the_collation_of_a_character_set_is_known_where_it_is_not_printed(
    connection: Connection,
) -> None:
    found = real(connection, column(sa.String(9)), **both(charset="latin1"))
    assert found.collation == "latin1_swedish_ci"
    assert (found.columns[1].definition or {})[Aspect.COLLATION] is None
