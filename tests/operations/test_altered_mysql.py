"""alter_column where it restates the whole column: what SHOW CREATE TABLE says stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from alembic_helpers import Outcome, op

pytestmark = pytest.mark.capability("has_inline_enums")

Altering = Callable[..., tuple[str, str]]


@pytest.fixture
def altering(connection, run) -> Altering:
    """``altering(definition, **change)``: the column ``c`` of that definition before and after."""

    def altering(definition: str, *, options: str = "", **change) -> tuple[str, str]:
        connection.exec_driver_sql("DROP TABLE IF EXISTS t")
        connection.exec_driver_sql(
            f"CREATE TABLE t (id int PRIMARY KEY, c {definition}) {options}".replace("%", "%%")
        )
        before = shown()
        assert run(lambda: op.alter_column("t", "c", **change)) == [Outcome.APPLIED]
        after = shown()
        assert run(lambda: op.alter_column("t", "c", **change)) == [Outcome.SKIPPED]
        assert shown() == after
        return before, after

    def shown() -> str:
        text = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1]
        connection.rollback()
        return text.splitlines()[2].strip().rstrip(",")

    return altering


def commented(shown: str) -> str:
    """The line of a column as it is with the comment that it gets in these tests."""
    line, check, condition = shown.partition(" CHECK (")
    return f"{line} COMMENT 'it''s 5%'{check}{condition}"


COMMENT = {"comment": "it's 5%"}
RENAME = {"new_column_name": "d"}


def same_but_for(altering: Altering, definition: str, type_, **options) -> None:
    """A comment and a rename, with and without ``existing_type=``, change nothing else."""
    for told in ({}, {"existing_type": type_}):
        before, after = altering(definition, **COMMENT, **told, **options)
        assert after == commented(before)
        before, after = altering(definition, **RENAME, **told, **options)
        assert after == before.replace("`c`", "`d`")


@pytest.mark.parametrize(
    ("definition", "type_"),
    [
        ("varchar(50) COLLATE utf8mb4_bin", sa.String(50)),
        ("varchar(50) CHARACTER SET latin1", sa.String(50)),
        ("varchar(50) CHARACTER SET latin1 COLLATE latin1_bin", sa.String(50)),
        ("text CHARACTER SET latin1", sa.Text()),
        ("enum('x','5') CHARACTER SET latin1 COLLATE latin1_bin", sa.Enum("x", "5")),
        ("enum('x','y') COLLATE utf8mb4_bin", sa.Enum("x", "y")),
        ("set('x','y') COLLATE utf8mb4_bin", mysql.SET("x", "y")),
        ("int unsigned zerofill", sa.Integer()),
    ],
)
def test_the_type_stays_as_it_is(altering, definition, type_):
    same_but_for(altering, definition, type_)
    for told in ({}, {"existing_type": type_}):
        before, after = altering(definition, nullable=False, **told)
        assert after == before.replace(" DEFAULT NULL", "") + " NOT NULL"


def test_a_unique_key_that_tells_cases_apart_stays_one(connection, run):
    """With the collation of the table instead there would be two of one value."""
    connection.exec_driver_sql("CREATE TABLE t (c varchar(9) COLLATE utf8mb4_bin UNIQUE)")
    connection.exec_driver_sql("INSERT INTO t VALUES ('a'), ('A')")
    connection.commit()

    def step():
        op.alter_column("t", "c", existing_type=sa.String(9), nullable=False)

    assert run(step) == [Outcome.APPLIED]
    assert run(step) == [Outcome.SKIPPED]


@pytest.mark.parametrize(
    "definition",
    [
        "int GENERATED ALWAYS AS (id + 1) STORED",
        "int GENERATED ALWAYS AS (id + 1) VIRTUAL",
        "int GENERATED ALWAYS AS (id % 3) VIRTUAL INVISIBLE",
        "varchar(40) COLLATE utf8mb4_bin GENERATED ALWAYS AS (concat(id, 'é''s 5%:a\\\\')) STORED",
    ],
)
def test_a_generated_column_stays_generated(altering, definition):
    type_ = sa.Integer() if definition.startswith("int") else sa.String(40)
    same_but_for(altering, definition, type_)
    wider = sa.BigInteger() if definition.startswith("int") else sa.String(50)
    for told in ({}, {"existing_type": type_}):
        before, after = altering(definition, type_=wider, **told)
        assert before.partition("GENERATED")[2] == after.partition("GENERATED")[2]
        assert "bigint" in after or "(50)" in after


@pytest.mark.parametrize(
    ("definition", "type_"),
    [
        ("int INVISIBLE DEFAULT 3", sa.Integer()),
        ("timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP INVISIBLE", sa.TIMESTAMP()),
    ],
)
def test_invisible_stays(altering, definition, type_):
    same_but_for(altering, definition, type_)


def test_invisible_stays_behind_another_default(altering):
    for told in ({}, {"existing_type": sa.DateTime()}):
        _, after = altering(
            "datetime INVISIBLE DEFAULT '2000-01-02'",
            server_default=sa.text("CURRENT_TIMESTAMP"),
            **told,
        )
        assert "INVISIBLE" in after
        assert "CURRENT_TIMESTAMP" in after.upper()


def test_a_batch_alters_one_column_after_the_other(connection, run):
    connection.exec_driver_sql(
        "CREATE TABLE t (id int PRIMARY KEY, a int, "
        "c int GENERATED ALWAYS AS (a + 1) STORED INVISIBLE)"
    )

    def step():
        with op.batch_alter_table("t") as batch:
            batch.alter_column("c", new_column_name="d", existing_type=sa.Integer())
            batch.alter_column("d", type_=sa.BigInteger())
            batch.alter_column("d", comment="x", existing_type=sa.BigInteger())

    assert run(step) == [Outcome.APPLIED] * 3
    shown = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1].splitlines()[3]
    for part in ("`d` bigint", "GENERATED", "`a` + 1", "STORED", "INVISIBLE", "COMMENT 'x'"):
        assert part in shown
    connection.rollback()
    assert run(step) == [Outcome.SKIPPED] * 3


@pytest.mark.capability("has_column_clauses")
def test_a_batch_names_columns_as_they_are_called_by_then(connection, run):
    connection.exec_driver_sql(
        "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > id), "
        "c int GENERATED ALWAYS AS (a + 1) STORED CHECK (c > a))"
    )

    def step():
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", new_column_name="b")
            batch.alter_column("b", comment="x", existing_type=sa.Integer())
            batch.alter_column("c", comment="y", existing_type=sa.Integer())

    assert run(step) == [Outcome.APPLIED] * 3
    lines = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1].splitlines()
    assert [line.strip(" ,") for line in lines[2:4]] == [
        "`b` int(11) DEFAULT NULL COMMENT 'x' CHECK (`b` > `id`)",
        "`c` int(11) GENERATED ALWAYS AS (`b` + 1) STORED COMMENT 'y' CHECK (`c` > `b`)",
    ]
    connection.rollback()
    assert run(step) == [Outcome.SKIPPED] * 3


@pytest.mark.capability("has_column_clauses")
@pytest.mark.parametrize(
    ("definition", "type_"),
    [
        ("int CHECK (c > 0)", sa.Integer()),
        ("int NOT NULL CHECK (c > 0 and c % 2 = 1)", sa.Integer()),
        ("varchar(9) DEFAULT 'x' CHECK (c <> 'it''s 5%:a\\\\' and id > 0)", sa.String(9)),
        ("int GENERATED ALWAYS AS (id + 1) STORED CHECK (c > 0)", sa.Integer()),
        ("json", sa.JSON()),
        ("longtext CHECK (json_valid(c) and c <> '')", sa.Text()),
    ],
)
def test_the_check_of_a_column_stays(altering, definition, type_):
    same_but_for(altering, definition, type_)


@pytest.mark.capability("has_column_clauses")
def test_the_check_of_a_column_stays_behind_another_type(altering):
    for told in ({}, {"existing_type": sa.Integer()}):
        _, after = altering("int CHECK (c > 0)", type_=sa.BigInteger(), nullable=False, **told)
        assert after == "`c` bigint(20) NOT NULL CHECK (`c` > 0)"


@pytest.mark.capability("has_column_clauses")
def test_the_check_of_a_new_type_comes_beside_that_of_the_column(altering, connection):
    type_ = sa.Enum("x", "y", name="letters", native_enum=False, create_constraint=True)
    _, after = altering("varchar(9) CHECK (c <> 'z')", type_=type_, existing_type=sa.String(9))
    assert after == "`c` varchar(1) DEFAULT NULL CHECK (`c` <> 'z')"
    checks = sa.inspect(connection).get_check_constraints("t")
    assert "letters" in [check["name"] for check in checks]


@pytest.mark.capability("has_column_clauses")
@pytest.mark.parametrize(
    ("definition", "type_"),
    [
        ("text COMPRESSED", sa.Text()),
        ("varchar(20) COMPRESSED COLLATE latin1_bin INVISIBLE DEFAULT 'a'", sa.String(20)),
        ("varbinary(20) COMPRESSED", sa.VARBINARY(20)),
    ],
)
def test_compressed_stays(altering, definition, type_):
    same_but_for(altering, definition, type_)


@pytest.mark.capability("has_column_clauses")
def test_compressed_goes_with_a_type_that_cannot_be(altering):
    for type_, shown in (
        (sa.Integer(), "int(11)"),
        (sa.CHAR(9), "char(9)"),
        (sa.Enum("x", "y"), "enum('x','y')"),
        (sa.Text(), "text /*M!100301 COMPRESSED*/"),
        (sa.LargeBinary(), "blob /*M!100301 COMPRESSED*/"),
    ):
        _, after = altering("varchar(20) COMPRESSED", type_=type_)
        assert after == f"`c` {shown} DEFAULT NULL"


@pytest.mark.capability("has_column_clauses")
@pytest.mark.parametrize("definition", ["int", "int NOT NULL DEFAULT 3", "varchar(9) DEFAULT 'x'"])
def test_without_system_versioning_stays(altering, connection, definition):
    connection.exec_driver_sql("SET SESSION system_versioning_alter_history = KEEP")
    connection.commit()
    type_ = sa.Integer() if definition.startswith("int") else sa.String(9)
    kept = f"{definition} WITHOUT SYSTEM VERSIONING"
    same_but_for(altering, kept, type_, options="WITH SYSTEM VERSIONING")


@pytest.mark.capability("has_vectors")
def test_a_vector_stays(altering):
    same_but_for(altering, "vector(3)", sa.types.NullType())


@pytest.mark.capability("has_vectors")
def test_a_table_with_a_vector_is_read(connection, twice):
    connection.exec_driver_sql("CREATE TABLE t (id int PRIMARY KEY, c vector(3))")
    twice(lambda: op.add_column("t", sa.Column("a", sa.Integer)))
    twice(lambda: op.drop_column("t", "c"))


@pytest.mark.lacks("has_column_clauses")
@pytest.mark.parametrize(
    "definition",
    [
        "int COLUMN_FORMAT DYNAMIC DEFAULT 3",
        "int GENERATED ALWAYS AS (id + 1) STORED NOT NULL",
        "int COLUMN_FORMAT FIXED NOT NULL INVISIBLE",
    ],
)
def test_what_mysql_alone_says_of_a_column_stays(altering, definition):
    same_but_for(altering, definition, sa.Integer())
