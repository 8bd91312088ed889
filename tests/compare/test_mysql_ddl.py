"""SHOW CREATE TABLE is read as the server prints it, and a twin is made by one statement."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import make_url

from alembic_helpers.databases.construct import DeclaredType
from alembic_helpers.databases.definition import Aspect
from alembic_helpers.databases.mysql.ddl import created, inline_key
from alembic_helpers.databases.mysql.twin import CreateTwin, DropTwin
from alembic_helpers.databases.tokens import text


def clauses(column: str) -> dict[str, str]:
    """What follows the type of a column named c, by keyword."""
    table = created(f"CREATE TABLE `t` (\n  {column}\n) ENGINE=InnoDB")
    return {word: text(words) for word, words in table.columns["c"].items()}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("`c` int", {}),
        ("`c` int NOT NULL AUTO_INCREMENT", {"NOT": "NULL", "AUTO_INCREMENT": ""}),
        ("`c` varchar(9) DEFAULT 'it''s \\\\'", {"DEFAULT": "'it''s \\\\'"}),
        (
            "`c` varchar(9) DEFAULT 'a\\'b,(' COMMENT ''')'",
            {"DEFAULT": "'a\\'b,('", "COMMENT": "''')'"},
        ),
        ("`c` enum('NOT','DEFAULT (') DEFAULT NULL", {"DEFAULT": "NULL"}),
        ("`c` bit(3) DEFAULT b'101'", {"DEFAULT": "b'101'"}),
        ("`c` varbinary(9) DEFAULT 0xFFFE", {"DEFAULT": "0xFFFE"}),
        ("`c` decimal(9,2) DEFAULT -1.50", {"DEFAULT": "-1.50"}),
        (
            "`c` timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3)",
            {"DEFAULT": "current_timestamp(3)", "ON": "UPDATE current_timestamp(3)"},
        ),
        (
            "`c` varchar(9) COLLATE utf8mb4_bin DEFAULT (concat(_utf8mb4'a',_latin1'b'))",
            {"COLLATE": "utf8mb4_bin", "DEFAULT": "(concat('a','b'))"},
        ),
        ("`c` blob DEFAULT (_binary'a')", {"DEFAULT": "(_binary'a')"}),
        (
            "`c` int GENERATED ALWAYS AS ((`on` + `default`)) STORED NOT NULL",
            {"GENERATED": "ALWAYS AS ((`on` + `default`))", "STORED": "", "NOT": "NULL"},
        ),
        ("`c` point NOT NULL /*!80003 SRID 4326 */", {"NOT": "NULL", "SRID": "4326"}),
        ("`c` int DEFAULT 3 /*!80023 INVISIBLE */", {"DEFAULT": "3", "INVISIBLE": ""}),
        ("`c` int(11) DEFAULT 1 CHECK (`c` > 0)", {"DEFAULT": "1", "CHECK": "(`c` > 0)"}),
        ('"c" int DEFAULT 1', {"DEFAULT": "1"}),
        ("c int DEFAULT 1", {"DEFAULT": "1"}),
    ],
)  # fmt: skip
def test_what_follows_the_type_of_a_column(column: str, expected: dict[str, str]) -> None:
    assert clauses(column) == expected


@pytest.mark.parametrize(
    "name", ["CHECK (", "a`b", "a'b", 'a"b', "PRIMARY KEY", "a, b", ") ENGINE", "/*!", "*/", "é"]
)
def test_any_name_is_only_a_name(name: str) -> None:
    quoted = "`" + name.replace("`", "``") + "`"
    table = created(
        f"CREATE TABLE {quoted} (\n  {quoted} int DEFAULT NULL,\n  `b` int,\n"
        f"  PRIMARY KEY ({quoted}),\n  KEY {quoted} ({quoted},`b`),\n"
        f"  CONSTRAINT {quoted} FOREIGN KEY ({quoted}) REFERENCES {quoted} ({quoted}),\n"
        f"  CONSTRAINT {quoted} CHECK ({quoted} > 0)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1"
    )
    assert [*table.columns] == [name, "b"]
    assert [(key.name, key.columns) for key in table.keys.values()] == [
        ("PRIMARY", (name,)),
        (name, (name, "b")),
    ]
    assert {n: (d or {})[Aspect.CONDITION] for n, d in table.checks.items()} == {
        name: f"{quoted} > 0"
    }
    assert (table.charset, table.collation) == ("latin1", None)


@pytest.mark.parametrize(
    ("sql", "columns", "order", "method", "lengths"),
    [
        ("KEY `k` (`a`,`b`)", "(a, b)", None, None, None),
        ("UNIQUE KEY `k` (`a`) USING BTREE COMMENT 'USING HASH'", "(a)", None, None, None),
        ("KEY `k` (`a`) USING HASH", "(a)", None, "HASH", None),
        ("KEY `k` (`a` DESC,`b`)", "(a, b)", "(DESC, ASC)", None, None),
        ("KEY `k` (`a`(10),`b`)", "(a, b)", None, None, "(10, -)"),
        ("KEY `k` (`a`(10) DESC)", "(a)", "(DESC)", None, "(10)"),
        ("KEY `k` (`a, b`)", "(`a, b`)", None, None, None),
        ("KEY `k` ((lower(`a`)),`b`)", "(lower(`a`), b)", None, None, None),
        ("KEY `k` (((`a` + 1)) DESC)", "((`a` + 1))", "(DESC)", None, None),
        ("FULLTEXT KEY `k` (`a`)", "(a)", None, "FULLTEXT", None),
        (
            "FULLTEXT KEY `k` (`a`) /*!50100 WITH PARSER `ngram` */ ",
            "(a)",
            None,
            "FULLTEXT WITH PARSER ngram",
            None,
        ),
        ("SPATIAL KEY `k` (`a`)", "(a)", None, "SPATIAL", None),
        ("UNIQUE KEY `k` (`a`,`p` WITHOUT OVERLAPS)", "(a, p WITHOUT OVERLAPS)", None, None, None),
    ],
)
def test_a_key(
    sql: str, columns: str, order: str | None, method: str | None, lengths: str | None
) -> None:
    assert inline_key(sql).definition == {
        Aspect.COLUMNS: columns,
        Aspect.ORDER: order,
        Aspect.METHOD: method,
        Aspect.PREFIX_LENGTHS: lengths,
    }


def test_of_two_checks_of_one_name_neither_is_known() -> None:
    table = created("CREATE TABLE `t` (`c` int CHECK (`c` > 0), CONSTRAINT `c` CHECK (`c` > 1))")
    assert table.checks == {"c": None}


def test_a_check_that_is_not_enforced() -> None:
    table = created(
        "CREATE TABLE `t` (`c` int,\n CONSTRAINT `k` CHECK ((`c` > 0)) /*!80016 NOT ENFORCED */\n)"
    )
    assert table.checks == {"k": {Aspect.CONDITION: "(`c` > 0)", Aspect.ENFORCED: "no"}}


def test_a_temporary_table_is_told_from_a_real_one() -> None:
    assert created("CREATE TEMPORARY TABLE `t` (`c` int)").temporary
    assert not created("CREATE TABLE `TEMPORARY` (`c` int)").temporary


def test_partitions_and_periods_are_no_columns() -> None:
    table = created(
        "CREATE TABLE `t` (\n  `s` date NOT NULL,\n  `e` date NOT NULL,\n"
        "  PERIOD FOR `p` (`s`, `e`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_bin\n"
        "/*!50100 PARTITION BY RANGE (`c`)\n(PARTITION p0 VALUES LESS THAN (5)) */"
    )
    assert [*table.columns] == ["s", "e"]
    assert table.collation == "latin1_bin"


# -- the statements --------------------------------------------------------------------------------


def sql(element: Any) -> str:
    dialect = make_url("mysql+pymysql://").get_dialect()()
    return " ".join(str(element.compile(dialect=dialect)).split())


def test_a_twin_is_one_statement() -> None:
    twin = sa.Table(
        "twin",
        sa.MetaData(),
        sa.Column("a", mysql.TEXT),
        sa.Column("50%) ON twin (", DeclaredType("enum('50%')")),
        sa.UniqueConstraint("a", name="u"),
        sa.Index("i", "a", mysql_length=5),
        prefixes=["TEMPORARY"],
        schema="s",
        mysql_collate="utf8mb4_bin",
    )
    sa.Index("INDEX i ON s.twin ", twin.c[1], sa.text("a DESC"), unique=True)
    sa.Index("f", twin.c.a, mysql_prefix="fulltext")
    statement = sql(CreateTwin(twin))
    # The indexes of a table are a set.
    assert statement.startswith(
        "CREATE TEMPORARY TABLE s.twin ( a TEXT, `50%%) ON twin (` enum('50%%'), "
        "CONSTRAINT u UNIQUE (a), "
    )
    assert ", INDEX i (a(5))" in statement
    assert ", UNIQUE INDEX `INDEX i ON s.twin ` (`50%%) ON twin (`, a DESC)" in statement
    assert statement.endswith(")COLLATE utf8mb4_bin")
    assert "CREATE " not in statement[1:]
    assert "FULLTEXT" not in statement.upper()


def test_only_a_temporary_table_is_dropped() -> None:
    assert sql(DropTwin(sa.Table("t%", sa.MetaData(), schema="s"))) == (
        "DROP TEMPORARY TABLE IF EXISTS s.`t%%`"
    )
