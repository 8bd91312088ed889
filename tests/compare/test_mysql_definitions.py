"""On MySQL and MariaDB a table and its twin are read in the same words, aspect by aspect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from servers.database import Database
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.base import NoTwin
from alembic_helpers.databases.construct import DeclaredType
from alembic_helpers.databases.definition import TWIN, Aspect
from alembic_helpers.databases.objects import ConstraintType, Table

# What only MySQL and MariaDB have, and what of the two only MySQL has.
pytestmark = [
    pytest.mark.capability("has_inline_enums"),
    pytest.mark.filterwarnings("ignore:Did not recognize type 'point'"),
]
only_mysql = pytest.mark.capability("has_functional_indexes")

Items = Callable[[], Iterable[Any]]


def table(items: Items, name: str, **options: Any) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *items(), **options)


def real(connection: Connection, items: Items, **options: Any) -> Table:
    made = table(items, "t", **options)
    made.create(connection)
    connection.commit()
    return read(connection, "t")


def read(connection: Connection, name: str) -> Table:
    database = database_of(connection.dialect)
    found = database.table(connection, name, connection.engine.url.database or "")
    assert found is not None
    return found


def twin(connection: Connection, items: Items, **options: Any) -> Table:
    made = table(items, TWIN, prefixes=["TEMPORARY"], **options)
    database = database_of(connection.dialect)
    with database.scratch(connection, made) as where:
        return database.read_twin(where, made)


def everything(table: Table) -> dict[tuple[str, str], Any]:
    """The definition of each thing, by what it is and is called."""
    found: dict[tuple[str, str], Any] = {("column", c.name): c.definition for c in table.columns}
    found |= {(c.type.value, c.name or ""): c.definition for c in table.constraints}
    return found | {("index", i.name): i.definition for i in table.indexes}


def differences(one: Table, other: Table) -> set[Aspect]:
    """The aspects in which what has the same name in both tables differs."""
    ones, others = everything(one), everything(other)
    assert None not in (*ones.values(), *others.values())
    return {
        aspect
        for key in ones.keys() & others.keys()
        for aspect in ones[key].keys() | others[key].keys()
        if ones[key].get(aspect) != others[key].get(aspect)
    }


def assert_same(one: Table, other: Table) -> None:
    assert everything(one).keys() == everything(other).keys()
    assert not differences(one, other)


def column(*args: Any, **options: Any) -> Items:
    return lambda: [sa.Column("a", sa.Integer), sa.Column("c", *args, **options)]


def default(type_: Any, sql: str) -> Items:
    return column(type_, server_default=sa.text(sql))


def check(sql: str, name: str = "k") -> Items:
    return lambda: [sa.Column("c", sa.String(40)), sa.CheckConstraint(sa.text(sql), name=name)]


def index(*columns: Any, **options: Any) -> Items:
    return lambda: [
        sa.Column("a", sa.String(40), nullable=False),
        sa.Column("n", sa.Integer),
        sa.Column("b", sa.Text),
        sa.Column("p", _Point(), nullable=False),
        sa.Index("i", *columns, **options),
    ]


class _Point(sa.types.UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "point"


def both(**options: Any) -> dict[str, Any]:
    """Options of the dialect, which is mysql or mariadb by the URL."""
    return {f"{name}_{k}": v for name in ("mysql", "mariadb") for k, v in options.items()}


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
            sa.Column("p", _Point()),
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


# -- what is left behind ---------------------------------------------------------------------------


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
